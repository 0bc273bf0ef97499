"""Fetch and access in one function each, for what hangs below a gate. Not there and not allowed look alike: 404."""

import uuid
from typing import NamedTuple

from django.http import Http404, HttpRequest

from compound.access import Standing
from compound.models import Compound
from compound.views.access import compound_for
from gate.models import Check, Conflict


class CheckAccess(NamedTuple):
    check: Check
    compound: Compound
    membership: Standing


class ConflictAccess(NamedTuple):
    conflict: Conflict
    compound: Compound
    membership: Standing


def check_for(request: HttpRequest, code: str, check_id: uuid.UUID, *roles: str) -> CheckAccess:
    """A row of the compound's log for a member in one of `roles`. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    rows = Check.objects.filter(compound=compound, pk=check_id).select_related(
        "gate", "device", "by", "household__building", "gate_pass", "rulebook__building"
    )
    check = rows.first()
    if check is None:
        raise Http404
    check.compound = compound
    return CheckAccess(check, compound, membership)


def conflict_for(request: HttpRequest, code: str, conflict_id: uuid.UUID, *roles: str) -> ConflictAccess:
    """A conflict of the compound for a member in one of `roles`. Two queries."""
    compound, membership = compound_for(request, code, *roles)
    conflict = Conflict.objects.filter(compound=compound, pk=conflict_id).select_related("household").first()
    if conflict is None:
        raise Http404
    conflict.compound = compound
    return ConflictAccess(conflict, compound, membership)
