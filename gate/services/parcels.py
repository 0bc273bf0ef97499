"""Goods at the outer line: dropped, disinfected, handed over, or withdrawn. Each step has one effect, however often
and in whatever order the phones tell of it.

`at` is when it happened, put right and never after the receipt (compound.moments). A phone or somebody logged in:
`device` or `by`. Every step that had an effect stands in the audit log.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from compound.models import Building, Compound, Gate, Household, User
from compound.refusals import Refusal
from compound.services import audit
from gate.models import Device, Parcel

STEPS = ["disinfected_at", "handed_at", "handed_to", "withdrawn_at", "withdrawn_why"]


@transaction.atomic
def drop_parcel(
    *,
    id: uuid.UUID,
    compound: Compound,
    gate: Gate,
    building: Building,
    household: Household | None = None,
    count: int = 1,
    note: str = "",
    at: dt.datetime,
    received_at: dt.datetime,
    device: Device | None = None,
    by: User | None = None,
) -> Parcel:
    """Writes down what was put at the outer line; a second time it gives back the first row. Raises `id_taken`."""
    row = Parcel(
        id=id,
        compound=compound,
        gate=gate,
        building=building,
        household=household,
        count=count,
        note=note,
        dropped_at=min(at, received_at),
        received_at=received_at,
        device=device,
        by=by,
    )
    known = Parcel.objects.filter(pk=id).exists()
    # Two that send it at the same time: the second one waits here, and writes nothing.
    Parcel.objects.bulk_create([row], ignore_conflicts=True)
    parcel = _parcel(compound, id)
    if parcel is None:
        raise Refusal("id_taken", _("This number belongs to something else already. Start again."))
    if not known and parcel.received_at == received_at:
        _record(parcel, "parcel.dropped", received_at, device, by)
    return parcel


@transaction.atomic
def disinfect_parcel(
    *,
    parcel_id: uuid.UUID,
    compound: Compound,
    at: dt.datetime,
    received_at: dt.datetime,
    device: Device | None = None,
    by: User | None = None,
) -> Parcel:
    """Raises `parcel_unknown`. Between phones whose clocks differ a little it never lies before the drop."""
    waiting = Parcel.objects.filter(pk=parcel_id, compound=compound, disinfected_at=None)
    moment = Greatest(Value(min(at, received_at), DateTimeField()), F("dropped_at"))
    changed = waiting.update(disinfected_at=moment, device=device, by=by)
    return _after(changed, "parcel.disinfected", _known(compound, parcel_id), received_at, device, by)


@transaction.atomic
def disinfect_building(*, compound: Compound, building: Building, at: dt.datetime, by: User) -> int:
    """All that waits for the building, sprayed in one go; returns how many rows were not before."""
    waiting = Parcel.objects.filter(
        compound=compound, building=building, disinfected_at=None, handed_at=None, withdrawn_at=None
    )
    changed = waiting.update(disinfected_at=at, device=None, by=by)
    if changed:
        audit.record(
            compound=compound,
            by=by,
            at=at,
            action="parcels.disinfected",
            subject=building.name,
            text=building.name,
            parcels=changed,
        )
    return changed


@transaction.atomic
def hand_over_parcel(
    *,
    parcel_id: uuid.UUID,
    compound: Compound,
    to: str,
    at: dt.datetime,
    received_at: dt.datetime,
    device: Device | None = None,
    by: User | None = None,
) -> Parcel:
    """Of two who hand over the same parcel the first one counts, and both are right: the answer is the same.

    `to` may be empty: then it is the door's own people. What was handed over before somebody else withdrew it was
    handed over. Raises `parcel_unknown`, `parcel_not_disinfected`, `parcel_withdrawn`.
    """
    parcel = _known(compound, parcel_id)
    moment = min(at, received_at)
    ready = Parcel.objects.filter(pk=parcel_id, compound=compound, handed_at=None, disinfected_at__isnull=False)
    changed = ready.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=moment)).update(
        handed_at=Greatest(Value(moment, DateTimeField()), F("disinfected_at")),
        handed_to=to.strip() or _door(parcel),
        withdrawn_at=None,
        withdrawn_why="",
        device=device,
        by=by,
    )
    parcel.refresh_from_db(fields=STEPS)
    if not changed and parcel.handed_at is None:
        if parcel.withdrawn_at is not None:
            raise Refusal("parcel_withdrawn", _("This parcel was withdrawn: it waits no more."))
        raise Refusal(
            "parcel_not_disinfected",
            _("Not yet: this parcel has not been disinfected. Disinfect it first, then hand it over."),
        )
    return _after(changed, "parcel.handed_over", parcel, received_at, device, by)


@transaction.atomic
def withdraw_parcel(
    *,
    parcel_id: uuid.UUID,
    compound: Compound,
    why: str,
    at: dt.datetime,
    received_at: dt.datetime,
    device: Device | None = None,
    by: User | None = None,
) -> Parcel:
    """It was written down by mistake, or was sent back. Raises `parcel_unknown`, `reason_missing`, `parcel_handed`."""
    parcel = _known(compound, parcel_id)
    if not why.strip():
        raise Refusal("reason_missing", _("Say why it waits no more."))
    waiting = Parcel.objects.filter(pk=parcel_id, compound=compound, handed_at=None, withdrawn_at=None)
    changed = waiting.update(withdrawn_at=min(at, received_at), withdrawn_why=why.strip()[:100], device=device, by=by)
    parcel.refresh_from_db(fields=STEPS)
    if not changed and parcel.handed_at is not None:
        raise Refusal("parcel_handed", _("This parcel has been handed over already."))
    return _after(changed, "parcel.withdrawn", parcel, received_at, device, by)


def _parcel(compound: Compound, parcel_id: uuid.UUID) -> Parcel | None:
    rows = Parcel.objects.filter(pk=parcel_id, compound=compound)
    parcel = rows.select_related("building", "household").first()
    if parcel is not None:
        parcel.compound = compound
    return parcel


def _known(compound: Compound, parcel_id: uuid.UUID) -> Parcel:
    parcel = _parcel(compound, parcel_id)
    if parcel is None:
        raise Refusal("parcel_unknown", _("This parcel is not in the list. Load the list again."))
    return parcel


def _door(parcel: Parcel) -> str:
    return parcel.household.room if parcel.household else parcel.building.name


def _after(
    changed: int, action: str, parcel: Parcel, at: dt.datetime, device: Device | None, by: User | None
) -> Parcel:
    if changed:
        _record(parcel, action, at, device, by)
    return parcel


def _record(parcel: Parcel, action: str, at: dt.datetime, device: Device | None, by: User | None) -> None:
    params: dict[str, Any] = {"parcel": str(parcel.pk), "count": parcel.count}
    if device is not None:
        params["device"] = str(device.pk)
    audit.record(
        compound=parcel.compound, by=by, at=at, action=action, subject=_door(parcel), text=_door(parcel), **params
    )
