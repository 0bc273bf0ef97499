"""The rules of the gate: what holds, what comes, what was; the secretary writes them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Rulebook
from compound.queries.rulebooks import rule_phrases
from compound.refusals import Refusal
from compound.services.rulebooks import end_rulebook, preset_of, save_rulebook, withdraw_rulebook
from compound.views.access import Access, compound_for, me, post_or
from gate.forms.rules import EndForm, RuleForm
from gate.queries.rulebooks import rules_page, swept_buildings

Level = Rulebook.Level


@require_safe
def rules(request: HttpRequest, code: str) -> HttpResponse:
    """In force, to come, over. Rules start at a set minute and never rewrite the past."""
    return _page(request, compound_for(request, code, *access.SEE_GATES))


def _page(request: HttpRequest, found: Access, **more: Any) -> HttpResponse:
    now = timezone.now()
    page = rules_page(compound=found.compound, at=now)
    context = {"page": page, "can_write": found.membership.is_secretary, **more}
    return render(request, "gate/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest, code: str) -> HttpResponse:
    """A new row, filled by a risk level; first it is said in plain words, then it is written."""
    compound, _membership = compound_for(request, code, *access.ONLY_SECRETARY)
    now = timezone.now()
    level = request.GET.get("level", "")
    if level not in Level.values:
        level = Level.MEDIUM
    initial = {**preset_of(level), "level": level}
    form = RuleForm(request.POST or None, compound=compound, at=now, initial=initial)
    preview: dict[str, Any] | None = None
    if form.is_valid():
        if form.is_seen:
            save_rulebook(rulebook=form.instance, by=me(request), at=now)
            messages.success(request, _("Written: “%(notice)s”.") % {"notice": form.instance.notice})
            return redirect("gate:rules", code=code)
        row = form.instance
        swept = swept_buildings(compound, row.starts_at) if row.ends_building_rows else []
        preview = {"row": row, "phrases": rule_phrases(row), "at_once": row.starts_at == now, "swept": swept}
    context = {"form": form, "level": level, "levels": LEVELS, "preview": preview}
    return render(request, "gate/rule_new.html", context)


LEVELS = tuple((level.value, level.label) for level in Level)


@post_or("gate:rules")
def end_rule(request: HttpRequest, code: str) -> HttpResponse:
    """A row that has begun ends now or at a minute to come."""
    found = compound_for(request, code, *access.ONLY_SECRETARY)
    now = timezone.now()
    form = EndForm(request.POST, compound=found.compound, at=now)
    if form.is_valid():
        try:
            end_rulebook(**form.cleaned_data, by=me(request), at=now)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("The end is written."))
    else:
        messages.error(request, next(str(text) for texts in form.errors.values() for text in texts))
    return redirect("gate:rules", code=code)


@post_or("gate:rules")
def withdraw_rule(request: HttpRequest, code: str) -> HttpResponse:
    """A row that has not begun is taken back."""
    found = compound_for(request, code, *access.ONLY_SECRETARY)
    now = timezone.now()
    form = EndForm(request.POST, compound=found.compound, at=now)
    if form.is_valid():
        try:
            withdraw_rulebook(rulebook=form.cleaned_data["rulebook"], by=me(request), at=now)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Withdrawn: nobody was judged by these rules."))
    return redirect("gate:rules", code=code)
