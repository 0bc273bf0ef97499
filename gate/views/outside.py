"""Who is outside now, and who came back unseen."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.days import Clock
from compound.refusals import Refusal
from compound.views.access import Access, compound_for, me, post_or
from gate.forms.desk import BackForm
from gate.models import Outing
from gate.queries.outside import outside_page, overdue_text
from gate.services.came_back import came_back


@require_safe
def outside(request: HttpRequest, code: str) -> HttpResponse:
    """By building: since when, until when, overdue; the text for each building's chat."""
    return _page(request, compound_for(request, code, *access.SEE_GATES))


def _page(request: HttpRequest, found: Access, **more: Any) -> HttpResponse:
    compound, membership = found
    now = timezone.now()
    page = outside_page(compound=compound, at=now)
    clock = Clock(compound, now)
    texts = [
        (building, overdue_text(building, clock)) for building in page.buildings if building.name and building.overdue
    ]
    can_run = access.can_run_gates(membership)
    return render(request, "gate/outside.html", {"page": page, "texts": texts, "can_run": can_run, **more})


@post_or("gate:outside")
def back(request: HttpRequest, code: str) -> HttpResponse:
    """Ends an outing by an entry that is written at the desk, with a reason."""
    found = compound_for(request, code, *access.RUN_GATES)
    form = BackForm(request.POST)
    outing = None
    if form.is_valid():
        rows = Outing.objects.select_related("household", "gate_pass", "check_out__gate")
        outing = rows.filter(compound=found.compound, check_out=form.cleaned_data["check"], void_at=None).first()
    if outing is None or outing.back_at is not None:
        if not form.errors:
            messages.warning(request, _("This outing has ended already."))
            return redirect("gate:outside", code=code)
        return _page(request, found, back_form=form)
    now = timezone.now()
    entry = form.cleaned_data["id"] or uuid.uuid4()
    try:
        came_back(outing=outing, entry=entry, reason=form.cleaned_data["reason"], by=me(request), at=now)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _said(outing, Clock(found.compound, now)))
    return redirect("gate:outside", code=code)


def _said(outing: Outing, clock: Clock) -> str:
    """Of several who are outside it says whose outing has ended."""
    who = outing.household.room if outing.household else str(outing.gate_pass or outing.check_out.shown)
    when, gate = clock.when(outing.out_at), outing.check_out.gate.name
    return _("%(who)s is back: the outing of %(when)s, %(gate)s, has ended.") % {"who": who, "when": when, "gate": gate}
