"""From a pattern to hours: walls clocks, turns that walk through the day, nights in which the clock changes."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from roster.rules.slots import Slot, Timing, minutes_of_a_day, slots
from tests.make import SHANGHAI

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.date(2022, 8, 22)
TUESDAY = dt.date(2022, 8, 23)


def hours(timing: Timing, first: dt.date, last: dt.date, tz: ZoneInfo = SHANGHAI) -> list[str]:
    """`23 20:00-24 00:00` on the wall clock."""
    found = slots(timing, tz, first, last)
    return [f"{slot.starts_at.astimezone(tz):%d %H:%M}-{slot.ends_at.astimezone(tz):%d %H:%M}" for slot in found]


def test_slots_when_three_shifts_a_day_leave_no_gap_and_cross_midnight() -> None:
    assert hours(Timing(480, (0, 480, 960)), TUESDAY, TUESDAY) == [
        "23 00:00-23 08:00",
        "23 08:00-23 16:00",
        "23 16:00-24 00:00",
    ]
    assert hours(Timing(720, (1200, 480)), TUESDAY, TUESDAY) == ["23 08:00-23 20:00", "23 20:00-24 08:00"]


def test_slots_when_in_the_small_hours_are_of_the_day_on_the_wall() -> None:
    """Under UTC the date of both would be the 22nd."""
    found = list(slots(Timing(420, (30, 450)), SHANGHAI, TUESDAY, TUESDAY))
    assert found == [
        Slot(dt.datetime(2022, 8, 22, 16, 30, tzinfo=dt.UTC), dt.datetime(2022, 8, 22, 23, 30, tzinfo=dt.UTC), TUESDAY),
        Slot(dt.datetime(2022, 8, 22, 23, 30, tzinfo=dt.UTC), dt.datetime(2022, 8, 23, 6, 30, tzinfo=dt.UTC), TUESDAY),
    ]


def test_slots_when_on_weekdays_leave_the_others_out() -> None:
    timing = Timing(240, (1200,), weekdays=(0, 2))
    assert hours(timing, MONDAY, MONDAY + dt.timedelta(days=6)) == ["22 20:00-23 00:00", "24 20:00-25 00:00"]


def test_slots_when_rolling_walk_through_the_day_from_their_anchor() -> None:
    anchor = dt.datetime(2022, 8, 22, 8, 0, tzinfo=SHANGHAI)
    assert hours(Timing(300, anchor_at=anchor), MONDAY, TUESDAY) == [
        "22 08:00-22 13:00",
        "22 13:00-22 18:00",
        "22 18:00-22 23:00",
        "22 23:00-23 04:00",
        "23 04:00-23 09:00",
        "23 09:00-23 14:00",
        "23 14:00-23 19:00",
        "23 19:00-24 00:00",
    ]
    # The same turns, asked for day by day and long after.
    far = MONDAY + dt.timedelta(days=100)
    whole = hours(Timing(300, anchor_at=anchor), MONDAY, far)
    days = [MONDAY + dt.timedelta(days=number) for number in range(101)]
    assert [each for day in days for each in hours(Timing(300, anchor_at=anchor), day, day)] == whole
    assert len(whole) == (101 * 24 - 8 + 4) // 5


def test_slots_when_the_anchor_is_to_come_begin_with_it() -> None:
    anchor = dt.datetime(2022, 8, 23, 20, 0, tzinfo=SHANGHAI)
    assert hours(Timing(300, anchor_at=anchor), MONDAY, TUESDAY) == ["23 20:00-24 01:00"]


@pytest.mark.parametrize(("day", "lengths"), [(dt.date(2022, 3, 27), [7, 8, 8]), (dt.date(2022, 10, 30), [9, 8, 8])])
def test_slots_when_the_clock_changes_keep_to_the_wall_without_gap(day: dt.date, lengths: list[int]) -> None:
    found = list(slots(Timing(480, (0, 480, 960)), BERLIN, day, day + dt.timedelta(days=1)))
    assert [slot.ends_at for slot in found[:-1]] == [slot.starts_at for slot in found[1:]]
    assert [(slot.ends_at - slot.starts_at) / dt.timedelta(hours=1) for slot in found[:3]] == lengths
    assert [slot.starts_at.astimezone(BERLIN).hour for slot in found] == [0, 8, 16, 0, 8, 16]


def test_slots_when_the_clock_changes_and_they_roll_keep_their_length() -> None:
    anchor = dt.datetime(2022, 3, 26, 20, 0, tzinfo=BERLIN)
    assert hours(Timing(300, anchor_at=anchor), dt.date(2022, 3, 26), dt.date(2022, 3, 27), BERLIN) == [
        "26 20:00-27 01:00",
        "27 01:00-27 07:00",
        "27 07:00-27 12:00",
        "27 12:00-27 17:00",
        "27 17:00-27 22:00",
        "27 22:00-28 03:00",
    ]


def test_slots_when_one_lies_in_the_missing_hour_it_does_not_take_place() -> None:
    timing = Timing(60, (60, 120, 180))
    assert hours(timing, dt.date(2022, 3, 27), dt.date(2022, 3, 27), BERLIN) == [
        "27 01:00-27 03:00",
        "27 03:00-27 04:00",
    ]
    assert len(hours(timing, dt.date(2022, 3, 28), dt.date(2022, 3, 28), BERLIN)) == 3


@pytest.mark.parametrize(
    ("timing", "minutes"),
    [
        (Timing(480, (0, 480, 960)), 1440),
        (Timing(480, (0, 480)), 960),
        (Timing(240, (1200,)), 240),
        (Timing(720, (1200, 480)), 1440),
        (Timing(300, anchor_at=dt.datetime(2022, 8, 22, 8, 0, tzinfo=SHANGHAI)), 1440),
    ],
)
def test_minutes_of_a_day_when_counted_say_how_long_somebody_stands_there(timing: Timing, minutes: int) -> None:
    assert minutes_of_a_day(timing) == minutes
