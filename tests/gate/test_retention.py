"""What the gate forgets, when, and what it keeps however old it is."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from compound.models import AuditEntry, Heartbeat
from compound.services import retention
from compound.services.retention import forget_due
from gate.models import (
    Check,
    Conflict,
    Device,
    Incident,
    Isolation,
    Outing,
    Parcel,
    Pass,
    Ratification,
    RollChange,
    TemperatureReading,
    TemperatureRecord,
)
from gate.services.temperature import follow_reading
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
OLD = ELEVEN - 64 * DAY
LOG = (
    Check,
    Outing,
    Conflict,
    Ratification,
    TemperatureRecord,
    TemperatureReading,
    Incident,
    Parcel,
    Isolation,
    Pass,
    Device,
)


def live(compound, at):
    """A day at the gate: an outing and back, a conflict, an emergency, a fever, an incident, a parcel, an isolation."""
    by = make.member(compound)
    door = make.household(compound, "20-1702")
    phone = make.device(make.gate(compound), f"{compound.code}-{at}", at=at)
    card = make.gate_pass(compound, door, "medical", at=at, valid_until=at + DAY)
    out = make.check(door, at=at, phone=phone, gate_pass=card)
    home = make.check(door, "in", at=at, phone=phone)
    make.outing(out, back_at=at, check_in=home)
    Conflict.objects.create(compound=compound, earlier=out, later=home, code="quota_used", found_at=at)
    hurry = make.check(door, at=at, phone=phone, action="emergency", kind="emergency")
    Ratification.objects.create(check_ratified=hurry, is_accepted=True, at=at, by=by)
    hot = make.check(door, at=at, phone=phone, verdict="recheck", temperature=Decimal("38.1"))
    follow_reading(check=hot, first_check_id=hot.pk, is_fever=True, is_implausible=False, recheck_minutes=5, at=at)
    Incident.objects.create(
        id=uuid.uuid4(), compound=compound, gate=phone.gate, device=phone, kind="abuse", event_at=at, received_at=at
    )
    Parcel.objects.create(
        id=uuid.uuid4(),
        compound=compound,
        gate=phone.gate,
        building=door.building,
        dropped_at=at,
        disinfected_at=at,
        handed_at=at,
        handed_to="20",
        received_at=at,
        device=phone,
    )
    Isolation.objects.create(household=door, until=at + DAY, set_at=at, ended_at=at, ended_by=by)
    return door, phone


def test_gate_after_its_days_forgets_everything_and_says_so_in_the_audit_log():
    compound = make.compound(at=OLD)
    live(compound, OLD - DAY)
    roll = list(RollChange.objects.values())

    forget_due(ELEVEN)

    assert {model.__name__: model.objects.count() for model in LOG} == dict.fromkeys(
        (model.__name__ for model in LOG), 0
    )
    assert list(RollChange.objects.values()) == roll
    found = {entry.subject: entry.params["rows"] for entry in AuditEntry.objects.filter(action="retention.forgot")}
    assert found == {
        "gate.temperatures": 2,
        "gate.passages": 7,
        "gate.incidents": 1,
        "gate.parcels": 1,
        "gate.isolations": 1,
        "gate.passes": 1,
        "gate.phones": 1,
    }


def test_gate_before_its_days_are_over_forgets_nothing():
    live(make.compound(at=OLD), ELEVEN - 29 * DAY)
    before = {model: model.objects.count() for model in LOG}
    forget_due(ELEVEN)
    assert {model: model.objects.count() for model in LOG} == before


def test_gate_however_old_keeps_who_is_outside_and_what_waits():
    compound = make.compound(at=OLD)
    door = make.household(compound, "20-1702")
    phone = make.device(make.gate(compound), at=OLD)
    out, refused = make.check(door, at=OLD, phone=phone), make.check(door, at=OLD, phone=phone, verdict="refuse")
    make.outing(out)
    waiting = Parcel.objects.create(
        id=uuid.uuid4(),
        compound=compound,
        gate=phone.gate,
        building=door.building,
        dropped_at=OLD,
        received_at=OLD,
        device=phone,
    )

    forget_due(ELEVEN)

    assert [check.pk for check in Check.objects.all()] == [out.pk] != [refused.pk]
    assert Outing.objects.get().check_out == out
    assert Parcel.objects.get() == waiting
    assert Device.objects.get() == phone


@pytest.mark.parametrize(("turned", "is_good"), [({}, False), ({"void_at": OLD}, True), ({"kind": "emergency"}, True)])
def test_pass_for_one_outing_when_its_outing_is_forgotten_stays_used(turned, is_good):
    compound = make.compound(at=OLD)
    door, phone = make.household(compound, "20-1702"), make.device(make.gate(compound), at=ELEVEN)
    card = make.gate_pass(compound, door, "medical", at=OLD, single=True)
    back = make.check(door, "in", at=OLD, phone=phone, gate_pass=card)
    released = {"released_at": OLD, "released_why": "undone"} if "void_at" in turned else {}
    outing = make.outing(make.check(door, at=OLD, phone=phone, gate_pass=card), back_at=OLD, check_in=back, **released)
    Outing.objects.filter(pk=outing.pk).update(**turned)

    forget_due(ELEVEN)

    assert (Outing.objects.count(), Pass.objects.filter(pk=card.pk, revoked_at=None).exists()) == (0, is_good)


def test_checks_after_forgetting_cannot_be_deleted_by_anybody_else():
    compound = make.compound(at=OLD)
    live(compound, OLD)
    live(make.compound("dongyuan", "东园"), ELEVEN)
    forget_due(ELEVEN)
    assert Check.objects.count() == 4
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM gate_check")


def test_forgetting_when_there_is_more_than_one_sweep_may_take_goes_on_at_the_next(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "MOST_ROWS", 4)
    compound = make.compound(at=OLD)
    phone = make.device(make.gate(compound), at=ELEVEN)
    for _ in range(5):
        make.check(None, at=OLD, phone=phone)

    forget_due(ELEVEN)
    assert (Check.objects.count(), Heartbeat.objects.get(name="forget").at) == (1, ELEVEN - DAY)
    forget_due(ELEVEN + dt.timedelta(seconds=15))
    assert (Check.objects.count(), Heartbeat.objects.get(name="forget").at) == (0, ELEVEN + dt.timedelta(seconds=15))


@pytest.mark.errors_expected
def test_forgetting_when_one_app_fails_lets_the_others_forget(monkeypatch):
    def fail(compound, before, limit):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return 0

    broken = retention.Forgets("broken", "PARCEL_DAYS", fail)
    monkeypatch.setattr(retention, "FORGETS", [broken, *retention.FORGETS])
    live(make.compound(at=OLD), OLD - DAY)
    forget_due(ELEVEN)
    assert Check.objects.count() == 0
