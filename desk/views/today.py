"""Today, and the search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compound import access
from compound.days import Clock
from compound.services.sheets import is_short_code, read_short_code
from compound.views.access import compound_for
from desk.queries.day import HOURS, quarter
from desk.queries.search import search as search_doors
from desk.queries.today import today as today_page
from orders.sheets.words import day_and_time


@require_safe
def today(request: HttpRequest, code: str) -> HttpResponse:
    """What is open, what needs somebody, how the day runs."""
    compound, membership = compound_for(request, code)
    now = timezone.now()
    clock = Clock(compound, now)
    page = today_page(compound=compound, membership=membership, at=now)
    context = {
        "page": page,
        "hours": HOURS,
        "now_q": quarter(now, clock),
        "now_text": clock.time(now),
        "now_words": day_and_time(compound.local(now)),
    }
    return render(request, "desk/today.html", context)


@require_safe
def search(request: HttpRequest, code: str) -> HttpResponse:
    """Doors by room, name or nickname (`?q=`), or by the colour of their card (`?card=`). One hit leads straight in."""
    compound, membership = compound_for(request, code)
    text, card = request.GET.get("q", "").strip()[:60], request.GET.get("card", "")
    if is_short_code(text):
        return redirect("desk:short_link", code=read_short_code(text))
    found = search_doors(compound=compound, membership=membership, text=text, card=card)
    may_open = access.can_see_households(membership)
    if len(found.doors) == 1 and not (found.vehicles or found.volunteers) and text and may_open:
        return redirect("desk:household", code=code, room=found.doors[0].household.room)
    context = {
        "found": found,
        "search_text": text,
        "card": card,
        "may_open": may_open,
        "can_run_gates": access.can_run_gates(membership),
    }
    return render(request, "desk/search.html", context)
