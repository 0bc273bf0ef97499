"""Packing a round's bags, and the labels on them."""

import uuid
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.models import Building
from compound.refusals import Refusal
from compound.views.access import me, post_or
from orders.forms.packing import BagForm, LabelsForm
from orders.models import Round
from orders.queries.labels import labels_of
from orders.queries.packing import PackDoor, pack_doors, packing_page
from orders.services import packing as services
from orders.sheets.labels import draw_labels
from orders.views.access import RoundAccess, round_for


@require_GET
def page(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Household by household what goes into the bag; `?building=` chooses, else the first that is not packed."""
    found = round_for(request, code, round, *access.SHOP)
    return render(request, "orders/packing.html", _context(found, request.GET.get("building", "")))


def _context(found: RoundAccess, building: str) -> dict[str, Any]:
    round = found.round
    return {
        "round": round,
        "packing": packing_page(round, building),
        "can_pack": round.state in services.PACKED_FROM,
        "can_see_round": access.can_see_orders(found.membership),
        "labels_form": LabelsForm(compound=found.compound, initial={"building": building or None}),
    }


@post_or("orders:packing")
def bag(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """One bag: packed, checked or taken back. With htmx the door comes back, without it the page at the next door."""
    found = round_for(request, code, round, *access.SHOP)
    building = _building(found, request)
    form, error = BagForm(request.POST, building=building), ""
    if not form.is_valid() or form.household is None:
        error = next(str(text) for texts in form.errors.values() for text in texts)
        if form.household is None:
            messages.error(request, error)
            return _back(found, building)
    household = form.household
    door = next(iter(pack_doors(found.round, building, household)), None)
    if door is None:
        raise Http404
    if not error:
        error = _do(request, found.round, form, door)
    is_kept = bool(error)
    if not error:
        door = next(iter(pack_doors(found.round, building, household)), door)
    door.error = error
    if "HX-Request" in request.headers:
        context = _context(found, building.name) | {"doors": [door], "is_fragment": True}
        return render(request, "orders/packing_doors.html", context)
    if is_kept:
        context = _context(found, building.name)
        doors = [door if each.household == household else each for each in context["packing"].doors]
        return render(request, "orders/packing.html", context | {"doors": doors})
    return _back(found, building, household.room)


def _do(request: HttpRequest, round: Round, form: BagForm, door: PackDoor) -> str:
    """Does what the form says; returns what was wrong with it."""
    by, at, do = me(request), timezone.now(), form.cleaned_data["do"]
    same: dict[str, Any] = {"round": round, "household": door.household, "by": by, "at": at}
    try:
        if do == "check":
            if not services.check_bag(**same):
                text = _("%(room)s: packed and checked by the same person. Two pairs of eyes see more.")
                messages.warning(request, text % {"room": door.household.room})
        elif do == "undo":
            services.unpack_household(**same)
        else:
            services.pack_household(**same, packed=form.packed(door), bags=form.cleaned_data["bags"] or 1)
    except Refusal as refusal:
        return refusal.message
    except ValidationError as wrong:
        return " ".join(wrong.messages)
    return ""


@post_or("orders:packing")
def building(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """A whole building at once: all packed as listed but what was marked before, or all checked."""
    found = round_for(request, code, round, *access.SHOP)
    row = _building(found, request)
    same: dict[str, Any] = {"round": found.round, "building": row, "by": me(request), "at": timezone.now()}
    try:
        if request.POST.get("do") == "check":
            count, own = services.check_building(**same)
            done = ngettext("%(count)d bag checked.", "%(count)d bags checked.", count)
            messages.success(request, done % {"count": count})
            if own:
                text = ngettext(
                    "%(count)d of them you have packed yourself. Two pairs of eyes see more.",
                    "%(count)d of them you have packed yourself. Two pairs of eyes see more.",
                    own,
                )
                messages.warning(request, text % {"count": own})
        else:
            packed = services.pack_building(**same)
            count = packed.doors
            done = ngettext("%(count)d household packed as listed.", "%(count)d households packed as listed.", count)
            messages.success(request, done % {"count": count})
            if packed.unweighed:
                text = _("These wait for a weight: %(rooms)s") % {"rooms": _(", ").join(packed.unweighed)}
                messages.warning(request, text)
            if packed.undecided:
                text = _(
                    "%(goods)s came short and is not shared out yet: not packed. Share out first, or pack bag by bag."
                )
                messages.warning(request, text % {"goods": _(", ").join(packed.undecided)})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return _back(found, row)


def _building(found: RoundAccess, request: HttpRequest) -> Building:
    row = found.compound.buildings.filter(name=request.POST.get("building", "")).first()
    if row is None:
        raise Http404
    return row


def _back(found: RoundAccess, building: Building, room: str = "") -> HttpResponse:
    url = reverse("orders:packing", kwargs={"code": found.compound.code, "round": found.round.pk})
    anchor = f"#d{quote(room)}" if room else ""
    return redirect(f"{url}?{urlencode({'building': building.name})}{anchor}")


@require_GET
def labels(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The PDF of the labels; `?paper=roll` one on a label of 8×6 cm, else 24 on A4. 404 without a bag."""
    found = round_for(request, code, round, *access.SHOP)
    form = LabelsForm({"paper": LabelsForm.SHEET, **request.GET.dict()}, compound=found.compound)
    if not form.is_valid():
        raise Http404
    rows = labels_of(found.round, form.cleaned_data["building"])
    if not rows:
        raise Http404
    content = draw_labels(
        rows,
        title=found.round.title,
        on_roll=form.cleaned_data["paper"] == LabelsForm.ROLL,
        first=form.cleaned_data["first"] or 1,
        language=found.compound.language,
    )
    response = HttpResponse(content, content_type="application/pdf")
    name = _("Labels %(title)s.pdf") % {"title": found.round.title}
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, name) or "inline"
    return response
