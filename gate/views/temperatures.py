"""Temperatures: who waits for what, what came from home, who has not been measured; and what the street office gets."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.access import Standing
from compound.models import Compound
from compound.refusals import Refusal
from compound.services import audit
from compound.views.access import Access, compound_for, me, post_or
from gate.forms.temperatures import CloseRecordForm, HandInForm
from gate.models import TemperatureReading
from gate.queries.measured import measured_on
from gate.queries.temperature import closed_records, home_readings, not_measured, open_records
from gate.services.home_readings import hand_in_reading
from gate.services.temperature import close_record
from gate.sheets.temperatures import day_workbook

READINGS_PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _only(membership: Standing) -> frozenset[int] | None:
    """Which buildings: all for those who may see health, the own ones for a captain."""
    return None if access.can_see_health(membership) else membership.buildings


def _day(request: HttpRequest, compound: Compound, at: dt.datetime) -> dt.date:
    """`?day=2022-08-23`; today for anything else, and for a day that has not come."""
    today = compound.day_of(at)
    try:
        day = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return day if dt.date(2000, 1, 1) <= day <= today else today


@require_safe
def temperatures(request: HttpRequest, code: str) -> HttpResponse:
    """Who has a temperature? A captain sees who was measured in the own building, and no value."""
    found = compound_for(request, code, *access.HAND_IN_READINGS)
    now = timezone.now()
    form = HandInForm(compound=found.compound, at=now, only=_only(found.membership))
    return _page(request, found, form, now)


@post_or("gate:temperatures")
def hand_in(request: HttpRequest, code: str) -> HttpResponse:
    """A reading taken at a door."""
    found = compound_for(request, code, *access.HAND_IN_READINGS)
    now, health = timezone.now(), access.can_see_health(found.membership)
    form = HandInForm(request.POST, compound=found.compound, at=now, only=_only(found.membership))
    if form.is_valid():
        data = form.cleaned_data
        try:
            hand_in_reading(
                id=data["id"] or uuid.uuid4(),
                household=data["room"],
                value=data["value"],
                person=data["person"],
                method=data["method"],
                source=TemperatureReading.Source.HOME if health else TemperatureReading.Source.CAPTAIN,
                taken_at=data["taken_at"],
                by=me(request),
                at=now,
            )
        except Refusal as refusal:
            fields = {"reading_implausible": "value", "not_yet": "taken_at"}
            form.add_error(fields.get(refusal.code), refusal.message)
        else:
            messages.success(request, _("%(room)s: written down.") % {"room": data["room"].room})
            return redirect("gate:temperatures", code=code)
    return _page(request, found, form, now)


@post_or("gate:temperatures")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """How a fever ended."""
    compound, _membership = compound_for(request, code, *access.SEE_HEALTH)
    form = CloseRecordForm(request.POST, compound=compound)
    if not form.is_valid():
        raise Http404
    try:
        record = close_record(by=me(request), at=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        room = record.household.room if record.household else "–"
        words = _("%(room)s: %(outcome)s.") % {"room": room, "outcome": record.get_outcome_display()}
        messages.success(request, words)
    return redirect("gate:temperatures", code=code)


@require_safe
def live(request: HttpRequest, code: str) -> HttpResponse:
    """The line at the top, asked for every 20 seconds. `?seen=` is the state that the page shows."""
    compound, _membership = compound_for(request, code, *access.SEE_HEALTH)
    return render(request, "gate/temperatures_live.html", _live(compound, request.GET.get("seen", "")))


@require_safe
def day_file(request: HttpRequest, code: str) -> HttpResponse:
    """All readings of a day by unit, as .xlsx for the street office. Who fetched it stands in the audit log."""
    compound, _membership = compound_for(request, code, *access.SEE_HEALTH)
    now = timezone.now()
    day = _day(request, compound, now)
    rows = measured_on(compound, day)
    if request.method == "GET":
        audit.record(
            compound=compound,
            by=me(request),
            at=now,
            action="temperatures.fetched",
            subject=day.isoformat(),
            text=day.isoformat(),
            rows=len(rows),
        )
    response = HttpResponse(day_workbook(compound=compound, day=day, rows=rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="temperatures-{day.isoformat()}.xlsx"'
    return response


def _live(compound: Compound, seen: str | None = None) -> dict[str, Any]:
    records = list(open_records(compound))
    fevers = [record for record in records if record.is_fever]
    state = "-".join(sorted(record.pk.hex[:8] + str(len(record.readings.all())) for record in records)) or "none"
    return {
        "compound": compound,
        "records": records,
        "fevers": len(fevers),
        "latest": max((record.opened_at for record in fevers), default=None),
        "state": state,
        "seen": seen or state,
    }


def _page(request: HttpRequest, found: Access, form: HandInForm, now: dt.datetime) -> HttpResponse:
    compound, membership = found
    only, health = _only(membership), access.can_see_health(membership)
    today, day = compound.day_of(now), _day(request, compound, now)
    context: dict[str, Any] = _live(compound) if health else {}
    readings = home_readings(compound, day, only=only)
    context |= {
        "sees_health": health,
        "form": form,
        "day": day,
        "is_today": day == today,
        "day_before": (day - dt.timedelta(days=1)).isoformat(),
        "day_after": (day + dt.timedelta(days=1)).isoformat() if day < today else "",
        "closed": list(closed_records(compound, day)) if health else [],
        "page": Paginator(readings, READINGS_PER_PAGE).get_page(request.GET.get("page", "1")),
        "not_measured": not_measured(compound, day=day, at=now, only=only),
        "file_url": reverse("gate:temperatures_file", kwargs={"code": compound.code}),
    }
    return render(request, "gate/temperatures.html", context)
