"""Passes: the list, a new one, one pass with its history, its end; a pass for everybody."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from compound.views.jobs import JobPart, end_job, job_part
from gate.forms.passes import EndForm, ForAllForm, pass_form
from gate.models import Pass
from gate.queries.passes import PASSES_JOB, STATES, history_of, pass_list, passes_job, row_of
from gate.services import passes, passes_for_all

ISSUING = JobPart(
    kind=PASSES_JOB,
    page="gate:passes",
    label=gettext_lazy("Issuing passes"),
    again=gettext_lazy("Press “issue one to each” once more: those that have a pass are left out."),
)

# Which box a refusal belongs to; any other stands above the form.
BOXES = {
    "room_missing": "room",
    "holder_missing": "holder",
    "employer_missing": "employer",
    "certificate_not_seen": "seen",
    "consent_missing": "consent",
    "until_missing": "valid_until",
    "pass_over": "valid_until",
    "pass_ends_before_start": "valid_until",
    "schedule_missing": "every_days",
    "schedule_wrong": "every_days",
    "plate_wrong": "plate",
    "plate_has_pass": "plate",
}


@require_safe
def pass_list_page(request: HttpRequest, code: str) -> HttpResponse:
    """Who has which pass, and how many households have none."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    wanted = request.GET
    chosen = {
        "kind": wanted.get("kind", "") if wanted.get("kind") in Pass.Kind.values else "",
        "building": wanted.get("building", "")[:20],
        "state": wanted.get("state", "") if wanted.get("state") in STATES else "valid",
        "text": wanted.get("q", "")[:40],
    }
    found = pass_list(compound=compound, page=wanted.get("page", "1"), at=timezone.now(), **chosen)
    context = {
        "found": found,
        "chosen": chosen,
        "kinds": Pass.Kind.choices,
        "states": STATES.items(),
        "buildings": compound.buildings.order_by("sort_key").values_list("name", flat=True),
        "job": passes_job(compound),
        "issuing": ISSUING,
    }
    return render(request, "gate/passes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_pass(request: HttpRequest, code: str) -> HttpResponse:
    """A pass of one kind, for somebody who stands at the desk or has called."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    kind, room = request.GET.get("kind", Pass.Kind.HOUSEHOLD), request.GET.get("room", "")[:40]
    form = pass_form(kind, request.POST or None, compound=compound, at=now, room=room)
    if form.is_valid():
        try:
            made, _token = passes.issue_pass(
                compound=compound,
                kind=form.kind,
                household=form.household,
                terms=form.terms,
                id=form.cleaned_data["id"],
                by=me(request),
                at=now,
            )
        except Refusal as refusal:
            box = BOXES.get(refusal.code)
            form.add_error(box if box in form.fields else None, refusal.message)
        else:
            messages.success(request, _("Issued. Print the card and hand it over."))
            return redirect("gate:pass", code=code, card=made.pk)
    return render(request, "gate/pass_new.html", {"form": form, "kinds": Pass.Kind.choices})


def pass_or_404(compound: Compound, card: uuid.UUID) -> Pass:
    """A pass of the compound. One query."""
    rows = Pass.objects.select_related("household", "issued_by", "revoked_by", "seen_by")
    found = rows.filter(compound=compound, pk=card).first()
    if found is None:
        raise Http404
    found.compound = compound
    return found


@require_safe
def pass_page(request: HttpRequest, code: str, card: uuid.UUID) -> HttpResponse:
    """What it is good for, where it was shown, and how it ends."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    return _page(request, pass_or_404(compound, card))


def _page(request: HttpRequest, card: Pass, **more: Any) -> HttpResponse:
    try:
        passes.token_of(card)
        cannot_print = ""
    except Refusal as refusal:
        cannot_print = refusal.message
    now = timezone.now()
    context = {
        "card": card,
        "row": row_of(card, now),
        "whom": passes.whom(card),
        "is_valid": passes.is_valid(card, now),
        "history": history_of(card),
        "cannot_print": cannot_print,
        "replace_form": EndForm(prefix="replace"),
        "revoke_form": EndForm(prefix="revoke"),
        **more,
    }
    return render(request, "gate/pass.html", context)


@post_or("gate:pass")
def replace(request: HttpRequest, code: str, card: uuid.UUID) -> HttpResponse:
    """The old card ends, a new one begins."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    old = pass_or_404(compound, card)
    form = EndForm(request.POST, prefix="replace")
    if form.is_valid():
        try:
            new, _token = passes.replace_pass(
                gate_pass=old, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Replaced. Print the new card; the old one opens no gate any more."))
            return redirect("gate:pass", code=code, card=new.pk)
    return _page(request, old, replace_form=form)


@post_or("gate:pass")
def revoke(request: HttpRequest, code: str, card: uuid.UUID) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    old = pass_or_404(compound, card)
    form = EndForm(request.POST, prefix="revoke")
    if form.is_valid():
        try:
            passes.revoke_pass(gate_pass=old, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Revoked: this card opens no gate any more."))
            return redirect("gate:pass", code=code, card=old.pk)
    return _page(request, old, revoke_form=form)


# ── for everybody ─────────────────────────────────


@post_or("gate:passes")
def issue_all(request: HttpRequest, code: str) -> HttpResponse:
    """Asks for the job that issues what is missing."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    form = ForAllForm(request.POST)
    with_empty = form.is_valid() and form.cleaned_data["with_empty"]
    try:
        passes_for_all.request_passes(compound=compound, with_empty=with_empty, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.info(request, refusal.message)
    return redirect("gate:passes", code=code)


@require_safe
def job(request: HttpRequest, code: str, job: uuid.UUID) -> HttpResponse:
    """How far the passes are."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    return job_part(request, compound, job, ISSUING)


def cancel(request: HttpRequest, code: str, job: uuid.UUID) -> HttpResponse:
    """Passes that are issued stay issued."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    return end_job(request, compound, job, ISSUING)
