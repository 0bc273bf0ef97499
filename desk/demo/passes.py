"""Writes the demo's passes: one for each household that somebody lives in, and some of every other kind."""

import datetime as dt
import random
from dataclasses import dataclass, field
from itertools import islice

from compound.models import AuditEntry, Household, Resident, Role
from desk.demo import cast
from desk.demo.buildings import ROOM_ALWAYS_THERE
from desk.demo.people import Families
from desk.demo.registry import Registry
from gate.models import Pass
from gate.services.tokens import pass_token, token_hash

Kind = Pass.Kind
DAY = dt.timedelta(days=1)
ALWAYS = "-".join(ROOM_ALWAYS_THERE)
# In a compound of 1,300 households; a smaller one has its share, but never none.
WORKERS, DIALYSIS, VEHICLES, REPLACED = 14, 3, 9, 11
EMPLOYERS = ("市第二人民医院", "供水公司", "区疾控中心", "惠民超市配送部", "国网供电所", "街道社区卫生服务中心")
HELPERS = ("市二院支援队", "区机关下沉干部")


@dataclass
class Passes:
    """By what they are shown for. `household` by the household's key; those in use only."""

    household: dict[int, Pass] = field(default_factory=dict)
    workers: list[Pass] = field(default_factory=list)
    dialysis: list[Pass] = field(default_factory=list)
    vehicles: list[Pass] = field(default_factory=list)
    helpers: list[Pass] = field(default_factory=list)
    ended: list[Pass] = field(default_factory=list)

    def every(self) -> list[Pass]:
        return [
            *self.household.values(), *self.workers, *self.dialysis, *self.vehicles, *self.helpers, *self.ended
        ]  # fmt: skip


def write_passes(registry: Registry, *, seed: int, start: dt.datetime, now: dt.datetime) -> Passes:
    """Four statements. Who never leaves (the sealed building, 20-1702 in the demo) has the household's pass alone."""
    rng = random.Random(f"{seed}:passes")
    made = Passes()
    issued_at = min(start + dt.timedelta(minutes=40), now)
    for door in registry.occupied:
        made.household[door.pk] = _pass(registry, Kind.HOUSEHOLD, door, issued_at)
    movable = [door for door in registry.occupied if may_go_out(door)]
    names = dict(Resident.objects.filter(household__in=movable, is_contact=True).values_list("household", "name"))
    share = len(registry.households) / 1300
    doors = iter(rng.sample(movable, min(len(movable), _some(WORKERS + DIALYSIS + VEHICLES + REPLACED, share) + 4)))
    workers, patients, drivers, losers = (
        list(islice(doors, _some(number, share))) for number in (WORKERS, DIALYSIS, VEHICLES, REPLACED)
    )
    _write_workers(registry, made, workers, names, rng, issued_at, now)
    _write_patients(registry, made, patients, names, issued_at)
    _write_vehicles(registry, made, drivers, names, rng, issued_at)
    _write_helpers(registry, made, rng, issued_at)
    for door in losers:
        _replace(registry, made, door, rng, issued_at, now)
    Pass.objects.bulk_create(made.every(), batch_size=1000)
    AuditEntry.objects.create(
        compound=registry.compound,
        at=issued_at,
        by=registry.people[Role.COORDINATOR],
        action="passes.issued",
        params={"count": len(made.household)},
        text=f"发放每户通行证 {len(made.household)} 张",
    )
    return made


def may_go_out(door: Household) -> bool:
    """20-1702 stays as it is: whoever tries the gate out begins with it."""
    return door.building.name != cast.SEALED_BUILDING and not door.has_returnee and door.room != ALWAYS


def _some(number: int, share: float) -> int:
    return max(1, round(number * share))


def _pass(registry: Registry, kind: str, door: Household | None, at: dt.datetime, **more: object) -> Pass:
    made = Pass(compound=registry.compound, household=door, kind=kind, issued_at=at, **more)
    made.issued_by = registry.people[Role.COORDINATOR]
    made.token_hash = token_hash(pass_token(made.pk))
    return made


def _write_workers(
    registry: Registry,
    made: Passes,
    doors: list[Household],
    names: dict[int, str],
    rng: random.Random,
    at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Their employer's certificate was seen, and is good for two weeks; the last one's has run out."""
    seen = {"seen_at": at, "seen_by": registry.people[Role.COORDINATOR]}
    for door in doors:
        terms = {"holder": names.get(door.pk, ""), "employer": rng.choice(EMPLOYERS), **seen}
        made.workers.append(_pass(registry, Kind.ESSENTIAL, door, at, valid_until=at + 21 * DAY, **terms))
    if len(made.workers) > 2:
        over = made.workers.pop()
        over.valid_until = max(at + dt.timedelta(minutes=30), now - dt.timedelta(hours=3))
        made.ended.append(over)


def _write_patients(
    registry: Registry, made: Passes, doors: list[Household], names: dict[int, str], at: dt.datetime
) -> None:
    for door in doors:
        holder = names.get(door.pk, "")
        made.dialysis.append(_pass(registry, Kind.MEDICAL, door, at, holder=holder, every_days=2))


def _write_vehicles(
    registry: Registry,
    made: Passes,
    doors: list[Household],
    names: dict[int, str],
    rng: random.Random,
    at: dt.datetime,
) -> None:
    """The first belongs to no household: it brings the vegetables."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    plates = {f"沪{rng.choice('ABCDEFG')}{rng.choice(letters)}{rng.randrange(1000, 9999)}": None for _ in doors}
    made.vehicles.append(_pass(registry, Kind.VEHICLE, None, at, plate="沪D80217", holder="惠民超市送货车"))
    for door, plate in zip(doors, plates, strict=False):
        made.vehicles.append(_pass(registry, Kind.VEHICLE, door, at, plate=plate, holder=names.get(door.pk, "")))


def _write_helpers(registry: Registry, made: Passes, rng: random.Random, at: dt.datetime) -> None:
    namer = Families(rng)
    for employer in HELPERS:
        made.helpers.append(_pass(registry, Kind.VOLUNTEER, None, at, holder=namer.name(), employer=employer))
    made.helpers.append(_pass(registry, Kind.VOLUNTEER, None, at, holder=cast.CAST[Role.VOLUNTEER].name))


def _replace(
    registry: Registry, made: Passes, door: Household, rng: random.Random, at: dt.datetime, now: dt.datetime
) -> None:
    """Lost, and issued anew before the passages that are told."""
    old = made.household[door.pk]
    old.revoked_at = old.issued_at + dt.timedelta(minutes=rng.randrange(10, 60))
    old.revoked_at = min(old.revoked_at, now)
    old.revoked_by, old.revoked_why = registry.people[Role.COORDINATOR], "证件丢失，换发"
    made.ended.append(old)
    made.household[door.pk] = _pass(registry, Kind.HOUSEHOLD, door, old.revoked_at)
