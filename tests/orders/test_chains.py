"""A paste of the chat: read, reviewed, confirmed once, pasted again, taken back."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from compound.models import AuditEntry
from compound.refusals import Refusal
from orders.models import ChainEntry, ChainImport, Nickname, Order, OrderLine
from orders.services import chains, rounds
from orders.services.orders import cancel_order
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)

FIRST = """#接龙
明天的菜
例 楼栋号-房间号 东西

1.20-1702 鸡蛋2板
2.尘 牛奶1箱
3.20-1703 大米10斤，鸡蛋1板
"""


def refused(code: str) -> "pytest.RaisesContext[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


class Chat:
    """One chat group and its round, with the doors 20-1702, 20-1703 and 3-1-501, 3-2-501."""

    def __init__(self):
        self.compound = make.compound()
        self.coordinator = make.member(self.compound)
        self.doors = {
            room: make.household(self.compound, room) for room in ("20-1702", "20-1703", "3-1-501", "3-2-501")
        }
        self.round = make.round(self.compound)
        self.source = make.chain_source(self.compound)

    def paste(self, text, at=ELEVEN, source=None, **kwargs):
        return chains.paste_chain(
            round=self.round, source=source or self.source, text=text, by=self.coordinator, at=at, **kwargs
        )

    def confirm(self, pasted, at=ELEVEN):
        return chains.confirm_chain(chain_import=pasted, by=self.coordinator, at=at)

    def paste_and_confirm(self, text, at=ELEVEN, **kwargs):
        pasted = self.paste(text, at, **kwargs)
        self.confirm(pasted, at)
        return pasted

    def decide(self, pasted, raw, decision="take", at=ELEVEN, **kwargs):
        entry = pasted.entries.get(raw=raw)
        return chains.decide_entry(entry=entry, decision=decision, by=self.coordinator, at=at, **kwargs)

    def undo(self, pasted, at=ELEVEN):
        return chains.undo_chain(chain_import=pasted, by=self.coordinator, at=at)

    def orders(self, state="placed"):
        """{room: [lines in words]} of all orders in this state."""
        found: dict[str, list[str]] = {}
        for line in OrderLine.objects.filter(order__state=state).order_by("order__household__sort_key", "pk"):
            found.setdefault(line.order.household.room, []).append(str(line))
        return found


@pytest.fixture
def chat():
    return Chat()


def review(pasted):
    """{raw: (change, decision)} of a paste."""
    return {e.raw: (e.change, e.decision) for e in pasted.entries.all()}


# ── read and review ───────────────────────────────


def test_paste_of_plain_lines_takes_those_with_a_known_room_and_leaves_the_nickname_to_a_person(chat):
    assert review(chat.paste(FIRST)) == {
        "1.20-1702 鸡蛋2板": ("new", "take"),
        "2.尘 牛奶1箱": ("new", "open"),
        "3.20-1703 大米10斤，鸡蛋1板": ("new", "take"),
    }


def test_paste_keeps_every_line_of_the_text(chat):
    pasted = chat.paste(FIRST)
    kept = [line for e in pasted.entries.all() for line in e.raw.splitlines()]
    kept += [line["raw"] for line in pasted.skipped] + pasted.title.splitlines()
    assert sorted(kept) == sorted(line for line in FIRST.splitlines() if line.strip())
    assert pasted.text == FIRST


def test_paste_of_nothing_is_refused(chat):
    with refused("text_empty"):
        chat.paste(" \n\u200b")
    assert ChainImport.objects.count() == 0


def test_paste_again_before_confirming_discards_the_review_before(chat):
    first = chat.paste(FIRST)
    second = chat.paste(FIRST)
    first.refresh_from_db()
    assert (first.state, second.state) == ("discarded", "review")


def test_second_open_review_of_one_group_is_refused_by_the_database(chat):
    first = chat.paste(FIRST)
    with pytest.raises(IntegrityError, match="chain_one_review"), transaction.atomic():
        ChainImport.objects.create(
            round=chat.round, source=chat.source, text="x", pasted_at=ELEVEN, pasted_by=chat.coordinator
        )
    assert first.state == "review"


def test_room_without_its_unit_where_several_units_have_it_is_left_to_a_person(chat):
    entry = chat.paste("#接龙\n菜\n\n1.3-501 鸡蛋1板\n").entries.get()
    assert (entry.household, entry.decision, entry.warnings) == (None, "open", ["unit_ambiguous: 3-1-501|3-2-501"])


def test_room_without_its_unit_where_one_unit_has_it_is_that_one(chat):
    chat.doors["3-2-501"].delete()
    entry = chat.paste("#接龙\n菜\n\n1.3-501 鸡蛋1板\n").entries.get()
    assert (entry.household, entry.decision) == (chat.doors["3-1-501"], "take")


def test_room_that_nobody_registered_is_left_to_a_person(chat):
    entry = chat.paste("#接龙\n菜\n\n1.20-9999 鸡蛋1板\n").entries.get()
    assert (entry.household, entry.decision, entry.warnings) == (None, "open", ["room_unknown: 20-9999"])


def test_bare_room_number_in_the_group_of_one_building_is_that_buildings_room(chat):
    group = make.chain_source(chat.compound, "20栋群", building=chat.doors["20-1702"].building)
    pasted = chat.paste("#接龙\n菜\n\n1. 1702 青菜2斤\n2. 1703室 青菜1斤\n", source=group)
    assert [(e.household.room, e.decision, e.warnings) for e in pasted.entries.all()] == [
        ("20-1702", "take", []),
        ("20-1703", "take", []),
    ]


def test_bare_room_number_in_a_group_of_all_buildings_is_left_to_a_person_and_not_learned(chat):
    pasted = chat.paste("#接龙\n菜\n\n1. 1702 青菜2斤\n")
    entry = pasted.entries.get()
    assert (entry.household, entry.decision, entry.name) == (None, "open", "1702")
    chat.decide(pasted, entry.raw, household=chat.doors["20-1702"])
    assert Nickname.objects.count() == 0


def test_number_without_goods_means_the_only_offer(chat):
    make.offer(chat.round, "半个南瓜", "份")
    entry = chat.paste("#接龙\n南瓜\n\n1.20-1702 6份\n").entries.get()
    assert (entry.items, entry.decision) == ([{"goods": "半个南瓜", "quantity": "6", "unit": "份"}], "take")


def test_quantity_over_the_cap_is_left_to_a_person(chat):
    make.offer(chat.round, "鸡蛋", "板", cap="1")
    entry = chat.paste("#接龙\n菜\n\n1.20-1702 鸡蛋2板\n").entries.get()
    assert (entry.decision, entry.warnings) == ("open", ["over_cap: 鸡蛋 2板 > 1板"])


def test_household_that_ordered_in_another_group_is_asked_about(chat):
    chat.paste_and_confirm("#接龙\n菜\n\n1.20-1702 鸡蛋2板\n")
    other = make.chain_source(chat.compound, "二群")
    entry = chat.paste("#接龙\n菜\n\n1.20-1702 鸡蛋2板\n", source=other).entries.get()
    assert (entry.change, entry.decision, entry.warnings) == ("new", "open", ["other_source: 业主一群"])


# ── decided by a person ───────────────────────────


def test_decide_with_a_household_learns_the_nickname_for_next_time(chat):
    pasted = chat.paste(FIRST)
    chat.decide(pasted, "2.尘 牛奶1箱", household=chat.doors["3-1-501"])
    assert Nickname.objects.values_list("name", "household__room").get() == ("尘", "3-1-501")

    other_round = make.round(chat.compound, "傍晚", opens_at=ELEVEN, cutoff_at=NOON + dt.timedelta(hours=6))
    again = chains.paste_chain(
        round=other_round, source=chat.source, text="#接龙\n菜\n\n1.尘 面包2个\n", by=chat.coordinator, at=ELEVEN
    )
    entry = again.entries.get()
    assert (entry.household, entry.decision) == (chat.doors["3-1-501"], "take")


def test_decide_to_take_without_a_household_is_refused(chat):
    pasted = chat.paste(FIRST)
    with refused("household_missing"):
        chat.decide(pasted, "2.尘 牛奶1箱")


def test_decide_to_take_without_a_quantity_is_refused(chat):
    pasted = chat.paste("#接龙\n菜\n\n1.20-1702 鸡蛋\n")
    with refused("goods_missing"):
        chat.decide(pasted, "1.20-1702 鸡蛋")
    chat.decide(pasted, "1.20-1702 鸡蛋", items=[{"goods": "鸡蛋", "quantity": "1", "unit": "板"}])
    chat.confirm(pasted)
    assert chat.orders() == {"20-1702": ["鸡蛋 1板"]}


# ── confirmed once ────────────────────────────────


def test_confirm_places_what_is_decided_and_leaves_the_rest_open(chat):
    pasted = chat.paste(FIRST)
    assert chat.confirm(pasted) == {"placed": 2, "late": 0, "replaced": 0, "cancelled": 0, "open": 1}
    assert chat.orders() == {"20-1702": ["鸡蛋 2板"], "20-1703": ["大米 10斤", "鸡蛋 1板"]}
    assert AuditEntry.objects.get(action="chain.confirmed").params == {
        "placed": 2,
        "late": 0,
        "replaced": 0,
        "cancelled": 0,
        "open": 1,
    }


def test_confirm_twice_places_nothing_more(chat):
    pasted = chat.paste(FIRST)
    chat.confirm(pasted)
    assert chat.confirm(pasted) == {"placed": 0, "late": 0, "replaced": 0, "cancelled": 0, "open": 1}
    assert Order.objects.count() == 2


def test_decide_after_confirming_takes_effect_at_once_and_only_once(chat):
    pasted = chat.paste_and_confirm(FIRST)
    chat.decide(pasted, "2.尘 牛奶1箱", household=chat.doors["3-1-501"])
    assert chat.orders()["3-1-501"] == ["牛奶 1箱"]
    with refused("review_over"):
        chat.decide(pasted, "2.尘 牛奶1箱", "leave")


def test_confirm_after_the_cutoff_keeps_the_orders_as_late(chat):
    pasted = chat.paste(FIRST, NOON - MINUTE)
    assert chat.confirm(pasted, NOON)["late"] == 2
    assert (chat.orders(), sorted(chat.orders("late"))) == ({}, ["20-1702", "20-1703"])


def test_confirm_of_a_review_that_another_paste_overtook_is_refused(chat):
    stale = chat.paste(FIRST)
    # Somebody else's browser: the same group, confirmed in between.
    ChainImport.objects.filter(pk=stale.pk).update(state="discarded", ended_at=ELEVEN, ended_by=chat.coordinator)
    chat.paste_and_confirm(FIRST)
    ChainImport.objects.filter(pk=stale.pk).update(state="review", ended_at=None, ended_by=None)
    with refused("review_stale"):
        chat.confirm(stale)
    assert Order.objects.count() == 2


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


def without_first(text=FIRST):
    return "\n".join(line for line in text.splitlines() if not line.startswith("1."))


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
