"""The volunteers of a compound: the list, one of them, a new one, changes, the end; and the skills."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from roster.forms.skills import SkillForm
from roster.forms.volunteers import DetailsForm, NewVolunteerForm, SkillsForm, filter_of
from roster.models import Skill, Volunteer
from roster.models.people import Origin
from roster.queries.volunteers import (
    STATES,
    groups_of,
    skills_in_use,
    volunteer_list,
    waiting_sign_ups,
    with_load,
)
from roster.services import skills as skill_services
from roster.services import volunteers as services
from roster.services.availability import kept_week
from roster.views.week_words import dates_of, week_words

# Which box a refusal belongs to; any other stands above the form.
BOXES = {"volunteer_already": "phone", "member_elsewhere": "phone", "demo_member": "phone"}


@require_safe
def volunteers(request: HttpRequest, code: str) -> HttpResponse:
    """Who helps here: search, filter, hours of the last two weeks, groups."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    wanted = filter_of(request.GET)
    found = volunteer_list(compound=compound, wanted=wanted, page=request.GET.get("page", "1"), at=timezone.now())
    context = {
        "found": found,
        "wanted": wanted,
        "origins": Origin.choices,
        "states": STATES.items(),
        "groups": groups_of(compound),
        "skills": Skill.objects.filter(compound=compound),
        "waiting": waiting_sign_ups(compound),
    }
    return render(request, "roster/people/volunteers.html", context)


def volunteer_or_404(compound: Compound, volunteer: uuid.UUID) -> Volunteer:
    """A volunteer of the compound, ended or not. One query."""
    rows = Volunteer.objects.select_related("user", "household", "joined_by", "ended_by")
    found = rows.filter(compound=compound, pk=volunteer).first()
    if found is None:
        raise Http404
    found.compound = compound
    return found


@require_safe
def volunteer(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    """Everything that is known of one volunteer."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    return _page(request, volunteer_or_404(compound, volunteer))


def _page(request: HttpRequest, row: Volunteer, *, status: int = 200, **more: Any) -> HttpResponse:
    compound, now = row.compound, timezone.now()
    load = with_load(Volunteer.objects.filter(pk=row.pk), now).get()
    context = {
        "volunteer": row,
        "load": load,
        "skills": row.skill_rows.select_related("skill", "seen_by").order_by("skill__position", "skill__name"),
        "groups": row.group_rows.filter(group__ended_at=None).select_related("group").order_by("group__position"),
        "week": week_words(kept_week(row)),
        "dates": dates_of(row, compound.day_of(now)),
        "ahead": row.assignments.filter(ends_at__gt=now, state__in=services.HELD).count(),
        "may_give_login": access.can_give_logins(request.access.membership),  # type: ignore[attr-defined]
        **more,
    }
    return render(request, "roster/people/volunteer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_new(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody who was asked in person. A number that is known here leads to that person."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = NewVolunteerForm(request.POST or None, compound=compound)
    if form.is_valid():
        data = form.cleaned_data
        try:
            added = services.add_volunteer(
                compound=compound,
                phone=data["phone"],
                name=data["name"],
                details=form.details,
                skills=data.get("skills", ()),
                by=me(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(BOXES.get(refusal.code), refusal.message)
        else:
            messages.success(request, added_words(added.volunteer.user.name, data["name"], added.was_known))
            return redirect("roster:volunteer", code=code, volunteer=added.volunteer.pk)
    return render(request, "roster/people/volunteer_new.html", {"form": form}, status=422 if form.errors else 200)


def added_words(name: str, typed: str, was_known: bool) -> str:
    """What the coordinator reads after somebody was taken in."""
    if was_known and name != typed:
        return _("This number belongs to %(name)s, who is a volunteer now. Name and password stay.") % {"name": name}
    if was_known:
        return _("%(name)s has a login already and is a volunteer now.") % {"name": name}
    return _("%(name)s is a volunteer now. Give out a login QR code, so that they can see their shifts.") % {
        "name": name
    }


@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_edit(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    """Everything but name and number, which are the person's own."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    row = volunteer_or_404(compound, volunteer)
    form = DetailsForm(request.POST or None, compound=compound, volunteer=row)
    if form.is_valid():
        services.change_volunteer(volunteer=row, details=form.details, by=me(request), at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("roster:volunteer", code=code, volunteer=row.pk)
    context = {"form": form, "volunteer": row}
    return render(request, "roster/people/volunteer_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_skills(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    """What somebody can do, and who has seen a paper for it."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    row = volunteer_or_404(compound, volunteer)
    form = SkillsForm(request.POST if request.method == "POST" else None, compound=compound, volunteer=row)
    if form.is_valid():
        services.set_skills(volunteer=row, skills=form.chosen, by=me(request), at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("roster:volunteer", code=code, volunteer=row.pk)
    return render(request, "roster/people/volunteer_skills.html", {"form": form, "volunteer": row})


@post_or("roster:volunteer")
def volunteer_end(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    row = volunteer_or_404(compound, volunteer)
    try:
        free = request.POST.get("free") == "yes"
        services.end_volunteer(volunteer=row, by=me(request), at=timezone.now(), free=free)
    except Refusal as refusal:
        return _page(request, row, status=409, cannot_end=refusal.message)
    messages.success(request, _("%(name)s is no volunteer any more. Thank them.") % {"name": row.user.name})
    return redirect("roster:volunteer", code=code, volunteer=row.pk)


@post_or("roster:volunteer")
def volunteer_return(request: HttpRequest, code: str, volunteer: uuid.UUID) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    row = volunteer_or_404(compound, volunteer)
    try:
        services.bring_back(volunteer=row, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%(name)s is a volunteer again.") % {"name": row.user.name})
    return redirect("roster:volunteer", code=code, volunteer=row.pk)


# ── skills ────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def skills(request: HttpRequest, code: str) -> HttpResponse:
    """The compound's skills; a new one is added at the end of the list."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = SkillForm(request.POST or None)
    if form.is_valid():
        try:
            skill_services.add_skill(
                compound=compound,
                name=form.cleaned_data["name"],
                needs_evidence=form.cleaned_data["needs_evidence"],
                by=me(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            return redirect("roster:skills", code=code)
    context = {"form": form, "rows": skills_in_use(compound)}
    return render(request, "roster/people/skills.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def skill_edit(request: HttpRequest, code: str, skill: uuid.UUID) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    row = _skill_or_404(compound, skill)
    initial = {"name": row.name, "needs_evidence": row.needs_evidence}
    form = SkillForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            skill_services.change_skill(skill=row, by=me(request), at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("roster:skills", code=code)
    context = {"form": form, "skill": row}
    return render(request, "roster/people/skill_edit.html", context, status=422 if form.errors else 200)


@post_or("roster:skill_edit")
def skill_remove(request: HttpRequest, code: str, skill: uuid.UUID) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    row = _skill_or_404(compound, skill)
    try:
        skill_services.remove_skill(skill=row, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:skill_edit", code=code, skill=skill)
    messages.success(request, _("Removed."))
    return redirect("roster:skills", code=code)


def _skill_or_404(compound: Compound, skill: uuid.UUID) -> Skill:
    found = Skill.objects.filter(compound=compound, pk=skill).first()
    if found is None:
        raise Http404
    found.compound = compound
    return found
