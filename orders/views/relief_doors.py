"""Handing out door by door at the phone. A tick is an act of kind `relief`, with a script or without."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from orders.queries.relief import doors_of
from orders.views.relief_access import relief_building_for


@require_GET
def doors(request: HttpRequest, code: str, relief: uuid.UUID, building: str) -> HttpResponse:
    """The doors of one building in walking order, each with what is due and what happened."""
    found, of = relief_building_for(request, code, relief, building)
    context = {"relief": found.relief, "building": of, "run": doors_of(found.relief, of)}
    return render(request, "orders/relief_doors.html", context)
