"""The one door of the roster's pages: fetch and access in one function."""

from typing import NamedTuple

from django.http import Http404, HttpRequest

from compound.models import Compound
from compound.views.access import compound_for
from roster.access import Duty, duty_of
from roster.models import Volunteer


class Place(NamedTuple):
    """Unpacks as `compound, duty = duty_for(request, code)`."""

    compound: Compound
    duty: Duty


class OwnPlace(NamedTuple):
    """Unpacks as `compound, duty, volunteer = volunteer_for(request, code)`."""

    compound: Compound
    duty: Duty
    volunteer: Volunteer


def duty_for(request: HttpRequest, code: str) -> Place:
    """Any member, with what they are in the roster. Raises Http404 for everybody else. Three queries."""
    compound, standing = compound_for(request, code)
    return Place(compound, duty_of(standing))


def volunteer_for(request: HttpRequest, code: str) -> OwnPlace:
    """A volunteer, for the own pages. Raises Http404 for whoever is none. Three queries."""
    compound, duty = duty_for(request, code)
    if duty.volunteer is None:
        raise Http404
    return OwnPlace(compound, duty, duty.volunteer)


def leader_for(request: HttpRequest, code: str) -> Place:
    """The coordinator, or whoever leads a group. Raises Http404 for everybody else. Three queries."""
    compound, duty = duty_for(request, code)
    if not duty.runs_roster and not duty.leads:
        raise Http404
    return Place(compound, duty)
