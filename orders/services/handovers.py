"""Counted hand-overs on the way: gate, station, building. One way in for phones and forms, see `orders.events`."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compound import access
from compound.models import User
from compound.refusals import Refusal
from compound.rooms import clean
from compound.services import audit
from orders.events import Act, event_kind
from orders.models import Batch, Handover, HandoverGap
from orders.queries.handovers import Place, place_key, places_of
from orders.queries.sheet_rows import without_numbers

Leg = Handover.Leg
MOST_DIGITS = 5


@event_kind("handover", roles=access.DELIVER)
def hand_over(act: Act) -> dict[str, Any]:
    """`{"batch": UUID, "place": "gate" | "station:<id>" | "building:<id>", "bags": "38", "note": str}`.

    The latest count of a place by event time stands. Answers `place`, `expected`, `counted`, `missing` of what stands
    now, and the flags `again` (this place was counted before), `superseded` (a later count stands), `run_over`.
    Refuses what is malformed, another compound's or another captain's: `run_unknown`, `place_unknown`, `bags_unclear`.
    """
    batch = _batch(act)
    leg, station, building = _place(act)
    bags = _bags(act)
    where: dict[str, Any] = {"batch": batch, "leg": leg, "station_id": station, "building_id": building}
    again = Handover.objects.filter(**where).exists()
    note = without_numbers(str(act.body.get("note") or ""))[:200]
    Handover.objects.create(event_id=act.id, **where, bags=bags, by=act.by, at=act.at, note=note)
    place = next(row for row in places_of(batch) if row.key == place_key(leg, station, building))
    stands = place.counts[0]
    flags = [
        *(["again"] if again else []),
        *(["superseded"] if stands.pk != act.id else []),
        *(["run_over"] if batch.state in (Batch.State.DONE, Batch.State.CANCELLED) else []),
    ]
    return {
        "batch": str(batch.pk),
        "place": place.key,
        "expected": place.expected,
        "counted": stands.bags,
        "missing": place.missing,
        "flags": flags,
        "text": _words(place),
    }


def _words(place: Place) -> str:
    if place.missing > 0:
        return _("Written down. %(missing)d are missing: the coordinator sees it.") % {"missing": place.missing}
    if place.missing < 0:
        return _("Written down. %(over)d more than planned: the coordinator sees it.") % {"over": place.over}
    return _("Written down. It adds up.")


def _bags(act: Act) -> int:
    typed = clean(str(act.body.get("bags", "")))
    if not typed.isdecimal() or len(typed) > MOST_DIGITS:
        raise Refusal("bags_unclear", _("How many bags did you count? A whole number."))
    return int(typed)


def _batch(act: Act) -> Batch:
    try:
        key = uuid.UUID(str(act.body.get("batch")))
    except ValueError:
        key = uuid.UUID(int=0)
    # Whoever ends the run at this moment sees the count, or the count sees that it is over.
    batches = Batch.objects.select_for_update(of=("self",), no_key=True)
    batch = batches.filter(compound=act.compound, pk=key).first()
    if batch is None:
        raise Refusal("run_unknown", _("This run does not exist any more. Load the page again."))
    return batch


def _place(act: Act) -> tuple[str, int | None, int | None]:
    """(leg, station, building) of `gate`, `station:3`, `building:7`."""
    kind, _colon, number = str(act.body.get("place", "")).partition(":")
    if kind == Leg.GATE and not number and access.sees_all_buildings(act.standing):
        return Leg.GATE, None, None
    key = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    sees_all = kind == Leg.STATION and access.sees_all_buildings(act.standing)
    if sees_all and act.compound.transit_stations.filter(pk=key).exists():
        return Leg.STATION, key, None
    is_mine = kind == Leg.BUILDING and access.sees_building(act.standing, key)
    if is_mine and act.compound.buildings.filter(pk=key).exists():
        return Leg.BUILDING, None, key
    raise Refusal("place_unknown", _("This place is not on the run. Load the page again."))


@transaction.atomic
def explain_gap(*, batch: Batch, count: uuid.UUID, reason: str, by: User, at: dt.datetime) -> HandoverGap:
    """Says why a place counted another number than came to it. `count`: the count that the reason is for.

    Said again, the reason is replaced; a new count asks anew. Raises `reason_missing`, `counted_again`, `no_gap`.
    """
    reason = without_numbers(reason).strip()
    if not reason:
        raise Refusal("reason_missing", _("Say where the bags are: the reason stays in the record."))
    batch = Batch.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=batch.pk)
    place = next((row for row in places_of(batch) if row.count and row.count.pk == count), None)
    if place is None or place.count is None:
        raise Refusal("counted_again", _("It was counted again meanwhile. Load the page again."))
    if not place.missing:
        raise Refusal("no_gap", _("This count adds up: there is nothing to explain."))
    values = {"batch": batch, "missing": place.missing, "reason": reason[:200], "at": at, "by": by}
    gap, _is_new = HandoverGap.objects.update_or_create(handover=place.count, defaults=values)
    audit.record(
        compound=batch.compound,
        by=by,
        at=at,
        action="gap.explained",
        subject=str(batch),
        text=reason,
        batch=str(batch.pk),
        place=place.key,
        missing=place.missing,
    )
    return gap
