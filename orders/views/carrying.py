"""The runner's phone: what can be carried now, and the doors of a trip."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.models import Batch, OrderLine, Trip
from orders.queries.carrying import has_begun, rounds_to_carry, trips_carried, trips_to_carry
from orders.queries.doors import trip_walk
from orders.queries.totals import building_words
from orders.services.carrying import give_back_trip, take_trip
from orders.views.access import seen_buildings
from orders.views.door_forms import fields_again, take_form, tell_left_open


@require_GET
def carrying(request: HttpRequest, code: str) -> HttpResponse:
    """My trips, those that nobody has taken, the buildings of rounds on their way, and what I have carried."""
    compound, standing = compound_for(request, code, *access.DELIVER)
    only = seen_buildings(standing)
    mine, free = trips_to_carry(compound, runner=me(request).pk, only=only)
    finished = [row for row in mine if not row.open]
    mine = [row for row in mine if row.open]
    carried = trips_carried(compound, runner=me(request).pk, at=timezone.now())
    rounds = rounds_to_carry(compound, only=only)
    context = {"mine": mine, "finished": finished, "free": free, "carried": carried, "rounds": rounds}
    return render(request, "orders/carrying.html", context)


def trip_for(request: HttpRequest, code: str, trip: uuid.UUID) -> tuple[Trip, access.Standing]:
    """A trip for anybody who delivers; a captain where some of it is for the own building. Two or three queries."""
    compound, standing = compound_for(request, code, *access.DELIVER)
    trips = Trip.objects.filter(batch__compound=compound).select_related("batch", "runner", "station", "vehicle")
    found = trips.filter(pk=trip).first()
    only = seen_buildings(standing)
    if found is None or (only is not None and not found.stops.filter(household__building__in=only).exists()):
        raise Http404
    return found, standing


@require_GET
def trip_page(request: HttpRequest, code: str, trip: uuid.UUID) -> HttpResponse:
    """The doors of a trip in walking order."""
    found, standing = trip_for(request, code, trip)
    return _trip_page(request, found, standing, timezone.now())


def _trip_page(
    request: HttpRequest, trip: Trip, standing: access.Standing, now: dt.datetime, *, room: str = "", error: str = ""
) -> HttpResponse:
    """`error`: of the door `room`, else of the page. From the day after a run was ended its trips are read only."""
    compound, batch = standing.compound, trip.batch
    walk = trip_walk(trip, compound, at=now, only=seen_buildings(standing))
    round = request.POST.get("round", "")
    doors = [door for door in walk.doors if (door.household.room, str(door.round.pk)) == (room, round)]
    for door in doors:
        door.error = error
    is_over = batch.state in (Batch.State.DONE, Batch.State.CANCELLED)
    is_early = batch.state == Batch.State.PLANNED and walk.next is not None
    context = {
        "trip": trip,
        "walk": walk,
        "is_mine": trip.runner_id == me(request).pk,
        "is_over": is_over,
        "can_mark": not is_over or compound.day_of(batch.state_at) == compound.day_of(now),
        "error": "" if doors else error,
        "is_early": is_early,
        "asks_early": is_early and not has_begun(trip, runner=me(request).pk),
    }
    return render(request, "orders/trip.html", context)


@post_or("orders:trip")
def mark(request: HttpRequest, code: str, trip: uuid.UUID) -> HttpResponse:
    """What happened at a door, by a form that no script has sent; then on to the next door.

    The first word about a run that has not left yet is asked about, as the page's module does.
    """
    found, standing = trip_for(request, code, trip)
    now, room = timezone.now(), request.POST.get("room", "")
    is_early = found.batch.state == Batch.State.PLANNED and "sure" not in request.POST
    try:
        if is_early and not has_begun(found, runner=me(request).pk):
            fields = fields_again(request, standing, "door", at=now)
            return render(request, "orders/trip_early.html", {"trip": found, "fields": fields, "said": _said(request)})
        tell_left_open(request, take_form(request, standing, "door", {}, at=now))
    except Refusal as refusal:
        return _trip_page(request, found, standing, now, room=room, error=refusal.message)
    walk = trip_walk(found, standing.compound, at=now, only=seen_buildings(standing))
    url = reverse("orders:trip", kwargs={"code": code, "trip": trip})
    after = walk.next_after(room) if request.POST.get("do") != "undo" else None
    return redirect(f"{url}#{after.anchor if after else 'counts'}")


def _said(request: HttpRequest) -> str:
    """`3-501：已送达`: what a form says of its door, or of a sealed building."""
    if building := request.POST.get("building", ""):
        return building_words(building)
    do = request.POST.get("do", "")
    words = _("Undo") if do == "undo" else OrderLine.Outcome(do).label if do in OrderLine.Outcome.values else ""
    return _("%(room)s: %(outcome)s.") % {"room": request.POST.get("room", ""), "outcome": words}


@post_or("orders:trip")
def take(request: HttpRequest, code: str, trip: uuid.UUID) -> HttpResponse:
    """A trip that nobody has: I carry it. `do=back`: I do not."""
    found, standing = trip_for(request, code, trip)
    try:
        if request.POST.get("do") == "back":
            give_back_trip(trip=found, by=me(request), at=timezone.now())
            messages.success(request, _("Given back: somebody else can take this trip."))
            return redirect("orders:carrying", code=code)
        take_trip(trip=found, by=me(request), at=timezone.now(), only=seen_buildings(standing))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("orders:carrying", code=code)
    return redirect("orders:trip", code=code, trip=trip)
