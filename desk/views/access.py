"""Fetch and access in one function each, for the desk's pages. Not there and not allowed look alike: 404."""

from typing import NamedTuple

from django.http import Http404, HttpRequest

from compound import access
from compound.access import Standing
from compound.models import Compound, Household
from compound.views.access import compound_for
from desk.queries.household import may


class HouseholdAccess(NamedTuple):
    household: Household
    compound: Compound
    membership: Standing


def household_for(request: HttpRequest, code: str, room: str, *roles: str) -> HouseholdAccess:
    """A door by its room for a member in one of `roles` (default: who may see households).

    A captain gets those of the own building. Two queries.
    """
    roles = roles or access.SEE_HOUSEHOLDS
    compound, membership = compound_for(request, code, *roles)
    households = compound.households.select_related("building", "unit", "card_by")
    household = households.filter(room=room).first()
    if household is None or not may(membership, household, roles):
        raise Http404
    household.compound = compound
    return HouseholdAccess(household, compound, membership)
