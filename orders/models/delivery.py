"""From the gate to the door: stations, vehicles, runs with their trips, counted hand-overs, and each try at a door."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Household, User
from orders.models.orders import OrderLine
from orders.models.phone import PhoneEvent
from orders.models.rounds import Round


class TransitStation(models.Model):
    """中转站: a drop inside the compound between gate and doors."""

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="transit_stations", verbose_name=_("compound")
    )
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    buildings = models.ManyToManyField(
        Building, through="StationBuilding", related_name="transit_stations", verbose_name=_("buildings")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("transit station")
        verbose_name_plural = _("transit stations")
        ordering = ["compound", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="station_once"),
            models.CheckConstraint(condition=~Q(name=""), name="station_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class StationBuilding(models.Model):
    """Which station a building is served from: one at most. A building without one is carried to from the gate."""

    station = models.ForeignKey(TransitStation, on_delete=models.CASCADE, related_name="served")
    building = models.OneToOneField(Building, on_delete=models.CASCADE, related_name="station")

    class Meta:
        verbose_name = _("building of a station")
        verbose_name_plural = _("buildings of stations")

    def __str__(self) -> str:
        return f"{self.station} · {self.building}"


class Vehicle(models.Model):
    """What bags go by inside the compound, and how many at once."""

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="vehicles", verbose_name=_("compound")
    )
    name = models.CharField(_("name"), max_length=40)
    capacity = models.PositiveSmallIntegerField(_("bags at once"), validators=[MinValueValidator(1)])
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["compound", "name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="vehicle_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="vehicle_holds_something"),
        ]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """批次: one run through the compound, two a day or every half hour. What goes with it are its trips' stops.

    planned → out (nothing is added any more) → done; or cancelled, and its stops are free for the next run.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OUT = "out", _("on its way")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="batches", verbose_name=_("compound"))
    leaves_at = models.DateTimeField(_("leaves at"))
    # Of its day, from 1: 第1批.
    number = models.PositiveSmallIntegerField(_("number"))
    day = models.DateField(_("day"))
    is_medicine = models.BooleanField(_("medicine: at any hour"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    state_at = models.DateTimeField(_("in this state since"))
    made_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("made by"))
    # Said by whoever sends it out in the quiet hours.
    quiet_reason = models.CharField(_("why in the quiet hours"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("delivery run")
        verbose_name_plural = _("delivery runs")
        ordering = ["compound", "-day", "number"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "day", "number"], name="batch_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="batch_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.number}"


class Trip(models.Model):
    """What one runner (with a vehicle or on foot) takes in one go."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="trips")
    position = models.PositiveSmallIntegerField(_("position"))
    station = models.ForeignKey(TransitStation, on_delete=models.RESTRICT, null=True, related_name="trips")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.RESTRICT, null=True, related_name="trips")
    runner = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("runner"))

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        ordering = ["batch", "position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="trip_position")]

    def __str__(self) -> str:
        return f"{self.batch} · {self.position}"


class Bag(models.Model):
    """What one household gets of a round, packed: in how many bags, and who looked a second time."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="bags")
    household = models.ForeignKey(Household, on_delete=models.RESTRICT, related_name="bags")
    bags = models.PositiveSmallIntegerField(_("bags"), default=1)
    packed_at = models.DateTimeField(_("packed at"))
    packed_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("packed by"))
    checked_at = models.DateTimeField(_("checked at"), null=True)
    checked_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")

    class Meta:
        verbose_name = _("packed bag")
        verbose_name_plural = _("packed bags")
        ordering = ["round", "household__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["round", "household"], name="bag_of_household_once"),
            models.CheckConstraint(condition=Q(bags__gte=1), name="bag_at_least_one"),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="bag_checked_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} · {self.bags}"


class Stop(models.Model):
    """A household's bags of one round on one trip. What is not handed over gets a further stop on a later run."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="stops")
    round = models.ForeignKey(Round, on_delete=models.RESTRICT, related_name="stops")
    household = models.ForeignKey(Household, on_delete=models.RESTRICT, related_name="stops")
    bags = models.PositiveSmallIntegerField(_("bags"), default=1)
    # Carried once more after somebody was not at home.
    is_again = models.BooleanField(_("once more"), default=False)
    # Its run was cancelled, or it came back: another stop may take its place.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["trip", "household__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "household"], condition=Q(ended_at__isnull=True), name="stop_on_one_trip"
            ),
            models.CheckConstraint(condition=Q(bags__gte=1), name="stop_with_bags"),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} · {self.bags}"


class Handover(models.Model):
    """So many bags counted at one place of one run, by whoever took them on. Append-only.

    The latest count of a place by event time stands; an earlier one is history, so that two people who counted the
    same pile have counted it once. What one place counted less than the place before is a gap with a name.
    """

    class Leg(models.TextChoices):
        GATE = "gate", _("at the gate")
        STATION = "station", _("at the station")
        BUILDING = "building", _("at the building")

    event = models.OneToOneField(
        PhoneEvent, on_delete=models.RESTRICT, primary_key=True, related_name="handover", db_column="id"
    )
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="handovers")
    leg = models.CharField(_("where"), max_length=10, choices=Leg.choices)
    station = models.ForeignKey(TransitStation, on_delete=models.RESTRICT, null=True, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.RESTRICT, null=True, related_name="+")
    bags = models.PositiveIntegerField(_("bags counted"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("counted by"))
    at = models.DateTimeField(_("counted at"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["batch", "at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(leg="gate", station__isnull=True, building__isnull=True)
                | Q(leg="station", station__isnull=False, building__isnull=True)
                | Q(leg="building", station__isnull=True, building__isnull=False),
                name="handover_has_its_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_leg_display()} {self.bags}"


class HandoverGap(models.Model):
    """Why a place counted another number than came to it: said once by a person, and gone if a new count changes it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="gaps")
    # Which count it explains; a newer count at that place has no explanation yet.
    handover = models.OneToOneField(Handover, on_delete=models.CASCADE, related_name="gap")
    missing = models.IntegerField(_("bags missing"))
    reason = models.CharField(_("why"), max_length=200)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("explained gap")
        verbose_name_plural = _("explained gaps")
        ordering = ["batch", "at"]
        constraints = [
            models.CheckConstraint(condition=~Q(missing=0) & ~Q(reason=""), name="gap_of_something_with_reason"),
        ]

    def __str__(self) -> str:
        return self.reason


class DoorMark(models.Model):
    """One try at one door, successful or not: who, when, what. Append-only; the lines say where it stands now.

    The latest by event time stands, so of two runners who ticked the same door offline both have said so and it was
    delivered once. An empty outcome takes back what was said before.
    """

    class Source(models.TextChoices):
        PHONE = "phone", _("at the phone")
        DESK = "desk", _("at the desk")
        PAPER = "paper", _("from paper")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="door_marks")
    household = models.ForeignKey(Household, on_delete=models.RESTRICT, related_name="door_marks")
    outcome = models.CharField(_("at the door"), max_length=12, choices=OrderLine.Outcome.choices, blank=True)
    # Only these lines, by primary key; empty: the whole door.
    only = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # What did arrive of each missing line: {line: "1.5"}. Of an undo: {"of": ids of the marks that it takes back}.
    arrived = models.JSONField(default=dict, blank=True)
    # "All the others": counts only for what nobody has said anything about, so that a refusal that comes in late from
    # a phone without a network is never lost to it.
    is_rest = models.BooleanField(_("with all the others"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    source = models.CharField(_("entered"), max_length=6, choices=Source.choices)
    # Who held the phone or sat at the desk; from paper it is not known.
    by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("by"))
    # The short code on that paper.
    paper = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("try at a door")
        verbose_name_plural = _("tries at doors")
        ordering = ["round", "household__sort_key", "at"]
        indexes = [models.Index(fields=["round", "household", "-at"], name="marks_of_door")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(source="paper") & ~Q(paper="")) | (~Q(source="paper") & Q(by__isnull=False, paper="")),
                name="door_mark_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(is_rest=False) | Q(outcome="delivered"), name="door_mark_rest_is_delivered"
            ),
            models.CheckConstraint(condition=Q(at__lte=F("received_at")), name="door_mark_not_in_the_future"),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} {self.get_outcome_display()}"
