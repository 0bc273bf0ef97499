"""Compound, building, unit, household, resident, gate: who lives where, in one spelling."""

import datetime as dt
import zoneinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compound.rooms import Room, room_number, sort_key

if TYPE_CHECKING:
    from compound.models.accounts import User

# Part of every address: /c/<code>/...
CODE = RegexValidator(r"^[a-z0-9][a-z0-9-]{0,31}\Z", _("Small letters, digits and hyphens, 32 at the most."))


class Compound(models.Model):
    """小区: a fenced residential estate run by one team."""

    code = models.CharField(_("code"), max_length=32, unique=True, validators=[CODE])
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    language = models.CharField(
        _("language of printed sheets"),
        max_length=10,
        default="zh-hans",
        choices=[("zh-hans", "简体中文"), ("en", "English")],
    )
    # Stands in the texts for the chats, on the bill strips, and on every household's own page that owes something.
    how_to_pay = models.TextField(
        _("how, to whom and until when to pay"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("One text, in the language that the residents read. No telephone or card numbers."),
    )
    # The demo's logins are printed on the console, so they work from loopback only.
    is_demo = models.BooleanField(_("demo"), default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def local(self, at: dt.datetime) -> dt.datetime:
        """The aware moment `at` as the clock on the compound's wall shows it."""
        return at.astimezone(self.tz)

    def day_of(self, at: dt.datetime) -> dt.date:
        """The date in the compound's zone: the only way from a moment to a day.

        Under UTC+8 a date taken from a UTC datetime puts 00:00 to 07:59 on the day before.
        """
        return self.local(at).date()

    def moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        """The aware moment at which the compound's wall clock shows `time` on `day`."""
        return dt.datetime.combine(day, time, tzinfo=self.tz)


class Building(models.Model):
    """楼栋. It "has units" exactly when it has Unit rows: the registry decides, no list that is imported later."""

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="buildings", verbose_name=_("compound")
    )
    name = models.CharField(_("name"), max_length=20, help_text=_("Without 栋 or 号楼: 20, B1, 商务楼"))
    sort_key = models.CharField(max_length=80, editable=False, db_collation="C")
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    has_lift = models.BooleanField(_("lift"), null=True, blank=True)

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["compound", "sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="building_once_per_compound"),
            # Target of the composite foreign keys that keep a household in one compound (see migration 0002).
            models.UniqueConstraint(fields=["id", "compound"], name="building_with_compound"),
            models.CheckConstraint(condition=Q(name__regex=r"^[^\s-]+$"), name="building_name_is_one_word"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        if kwargs.get("update_fields") is not None and "name" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "sort_key"}
        super().save(*args, **kwargs)


class Unit(models.Model):
    """单元: a stairwell of a building."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="units", verbose_name=_("building"))
    name = models.CharField(_("name"), max_length=20)
    sort_key = models.CharField(max_length=80, editable=False, db_collation="C")

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["building", "sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["building", "name"], name="unit_once_per_building"),
            models.UniqueConstraint(fields=["id", "building"], name="unit_with_building"),
            models.CheckConstraint(condition=Q(name__regex=r"^[^\s-]+$"), name="unit_name_is_one_word"),
        ]

    def __str__(self) -> str:
        return f"{self.building.name}-{self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        if kwargs.get("update_fields") is not None and "name" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "sort_key"}
        super().save(*args, **kwargs)


class Tag(models.Model):
    """What a household needs others to know, as data. The rows are seeded by `compound.tags` after each migrate."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("Chinese name"), max_length=20, unique=True)
    name_en = models.CharField(_("English name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta:
        verbose_name = _("household tag")
        verbose_name_plural = _("household tags")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


class Household(models.Model):
    """户: one door. `room` is its canonical name (`20-1702`, `3-2-501`), derived from building, unit and number."""

    class Occupancy(models.TextChoices):
        OCCUPIED = "occupied", _("occupied")
        EMPTY = "empty", _("empty flat")

    class Card(models.TextChoices):
        """三色门牌: the coloured card on the door."""

        RED = "red", _("red: ordinary household")
        PINK = "pink", _("pink: somebody has come back from elsewhere")
        YELLOW = "yellow", _("yellow: nobody home, ask the owner to call")

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="households", verbose_name=_("compound")
    )
    building = models.ForeignKey(
        Building, on_delete=models.RESTRICT, related_name="households", verbose_name=_("building")
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.RESTRICT,
        related_name="households",
        null=True,
        blank=True,
        verbose_name=_("unit"),
    )
    number = models.CharField(_("room number"), max_length=20)
    room = models.CharField(_("room"), max_length=62, editable=False)
    sort_key = models.CharField(max_length=200, editable=False, db_collation="C")
    occupancy = models.CharField(_("occupancy"), max_length=10, choices=Occupancy.choices, default=Occupancy.OCCUPIED)
    head_count = models.PositiveSmallIntegerField(_("people"), default=0)
    has_returnee = models.BooleanField(_("somebody has come back from elsewhere"), default=False)
    card = models.CharField(_("door card"), max_length=6, choices=Card.choices, default=Card.RED)
    card_reason = models.CharField(_("reason for the card"), max_length=100, blank=True)
    card_at = models.DateTimeField(_("card set at"), null=True, blank=True, editable=False)
    card_by = models.ForeignKey(
        "compound.User",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("card set by"),
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="households", verbose_name=_("tags"))
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["compound", "sort_key"]
        indexes = [
            # Every list of a compound's doors in walking order.
            models.Index(fields=["compound", "sort_key"], name="household_walk"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["compound", "room"], name="household_room_once"),
            # Target of the composite foreign keys that keep a door's passes and passages in its compound.
            models.UniqueConstraint(fields=["id", "compound"], name="household_with_compound"),
            models.CheckConstraint(
                condition=Q(room__regex=r"^[^\s-]+(-[^\s-]+)?-[^\s-]+$"), name="household_room_is_canonical"
            ),
            models.CheckConstraint(
                condition=Q(occupancy="occupied") | Q(head_count=0), name="household_empty_has_nobody"
            ),
            models.CheckConstraint(
                condition=Q(card_at__isnull=True, card_by__isnull=True)
                | Q(card_at__isnull=False, card_by__isnull=False),
                name="household_card_at_and_by",
            ),
            models.CheckConstraint(condition=Q(card="red") | ~Q(card_reason=""), name="household_card_has_reason"),
        ]

    def __str__(self) -> str:
        return self.room

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_room()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "room", "sort_key"}
        super().save(*args, **kwargs)

    def name_room(self) -> None:
        """Sets `room` and `sort_key` from the parts; bulk writers call it themselves. `703室` typed by hand is 703."""
        self.number = room_number(self.number) or self.number
        self.room = str(Room(self.building.name, self.unit.name if self.unit else None, self.number))
        self.sort_key = sort_key(self.room)

    @property
    def is_occupied(self) -> bool:
        return self.occupancy == self.Occupancy.OCCUPIED


class Resident(models.Model):
    """居民: a person of a household. The phone number never goes on paper or into a phone's offline copy."""

    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, related_name="residents", verbose_name=_("household")
    )
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_contact = models.BooleanField(_("contact of the household"), default=False)
    user: "models.ForeignKey[User | None, User | None]" = models.ForeignKey(
        "compound.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="residents",
        verbose_name=_("login"),
    )

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering = ["household", "-is_contact", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(is_contact=True),
                name="resident_one_contact",
                violation_error_message=_("A household has one contact only."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Gate(models.Model):
    """卡口: most exits are sealed, one to four are guarded, some are for emergencies only."""

    class Kind(models.TextChoices):
        GUARDED = "guarded", _("guarded")
        EMERGENCY = "emergency", _("for emergencies only")
        SEALED = "sealed", _("sealed")

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="gates", verbose_name=_("compound"))
    name = models.CharField(_("name"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.GUARDED)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        ordering = ["compound", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="gate_once_per_compound"),
            models.UniqueConstraint(fields=["id", "compound"], name="gate_with_compound"),
            models.CheckConstraint(condition=~Q(name=""), name="gate_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
