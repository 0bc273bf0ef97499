"""The money of one round: what its receipts came to, who was charged, and where the rest went."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.refusals import Refusal
from compound.views.access import me, post_or
from money.forms.rounds import PartsForm, RestForm
from money.models import Entry
from money.queries.rounds import bills_of, facts_of
from money.services.bills import bill_round, explain_rest, write_rest
from money.services.strips import make_strips
from orders.models import Receipt
from orders.views.access import RoundAccess, round_for


@require_GET
def round_page(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Receipts, bills, the rest and what it is, good by good and door by door."""
    return _page(request, round_for(request, code, round, *access.RUN_MONEY))


def _page(request: HttpRequest, found: RoundAccess, **more: Any) -> HttpResponse:
    facts = facts_of(found.round)
    rests = Entry.objects.filter(round=found.round, postings__account__kind="rest").distinct()
    context = {
        "round": found.round,
        "facts": facts,
        "bills": bills_of(facts),
        "rests": rests.select_related("entered_by", "reverses", "reversed_by")
        .prefetch_related("postings__account")
        .order_by("-entered_at", "pk"),
        "parts_form": PartsForm(),
        "form": RestForm(),
        **more,
    }
    return render(request, "money/round.html", context)


@post_or("money:round")
def bill(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Charges every household what it has got and is not charged for yet. Asks first where no receipt is in."""
    found = round_for(request, code, round, *access.RUN_MONEY)
    if "sure" not in request.POST and not Receipt.objects.filter(round=found.round, void_at=None).exists():
        return _page(request, found, asks_sure=True)
    billed = bill_round(round=found.round, by=me(request), at=timezone.now())
    if billed.households:
        words = ngettext(
            "%(count)d household is charged: %(sum)s yuan.",
            "%(count)d households are charged: %(sum)s yuan.",
            billed.households,
        )
        messages.success(request, words % {"count": billed.households, "sum": f"{billed.amount:,.2f}"})
    else:
        messages.info(request, _("Nothing has changed since the last bills."))
    return redirect("money:round", code=code, round=round)


@post_or("money:round")
def rest(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Writes down the ticked parts of the rest."""
    found = round_for(request, code, round, *access.RUN_MONEY)
    form = PartsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The amounts have changed meanwhile: look at them again."))
        return redirect("money:round", code=code, round=round)
    data = form.cleaned_data
    try:
        total, count = explain_rest(
            round=found.round,
            parts=data["parts"],
            by=me(request),
            at=timezone.now(),
            id=data["id"] or uuid.uuid4(),
        )
        if count:
            messages.success(request, _("%(sum)s yuan of the rest are explained.") % {"sum": f"{total:,.2f}"})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("money:round", code=code, round=round)


@post_or("money:round")
def other_rest(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Writes down what only a person knows of the rest."""
    found = round_for(request, code, round, *access.RUN_MONEY)
    form = RestForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    data = form.cleaned_data
    try:
        write_rest(
            round=found.round,
            why=data["why"],
            amount=form.signed(),
            reason=data["reason"],
            by=me(request),
            at=timezone.now(),
            id=data["id"] or uuid.uuid4(),
        )
        messages.success(request, _("It is written down."))
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _page(request, found, form=form)
    return redirect("money:round", code=code, round=round)


@post_or("money:round")
def strips(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The bill strips as they stand, drawn at once, and straight to the newest version."""
    found = round_for(request, code, round, *access.RUN_MONEY)
    try:
        sheet = make_strips(round=found.round, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("money:round", code=code, round=round)
    return redirect("orders:file", code=code, file=sheet.file_id)
