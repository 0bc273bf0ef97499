"""One day of the board, for a phone and for the wall; and a shift that is added by hand."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me
from roster.forms.shift import NewShiftForm
from roster.queries.board import board_of, monday_of
from roster.services.shifts import add_shift
from roster.views.board import day_or_404

DAY = dt.timedelta(days=1)


@require_safe
def day(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Each post with the shifts of the day, one below the other."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    on, now = day_or_404(day), timezone.now()
    monday = monday_of(on)
    context = {
        "board": board_of(compound=compound, from_on=on, days=1, at=now),
        "on": on,
        "today": compound.day_of(now),
        "before": (on - DAY).isoformat(),
        "after": (on + DAY).isoformat(),
        "monday": monday,
    }
    return render(request, "roster/board/day.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_shift(request: HttpRequest, code: str) -> HttpResponse:
    """A shift that no pattern makes. `?day=` and `?post=` fill the boxes in."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    now = timezone.now()
    form = NewShiftForm(request.POST or None, compound=compound, at=now, initial=_wanted(request, compound, now))
    if request.method == "POST" and form.is_valid():
        try:
            made = add_shift(by=me(request), at=now, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The shift stands on the board. Who shall do it?"))
            return redirect("roster:shift", code=code, shift=made.pk)
    return render(request, "roster/board/shift_new.html", {"form": form}, status=422 if form.errors else 200)


def _wanted(request: HttpRequest, compound: Compound, now: dt.datetime) -> dict[str, object]:
    """The next full hour, or 08:00 on `?day=`, for four hours."""
    start = compound.local(now).replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    try:
        on = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        on = start.date()
    if on != start.date() and dt.date(2000, 1, 8) <= on <= dt.date(2199, 12, 1):
        start = compound.moment(on, dt.time(8))
    end = start + dt.timedelta(hours=4)
    return {"starts_at": start, "ends_at": end, "post": request.GET.get("post"), "minimum": 1, "maximum": 1}
