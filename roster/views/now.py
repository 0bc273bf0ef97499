"""Who is on now, and who is missing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from roster.queries.now import now_page
from roster.views.access import leader_for


@require_safe
def now(request: HttpRequest, code: str) -> HttpResponse:
    """Every post for the coordinator, the own groups' for a leader. The page asks for itself anew every 30 seconds
    with the header `X-Part`, and gets the part that changes."""
    compound, duty = leader_for(request, code)
    at = timezone.now()
    groups = None if duty.runs_roster else frozenset(group.pk for group in duty.leads)
    context = {"page": now_page(compound=compound, at=at, groups=groups), "runs_roster": duty.runs_roster}
    template = "roster/board/now_part.html" if "X-Part" in request.headers else "roster/board/now.html"
    return render(request, template, context)
