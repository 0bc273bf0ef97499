"""Volunteers, skills, sign-ups: to look at and search."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from roster.models import Availability, SignUp, Skill, Volunteer, VolunteerSkill

BY_COMPOUND = ("compound", admin.RelatedOnlyFieldListFilter)


@admin.register(Skill)
class SkillAdmin(ReadOnlyAdmin[Skill]):
    list_display = ["name", "position", "needs_evidence", "compound"]
    list_filter = [BY_COMPOUND]
    list_select_related = ["compound"]
    search_fields = ["name"]


class SkillInline(ReadOnlyInline):
    model = VolunteerSkill
    fields = ["skill", "evidence", "seen_at", "seen_by"]


class AvailabilityInline(ReadOnlyInline):
    model = Availability
    fields = ["weekday", "on", "from_minute", "until_minute", "level"]


@admin.register(Volunteer)
class VolunteerAdmin(ReadOnlyAdmin[Volunteer]):
    list_display = ["user", "origin", "household", "organisation", "joined_at", "ended_at", "page"]
    list_filter = [BY_COMPOUND, "origin"]
    list_select_related = ["user", "household", "compound"]
    search_fields = ["user__name", "user__phone", "organisation"]
    date_hierarchy = "joined_at"
    inlines = [SkillInline, AvailabilityInline]

    @admin.display(description="")
    def page(self, volunteer: Volunteer) -> str:
        url = reverse("roster:volunteer", kwargs={"code": volunteer.compound.code, "volunteer": volunteer.pk})
        return format_html('<a href="{}">{}</a>', url, _("Open its page"))


@admin.register(VolunteerSkill)
class VolunteerSkillAdmin(ReadOnlyAdmin[VolunteerSkill]):
    list_display = ["volunteer", "skill", "evidence", "seen_at", "seen_by"]
    list_filter = [BY_COMPOUND, ("skill", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["volunteer__user", "skill", "seen_by"]
    search_fields = ["volunteer__user__name", "skill__name", "evidence"]
    ordering = ["volunteer__user__name"]


@admin.register(Availability)
class AvailabilityAdmin(ReadOnlyAdmin[Availability]):
    compound_path = "volunteer__compound"
    list_display = ["volunteer", "weekday", "on", "from_minute", "until_minute", "level"]
    list_filter = [("volunteer__compound", admin.RelatedOnlyFieldListFilter), "level"]
    list_select_related = ["volunteer__user"]
    search_fields = ["volunteer__user__name"]
    ordering = ["volunteer__user__name"]


@admin.register(SignUp)
class SignUpAdmin(ReadOnlyAdmin[SignUp]):
    list_display = ["name", "origin", "state", "asked_at", "decided_at", "decided_by"]
    list_filter = [BY_COMPOUND, "state"]
    list_select_related = ["decided_by"]
    search_fields = ["name", "phone"]
    ordering = ["-asked_at"]
    date_hierarchy = "asked_at"
