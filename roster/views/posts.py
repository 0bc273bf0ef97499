"""岗位: where somebody must stand, how many, and since when in which shifts."""

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
from roster.forms.posts import PostForm, initial_of
from roster.models import DutyGroup, Post
from roster.queries.setup import post_page, posts_page
from roster.services import posts as services


class PostAccess(NamedTuple):
    post: Post
    compound: Compound


def post_for(request: HttpRequest, code: str, post: uuid.UUID) -> PostAccess:
    """A post of the compound, closed ones too, for the coordinator. Raises Http404. Two queries."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    rows = Post.objects.select_related("group", "gate", "building")
    found = rows.filter(compound=compound, pk=post).first()
    if found is None:
        raise Http404
    found.compound = compound
    return PostAccess(found, compound)


@require_safe
def posts(request: HttpRequest, code: str) -> HttpResponse:
    """Where must somebody stand, and how is it manned?"""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    return render(request, "roster/setup/posts.html", {"page": posts_page(compound=compound, at=timezone.now())})


@post_or("roster:posts")
def gate_posts(request: HttpRequest, code: str) -> HttpResponse:
    """A post for every guarded gate that has none."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    group = DutyGroup.objects.filter(compound=compound, ended_at=None, kind=DutyGroup.Kind.GATE).first()
    if group is None:
        messages.error(request, _("There is no group for the gates yet: set it up first."))
        return redirect("roster:group_templates", code=code)
    try:
        made = services.make_gate_posts(compound=compound, group=group, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        text = ngettext(
            "%(count)d post is set up. Choose its shifts now.",
            "%(count)d posts are set up. Choose their shifts now.",
            len(made),
        )
        messages.success(request, text % {"count": len(made)})
    return redirect("roster:posts", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def post_new(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = PostForm(request.POST or None, compound=compound, initial=request.GET.dict())
    if form.is_valid():
        try:
            made = services.make_post(
                compound=compound, facts=form.facts, by=me(request), at=timezone.now(), id=form.cleaned_data["id"]
            )
        except Refusal as refusal:
            form.add_error(_field_of(refusal), refusal.message)
        else:
            messages.success(request, _("“%(name)s” is set up. Choose its shifts now.") % {"name": made.name})
            return redirect("roster:pattern_new", code=code, post=made.pk)
    return render(request, "roster/setup/post_form.html", {"form": form})


def _field_of(refusal: Refusal) -> str | None:
    return {"post_name_taken": "name", "group_ended": "group"}.get(refusal.code)


@require_safe
def post(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    """What is asked for here, in which shifts, and what an earlier pattern has left."""
    found, compound = post_for(request, code, post)
    page = post_page(post=found, compound=compound, at=timezone.now())
    return render(request, "roster/setup/post.html", {"page": page, "post": found})


@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    found, compound = post_for(request, code, post)
    if found.ended_at is not None:
        return redirect("roster:post", code=code, post=post)
    form = PostForm(request.POST or None, compound=compound, initial=initial_of(found))
    if form.is_valid():
        try:
            resized = services.edit_post(post=found, facts=form.facts, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(_field_of(refusal), refusal.message)
        else:
            text = _("Saved.")
            if resized:
                more = ngettext(
                    "%(count)d shift to come has the new number of people.",
                    "%(count)d shifts to come have the new number of people.",
                    resized,
                )
                text = f"{text} {more % {'count': resized}}"
            messages.success(request, text)
            return redirect("roster:post", code=code, post=post)
    return render(request, "roster/setup/post_form.html", {"form": form, "post": found})


@post_or("roster:post")
def post_end(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    found, _compound = post_for(request, code, post)
    try:
        services.end_post(post=found, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:post", code=code, post=post)
    messages.success(request, _("“%(name)s” is closed. Its shifts to come are gone.") % {"name": found.name})
    return redirect("roster:posts", code=code)


@post_or("roster:post")
def post_reopen(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    """A post that was closed too early, or is needed again."""
    found, _compound = post_for(request, code, post)
    try:
        services.reopen_post(post=found, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:post", code=code, post=post)
    messages.success(request, _("“%(name)s” is open again. Choose its shifts now.") % {"name": found.name})
    return redirect("roster:pattern_new", code=code, post=post)
