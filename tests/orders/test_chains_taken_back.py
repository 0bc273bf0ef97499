"""A paste after the cut-off, and one that is taken back."""

import pytest

from orders.models import ChainEntry, Order
from orders.services import rounds
from orders.services.orders import cancel_order
from tests import make
from tests.make import ELEVEN, NOON
from tests.orders.chat import FIRST, MINUTE, Chat, refused, review, without_first

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat():
    return Chat()


# ── after the cut-off ─────────────────────────────


def test_change_confirmed_after_the_cutoff_leaves_the_order_on_the_sheets_and_keeps_the_change_as_late(chat):
    chat.paste_and_confirm(FIRST)
    chat.paste_and_confirm(FIRST.replace("鸡蛋2板", "鸡蛋3板"), NOON)
    assert (chat.orders()["20-1702"], chat.orders("late")) == (["鸡蛋 2板"], {"20-1702": ["鸡蛋 3板"]})
    late = Order.objects.get(state="late")
    assert late.instead_of == Order.objects.get(state="placed", household=chat.doors["20-1702"])


def on_the_way(chat):
    rounds.close_due_rounds(NOON)
    for step in ("shopping", "delivering"):
        rounds.advance_round(round=chat.round, to=step, by=chat.coordinator, at=NOON)


def test_withdrawal_decided_while_the_goods_are_on_their_way_is_refused_and_before_that_it_is_not(chat):
    chat.paste_and_confirm(FIRST)
    third = "\n".join(line for line in without_first().splitlines() if not line.startswith("3."))
    second = chat.paste_and_confirm(third, NOON)
    chat.decide(second, "3.20-1703 大米10斤，鸡蛋1板", "take", NOON)
    on_the_way(chat)
    with refused("round_delivering"):
        chat.decide(second, "1.20-1702 鸡蛋2板", "take", NOON)
    assert sorted(chat.orders()) == ["20-1702"]
    chat.decide(second, "1.20-1702 鸡蛋2板", "leave", NOON)


def test_cancel_word_confirmed_while_the_goods_are_on_their_way_is_left_to_a_person(chat):
    chat.paste_and_confirm(FIRST)
    on_the_way(chat)
    pasted = chat.paste_and_confirm(FIRST.replace("鸡蛋2板", "鸡蛋2板 取消"), NOON)
    assert (review(pasted)["1.20-1702 鸡蛋2板 取消"], chat.orders()["20-1702"]) == (("changed", "open"), ["鸡蛋 2板"])


def test_leave_out_a_line_of_a_cancelled_round_is_possible(chat):
    pasted = chat.paste_and_confirm(FIRST)
    rounds.cancel_round(round=chat.round, reason="超市停业", by=chat.coordinator, at=ELEVEN)
    assert chat.decide(pasted, "2.尘 牛奶1箱", "leave").decision == "leave"


def test_household_that_moved_out_between_paste_and_confirmation_is_asked_about(chat):
    pasted = chat.paste("#接龙\n菜\n\n1.20-1702 鸡蛋2板\n")
    chat.doors["20-1702"].occupancy, chat.doors["20-1702"].head_count = "empty", 0
    chat.doors["20-1702"].save()
    assert (chat.confirm(pasted)["open"], pasted.entries.get().warnings) == (1, ["room_empty: "])


def test_household_in_two_groups_reviewed_at_the_same_time_is_asked_about_when_the_second_is_confirmed(chat):
    line = "#接龙\n菜\n\n1.20-1702 鸡蛋2板\n"
    other = make.chain_source(chat.compound, "二群")
    one, two = chat.paste(line), chat.paste(line, source=other)
    chat.confirm(one)
    assert chat.confirm(two)["open"] == 1
    entry = two.entries.get()
    assert (entry.decision, entry.warnings) == ("open", ["other_source: 业主一群"])
    chat.decide(two, entry.raw)
    assert Order.objects.filter(state="placed").count() == 2


# ── taken back ────────────────────────────────────


def test_undo_takes_the_orders_back_and_the_text_can_be_pasted_anew(chat):
    pasted = chat.paste_and_confirm(FIRST)
    undone = chat.undo(pasted)
    assert (undone.state, chat.orders()) == ("undone", {})
    chat.paste_and_confirm(FIRST)
    assert sorted(chat.orders()) == ["20-1702", "20-1703"]


def test_undo_of_a_second_paste_brings_back_what_it_replaced_and_withdrew(chat):
    chat.paste_and_confirm(FIRST)
    before = chat.orders()
    second = chat.paste(FIRST.replace("鸡蛋2板", "鸡蛋3板").replace("3.20-1703 大米10斤，鸡蛋1板\n", ""))
    chat.decide(second, "3.20-1703 大米10斤，鸡蛋1板", "take")
    chat.confirm(second)
    assert chat.orders() == {"20-1702": ["鸡蛋 3板"]}

    chat.undo(second)

    assert chat.orders() == before


def test_undo_does_not_bring_back_an_order_whose_successor_was_cancelled_at_the_desk(chat):
    chat.paste_and_confirm(FIRST)
    second = chat.paste_and_confirm(FIRST.replace("鸡蛋2板", "鸡蛋3板"))
    order = Order.objects.get(state="placed", household=chat.doors["20-1702"])
    cancel_order(order=order, reason="打电话来不要了", by=chat.coordinator, at=ELEVEN)
    chat.undo(second)
    assert sorted(chat.orders()) == ["20-1703"]


def test_undo_after_the_cutoff_is_refused_and_a_minute_before_it_is_not(chat):
    pasted = chat.paste_and_confirm(FIRST)
    with refused("round_closed"):
        chat.undo(pasted, NOON)
    chat.undo(pasted, NOON - MINUTE)


def test_undo_of_a_paste_that_a_later_one_builds_on_is_refused(chat):
    first = chat.paste_and_confirm(FIRST)
    second = chat.paste_and_confirm(FIRST.replace("鸡蛋2板", "鸡蛋3板"))
    with refused("not_the_last"):
        chat.undo(first)
    chat.undo(second)
    chat.undo(first)
    assert chat.orders() == {}


def test_undo_twice_is_refused(chat):
    pasted = chat.paste_and_confirm(FIRST)
    chat.undo(pasted)
    with refused("review_over"):
        chat.undo(pasted)


def test_paste_into_a_cancelled_round_is_refused(chat):
    rounds.cancel_round(round=chat.round, reason="超市停业", by=chat.coordinator, at=ELEVEN)
    with refused("round_cancelled"):
        chat.paste(FIRST)
    assert ChainEntry.objects.count() == 0


def test_paste_of_two_hundred_lines_costs_as_many_statements_as_one_of_two(chat, django_assert_max_num_queries):
    lines = "\n".join(f"{n}.20-1702 鸡蛋{n}板" for n in range(1, 201))
    with django_assert_max_num_queries(16):
        pasted = chat.paste(f"#接龙\n菜\n\n{lines}\n")
    assert pasted.entries.count() == 200
