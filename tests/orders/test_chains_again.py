"""A paste beside what the household ordered in other lines, and beside the same paste taken back."""

from decimal import Decimal

import pytest

from compound.models import User
from orders.models import ChainEntry
from orders.services.orders import Line, enter_order
from tests import make
from tests.make import ELEVEN
from tests.orders.chat import Chat

pytestmark = pytest.mark.django_db

LINES = "#接龙\n鸡蛋\n\n1.20-1702 王 鸡蛋{}板\n2.20-1702 李 鸡蛋{}板\n"


@pytest.fixture
def chat():
    chat = Chat()
    make.offer(chat.round, "鸡蛋", "板", cap="3")
    return chat


def judged(pasted):
    """Without the question whether a door that stands twice has ordered twice."""
    entries = pasted.entries.all()
    return [(e.decision, [w for w in e.warnings if not w.startswith("repeated_name")]) for e in entries]


def test_two_lines_of_a_household_that_are_together_over_the_cap_are_both_asked_about(chat):
    over = ("open", ["over_cap: 鸡蛋 4板 > 3板"])
    assert judged(chat.paste(LINES.format(2, 2))) == [over, over]


def test_two_lines_of_a_household_that_are_together_at_the_cap_are_not_over_it(chat):
    assert [warnings for _decision, warnings in judged(chat.paste(LINES.format(2, 1)))] == [[], []]


def test_line_of_a_household_that_ordered_by_telephone_is_over_the_cap_with_it(chat):
    line = [Line("鸡蛋", Decimal(2), "板")]
    door = chat.doors["20-1702"]
    enter_order(
        round=chat.round, household=door, lines=line, remark="", channel="phone", by=chat.coordinator, at=ELEVEN
    )
    entry = chat.paste("#接龙\n鸡蛋\n\n1.20-1702 鸡蛋2板\n").entries.get()
    assert (entry.decision, entry.warnings) == ("open", ["other_source: ", "over_cap: 鸡蛋 4板 > 3板"])


def test_line_that_is_left_out_or_cancelled_counts_for_no_cap(chat):
    pasted = chat.paste("#接龙\n鸡蛋\n\n1.20-1702 王 鸡蛋3板\n2.20-1703 李 鸡蛋3板，取消\n")
    assert judged(pasted) == [("take", []), ("leave", [])]


def test_line_whose_room_was_chosen_by_hand_and_goes_over_the_cap_is_asked_about_once(chat):
    pasted = chat.paste("#接龙\n鸡蛋\n\n1.20-1702 鸡蛋2板\n2.尘 鸡蛋2板\n")
    chat.decide(pasted, "2.尘 鸡蛋2板", household=chat.doors["20-1702"])
    chat.confirm(pasted)
    over = ("open", ["over_cap: 鸡蛋 4板 > 3板"])
    assert [(d, [w for w in ws if w.startswith("over")]) for d, ws in judged(pasted)] == [over, over]
    chat.decide(pasted, "1.20-1702 鸡蛋2板")
    chat.decide(pasted, "2.尘 鸡蛋2板")
    assert chat.orders() == {"20-1702": ["鸡蛋 2板", "鸡蛋 2板"]}


def test_same_text_pasted_after_it_was_taken_back_keeps_what_people_had_decided(chat):
    text = "#接龙\n菜\n\n1.尘 鸡蛋1板\n2.3-501 鸡蛋1板\n3.20-1702 鸡蛋\n"
    first = chat.paste(text)
    chat.decide(first, "1.尘 鸡蛋1板", household=chat.doors["20-1703"], learn=False)
    chat.decide(first, "2.3-501 鸡蛋1板", "leave")
    chat.decide(first, "3.20-1702 鸡蛋", items=[{"goods": "鸡蛋", "quantity": "2", "unit": "板"}])
    chat.confirm(first)
    chat.undo(first)
    again = chat.paste(text)
    assert [(e.decision, e.household and e.household.room, e.decided_by) for e in again.entries.all()] == [
        ("take", "20-1703", chat.coordinator),
        ("leave", None, chat.coordinator),
        ("take", "20-1702", chat.coordinator),
    ]
    chat.confirm(again)
    assert chat.orders() == {"20-1702": ["鸡蛋 2板"], "20-1703": ["鸡蛋 1板"]}


def test_another_text_pasted_after_one_was_taken_back_asks_anew(chat):
    first = chat.paste("#接龙\n菜\n\n1.尘 鸡蛋1板\n")
    chat.decide(first, "1.尘 鸡蛋1板", household=chat.doors["20-1703"], learn=False)
    chat.confirm(first)
    chat.undo(first)
    entry = chat.paste("#接龙\n菜\n\n1.尘 鸡蛋1板\n2.20-1702 鸡蛋1板\n").entries.get(raw="1.尘 鸡蛋1板")
    assert (entry.decision, entry.household) == (ChainEntry.Decision.OPEN, None)
    assert not isinstance(entry.decided_by, User)
