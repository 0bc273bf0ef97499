"""Home isolation: nobody of a household goes out before a set moment. The roll follows by trigger."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Compound, Household, User
from compound.refusals import Refusal
from compound.services import audit
from gate.models import Isolation


@transaction.atomic
def isolate(*, household: Household, until: dt.datetime, note: str = "", by: User, at: dt.datetime) -> Isolation:
    """Sets the date; a household that has one gets this one instead. The same again changes nothing.

    Locks the household. Raises `until_passed`.
    """
    if until <= at:
        raise Refusal("until_passed", _("This moment is over already: choose a later one."))
    door = (
        Household.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=household.pk)
    )
    note = note.strip()[:200]
    known = Isolation.objects.filter(household=door, ended_at=None).first()
    if known is not None:
        if (known.until, known.note) == (until, note):
            return known
        known.ended_at, known.ended_by = at, by
        known.save(update_fields=["ended_at", "ended_by"])
    row = Isolation.objects.create(household=door, until=until, note=note, set_at=at, set_by=by)
    _record(door.compound, door.room, "isolation.set", by, at, until)
    return row


@transaction.atomic
def end_isolation(*, isolation: Isolation, by: User, at: dt.datetime) -> Isolation:
    """Before its date. Who comes second ends nothing and learns of no error."""
    open_row = Isolation.objects.filter(pk=isolation.pk, ended_at=None)
    changed = open_row.update(ended_at=at, ended_by=by)
    row = Isolation.objects.select_related("household__compound").get(pk=isolation.pk)
    if changed:
        _record(row.household.compound, row.household.room, "isolation.ended", by, at, row.until)
    return row


def _record(compound: Compound, room: str, action: str, by: User, at: dt.datetime, until: dt.datetime) -> None:
    """Until when, and never why."""
    audit.record(compound=compound, by=by, at=at, action=action, subject=room, text=room, until=until.isoformat())
