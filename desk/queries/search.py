"""Doors by room, by a resident's name, by a chat nickname, by the colour of their card; vehicles by their plate;
volunteers by name."""

from dataclasses import dataclass, field, replace

from django.db.models import Q

from compound import access
from compound.access import Standing
from compound.listing import listed
from compound.models import Compound, Household, Resident, Role
from compound.queries.doors import doors_for
from compound.rooms import clean, room_number
from gate.models import Pass
from orders.models import Nickname
from roster.models import Volunteer

MOST = 50
# Who finds a door by the name of somebody behind it; besides them a captain in the own building.
SEE_NAMES = (Role.COORDINATOR, Role.MEDICAL)


@dataclass
class Found:
    """One door, with the names that matched."""

    household: Household
    names: list[str] = field(default_factory=list)

    @property
    def sub(self) -> str:
        return listed(self.names)


@dataclass(frozen=True)
class Results:
    """At most `MOST` doors in walking order; `is_cut` says that there are more."""

    doors: list[Found]
    is_cut: bool = False
    # Vehicle passes by their plate, for who sees the gates.
    vehicles: list[Pass] = field(default_factory=list)
    # For who runs the roster.
    volunteers: list[Volunteer] = field(default_factory=list)


def search(*, compound: Compound, membership: Standing, text: str, card: str = "") -> Results:
    """Doors that `text` may mean; with `card`, those with a card of that colour. At most ten statements.

    Names are looked at only for roles that may see them, a captain's search stays in the own building.
    """
    only = None if access.sees_all_buildings(membership) else membership.buildings
    households = compound.households.select_related("building")
    if only is not None:
        households = households.filter(building__in=only)
    if card in Household.Card.values:
        return _results([Found(door) for door in households.filter(card=card).order_by("sort_key")[: MOST + 1]])
    words = clean(text)
    if not words:
        return Results([])
    number = room_number(words)
    if number:
        same = households.filter(number=number).order_by("sort_key")
        by_room = {door.pk: Found(door) for door in same[: MOST + 1]}
    else:
        by_room = {door.pk: Found(door) for door in doors_for(compound, words, only=only)}
    if not by_room:
        begins = Q(room__istartswith=words) | Q(number__istartswith=words)
        by_room = {door.pk: Found(door) for door in households.filter(begins).order_by("sort_key")[: MOST + 1]}
    for name, door in _by_name(compound, membership, words, only):
        found = by_room.setdefault(door.pk, Found(door))
        if name not in found.names:
            found.names.append(name)
    doors = _results(sorted(by_room.values(), key=lambda found: found.household.sort_key))
    return replace(
        doors,
        vehicles=_by_plate(compound, membership, words),
        volunteers=_helpers(compound, membership, words),
    )


def _results(found: list[Found]) -> Results:
    return Results(found[:MOST], is_cut=len(found) > MOST)


def _by_name(
    compound: Compound, membership: Standing, words: str, only: frozenset[int] | None
) -> list[tuple[str, Household]]:
    """(name, door) of residents, and of chat nicknames for those who see orders."""
    found: list[tuple[str, Household]] = []
    sees_all_names = membership.has(*SEE_NAMES)
    if sees_all_names or membership.buildings:
        residents = Resident.objects.filter(household__compound=compound, name__icontains=words)
        if not sees_all_names:
            residents = residents.filter(household__building__in=membership.buildings)
        rows = residents.select_related("household__building").order_by("household__sort_key", "id")
        found += [(resident.name, resident.household) for resident in rows[: MOST + 1]]
    if access.can_see_orders(membership):
        nicknames = Nickname.objects.filter(compound=compound, name__icontains=words)
        if only is not None:
            nicknames = nicknames.filter(household__building__in=only)
        known = nicknames.select_related("household__building").order_by("household__sort_key", "id")
        found += [(nickname.name, nickname.household) for nickname in known[: MOST + 1]]
    return found


def _helpers(compound: Compound, membership: Standing, words: str) -> list[Volunteer]:
    """Those who help now; with the names of their groups, in two statements."""
    if not access.can_run_roster(membership) or any(c.isdigit() for c in words):
        return []
    rows = Volunteer.objects.filter(compound=compound, ended_at=None, user__name__icontains=words)
    return list(rows.select_related("user").prefetch_related("groups").order_by("user__name", "pk")[:MOST])


def _by_plate(compound: Compound, membership: Standing, words: str) -> list[Pass]:
    """Passes of vehicles; three signs of a plate are the least, since rooms are figures too."""
    plate = "".join(c for c in words.upper() if c.isalnum())
    if len(plate) < 3 or not access.can_see_gates(membership):
        return []
    passes = Pass.objects.filter(compound=compound, kind=Pass.Kind.VEHICLE, plate__contains=plate)
    return list(passes.select_related("household").order_by("revoked_at", "plate")[:MOST])
