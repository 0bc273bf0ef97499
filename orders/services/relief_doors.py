"""What happened at the doors of a relief round: acts of kind `relief`, from a phone's outbox or a plain form.

The body of an act: `{"relief": uuid, "room": "3-2-501", "do": "handed" | "nobody_home" | "refused" | "undo"}`, with
`"count"` for another number of parcels than is due, and for an undo `"of"`: the id of the act that it takes back.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compound.access import DELIVER, sees_building
from compound.models import Household, User
from compound.refusals import Refusal
from orders.events import Act, event_kind
from orders.models import PhoneEvent, Relief, ReliefParcel
from orders.relief_rules import ACTS, MOST_AT_A_DOOR, UNDO, Mark, stands, takes_back
from orders.services.relief import lock_relief

Outcome = ReliefParcel.Outcome
# For marks that came from no phone: older than any act of the same moment.
NO_ACT = uuid.UUID(int=0)


@event_kind("relief", roles=DELIVER)
def relief_act(act: Act) -> dict[str, Any]:
    """Refuses what is malformed, of another compound, or of a building that is not seen; records everything else."""
    do, count, of = _read(act.body)
    key = _uuid(act.body.get("relief"))
    relief = Relief.objects.filter(compound=act.compound, pk=key).first() if key else None
    if relief is None:
        raise Refusal("relief_unknown", _("This relief round is not there."))
    room = str(act.body.get("room", ""))
    household = Household.objects.filter(compound=act.compound, room=room).first()
    if household is None or not sees_building(act.standing, household.building_id):
        raise Refusal("room_unknown", _("There is no room “%(room)s” here.") % {"room": room[:62]})
    return mark_parcel(
        relief=relief, household=household, do=do, count=count, of=of, by=act.by, at=act.at, event=act.id
    )


def _read(body: Any) -> tuple[str, int | None, uuid.UUID | None]:
    do, count = str(body.get("do", "")), body.get("count")
    if do not in ACTS:
        raise Refusal("act_malformed", _("This page is older than the server: load it again."))
    if count in (None, ""):
        return do, None, _uuid(body.get("of"))
    try:
        number = int(count)
    except (TypeError, ValueError, OverflowError):
        number = 0
    if not 1 <= number <= MOST_AT_A_DOOR:
        raise Refusal("count_malformed", _("A number of parcels from 1 to 99, please."))
    return do, number, _uuid(body.get("of"))


def _uuid(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


@transaction.atomic
def mark_parcel(
    *,
    relief: Relief,
    household: Household,
    do: str,
    count: int | None = None,
    of: uuid.UUID | None = None,
    by: User,
    at: dt.datetime,
    event: uuid.UUID,
) -> dict[str, Any]:
    """One door. Returns what stands there now: room, outcome, handed, due, who and when, and `flags`:

    `already` (handed out by somebody else too), `late`, `overtaken` (a later act stands), `handed_already`,
    `nothing_to_undo`, `not_on_list`, `added` (handed out at a door that was not on the list), `closed` (the
    round was closed: it shows a difference from now on). Nothing that has happened is refused.
    """
    relief = lock_relief(relief.pk)
    parcels = relief.parcels.select_for_update(of=("self",)).filter(household=household)
    parcel = parcels.select_related("event", "outcome_by").first()
    flags = ["closed"] if relief.closed_at is not None else []
    if parcel is None:
        if do != Outcome.HANDED:
            return {"room": household.room, "do": do, "outcome": "", "handed": 0, "due": 0, "flags": ["not_on_list"]}
        parcel = ReliefParcel(relief=relief, household=household, due=count or relief.per_count)
        flags.append("added")
    new = Mark("" if do == UNDO else do, at, event)
    standing = _standing(parcel)
    takes, remarks = takes_back(new, of, standing) if do == UNDO else stands(new, standing)
    if takes:
        _write(parcel, new, count, by)
    return {
        "room": household.room,
        "do": do,
        "outcome": parcel.outcome,
        "handed": parcel.handed,
        "due": parcel.due,
        "by": parcel.outcome_by.name if parcel.outcome_by else "",
        "at": parcel.outcome_at.isoformat() if parcel.outcome_at else None,
        "act": str(parcel.event_id) if parcel.event_id and parcel.outcome else None,
        "flags": [*flags, *remarks],
    }


def _standing(parcel: ReliefParcel) -> Mark | None:
    """What stands at the door. A mark that was taken back leaves no time behind, but the act that did it."""
    if parcel.outcome_at is not None:
        return Mark(parcel.outcome, parcel.outcome_at, parcel.event_id or NO_ACT)
    undo: PhoneEvent | None = parcel.event
    return Mark("", undo.at, undo.pk) if undo is not None else None


def _write(parcel: ReliefParcel, new: Mark, count: int | None, by: User) -> None:
    parcel.outcome = new.outcome
    parcel.handed = (count or parcel.due) if new.outcome == Outcome.HANDED else 0
    parcel.outcome_at, parcel.outcome_by = (new.at, by) if new.outcome else (None, None)
    parcel.event_id = new.id
    if parcel.pk is None:
        parcel.save()
    else:
        parcel.save(update_fields=["outcome", "handed", "outcome_at", "outcome_by", "event"])
