"""The first page: what comes when, what can be ordered, and the ways to everything else."""

import datetime as dt

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from desk.queries.own_page.orders import OwnRound, own_orders_page, past_rounds
from desk.queries.own_page.outings import own_outings
from desk.views.own_page.access import Own, choices, keep_choices, own_page, page
from desk.views.own_page.said import parts, said
from errands.queries.errands import errands_of
from money.queries.balances import HouseholdMoney, household_balance, household_money
from orders.quantities import number_of

# An errand that has ended stays on the first page so long.
ENDED = dt.timedelta(days=2)


@own_page
@require_safe
def home(request: HttpRequest, own: Own) -> HttpResponse:
    """Twenty-odd statements, however much was ordered."""
    orders = own_orders_page(own.household, own.clock)
    in_turn = parts(request)
    context = {
        "own": own,
        "said": said(request),
        "parts": in_turn,
        "orders": orders,
        "coming": sorted(orders.coming, key=_last_word, reverse=True) if in_turn[0] == "coming" else orders.coming,
        "errands": errands_of(own.household, since=own.now - ENDED),
        "money": HouseholdMoney(household_balance(own.household), ()),
    }
    return page(request, "home", context)


def _last_word(round: OwnRound) -> dt.datetime:
    """When the household has last said something of it; of a round of which nothing was said, its cut-off."""
    return max((report.at for report in round.reports), default=round.round.cutoff_at)


@own_page
@require_safe
def before(request: HttpRequest, own: Own) -> HttpResponse:
    """Earlier orders: what came and what did not; `?page=2` those before."""
    number = _page_number(request)
    rounds, has_earlier = past_rounds(own.household, own.clock, page=number)
    return page(request, "before", {"own": own, "rounds": rounds, "number": number, "has_earlier": has_earlier})


def _page_number(request: HttpRequest) -> int:
    return max(number_of(request.GET.get("page", "")) or 1, 1)


@own_page
@require_safe
def money(request: HttpRequest, own: Own) -> HttpResponse:
    """What the household owes and what it is made of: the newest entries, `?page=2` the earlier ones."""
    return page(request, "money", {"own": own, "money": household_money(own.household, page=_page_number(request))})


@own_page
@require_safe
def outings(request: HttpRequest, own: Own) -> HttpResponse:
    """Its passes, its outings, and why the last exit was refused."""
    return page(request, "outings", {"own": own, "found": own_outings(own.household, own.clock)})


@own_page
@require_POST
def display(request: HttpRequest, own: Own) -> HttpResponse:
    """Language and text size, kept by this phone; back to where one was."""
    back = request.POST.get("back", "")
    # Only a page of this very household: nobody is sent elsewhere from here.
    if not back.startswith(own.url()) or "//" in back or "\\" in back:
        back = own.url()
    response = HttpResponseRedirect(back)
    keep_choices(request, response, choices(request))
    return response
