"""A person's shifts as an iCalendar file (RFC 5545): rows in, bytes out. No database, no clock, no request.

Moments are written in UTC, which no calendar misreads: 00:30 in Shanghai is 16:30Z of the day before, and a phone
shows 00:30 of the right day again. What is written depends on nothing but the rows, so that the bytes are equal
until something changes.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Alarm, Calendar, Event

PRODUCT = "-//Shouwang//Roster//ZH"
# How often a program should ask again. Hints: Google asks when it likes, every few hours.
ASK_AGAIN = dt.timedelta(hours=1)
WARN_BEFORE = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One shift of one person. `revision` only grows: a program takes a change from it."""

    id: uuid.UUID
    revision: int
    changed_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str
    where: str = ""
    text: str = ""
    url: str = ""
    is_cancelled: bool = False


def calendar_file(*, name: str, zone: str, entries: Iterable[Entry]) -> bytes:
    """`name` is what the calendar is called on the phone, `zone` the compound's."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # RFC 7986, and what programs read that are older.
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", str(entry.id))
    event.add("sequence", entry.revision)
    changed_at = entry.changed_at.astimezone(dt.UTC)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", entry.starts_at.astimezone(dt.UTC))
    event.add("dtend", entry.ends_at.astimezone(dt.UTC))
    event.add("summary", entry.title)
    if entry.where:
        event.add("location", entry.where)
    if entry.text:
        event.add("description", entry.text)
    if entry.url:
        event.add("url", entry.url)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    if not entry.is_cancelled:
        event.add_component(_alarm(entry))
    return event


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", -WARN_BEFORE)
    return alarm
