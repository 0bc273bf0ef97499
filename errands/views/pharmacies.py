"""What is to be fetched at one pharmacy: the page, the list on paper, the labels of the bags."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.refusals import Refusal
from compound.views.access import me, post_or
from errands.queries.errands import ErrandRow
from errands.queries.pharmacies import bags_at, labels_of, list_of
from errands.services.steps import take_on
from errands.sheets.labels import draw_labels
from errands.sheets.pharmacy import draw_list
from orders.hours import is_open
from orders.views.access import PointAccess, point_for, seen_buildings


def _rows(request: HttpRequest, found: PointAccess) -> list[ErrandRow]:
    """All for who runs errands; else one's own."""
    runner = None if access.can_run_errands(found.membership) else me(request)
    return bags_at(found.point, only=seen_buildings(found.membership), runner=runner)


@require_GET
def pharmacy(request: HttpRequest, code: str, name: str) -> HttpResponse:
    found = point_for(request, code, name, *access.DO_ERRANDS)
    now = found.compound.local(timezone.now())
    rows = _rows(request, found)
    context = {
        "point": found.point,
        "rows": rows,
        "is_open": is_open(found.point.opens, found.point.closes, now.time()),
        "free": sum(row.errand.taken_by_id is None for row in rows),
        "labels": len(labels_of(rows)),
        "can_run": access.can_run_errands(found.membership),
    }
    return render(request, "errands/pharmacy.html", context)


@post_or("errands:pharmacy")
def take_all(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Takes on all that nobody has there."""
    found = point_for(request, code, name, *access.RUN_ERRANDS)
    now, taken = timezone.now(), 0
    for row in _rows(request, found):
        if row.errand.taken_by_id is None:
            try:
                take_on(errand=row.errand, by=me(request), at=now)
            except Refusal:
                # Somebody was quicker, or it was withdrawn: the list shows it.
                continue
            taken += 1
    said = ngettext("%(count)d errand is yours now.", "%(count)d errands are yours now.", taken)
    messages.success(request, said % {"count": taken})
    return redirect("errands:pharmacy", code=code, name=name)


@require_GET
def pharmacy_list(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """The A4 list. Drawn anew each time and kept nowhere: it says who takes which medicine."""
    found = point_for(request, code, name, *access.DO_ERRANDS)
    rows = _rows(request, found)
    if not rows:
        raise Http404
    compound = found.compound
    page = reverse("errands:pharmacy", kwargs={"code": code, "name": name})
    # All of the paper is in the compound's language, whoever prints it.
    with translation.override(compound.language):
        bags = list_of(found.point, rows)
    content = draw_list(
        bags,
        compound=compound.name,
        made_at=compound.local(timezone.now()),
        url=f"{settings.PUBLIC_URL}{page}",
        language=compound.language,
    )
    return _pdf(content, f"{found.point.name}.pdf")


@require_GET
def pharmacy_labels(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One label a person; `?paper=roll` on labels of 8×6 cm, else 24 on A4."""
    found = point_for(request, code, name, *access.DO_ERRANDS)
    labels = labels_of(_rows(request, found))
    if not labels:
        raise Http404
    is_roll = request.GET.get("paper") == "roll"
    content = draw_labels(labels, on_roll=is_roll, language=found.compound.language)
    return _pdf(content, _("labels %(name)s.pdf") % {"name": found.point.name})


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    add_never_cache_headers(response)
    return response
