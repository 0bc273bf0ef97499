"""The runs of a day and one run: planned, changed by hand, sent out, counted, over."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.access import Standing
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.forms.runs import GapForm, MoveForm, PlanForm, TripForm
from orders.models import Batch
from orders.queries.handovers import Place, places_of
from orders.queries.runs import rules_of, run_page, runners_of, runs_page, waiting_doors
from orders.queries.walking import sealed_buildings
from orders.services import runs as services
from orders.services.handovers import explain_gap

Again = Callable[[Batch], HttpResponse]


def batch_for(request: HttpRequest, code: str, batch_id: uuid.UUID, *roles: str) -> tuple[Batch, Compound, Standing]:
    """A run of the compound for a member in one of `roles`. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    batch = Batch.objects.select_related("made_by").filter(compound=compound, pk=batch_id).first()
    if batch is None:
        raise Http404
    batch.compound = compound
    return batch, compound, membership


@require_GET
def run_list(request: HttpRequest, code: str) -> HttpResponse:
    """Today's runs, and what waits to be carried."""
    compound, _membership = compound_for(request, code, *access.RUN_DELIVERIES)
    return _runs_page(request, compound, None)


def _runs_page(request: HttpRequest, compound: Compound, form: PlanForm | None) -> HttpResponse:
    now = timezone.now()
    rules = rules_of(compound)
    page = runs_page(compound, rules, at=now)
    waits = waiting_doors(compound)
    if form is None:
        initial = {"leaves_at": _asked(request, compound, now) or page.next_departure or now}
        form = PlanForm(compound=compound, at=now, initial=initial)
    context = {
        "page": page,
        "rules": rules,
        "waits": waits,
        "form": form,
        "ticked": request.POST.getlist("also") if form.is_bound else [],
        "sealed": sealed_buildings(compound, now),
    }
    return render(request, "orders/runs.html", context)


def _asked(request: HttpRequest, compound: Compound, now: dt.datetime) -> dt.datetime | None:
    """`?at=16:00`: the time of the rules that was pressed."""
    try:
        return compound.moment(compound.day_of(now), dt.time.fromisoformat(request.GET.get("at", "")))
    except ValueError:
        return None


@post_or("orders:runs")
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """A run of all that waits."""
    compound, _membership = compound_for(request, code, *access.RUN_DELIVERIES)
    form = PlanForm(request.POST, compound=compound, at=timezone.now())
    if form.is_valid():
        values = form.cleaned_data | {"runners": list(form.cleaned_data["runners"])}
        try:
            batch, left_over = services.plan_run(
                compound=compound, also=request.POST.getlist("also"), by=me(request), at=timezone.now(), **values
            )
        except Refusal as refusal:
            form.add_error("reason" if refusal.code == "quiet_hours" else None, refusal.message)
        else:
            if left_over:
                text = _("No vehicle holds the bags of %(rooms)s: they still wait.")
                messages.warning(request, text % {"rooms": _(", ").join(left_over)})
            return redirect("orders:run", code=code, batch=batch.pk)
    return _runs_page(request, compound, form)


@require_GET
def run(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    """One run: who carries what where, what was counted on the way, how the doors ended."""
    row, _compound, membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)
    return _run_page(request, row, membership)


def _run_page(request: HttpRequest, batch: Batch, membership: Standing, **more: Any) -> HttpResponse:
    rules, now = rules_of(batch.compound), timezone.now()
    page = run_page(batch, rules, at=now)
    places = places_of(batch, sealed=page.sealed, gone=page.gone)
    context = {
        "batch": batch,
        "page": page,
        "places": places,
        "open_gaps": sum(place.is_open for place in places),
        "is_planned": batch.state == Batch.State.PLANNED,
        "is_out": batch.state == Batch.State.OUT,
        "doors_open": page.doors - page.done,
        "can_go_back": batch.state == Batch.State.DONE
        and batch.compound.day_of(batch.state_at) == batch.compound.day_of(now),
        "can_see_orders": access.can_see_orders(membership),
    }
    context["can_change"] = context["is_planned"] or context["is_out"]
    # One trip at a time: among some hundred runners the lists would be longer than the run.
    edit = request.GET.get("trip", "")
    if context["can_change"] and edit.isdecimal():
        more |= {
            "edit": int(edit),
            "people": runners_of(batch.compound),
            "vehicles": list(batch.compound.vehicles.filter(is_active=True)),
        }
    return render(request, "orders/run.html", context | more)


@post_or("orders:run")
def move(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    """Ticked doors onto another trip, a new one, or off the run."""
    row, _compound, _membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)
    form = MoveForm(request.POST, batch=row)
    if not form.is_valid():
        messages.error(request, next(str(text) for texts in form.errors.values() for text in texts))
        return redirect("orders:run", code=code, batch=batch)
    stops, to = [stop.pk for stop in form.cleaned_data["stop"]], form.cleaned_data["to"]
    same: dict[str, Any] = {"batch": row, "stops": stops, "by": me(request), "at": timezone.now()}

    def do() -> str:
        if to == MoveForm.OFF:
            count = services.take_off(**same)
            done = ngettext("%(count)d door waits for the next run.", "%(count)d doors wait for the next run.", count)
            return done % {"count": count}
        trip = services.move_stops(to=None if to == MoveForm.NEW else to, **same)
        done = ngettext(
            "%(count)d door is on trip %(number)d now.", "%(count)d doors are on trip %(number)d now.", len(stops)
        )
        return done % {"count": len(stops), "number": trip.position}

    return _done(request, row, do)


@post_or("orders:run")
def change_trip(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    """Runner and vehicle of one trip."""
    row, _compound, _membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)
    form = TripForm(request.POST, batch=row)
    if not form.is_valid():
        raise Http404

    def do() -> str:
        trip = services.set_trip(**form.cleaned_data, by=me(request), at=timezone.now())
        return _("Trip %(number)d is saved.") % {"number": trip.position}

    return _done(request, row, do)


@post_or("orders:run")
def send(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    """Trips that nobody carries are named first: what stands on them would be on its way in nobody's hands."""
    row, _compound, membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)
    reason = request.POST.get("reason", "").strip()[:100]
    lonely = row.trips.filter(runner=None, stops__isnull=False).distinct().order_by("position")
    if row.state == Batch.State.PLANNED and "sure" not in request.POST:
        numbers = list(lonely.values_list("position", flat=True))
        if numbers:
            return _run_page(request, row, membership, lonely=numbers)
    try:
        services.send_run(batch=row, reason=reason, by=me(request), at=timezone.now())
    except Refusal as refusal:
        if refusal.code == "quiet_hours":
            return _run_page(request, row, membership, quiet=refusal.message)
        messages.error(request, refusal.message)
    return redirect("orders:run", code=code, batch=batch)


@post_or("orders:run")
def finish(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    """Doors without a mark are named first: with the run's end they leave the phone of whoever stands before them."""
    row, compound, membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)
    if row.state == Batch.State.OUT and "sure" not in request.POST:
        page = run_page(row, rules_of(compound), at=timezone.now())
        if page.done < page.doors:
            return _run_page(request, row, membership, asks_finish=True)

    def do() -> str:
        back = services.finish_run(batch=row, by=me(request), at=timezone.now())
        if not back:
            return _("The run is done: everything was handed over.")
        done = ngettext(
            "The run is done. %(count)d household is on the next one.",
            "The run is done. %(count)d households are on the next one.",
            back,
        )
        return done % {"count": back}

    return _done(request, row, do)


@post_or("orders:run")
def finish_back(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    row, _compound, _membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)

    def do() -> str:
        again = services.take_finish_back(batch=row, by=me(request), at=timezone.now())
        done = ngettext(
            "The run is on its way again, with %(count)d door that is still to do.",
            "The run is on its way again, with %(count)d doors that are still to do.",
            again,
        )
        return done % {"count": again}

    return _done(request, row, do)


@post_or("orders:run")
def cancel(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    row, _compound, _membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)

    def do() -> str:
        count = services.cancel_run(batch=row, by=me(request), at=timezone.now())
        done = ngettext(
            "The run is cancelled; %(count)d household waits again.",
            "The run is cancelled; %(count)d households wait again.",
            count,
        )
        return done % {"count": count}

    return _done(request, row, do)


@post_or("orders:run")
def explain(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    """Why a count lacks bags, or has too many."""
    row, _compound, _membership = batch_for(request, code, batch, *access.RUN_DELIVERIES)
    form = GapForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(str(text) for texts in form.errors.values() for text in texts))
        return redirect("orders:run", code=code, batch=batch)

    def do() -> str:
        explain_gap(batch=row, **form.cleaned_data, by=me(request), at=timezone.now())
        return _("The reason is written down.")

    return _done(request, row, do)


def _done(request: HttpRequest, batch: Batch, do: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, do())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("orders:run", code=batch.compound.code, batch=batch.pk)


@require_GET
def count(request: HttpRequest, code: str, batch: uuid.UUID) -> HttpResponse:
    """The phone page of hand-overs: `?place=` chooses, else the first that nobody has counted."""
    row, _compound, membership = batch_for(request, code, batch, *access.DELIVER)
    places = places_of(row, sealed=sealed_buildings(row.compound, timezone.now()))
    mine = [place for place in places if _may_count(place, membership)]
    chosen = next((place for place in mine if place.address == request.GET.get("place")), None)
    if chosen is None:
        chosen = next((place for place in mine if place.count is None), mine[0] if mine else None)
    context = {
        "batch": row,
        "places": mine,
        "chosen": chosen,
        "open_gaps": sum(place.is_open for place in mine),
        "can_run": access.can_run_deliveries(membership),
    }
    return render(request, "orders/run_count.html", context)


def _may_count(place: Place, membership: Standing) -> bool:
    """A captain counts at the own building."""
    if access.sees_all_buildings(membership):
        return True
    return place.key.startswith("building:") and int(place.key.partition(":")[2]) in membership.buildings
