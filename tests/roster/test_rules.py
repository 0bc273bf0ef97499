"""Each rule alone: a case in which only it speaks, and a twin, one fact apart, in which it is silent."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.rules import ASK, REFUSE, TELL, Hours, Limits, Person, Place, Reason, Turn, is_night, reasons_against
from roster.rules import week_of as monday_of
from roster.rules.nights import night_minutes
from roster.rules.wishes import said_of

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
LIMITS = Limits(tz=SHANGHAI)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
# A Tuesday.
DAY = dt.datetime(2022, 8, 23, tzinfo=SHANGHAI)
MEDICAL, DRIVING, POST = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=9)
EVERY_DAY = tuple(Hours(day, None, 0, 1440, "can") for day in range(7))
NOW = DAY - 2 * 24 * HOUR


def moment(hours: float) -> dt.datetime:
    """Hours from Tuesday's midnight."""
    return DAY + hours * HOUR


def person(**facts: Any) -> Person:
    return Person(**{"id": uuid.UUID(int=7), "user_id": 7, "name": "冯磊", "hours": EVERY_DAY, **facts})


def place(start: float = 12, hours: float = 4, **facts: Any) -> Place:
    since = moment(start)
    values = {"duty_on": since.date(), "maximum": 3, "post": "东门岗", **facts}
    return Place(id=uuid.UUID(int=5), post_id=POST, starts_at=since, ends_at=since + hours * HOUR, **values)


def turn(start: float, hours: float = 4, *, is_night: bool = False, **facts: Any) -> Turn:
    since = moment(start)
    values = {"post": "西门岗", **facts}
    return Turn(uuid.uuid4(), uuid.uuid4(), since, since + hours * HOUR, is_night, since.date(), **values)


def against(who: Person, where: Place, limits: Limits = LIMITS, at: dt.datetime = NOW) -> list[Reason]:
    return reasons_against(who, where, limits, at)


# Rule, what stands against it, and the twin of which nothing does.
CASES: dict[str, tuple[str, tuple[Person, Place, Limits, dt.datetime], tuple[Person, Place, Limits, dt.datetime]]] = {
    "cancelled": (REFUSE, (person(), place(is_cancelled=True), LIMITS, NOW), (person(), place(), LIMITS, NOW)),
    "over": (REFUSE, (person(), place(), LIMITS, moment(16)), (person(), place(), LIMITS, moment(16) - MINUTE)),
    "not_active": (REFUSE, (person(is_active=False), place(), LIMITS, NOW), (person(), place(), LIMITS, NOW)),
    "on_it_already": (
        REFUSE,
        (person(), place(taken=1, on_it=frozenset({uuid.UUID(int=7)})), LIMITS, NOW),
        (person(), place(taken=1, on_it=frozenset({uuid.UUID(int=8)})), LIMITS, NOW),
    ),
    "full": (REFUSE, (person(), place(taken=3), LIMITS, NOW), (person(), place(taken=2), LIMITS, NOW)),
    "overlap": (
        REFUSE,
        (person(turns=(turn(15.9, 1),)), place(12), replace(LIMITS, rest_minutes=0), NOW),
        (person(turns=(turn(16, 1),)), place(12), replace(LIMITS, rest_minutes=0), NOW),
    ),
    "rest": (
        ASK,
        (person(turns=(turn(0.1, 4),)), place(12, 1), LIMITS, NOW),
        (person(turns=(turn(0, 4),)), place(12, 1), LIMITS, NOW),
    ),
    "week_hours": (
        ASK,
        (person(hours_a_week=3), place(), LIMITS, NOW),
        (person(hours_a_week=4), place(), LIMITS, NOW),
    ),
    "week_nights": (
        ASK,
        (person(nights_a_week=0), place(is_night=True), LIMITS, NOW),
        (person(nights_a_week=1), place(is_night=True), LIMITS, NOW),
    ),
    "long_day": (
        ASK,
        (person(), place(8, 8), replace(LIMITS, warn_minutes=479, most_minutes=479), NOW),
        (person(), place(8, 8), replace(LIMITS, warn_minutes=481, most_minutes=481), NOW),
    ),
    "skill": (
        ASK,
        (person(), place(taken=2, needs={MEDICAL: 1}), LIMITS, NOW),
        (person(skills=frozenset({MEDICAL})), place(taken=2, needs={MEDICAL: 1}), LIMITS, NOW),
    ),
    "stairs": (
        ASK,
        (person(ground_floor_only=True), place(has_stairs=True), LIMITS, NOW),
        (person(ground_floor_only=True), place(), LIMITS, NOW),
    ),
    "cannot": (
        ASK,
        (person(hours=(*EVERY_DAY, Hours(1, None, 900, 1080, "cannot"))), place(), LIMITS, NOW),
        (person(hours=(*EVERY_DAY, Hours(1, None, 960, 1080, "cannot"))), place(), LIMITS, NOW),
    ),
    "rather_not": (
        TELL,
        (person(hours=(*EVERY_DAY, Hours(None, DAY.date(), 0, 721, "rather_not"))), place(), LIMITS, NOW),
        (person(hours=(*EVERY_DAY, Hours(None, DAY.date(), 0, 720, "rather_not"))), place(), LIMITS, NOW),
    ),
    "not_said": (
        TELL,
        (person(hours=(Hours(1, None, 721, 1440, "can"),)), place(), LIMITS, NOW),
        (person(hours=(Hours(1, None, 720, 1440, "can"),)), place(), LIMITS, NOW),
    ),
    "long_day_soon": (
        TELL,
        (person(), place(8, 6), LIMITS, NOW),
        (person(), place(8, 5.9), LIMITS, NOW),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_each_rule_when_only_it_is_broken_speaks_alone_and_its_twin_is_silent(code):
    effect, broken, twin = CASES[code]

    assert [(one.code, one.effect) for one in reasons_against(*broken)] == [(code, effect)]
    assert reasons_against(*twin) == []


def test_several_rules_when_broken_are_all_named_the_heaviest_first():
    who = person(turns=(turn(13),), ground_floor_only=True, hours_a_week=4)

    found = against(who, place(taken=3, has_stairs=True))

    assert [one.code for one in found] == ["full", "overlap", "week_hours", "stairs", "long_day_soon"]


def test_overlap_when_it_is_over_midnight_says_since_when_until_when_and_where():
    (reason,) = against(person(turns=(turn(-2, 7),), hours_a_week=99), place(4.5), replace(LIMITS, rest_minutes=0))

    assert reason.code == "overlap"
    assert {key: str(one) for key, one in reason.params.items()} == {
        "since": "2022-08-22 22:00:00+08:00", "until": "2022-08-23 05:00:00+08:00", "post": "西门岗"
    }  # fmt: skip


def test_rest_after_a_night_when_it_was_one_is_eleven_hours_else_eight():
    after_night = person(turns=(turn(-2, 4, is_night=True),))

    (reason,) = against(after_night, place(12, 1))
    assert (reason.code, reason.params["free_at"], reason.params["minutes"]) == ("rest", moment(13), 660)
    assert against(after_night, place(13, 1)) == []
    assert against(person(turns=(turn(-2, 4),)), place(12, 1)) == []


def test_rest_before_the_next_shift_when_this_one_is_a_night_counts_as_well():
    """Whoever stands from 0 to 6 may not be down for 14:00 already."""
    who = person(turns=(turn(16, 1),))

    (reason,) = against(who, place(0, 6, is_night=True), replace(LIMITS, warn_minutes=480))
    assert (reason.code, reason.params["until"], reason.params["free_at"]) == ("rest", moment(16), moment(17))
    assert against(who, place(0, 5, is_night=True), replace(LIMITS, warn_minutes=480)) == []


def test_back_to_back_shifts_when_no_rest_is_asked_for_do_not_collide():
    no_rest = replace(LIMITS, rest_minutes=0, most_minutes=720, warn_minutes=721)

    assert against(person(turns=(turn(8), turn(16))), place(12), no_rest) == []


def test_week_hours_when_a_shift_lies_before_monday_midnight_belongs_to_the_week_before():
    """23 August 2022 is a Tuesday: Sunday 23:30 to 07:30 starts in the week before, Monday 00:30 in this one."""
    sunday, monday = turn(-24.5, 8), turn(-23.5, 7)

    assert against(person(turns=(sunday,), hours_a_week=11), place()) == []
    (reason,) = against(person(turns=(monday,), hours_a_week=10), place())
    assert (reason.code, reason.params) == ("week_hours", {"hours": 11.0, "most": 10})
    assert against(person(turns=(monday,), hours_a_week=11), place()) == []


def test_week_nights_when_the_third_night_is_asked_counts_the_two_before():
    nights = (turn(-24, 1, is_night=True), turn(96, 1, is_night=True))

    (reason,) = against(person(turns=nights, nights_a_week=2), place(is_night=True))
    assert (reason.code, reason.params) == ("week_nights", {"nights": 3, "most": 2})
    assert against(person(turns=nights, nights_a_week=3), place(is_night=True)) == []
    assert against(person(turns=nights, nights_a_week=2), place()) == []


def test_own_limit_of_zero_when_set_is_a_limit_and_no_missing_value():
    assert [one.code for one in against(person(hours_a_week=0), place())] == ["week_hours"]


def test_long_day_when_two_shifts_start_on_one_day_adds_them_up():
    who = person(turns=(turn(0, 4),))

    (reason,) = against(who, place(12, 5))
    assert (reason.code, reason.params) == ("long_day", {"minutes": 540, "most": 480})
    assert [one.code for one in against(who, place(12, 4))] == ["long_day_soon"]


def test_last_seat_when_the_skill_is_there_already_is_for_anybody():
    assert against(person(), place(taken=2, needs={MEDICAL: 1}, has={MEDICAL: 1})) == []
    assert against(person(), place(taken=1, needs={MEDICAL: 1})) == []
    (reason,) = against(person(skills=frozenset({DRIVING})), place(taken=1, needs={MEDICAL: 2, DRIVING: 1}))
    assert (reason.code, reason.params) == ("skill", {"skills": [MEDICAL]})


def test_offered_seat_when_it_is_theirs_is_not_taken_from_them():
    offered = place(taken=3, offered_to=frozenset({uuid.UUID(int=7)}), needs={MEDICAL: 1})

    assert against(person(skills=frozenset({MEDICAL})), offered) == []
    assert [one.code for one in against(person(id=uuid.UUID(int=8)), offered)] == ["full", "skill"]


def test_own_turn_of_the_same_shift_when_judged_again_is_no_second_one():
    here = place()
    mine = Turn(uuid.uuid4(), here.id, here.starts_at, here.ends_at, True, here.duty_on)

    assert against(person(turns=(mine,), hours_a_week=4, nights_a_week=1), replace(here, is_night=True)) == []


# -- wishes -------------------------------------------------------------------------------------------------------


def said(*hours: Hours, start: float = 12, length: float = 4) -> frozenset[str | None]:
    return said_of(hours, moment(start), moment(start + length), SHANGHAI)


def test_wish_of_an_evening_when_it_runs_over_midnight_covers_the_next_morning():
    monday_night = Hours(0, None, 1200, 1920, "can")

    assert said(monday_night, start=0.5, length=7) == {"can"}
    assert said(monday_night, start=0.5, length=8) == {"can", None}
    assert said(monday_night, start=24.5, length=7) == {None}


def test_wish_for_a_date_when_there_is_one_beats_the_weekday_only_in_its_own_hours():
    every_week = Hours(1, None, 0, 1440, "can")

    assert said(every_week, Hours(None, DAY.date(), 840, 900, "cannot")) == {"can", "cannot"}
    assert said(every_week, Hours(None, DAY.date(), 480, 720, "cannot")) == {"can"}
    assert said(Hours(1, None, 0, 1440, "cannot"), Hours(None, DAY.date(), 720, 960, "can")) == {"can"}


def test_two_wishes_of_one_weekday_when_they_differ_the_more_careful_one_counts():
    assert said(Hours(1, None, 0, 1440, "can"), Hours(1, None, 60, 1440, "rather_not")) == {"rather_not"}


@given(st.integers(0, 1439), st.integers(1, 1440), st.integers(0, 2879), st.integers(1, 1440))
def test_wish_of_any_hours_says_can_exactly_where_it_covers(start, length, since, more):
    until = min(since + more, 2880)
    row = Hours(1, None, since, until, "can")
    covered = max(0, min(start + length, until) - max(start, since))

    expected = ({"can"} if covered else set()) | ({None} if covered < length else set())

    if since < 1440 and until > since:
        assert said_of((row,), moment(start / 60), moment((start + length) / 60), SHANGHAI) == expected


# -- nights -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "minutes"),
    [(20, 4, 120), (21, 4, 180), (0.5, 7, 330), (22, 8, 480), (6, 16, 0), (16, 8, 120), (5.5, 8, 30), (4, 24, 480)],
)
def test_night_minutes_when_a_shift_touches_the_night_are_those_between_22_and_6(start, hours, minutes):
    since = moment(start)

    assert night_minutes(since, since + hours * HOUR, LIMITS) == minutes
    assert is_night(since, since + hours * HOUR, LIMITS) is (minutes >= 180)


def test_night_when_it_lies_after_midnight_only_is_found_too():
    limits = replace(LIMITS, night_from=dt.time(0), night_until=dt.time(5))

    assert night_minutes(moment(-2), moment(6), limits) == 300
    assert night_minutes(moment(5), moment(24), limits) == 0


def berlin(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        (berlin(2022, 3, 26, 22), berlin(2022, 3, 27, 6), 420),
        (berlin(2022, 10, 29, 22), berlin(2022, 10, 30, 6), 540),
        (berlin(2022, 6, 1, 22), berlin(2022, 6, 2, 6), 480),
    ],
)
def test_night_when_the_clock_changes_has_the_minutes_that_pass(since, until, minutes):
    assert night_minutes(since, until, Limits(tz=BERLIN)) == minutes
    assert Turn(uuid.uuid4(), uuid.uuid4(), since, until, True, since.date()).minutes == minutes


def test_rest_when_the_clock_goes_forward_is_counted_in_hours_that_pass():
    """18:00 to 22:00, then eight hours of rest: 06:00 on the wall without the change, 07:00 with it."""
    before = Turn(
        uuid.uuid4(), uuid.uuid4(), berlin(2022, 3, 26, 18), berlin(2022, 3, 26, 22), False, dt.date(2022, 3, 26)
    )
    who = person(turns=(before,))

    def morning(hour: int) -> Place:
        since = berlin(2022, 3, 27, hour)
        return Place(uuid.uuid4(), POST, since, since + 4 * HOUR, dt.date(2022, 3, 27), maximum=1)

    (reason,) = reasons_against(who, morning(6), Limits(tz=BERLIN), berlin(2022, 3, 1, 0))
    assert (reason.code, f"{reason.params['free_at']:%H:%M}") == ("rest", "07:00")
    assert reasons_against(who, morning(7), Limits(tz=BERLIN), berlin(2022, 3, 1, 0)) == []


@pytest.mark.parametrize(
    ("day", "monday"),
    [("2022-08-22", "2022-08-22"), ("2022-08-28", "2022-08-22"), ("2023-01-01", "2022-12-26")],
)
def test_week_of_a_day_is_named_by_its_monday(day, monday):
    assert monday_of(dt.date.fromisoformat(day)) == dt.date.fromisoformat(monday)


# -- arithmetic ---------------------------------------------------------------------------------------------------

MINUTES = st.integers(-3 * 1440, 3 * 1440)
LENGTHS = st.integers(30, 1440)


def quiet(**limits: Any) -> Limits:
    """No rule but the one that is looked at."""
    values = {"rest_minutes": 0, "night_rest_minutes": 0, "hours_a_week": 168, "nights_a_week": 7, "most_minutes": 9999}
    return replace(LIMITS, **{**values, "warn_minutes": 9999, **limits})


@given(MINUTES, LENGTHS, MINUTES, LENGTHS)
def test_any_two_shifts_overlap_exactly_when_they_share_a_minute(a, a_long, b, b_long):
    who, where = person(turns=(turn(a / 60, a_long / 60),)), place(b / 60, b_long / 60)
    shared = min(a + a_long, b + b_long) - max(a, b)

    assert [one.code for one in against(who, where, quiet(), moment(-999))] == (["overlap"] if shared > 0 else [])


@given(MINUTES, LENGTHS, MINUTES, LENGTHS, st.booleans(), st.booleans())
def test_any_two_shifts_are_too_close_exactly_when_the_gap_is_shorter_than_the_rest(
    a, a_long, b, b_long, first, second
):
    who = person(turns=(turn(a / 60, a_long / 60, is_night=first),))
    where = place(b / 60, b_long / 60, is_night=second)
    limits = quiet(rest_minutes=480, night_rest_minutes=660)
    found = [one.code for one in against(who, where, limits, moment(-999)) if one.code == "rest"]

    after, before = b - (a + a_long), a - (b + b_long)
    too_close = 0 <= after < (660 if first else 480) or 0 <= before < (660 if second else 480)
    assert found == (["rest"] if too_close else [])


@given(st.lists(st.tuples(MINUTES, LENGTHS), max_size=6), st.integers(0, 168))
def test_hours_of_any_week_are_refused_exactly_above_the_limit(turns, most):
    who = person(turns=tuple(turn(start / 60, long / 60) for start, long in turns), hours_a_week=most)
    total = 240 + sum(long for start, long in turns if monday_of(moment(start / 60).date()) == monday_of(DAY.date()))

    found = [one.code for one in against(who, place(), quiet(), moment(-999)) if one.code == "week_hours"]

    assert found == (["week_hours"] if total > most * 60 else [])
