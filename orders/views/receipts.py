"""Till receipts of a round, and a household's standing wish."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from compound import access
from compound.access import sees_building
from compound.refusals import Refusal
from compound.rooms import parse_room
from compound.views.access import compound_for, me, post_or
from orders.forms.shopping import ReceiptForm, VoidForm, WishForm
from orders.models import Receipt
from orders.queries.receipts import receipts_of
from orders.services.receipts import enter_receipt, void_receipt
from orders.services.substitute_wishes import set_wish
from orders.views.access import RoundAccess, round_for


@require_GET
def receipts(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """What was paid, by whom, and how far it agrees with what was bought."""
    return _page(request, round_for(request, code, round, *access.SHOP))


def _page(request: HttpRequest, found: RoundAccess, form: ReceiptForm | None = None, **more: Any) -> HttpResponse:
    now, rows = timezone.now(), receipts_of(found.round)
    initial = {"paid_by": me(request).pk, "paid_at": now}
    if form is None:
        form = ReceiptForm(compound=found.compound, at=now, initial=initial)
        ticked = {row.pk for row in rows.open if row.by_id == me(request).pk}
    else:
        ticked = {row.pk for row in form.cleaned_data.get("purchases", ())}
    context = {
        "round": found.round,
        "receipts": rows,
        "form": form,
        "ticked": ticked,
        "can_run": access.can_run_orders(found.membership),
        "me": me(request),
        **more,
    }
    return render(request, "orders/receipts.html", context)


@post_or("orders:receipts")
def add(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    found = round_for(request, code, round, *access.SHOP)
    now = timezone.now()
    form = ReceiptForm(request.POST, request.FILES, compound=found.compound, at=now)
    if not form.is_valid():
        return _page(request, found, form)
    data = form.cleaned_data
    try:
        enter_receipt(
            id=data["id"] or uuid.uuid4(),
            round=found.round,
            paid_by=data["paid_by"],
            total=data["total"],
            paid_at=data["paid_at"],
            purchases=[row.pk for row in data["purchases"]],
            photo=data["photo"].read() if data["photo"] else None,
            note=data["note"],
            by=me(request),
            at=now,
        )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _page(request, found, form)
    messages.success(request, _("The receipt is written down."))
    return redirect("orders:receipts", code=code, round=round)


@post_or("orders:receipts")
def void(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """A receipt by mistake: by whoever wrote it down, or who runs the orders."""
    found = round_for(request, code, round, *access.SHOP)
    try:
        id = uuid.UUID(request.POST.get("receipt", ""))
    except ValueError:
        raise Http404 from None
    receipt = Receipt.objects.filter(round=found.round, pk=id).first()
    if receipt is None or not (receipt.entered_by_id == me(request).pk or access.can_run_orders(found.membership)):
        raise Http404
    form = VoidForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it does not count: the reason stays in the record."))
        return redirect("orders:receipts", code=code, round=round)
    try:
        void_receipt(receipt=receipt, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now())
        messages.success(request, _("The receipt counts no more."))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("orders:receipts", code=code, round=round)


@require_POST
def wish(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """What a household wants when something cannot be had; the form stands on the household's page."""
    compound, standing = compound_for(request, code, *access.TYPE_ORDERS)
    parsed = parse_room(room)
    household = compound.households.filter(room=room).first() if parsed else None
    if household is None or not sees_building(standing, household.building_id):
        raise Http404
    household.compound = compound
    form = WishForm(request.POST)
    if form.is_valid():
        set_wish(household=household, wish=form.cleaned_data["wish"], by=me(request), at=timezone.now())
        messages.success(request, _("The wish of %(room)s is written down.") % {"room": room})
    return redirect(reverse("desk:household", kwargs={"code": code, "room": room}))
