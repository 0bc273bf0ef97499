"""A good row in each table of the gate, for tests that go through all of them."""

import datetime as dt
import uuid
from decimal import Decimal
from types import SimpleNamespace

from compound.models import Household, User
from gate.models import (
    Conflict,
    Incident,
    Isolation,
    Parcel,
    Ratification,
    TemperatureReading,
    TemperatureRecord,
)
from tests import make
from tests.make import ELEVEN

HOUR = dt.timedelta(hours=1)


def one_of_each(door: Household, *, by: User, plate: str = "沪A12345") -> SimpleNamespace:
    """Out with a pass at eleven and back at twelve, beside a conflict, an emergency, a fever, goods and the rest."""
    of = door.compound
    east = make.gate(of)
    phone = make.device(east, token=f"phone {door.pk}")
    card = make.gate_pass(of, door)
    car = make.gate_pass(of, door, "vehicle", plate=plate)
    out = make.check(door, phone=phone, gate_pass=card)
    home = make.check(door, "in", at=ELEVEN + HOUR, phone=phone, temperature=Decimal("37.5"), verdict="recheck")
    outing = make.outing(out, check_in=home, back_at=ELEVEN + HOUR, due_at=ELEVEN + 2 * HOUR)
    hurry = make.check(door, phone=phone, kind="emergency", action="emergency")
    record = TemperatureRecord.objects.create(
        compound=of, household=door, check_first=home, is_fever=True, opened_at=ELEVEN, recheck_at=ELEVEN + HOUR
    )
    return SimpleNamespace(
        of=of,
        by=by,
        door=door,
        gate=east,
        phone=phone,
        card=card,
        car=car,
        out=out,
        home=home,
        outing=outing,
        hurry=hurry,
        record=record,
        reading=TemperatureReading.objects.create(
            compound=of, household=door, record=record, attempt=1, check_row=home, source="gate", value=Decimal("37.5"),
            taken_at=ELEVEN,
        ),
        conflict=Conflict.objects.create(
            compound=of, household=door, earlier=out, later=hurry, code="quota_used", found_at=ELEVEN
        ),
        ratification=Ratification.objects.create(check_ratified=hurry, is_accepted=True, at=ELEVEN, by=by),
        incident=Incident.objects.create(
            id=uuid.uuid4(), compound=of, gate=east, device=phone, kind="rushed", household=door, event_at=ELEVEN,
            received_at=ELEVEN,
        ),
        parcel=Parcel.objects.create(
            id=uuid.uuid4(), compound=of, gate=east, building=door.building, household=door, device=phone,
            dropped_at=ELEVEN, disinfected_at=ELEVEN + HOUR, received_at=ELEVEN,
        ),
        isolation=Isolation.objects.create(household=door, until=ELEVEN + HOUR, set_at=ELEVEN, set_by=by),
    )  # fmt: skip
