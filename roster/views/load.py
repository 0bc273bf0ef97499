"""Who has had how much, and who nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compound import access
from compound.views.access import compound_for
from roster.queries.load import AHEAD, BACK, SORTS, load_of


@require_safe
def load(request: HttpRequest, code: str) -> HttpResponse:
    """`?sort=` one of `SORTS`; those with warnings first where it is none of them."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "warnings"
    page = load_of(compound=compound, at=timezone.now(), sort=sort)
    return render(request, "roster/board/load.html", {"page": page, "sort": sort, "back": BACK, "ahead": AHEAD})
