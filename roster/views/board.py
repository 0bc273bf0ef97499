"""The week: who stands where and what is empty; proposals are published from here, a week is copied."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from roster.forms.board import CopyWeekForm, PublishForm
from roster.models import Assignment
from roster.queries.board import board_of, monday_of, proposed_ids
from roster.queries.plans import proposals_beside
from roster.services.assignments import Published, publish
from roster.services.shifts import copy_week
from roster.words import day_words, shift_words

WEEK = dt.timedelta(days=7)


def day_or_404(text: str) -> dt.date:
    """A date in an address. Raises Http404 for what is none, or so far away that it must be a slip."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not dt.date(2000, 1, 8) <= day <= dt.date(2199, 12, 1):
        raise Http404
    return day


@require_safe
def this_week(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    return _page(request, compound, compound.day_of(timezone.now()))


@require_safe
def week(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """The week in which `day` lies."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    return _page(request, compound, day_or_404(day))


@post_or("roster:board")
def publish_proposals(request: HttpRequest, code: str) -> HttpResponse:
    """All proposals, a week's or a day's. What is refused stays a proposal, and the page says why."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    now = timezone.now()
    form = PublishForm(request.POST)
    if not form.is_valid():
        return redirect("roster:board", code=code)
    scope, day = form.cleaned_data["scope"], form.cleaned_data["day"]
    monday = monday_of(day)
    spans = {"week": (monday, monday + dt.timedelta(days=6)), "day": (day, day)}
    from_on, until_on = spans.get(scope, (None, None))
    done = publish(assignments=proposed_ids(compound, now, from_on=from_on, until_on=until_on), by=me(request), at=now)
    if done.done or not done.refused:
        messages.success(request, published_words(len(done.done)))
    if done.refused:
        return _page(request, compound, day, published=done)
    return redirect("roster:day" if scope == "day" else "roster:week", code=code, day=day.isoformat())


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """The shifts of this week once more in another one, with the people as proposals when that is wanted."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    monday = monday_of(day_or_404(day))
    form = CopyWeekForm(request.POST or None, monday=monday, initial={"day": monday + WEEK})
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["day"]
        try:
            copied = copy_week(
                compound=compound,
                from_week=monday,
                to_week=to,
                with_people=form.cleaned_data["with_people"],
                by=me(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("day", refusal.message)
        else:
            messages.success(request, _copied_words(len(copied.made), copied.people, copied.there))
            return redirect("roster:week", code=code, day=to.isoformat())
    context: dict[str, Any] = {"form": form, "monday": monday}
    context |= {"first": day_words(monday), "last": day_words(monday + dt.timedelta(days=6))}
    return render(request, "roster/board/copy.html", context, status=422 if form.errors else 200)


def published_words(count: int) -> str:
    if not count:
        return _("There was nothing to publish.")
    return ngettext("%(count)d place published.", "%(count)d places published.", count) % {"count": count}


def _copied_words(made: int, people: int, there: int) -> str:
    words = ngettext("%(count)d shift copied", "%(count)d shifts copied", made) % {"count": made}
    if people:
        words += _(", %(count)d people proposed") % {"count": people}
    if there:
        words += _(", %(count)d were there already") % {"count": there}
    return words + _(".")


def _refused(compound: Compound, published: Published | None) -> list[tuple[Assignment, Refusal, str]]:
    """Each with its shift in words: somebody may be refused twice."""
    return [
        (row, refusal, shift_words(row.starts_at, row.ends_at, compound.tz, row.shift.post.name))
        for row, refusal in (published.refused if published else [])
    ]


def _page(
    request: HttpRequest, compound: Compound, day: dt.date, *, published: Published | None = None
) -> HttpResponse:
    now = timezone.now()
    today, monday = compound.day_of(now), monday_of(day)
    board = board_of(compound=compound, from_on=monday, days=7, at=now)
    context: dict[str, Any] = {
        "board": board,
        "monday": monday,
        "first": day_words(monday),
        "last": day_words(monday + dt.timedelta(days=6)),
        "before": (monday - WEEK).isoformat(),
        "after": (monday + WEEK).isoformat(),
        "today": today,
        "is_this_week": monday <= today < monday + WEEK,
        "proposals": proposals_beside(compound, now, from_on=monday, until_on=monday + dt.timedelta(days=6)),
        "refused": _refused(compound, published),
    }
    return render(request, "roster/board/week.html", context)
