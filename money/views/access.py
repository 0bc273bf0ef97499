"""Fetch and access in one function each. Not there and not allowed look alike: 404."""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest
from django.urls import reverse

from compound import access
from compound.access import Standing, sees_all_buildings, sees_building
from compound.models import Building, Compound, Household, User
from compound.views.access import compound_for, me
from money.models import Entry
from money.queries.overview import people_of
from money.queries.unpriced import Unpriced


class DoorAccess(NamedTuple):
    household: Household
    compound: Compound
    membership: Standing


class BuildingAccess(NamedTuple):
    building: Building
    compound: Compound
    membership: Standing


class EntryAccess(NamedTuple):
    entry: Entry
    household: Household | None
    compound: Compound
    membership: Standing
    # Who may put only the own payment right; None for who runs the money.
    holder: User | None


class Place(NamedTuple):
    """What a form about money needs to know of whoever fills it in: the arguments of `PlaceForm`."""

    people: list[User]
    only: User | None

    def kwargs(self) -> dict[str, Any]:
        return {"people": self.people, "only": self.only}


def place_of(request: HttpRequest, membership: Standing) -> Place:
    """Who runs the money says where it is; everybody else has taken it himself."""
    if access.can_run_money(membership):
        return Place(people_of(membership.compound), None)
    return Place([], me(request))


def prices_url(membership: Standing, unpriced: Sequence[Unpriced]) -> str:
    """Where the price of the first of them is entered; '' for who may not."""
    if not unpriced or not membership.has(*access.SHOP):
        return ""
    return reverse("orders:receipts", kwargs={"code": membership.compound.code, "round": unpriced[0].round.pk})


def seen_buildings(membership: Standing) -> frozenset[int] | None:
    return None if sees_all_buildings(membership) else membership.buildings


def door_for(request: HttpRequest, code: str, room: str, *roles: str) -> DoorAccess:
    """A household for a member in one of `roles`; a captain gets those of the own building. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    household = compound.households.select_related("building").filter(room=room).first()
    if household is None or not sees_building(membership, household.building_id):
        raise Http404
    household.compound = compound
    return DoorAccess(household, compound, membership)


def building_for(request: HttpRequest, code: str, name: str, *roles: str) -> BuildingAccess:
    compound, membership = compound_for(request, code, *roles)
    building = compound.buildings.filter(name=name).first()
    if building is None or not sees_building(membership, building.pk):
        raise Http404
    return BuildingAccess(building, compound, membership)


def entry_for(request: HttpRequest, code: str, entry_id: uuid.UUID) -> EntryAccess:
    """An entry for who may take it back: who runs the money, and of a payment whoever wrote it down."""
    compound, membership = compound_for(request, code, *access.TAKE_PAYMENTS)
    entry = Entry.objects.select_related("reverses").filter(compound=compound, pk=entry_id).first()
    if entry is None:
        raise Http404
    entry.compound = compound
    sides = entry.postings.select_related("account__household")
    household = next((side.account.household for side in sides if side.account.household), None)
    holder = None if access.can_run_money(membership) else me(request)
    if holder is not None:
        own = entry.kind == Entry.Kind.PAYMENT and entry.entered_by_id == holder.pk
        if not own or household is None or not sees_building(membership, household.building_id):
            raise Http404
    return EntryAccess(entry, household, compound, membership, holder)
