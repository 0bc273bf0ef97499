"""Stations, vehicles, and when runs leave."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.forms.runs import RulesForm, StationForm, VehicleForm
from orders.models import StationBuilding
from orders.queries.runs import rules_of
from orders.queries.stations import stations_page
from orders.services import stations as services


@require_GET
def page(request: HttpRequest, code: str) -> HttpResponse:
    """`?station=` and `?vehicle=` open one of them to be changed."""
    compound, _membership = compound_for(request, code, *access.RUN_DELIVERIES)
    return _page(request, compound)


def _page(request: HttpRequest, compound: Compound, **forms: Any) -> HttpResponse:
    context = {
        "page": stations_page(compound),
        "station_form": StationForm(compound=compound, initial=_station(compound, request.GET.get("station", ""))),
        "vehicle_form": VehicleForm(compound=compound, initial=_vehicle(compound, request.GET.get("vehicle", ""))),
        "rules_form": RulesForm(initial=RulesForm.of(rules_of(compound))),
    }
    return render(request, "orders/stations.html", context | forms)


def _station(compound: Compound, name: str) -> dict[str, Any]:
    row = compound.transit_stations.filter(name=name).first() if name else None
    if row is None:
        return {}
    served = StationBuilding.objects.filter(station=row).values_list("building", flat=True)
    return {"station": row.pk, "name": row.name, "is_active": row.is_active, "buildings": list(served)}


def _vehicle(compound: Compound, name: str) -> dict[str, Any]:
    row = compound.vehicles.filter(name=name).first() if name else None
    if row is None:
        return {}
    return {"vehicle": row.pk, "name": row.name, "capacity": row.capacity, "is_active": row.is_active}


@post_or("orders:stations")
def save_station(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_DELIVERIES)
    form = StationForm(request.POST, compound=compound)
    if form.is_valid():
        values = form.cleaned_data | {"buildings": list(form.cleaned_data["buildings"])}
        try:
            row = services.save_station(compound=compound, by=me(request), at=timezone.now(), **values)
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": row.name})
            return redirect("orders:stations", code=code)
    return _page(request, compound, station_form=form)


@post_or("orders:stations")
def save_vehicle(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_DELIVERIES)
    form = VehicleForm(request.POST, compound=compound)
    if form.is_valid():
        try:
            row = services.save_vehicle(compound=compound, by=me(request), at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": row.name})
            return redirect("orders:stations", code=code)
    return _page(request, compound, vehicle_form=form)


@post_or("orders:stations")
def save_rules(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_DELIVERIES)
    form = RulesForm(request.POST)
    if form.is_valid():
        services.save_rules(compound=compound, by=me(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The times of the runs are saved."))
        return redirect("orders:stations", code=code)
    return _page(request, compound, rules_form=form)
