"""One order: typed in for somebody, looked at, cancelled."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import me, post_or
from orders.forms.orders import OrderForm
from orders.forms.rounds import ReasonForm
from orders.models import Order
from orders.queries.rounds import ALIVE
from orders.services import orders as services
from orders.views.access import order_for, round_for


@require_http_methods(["GET", "HEAD", "POST"])
def new_order(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """An order for somebody on the phone or at the desk. After the cut-off it is kept for the next round."""
    found = round_for(request, code, round, *access.TYPE_ORDERS)
    now = timezone.now()
    form = OrderForm(request.POST or None, compound=found.compound, only=found.only)
    if form.is_valid() and form.household is not None:
        try:
            order = services.enter_order(
                id=form.cleaned_data["id"],
                round=found.round,
                household=form.household,
                lines=form.lines,
                remark=form.cleaned_data["remark"],
                channel=form.cleaned_data["channel"],
                by=me(request),
                at=now,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _entered(order))
            return redirect("orders:order_new", code=code, round=found.round.pk)
    context = {
        "round": found.round,
        "form": form,
        "is_late": now >= found.round.cutoff_at,
        "offers": found.round.offers.select_related("item").order_by("position", "id"),
        "last": _last_entered(request, found.round.pk),
    }
    return render(request, "orders/order_new.html", context)


def _entered(order: Order) -> str:
    goods = _(", ").join(str(line) for line in order.lines.all())
    facts = {"room": order.household.room, "goods": goods}
    if order.state == Order.State.LATE:
        return _("Kept for the next round, because this one has closed: %(room)s, %(goods)s.") % facts
    return _("Entered: %(room)s, %(goods)s.") % facts


def _last_entered(request: HttpRequest, round_id: uuid.UUID) -> list[Order]:
    """What this person has typed in last, to look it over. Two queries."""
    orders = Order.objects.filter(round=round_id, entered_by=me(request), chain_import=None)
    return list(orders.select_related("household").prefetch_related("lines").order_by("-entered_at")[:5])


@require_GET
def order_page(request: HttpRequest, code: str, order: uuid.UUID) -> HttpResponse:
    """One order: its lines, who entered it when, how it ended."""
    found, _compound, membership = order_for(request, code, order, *access.SEE_ORDERS)
    return render(request, "orders/order.html", _context(found, membership, ReasonForm()))


def _context(order: Order, membership: access.Standing, form: ReasonForm) -> dict[str, Any]:
    return {
        "order": order,
        "lines": order.lines.select_related("item"),
        "form": form,
        "can_cancel": access.can_run_orders(membership) and order.state in ALIVE,
    }


@post_or("orders:order")
def cancel_order(request: HttpRequest, code: str, order: uuid.UUID) -> HttpResponse:
    found, _compound, membership = order_for(request, code, order, *access.RUN_ORDERS)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.cancel_order(order=found, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The order of %(room)s is cancelled.") % {"room": found.household.room})
            return redirect("orders:round", code=code, round=found.round_id)
    return render(request, "orders/order.html", _context(found, membership, form))
