"""Parcels at the outer line: the steps, two hands at once, and the page."""

import datetime as dt
import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from compound.models import AuditEntry, Membership, Role
from compound.refusals import Refusal
from gate.models import Parcel
from gate.queries.parcels import chat_text, done_on, piles_of
from gate.services import parcels as services
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def compound(db):
    return make.compound()


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


def drop(door, *, at=ELEVEN - 60 * MINUTE, by=None, gate="南门", whole_building=False, **more):
    compound = door.compound
    return services.drop_parcel(
        id=uuid.uuid4(),
        compound=compound,
        gate=make.gate(compound, gate),
        building=door.building,
        household=None if whole_building else door,
        at=at,
        received_at=at,
        by=by or Membership.objects.get(compound=compound, role=Role.GATE).user,
        **more,
    )


@pytest.fixture
def guard(compound):
    return make.member(compound, Role.GATE)


def told(parcel, *, at=ELEVEN, received_at=None, by=None):
    return {"parcel_id": parcel.pk, "compound": parcel.compound, "at": at, "received_at": received_at or at, "by": by}


def refused(do):
    with pytest.raises(Refusal) as caught:
        do()
    return caught.value.code


# ── the steps ─────────────────────────────────────


def test_steps_in_order_stand_on_the_row_and_in_the_audit_log(door, guard):
    parcel = drop(door, count=2)
    services.disinfect_parcel(**told(parcel, at=ELEVEN - MINUTE, by=guard))
    done = services.hand_over_parcel(to="", **told(parcel, by=guard))
    parcel.refresh_from_db()
    assert (parcel.disinfected_at, parcel.handed_at, parcel.handed_to, parcel.by) == (
        ELEVEN - MINUTE,
        ELEVEN,
        "20-1702",
        guard,
    )
    assert done == parcel
    assert [(entry.action, entry.subject) for entry in AuditEntry.objects.order_by("pk")] == [
        ("parcel.dropped", "20-1702"),
        ("parcel.disinfected", "20-1702"),
        ("parcel.handed_over", "20-1702"),
    ]


def test_hand_over_before_disinfection_is_refused_and_after_it_done(door, guard):
    parcel = drop(door)
    assert refused(lambda: services.hand_over_parcel(to="", **told(parcel, by=guard))) == "parcel_not_disinfected"
    services.disinfect_parcel(**told(parcel, by=guard))
    services.hand_over_parcel(to="", **told(parcel, by=guard))
    assert Parcel.objects.get().handed_at == ELEVEN


def test_steps_of_phones_whose_clocks_differ_stay_in_order(door, guard):
    parcel = drop(door)
    services.disinfect_parcel(**told(parcel, at=ELEVEN - 90 * MINUTE, received_at=ELEVEN, by=guard))
    services.hand_over_parcel(to="", **told(parcel, at=ELEVEN - 95 * MINUTE, received_at=ELEVEN, by=guard))
    parcel.refresh_from_db()
    assert parcel.dropped_at == parcel.disinfected_at == parcel.handed_at == ELEVEN - 60 * MINUTE


def test_withdrawn_parcel_is_not_handed_over_unless_it_was_before_that(door, guard):
    gone, given = drop(door), drop(door)
    for parcel in (gone, given):
        services.disinfect_parcel(**told(parcel, at=ELEVEN - 30 * MINUTE, by=guard))
        services.withdraw_parcel(why="退回", **told(parcel, at=ELEVEN - 10 * MINUTE, by=guard))
    assert refused(lambda: services.hand_over_parcel(to="", **told(gone, by=guard))) == "parcel_withdrawn"
    # The phone had no network: it was handed over a quarter of an hour before somebody at the desk gave it up.
    services.hand_over_parcel(to="本人", **told(given, at=ELEVEN - 25 * MINUTE, received_at=ELEVEN, by=guard))
    for parcel in (gone, given):
        parcel.refresh_from_db()
    assert (gone.withdrawn_why, gone.handed_at) == ("退回", None)
    assert (given.withdrawn_at, given.handed_at, given.handed_to) == (None, ELEVEN - 25 * MINUTE, "本人")


def test_withdraw_needs_a_reason_and_a_parcel_that_still_waits(door, guard):
    parcel = drop(door)
    assert refused(lambda: services.withdraw_parcel(why=" ", **told(parcel, by=guard))) == "reason_missing"
    services.disinfect_parcel(**told(parcel, by=guard))
    services.hand_over_parcel(to="", **told(parcel, by=guard))
    assert refused(lambda: services.withdraw_parcel(why="退回", **told(parcel, by=guard))) == "parcel_handed"
    other = drop(door)
    for why in ("退回", "又一次"):
        services.withdraw_parcel(why=why, **told(other, by=guard))
    other.refresh_from_db()
    assert (other.withdrawn_at, other.withdrawn_why) == (ELEVEN, "退回")


def test_parcel_of_another_compound_is_not_known(door, guard):
    parcel, other = drop(door), make.compound("dongyuan", "东园")
    step = told(parcel, by=guard) | {"compound": other}
    assert refused(lambda: services.disinfect_parcel(**step)) == "parcel_unknown"
    assert refused(lambda: services.hand_over_parcel(to="", **step)) == "parcel_unknown"
    assert refused(lambda: services.withdraw_parcel(why="退回", **step)) == "parcel_unknown"


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_over_the_same_parcel_at_once_have_one_effect():
    compound = make.compound()
    guard = make.member(compound, Role.GATE)
    parcel = drop(make.household(compound, "20-1702"), by=guard)
    services.disinfect_parcel(**told(parcel, by=guard))
    with transaction.atomic():
        Parcel.objects.select_for_update().get()
        others = [
            Other(lambda to=to: services.hand_over_parcel(to=to, **told(parcel, by=guard)).handed_to)
            for to in ("甲", "乙")
        ]
        assert until_blocked(*others)
    answers = [other.ended() for other in others]
    parcel.refresh_from_db()
    assert answers == [parcel.handed_to] * 2
    assert parcel.handed_to in ("甲", "乙")
    assert AuditEntry.objects.filter(action="parcel.handed_over").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_drop_at_once_write_one_row():
    compound = make.compound()
    guard, door, key = make.member(compound, Role.GATE), make.household(compound, "20-1702"), uuid.uuid4()
    gate = make.gate(compound, "南门")

    def send():
        return services.drop_parcel(
            id=key,
            compound=compound,
            gate=gate,
            building=door.building,
            household=door,
            at=ELEVEN,
            received_at=ELEVEN,
            by=guard,
        ).pk

    others = [Other(send) for _ in range(4)]
    assert [other.ended() for other in others] == [key] * 4
    assert Parcel.objects.count() == 1


# ── what waits ────────────────────────────────────


def test_piles_count_parcels_per_building_in_walking_order(compound, door, guard):
    two = make.household(compound, "2-101")
    oldest = drop(door, at=ELEVEN - 3 * DAY, count=2)
    services.disinfect_parcel(**told(drop(door, whole_building=True), by=guard))
    drop(two, count=5)
    services.withdraw_parcel(why="退回", **told(drop(two), by=guard))
    found = [(pile.building.name, pile.count, pile.not_disinfected, pile.oldest_at) for pile in piles_of(compound)]
    assert found == [("2", 5, 5, ELEVEN - 60 * MINUTE), ("20", 3, 2, oldest.dropped_at)]
    assert [pile.building.name for pile in piles_of(compound, only=[two.building_id])] == ["2"]


def test_chat_text_says_what_is_ready_by_building_and_gate_and_names_nobody(compound, door, guard):
    for gate, count in (("南门", 2), ("南门", 1), ("东门", 1)):
        services.disinfect_parcel(**told(drop(door, gate=gate, count=count), by=guard))
    drop(door, count=9)
    drop(make.household(compound, "2-101"))
    with translation.override("zh-hans"):
        chinese = chat_text(piles_of(compound))
    with translation.override("en"):
        english = chat_text(piles_of(compound))
    assert chinese == "20栋：快递 3 件在南门，已消毒，可取\n20栋：快递 1 件在东门，已消毒，可取"
    assert english == (
        "building 20: 3 parcels at 南门, disinfected, ready to be fetched\n"
        "building 20: 1 parcel at 东门, disinfected, ready to be fetched"
    )


def test_done_on_has_what_left_the_line_that_day_on_the_wall(compound, door, guard):
    early, late = drop(door, at=ELEVEN - DAY), drop(door, at=ELEVEN - DAY)
    # 00:30 in Shanghai is the day before in UTC.
    services.withdraw_parcel(why="退回", **told(early, at=make.NOON - 11 * 60 * MINUTE - 30 * MINUTE, by=guard))
    services.withdraw_parcel(why="退回", **told(late, at=make.NOON - 13 * 60 * MINUTE, by=guard))
    assert list(done_on(compound, ELEVEN.date())) == [early]


# ── the page ──────────────────────────────────────


def url(name):
    return reverse(f"gate:{name}", kwargs={"code": "xingfuli"})


@pytest.fixture
def client(client, guard, clock):
    clock(ELEVEN)
    client.force_login(guard)
    return client


def test_page_writes_down_what_was_dropped_for_a_room_or_a_building(client, compound, door):
    gate = make.gate(compound, "南门")
    for place in ("20栋1702", "20栋"):
        client.post(url("parcel_drop"), {"place": place, "count": 2, "gate": gate.pk, "note": "生鲜"})
    found = Parcel.objects.order_by("household").values_list("household__room", "building__name", "count", "note")
    assert list(found) == [("20-1702", "20", 2, "生鲜"), (None, "20", 2, "生鲜")]


def test_page_with_a_place_that_is_none_says_so_and_keeps_what_was_typed(client, compound, door):
    answer = client.post(url("parcel_drop"), {"place": "99-101", "count": 3, "gate": make.gate(compound).pk})
    assert answer.context["form"].errors == {"place": ["住户名单里没有“99-101”。"]}
    assert 'value="99-101"' in answer.content.decode()


def test_page_takes_a_parcel_through_its_steps(client, door):
    parcel = drop(door)
    early = client.post(url("parcel_step"), {"parcel": parcel.pk, "do": "hand_over"}, follow=True).content.decode()
    client.post(url("parcel_step"), {"parcel": parcel.pk, "do": "disinfect"})
    answer = client.post(url("parcel_step"), {"parcel": parcel.pk, "do": "hand_over", "to": "王叔", "building": "20"})
    parcel.refresh_from_db()
    assert "还不行：这件快递还没有消毒。先消毒，再交付。" in early
    assert (parcel.handed_to, answer["Location"]) == ("王叔", url("parcels") + "?building=20")
    assert "交给 王叔，今天 11:00" in client.get(url("parcels")).content.decode()


def test_page_disinfects_a_whole_pile(client, compound, door):
    drop(door), drop(door)
    drop(make.household(compound, "2-101"))
    client.post(url("parcels_disinfect"), {"building": "20"})
    found = Parcel.objects.order_by("building__sort_key").values_list("building__name", "disinfected_at")
    assert list(found) == [("2", None), ("20", ELEVEN), ("20", ELEVEN)]


def test_search_by_room_shows_what_came_for_it_whatever_became_of_it(client, compound, door, guard):
    drop(make.household(compound, "2-101"), note="别人的")
    drop(door, note="等着的")
    services.withdraw_parcel(why="送错", **told(drop(door), by=guard))
    words = client.get(url("parcels"), {"room": "20栋1702"}).content.decode()
    assert ["等着的" in words, "送错" in words, "别人的" in words] == [True, True, False]
    assert "住户名单里没有" in client.get(url("parcels"), {"room": "77-1"}).content.decode()


def test_captain_sees_and_hands_over_the_own_buildings_and_does_nothing_else(client, compound, door, guard):
    mine, other = drop(door, note="我的"), drop(make.household(compound, "2-101"), note="别人的")
    for parcel in (mine, other):
        services.disinfect_parcel(**told(parcel, at=ELEVEN - MINUTE, by=guard))
    captain = make.member(compound, Role.CAPTAIN, building=door.building)
    client.force_login(captain)

    words = client.get(url("parcels")).content.decode()
    answers = [
        client.post(url("parcel_step"), {"parcel": parcel.pk, "do": do, "why": "x"}).status_code
        for parcel, do in ((other, "hand_over"), (mine, "withdraw"), (mine, "disinfect"), (mine, "hand_over"))
    ]

    assert ("我的" in words, "别人的" in words) == (True, False)
    assert answers == [404, 404, 404, 302]
    assert client.post(url("parcel_drop"), {}).status_code == 404
    assert client.post(url("parcels_disinfect"), {"building": "20"}).status_code == 404
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.handed_at, mine.by, other.handed_at) == (ELEVEN, captain, None)
    assert client.get(url("parcels"), {"room": "2-101"}).context["room_error"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.SECRETARY, 200),
        (Role.COORDINATOR, 200),
        (Role.SUPPLY, 200),
        (Role.VOLUNTEER, 200),
        (Role.MEDICAL, 404),
    ],
)
def test_parcels_are_for_those_who_carry_them(client, compound, role, status):
    client.force_login(make.member(compound, role))
    assert client.get(url("parcels")).status_code == status


def test_page_of_one_and_of_three_rows_asks_the_database_equally_often(client, compound, guard):
    counts = []
    for rooms in (("1-101",), ("1-102", "2-201")):
        for room in rooms:
            door = make.household(compound, room)
            services.disinfect_parcel(**told(drop(door), at=ELEVEN, by=guard))
            gone = drop(door)
            services.withdraw_parcel(why="退回", **told(gone, by=guard))
        with CaptureQueriesContext(connection) as caught:
            client.get(url("parcels"))
        counts.append(len(caught))
    assert counts[0] == counts[1]
