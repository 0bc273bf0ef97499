"""Fetch and access in one function for what hangs below a relief round, and for a donation. 404 for both refusals."""

import uuid
from typing import NamedTuple

from django.http import Http404, HttpRequest

from compound import access
from compound.access import Standing, sees_building
from compound.models import Building, Compound
from compound.views.access import compound_for
from orders.models import Donation, Relief
from orders.views.access import seen_buildings


class ReliefAccess(NamedTuple):
    relief: Relief
    compound: Compound
    membership: Standing

    @property
    def only(self) -> frozenset[int] | None:
        """Keys of the buildings that may be seen; None for all."""
        return seen_buildings(self.membership)

    @property
    def can_run(self) -> bool:
        return access.can_run_relief(self.membership)


def relief_for(request: HttpRequest, code: str, relief_id: uuid.UUID, *roles: str) -> ReliefAccess:
    """A relief round of the compound for a member in one of `roles`. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    relief = (
        Relief.objects.filter(compound=compound).select_related("made_by", "closed_by").filter(pk=relief_id).first()
    )
    if relief is None:
        raise Http404
    relief.compound = compound
    return ReliefAccess(relief, compound, membership)


def relief_building_for(
    request: HttpRequest, code: str, relief_id: uuid.UUID, name: str
) -> tuple[ReliefAccess, Building]:
    """A round and one of the compound's buildings for who carries; a captain gets the own one only. Three queries."""
    found = relief_for(request, code, relief_id, *access.DELIVER)
    building = found.compound.buildings.filter(name=name).first()
    if building is None or not sees_building(found.membership, building.pk):
        raise Http404
    return found, building


def donation_for(request: HttpRequest, code: str, donation_id: uuid.UUID) -> tuple[Donation, Compound]:
    """A donation for who runs relief: a donor's name is nobody else's business. Two queries."""
    compound, _membership = compound_for(request, code, *access.RUN_RELIEF)
    gift = Donation.objects.filter(compound=compound).filter(pk=donation_id).first()
    if gift is None:
        raise Http404
    gift.compound = compound
    return gift, compound
