"""Parcels at the outer line: what waits, for which building, and what to do next with it."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from compound import access
from compound.access import Standing
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import Access, compound_for, me, post_or
from gate.forms.parcels import DropForm, PileForm, StepForm
from gate.forms.places import door_of
from gate.models import Parcel
from gate.queries.parcels import chat_text, done_on, parcels_of, piles_of
from gate.services import parcels as services

DONE_PER_PAGE = 50
OF_ONE_DOOR = 30


def _only(membership: Standing) -> frozenset[int] | None:
    return None if access.can_handle_parcels(membership) else membership.buildings


def _back(code: str, building: str) -> HttpResponseRedirect:
    """To the list, at the building that was looked at."""
    url = reverse("gate:parcels", kwargs={"code": code})
    return HttpResponseRedirect(f"{url}?{urlencode({'building': building})}" if building else url)


@require_safe
def parcels(request: HttpRequest, code: str) -> HttpResponse:
    """What waits; `?building=` shows one pile, `?room=` everything of one door."""
    found = compound_for(request, code, *access.SEE_PARCELS)
    return _page(request, found, DropForm(compound=found.compound))


@post_or("gate:parcels")
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """Something was put at the outer line."""
    found = compound_for(request, code, *access.HANDLE_PARCELS)
    form = DropForm(request.POST, compound=found.compound)
    if form.is_valid():
        building, household = form.cleaned_data["place"]
        now = timezone.now()
        try:
            parcel = services.drop_parcel(
                id=form.cleaned_data["id"] or uuid.uuid4(),
                compound=found.compound,
                gate=form.cleaned_data["gate"],
                building=building,
                household=household,
                count=form.cleaned_data["count"],
                note=form.cleaned_data["note"],
                at=now,
                received_at=now,
                by=me(request),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("%(parcel)s: written down.") % {"parcel": parcel})
            return _back(code, "")
    return _page(request, found, form)


@post_or("gate:parcels")
def step(request: HttpRequest, code: str) -> HttpResponse:
    """Disinfected, handed over, withdrawn. A captain hands over what is for the own building."""
    compound, membership = compound_for(request, code, *access.SEE_PARCELS)
    form = StepForm(request.POST, compound=compound, only=_only(membership))
    if not form.is_valid() or (form.cleaned_data["do"] != "hand_over" and not access.can_handle_parcels(membership)):
        raise Http404
    try:
        _take(compound, form.cleaned_data, request)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return _back(code, request.POST.get("building", ""))


def _take(compound: Compound, data: dict[str, Any], request: HttpRequest) -> None:
    now = timezone.now()
    parcel: Parcel = data["parcel"]
    told: dict[str, Any] = {"parcel_id": parcel.pk, "compound": compound, "at": now, "received_at": now}
    told["by"] = me(request)
    if data["do"] == "disinfect":
        services.disinfect_parcel(**told)
    elif data["do"] == "hand_over":
        services.hand_over_parcel(to=data["to"], **told)
    else:
        services.withdraw_parcel(why=data["why"], **told)


@post_or("gate:parcels")
def disinfect_pile(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that waits for one building was sprayed at once."""
    compound, _membership = compound_for(request, code, *access.HANDLE_PARCELS)
    form = PileForm(request.POST, compound=compound)
    if not form.is_valid():
        raise Http404
    building = form.cleaned_data["building"]
    count = services.disinfect_building(compound=compound, building=building, at=timezone.now(), by=me(request))
    done = ngettext("%(count)d line marked as disinfected.", "%(count)d lines marked as disinfected.", count)
    messages.success(request, done % {"count": count})
    return _back(code, building.name)


def _page(request: HttpRequest, found: Access, form: DropForm) -> HttpResponse:
    compound, membership = found
    only = _only(membership)
    piles = piles_of(compound, only=only)
    names = [pile.building.name for pile in piles]
    chosen = request.GET.get("building", "")
    shown = [pile for pile in piles if pile.building.name == chosen] if chosen in names else piles
    today = compound.day_of(timezone.now())
    context = {
        "piles": piles,
        "shown": shown,
        "chosen": chosen if chosen in names else "",
        "count": sum(pile.count for pile in piles),
        "chat": chat_text(shown),
        "page": Paginator(done_on(compound, today, only=only), DONE_PER_PAGE).get_page(request.GET.get("page", "1")),
        "form": form,
        "can_handle": access.can_handle_parcels(membership),
    }
    return render(request, "gate/parcels.html", context | _search(compound, request.GET.get("room", "").strip(), only))


def _search(compound: Compound, room: str, only: frozenset[int] | None) -> dict[str, Any]:
    """What there is about one door."""
    if not room:
        return {}
    try:
        door = door_of(compound, room[:40], only=only)
    except ValidationError as error:
        return {"room": room, "room_error": error.messages[0]}
    return {"room": door.room, "of_door": list(parcels_of(door)[:OF_ONE_DOOR])}
