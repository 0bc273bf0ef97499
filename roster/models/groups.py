"""Duty groups, and the posts at which somebody of theirs must stand."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Gate
from roster.models.people import Skill, Volunteer


class DutyGroup(models.Model):
    """工作组: a leader, deputies, members, written duties, and what the leader may do without the coordinator."""

    class Kind(models.TextChoices):
        GATE = "gate", _("gate")
        GROUP_BUY = "group_buy", _("group-buy")
        SHOPPING = "shopping", _("shopping")
        DISTRIBUTION = "distribution", _("packing and distribution")
        MEDICAL = "medical", _("medical")
        SUPPLIES = "supplies", _("supplies")
        DISINFECTION = "disinfection", _("disinfection and waste")
        INFORMATION = "information", _("information grid")
        PUBLICITY = "publicity", _("publicity")
        ELDERS = "elders", _("elders and children")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="duty_groups", verbose_name=_("compound")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField(_("name"), max_length=20)
    duties = models.TextField(_("duties"), max_length=2000, blank=True)
    members = models.ManyToManyField(Volunteer, through="GroupMember", related_name="groups")
    leaders_assign = models.BooleanField(_("leaders may assign"), default=True)
    leaders_confirm = models.BooleanField(_("leaders may confirm new members"), default=False)
    leaders_message = models.BooleanField(_("leaders may message"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("duty group")
        verbose_name_plural = _("duty groups")
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "name"],
                condition=Q(ended_at__isnull=True),
                name="duty_group_once",
                violation_error_message=_("There is a group of this name already."),
            ),
            models.UniqueConstraint(fields=["id", "compound"], name="duty_group_with_compound"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    class Part(models.TextChoices):
        LEADER = "leader", _("leader")
        DEPUTY = "deputy", _("deputy")
        MEMBER = "member", _("member")

    group = models.ForeignKey(
        DutyGroup, on_delete=models.CASCADE, related_name="member_rows", verbose_name=_("duty group")
    )
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.CASCADE, related_name="group_rows", verbose_name=_("volunteer")
    )
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="+", verbose_name=_("compound"))
    part = models.CharField(_("part"), max_length=8, choices=Part.choices, default=Part.MEMBER)

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        constraints = [
            models.UniqueConstraint(fields=["group", "volunteer"], name="group_member_once"),
            models.UniqueConstraint(fields=["group"], condition=Q(part="leader"), name="group_has_one_leader"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} · {self.get_part_display()}"


class Post(models.Model):
    """岗位: a gate, a sealed building's door, the supermarket run, a transit station, the hotline.

    `minimum` seats must be filled; up to `maximum` may be. Skills that some of them must have are PostNeed rows.
    """

    class Kind(models.TextChoices):
        GATE = "gate", _("gate")
        SEALED_DOOR = "sealed_door", _("sealed building's door")
        SUPERMARKET = "supermarket", _("supermarket run")
        STATION = "station", _("transit station")
        HOTLINE = "hotline", _("hotline")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="posts", verbose_name=_("compound"))
    group = models.ForeignKey(DutyGroup, on_delete=models.RESTRICT, related_name="posts", verbose_name=_("duty group"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField(_("name"), max_length=30)
    gate = models.ForeignKey(
        Gate, on_delete=models.RESTRICT, null=True, blank=True, related_name="posts", verbose_name=_("gate")
    )
    building = models.ForeignKey(
        Building, on_delete=models.RESTRICT, null=True, blank=True, related_name="posts", verbose_name=_("building")
    )
    place = models.CharField(_("where"), max_length=60, blank=True)
    minimum = models.PositiveSmallIntegerField(_("people at least"), default=1)
    maximum = models.PositiveSmallIntegerField(_("people at most"), default=1)
    has_stairs = models.BooleanField(_("stairs"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    # Part of the address in the post's QR code: one more ends the old print.
    sign_in_version = models.PositiveSmallIntegerField(default=1, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("duty posts")
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "name"],
                condition=Q(ended_at__isnull=True),
                name="post_once",
                violation_error_message=_("There is a post of this name already."),
            ),
            models.UniqueConstraint(fields=["id", "compound"], name="post_with_compound"),
            models.CheckConstraint(
                condition=Q(minimum__gte=1, maximum__gte=F("minimum"), maximum__lte=30),
                name="post_minimum_to_maximum",
                violation_error_message=_("At most 30 people, and not fewer than at least."),
            ),
            models.CheckConstraint(
                condition=Q(kind="gate") | Q(gate__isnull=True),
                name="post_gate_is_a_gate",
                violation_error_message=_("Only a post of the kind “gate” belongs to a gate."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PostNeed(models.Model):
    """Of the people at a post at least `count` must have `skill`."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="needs", verbose_name=_("post"))
    skill = models.ForeignKey(Skill, on_delete=models.RESTRICT, related_name="+", verbose_name=_("skill"))
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="+", verbose_name=_("compound"))
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        verbose_name = _("need of a post")
        verbose_name_plural = _("needs of posts")
        constraints = [
            models.UniqueConstraint(fields=["post", "skill"], name="post_need_once"),
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=30), name="post_need_some"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.skill}"
