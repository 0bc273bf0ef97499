"""The list of rounds, a new one, the daily schedule."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.forms.rounds import RoundForm, ScheduleForm, ScheduleSwitch, SupplyPointForm
from orders.queries.rounds import rounds_page
from orders.services import goods, rounds


@require_GET
def round_list(request: HttpRequest, code: str) -> HttpResponse:
    """What is open, what is on its way, what is over."""
    compound, membership = compound_for(request, code, *access.SEE_ORDERS)
    page = rounds_page(compound=compound, page=request.GET.get("page", "1"), at=timezone.now())
    can_run = access.can_run_orders(membership)
    return render(request, "orders/rounds.html", {"rounds": page, "can_run": can_run})


@require_http_methods(["GET", "HEAD", "POST"])
def new_round(request: HttpRequest, code: str) -> HttpResponse:
    """A round beside those of the schedule; its goods come next."""
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    now = timezone.now()
    hour = compound.local(now).replace(minute=0, second=0, microsecond=0)
    initial = {"opens_at": compound.local(now), "cutoff_at": hour + dt.timedelta(hours=4)}
    form = RoundForm(request.POST or None, compound=compound, at=now, initial=initial)
    if form.is_valid():
        try:
            round = rounds.open_round(compound=compound, by=me(request), at=now, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("cutoff_at" if refusal.code.startswith("cutoff") else None, refusal.message)
        else:
            messages.success(request, _("“%(title)s” is open. Next: its goods.") % {"title": round.title})
            return redirect("orders:goods", code=code, round=round.pk)
    return render(request, "orders/round_new.html", {"form": form})


@require_GET
def schedule(request: HttpRequest, code: str) -> HttpResponse:
    """The cut-offs of each day, and the supply points that they belong to."""
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    return _schedule_page(request, compound, form=ScheduleForm(compound=compound), point_form=SupplyPointForm())


@post_or("orders:schedule")
def add_schedule(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    form = ScheduleForm(request.POST, compound=compound)
    if not form.is_valid():
        return _schedule_page(request, compound, form=form, point_form=SupplyPointForm())
    row = goods.add_schedule(compound=compound, by=me(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Each day at %(time)s from now on.") % {"time": f"{row.cutoff:%H:%M}"})
    return redirect("orders:schedule", code=code)


@post_or("orders:schedule")
def switch_schedule(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    form = ScheduleSwitch(request.POST, compound=compound)
    if not form.is_valid():
        raise Http404
    goods.switch_schedule(by=me(request), at=timezone.now(), **form.cleaned_data)
    return redirect("orders:schedule", code=code)


@post_or("orders:schedule")
def add_supply_point(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    form = SupplyPointForm(request.POST)
    if form.is_valid():
        try:
            point = goods.add_supply_point(compound=compound, by=me(request), at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("%(name)s can be chosen now.") % {"name": point.name})
            return redirect("orders:schedule", code=code)
    return _schedule_page(request, compound, form=ScheduleForm(compound=compound), point_form=form)


def _schedule_page(
    request: HttpRequest, compound: Compound, *, form: ScheduleForm, point_form: SupplyPointForm
) -> HttpResponse:
    context = {
        "schedules": compound.round_schedules.select_related("supply_point").order_by("supply_point", "cutoff"),
        "points": compound.supply_points.all(),
        "form": form,
        "point_form": point_form,
    }
    return render(request, "orders/schedule.html", context)
