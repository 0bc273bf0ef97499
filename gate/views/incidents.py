"""Rushing the gate, abuse: the list, and writing one down at the desk."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.refusals import Refusal
from compound.views.access import Access, compound_for, me, post_or
from gate.forms.desk import IncidentForm
from gate.queries.incidents import incidents_page
from gate.services.incidents import record_incident


@require_safe
def incidents(request: HttpRequest, code: str) -> HttpResponse:
    found = compound_for(request, code, *access.SEE_GATES)
    return _page(request, found, IncidentForm(compound=found.compound, at=timezone.now()))


def _page(request: HttpRequest, found: Access, form: IncidentForm) -> HttpResponse:
    page = incidents_page(compound=found.compound, page=request.GET.get("page", "1"))
    return render(request, "gate/incidents.html", {"page": page, "form": form})


@post_or("gate:incidents")
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Whoever sees the gates may write one down: the guard too, after the shift."""
    found = compound_for(request, code, *access.SEE_GATES)
    now = timezone.now()
    form = IncidentForm(request.POST, compound=found.compound, at=now)
    if form.is_valid():
        given = form.cleaned_data
        try:
            record_incident(
                id=given["id"] or uuid.uuid4(),
                compound=found.compound,
                gate=given["gate"],
                kind=given["kind"],
                household=given["room"],
                note=given["note"],
                at=given["at"],
                received_at=now,
                by=me(request),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Written down."))
            return redirect("gate:incidents", code=code)
    return _page(request, found, form)
