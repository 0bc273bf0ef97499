"""When somebody can: on their own phone, and on the coordinator's page of them. One page, two doors."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from roster.forms.availability import DateForm, DateGoneForm, WeekForm
from roster.models import Volunteer
from roster.services import availability as services
from roster.times_of_day import PART_HOURS, PART_NAMES, PARTS
from roster.views.access import volunteer_for
from roster.views.volunteers import volunteer_or_404
from roster.views.week_words import dates_of


def _own(request: HttpRequest, code: str) -> Volunteer:
    _compound, _duty, volunteer = volunteer_for(request, code)
    return volunteer


def _others(request: HttpRequest, code: str, volunteer: uuid.UUID) -> Volunteer:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    return volunteer_or_404(compound, volunteer)


@require_http_methods(["GET", "HEAD", "POST"])
def my_when(request: HttpRequest, code: str) -> HttpResponse:
    """A volunteer's own hours."""
    return _week(request, code, _own(request, code), is_own=True)


@require_http_methods(["GET", "HEAD", "POST"])
def their_when(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    """The same for somebody without a phone of that kind, by the coordinator."""
    return _week(request, code, _others(request, code, volunteer), is_own=False)


@post_or("roster:when")
def my_date(request: HttpRequest, code: str) -> HttpResponse:
    return _date(request, code, _own(request, code), is_own=True)


@post_or("roster:volunteer_when")
def their_date(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    return _date(request, code, _others(request, code, volunteer), is_own=False)


@post_or("roster:when")
def my_date_gone(request: HttpRequest, code: str) -> HttpResponse:
    return _date_gone(request, code, _own(request, code), is_own=True)


@post_or("roster:volunteer_when")
def their_date_gone(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    return _date_gone(request, code, _others(request, code, volunteer), is_own=False)


def _address(code: str, volunteer: Volunteer, is_own: bool, part: str = "") -> str:
    names = {"": "when", "date": "when_date", "gone": "when_date_gone"}
    if is_own:
        return reverse(f"roster:{names[part]}", kwargs={"code": code})
    return reverse(f"roster:volunteer_{names[part]}", kwargs={"code": code, "volunteer": volunteer.pk})


def _week(request: HttpRequest, code: str, volunteer: Volunteer, *, is_own: bool) -> HttpResponse:
    form = WeekForm(request.POST if request.method == "POST" else None, week=services.kept_week(volunteer))
    if form.is_valid():
        services.set_week(volunteer=volunteer, cells=form.cells, own=form.own, by=me(request), at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect(_address(code, volunteer, is_own))
    return _page(request, code, volunteer, is_own, week_form=form)


def _date(request: HttpRequest, code: str, volunteer: Volunteer, *, is_own: bool) -> HttpResponse:
    form = DateForm(request.POST)
    if form.is_valid():
        start, until = form.hours
        try:
            services.set_date(
                volunteer=volunteer,
                on=form.cleaned_data["on"],
                start=start,
                until=until,
                level=form.cleaned_data["level"],
                by=me(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("on", refusal.message)
        else:
            return redirect(_address(code, volunteer, is_own) + "#dates")
    return _page(request, code, volunteer, is_own, date_form=form)


def _date_gone(request: HttpRequest, code: str, volunteer: Volunteer, *, is_own: bool) -> HttpResponse:
    form = DateGoneForm(request.POST)
    if form.is_valid():
        services.forget_date(volunteer=volunteer, by=me(request), at=timezone.now(), **form.cleaned_data)
    return redirect(_address(code, volunteer, is_own) + "#dates")


def _page(request: HttpRequest, code: str, volunteer: Volunteer, is_own: bool, **forms: Any) -> HttpResponse:
    now = timezone.now()
    context = {
        "volunteer": volunteer,
        "is_own": is_own,
        "parts": [(PART_NAMES[part], PART_HOURS[part]) for part in PARTS],
        "dates": dates_of(volunteer, volunteer.compound.day_of(now)),
        "date_url": _address(code, volunteer, is_own, "date"),
        "gone_url": _address(code, volunteer, is_own, "gone"),
        "week_url": _address(code, volunteer, is_own),
        "date_form": DateForm(),
        **forms,
    }
    if "week_form" not in context:
        context["week_form"] = WeekForm(week=services.kept_week(volunteer))
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "roster/people/when.html", context, status=status)
