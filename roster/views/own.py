"""Fetch and access for what is one's own: somebody else's looks as if it were not there."""

import uuid
from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest

from compound.models import Compound
from compound.refusals import Refusal
from roster.access import Duty
from roster.models import Assignment, StandIn, Volunteer
from roster.queries.my import my_assignment
from roster.queries.requests import request_to_answer
from roster.views.access import volunteer_for


class OwnShift(NamedTuple):
    """Unpacks as `compound, duty, volunteer, assignment = own_shift_for(request, code, pk)`."""

    compound: Compound
    duty: Duty
    volunteer: Volunteer
    assignment: Assignment


class OwnRequest(NamedTuple):
    compound: Compound
    volunteer: Volunteer
    request: StandIn


def own_shift_for(request: HttpRequest, code: str, assignment_id: uuid.UUID) -> OwnShift:
    """A volunteer's own assignment. Raises Http404 for everybody else's. Four queries."""
    compound, duty, volunteer = volunteer_for(request, code)
    assignment = my_assignment(volunteer, assignment_id)
    if assignment is None or assignment.state == Assignment.State.PROPOSED:
        # A proposal is the coordinator's until it is published.
        raise Http404
    assignment.compound = compound
    assignment.volunteer = volunteer
    return OwnShift(compound, duty, volunteer, assignment)


def asked_for(request: HttpRequest, code: str, request_id: uuid.UUID) -> OwnRequest:
    """A stand-in request that this volunteer may answer: it names them, or it is for everybody. Four queries."""
    compound, _duty, volunteer = volunteer_for(request, code)
    found = request_to_answer(compound, volunteer, request_id)
    if found is None:
        raise Http404
    return OwnRequest(compound, volunteer, found)


def own_request_for(request: HttpRequest, code: str, request_id: uuid.UUID) -> OwnRequest:
    """A stand-in request for one of the volunteer's own shifts. Four queries."""
    compound, _duty, volunteer = volunteer_for(request, code)
    rows = StandIn.objects.filter(pk=request_id, assignment__volunteer=volunteer)
    found = rows.select_related("assignment__shift__post").first()
    if found is None:
        raise Http404
    return OwnRequest(compound, volunteer, found)


def done(request: HttpRequest, act: Callable[[], object], words: str) -> bool:
    """Does it and says so, or says why not."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, words)
    return True
