"""Groups, posts, patterns and house rules: to look at. The coordinator's pages write them, with their refusals."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from roster.models import DutyGroup, GroupMember, Post, PostNeed, RosterRules, ShiftPattern
from roster.pattern_words import timing_words
from roster.services.generation import timing_of

BY_COMPOUND = ("compound", admin.RelatedOnlyFieldListFilter)


class MemberInline(ReadOnlyInline):
    model = GroupMember
    fields = ["volunteer", "part"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("volunteer__user")


@admin.register(DutyGroup)
class DutyGroupAdmin(ReadOnlyAdmin[DutyGroup]):
    list_display = ["name", "kind", "position", "ended_at", "compound", "page"]
    list_filter = [BY_COMPOUND, "kind"]
    list_select_related = ["compound"]
    search_fields = ["name", "duties"]
    inlines = [MemberInline]

    @admin.display(description="")
    def page(self, group: DutyGroup) -> str:
        if group.ended_at is not None:
            return ""
        url = reverse("roster:group", kwargs={"code": group.compound.code, "group": group.pk})
        return format_html('<a href="{}">{}</a>', url, _("Open its page"))


class NeedInline(ReadOnlyInline):
    model = PostNeed
    fields = ["skill", "count"]


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin[Post]):
    list_display = ["name", "kind", "group", "gate", "building", "minimum", "maximum", "ended_at", "page"]
    list_filter = [BY_COMPOUND, "kind"]
    list_select_related = ["group", "gate", "building", "compound"]
    search_fields = ["name", "place"]
    inlines = [NeedInline]

    @admin.display(description="")
    def page(self, post: Post) -> str:
        url = reverse("roster:post", kwargs={"code": post.compound.code, "post": post.pk})
        return format_html('<a href="{}">{}</a>', url, _("Open its page"))


@admin.register(GroupMember)
class GroupMemberAdmin(ReadOnlyAdmin[GroupMember]):
    list_display = ["volunteer", "group", "part"]
    list_filter = [BY_COMPOUND, "part"]
    list_select_related = ["volunteer__user", "group"]
    search_fields = ["volunteer__user__name", "group__name"]
    ordering = ["group__position"]


@admin.register(PostNeed)
class PostNeedAdmin(ReadOnlyAdmin[PostNeed]):
    list_display = ["post", "skill", "count"]
    list_filter = [BY_COMPOUND]
    list_select_related = ["post", "skill"]
    search_fields = ["post__name", "skill__name"]
    ordering = ["post__position"]


@admin.register(ShiftPattern)
class ShiftPatternAdmin(ReadOnlyAdmin[ShiftPattern]):
    compound_path = "post__compound"
    list_display = ["post", "words", "starts_on", "ends_on", "made_at", "made_by"]
    list_filter = [("post__compound", admin.RelatedOnlyFieldListFilter), "kind"]
    list_select_related = ["post__compound", "made_by"]
    search_fields = ["post__name"]
    ordering = ["-starts_on"]

    @admin.display(description=_("shift pattern"))
    def words(self, pattern: ShiftPattern) -> str:
        return timing_words(timing_of(pattern), pattern.post.compound.tz)


@admin.register(RosterRules)
class RosterRulesAdmin(ReadOnlyAdmin[RosterRules]):
    list_display = ["compound", "rest_minutes", "night_rest_minutes", "hours_a_week", "nights_a_week", "sign_up_open"]
    list_select_related = ["compound"]
