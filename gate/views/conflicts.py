"""What only a coordinator can decide afterwards: collisions, and emergencies."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.refusals import Refusal
from compound.views.access import Access, compound_for, me, post_or
from gate.forms.desk import RatifyForm, SettleForm, TakeBackForm
from gate.models import Conflict
from gate.queries.conflicts import conflicts_page, emergencies_page, pair_of
from gate.services.conflicts import settle_conflict, stays_away, take_settlement_back
from gate.services.emergencies import ratify as ratify_emergency
from gate.views.access import check_for, conflict_for


@require_safe
def conflicts(request: HttpRequest, code: str) -> HttpResponse:
    """Pairs that cannot both be within the rule; `?settled=1` those that are settled."""
    compound, membership = compound_for(request, code, *access.SEE_GATES)
    settled = request.GET.get("settled") == "1"
    page = conflicts_page(compound=compound, settled=settled, page=request.GET.get("page", "1"))
    can_settle = access.can_run_gates(membership)
    return render(request, "gate/conflicts.html", {"page": page, "settled": settled, "can_settle": can_settle})


@post_or("gate:conflicts")
def settle(request: HttpRequest, code: str, conflict: uuid.UUID) -> HttpResponse:
    """Both went out, or one of the two did not take place. What follows is said first; `sure` is the second press."""
    found = conflict_for(request, code, conflict, *access.RUN_GATES)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(str(text) for texts in form.errors.values() for text in texts))
        return redirect("gate:conflicts", code=code)
    if "sure" not in request.POST and found.conflict.settled_at is None:
        pair, outcome = pair_of(found.conflict), form.cleaned_data["outcome"]
        wrong, right = {
            Conflict.Outcome.EARLIER_WRONG: (pair.earlier, pair.later),
            Conflict.Outcome.LATER_WRONG: (pair.later, pair.earlier),
        }.get(outcome, (None, None))
        context = {**form.cleaned_data, "pair": pair, "wrong": wrong, "right": right}
        return render(request, "gate/conflict_settle.html", context)
    try:
        settle_conflict(conflict=found.conflict, by=me(request), at=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Settled."))
    return redirect("gate:conflicts", code=code)


@post_or("gate:conflicts")
def take_back(request: HttpRequest, code: str, conflict: uuid.UUID) -> HttpResponse:
    """A settlement that was wrong: the pair is to be settled again."""
    found = conflict_for(request, code, conflict, *access.RUN_GATES)
    settled = f"{reverse('gate:conflicts', kwargs={'code': code})}?settled=1"
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(str(text) for texts in form.errors.values() for text in texts))
        return redirect(settled)
    try:
        opened = take_settlement_back(
            conflict=found.conflict, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(settled)
    messages.success(request, _("Taken back: the two are to be settled again."))
    if stays_away(opened):
        text = _("What had fallen away stays so: it was undone or changed since, or another settlement says the same.")
        messages.warning(request, text)
    return redirect(f"{reverse('gate:conflicts', kwargs={'code': code})}#c{opened.pk}")


@require_safe
def emergencies(request: HttpRequest, code: str) -> HttpResponse:
    """Those that wait for somebody to look at them, and those that were looked at."""
    return _emergencies(request, compound_for(request, code, *access.SEE_GATES))


def _emergencies(request: HttpRequest, found: Access, **more: Any) -> HttpResponse:
    compound, membership = found
    waiting, done = emergencies_page(compound=compound, page=request.GET.get("page", "1"))
    can_ratify = access.can_run_gates(membership)
    return render(
        request, "gate/emergencies.html", {"waiting": waiting, "page": done, "can_ratify": can_ratify, **more}
    )


@post_or("gate:emergencies")
def ratify(request: HttpRequest, code: str, check: uuid.UUID) -> HttpResponse:
    """Accepts an emergency, or doubts it with a note."""
    found = check_for(request, code, check, *access.RUN_GATES)
    form = RatifyForm(request.POST)
    if not form.is_valid():
        wrong = {"wrong_form": form, "wrong_check": found.check.pk}
        return _emergencies(request, Access(found.compound, found.membership), **wrong)
    try:
        ratify_emergency(
            check=found.check,
            is_accepted=form.cleaned_data["verdict"] == "accept",
            note=form.cleaned_data["note"],
            by=me(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Written down."))
    return redirect("gate:emergencies", code=code)
