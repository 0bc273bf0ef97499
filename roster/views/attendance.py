"""The leader's list to tick: who has come, who has gone, who is missing."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import me, post_or
from roster.access import Duty, leads
from roster.forms.duty import DayForm, TickForm
from roster.models import DutyGroup
from roster.queries.attendance import attendance_page, tick_of
from roster.services import assignments
from roster.services.house_rules import rules_of
from roster.views.access import leader_for

DAY = dt.timedelta(days=1)


class LedGroup(NamedTuple):
    """Unpacks as `compound, duty, group = led_group_for(request, code, pk)`."""

    compound: Compound
    duty: Duty
    group: DutyGroup


def led_group_for(request: HttpRequest, code: str, group_id: uuid.UUID) -> LedGroup:
    """A group, for its leader, its deputies and the coordinator. Raises Http404 for everybody else. Four queries."""
    compound, duty = leader_for(request, code)
    group = DutyGroup.objects.filter(compound=compound, pk=group_id, ended_at=None).first()
    if group is None or not leads(duty, group.pk):
        raise Http404
    return LedGroup(compound, duty, group)


@require_safe
def attendance(request: HttpRequest, code: str, group: uuid.UUID) -> HttpResponse:
    """`?day=` is any date; yesterday, today and tomorrow are one tap away."""
    compound, duty, row = led_group_for(request, code, group)
    now = timezone.now()
    today = compound.day_of(now)
    day = DayForm(request.GET).day_or(today)
    page = attendance_page(compound=compound, group=row, day=day, rules=rules_of(compound), at=now)
    near = [today - DAY, today, today + DAY]
    context = {
        "page": page,
        "group": row,
        "days": near if day in near else [*near, day],
        "today": today,
        "can_assign": duty.runs_roster or row.leaders_assign,
    }
    return render(request, "roster/duty/attendance.html", context)


@post_or("roster:attendance")
def tick(request: HttpRequest, code: str, group: uuid.UUID) -> HttpResponse:
    """One tick. The page comes back at the person who was ticked."""
    compound, _duty, row = led_group_for(request, code, group)
    form = TickForm(request.POST)
    found = tick_of(row, form.cleaned_data["assignment"]) if form.is_valid() else None
    if found is None:
        messages.warning(request, _("This list has changed. Please look again."))
        return redirect("roster:attendance", code=code, group=group)
    found.compound = compound
    do, by, at = form.cleaned_data["do"], me(request), timezone.now()
    why = form.cleaned_data["why"] or _("Told the leader")
    acts: dict[str, Callable[[], object]] = {
        "in": lambda: assignments.sign_in(assignment=found, by=by, at=at),
        "out": lambda: assignments.sign_out(assignment=found, by=by, at=at),
        "absent": lambda: assignments.mark_absent(assignment=found, by=by, at=at),
        "excuse": lambda: assignments.excuse(assignment=found, by=by, at=at, why=why),
        "undo": lambda: assignments.undo_attendance(assignment=found, by=by, at=at),
    }
    try:
        acts[do]()
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(_list_at(compound, group, found.shift.duty_on))
    return redirect(f"{_list_at(compound, group, found.shift.duty_on)}#a{found.pk}")


def _list_at(compound: Compound, group: uuid.UUID, day: dt.date) -> str:
    url = reverse("roster:attendance", kwargs={"code": compound.code, "group": group})
    return f"{url}?day={day}"
