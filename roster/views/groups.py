"""工作组: which there are, who leads them, what they have to do."""

import uuid
from typing import NamedTuple

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
from roster.forms.groups import GroupForm, MemberForm, TemplatesForm, WhoForm, initial_of
from roster.models import DutyGroup
from roster.queries.setup import groups_page, member_rows
from roster.services import group_templates
from roster.services import groups as services


class GroupAccess(NamedTuple):
    group: DutyGroup
    compound: Compound


def group_for(request: HttpRequest, code: str, group: uuid.UUID) -> GroupAccess:
    """An open group of the compound, for the coordinator. Raises Http404. Two queries."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    found = DutyGroup.objects.filter(compound=compound, pk=group, ended_at=None).first()
    if found is None:
        raise Http404
    found.compound = compound
    return GroupAccess(found, compound)


@require_safe
def groups(request: HttpRequest, code: str) -> HttpResponse:
    """Which groups are there, who leads each, which posts are theirs?"""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    return render(request, "roster/setup/groups.html", {"page": groups_page(compound=compound)})


@require_http_methods(["GET", "HEAD", "POST"])
def group_templates_page(request: HttpRequest, code: str) -> HttpResponse:
    """The usual ten groups with their duties, and the usual skills: one tap makes those that are ticked."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = TemplatesForm(request.POST or None)
    if form.is_valid():
        now, chosen = timezone.now(), form.cleaned_data
        made = group_templates.start_groups(compound=compound, kinds=chosen["kinds"], by=me(request), at=now)
        skills = group_templates.start_skills(compound=compound, by=me(request), at=now) if chosen["skills"] else []
        if made or skills:
            words = [
                ngettext("%(count)d group is set up.", "%(count)d groups are set up.", len(made))
                % {"count": len(made)},
                ngettext("%(count)d skill is in the list.", "%(count)d skills are in the list.", len(skills))
                % {"count": len(skills)},
            ]
            messages.success(request, " ".join(text for text, some in zip(words, (made, skills), strict=True) if some))
        else:
            messages.info(request, _("Nothing was missing: nothing has changed."))
        return redirect("roster:groups", code=code)
    page = groups_page(compound=compound)
    return render(request, "roster/setup/group_templates.html", {"page": page, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def group_new(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = GroupForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.make_group(
                compound=compound, facts=form.facts, by=me(request), at=timezone.now(), id=form.cleaned_data["id"]
            )
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("“%(name)s” is set up. Who leads it?") % {"name": made.name})
            return redirect("roster:group", code=code, group=made.pk)
    return render(request, "roster/setup/group_form.html", {"form": form})


@require_safe
def group(request: HttpRequest, code: str, group: uuid.UUID) -> HttpResponse:
    """Who belongs to it, what they have to do, which posts are theirs."""
    found, compound = group_for(request, code, group)
    return _page(request, found, MemberForm(compound=compound, group=found))


def _page(request: HttpRequest, group: DutyGroup, form: MemberForm) -> HttpResponse:
    rows = member_rows(group)
    context = {
        "group": group,
        "rows": rows,
        "has_leader": any(row.part == services.Part.LEADER for row in rows),
        "posts": group.posts.filter(ended_at=None),
        "form": form,
        "parts": services.Part.choices,
    }
    return render(request, "roster/setup/group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, code: str, group: uuid.UUID) -> HttpResponse:
    found, _compound = group_for(request, code, group)
    form = GroupForm(request.POST or None, initial=initial_of(found))
    if form.is_valid():
        try:
            services.edit_group(group=found, facts=form.facts, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("name" if refusal.code == "group_name_taken" else None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("roster:group", code=code, group=group)
    return render(request, "roster/setup/group_form.html", {"form": form, "group": found})


@post_or("roster:group")
def member_set(request: HttpRequest, code: str, group: uuid.UUID) -> HttpResponse:
    """Somebody comes in, or becomes leader, deputy, member."""
    found, compound = group_for(request, code, group)
    form = MemberForm(request.POST, compound=compound)
    if form.is_valid():
        try:
            before = services.set_member(group=found, by=me(request), at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _set_words(form, before))
            return redirect("roster:group", code=code, group=group)
    return _page(request, found, form)


def _set_words(form: MemberForm, before: str) -> str:
    facts = {"name": form.cleaned_data["volunteer"].user.name, "before": before}
    part = form.cleaned_data["part"]
    if before:
        return _("%(name)s leads the group now; %(before)s stays as deputy.") % facts
    if part == services.Part.LEADER:
        return _("%(name)s leads the group now.") % facts
    if part == services.Part.DEPUTY:
        return _("%(name)s is deputy now.") % facts
    return _("%(name)s is a member of the group now.") % facts


@post_or("roster:group")
def member_remove(request: HttpRequest, code: str, group: uuid.UUID) -> HttpResponse:
    found, compound = group_for(request, code, group)
    form = WhoForm(request.POST, compound=compound)
    if form.is_valid():
        volunteer = form.cleaned_data["volunteer"]
        try:
            services.remove_member(group=found, volunteer=volunteer, by=me(request), at=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request,
                _("%(name)s has left the group. Shifts that were taken on stay.") % {"name": volunteer.user.name},
            )
    return redirect("roster:group", code=code, group=group)


@post_or("roster:group")
def group_end(request: HttpRequest, code: str, group: uuid.UUID) -> HttpResponse:
    found, _compound = group_for(request, code, group)
    try:
        services.end_group(group=found, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:group", code=code, group=group)
    messages.success(request, _("“%(name)s” is dissolved. Its members stay volunteers.") % {"name": found.name})
    return redirect("roster:groups", code=code)
