"""What was out of the ordinary at the gates, through their own services: each answer is what a guard would have got.

Refusals with their reasons, a fever that is still open, two gates without network that let one household out twice,
an emergency that nobody has ratified, an overridden refusal, a slip that was undone, parcels, an isolation.
"""

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from compound.models import Household, Role
from desk.demo import cast
from desk.demo.ids import seeded_uuid
from desk.demo.passages import Log
from desk.demo.passes import Passes, may_go_out
from desk.demo.registry import Registry
from gate.models import Incident, Parcel, Pass
from gate.services.checks import NewCheck, record_checks
from gate.services.isolations import isolate
from gate.services.tokens import pass_token

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
REFUSED = 6
PARCELS = 34
# Shown by somebody who had found it in the street; it has never been a pass.
UNKNOWN = "0123456789ABCDEFGHJKMN"
OVERRIDE = "老人取降压药，已与楼长核实"
EMERGENCY = "孩子高烧 39.3 度，去儿童医院"


class Story:
    """Tells the gates' services one thing after the other, each at its own minute before `now`."""

    def __init__(self, registry: Registry, passes: Passes, log: Log, rng: random.Random, now: dt.datetime) -> None:
        self.registry, self.passes, self.log, self.rng, self.now = registry, passes, log, rng, now
        # Those whose day is still free, and those who have been out and are back.
        gone = {outing.household_id for outing in log.outings}
        others = {card.household_id for card in (*passes.workers, *passes.dialysis, *passes.vehicles)}
        doors = [door for door in registry.occupied if may_go_out(door) and door.pk not in gone | others]
        self.fresh: Iterator[Household] = iter(rng.sample(doors, min(len(doors), 20)))
        today = log.compound.day_of(now)
        been = [
            outing.household
            for outing in log.outings
            if outing.household is not None
            and outing.slot is not None
            and outing.back_at is not None
            and outing.back_at < now - 100 * MINUTE
            and log.compound.day_of(outing.out_at) >= today - (log.rule_at(now).per_days - 1) * DAY
        ]
        self.back: Iterator[Household] = iter(rng.sample(been, len(been)))

    def tell(self, minutes: float, *, gate: int | None = None, late: float = 0, **check: Any) -> uuid.UUID:
        """One check `minutes` before now; `late`: so many minutes passed until it was sent."""
        at = self.now - minutes * MINUTE
        where = self.log.gates[gate if gate is not None else self.rng.randrange(len(self.log.gates))]
        new = NewCheck(id=seeded_uuid(self.rng), at=at, method="forehead" if "temperature" in check else "", **check)
        received_at = at + max(late, 0.005) * MINUTE
        record_checks(
            compound=self.log.compound, gate=where, checks=[new], at=received_at, device=self.log.phone(at, where)
        )
        return new.id

    def card(self, door: Household) -> str:
        return pass_token(self.passes.household[door.pk].pk)


def write_gate_cases(registry: Registry, passes: Passes, log: Log, *, seed: int, now: dt.datetime) -> None:
    story = Story(registry, passes, log, random.Random(f"{seed}:gate cases"), now)
    _refusals(story)
    _vehicles(story)
    _fevers(story)
    _conflict(story)
    _emergency(story)
    _isolation(story)
    _incidents(story)
    _parcels(story)


def _refusals(story: Story) -> None:
    """Who went out yesterday stays in today, with whatever card; one is let out all the same, with a reason."""
    for minutes in (88, 71, 55, 42, 27, 14)[:REFUSED]:
        if door := next(story.back, None):
            story.tell(minutes, token=story.card(door))
    if door := next(story.back, None):
        story.tell(63, token=story.card(door), override=OVERRIDE, temperature=Decimal("36.4"))
    sealed = [door for door in story.registry.occupied if door.building.name == cast.SEALED_BUILDING]
    if sealed:
        story.tell(97, token=story.card(sealed[0]))
    if door := next(story.fresh, None):
        story.tell(66, direction="in", kind="visitor", household=door.room)
    story.tell(33, token=UNKNOWN)
    over = [card for card in story.passes.ended if card.kind == Pass.Kind.ESSENTIAL]
    lost = [card for card in story.passes.ended if card.revoked_at is not None]
    for minutes, cards in ((51, over), (19, lost)):
        if cards:
            story.tell(minutes, token=pass_token(cards[0].pk))
    if door := next(story.fresh, None):
        slip = story.tell(23, token=story.card(door), temperature=Decimal("36.5"))
        story.tell(21, action="undo", refers_to=slip, reason="刷错了，是隔壁那户")


def _vehicles(story: Story) -> None:
    for minutes, card in zip((46, 38), story.passes.vehicles, strict=False):
        story.tell(minutes, plate=card.plate, kind="vehicle", temperature=Decimal("36.3"))


def _fevers(story: Story) -> None:
    """One that was nothing, and one whose third reading is still to come."""
    if door := next(story.fresh, None):
        first = story.tell(80, gate=0, token=story.card(door))
        story.tell(79, gate=0, action="reading", refers_to=first, temperature=Decimal("37.4"))
        story.tell(73, gate=0, action="reading", refers_to=first, temperature=Decimal("36.9"))
    if door := next(story.fresh, None):
        first = story.tell(12, gate=1, direction="in", token=story.card(door))
        story.tell(11, gate=1, action="reading", refers_to=first, temperature=Decimal("37.9"))
        story.tell(4, gate=1, action="reading", refers_to=first, temperature=Decimal("37.7"))


def _conflict(story: Story) -> None:
    """The network was gone at both gates: each let one person out, the earlier one was sent last."""
    if door := next(story.fresh, None):
        story.tell(44, gate=2, late=9, token=story.card(door), verdict="allow", temperature=Decimal("36.6"))
        story.tell(50, gate=0, late=21, token=story.card(door), verdict="allow", temperature=Decimal("36.2"))


def _emergency(story: Story) -> None:
    if door := next(story.back, None) or next(story.fresh, None):
        story.tell(36, gate=1, action="emergency", kind="emergency", household=door.room, reason=EMERGENCY)


def _isolation(story: Story) -> None:
    if door := next(story.fresh, None):
        isolate(
            household=door,
            until=story.log.compound.moment(story.log.compound.day_of(story.now) + 5 * DAY, dt.time(8)),
            note="密接，居家隔离",
            by=story.registry.people[Role.MEDICAL],
            at=story.now - DAY,
        )


def _incidents(story: Story) -> None:
    door = next(story.fresh, None)
    for minutes, kind, note, whose in (
        (1300, Incident.Kind.ABUSE, "不让进外卖，骂值守的志愿者", None),
        (97, Incident.Kind.RUSHED, "从车行道冲出去，没有追上", None),
        (75, Incident.Kind.OTHER, "地下车库的门没锁，已请物业锁上", door),
    ):
        at, gate = story.now - minutes * MINUTE, story.log.gates[minutes % len(story.log.gates)]
        Incident.objects.create(
            compound=story.log.compound,
            gate=gate,
            device=story.log.phone(at, gate),
            kind=kind,
            household=whose,
            note=note,
            event_at=at,
            received_at=at + MINUTE / 30,
        )


def _parcels(story: Story) -> None:
    """Two thirds are with their households; of the rest some still wait to be disinfected."""
    rng, rows = story.rng, []
    doors = rng.sample(story.registry.occupied, min(PARCELS, len(story.registry.occupied)))
    for place, door in enumerate(doors):
        dropped_at = story.now - rng.randrange(15, 400) * MINUTE
        gate = rng.choice(story.log.gates)
        row = Parcel(
            compound=story.log.compound,
            gate=gate,
            building=door.building,
            household=None if place % 9 == 8 else door,
            count=rng.choice((1, 1, 1, 2, 3)),
            dropped_at=dropped_at,
            device=story.log.phone(dropped_at, gate),
            received_at=dropped_at,
        )
        if place % 3 or place % 6 == 0:
            row.disinfected_at = min(story.now, dropped_at + rng.randrange(3, 12) * MINUTE)
        if place % 3:
            row.handed_at = min(story.now, row.dropped_at + rng.randrange(12, 15) * MINUTE)
            row.handed_to = row.household.room if row.household else "楼长"
        rows.append(row)
    Parcel.objects.bulk_create(rows)
