"""Who is outside now, since when, and who is overdue."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from compound.days import Clock
from compound.models import Compound, Resident
from compound.surnames import surname_of
from gate.models import Outing
from gate.queries.missed import is_missed


@dataclass(frozen=True)
class Outsider:
    """One outing without a return. `minutes_late` is 0 for who is not overdue.

    `is_missed`: somebody has gone out in their place since, so they are back and nobody saw it.
    """

    outing: Outing
    surname: str
    minutes_late: int
    is_missed: bool = False

    @property
    def room(self) -> str:
        return self.outing.household.room if self.outing.household else ""

    @property
    def is_overdue(self) -> bool:
        return self.minutes_late > 0

    @property
    def late_words(self) -> str:
        """`25分`, `3小时05分`."""
        hours, minutes = divmod(self.minutes_late, 60)
        if not hours:
            return _("%(minutes)d min") % {"minutes": minutes}
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}


@dataclass
class BuildingOutside:
    """The people of one building; `name` is '' for those without a room (volunteers, supply vehicles)."""

    name: str
    people: list[Outsider]

    @property
    def overdue(self) -> list[Outsider]:
        return [person for person in self.people if person.is_overdue]

    @property
    def in_time(self) -> list[Outsider]:
        return [person for person in self.people if not person.is_overdue and not person.is_missed]


@dataclass
class OutsidePage:
    buildings: list[BuildingOutside]

    @property
    def people(self) -> int:
        return sum(not person.is_missed for building in self.buildings for person in building.people)

    @property
    def missed(self) -> list[Outsider]:
        return [person for building in self.buildings for person in building.people if person.is_missed]

    @property
    def overdue(self) -> list[Outsider]:
        """The longest overdue first."""
        late = [person for building in self.buildings for person in building.overdue]
        return sorted(late, key=lambda person: -person.minutes_late)


@dataclass(frozen=True)
class OutsideCount:
    all: int
    overdue: int


def count_outside(compound: Compound, at: dt.datetime) -> OutsideCount:
    """One statement, by the index of open outings."""
    awaited = open_outings(compound).alias(gone=is_missed()).exclude(gone=True)
    found = awaited.aggregate(all=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=at)))
    return OutsideCount(found["all"], found["overdue"])


def open_outings(compound: Compound) -> QuerySet[Outing]:
    """Also those whose return was missed; `is_missed` says which."""
    found = Outing.objects.filter(compound=compound, back_at__isnull=True, void_at__isnull=True)
    return found.annotate(is_missed=is_missed())


def outside_page(*, compound: Compound, at: dt.datetime) -> OutsidePage:
    """By building in walking order, in each the longest outside first. Two statements."""
    contacts = Prefetch("household__residents", Resident.objects.filter(is_contact=True), to_attr="contacts")
    rows = (
        open_outings(compound)
        .select_related("household__building", "check_out__gate", "gate_pass")
        .prefetch_related(contacts)
        .order_by("household__building__sort_key", "out_at")
    )
    buildings: dict[str, BuildingOutside] = {}
    for outing in rows:
        name = outing.household.building.name if outing.household else ""
        buildings.setdefault(name, BuildingOutside(name, [])).people.append(_outsider(outing, at))
    without = buildings.pop("", None)
    return OutsidePage([*buildings.values(), *([without] if without else [])])


def _outsider(outing: Outing, at: dt.datetime) -> Outsider:
    contacts: Iterable[Resident] = getattr(outing.household, "contacts", ())
    name = next((contact.name for contact in contacts), "")
    holder = outing.gate_pass.holder if outing.gate_pass and not name else ""
    missed = bool(getattr(outing, "is_missed", False))
    late = (at - outing.due_at).total_seconds() if outing.due_at is not None and not missed else 0.0
    # Overdue is overdue: the first seconds are a minute.
    return Outsider(outing, surname_of(name or holder), max(1, int(late // 60)) if late > 0 else 0, missed)


def overdue_text(building: BuildingOutside, clock: Clock) -> str:
    """For the building's chat: the rooms that are overdue and since when. No name of anybody, nobody who is in time."""
    lines = [_("These are overdue. Please come back to the compound, or call the gate if something is wrong:")]
    lines += [
        _("%(room)s, due at %(time)s") % {"room": person.room, "time": clock.when(person.outing.due_at)}
        for person in building.overdue
        if person.outing.due_at is not None
    ]
    return "\n".join(lines)
