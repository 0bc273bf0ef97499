"""Home isolation: which doors stay shut until when."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.days import Clock
from compound.refusals import Refusal
from compound.views.access import Access, compound_for, me, post_or
from gate.forms.temperatures import EndIsolationForm, IsolateForm
from gate.queries.isolations import days_left, isolated_now
from gate.services.isolations import end_isolation, isolate


@require_safe
def isolations(request: HttpRequest, code: str) -> HttpResponse:
    """A captain sees the own building. Why stands there for those alone who may set it."""
    found = compound_for(request, code, *access.SEE_ISOLATIONS)
    now = timezone.now()
    return _page(request, found, IsolateForm(compound=found.compound, at=now), now)


@post_or("gate:isolations")
def set_isolation(request: HttpRequest, code: str) -> HttpResponse:
    """Sets the date, or another one instead of it."""
    found = compound_for(request, code, *access.SET_ISOLATIONS)
    compound, now = found.compound, timezone.now()
    form = IsolateForm(request.POST, compound=compound, at=now)
    if form.is_valid():
        door, until = form.cleaned_data["room"], form.cleaned_data["until"]
        try:
            isolate(household=door, until=until, note=form.cleaned_data["note"], by=me(request), at=now)
        except Refusal as refusal:
            form.add_error("until", refusal.message)
        else:
            words = _("%(room)s: no outing before %(until)s.") % {
                "room": door.room,
                "until": Clock(compound, now).when(until),
            }
            messages.success(request, words)
            return redirect("gate:isolations", code=code)
    return _page(request, found, form, now)


@post_or("gate:isolations")
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Before its date."""
    compound, _membership = compound_for(request, code, *access.SET_ISOLATIONS)
    form = EndIsolationForm(request.POST, compound=compound)
    if not form.is_valid():
        raise Http404
    row = end_isolation(isolation=form.cleaned_data["isolation"], by=me(request), at=timezone.now())
    messages.success(request, _("%(room)s: the isolation is over.") % {"room": row.household.room})
    return redirect("gate:isolations", code=code)


def _page(request: HttpRequest, found: Access, form: IsolateForm, now: dt.datetime) -> HttpResponse:
    compound, membership = found
    health = access.can_see_health(membership)
    rows = list(isolated_now(compound, at=now, only=None if health else membership.buildings))
    context = {
        "rows": [(row, days_left(compound, row.until, now)) for row in rows],
        "form": form,
        "can_set": access.can_set_isolations(membership),
    }
    return render(request, "gate/isolations.html", context)
