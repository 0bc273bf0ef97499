"""All errands of the compound, as far as one may see them."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from compound import access
from compound.views.access import compound_for, me
from errands.queries.errands import cards_out, ended_errands, open_errands, rows_of
from errands.queries.pharmacies import counters
from orders.views.access import seen_buildings

PER_PAGE = 50


@require_GET
def errands(request: HttpRequest, code: str) -> HttpResponse:
    """What is open: urgent first; one's own above the rest. `?show=ended` what is over, for who runs errands."""
    compound, membership = compound_for(request, code, *access.DO_ERRANDS)
    only, user, can_run = seen_buildings(membership), me(request), access.can_run_errands(membership)
    context = {"can_run": can_run, "show": "open"}
    if can_run and request.GET.get("show") == "ended":
        page = Paginator(ended_errands(compound, only=only), PER_PAGE).get_page(request.GET.get("page", "1"))
        context |= {"show": "ended", "page": page, "rows": rows_of(page.object_list)}
        return render(request, "errands/ended.html", context)
    rows = open_errands(compound, only=only)
    others = [row for row in rows if row.errand.taken_by_id != user.pk]
    cards = cards_out(compound, only=only)
    context |= {
        "mine": [row for row in rows if row.errand.taken_by_id == user.pk],
        "free": [row for row in others if row.errand.taken_by_id is None],
        # Whose medicine somebody else fetches is nobody's business but of who runs the errands.
        "under_way": [row for row in others if row.errand.taken_by_id is not None] if can_run else [],
        "urgent": sum(row.errand.is_urgent for row in rows),
        "counters": counters(compound, only=only, runner=None if can_run else user),
        "cards": [card for card in cards if can_run or card.taken_by_id == user.pk],
    }
    return render(request, "errands/errands.html", context)
