"""What waits at the outer line, what was done with it today, and the text that goes into the chat."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.models import Building, Compound, Household
from gate.models import Parcel


def waiting_parcels(compound: Compound, *, only: Collection[int] | None = None) -> QuerySet[Parcel]:
    """Dropped, neither handed over nor withdrawn; building by building, oldest first. `only`: keys of buildings."""
    rows = Parcel.objects.filter(compound=compound, handed_at=None, withdrawn_at=None)
    if only is not None:
        rows = rows.filter(building__in=only)
    return rows.select_related("building", "household", "gate").order_by("building__sort_key", "dropped_at")


@dataclass
class Pile:
    """What waits for one building. `count` is parcels, a row may be several."""

    building: Building
    rows: list[Parcel] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def not_disinfected(self) -> int:
        return sum(row.count for row in self.rows if row.disinfected_at is None)

    @property
    def oldest_at(self) -> dt.datetime:
        return min(row.dropped_at for row in self.rows)


def piles_of(compound: Compound, *, only: Collection[int] | None = None) -> list[Pile]:
    """Every building for which something waits, in walking order. One statement."""
    piles: dict[int, Pile] = {}
    for row in waiting_parcels(compound, only=only):
        piles.setdefault(row.building_id, Pile(row.building)).rows.append(row)
    return list(piles.values())


def done_on(compound: Compound, day: dt.date, *, only: Collection[int] | None = None) -> QuerySet[Parcel]:
    """Handed over or withdrawn on that day of the compound's wall, the latest first."""
    begin = compound.moment(day, dt.time(0))
    end = compound.moment(day + dt.timedelta(days=1), dt.time(0))
    rows = Parcel.objects.filter(compound=compound).filter(
        Q(handed_at__gte=begin, handed_at__lt=end) | Q(withdrawn_at__gte=begin, withdrawn_at__lt=end)
    )
    if only is not None:
        rows = rows.filter(building__in=only)
    return rows.select_related("building", "household", "gate", "device", "by").order_by("-handed_at", "-withdrawn_at")


def parcels_of(household: Household) -> QuerySet[Parcel]:
    """Everything that came for one door, the newest first, whatever became of it."""
    rows = Parcel.objects.filter(compound=household.compound_id, household=household)
    return rows.select_related("building", "household", "gate").order_by("-dropped_at")


def building_words(name: str) -> str:
    """`20栋`, but 商务楼 as it is: a name that is a word already needs no other one."""
    return _("building %(name)s") % {"name": name} if name[-1:].isascii() else name


def chat_text(piles: Sequence[Pile]) -> str:
    """A line for each building and gate, of what is disinfected; nobody is named, no room is written. '' for nothing.

    In the language in force.
    """
    lines = []
    for pile in piles:
        gates: dict[tuple[int, str], int] = {}
        for row in pile.rows:
            if row.disinfected_at is not None:
                gate = (row.gate.position, row.gate.name)
                gates[gate] = gates.get(gate, 0) + row.count
        for (_position, name), count in sorted(gates.items()):
            words = ngettext(
                "%(building)s: %(count)d parcel at %(gate)s, disinfected, ready to be fetched",
                "%(building)s: %(count)d parcels at %(gate)s, disinfected, ready to be fetched",
                count,
            )
            lines.append(words % {"building": building_words(pile.building.name), "count": count, "gate": name})
    return "\n".join(lines)
