"""Volunteers with their own phones: a client for each, and shifts around 23 August 2022, 11:00."""

import datetime as dt

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roster.models import Assignment, GroupMember, Volunteer
from tests import make
from tests.make import ELEVEN, SHANGHAI

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DUTY = "/c/xingfuli/duty/"


def phone(person: Volunteer) -> Client:
    client = Client()
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def feng(of, **more) -> Volunteer:
    return make.volunteer(of, "冯磊", "13000000007", **more)


def song(of, **more) -> Volunteer:
    return make.volunteer(of, "宋佳", "13000000021", **more)


def lead(group, person: Volunteer, part: str = "leader") -> None:
    GroupMember.objects.create(group=group, volunteer=person, compound=group.compound, part=part)


def moment(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """In August 2022; the 23rd is today."""
    return dt.datetime(2022, 8, day, hour, minute, tzinfo=SHANGHAI)


def worked(at_post, person: Volunteer, starts_at: dt.datetime, **more) -> Assignment:
    return make.assignment(make.shift(at_post, starts_at, **more), person, "signed_out")


def queries_of(client: Client, url: str) -> int:
    """Of a second visit: the first one makes the row of the compound's rules."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def said(answer) -> list[str]:
    """The messages that the page after a redirect shows."""
    return [str(message) for message in answer.context["messages"]]


__all__ = ["DAY", "DUTY", "ELEVEN", "HOUR", "feng", "lead", "moment", "phone", "queries_of", "said", "song", "worked"]
