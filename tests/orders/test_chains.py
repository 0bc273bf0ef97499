"""A paste of the chat: read, reviewed, decided about, confirmed once."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from compound.models import AuditEntry
from orders.models import ChainImport, Nickname, Order
from orders.services import chains
from tests import make
from tests.make import ELEVEN, NOON
from tests.orders.chat import FIRST, MINUTE, Chat, refused, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat():
    return Chat()


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
