"""The shopping list at the phone: what to buy now, and one round's list."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.models import Round
from orders.queries import shopping as queries
from orders.services.rounds import advance_round
from orders.views.access import round_for

S = Round.State
# Where the round goes from here: the shopper begins, who runs the orders sends out.
NEXT = {S.CLOSED: S.SHOPPING, S.SHOPPING: S.DELIVERING}


@require_GET
def shopping_lists(request: HttpRequest, code: str) -> HttpResponse:
    """Rounds that are to be bought now, with how far each is."""
    compound, _membership = compound_for(request, code, *access.SHOP)
    rounds = list(queries.rounds_to_shop(compound))
    return render(request, "orders/shopping_lists.html", {"lists": queries.lists_of(rounds)})


@require_GET
def shopping(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """One round's list in the order of the shelves."""
    found = round_for(request, code, round, *access.SHOP)
    [shopping_list] = queries.lists_of([found.round], with_wants=True)
    to = NEXT.get(S(found.round.state))
    may = to == S.SHOPPING or access.can_run_orders(found.membership)
    context = {
        "round": found.round,
        "list": shopping_list,
        "next_state": to if may else None,
        "is_list": found.round.state in queries.KEPT,
    }
    return render(request, "orders/shopping.html", context)


@post_or("orders:shopping")
def step(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Shopping begins (any shopper), or it is done and the round goes on its way (who runs the orders)."""
    to = request.POST.get("to", "")
    roles = access.SHOP if to == S.SHOPPING else access.RUN_ORDERS
    found = round_for(request, code, round, *roles)
    done = {S.SHOPPING.value: _("Shopping has begun."), S.DELIVERING.value: _("On its way to the doors.")}
    if to in done:
        try:
            advance_round(round=found.round, to=to, by=me(request), at=timezone.now())
            messages.success(request, done[to])
        except Refusal as refusal:
            messages.error(request, refusal.message)
    return redirect("orders:shopping", code=code, round=round)
