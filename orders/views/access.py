"""Fetch and access in one function each, for what hangs below a round. Not there and not allowed look alike: 404."""

import uuid
from typing import NamedTuple

from django.http import Http404, HttpRequest

from compound.access import Standing, sees_all_buildings, sees_building
from compound.models import Building, Compound
from compound.views.access import compound_for
from orders.models import ChainImport, Order, Round, SupplyPoint


class RoundAccess(NamedTuple):
    round: Round
    compound: Compound
    membership: Standing

    @property
    def only(self) -> frozenset[int] | None:
        """Primary keys of the buildings that may be seen; None for all."""
        return seen_buildings(self.membership)


class PasteAccess(NamedTuple):
    chain_import: ChainImport
    compound: Compound
    membership: Standing


class PointAccess(NamedTuple):
    point: SupplyPoint
    compound: Compound
    membership: Standing


class BuildingAccess(NamedTuple):
    round: Round
    building: Building
    compound: Compound
    membership: Standing


def seen_buildings(membership: Standing) -> frozenset[int] | None:
    return None if sees_all_buildings(membership) else membership.buildings


def round_for(request: HttpRequest, code: str, round_id: uuid.UUID, *roles: str) -> RoundAccess:
    """A round of the compound for a member in one of `roles`. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    round = compound.rounds.select_related("supply_point").filter(pk=round_id).first()
    if round is None:
        raise Http404
    round.compound = compound
    return RoundAccess(round, compound, membership)


def point_for(request: HttpRequest, code: str, name: str, *roles: str) -> PointAccess:
    """One of the compound's supply points. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    point = compound.supply_points.filter(name=name).first()
    if point is None:
        raise Http404
    point.compound = compound
    return PointAccess(point, compound, membership)


def paste_for(request: HttpRequest, code: str, paste_id: uuid.UUID, *roles: str) -> PasteAccess:
    """A paste of one of the compound's rounds. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    imports = ChainImport.objects.filter(round__compound=compound).select_related(
        "round__supply_point", "source", "pasted_by", "confirmed_by"
    )
    chain_import = imports.filter(pk=paste_id).first()
    if chain_import is None:
        raise Http404
    chain_import.round.compound = compound
    return PasteAccess(chain_import, compound, membership)


def building_for(request: HttpRequest, code: str, round_id: uuid.UUID, name: str, *roles: str) -> BuildingAccess:
    """A round and one of the compound's buildings; a captain gets the own building only. Three queries."""
    round, compound, membership = round_for(request, code, round_id, *roles)
    building = compound.buildings.filter(name=name).first()
    if building is None or not sees_building(membership, building.pk):
        raise Http404
    return BuildingAccess(round, building, compound, membership)


def order_for(request: HttpRequest, code: str, order_id: uuid.UUID, *roles: str) -> tuple[Order, Compound, Standing]:
    """An order of one of the compound's rounds; a captain gets those of the own building. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    orders = Order.objects.filter(round__compound=compound).select_related(
        "round__supply_point", "household", "entered_by", "ended_by", "chain_import__source", "late_for"
    )
    order = orders.filter(pk=order_id).first()
    if order is None or not sees_building(membership, order.household.building_id):
        raise Http404
    order.round.compound = compound
    return order, compound, membership
