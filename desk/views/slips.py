"""家门单: the slips that open the households' own pages. Made, printed, replaced on doubt."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compound import access
from compound.models import Compound
from compound.queries.doors import doors_for
from compound.queries.household_keys import Slip, keys_job, keys_of, slip_doors, slips_by_building, slips_to_print
from compound.refusals import Refusal
from compound.services import household_keys
from compound.views.access import compound_for, me, post_or
from compound.views.jobs import JobPart, end_job, job_part
from desk.forms import WhyForm
from desk.sheets.slips import draw_slips
from desk.views.access import HouseholdAccess, household_for
from orders.sheets.words import building as building_words

MAKING = JobPart(
    kind=household_keys.KEYS_JOB,
    page="desk:slips",
    label=gettext_lazy("Making slips"),
    again=gettext_lazy("Press “make one for each” once more: those that have a slip are left out."),
)


@require_safe
def slips(request: HttpRequest, code: str) -> HttpResponse:
    """Building by building: how many slips there are, and how many have been opened. `?room=` leads to one door."""
    compound, _membership = compound_for(request, code, *access.GIVE_SLIPS)
    text = request.GET.get("room", "").strip()[:40]
    doors = doors_for(compound, text) if text else []
    if len(doors) == 1:
        return redirect("desk:slip", code=code, room=doors[0].room)
    rows = slips_by_building(compound)
    context = {
        "rows": [row for row in rows if row.households or row.slips],
        "missing": sum(row.missing for row in rows),
        "made": sum(row.slips for row in rows),
        "opened": sum(row.opened for row in rows),
        "job": keys_job(compound),
        "making": MAKING,
        "text": text,
        "doors": doors,
    }
    return render(request, "desk/slips.html", context)


@require_safe
def building(request: HttpRequest, code: str, building: str) -> HttpResponse:
    """Door by door: who has a slip, and who has opened the page."""
    compound, _membership = compound_for(request, code, *access.GIVE_SLIPS)
    found = compound.buildings.filter(name=building).first()
    if found is None:
        raise Http404
    doors = slip_doors(found)
    context = {
        "building": found,
        "name": building_words(found.name),
        "doors": doors,
        "made": sum(door.key is not None for door in doors),
        "opened": sum(bool(door.key and door.key.first_opened_at) for door in doors),
    }
    return render(request, "desk/slips_building.html", context)


@require_safe
def slip(request: HttpRequest, code: str, room: str) -> HttpResponse:
    return _slip_page(request, household_for(request, code, room, *access.GIVE_SLIPS), WhyForm())


def _slip_page(request: HttpRequest, found: HouseholdAccess, form: WhyForm) -> HttpResponse:
    keys = keys_of(found.household)
    valid = keys[0] if keys and keys[0].revoked_at is None else None
    ended = [key for key in keys if key.revoked_at is not None]
    context = {"household": found.household, "key": valid, "ended": ended, "form": form}
    return render(request, "desk/slip.html", context)


@post_or("desk:slip")
def make(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """A slip for a door that has none: an empty flat, or one that came later."""
    found = household_for(request, code, room, *access.GIVE_SLIPS)
    household_keys.issue_key(household=found.household, by=me(request), at=timezone.now())
    messages.success(request, _("The slip is made: print it."))
    return redirect("desk:slip", code=code, room=room)


@post_or("desk:slip")
def replace(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """Lost, or somebody else may have seen it: the old one ends now."""
    found = household_for(request, code, room, *access.GIVE_SLIPS)
    form = WhyForm(request.POST)
    if form.is_valid():
        try:
            household_keys.replace_key(
                household=found.household, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The old slip opens nothing any more. Print the new one."))
            return redirect("desk:slip", code=code, room=room)
    return _slip_page(request, found, form)


@post_or("desk:slip")
def revoke(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """The old one ends now, and there is no new one."""
    found = household_for(request, code, room, *access.GIVE_SLIPS)
    form = WhyForm(request.POST)
    if form.is_valid():
        try:
            household_keys.revoke_key(
                household=found.household, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The slip opens nothing any more."))
            return redirect("desk:slip", code=code, room=room)
    return _slip_page(request, found, form)


# ── paper: drawn when it is asked for and kept nowhere, because each slip is a key ──


@never_cache
@require_safe
def slip_file(request: HttpRequest, code: str, room: str) -> HttpResponseBase:
    found = household_for(request, code, room, *access.GIVE_SLIPS)
    try:
        rows = slips_to_print(found.compound, household=found.household)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("desk:slip", code=code, room=room)
    if not rows:
        raise Http404
    return _pdf(request, found.compound, rows, part=room, at=timezone.now())


@never_cache
@require_safe
def slips_file(request: HttpRequest, code: str) -> HttpResponseBase:
    """Those of a `building`, or all."""
    compound, _membership = compound_for(request, code, *access.GIVE_SLIPS)
    part = request.GET.get("building", "")[:20]
    try:
        rows = slips_to_print(compound, building=part)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("desk:slips", code=code)
    if not rows:
        messages.info(request, _("There is no slip among these: make them first."))
        return redirect("desk:slips", code=code)
    return _pdf(request, compound, rows, part=part, at=timezone.now())


def _pdf(request: HttpRequest, compound: Compound, rows: Sequence[Slip], *, part: str, at: dt.datetime) -> HttpResponse:
    """Who took how many slips is written down."""
    content = draw_slips(rows, compound=compound.name, language=compound.language, site=settings.PUBLIC_URL)
    household_keys.log_slips_printed(compound=compound, count=len(rows), part=part, by=me(request), at=at)
    response = HttpResponse(content, content_type="application/pdf")
    file_name = "_".join(word for word in (compound.name, _("Slips"), part) if word) + ".pdf"
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, file_name) or "inline"
    return response


# ── for everybody ─────────────────────────────────


@post_or("desk:slips")
def make_all(request: HttpRequest, code: str) -> HttpResponse:
    """Asks for the job that makes what is missing."""
    compound, _membership = compound_for(request, code, *access.GIVE_SLIPS)
    try:
        household_keys.request_keys(compound=compound, with_empty=False, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.info(request, refusal.message)
    return redirect("desk:slips", code=code)


@require_safe
def job(request: HttpRequest, code: str, job: uuid.UUID) -> HttpResponse:
    """How far the slips are."""
    compound, _membership = compound_for(request, code, *access.GIVE_SLIPS)
    return job_part(request, compound, job, MAKING)


def cancel(request: HttpRequest, code: str, job: uuid.UUID) -> HttpResponse:
    """Slips that are made stay good."""
    compound, _membership = compound_for(request, code, *access.GIVE_SLIPS)
    return end_job(request, compound, job, MAKING)
