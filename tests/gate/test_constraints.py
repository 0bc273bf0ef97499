"""What the gate's tables hold by themselves, whoever writes to them."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction

from gate.models import Check, Conflict, Incident, RollChange
from tests import make
from tests.gate.one_of_each import one_of_each
from tests.make import ELEVEN
from tests.named_constraints import again, changed, keys_targets, named_constraints, refused_by, rows_of

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MIDNIGHT = ELEVEN.replace(hour=0)


@pytest.fixture
def good() -> SimpleNamespace:
    """A good row of each table, and another compound with a door, a gate and a building of its own."""
    of = make.compound()
    found = one_of_each(make.household(of, "20-1702"), by=make.member(of))
    other = make.compound("dongyuan", "东园")
    found.elsewhere = make.household(other, "3-301")
    found.gate_elsewhere = make.gate(other, "西门")
    found.phone_elsewhere = make.device(found.gate_elsewhere, "elsewhere")
    found.card_elsewhere = make.gate_pass(other, found.elsewhere, "medical")
    found.rules, found.rules_elsewhere = make.rulebook(of), make.rulebook(other)
    found.next_door = make.household(of, "20-1703")
    return found


def new_check(good: SimpleNamespace, **wrong: object) -> None:
    """A row beside the exit: the log cannot be changed, so a wrong row has to be a new one."""
    again(good.out, **({"id": uuid.uuid4()} | wrong))


def new_incident(good: SimpleNamespace, **wrong: object) -> None:
    again(good.incident, **({"id": uuid.uuid4()} | wrong))


def new_parcel(good: SimpleNamespace, **wrong: object) -> None:
    again(good.parcel, **({"id": uuid.uuid4()} | wrong))


def new_outing(good: SimpleNamespace, **differs: object) -> None:
    """A second outing of the same household, of a check of its own."""
    out = make.check(good.door, at=ELEVEN + 3 * HOUR, phone=good.phone)
    again(good.outing, **({"check_out_id": out.pk, "check_in_id": None, "back_at": None} | differs))


def card(good: SimpleNamespace, kind: str = "medical", **wrong: object) -> None:
    """A second pass of the household."""
    again(good.card, **({"kind": kind, "token_hash": uuid.uuid4().hex} | wrong))


def phone(good: SimpleNamespace, **wrong: object) -> None:
    again(good.phone, **({"token_hash": uuid.uuid4().hex} | wrong))


SETTLED = {"settled_at": ELEVEN, "outcome": "both_real"}
NOT_REOPENED = {"follows": None, "reopened_at": None, "reopened_by": None, "reopened_why": ""}


def reopened(good: SimpleNamespace, *, settle: bool = True, **wrong: object) -> Conflict:
    """A row that takes the settlement of the conflict back."""
    if settle:
        changed(good.conflict, **SETTLED, settled_by=good.by)
    given = {"follows_id": good.conflict.pk, "reopened_at": ELEVEN, "reopened_by_id": good.by.pk, "reopened_why": "x"}
    again(good.conflict, **(given | wrong))
    return Conflict.objects.exclude(pk=good.conflict.pk).get()


TABLE = rows_of(
    # passes
    ("pass_one_per_household", lambda good: card(good, "household")),
    ("pass_one_per_plate", lambda good: again(good.car, token_hash="x", household_id=good.next_door.pk)),
    ("pass_vehicle_has_plate", lambda good: changed(good.car, plate="")),
    ("pass_vehicle_has_plate", lambda good: changed(good.car, plate="沪a 12345")),
    ("pass_vehicle_has_plate", lambda good: changed(good.card, plate="沪A12345")),
    ("pass_has_household", lambda good: changed(good.card, household=None)),
    ("pass_ends_after_start", lambda good: changed(good.card, valid_from=ELEVEN, valid_until=ELEVEN)),
    ("pass_schedule_is_medical", lambda good: changed(good.card, every_days=2)),
    ("pass_schedule_is_medical", lambda good: changed(good.card, single=True)),
    ("pass_schedule_in_days", lambda good: card(good, every_days=0)),
    ("pass_schedule_in_days", lambda good: card(good, every_days=32)),
    ("pass_schedule_in_days", lambda good: card(good, every_days=2, single=True)),
    ("pass_seen_at_and_by", lambda good: changed(good.card, seen_at=ELEVEN)),
    ("pass_seen_at_and_by", lambda good: changed(good.card, seen_by=good.by)),
    ("pass_revoked_at_and_by", lambda good: changed(good.card, revoked_by=good.by)),
    ("pass_revoked_at_and_by", lambda good: changed(good.card, revoked_why="丢失")),
    ("pass_household_in_compound", lambda good: changed(good.card, household=good.elsewhere)),
    # isolation
    ("isolation_one_per_household", lambda good: again(good.isolation)),
    ("isolation_ends_after_start", lambda good: changed(good.isolation, until=ELEVEN)),
    ("isolation_ended_at_and_by", lambda good: changed(good.isolation, ended_by=good.by)),
    # phones
    ("device_ends_after_start", lambda good: changed(good.phone, ends_at=good.phone.issued_at)),
    ("device_code_and_expiry", lambda good: changed(good.phone, code_hash="x")),
    ("device_code_and_expiry", lambda good: changed(good.phone, code_expires_at=ELEVEN)),
    ("device_token_and_bound_at", lambda good: changed(good.phone, bound_at=None)),
    ("device_has_code_or_token", lambda good: changed(good.phone, token_hash=None, bound_at=None)),
    ("device_revoked_at_and_by", lambda good: changed(good.phone, revoked_by=good.by)),
    ("device_gate_in_compound", lambda good: changed(good.phone, gate=good.gate_elsewhere)),
    # the log
    ("check_not_in_the_future", lambda good: new_check(good, event_at=ELEVEN + HOUR)),
    ("check_by_device_or_user", lambda good: new_check(good, by_id=good.by.pk)),
    ("check_by_device_or_user", lambda good: new_check(good, device_id=None)),
    ("check_refers_if_it_changes", lambda good: new_check(good, action="reading")),
    ("check_refers_if_it_changes", lambda good: new_check(good, refers_to=good.out.pk)),
    ("check_change_has_reason", lambda good: new_check(good, action="undo", refers_to=good.out.pk)),
    ("check_temperature_is_one", lambda good: new_check(good, temperature="29.9")),
    ("check_temperature_is_one", lambda good: new_check(good, temperature="45.1")),
    ("check_gate_in_compound", lambda good: new_check(good, gate_id=good.gate_elsewhere.pk)),
    ("check_household_in_compound", lambda good: new_check(good, household_id=good.elsewhere.pk)),
    ("check_gate_pass_in_compound", lambda good: new_check(good, gate_pass_id=good.card_elsewhere.pk)),
    ("check_device_in_compound", lambda good: new_check(good, device_id=good.phone_elsewhere.pk)),
    ("check_rulebook_in_compound", lambda good: new_check(good, rulebook_id=good.rules_elsewhere.pk)),
    ("outing_is_somebodys", lambda good: changed(good.outing, household=None, gate_pass=None, slot=None, period=None)),
    ("incident_not_in_the_future", lambda good: new_incident(good, event_at=ELEVEN + HOUR)),
    ("incident_by_device_or_user", lambda good: new_incident(good, by_id=good.by.pk)),
    ("incident_other_has_note", lambda good: new_incident(good, kind="other")),
    ("incident_gate_in_compound", lambda good: new_incident(good, gate_id=good.gate_elsewhere.pk)),
    ("incident_household_in_compound", lambda good: new_incident(good, household_id=good.elsewhere.pk)),
    # outings
    ("outing_one_per_slot", lambda good: new_outing(good)),
    ("outing_one_per_slot", lambda good: new_outing(good, period=(MIDNIGHT + DAY, MIDNIGHT + 3 * DAY))),
    ("outing_slot_and_period", lambda good: changed(good.outing, period=None)),
    ("outing_slot_and_period", lambda good: changed(good.outing, slot=None)),
    ("outing_slot_and_period", lambda good: changed(good.outing, slot=0)),
    ("outing_slot_and_period", lambda good: changed(good.outing, household=None)),
    ("outing_released_at_and_why", lambda good: changed(good.outing, released_at=ELEVEN)),
    ("outing_released_at_and_why", lambda good: changed(good.outing, released_why="undone")),
    ("outing_void_is_released", lambda good: changed(good.outing, void_at=ELEVEN)),
    ("outing_back_after_out", lambda good: changed(good.outing, back_at=ELEVEN - HOUR)),
    ("outing_due_after_out", lambda good: changed(good.outing, due_at=ELEVEN)),
    ("outing_household_in_compound", lambda good: changed(good.outing, household=good.elsewhere)),
    ("outing_gate_pass_in_compound", lambda good: changed(good.outing, gate_pass=good.card_elsewhere)),
    # the roll's own notes, which triggers write
    ("roll_change_once", lambda good: again(RollChange.objects.filter(household_id=good.door.pk).get())),
    # what was found later
    ("conflict_pair_once", lambda good: again(good.conflict)),
    ("conflict_pair_once", lambda good: changed(reopened(good), **NOT_REOPENED)),
    ("conflict_open_once", lambda good: reopened(good, settle=False)),
    ("conflict_of_two", lambda good: changed(good.conflict, later=good.out)),
    ("conflict_follows_same_pair", lambda good: reopened(good, later_id=good.home.pk)),
    ("conflict_follows_same_pair", lambda good: reopened(good, follows_id=uuid.uuid4())),
    ("conflict_reopened_by_and_why", lambda good: reopened(good, reopened_why="")),
    ("conflict_reopened_by_and_why", lambda good: reopened(good, reopened_by_id=None)),
    ("conflict_reopened_by_and_why", lambda good: reopened(good, reopened_at=None)),
    ("conflict_reopened_by_and_why", lambda good: changed(good.conflict, reopened_why="x")),
    ("conflict_settled_at_and_by", lambda good: changed(good.conflict, settled_at=ELEVEN, settled_by=good.by)),
    ("conflict_settled_at_and_by", lambda good: changed(good.conflict, settled_at=ELEVEN, outcome="both_real")),
    ("conflict_settled_at_and_by", lambda good: changed(good.conflict, note="x")),
    ("conflict_household_in_compound", lambda good: changed(good.conflict, household=good.elsewhere)),
    ("ratification_doubt_has_note", lambda good: changed(good.ratification, is_accepted=False)),
    # temperatures
    ("temperature_record_closed", lambda good: changed(good.record, outcome="cleared")),
    ("temperature_record_closed", lambda good: changed(good.record, closed_at=ELEVEN)),
    ("temperature_record_closed", lambda good: changed(good.record, closed_by=good.by)),
    ("temperaturerecord_household_in_compound", lambda good: changed(good.record, household=good.elsewhere)),
    ("temperature_reading_once", lambda good: again(good.reading, check_row_id=good.out.pk)),
    ("temperature_reading_up_to_three", lambda good: changed(good.reading, attempt=4)),
    ("temperature_reading_up_to_three", lambda good: changed(good.reading, attempt=0)),
    ("temperature_reading_up_to_three", lambda good: changed(good.reading, attempt=None)),
    ("temperature_reading_up_to_three", lambda good: changed(good.reading, record=None)),
    ("temperature_reading_is_one", lambda good: changed(good.reading, value="29.9")),
    ("temperature_reading_is_one", lambda good: changed(good.reading, value="45.1")),
    ("temperature_reading_from_somewhere", lambda good: changed(good.reading, check_row=None)),
    ("temperature_reading_from_somewhere", lambda good: changed(good.reading, source="home")),
    ("temperature_reading_from_somewhere", lambda good: changed(good.reading, source="captain", check_row=None)),
    ("temperaturereading_household_in_compound", lambda good: changed(good.reading, household=good.elsewhere)),
    # goods
    ("parcel_count", lambda good: new_parcel(good, count=0)),
    ("parcel_count", lambda good: new_parcel(good, count=100)),
    ("parcel_not_in_the_future", lambda good: changed(good.parcel, dropped_at=ELEVEN + HOUR)),
    ("parcel_disinfected_after_drop", lambda good: changed(good.parcel, disinfected_at=ELEVEN - HOUR)),
    ("parcel_handed_after_disinfection", lambda good: changed(good.parcel, handed_at=ELEVEN + 2 * HOUR)),
    ("parcel_handed_after_disinfection", lambda good: changed(good.parcel, handed_to="20-1702")),
    (
        "parcel_handed_after_disinfection",
        lambda good: changed(good.parcel, disinfected_at=None, handed_at=ELEVEN + HOUR, handed_to="20-1702"),
    ),
    ("parcel_withdrawn_at_and_why", lambda good: changed(good.parcel, withdrawn_at=ELEVEN)),
    ("parcel_withdrawn_at_and_why", lambda good: changed(good.parcel, withdrawn_why="x")),
    ("parcel_by_device_or_user", lambda good: changed(good.parcel, by=good.by)),
    ("parcel_gate_in_compound", lambda good: changed(good.parcel, gate=good.gate_elsewhere)),
    ("parcel_building_in_compound", lambda good: changed(good.parcel, building=good.elsewhere.building)),
    ("parcel_household_in_compound", lambda good: changed(good.parcel, household=good.elsewhere)),
)


@pytest.mark.parametrize(("constraint", "deed"), TABLE)
def test_bad_row_is_refused_by_the_database(good: SimpleNamespace, constraint: str, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) == constraint


@pytest.mark.parametrize(
    "deed",
    [
        # The exclusion constraint lets through: the next period, another slot, another door, a released one, no slot.
        lambda good: new_outing(good, period=(MIDNIGHT + 2 * DAY, MIDNIGHT + 4 * DAY)),
        lambda good: new_outing(good, slot=2),
        lambda good: new_outing(good, household_id=good.next_door.pk),
        lambda good: new_outing(good, released_at=ELEVEN, released_why="undone"),
        lambda good: new_outing(good, slot=None, period=None),
        lambda good: (changed(good.outing, released_at=ELEVEN, released_why="undone"), new_outing(good)),
        lambda good: changed(good.outing, void_at=ELEVEN, released_at=ELEVEN, released_why="fever"),
        lambda good: changed(good.outing, household=None, slot=None, period=None),
        # passes
        lambda good: card(good, every_days=31),
        lambda good: card(good, single=True),
        lambda good: card(good, "household", household_id=good.next_door.pk),
        lambda good: (changed(good.card, revoked_at=ELEVEN), card(good, "household")),
        lambda good: (changed(good.car, revoked_at=ELEVEN), again(good.car, token_hash="x", revoked_at=None)),
        lambda good: changed(good.card, seen_at=ELEVEN, seen_by=good.by),
        lambda good: changed(good.car, household=None),
        lambda good: changed(good.isolation, ended_at=ELEVEN),
        lambda good: changed(good.phone, code_hash="x", code_expires_at=ELEVEN),
        # the log
        lambda good: new_check(good, device_id=None, by_id=good.by.pk, source="paper"),
        lambda good: new_check(good, action="undo", refers_to=uuid.uuid4(), reason="刷错了"),
        lambda good: new_check(good, household_id=None, temperature="30.0"),
        lambda good: new_check(good, rulebook_id=good.rules.pk),
        lambda good: new_incident(good, kind="other", note="x"),
        # what was found later
        lambda good: changed(good.conflict, settled_at=ELEVEN, settled_by=good.by, outcome="both_real", note="x"),
        lambda good: reopened(good),
        lambda good: changed(reopened(good), **SETTLED, settled_by=good.by),
        lambda good: changed(good.ratification, is_accepted=False, note="x"),
        lambda good: changed(good.record, closed_at=ELEVEN, outcome="cleared"),
        lambda good: again(good.reading, check_row_id=good.out.pk, attempt=3),
        lambda good: changed(
            good.reading, source="home", record=None, attempt=None, check_row=None, by=good.by, value="45.0"
        ),
        lambda good: changed(good.parcel, handed_at=ELEVEN + HOUR, handed_to="20-1702"),
        lambda good: changed(good.parcel, withdrawn_at=ELEVEN, withdrawn_why="x"),
        lambda good: new_parcel(good, count=99, device_id=None, by_id=good.by.pk, household_id=None),
    ],
)
def test_good_row_beside_it_goes_through(good: SimpleNamespace, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) is None


def test_every_named_constraint_stands_in_the_table() -> None:
    """The targets of composite keys cannot be broken: the first of their columns is the primary key."""
    targets = {"conflict_with_pair", "device_with_compound", "pass_with_compound"}
    assert targets <= keys_targets()
    assert named_constraints("gate") == {row.values[0] for row in TABLE} | targets


@pytest.mark.parametrize("name", ["out", "incident"])
def test_log_when_it_is_changed_or_deleted_refuses(good: SimpleNamespace, name: str) -> None:
    row = getattr(good, name)
    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(event_at=ELEVEN - HOUR)
    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        type(row).objects.filter(pk=row.pk)._raw_delete(using="default")  # type: ignore[attr-defined]
    row.refresh_from_db()
    assert (row.event_at, Check.objects.count(), Incident.objects.count()) == (ELEVEN, 3, 1)
