"""How the shifts of a post repeat: by a preset or by hand, seen before they are written, changed from a day on."""

import datetime as dt
import uuid
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from roster.forms.patterns import EndPatternForm, PatternForm, initial_of
from roster.models import Post, Shift, ShiftPattern
from roster.pattern_words import PRESETS, Preset, timing_words
from roster.queries.facts import limits_of
from roster.queries.setup import people_by_shift, preview
from roster.rules.slots import slots
from roster.services import patterns as services
from roster.services.generation import timing_of
from roster.services.pattern_shifts import Change
from roster.services.patterns import Repeating
from roster.views.posts import post_for
from roster.words import span_words

DAY = dt.timedelta(days=1)
# Which box a refusal stands beside.
BOXES = {"in_the_past": "starts_on", "ends_before_start": "ends_on"}


class PatternAccess(NamedTuple):
    pattern: ShiftPattern
    compound: Compound


def pattern_for(request: HttpRequest, code: str, pattern: uuid.UUID) -> PatternAccess:
    """A pattern of the compound, for the coordinator. Raises Http404. Two queries."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    rows = ShiftPattern.objects.select_related("post__group")
    found = rows.filter(post__compound=compound, pk=pattern).first()
    if found is None:
        raise Http404
    found.post.compound = compound
    return PatternAccess(found, compound)


@require_http_methods(["GET", "HEAD", "POST"])
def pattern_new(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    """A preset fills the form; what comes out stands beside it; then it is written."""
    found, compound = post_for(request, code, post)
    if found.ended_at is not None:
        return redirect("roster:post", code=code, post=post)
    now = timezone.now()
    today = compound.day_of(now)
    preset = _preset(request) or PRESETS[0]
    timing = preset.timing(compound.moment(today, dt.time(8)))
    form = PatternForm(request.POST or None, compound=compound, at=now, initial=initial_of(timing, compound, today))
    shown: dict[str, Any] = {}
    if not form.is_bound:
        shown = _shown(found, compound, Repeating(timing), today)
    elif form.is_valid():
        shown = _shown(found, compound, form.repeating, form.first_day)
        if "look" not in request.POST:
            try:
                change = services.make_pattern(
                    post=found,
                    repeating=form.repeating,
                    starts_on=form.first_day,
                    by=me(request),
                    at=now,
                    id=form.cleaned_data["id"],
                )
            except Refusal as refusal:
                form.add_error(BOXES.get(refusal.code), refusal.message)
            else:
                messages.success(request, _made_words(change))
                return redirect("roster:post", code=code, post=post)
    context = {"form": form, "post": found, "presets": PRESETS, "preset": preset, **shown}
    return render(request, "roster/setup/pattern_form.html", context)


@require_POST
def pattern_preview(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    """The same beside the form while somebody types; nothing is written. 422 while it makes no sense yet."""
    found, compound = post_for(request, code, post)
    form = PatternForm(request.POST, compound=compound, at=timezone.now())
    if not form.is_valid():
        return HttpResponse(status=422)
    return render(request, "roster/setup/preview.html", _shown(found, compound, form.repeating, form.first_day))


@require_http_methods(["GET", "HEAD", "POST"])
def pattern_change(request: HttpRequest, code: str, pattern: uuid.UUID) -> HttpResponse:
    """“From this day on”: first what becomes of the shifts that are there, then it is done."""
    old, compound = pattern_for(request, code, pattern)
    now = timezone.now()
    preset = _preset(request)
    initial = _changed(old, compound, now, preset)
    form = PatternForm(request.POST or None, compound=compound, at=now, initial=initial, is_change=True)
    shown: dict[str, Any] = {}
    if form.is_valid():
        choice: dict[str, Any] = {"repeating": form.repeating, "from_on": form.first_day, "at": now}
        try:
            if form.is_seen and "look" not in request.POST:
                change = services.change_pattern(pattern=old, by=me(request), id=form.cleaned_data["id"], **choice)
                messages.success(request, _changed_words(change))
                return redirect("roster:post", code=code, post=old.post_id)
            change = services.preview_change(pattern=old, **choice)
        except Refusal as refusal:
            form.add_error(BOXES.get(refusal.code), refusal.message)
        else:
            shown = _shown(old.post, compound, form.repeating, form.first_day)
            shown |= {"change": change, "kept": _kept(change, compound)}
    context = {
        "form": form,
        "post": old.post,
        "pattern": old,
        "words": timing_words(timing_of(old), compound.tz),
        "presets": PRESETS,
        "preset": preset,
        **shown,
    }
    return render(request, "roster/setup/pattern_form.html", context)


@post_or("roster:pattern_change")
def pattern_end(request: HttpRequest, code: str, pattern: uuid.UUID) -> HttpResponse:
    """Its last day. Whoever is on a shift after it stays on it."""
    old, _compound = pattern_for(request, code, pattern)
    now = timezone.now()
    form = EndPatternForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(str(text) for texts in form.errors.values() for text in texts))
        return redirect("roster:post", code=code, post=old.post_id)
    try:
        change = services.end_pattern(pattern=old, last_on=form.cleaned_data["last_on"], by=me(request), at=now)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _changed_words(change))
    return redirect("roster:post", code=code, post=old.post_id)


def _kept(change: Change, compound: Compound) -> list[tuple[Shift, str, list[str]]]:
    """Each with its hours in words and who is on it."""
    names = people_by_shift(change.kept)
    return [
        (shift, span_words(shift.starts_at, shift.ends_at, compound.tz), names.get(shift.pk, []))
        for shift in change.kept
    ]


def _preset(request: HttpRequest) -> Preset | None:
    return next((preset for preset in PRESETS if preset.key == request.GET.get("preset")), None)


def _shown(post: Post, compound: Compound, repeating: Repeating, starts_on: dt.date) -> dict[str, Any]:
    limits = limits_of(compound)
    seen = preview(compound=compound, post=post, repeating=repeating, starts_on=starts_on, limits=limits)
    return {"preview": seen, "preview_words": timing_words(repeating.timing, compound.tz)}


def _changed(old: ShiftPattern, compound: Compound, at: dt.datetime, preset: Preset | None) -> dict[str, Any]:
    """The form says the pattern as it is, from tomorrow on; turns that roll go on where the old ones stop."""
    from_on = max(compound.day_of(at) + DAY, old.starts_on)
    timing = timing_of(old)
    first = next(iter(slots(timing, compound.tz, from_on, from_on + DAY)), None)
    follows = first.starts_at if first else compound.moment(from_on, dt.time(8))
    if preset is not None:
        values = initial_of(preset.timing(follows), compound, from_on)
    else:
        values = initial_of(timing, compound, from_on)
        if timing.anchor_at is not None:
            values["first"] = compound.local(follows).time()
    return values | {"minimum": old.minimum, "maximum": old.maximum, "ends_on": old.ends_on}


def _made_words(change: Change) -> str:
    text = ngettext(
        "Written: %(count)d shift of the next three weeks is there.",
        "Written: %(count)d shifts of the next three weeks are there.",
        change.made,
    )
    return text % {"count": change.made}


def _changed_words(change: Change) -> str:
    facts = {
        "made": change.made,
        "same": len(change.taken_over),
        "gone": len(change.deleted) + len(change.cancelled),
        "kept": len(change.kept),
    }
    text = _("Done: %(made)d new shifts, %(same)d stay with everybody on them, %(gone)d empty ones are gone.") % facts
    if change.kept:
        kept = ngettext(
            "%(kept)d of the old ones has people or was edited by hand: it is listed below.",
            "%(kept)d of the old ones have people or were edited by hand: they are listed below.",
            len(change.kept),
        )
        text = f"{text} {kept % facts}"
    return text
