"""Fetch and access of one errand in one function. Not there and not allowed look alike: 404."""

import uuid
from typing import NamedTuple

from django.http import Http404, HttpRequest

from compound import access
from compound.access import Standing, sees_building
from compound.models import Compound
from compound.views.access import compound_for, me
from errands.models import Errand
from errands.services.acts import had_it


class ErrandAccess(NamedTuple):
    """`sees_all`: what is wanted is read by whoever runs errands, wrote it down, or has or had it; else that there is
    one. `is_runner`: it is this member's to carry out."""

    errand: Errand
    compound: Compound
    membership: Standing
    can_run: bool
    is_runner: bool
    sees_all: bool


def errand_for(request: HttpRequest, code: str, errand_id: uuid.UUID, *roles: str) -> ErrandAccess:
    """An errand for whoever may do errands (or is in one of `roles`); a captain gets those of the own building.

    One that has ended is there only for those who may read it. Two queries, three for who has not got it.
    """
    compound, membership = compound_for(request, code, *(roles or access.DO_ERRANDS))
    errands = Errand.objects.filter(compound=compound).select_related("household__building", "supply_point", "taken_by")
    errand = errands.filter(pk=errand_id).first()
    if errand is None or not sees_building(membership, errand.household.building_id):
        raise Http404
    errand.compound = compound
    user, can_run = me(request), access.can_run_errands(membership)
    is_runner = errand.taken_by_id == user.pk
    sees_all = can_run or is_runner or errand.asked_by_id == user.pk or had_it(errand, user.pk)
    if not sees_all and (not errand.is_open or errand.taken_by_id is not None):
        raise Http404
    return ErrandAccess(errand, compound, membership, can_run, is_runner, sees_all)
