"""What somebody did at a gate that has to be on record. Append-only; the phone's UUID is the key."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Compound, Gate, Household, User
from compound.refusals import Refusal
from gate.models import Device, Incident


@transaction.atomic
def record_incident(
    *,
    id: uuid.UUID,
    compound: Compound,
    gate: Gate,
    kind: str,
    household: Household | None = None,
    note: str = "",
    at: dt.datetime,
    received_at: dt.datetime,
    device: Device | None = None,
    by: User | None = None,
) -> Incident:
    """Writes it down; a second time it gives back the first row. The log is its own audit: nothing else is written.

    `at`: when it happened, put right (compound.moments). Either `device` or `by`. Raises `id_taken`, `note_missing`.
    """
    note = note.strip()
    if kind == Incident.Kind.OTHER and not note:
        raise Refusal("note_missing", _("Say in a few words what happened."))
    row = Incident(
        id=id,
        compound=compound,
        gate=gate,
        device=device,
        by=by,
        kind=kind,
        household=household,
        note=note,
        event_at=min(at, received_at),
        received_at=received_at,
    )
    Incident.objects.bulk_create([row], ignore_conflicts=True)
    incident = Incident.objects.filter(pk=id, compound=compound).first()
    if incident is None:
        raise Refusal("id_taken", _("This number belongs to something else already. Start again."))
    return incident
