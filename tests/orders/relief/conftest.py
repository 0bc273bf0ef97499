"""Building 3 with two units and building 20, and one round of a parcel for each of their four households."""

import datetime as dt
import uuid

import pytest

from compound.access import standing_of
from compound.models import Role
from orders.events import form_act, take_act
from orders.services.relief import make_relief
from tests import make
from tests.make import ELEVEN

HOUR = dt.timedelta(hours=1)
ROOMS = ("3-1-101", "3-1-501", "3-2-501", "20-1702")


@pytest.fixture
def compound():
    compound = make.compound()
    for room in ROOMS:
        make.household(compound, room)
    make.household(compound, "20-1703", head_count=0)
    return compound


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def volunteer(compound):
    return make.member(compound, Role.VOLUNTEER)


@pytest.fixture
def supply(compound):
    return make.member(compound, Role.SUPPLY)


@pytest.fixture
def captain(compound):
    return make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name="3"))


@pytest.fixture
def relief(compound, coordinator):
    return round_of(compound, coordinator)


def round_of(compound, by, **more):
    values = {"title": "第三批蔬菜包", "content": "白菜、萝卜、鸡蛋", "count_by": "household", "per_count": 1}
    return make_relief(**{**values, "who": {"occupied": True}, "at": ELEVEN, **more}, compound=compound, by=by)


def tap(relief, room, do="handed", *, by, at=ELEVEN, id=None, **body):
    """One act at a door as a phone sends it; what it is answered."""
    standing = standing_of(by, relief.compound.code)
    said = {"relief": str(relief.pk), "room": room, "do": do, **body}
    return take_act(form_act(id=id or uuid.uuid4(), standing=standing, kind="relief", at=at, body=said))[0]


def at_door(relief, room):
    """What stands there: outcome, parcels, by whom."""
    parcel = relief.parcels.select_related("outcome_by").get(household__room=room)
    return parcel.outcome, parcel.handed, parcel.outcome_by.name if parcel.outcome_by else ""
