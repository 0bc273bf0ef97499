"""Relief rounds: the list, a new one, one with its stations, its balance and its end."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.forms.relief import (
    CountForm,
    EndForm,
    ExplainForm,
    GiftsForm,
    ReliefDoorForm,
    ReliefForm,
    ReopenForm,
)
from orders.queries import relief as queries
from orders.queries.relief_words import balance_words, gap_words
from orders.queries.relief_words import chat_text as text_for_chat
from orders.queries.rounds import sheets_of_group
from orders.services import relief as services
from orders.services.relief_sheets import make_tick_sheets
from orders.views.access import seen_buildings
from orders.views.files import send_merged
from orders.views.relief_access import ReliefAccess, relief_for


@require_GET
def relief_list(request: HttpRequest, code: str) -> HttpResponse:
    """All relief rounds, the open ones first; who carries sees the way to the doors."""
    compound, membership = compound_for(request, code, *access.DELIVER)
    page = queries.reliefs_page(compound=compound, page=request.GET.get("page", "1"), only=seen_buildings(membership))
    return render(request, "orders/reliefs.html", {"page": page, "can_run": access.can_run_relief(membership)})


@require_http_methods(["GET", "HEAD", "POST"])
def new_relief(request: HttpRequest, code: str) -> HttpResponse:
    """First the preview: how many parcels, for whom, who is left out. Then the round."""
    compound, _membership = compound_for(request, code, *access.RUN_RELIEF)
    form = ReliefForm(request.POST or None, compound=compound)
    preview = None
    if form.is_valid():
        data = form.cleaned_data
        if request.POST.get("do") == "make":
            try:
                relief = services.make_relief(
                    compound=compound,
                    title=data["title"],
                    content=data["content"],
                    count_by=data["count_by"],
                    per_count=data["per_count"],
                    who=form.who,
                    by=me(request),
                    at=timezone.now(),
                    id=data["id"],
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("The round is made. Now count what arrives."))
                return redirect("orders:relief", code=code, relief=relief.pk)
        preview = queries.preview(compound, who=form.who, count_by=data["count_by"], per_count=data["per_count"])
    return render(request, "orders/relief_new.html", {"form": form, "preview": preview})


@require_GET
def relief_page(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """Where the parcels are, which doors have theirs, and what keeps the round open."""
    return _page(request, relief_for(request, code, relief, *access.DELIVER))


def _page(request: HttpRequest, found: ReliefAccess, **bound: Any) -> HttpResponse:
    relief, compound, _membership = found
    only = found.only
    figures = queries.figures_of([relief], only=only)[relief.pk]
    context: dict[str, Any] = {
        "relief": relief,
        "figures": figures,
        "buildings": queries.building_doors(relief, only=only),
        "can_run": found.can_run,
    }
    if found.can_run:
        counts = queries.counts_of(relief)
        context |= {
            "balance_words": balance_words(figures.balance),
            "gap_words": gap_words(figures.balance),
            "stations": [(step, step.label, figures.steps.get(step, 0)) for step in queries.STATIONS],
            "counts": counts,
            "history": list(queries.history_of(relief)),
            "sheets": sheets_of_group(relief.pk),
            "gifts": list(relief.donations.all()),
            "count_form": CountForm(),
            "explain_form": ExplainForm(initial={"count": _unexplained(figures)}),
            "end_form": EndForm(),
            "reopen_form": ReopenForm(),
            "add_form": ReliefDoorForm(compound=compound, prefix="add"),
            "remove_form": ReliefDoorForm(compound=compound, prefix="remove"),
            "gifts_form": GiftsForm(
                compound=compound,
                relief=relief,
                initial={"donations": list(relief.donations.values_list("pk", flat=True))},
            ),
        }
    return render(request, "orders/relief.html", context | bound)


def _unexplained(figures: queries.Figures) -> int | None:
    """What a form may propose: never what households are still to get."""
    if figures.relief.closed_at is not None or figures.gap < 0:
        return figures.gap
    return figures.spare if figures.spare > 0 else None


@post_or("orders:relief")
def count(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """What somebody counted at a station."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    form = CountForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.add_count(relief=found.relief, **data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            needs_note = refusal.code in ("count_without_note", "count_above_arrived")
            form.add_error("note" if needs_note else "count", refusal.message)
        else:
            messages.success(request, _("Counted."))
            return redirect("orders:relief", code=code, relief=relief)
    return _page(request, found, count_form=form)


@post_or("orders:relief")
def explain(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """Where missing parcels are, or why there are more than came."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    form = ExplainForm(request.POST)
    if form.is_valid():
        try:
            services.explain_gap(relief=found.relief, **form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("owed" if refusal.code == "gap_owed" else "count", refusal.message)
        else:
            messages.success(request, _("The explanation is written down."))
            return redirect("orders:relief", code=code, relief=relief)
    return _page(request, found, explain_form=form)


@post_or("orders:relief")
def close(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """The end of a round that adds up."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            services.close_relief(relief=found.relief, **form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("reason" if refusal.code == "relief_doors_left" else None, refusal.message)
        else:
            messages.success(request, _("The round is closed: it adds up."))
            return redirect("orders:relief", code=code, relief=relief)
    return _page(request, found, end_form=form)


@post_or("orders:relief")
def reopen(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """Something was counted wrong in a closed round."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    form = ReopenForm(request.POST)
    if form.is_valid():
        try:
            services.reopen_relief(relief=found.relief, **form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("reason", refusal.message)
        else:
            messages.success(request, _("The round is open again."))
            return redirect("orders:relief", code=code, relief=relief)
    return _page(request, found, reopen_form=form)


@post_or("orders:relief")
def add_door(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """A household that moved in or was forgotten."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    form = ReliefDoorForm(request.POST, compound=found.compound, prefix="add")
    if form.is_valid() and form.household is not None:
        due = form.cleaned_data["due"]
        try:
            parcel = services.add_household(
                relief=found.relief, household=form.household, due=due, by=me(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("room", refusal.message)
        else:
            words = _("%(room)s is on the list: %(due)d due.")
            messages.success(request, words % {"room": form.household.room, "due": parcel.due})
            return redirect("orders:relief", code=code, relief=relief)
    return _page(request, found, add_form=form)


@post_or("orders:relief")
def remove_door(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """A household that has left, or was on the list by mistake."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    form = ReliefDoorForm(request.POST, compound=found.compound, prefix="remove")
    if form.is_valid() and form.household is not None:
        reason = form.cleaned_data["reason"]
        try:
            services.remove_household(
                relief=found.relief, household=form.household, reason=reason, by=me(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("reason" if refusal.code == "door_without_reason" else "room", refusal.message)
        else:
            messages.success(request, _("%(room)s is off the list.") % {"room": form.household.room})
            return redirect("orders:relief", code=code, relief=relief)
    return _page(request, found, remove_form=form)


@post_or("orders:relief")
def link_gifts(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """Which donations the parcels were made of."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    form = GiftsForm(request.POST, compound=found.compound, relief=found.relief)
    if form.is_valid():
        gifts = list(form.cleaned_data["donations"])
        services.link_donations(relief=found.relief, donations=gifts, by=me(request), at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("orders:relief", code=code, relief=relief)
    return _page(request, found, gifts_form=form)


@post_or("orders:relief")
def make_sheets(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """The tick-off sheets as the round stands: what is done already leaves the paper."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    new = make_tick_sheets(relief=found.relief, by=me(request), at=timezone.now())
    words = ngettext("%(count)d new tick-off sheet.", "%(count)d new tick-off sheets.", len(new)) % {"count": len(new)}
    messages.success(request, words if new else _("Nothing has changed since the last sheets."))
    return redirect("orders:relief", code=code, relief=relief)


@require_GET
def all_sheets(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """The newest tick-off sheet of every building in one file."""
    found = relief_for(request, code, relief, *access.DELIVER)
    names = None
    if found.only is not None:
        names = set(found.compound.buildings.filter(pk__in=found.only).values_list("name", flat=True))
    parts = [part for part in sheets_of_group(relief) if names is None or part.part in names]
    return send_merged(request, parts, found.relief.title)


@require_GET
def chat_text(request: HttpRequest, code: str, relief: uuid.UUID) -> HttpResponse:
    """What is pasted into the chat: buildings and numbers."""
    found = relief_for(request, code, relief, *access.RUN_RELIEF)
    text = text_for_chat(found.relief, found.compound.language)
    return render(request, "orders/relief_text.html", {"relief": found.relief, "text": text})
