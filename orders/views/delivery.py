"""At the doors: one building's run, and what is still owed."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.queries.doors import doors_for
from compound.refusals import Refusal
from compound.views.access import Access, compound_for, me, post_or
from orders.forms.delivery import CloseForm
from orders.queries.delivery import on_the_way, owed_lines, waiting_orders
from orders.queries.doors import Walk, building_walk
from orders.queries.owed import owed_rows
from orders.queries.unread import unread_lines
from orders.rules import due
from orders.services import delivery as services
from orders.services.delivery import DOORS_FROM
from orders.views.access import BuildingAccess, building_for, seen_buildings
from orders.views.door_forms import take_form, tell_left_open

LINES_PER_PAGE = 100
# Of the chat. More is a paste that nobody has looked at, and that is done on its own page.
UNREAD_AT_ONCE = 50


@require_GET
def run(request: HttpRequest, code: str, round: uuid.UUID, building: str) -> HttpResponse:
    """The doors of one building in walking order, each with what is in its bag and what happened."""
    found = building_for(request, code, round, building, *access.DELIVER)
    return render(request, "orders/delivery.html", _run_context(found, timezone.now()))


def _run_context(found: BuildingAccess, now: dt.datetime) -> dict[str, Any]:
    round = found.round
    walk = building_walk(round, found.building, at=now)
    return {
        "rest": _rest(walk, are_packed=round.bags.exists()),
        "undecided": walk.undecided_words,
        "round": round,
        "building": found.building,
        "walk": walk,
        "can_mark": round.state in DOORS_FROM,
        "can_see_round": access.can_see_orders(found.membership),
        "can_take_over": access.can_run_orders(found.membership),
    }


def _rest(walk: Walk, *, are_packed: bool) -> dict[str, int]:
    """What `services.rest_of_building` would mark, counted off the page; `left_out`: open doors that nobody packed;
    `short`: lines of which less is in the bag than was ordered: they become missing.

    `are_packed`: bags of the round are.
    """
    lines = doors = short = left_out = 0
    for door in walk.doors:
        decided = [one for one in door.lines if not one.line.outcome and not one.is_undecided]
        swept = [one for one in decided if one.line.packed is not None or not are_packed]
        # As the statement has it: a door with nothing in its bags is not swept.
        if not any(due(one.line) for one in door.lines):
            swept = []
        lines += len(swept)
        short += sum(one.is_less for one in swept)
        doors += bool(swept)
        left_out += bool(decided) and not swept
    return {"lines": lines, "doors": doors, "short": short, "left_out": left_out}


@post_or("orders:delivery")
def mark(request: HttpRequest, code: str, round: uuid.UUID, building: str) -> HttpResponse:
    """What happened at one door, by a form that no script has sent; why not, at that door."""
    found = building_for(request, code, round, building, *access.DELIVER)
    now, room = timezone.now(), request.POST.get("room", "")
    try:
        answer = take_form(request, found.membership, "door", {"round": str(found.round.pk), "source": "desk"}, at=now)
    except Refusal as refusal:
        context = _run_context(found, now)
        doors = [door for door in context["walk"].doors if door.household.room == room]
        for door in doors:
            door.error = refusal.message
        return render(request, "orders/delivery.html", context | {"error": "" if doors else refusal.message})
    tell_left_open(request, answer)
    url = reverse("orders:delivery", kwargs={"code": code, "round": round, "building": building})
    return redirect(f"{url}#d{quote(room)}")


@post_or("orders:delivery")
def mark_rest(request: HttpRequest, code: str, round: uuid.UUID, building: str) -> HttpResponse:
    """ "All delivered but these": every door of the building that has no mark yet."""
    found = building_for(request, code, round, building, *access.DELIVER)
    seen, now = request.POST.get("lines", ""), timezone.now()
    if services.rest_of_building(found.round, found.building).count() > (int(seen) if seen.isdecimal() else 0):
        # Nobody has been told of so many: the number is said first.
        return render(request, "orders/delivery.html", _run_context(found, now) | {"asks_rest": True})
    try:
        count = services.deliver_building(round=found.round, building=found.building, by=me(request), at=now)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        done = ngettext("%(count)d line marked as delivered.", "%(count)d lines marked as delivered.", count)
        messages.success(request, done % {"count": count})
    return redirect("orders:delivery", code=code, round=round, building=building)


@require_GET
def not_served(request: HttpRequest, code: str) -> HttpResponse:
    """All that is owed over all rounds, oldest first; `?building=` and `?room=` filter."""
    found = compound_for(request, code, *access.SEE_ORDERS)
    return _owed_page(request, found, CloseForm(compound=found.compound))


@post_or("orders:not_served")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Takes the ticked lines off the list, with a reason that stays in the record."""
    found = compound_for(request, code, *access.RUN_ORDERS)
    form = CloseForm(request.POST, compound=found.compound)
    if form.is_valid():
        try:
            count = services.close_lines(
                lines=list(form.cleaned_data["line"]),
                reason=form.cleaned_data["reason"],
                by=me(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            done = ngettext("%(count)d line closed.", "%(count)d lines closed.", count) % {"count": count}
            messages.success(request, done)
            return redirect(reverse("orders:not_served", kwargs={"code": code}) + _same_list(request))
    return _owed_page(request, found, form)


def _same_list(request: HttpRequest) -> str:
    """What the list is narrowed to goes along; on a page that got shorter the paginator shows the last."""
    return f"?{request.GET.urlencode()}" if request.GET else ""


def _owed_page(request: HttpRequest, found: Access, form: CloseForm) -> HttpResponse:
    compound, membership = found
    only = seen_buildings(membership)
    now = timezone.now()
    lines = owed_lines(compound, at=now, only=only)
    buildings = list(
        lines.order_by("order__household__building__sort_key")
        .values_list("order__household__building__name", flat=True)
        .distinct()
    )
    chosen = request.GET.get("building", "")
    if chosen in buildings:
        lines = lines.filter(order__household__building__name=chosen)
    room = request.GET.get("room", "").strip()[:40]
    if room:
        doors = doors_for(compound, room, building=compound.buildings.filter(name=chosen).first(), only=only)
        lines = lines.filter(order__household__in=doors)
    unread = unread_lines(compound, at=now, only=only)
    page = Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "page": page,
        "rows": owed_rows(list(page.object_list)),
        "buildings": buildings,
        "chosen": chosen if chosen in buildings else "",
        "room": room,
        "late": waiting_orders(compound, only=only),
        "unread": unread[:UNREAD_AT_ONCE],
        "unread_more": max(len(unread) - UNREAD_AT_ONCE, 0),
        "on_the_way": on_the_way(compound, at=now, only=only),
        "form": form,
        "ticked": set(form["line"].value() or []) if form.is_bound else set(),
        "can_close": access.can_run_orders(membership),
    }
    return render(request, "orders/not_served.html", context)
