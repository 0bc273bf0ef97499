"""What the chats are told about a round, and which groups have been told."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from compound import access
from compound.access import can_run_orders
from compound.refusals import Refusal
from compound.views.access import me, post_or
from orders.forms.notices import GroupForm, NoticeForm, SentForm
from orders.models import Notice, Round
from orders.queries.notices import GROUP_HOLDS, STEP_OF_STATE, notices_page
from orders.services import notices as services
from orders.services.goods import add_source
from orders.views.access import RoundAccess, round_for


@require_GET
def notices(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The texts of one step (`?step=`, else the one that comes next) with the groups that they are for."""
    found = round_for(request, code, round, *access.SEE_ORDERS)
    asked = request.GET.get("step", "")
    step = (
        asked if asked in Notice.Step.values else STEP_OF_STATE.get(Round.State(found.round.state), Notice.Step.CLOSED)
    )
    return _page(request, found, step)


def _page(request: HttpRequest, found: RoundAccess, step: str, **forms: Any) -> HttpResponse:
    is_open = found.round.state in (Round.State.OPEN, Round.State.CANCELLED)
    make = NoticeForm(compound=found.compound, at=timezone.now(), step=step, initial={"step": step})
    context = {
        "round": found.round,
        "page": notices_page(round=found.round, step=step, only=found.only),
        "is_open": is_open,
        "can_run": can_run_orders(found.membership),
        "group_holds": GROUP_HOLDS,
        "form": make,
        "group_form": GroupForm(compound=found.compound),
        **forms,
    }
    return render(request, "orders/notices.html", context)


@post_or("orders:notices")
def make(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    found = round_for(request, code, round, *access.RUN_ORDERS)
    step, now = request.POST.get("step", ""), timezone.now()
    form = NoticeForm(request.POST, compound=found.compound, at=now, step=step)
    if not form.is_valid():
        return _page(request, found, step if step in Notice.Step.values else Notice.Step.CLOSED, form=form)
    data = form.cleaned_data
    try:
        services.make_notices(
            round=found.round, step=step, about=data.get("about"), more=data["more"], by=me(request), at=now
        )
    except Refusal as refusal:
        form.add_error("about" if refusal.code == "about_missing" else None, refusal.message)
        return _page(request, found, step, form=form)
    return redirect(f"{reverse('orders:notices', kwargs={'code': code, 'round': round})}?step={step}")


@post_or("orders:notices")
def sent(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """One group has got one text; with `back` it has not after all."""
    found = round_for(request, code, round, *access.SEE_ORDERS)
    form = SentForm(request.POST, round=found.round, only=found.only)
    there = reverse("orders:notices", kwargs={"code": code, "round": round})
    if not form.is_valid():
        messages.error(request, _("This group or this text is gone. Load the page again."))
        return redirect(there)
    notice, source = form.cleaned_data["notice"], form.cleaned_data["group"]
    try:
        if "back" in request.POST:
            services.take_back_sent(notice=notice, source=source)
        else:
            services.mark_sent(notice=notice, source=source, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect(f"{there}?step={notice.step}#text-{notice.pk}")


@post_or("orders:notices")
def group(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """A further chat group, of everybody or of one building."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    step = request.POST.get("step", "")
    form = GroupForm(request.POST, compound=found.compound)
    if not form.is_valid():
        return _page(request, found, step if step in Notice.Step.values else Notice.Step.CLOSED, group_form=form)
    data = form.cleaned_data
    add_source(compound=found.compound, name=data["name"], building=data["building"], by=me(request), at=timezone.now())
    return redirect(f"{reverse('orders:notices', kwargs={'code': code, 'round': round})}?step={step}")
