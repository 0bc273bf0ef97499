"""The coordinator's first page of the gates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compound import access
from compound.views.access import compound_for
from gate.queries.overview import overview as overview_page


@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """How is it at the gates now?"""
    compound, membership = compound_for(request, code, *access.SEE_GATES)
    page = overview_page(compound=compound, at=timezone.now(), sees_health=access.can_see_health(membership))
    can_bind = access.can_run_gates(membership)
    return render(request, "gate/overview.html", {"page": page, "can_bind": can_bind})
