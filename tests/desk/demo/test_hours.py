"""The demo is made at any hour, and in a compound of any size; its now is then."""

import datetime as dt

import pytest

from compound.models import Compound
from desk.demo.roster_people import VOLUNTEERS
from roster.models import Assignment, Volunteer
from roster.queries.on_duty import on_duty
from tests import make


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hour", "minute", "households", "days", "least"), [(0, 30, 40, 2, 3), (8, 0, 1, 1, 4), (23, 50, 9, 1, 3)]
)
def test_demo_at_any_hour_has_volunteers_on_duty_and_one_missing_at_a_gate(
    make_demo, clock, hour, minute, households, days, least
):
    now = dt.datetime(2022, 8, 23, hour, minute, tzinfo=make.SHANGHAI)
    clock(now)
    make_demo(households=households, days=days)
    demo = Compound.objects.get(code="demo")
    assert Volunteer.objects.filter(compound=demo).count() == VOLUNTEERS
    assert Assignment.objects.filter(compound=demo, state="signed_in").count() >= least
    assert [row.post.kind for row in on_duty(demo, now) if row.missing] == ["gate"]
