"""What a check does: outings, slots, returns; by every way in, under every kind of rule."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from compound.models import Compound, Household
from gate.models import Check, Conflict, Isolation, Outing
from gate.services.tokens import pass_token
from tests import make
from tests.gate.phones import Phone, a_check, codes
from tests.make import ELEVEN, SHANGHAI

pytestmark = pytest.mark.django_db
HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)


@pytest.fixture
def compound(clock) -> Compound:
    clock(ELEVEN)
    of = make.compound()
    make.rulebook(of)
    return of


@pytest.fixture
def door(compound) -> Household:
    return make.household(compound, "20-1702")


@pytest.fixture
def phone(compound, door) -> Phone:
    return Phone(compound)


@pytest.fixture
def other(compound, phone) -> Phone:
    return Phone(compound, "西门")


def slots() -> list[tuple[int | None, str]]:
    return [(o.slot, o.released_why) for o in Outing.objects.order_by("out_at", "pk")]


# ── quota and slots ───────────────────────────────


def test_household_goes_out_again_when_the_window_is_over(phone, clock):
    phone.one("20-1702", at=ELEVEN - 2 * DAY)

    assert phone.one("20-1702")["verdict"] == "allow"
    assert slots() == [(1, ""), (1, "")]


def test_two_persons_take_two_slots_and_the_third_is_refused(compound, door):
    make.rulebook(compound, "8月21日通告", starts_at=ELEVEN - 2 * DAY, persons=2)
    phone = Phone(compound)

    answers = [phone.one("20-1702", at=ELEVEN + n * MINUTE - HOUR) for n in range(3)]

    assert [answer["verdict"] for answer in answers] == ["allow", "allow", "refuse"]
    assert slots() == [(1, ""), (2, "")]


def test_rules_that_are_relaxed_release_what_counts_no_longer(compound, door, clock):
    phone = Phone(compound)
    phone.one("20-1702", at=ELEVEN - DAY)
    phone.one("20-1702", "in", at=ELEVEN - DAY + HOUR)
    make.rulebook(compound, "每天一人", starts_at=ELEVEN - HOUR, per_days=1)

    assert phone.one("20-1702")["verdict"] == "allow"
    assert slots() == [(1, "outdated"), (1, "")]


def test_exit_sent_late_without_a_verdict_is_refused_when_the_slot_is_gone(phone):
    phone.one("20-1702")

    answer = phone.one("20-1702", at=ELEVEN - HOUR)

    assert (answer["verdict"], codes(answer)) == ("refuse", ["quota_used", "reported_late"])
    assert answer["reasons"][0]["params"]["out"] == "2022-08-23T11:00:00+08:00"
    assert slots() == [(1, "")]


def test_overstay_that_costs_the_next_outing_lengthens_the_period(compound, door):
    make.rulebook(compound, "两小时", starts_at=ELEVEN - 2 * DAY, longest_minutes=120, overstay="forfeit")
    phone = Phone(compound)
    phone.one("20-1702", at=ELEVEN - 3 * HOUR)

    back = phone.one("20-1702", "in")

    assert (codes(back), back["reasons"][0]["params"]["minutes"]) == (["overstay"], 60)
    outing = Outing.objects.get()
    assert (outing.due_at, outing.forfeit) == (ELEVEN - HOUR, True)
    assert outing.period.upper == dt.datetime(2022, 8, 27, tzinfo=SHANGHAI)


def test_return_in_time_leaves_the_period(compound, door):
    make.rulebook(compound, "两小时", starts_at=ELEVEN - 2 * DAY, longest_minutes=120, overstay="forfeit")
    phone = Phone(compound)
    phone.one("20-1702", at=ELEVEN - 2 * HOUR)

    phone.one("20-1702", "in")

    assert Outing.objects.get().period.upper == dt.datetime(2022, 8, 25, tzinfo=SHANGHAI)


def test_cap_refuses_the_one_too_many_until_somebody_is_back(compound, door):
    make.rulebook(compound, "限两人", starts_at=ELEVEN - DAY, max_outside=1)
    make.household(compound, "20-1703")
    phone = Phone(compound)
    phone.one("20-1702")

    refused = phone.one("20-1703")
    phone.one("20-1702", "in")
    allowed = phone.one("20-1703")

    assert (codes(refused), refused["reasons"][0]["params"]) == (["too_many_outside"], {"count": 1, "limit": 1})
    assert allowed["verdict"] == "allow"


def test_cap_of_a_building_counts_that_building(compound, door):
    make.rulebook(compound, "20栋限一人", starts_at=ELEVEN - DAY, building=door.building, max_outside=1)
    make.household(compound, "20-1703")
    make.household(compound, "7-101")
    phone = Phone(compound)
    phone.one("7-101")

    assert phone.one("20-1702")["verdict"] == "allow"
    assert codes(phone.one("20-1703")) == ["too_many_outside"]


def test_sealed_building_refuses_and_its_neighbour_does_not(compound, door, phone):
    make.rulebook(compound, "封楼", starts_at=ELEVEN - HOUR, building=door.building, persons=0)
    make.household(compound, "7-101")

    assert codes(phone.one("20-1702")) == ["sealed_building"]
    assert phone.one("7-101")["verdict"] == "allow"
    assert Check.objects.filter(household=door).get().rulebook.notice == "封楼"


def test_isolation_refuses_until_its_date(compound, door, phone, clock):
    Isolation.objects.create(household=door, until=ELEVEN + HOUR, note="密接", set_at=ELEVEN - DAY)

    refused = phone.one("20-1702")
    clock(ELEVEN + HOUR)
    allowed = phone.one("20-1702", at=ELEVEN + HOUR)

    assert (codes(refused), refused["reasons"][0]["params"]) == (["isolation"], {"until": "2022-08-23T12:00:00+08:00"})
    assert allowed["verdict"] == "allow"


def test_household_with_a_returnee_has_no_outing(compound, door, phone):
    door.has_returnee = True
    door.save(update_fields=["has_returnee"])

    assert codes(phone.one("20-1702")) == ["isolation"]


def test_nothing_is_refused_before_the_first_rulebook(clock):
    clock(ELEVEN)
    of = make.compound()
    make.household(of, "20-1702")
    phone = Phone(of)

    answers = phone.send(a_check("20-1702"), a_check("20-1702"))

    assert [(a["verdict"], codes(a)[0]) for a in answers] == [("allow", "no_rulebook")] * 2
    assert slots() == [(None, ""), (None, "")]


# ── who is meant ──────────────────────────────────


def test_room_in_several_units_is_asked_about_and_never_guessed(compound, phone):
    make.household(compound, "3-1-501")
    make.household(compound, "3-2-501")
    make.household(compound, "3-2-502")

    several, one, exact = phone.send(a_check("3栋501"), a_check("3-502"), a_check("3号楼2单元501"))

    assert (several["verdict"], codes(several)) == ("refuse", ["household_unknown"])
    assert several["reasons"][0]["params"] == {"rooms": "3-1-501|3-2-501"}
    assert several["reasons"][0]["text"] == "这个房号几个单元都有：3-1-501|3-2-501。是哪一个？"
    assert (one["room"], exact["room"]) == ("3-2-502", "3-2-501")


def test_medical_pass_that_is_exempt_takes_no_slot_and_keeps_its_own_schedule(compound, door):
    make.rulebook(compound, "就医", starts_at=ELEVEN - 2 * DAY, exempt_kinds=["medical"])
    card = pass_token(make.gate_pass(compound, door, "medical", every_days=2).pk)
    phone = Phone(compound)

    first = phone.one(card=card, at=ELEVEN - DAY)
    phone.one(card=card, direction="in", at=ELEVEN - DAY + HOUR)
    second = phone.one(card=card)
    household = phone.one("20-1702")

    assert first["verdict"] == "allow"
    assert (codes(second), second["reasons"][0]["params"]["of"]) == (["quota_used"], "pass")
    assert household["verdict"] == "allow"
    exempt, ordinary = Outing.objects.order_by("out_at")
    assert (exempt.slot, exempt.is_exempt, exempt.back_at) == (None, True, ELEVEN - DAY + HOUR)
    assert (ordinary.slot, ordinary.is_exempt) == (1, False)


def test_visitor_makes_no_outing(compound, door):
    make.rulebook(compound, "访客", starts_at=ELEVEN - DAY, visitors="consent")
    card = make.gate_pass(compound, door, "visitor", consent=True)
    phone = Phone(compound)

    answers = phone.send(a_check(card=pass_token(card.pk), direction="in"), a_check(card=pass_token(card.pk)))

    assert [a["verdict"] for a in answers] == ["allow", "allow"]
    assert Outing.objects.count() == 0


def test_volunteer_without_a_household_goes_out_and_comes_back(compound, phone):
    make.rulebook(compound, "志愿者", starts_at=ELEVEN - DAY, exempt_kinds=["volunteer"])
    card = pass_token(make.gate_pass(compound, None, "volunteer", holder="冯磊").pk)

    out, back, again = phone.send(
        a_check(card=card, at=ELEVEN - HOUR), a_check(card=card, direction="in"), a_check(card=card, direction="in")
    )

    assert (out["verdict"], back["reasons"], codes(again)) == ("allow", [], ["not_out"])
    assert Outing.objects.get().back_at == ELEVEN
    assert Check.objects.first().shown == "冯磊"


def test_two_colleagues_of_one_household_each_close_their_own_outing(compound, door, phone):
    make.rulebook(compound, "上班", starts_at=ELEVEN - DAY, exempt_kinds=["essential"])
    first, second = (make.gate_pass(compound, door, "essential") for _ in range(2))
    phone.one(card=pass_token(first.pk), at=ELEVEN - 2 * HOUR)
    phone.one(card=pass_token(second.pk), at=ELEVEN - HOUR)

    answer = phone.one(card=pass_token(second.pk), direction="in")

    assert answer["reasons"] == []
    assert Outing.objects.get(gate_pass=first).back_at is None
    assert Outing.objects.get(gate_pass=second).back_at == ELEVEN


def test_plate_finds_its_vehicle_pass(compound, door):
    make.rulebook(compound, "车辆", starts_at=ELEVEN - DAY, vehicles="both")
    make.gate_pass(compound, door, "vehicle", plate="沪A12345")
    phone = Phone(compound)

    known, unknown = phone.send(a_check(plate="沪a·12345"), a_check(plate="沪B00000"))

    assert (known["verdict"], known["room"], known["kind"]) == ("allow", "20-1702", "vehicle")
    assert (unknown["verdict"], codes(unknown)) == ("refuse", ["pass_unknown"])


# ── what is never held up, and never refused ──────


def test_emergency_is_let_out_with_no_slot_and_comes_home_by_room(phone, compound):
    make.rulebook(compound, "封小区", starts_at=ELEVEN - HOUR, persons=0)

    out, back = phone.send(
        a_check("20-1702", action="emergency", reason="婴儿 39.3", temperature="39.3"), a_check("20-1702", "in")
    )

    assert (out["verdict"], out["kind"], codes(out)) == ("allow", "emergency", ["sealed_building", "fever"])
    assert Check.objects.filter(action="emergency").get().reason == "婴儿 39.3"
    outing = Outing.objects.get()
    assert (outing.slot, outing.is_exempt, outing.back_at) == (None, True, ELEVEN)
    assert "not_out" not in codes(back)


def test_exit_of_kind_emergency_is_an_emergency_whatever_its_action(phone):
    phone.one("20-1702", kind="emergency")

    assert Check.objects.get().action == "emergency"


def test_override_lets_out_without_a_slot_and_says_so(phone):
    phone.one("20-1702", at=ELEVEN - HOUR)

    answer = phone.one("20-1702", override="取药")

    assert (answer["verdict"], codes(answer)) == ("allow", ["quota_used", "already_out", "overridden"])
    assert slots() == [(1, ""), (None, "")]
    assert Conflict.objects.count() == 0


def test_clock_that_is_ahead_is_cut_at_the_receipt_and_marked(phone):
    answer = phone.one("20-1702", at=ELEVEN + 10 * DAY)

    assert (answer["verdict"], codes(answer)) == ("allow", ["clock_skew"])
    row = Check.objects.get()
    assert (row.event_at, row.device_at) == (ELEVEN, ELEVEN + 10 * DAY)


def test_clock_that_is_wrong_by_more_than_two_minutes_is_put_right_and_marked(phone, other):
    marked = phone.one("20-1702", at=ELEVEN - HOUR, clock_offset_ms=3_600_000)
    unmarked = phone.one("20-1702", "in", at=ELEVEN, clock_offset_ms=-120_000)

    assert (codes(marked), codes(unmarked)) == (["clock_skew"], [])
    assert [c.event_at for c in Check.objects.order_by("event_at")] == [ELEVEN - 2 * MINUTE, ELEVEN]


# ── decided without the server ────────────────────


def pairs() -> list[tuple[dt.datetime, dt.datetime, str]]:
    return [(c.earlier.event_at, c.later.event_at, c.code) for c in Conflict.objects.order_by("found_at", "pk")]


@pytest.mark.parametrize("apart", [HOUR, MINUTE])
def test_two_decided_offline_when_the_earlier_is_sent_first_blame_the_later(phone, other, apart):
    first = phone.one("20-1702", at=ELEVEN - apart, verdict="allow")
    second = other.one("20-1702", verdict="allow")

    assert (first["verdict"], first["conflict"], codes(first)) == ("allow", False, [])
    assert (second["verdict"], second["conflict"]) == ("allow", True)
    assert codes(second) == ["quota_used", "already_out"]
    assert pairs() == [(ELEVEN - apart, ELEVEN, "quota_used")]
    assert slots() == [(1, ""), (None, "")]


@pytest.mark.parametrize("apart", [HOUR, MINUTE])
def test_two_decided_offline_when_the_later_is_sent_first_blame_the_later(phone, other, apart):
    second = other.one("20-1702", verdict="allow")
    first = phone.one("20-1702", at=ELEVEN - apart, verdict="allow")

    assert (second["conflict"], codes(second)) == (False, [])
    assert (first["verdict"], first["conflict"], codes(first)) == ("allow", True, [])
    assert pairs() == [(ELEVEN - apart, ELEVEN, "quota_used")]


def test_two_decided_offline_in_different_windows_are_no_conflict(phone, other):
    other.one("20-1702", verdict="allow")
    answer = phone.one("20-1702", at=ELEVEN - 2 * DAY, verdict="allow")

    assert (answer["conflict"], pairs(), slots()) == (False, [], [(1, ""), (1, "")])


def test_refused_offline_stays_refused_when_the_server_would_have_let_pass(phone):
    answer = phone.one("20-1702", verdict="refuse")

    assert (answer["verdict"], codes(answer)) == ("refuse", [])
    assert (Outing.objects.count(), Check.objects.get().decided_offline) == (0, True)


def test_let_out_offline_of_a_sealed_building_is_recorded_with_the_server_s_view(compound, door, phone):
    make.rulebook(compound, "封楼", starts_at=ELEVEN - HOUR, building=door.building, persons=0)

    answer = phone.one("20-1702", verdict="allow")

    assert (answer["verdict"], answer["conflict"]) == ("allow", False)
    assert [(r["code"], r["effect"]) for r in answer["reasons"]] == [("sealed_building", "refuse")]
    assert slots() == [(None, "")]


def test_let_out_offline_against_the_hours_still_costs_the_outing(compound, door):
    make.rulebook(compound, "上午", starts_at=ELEVEN - DAY, opens=dt.time(6), closes=dt.time(10))
    phone = Phone(compound)

    answer = phone.one("20-1702", verdict="allow")

    assert codes(answer) == ["outside_hours"]
    assert slots() == [(1, "")]


def test_single_pass_used_twice_offline_is_a_conflict_in_either_order(compound, door):
    make.rulebook(compound, "就医", starts_at=ELEVEN - 2 * DAY, exempt_kinds=["medical"])
    phone, other = Phone(compound), Phone(compound, "西门")
    one, two = (pass_token(make.gate_pass(compound, door, "medical", single=True).pk) for _ in range(2))
    phone.one(card=one, at=ELEVEN - HOUR, verdict="allow")
    other.one(card=one, verdict="allow")
    other.one(card=two, verdict="allow")
    phone.one(card=two, at=ELEVEN - HOUR, verdict="allow")

    assert pairs() == [(ELEVEN - HOUR, ELEVEN, "quota_used")] * 2


def test_exit_sent_after_its_return_is_closed_with_it(phone, other):
    back = other.one("20-1702", "in")
    phone.one("20-1702", at=ELEVEN - HOUR, verdict="allow")

    assert codes(back) == ["not_out"]
    outing = Outing.objects.get()
    assert (outing.slot, outing.back_at, str(outing.check_in_id)) == (1, ELEVEN, back["id"])


def test_return_sent_late_takes_the_exit_before_it_and_leaves_the_later_one(compound, door):
    make.rulebook(compound, "两人", starts_at=ELEVEN - DAY, persons=2)
    phone, other = Phone(compound), Phone(compound, "西门")
    phone.one("20-1702", at=ELEVEN - 4 * HOUR)
    phone.one("20-1702", at=ELEVEN - 2 * HOUR)
    phone.one("20-1702", "in", at=ELEVEN - HOUR)

    other.one("20-1702", "in", at=ELEVEN - 3 * HOUR, verdict="allow")

    assert [o.back_at for o in Outing.objects.order_by("out_at")] == [ELEVEN - 3 * HOUR, ELEVEN - HOUR]


def test_unknown_pass_let_through_offline_is_recorded(phone):
    answer = phone.one(card="NOSUCHPASSNOSUCHPASS00", verdict="allow")

    assert (answer["verdict"], codes(answer)) == ("allow", ["pass_unknown"])
    assert (Check.objects.count(), Outing.objects.count()) == (1, 0)


# ── the log only grows ────────────────────────────


@pytest.mark.parametrize("sql", ["UPDATE gate_check SET verdict = 'refuse'", "DELETE FROM gate_check"])
def test_log_refuses_to_be_changed(phone, sql):
    phone.one("20-1702")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert Check.objects.get().verdict == "allow"
