"""Group buys of a round that need so much to take place, and what happens to those that did not get there."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import me
from orders.forms.shops import FateForm
from orders.models import Offer
from orders.queries import minimums as queries
from orders.services.minimums import TO_DECIDE, Decided, decide_minimum
from orders.views.access import RoundAccess, round_for


@require_http_methods(["GET", "HEAD", "POST"])
def minimums(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """How far each has come; once the round has closed: buy it all the same, call it off, or the next round."""
    if request.method != "POST":
        return _page(request, round_for(request, code, round, *access.SEE_ORDERS))
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = FateForm(request.POST, round=found.round)
    if not form.is_valid():
        raise Http404
    try:
        decided = decide_minimum(by=me(request), at=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _done(decided))
    return redirect("orders:minimums", code=code, round=round)


def _done(decided: Decided) -> str:
    goods, fate = decided.offer.item.name, decided.offer.fate
    if fate == Offer.Fate.BUY:
        return _("%(goods)s is bought all the same. Tell the chat.") % {"goods": goods}
    if not decided.lines:
        return _("%(goods)s was called off before: nothing is left of it.") % {"goods": goods}
    if fate == Offer.Fate.NEXT:
        text = ngettext(
            "%(goods)s: %(count)d line went into the next round. Tell the chat.",
            "%(goods)s: %(count)d lines went into the next round. Tell the chat.",
            decided.moved,
        )
    else:
        text = ngettext(
            "%(goods)s: %(count)d line is called off and kept with its reason. Tell the chat.",
            "%(goods)s: %(count)d lines are called off and kept with their reason. Tell the chat.",
            decided.lines,
        )
    return text % {"goods": goods, "count": decided.lines}


def _page(request: HttpRequest, found: RoundAccess) -> HttpResponse:
    round, now = found.round, timezone.now()
    rows = queries.minimums_of(round)
    can_run = access.can_run_orders(found.membership)
    can_decide = can_run and not round.takes_orders(now) and now >= round.cutoff_at and round.state in TO_DECIDE
    into = queries.rounds_to_roll_into(round, now) if can_decide else []
    context = {
        "round": round,
        "rows": rows,
        "can_run": can_run,
        "can_decide": can_decide,
        "into": into,
        "text": queries.text_for_chat(round, rows, is_open=now < round.cutoff_at) if can_run else "",
        "here": "goods",
    }
    return render(request, "orders/minimums.html", context)
