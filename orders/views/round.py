"""One round: everything about it, and each step that it takes."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from compound import access
from compound.days import Clock
from compound.refusals import Refusal
from compound.views.access import me, post_or
from orders.forms.rounds import CutoffForm, LateForm, ReasonForm
from orders.models import Round
from orders.queries import rounds as queries
from orders.queries.minimums import minimums_of
from orders.queries.sharing import short_goods
from orders.queries.totals import chat_texts, totals_of
from orders.services import rounds as services
from orders.services.sheet_requests import request_sheets
from orders.views.access import RoundAccess, round_for

# More than this on one page and only one building's orders are shown at a time.
ORDERS_AT_ONCE = 60
# The one red button of the page, by state: where the round goes next.
NEXT = {
    Round.State.CLOSED: Round.State.SHOPPING,
    Round.State.SHOPPING: Round.State.DELIVERING,
    Round.State.DELIVERING: Round.State.SETTLED,
}


@require_GET
def round_page(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """One round with its goods, doors, pastes and sheets; `?building=` chooses whose orders are shown."""
    found = round_for(request, code, round, *access.SEE_ORDERS)
    return _page(request, found)


def _page(request: HttpRequest, found: RoundAccess, **forms: Any) -> HttpResponse:
    round, now = found.round, timezone.now()
    phase = queries.phase_of(round, now)
    buildings = queries.building_counts(round, only=found.only)
    shown = _shown(request, buildings)
    late = queries.late_orders(round) if found.only is None else []
    job = queries.sheets_job(round)
    totals = totals_of(round, buildings, only=found.only)
    context = {
        "round": round,
        "phase": phase,
        "can_run": access.can_run_orders(found.membership),
        "can_type": access.can_type_orders(found.membership),
        "totals": totals,
        "buildings": buildings,
        "shown": shown,
        "orders": queries.orders_of(round, buildings=[b.pk for b in buildings if shown is None or b.pk == shown.pk]),
        "late": late,
        "late_rounds": queries.rounds_for_late_orders(round, now) if late else [],
        "pastes": queries.pastes_of(round, now),
        "sheets": queries.sheets_of(round, buildings=[b.name for b in buildings] if found.only is not None else None),
        "minimums": minimums_of(round),
        "unknown": totals.unknown if access.can_run_orders(found.membership) else 0,
        "job": job,
        "next_state": NEXT.get(Round.State(round.state)),
        "cutoff_form": CutoffForm(compound=found.compound, at=now, initial={"cutoff_at": round.cutoff_at}),
        "cancel_form": ReasonForm(),
        **forms,
    }
    return render(request, "orders/round.html", context)


def _shown(request: HttpRequest, buildings: list[queries.BuildingCount]) -> queries.BuildingCount | None:
    """The building whose orders are shown; None for all of them, as long as they are few."""
    name = request.GET.get("building", "")
    if chosen := next((b for b in buildings if b.name == name), None):
        return chosen
    return buildings[0] if sum(b.orders for b in buildings) > ORDERS_AT_ONCE else None


@require_GET
def chat_text(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Texts to paste into the chat: the call for orders, and the summary per building without names."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    now = timezone.now()
    texts = chat_texts(found.round, Clock(found.compound, now))
    context = {"round": found.round, "texts": texts, "phase": queries.phase_of(found.round, now)}
    return render(request, "orders/chat_text.html", context)


def _step(
    request: HttpRequest, found: RoundAccess, do: Callable[[], object], done: str, **refused: Any
) -> HttpResponse:
    """Runs one service; its refusal is shown on the round's page beside what was typed."""
    try:
        do()
    except Refusal as refusal:
        form = next(iter(refused.values()), None)
        if form is None:
            messages.error(request, _with_way_out(refusal, found))
            return redirect("orders:round", code=found.compound.code, round=found.round.pk)
        form.add_error(None, refusal.message)
        return _page(request, found, **refused)
    messages.success(request, done)
    return redirect("orders:round", code=found.compound.code, round=found.round.pk)


def _with_way_out(refusal: Refusal, found: RoundAccess) -> str:
    """The refusal's words, with a link to the page where what it asks for is done."""
    if refusal.code != "short_not_shared":
        return refusal.message
    url = reverse("orders:sharing", kwargs={"code": found.compound.code, "round": found.round.pk})
    return format_html('{} <a href="{}">{}</a>', refusal.message, url, _("Share out"))


@require_http_methods(["GET", "HEAD", "POST"])
def advance(request: HttpRequest, code: str, round: uuid.UUID, to: str) -> HttpResponse:
    """One step on: closed → shopping → delivering → settled. `to` is what the button promised."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    if request.method != "POST":
        return redirect("orders:round", code=code, round=round)
    if to not in NEXT.values():
        raise Http404
    if to == Round.State.SETTLED and "sure" not in request.POST and (left := queries.unmarked_buildings(found.round)):
        context = {"round": found.round, "buildings": left, "short": [good.goods for good in short_goods(found.round)]}
        return render(request, "orders/settle.html", context)
    done = {
        Round.State.SHOPPING: _("The volunteers are shopping now."),
        Round.State.DELIVERING: _("On its way to the doors. Mark at each building what arrived."),
        Round.State.SETTLED: _("Settled. What was not marked otherwise counts as delivered."),
    }[Round.State(to)]
    return _step(
        request,
        found,
        lambda: services.advance_round(round=found.round, to=to, by=me(request), at=timezone.now()),
        done,
    )


@post_or("orders:round")
def move_cutoff(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    found = round_for(request, code, round, *access.RUN_ORDERS)
    now = timezone.now()
    form = CutoffForm(request.POST, compound=found.compound, at=now)
    if not form.is_valid():
        return _page(request, found, cutoff_form=form)
    moment = form.cleaned_data["cutoff_at"]
    done = _("The cut-off is %(when)s now. Tell the chat.") % {"when": Clock(found.compound, now).when(moment)}
    return _step(
        request,
        found,
        lambda: services.move_cutoff(round=found.round, cutoff_at=moment, by=me(request), at=now),
        done,
        cutoff_form=form,
    )


@post_or("orders:round")
def cancel(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, cancel_form=form)
    return _step(
        request,
        found,
        lambda: services.cancel_round(
            round=found.round, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now()
        ),
        _("The round is cancelled. Tell the chat why."),
        cancel_form=form,
    )


@post_or("orders:round")
def make_sheets(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Asks for the sheets as the round stands now; what did not change gets no new version."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    request_sheets(round=found.round, by=me(request), at=timezone.now())
    messages.success(request, _("The sheets are being made."))
    return redirect("orders:round", code=code, round=found.round.pk)


@post_or("orders:round")
def take_late(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Takes late orders into a round that can still take them."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = LateForm(request.POST, compound=found.compound)
    if not form.is_valid():
        messages.error(request, _("Tick the orders first."))
        return redirect("orders:round", code=code, round=found.round.pk)
    orders, into, now = form.cleaned_data["order"], form.cleaned_data["into"], timezone.now()
    done = ngettext("%(count)d order taken into “%(title)s”.", "%(count)d orders taken into “%(title)s”.", len(orders))
    return _step(
        request,
        found,
        lambda: services.take_late_orders(orders=list(orders), into=into, by=me(request), at=now),
        done % {"count": len(orders), "title": into.title},
    )
