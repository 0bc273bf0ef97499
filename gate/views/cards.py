"""Cards as files to print. They are drawn when they are asked for and kept nowhere: each is a key."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me
from gate.forms.passes import ChosenForm
from gate.models import Pass
from gate.queries.cards import card_rows, chosen, printable
from gate.queries.passes import missing_passes, passes_by_building, valid_passes
from gate.services.prints import log_printed
from gate.sheets.cards import A_SHEET, draw_cards


@require_safe
def print_page(request: HttpRequest, code: str) -> HttpResponse:
    """Which cards are there to print: all, or building by building."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    context = {
        "buildings": passes_by_building(compound, at=now),
        "all": valid_passes(compound, now).filter(kind=Pass.Kind.HOUSEHOLD).count(),
        "others": valid_passes(compound, now).exclude(kind=Pass.Kind.HOUSEHOLD).count(),
        "missing": missing_passes(compound, at=now),
        "a_sheet": A_SHEET,
    }
    return render(request, "gate/pass_print.html", context)


@never_cache
@require_safe
def card_file(request: HttpRequest, code: str, card: uuid.UUID) -> HttpResponseBase:
    """One card on a sheet of its own."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    found = list(chosen(compound, [card], at=now))
    if not found:
        raise Http404
    try:
        return _pdf(request, compound, found, at=now, name=_("Pass"), part=str(found[0]))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("gate:pass", code=code, card=card)


@never_cache
@require_safe
def cards_file(request: HttpRequest, code: str) -> HttpResponseBase:
    """Those ticked (`card`), those of a `building`, those of a `kind`, or all that are valid; eight to a sheet."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    form = ChosenForm(request.GET)
    if not form.is_valid():
        raise Http404
    data = form.cleaned_data
    passes = chosen(compound, data["card"], at=now) if data["card"] else printable(compound, at=now)
    if data["building"]:
        passes = passes.filter(household__building__name=data["building"])
    if data["kind"]:
        passes = passes.filter(kind=data["kind"])
    found = list(passes)
    if not found:
        messages.info(request, _("There is no valid pass among these: nothing to print."))
        return redirect("gate:passes", code=code)
    try:
        return _pdf(request, compound, found, at=now, name=_("Passes"), part=data["building"])
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("gate:pass_print", code=code)


def _pdf(
    request: HttpRequest, compound: Compound, passes: Iterable[Pass], *, at: dt.datetime, name: str, part: str
) -> HttpResponse:
    """Who took how many cards is written down: whoever holds one goes out as that household."""
    rows = card_rows(passes, compound, at=at)
    content = draw_cards(rows, compound=compound.name, language=compound.language)
    log_printed(compound=compound, count=len(rows), part=part, by=me(request), at=at)
    response = HttpResponse(content, content_type="application/pdf")
    file_name = "_".join(word for word in (compound.name, name, part) if word) + ".pdf"
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, file_name) or "inline"
    return response
