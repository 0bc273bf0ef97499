"""Records of temperatures: opened, measured again, closed; and readings that come from home."""

import datetime as dt
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import transaction

from compound.models import AuditEntry, Role
from compound.refusals import Refusal
from gate.models import Check, TemperatureReading, TemperatureRecord
from gate.queries.temperature import closed_records, not_measured, open_records, rulebook_for
from gate.services.home_readings import hand_in_reading
from gate.services.isolations import isolate
from gate.services.temperature import close_record, follow_outcome, follow_reading
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN

MINUTE = dt.timedelta(minutes=1)
LINE = Decimal("37.3")


@pytest.fixture
def compound(db):
    return make.compound()


@pytest.fixture
def phone(compound):
    return make.device(make.gate(compound))


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


def measure(door, phone, value, *, minutes=0, first=None, **more):
    """The check, or with `first` the reading again, and what follows from it."""
    value = Decimal(value)
    about = {"action": "reading", "refers_to": first.pk} if first else {}
    row = make.check(door, at=ELEVEN + minutes * MINUTE, phone=phone, temperature=value, **about, **more)
    in_one_transaction(row, first)
    return row


def follow(row, first=None):
    return follow_reading(
        check=row,
        first_check_id=first.pk if first else row.pk,
        is_fever=row.temperature >= LINE,
        is_implausible=row.temperature < 35,
        recheck_minutes=5,
        at=row.received_at,
    )


def record():
    return TemperatureRecord.objects.get()


def readings():
    return [(r.attempt, str(r.value), r.taken_at) for r in TemperatureReading.objects.order_by("attempt")]


# ── at the gate ───────────────────────────────────


def test_reading_in_line_opens_nothing_and_asks_the_database_once(door, phone, django_assert_num_queries):
    row = make.check(door, phone=phone, temperature=Decimal("36.6"))
    with django_assert_num_queries(1):
        assert follow(row) is None
    assert TemperatureRecord.objects.count() == 0


def test_reading_at_the_line_opens_a_record_that_says_when_to_measure_again(door, phone):
    first = measure(door, phone, "37.3")
    found = record()
    assert (found.household, found.check_first, found.is_fever, found.opened_at, found.recheck_at, found.closed_at) == (
        door,
        first,
        True,
        ELEVEN,
        ELEVEN + 5 * MINUTE,
        None,
    )
    assert readings() == [(1, "37.3", ELEVEN)]


def test_reading_too_low_opens_a_record_that_is_no_fever_until_one_is(door, phone):
    first = measure(door, phone, "34.2")
    assert record().is_fever is False
    measure(door, phone, "37.9", minutes=5, first=first)
    assert (record().is_fever, record().recheck_at) == (True, ELEVEN + 10 * MINUTE)


def test_normal_reading_after_a_fever_closes_the_record_as_cleared(door, phone):
    first = measure(door, phone, "37.4")
    measure(door, phone, "36.7", minutes=6, first=first)
    found = record()
    assert (found.outcome, found.closed_at, found.closed_by, found.is_fever) == (
        "cleared",
        ELEVEN + 6 * MINUTE,
        None,
        True,
    )
    assert readings() == [(1, "37.4", ELEVEN), (2, "36.7", ELEVEN + 6 * MINUTE)]


def test_third_fever_leaves_the_record_open_and_a_fourth_reading_joins_nothing(door, phone):
    first = measure(door, phone, "37.4")
    for minutes in (5, 10, 15):
        measure(door, phone, "38.0", minutes=minutes, first=first)
    assert record().closed_at is None
    assert [attempt for attempt, _value, _at in readings()] == [1, 2, 3]
    assert Check.objects.filter(temperature=Decimal("38.0")).count() == 3


def test_fever_after_it_was_cleared_opens_the_record_again(door, phone):
    first = measure(door, phone, "37.4")
    measure(door, phone, "36.7", minutes=5, first=first)
    measure(door, phone, "38.2", minutes=9, first=first)
    assert (record().outcome, record().closed_at, len(readings())) == ("", None, 3)


def test_earlier_reading_that_is_sent_late_does_not_open_what_a_later_one_cleared(door, phone):
    first = measure(door, phone, "34.4")
    measure(door, phone, "36.7", minutes=9, first=first)
    measure(door, phone, "38.2", minutes=5, first=first)
    assert (record().outcome, record().is_fever, len(readings())) == ("cleared", True, 3)


def test_reading_followed_twice_is_one(door, phone):
    first = measure(door, phone, "37.4")
    again = measure(door, phone, "37.8", minutes=5, first=first)
    follow(again, first)
    follow(first)
    assert [attempt for attempt, _value, _at in readings()] == [1, 2]


def test_reading_that_arrives_before_its_check_begins_the_record_and_the_next_one_finds_it(door, phone):
    missing = Check(pk=uuid.uuid4())
    begun = measure(door, phone, "37.9", first=missing)
    measure(door, phone, "37.8", minutes=5, first=missing)
    assert (record().check_first, len(readings())) == (begun, 2)


def test_record_of_somebody_without_a_household_is_kept(compound, phone):
    measure(None, phone, "39.0", kind="visitor")
    assert (record().household, record().compound) == (None, compound)


def test_two_people_of_a_household_have_a_record_each(door, phone):
    first = measure(door, phone, "37.9")
    measure(door, phone, "38.4", minutes=1)
    measure(door, phone, "36.6", minutes=5, first=first)
    assert sorted(TemperatureRecord.objects.values_list("outcome", flat=True)) == ["", "cleared"]


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_measure_the_same_person_again_at_once_write_the_second_and_the_third():
    compound = make.compound()
    door, phone = make.household(compound, "20-1702"), make.device(make.gate(compound))
    first = measure(door, phone, "37.9")
    rows = [
        make.check(
            door,
            at=ELEVEN + 5 * MINUTE,
            phone=phone,
            temperature=Decimal("38.0"),
            action="reading",
            refers_to=first.pk,
        )
        for _ in range(2)
    ]

    with transaction.atomic():
        TemperatureRecord.objects.select_for_update().get()
        others = [Other(lambda row=row: in_one_transaction(row, first)) for row in rows]
        assert until_blocked(*others)
    assert [other.ended().pk for other in others] == [record().pk] * 2
    assert [attempt for attempt, _value, _at in readings()] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_two_connections_that_open_the_record_of_one_check_open_one():
    compound = make.compound()
    door, phone = make.household(compound, "20-1702"), make.device(make.gate(compound))
    row = make.check(door, phone=phone, temperature=Decimal("38.0"))
    together = threading.Barrier(2, timeout=10)

    def open_it():
        together.wait()
        return in_one_transaction(row, None)

    others = [Other(open_it) for _ in range(2)]
    assert [other.ended().pk for other in others] == [record().pk] * 2
    assert len(readings()) == 1


def in_one_transaction(row, first):
    with transaction.atomic():
        return follow(row, first)


# ── how it ended ──────────────────────────────────


@pytest.mark.parametrize("said", ["sent_home", "hospital"])
def test_gate_that_says_how_it_ended_closes_the_record(door, phone, said):
    first = measure(door, phone, "38.4")
    row = make.check(
        door, at=ELEVEN + 9 * MINUTE, phone=phone, action="correct", refers_to=first.pk, reason=said, verdict="refuse"
    )
    found = follow_outcome(check=row, first_check_id=first.pk, at=row.received_at)
    assert found == record()
    assert (record().outcome, record().closed_at, record().closed_by) == (said, ELEVEN + 9 * MINUTE, None)


def test_gate_that_says_something_else_closes_nothing(door, phone):
    first = measure(door, phone, "38.4")
    row = make.check(door, phone=phone, action="correct", refers_to=first.pk, reason="cleared", verdict="refuse")
    assert follow_outcome(check=row, first_check_id=first.pk, at=row.received_at) is None
    assert record().closed_at is None


def test_gate_does_not_change_what_somebody_closed(compound, door, phone):
    first = measure(door, phone, "38.4")
    doctor = make.member(compound, Role.MEDICAL)
    close_record(record=record(), outcome="hospital", by=doctor, at=ELEVEN + MINUTE)
    row = make.check(door, phone=phone, action="correct", refers_to=first.pk, reason="sent_home", verdict="refuse")
    follow_outcome(check=row, first_check_id=first.pk, at=row.received_at)
    assert (record().outcome, record().closed_by) == ("hospital", doctor)


def test_close_record_says_who_and_leaves_no_health_word_in_the_audit_log(compound, door, phone):
    measure(door, phone, "38.4")
    doctor = make.member(compound, Role.MEDICAL)
    close_record(record=record(), outcome="hospital", note="发热门诊", by=doctor, at=ELEVEN + MINUTE)
    found = record()
    assert (found.outcome, found.outcome_note, found.closed_by, found.closed_at) == (
        "hospital",
        "发热门诊",
        doctor,
        ELEVEN + MINUTE,
    )
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.text, entry.params) == (
        "temperature.closed",
        "20-1702",
        "20-1702",
        {"record": str(found.pk)},
    )


def test_close_record_again_changes_nothing_and_otherwise_is_refused(compound, door, phone):
    measure(door, phone, "38.4")
    doctor = make.member(compound, Role.MEDICAL)
    close_record(record=record(), outcome="sent_home", by=doctor, at=ELEVEN)
    close_record(record=record(), outcome="sent_home", by=make.member(compound), at=ELEVEN + MINUTE)
    with pytest.raises(Refusal) as refused:
        close_record(record=record(), outcome="cleared", by=doctor, at=ELEVEN + MINUTE)
    assert refused.value.code == "record_closed"
    assert (record().outcome, record().closed_by, record().closed_at) == ("sent_home", doctor, ELEVEN)
    assert AuditEntry.objects.count() == 1


def test_open_records_has_fevers_first_and_closed_ones_by_their_day(compound, door, phone):
    low = measure(door, phone, "34.0", minutes=-20)
    hot = measure(door, phone, "38.0", minutes=-10)
    done = measure(door, phone, "37.5", minutes=-30)
    measure(door, phone, "36.5", minutes=-25, first=done)
    assert [row.check_first for row in open_records(compound)] == [hot, low]
    assert [row.check_first for row in closed_records(compound, ELEVEN.date())] == [done]
    assert list(closed_records(compound, ELEVEN.date() - dt.timedelta(days=1))) == []


# ── from home ─────────────────────────────────────


def hand_in(door, value, *, by, minutes=0, person="", **more):
    given = {"id": uuid.uuid4(), "at": ELEVEN + minutes * MINUTE, "taken_at": ELEVEN + minutes * MINUTE, **more}
    return hand_in_reading(household=door, value=Decimal(value), person=person, by=by, **given)


def test_reading_from_home_in_line_stands_alone(compound, door):
    by = make.member(compound, Role.MEDICAL)
    found = hand_in(door, "36.5", by=by, person="奶奶", method="ear")
    assert (found.household, found.value, found.person, found.method, found.record, found.source, found.by) == (
        door,
        Decimal("36.5"),
        "奶奶",
        "ear",
        None,
        "home",
        by,
    )
    assert (AuditEntry.objects.get().action, AuditEntry.objects.get().params) == ("reading.handed_in", {})


def test_reading_from_home_at_the_line_opens_a_record_and_a_second_look_clears_it(compound, door):
    by = make.member(compound, Role.MEDICAL)
    hand_in(door, "37.3", by=by, person="奶奶")
    assert (record().is_fever, record().check_first, record().recheck_at) == (True, None, ELEVEN + 5 * MINUTE)
    hand_in(door, "36.6", by=by, person="奶奶", minutes=10)
    assert (record().outcome, record().closed_by, len(readings())) == ("cleared", by, 2)


def test_reading_from_home_that_is_normal_hours_later_leaves_the_fever_open(compound, door):
    by = make.member(compound, Role.MEDICAL)
    hand_in(door, "38.5", by=by, person="奶奶")
    later = hand_in(door, "36.6", by=by, person="奶奶", minutes=300)
    assert (record().closed_at, later.record) == (None, None)


def test_reading_from_home_of_somebody_else_there_is_another_record(compound, door):
    by = make.member(compound, Role.MEDICAL)
    hand_in(door, "38.5", by=by, person="奶奶")
    hand_in(door, "38.0", by=by, person="爷爷", minutes=1)
    hand_in(door, "38.1", by=by, person="奶奶", minutes=2)
    assert sorted(row.readings.count() for row in TemperatureRecord.objects.all()) == [1, 2]


def test_reading_from_home_sent_twice_is_one(compound, door):
    by, key = make.member(compound, Role.MEDICAL), uuid.uuid4()
    first = hand_in(door, "38.5", by=by, id=key)
    again = hand_in(door, "36.0", by=by, id=key, minutes=1)
    assert (again.pk, again.value) == (first.pk, Decimal("38.5"))
    assert TemperatureReading.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("value", "minutes", "code"), [("34.9", 0, "reading_implausible"), ("36.5", 1, "not_yet"), ("36.5", 0, None)]
)
def test_reading_from_home_too_low_or_in_the_future_is_refused(compound, door, value, minutes, code):
    by, refused = make.member(compound, Role.MEDICAL), None
    try:
        hand_in(door, value, by=by, taken_at=ELEVEN + minutes * MINUTE)
    except Refusal as refusal:
        refused = refusal.code
    assert (refused, TemperatureReading.objects.count()) == (code, 0 if code else 1)


def test_line_is_that_of_the_row_in_force_at_the_door(compound, door):
    by = make.member(compound, Role.MEDICAL)
    make.rulebook(compound, fever_line=Decimal("37.5"), fever_at_line=False)
    make.rulebook(compound, "封楼", building=door.building, fever_line=Decimal("37.0"))
    other = make.household(compound, "3-501")
    assert [rulebook_for(place, ELEVEN).fever_line for place in (door, other)] == [Decimal("37.0"), Decimal("37.5")]

    assert hand_in(door, "37.0", by=by).record is not None
    assert hand_in(other, "37.5", by=by).record is None
    assert hand_in(other, "37.6", by=by).record is not None


def test_not_measured_names_the_isolated_without_a_reading_that_day(compound, door):
    by = make.member(compound, Role.MEDICAL)
    other, free = make.household(compound, "3-501"), make.household(compound, "3-502")
    for place in (door, other):
        isolate(household=place, until=ELEVEN + dt.timedelta(days=3), by=by, at=ELEVEN - dt.timedelta(days=1))
    hand_in(door, "36.5", by=by)
    hand_in(free, "36.5", by=by)

    def rooms(**more):
        return [row.household.room for row in not_measured(compound, day=ELEVEN.date(), at=ELEVEN, **more)]

    assert rooms() == ["3-501"]
    assert rooms(only=[door.building_id]) == []
