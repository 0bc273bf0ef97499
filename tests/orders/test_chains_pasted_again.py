"""A paste of a chat that was pasted before: the same, changed, gone, and what was left open."""

import pytest

from orders.models import ChainImport, Nickname, Order
from orders.services.orders import cancel_order
from tests.make import ELEVEN
from tests.orders.chat import FIRST, Chat, refused, review, without_first

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat():
    return Chat()


# ── pasted again ──────────────────────────────────


def test_pasting_the_same_text_again_changes_nothing(chat):
    chat.paste_and_confirm(FIRST)
    before = chat.orders()

    again = chat.paste(FIRST)

    assert review(again) == {
        "1.20-1702 鸡蛋2板": ("same", "take"),
        "2.尘 牛奶1箱": ("new", "open"),  # nobody has said yet whose it is
        "3.20-1703 大米10斤，鸡蛋1板": ("same", "take"),
    }
    assert chat.confirm(again) == {"placed": 0, "late": 0, "replaced": 0, "cancelled": 0, "open": 1}
    assert (chat.orders(), Order.objects.count()) == (before, 2)


def test_pasting_again_with_a_line_changed_replaces_that_order_and_keeps_the_old_one(chat):
    chat.paste_and_confirm(FIRST)
    chat.paste_and_confirm(FIRST.replace("鸡蛋2板", "鸡蛋3板"))
    assert chat.orders()["20-1702"] == ["鸡蛋 3板"]
    assert chat.orders("replaced") == {"20-1702": ["鸡蛋 2板"]}


def test_pasting_again_with_a_line_gone_asks_before_it_withdraws_the_order(chat):
    chat.paste_and_confirm(FIRST)
    shorter = "\n".join(line for line in FIRST.splitlines() if not line.startswith("1."))

    again = chat.paste_and_confirm(shorter)
    assert review(again)["1.20-1702 鸡蛋2板"] == ("gone", "open")
    assert chat.orders()["20-1702"] == ["鸡蛋 2板"]

    chat.decide(again, "1.20-1702 鸡蛋2板", "take")
    assert (sorted(chat.orders()), chat.orders("cancelled")) == (["20-1703"], {"20-1702": ["鸡蛋 2板"]})


def test_line_that_was_kept_though_gone_is_not_asked_about_a_second_time(chat):
    chat.paste_and_confirm(FIRST)
    shorter = "\n".join(line for line in FIRST.splitlines() if not line.startswith("1."))
    second = chat.paste_and_confirm(shorter)
    chat.decide(second, "1.20-1702 鸡蛋2板", "leave")

    third = chat.paste_and_confirm(shorter)

    assert review(third)["1.20-1702 鸡蛋2板"] == ("gone", "leave")
    assert chat.orders()["20-1702"] == ["鸡蛋 2板"]


def test_line_that_was_withdrawn_and_is_written_again_is_a_new_order(chat):
    chat.paste_and_confirm(FIRST)
    shorter = "\n".join(line for line in FIRST.splitlines() if not line.startswith("1."))
    second = chat.paste_and_confirm(shorter)
    chat.decide(second, "1.20-1702 鸡蛋2板", "take")

    third = chat.paste(FIRST)

    assert review(third)["1.20-1702 鸡蛋2板"] == ("new", "take")
    chat.confirm(third)
    assert chat.orders()["20-1702"] == ["鸡蛋 2板"]


def test_line_with_a_cancel_word_added_withdraws_its_order(chat):
    chat.paste_and_confirm(FIRST)
    chat.paste_and_confirm(FIRST.replace("鸡蛋2板", "鸡蛋2板 取消"))
    assert sorted(chat.orders()) == ["20-1703"]


def test_cancelled_line_in_a_first_paste_orders_nothing(chat):
    pasted = chat.paste_and_confirm("#接龙\n菜\n\n1.20-1702 鸡蛋2板 取消\n")
    assert (review(pasted)["1.20-1702 鸡蛋2板 取消"], chat.orders()) == (("new", "leave"), {})


def test_cancelled_line_below_an_order_of_the_same_household_is_left_to_a_person(chat):
    pasted = chat.paste("#接龙\n菜\n\n1.20-1702 鸡蛋2板\n2.20-1702 取消\n3.20-1703 取消\n")
    assert review(pasted) == {
        "1.20-1702 鸡蛋2板": ("new", "open"),
        "2.20-1702 取消": ("new", "open"),
        "3.20-1703 取消": ("new", "leave"),
    }


def test_correction_made_by_hand_survives_the_next_paste(chat):
    first = chat.paste(FIRST)
    milk = [{"goods": "纯牛奶", "quantity": "2", "unit": "箱"}]
    chat.decide(first, "2.尘 牛奶1箱", household=chat.doors["3-1-501"], items=milk)
    chat.confirm(first)

    again = chat.paste(FIRST)

    assert review(again)["2.尘 牛奶1箱"] == ("same", "take")
    chat.confirm(again)
    assert chat.orders()["3-1-501"] == ["纯牛奶 2箱"]


def test_name_that_stands_twice_is_asked_about_and_both_can_count(chat):
    Nickname.objects.create(
        compound=chat.compound,
        name="尘",
        household=chat.doors["3-1-501"],
        learned_at=ELEVEN,
        learned_by=chat.coordinator,
    )
    chat.paste_and_confirm("#接龙\n菜\n\n1.尘 牛奶1箱\n")
    again = chat.paste("#接龙\n菜\n\n1.尘 牛奶1箱\n2.尘 面包2个\n")
    assert review(again) == {"1.尘 牛奶1箱": ("same", "take"), "2.尘 面包2个": ("new", "open")}
    chat.decide(again, "2.尘 面包2个")
    chat.confirm(again)
    assert chat.orders() == {"3-1-501": ["牛奶 1箱", "面包 2个"]}


def test_order_cancelled_at_the_desk_is_not_brought_back_by_the_same_paste(chat):
    chat.paste_and_confirm(FIRST)
    order = Order.objects.get(household=chat.doors["20-1702"])
    cancel_order(order=order, reason="打电话来不要了", by=chat.coordinator, at=ELEVEN)
    chat.paste_and_confirm(FIRST)
    assert sorted(chat.orders()) == ["20-1703"]


# ── left open, and pasted again ───────────────────


def test_line_gone_and_left_open_and_back_again_is_still_one_order(chat):
    chat.paste_and_confirm(FIRST)
    chat.paste_and_confirm(without_first())
    back = chat.paste_and_confirm(FIRST)
    assert review(back)["1.20-1702 鸡蛋2板"] == ("same", "take")
    assert chat.orders()["20-1702"] == ["鸡蛋 2板"]


def test_line_gone_and_left_open_and_back_changed_replaces_its_order(chat):
    chat.paste_and_confirm(FIRST)
    chat.paste_and_confirm(without_first())
    chat.paste_and_confirm(FIRST.replace("鸡蛋2板", "鸡蛋3板"))
    assert chat.orders()["20-1702"] == ["鸡蛋 3板"]


def test_line_gone_and_left_open_and_still_gone_is_asked_about_again(chat):
    chat.paste_and_confirm(FIRST)
    chat.paste_and_confirm(without_first())
    third = chat.paste_and_confirm(without_first())
    assert review(third)["1.20-1702 鸡蛋2板"] == ("gone", "open")
    chat.decide(third, "1.20-1702 鸡蛋2板", "take")
    assert "20-1702" not in chat.orders()


def test_change_left_open_and_pasted_again_replaces_the_one_order_when_it_is_decided(chat):
    chat.paste_and_confirm(FIRST)
    unclear = FIRST.replace("鸡蛋2板", "鸡蛋+3")
    chat.paste_and_confirm(unclear)
    again = chat.paste_and_confirm(unclear)
    assert review(again)["1.20-1702 鸡蛋+3"] == ("changed", "open")
    chat.decide(again, "1.20-1702 鸡蛋+3", items=[{"goods": "鸡蛋", "quantity": "3", "unit": "板"}])
    assert chat.orders()["20-1702"] == ["鸡蛋 3板"]


def test_change_that_was_left_out_and_is_pasted_again_leaves_the_order_as_it_was(chat):
    chat.paste_and_confirm(FIRST)
    changed = FIRST.replace("鸡蛋2板", "鸡蛋+3")
    second = chat.paste_and_confirm(changed)
    chat.decide(second, "1.20-1702 鸡蛋+3", "leave")
    chat.paste_and_confirm(changed)
    assert chat.orders()["20-1702"] == ["鸡蛋 2板"]


def test_decide_on_a_paste_that_a_later_one_has_overtaken_is_refused(chat):
    first = chat.paste_and_confirm(FIRST)
    second = chat.paste_and_confirm(FIRST)
    with refused("review_over"):
        chat.decide(first, "2.尘 牛奶1箱", household=chat.doors["3-1-501"])
    chat.decide(second, "2.尘 牛奶1箱", household=chat.doors["3-1-501"])
    assert chat.orders()["3-1-501"] == ["牛奶 1箱"]


def test_current_pastes_leave_out_those_that_a_later_one_has_overtaken(chat):
    chat.paste_and_confirm(FIRST)
    second = chat.paste_and_confirm(FIRST)
    review_now = chat.paste(FIRST)
    assert set(ChainImport.objects.all().current()) == {second, review_now}
