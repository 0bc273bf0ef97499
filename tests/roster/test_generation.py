"""Shifts made ahead: once, on the right day, as night or not, and never over what somebody did by hand."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from compound.models import AuditEntry, Compound
from roster.models import Post, Shift, ShiftPattern
from roster.services.generation import generate, generate_ahead
from tests import make
from tests.make import ELEVEN, SHANGHAI

pytestmark = pytest.mark.django_db
TODAY = ELEVEN.date()
DAY = dt.timedelta(days=1)


@pytest.fixture
def of() -> Compound:
    return make.compound()


@pytest.fixture
def east(of: Compound) -> Post:
    return make.post(of, seats=2)


def starts(**which: Any) -> list[str]:
    rows = Shift.objects.filter(**which).order_by("starts_at")
    return [f"{row.starts_at.astimezone(SHANGHAI):%d %H:%M}" for row in rows]


def run(of: Compound, days: int = 1, at: dt.datetime = ELEVEN) -> int:
    return generate(compound=of, until=TODAY + days * DAY, by=None, at=at)


def test_generate_makes_what_is_going_on_and_what_comes_with_the_posts_seats(of: Compound, east: Post) -> None:
    pattern = make.pattern(east)
    assert run(of) == 5
    assert starts() == ["23 08:00", "23 16:00", "24 00:00", "24 08:00", "24 16:00"]
    assert set(Shift.objects.values_list("minimum", "maximum", "pattern")) == {(2, 2, pattern.pk)}
    audit = AuditEntry.objects.get()
    assert (audit.action, audit.params, audit.by_id) == (
        "roster.generated",
        {"until": "2022-08-24", "count": 5},
        None,
    )


def test_generate_when_repeated_makes_nothing_twice_and_costs_two_queries(
    of: Compound, east: Post, django_assert_num_queries: Any
) -> None:
    make.pattern(east)
    run(of)
    # A savepoint around it, and one question.
    with django_assert_num_queries(3):
        assert run(of) == 0
    assert (run(of, 2), Shift.objects.count()) == (3, 8)


def test_generate_when_hours_were_changed_by_hand_does_not_make_the_turn_again(of: Compound, east: Post) -> None:
    pattern = make.pattern(east)
    run(of)
    moved = Shift.objects.get(starts_at=ELEVEN.replace(hour=16))
    moved.starts_at, moved.edited_at = ELEVEN.replace(hour=17), ELEVEN
    moved.save()
    Shift.objects.filter(starts_at=ELEVEN.replace(hour=8)).update(cancelled_at=ELEVEN)
    pattern.generated_until = None
    pattern.save()
    assert run(of) == 0
    assert starts(cancelled_at=None) == ["23 17:00", "24 00:00", "24 08:00", "24 16:00"]


@pytest.mark.parametrize(
    ("minute", "length", "night"),
    [(30, 420, True), (450, 420, False), (1200, 240, False), (1200, 720, True), (1320, 180, True), (1320, 179, False)],
)
def test_generate_when_in_the_small_hours_stands_on_its_day_and_knows_the_night(
    of: Compound, east: Post, minute: int, length: int, night: bool
) -> None:
    make.pattern(east, starts=[minute], minutes=length, starts_on=TODAY + DAY)
    run(of)
    assert list(Shift.objects.values_list("duty_on", "is_night")) == [(TODAY + DAY, night)]


def test_generate_when_turns_roll_follows_the_anchor(of: Compound, east: Post) -> None:
    make.pattern(east, anchor_at=ELEVEN.replace(hour=8), minutes=300)
    run(of)
    first = ["23 08:00", "23 13:00", "23 18:00", "23 23:00", "24 04:00", "24 09:00", "24 14:00", "24 19:00"]
    assert starts() == first
    run(of, 2)
    assert starts(duty_on=TODAY + 2 * DAY) == ["25 00:00", "25 05:00", "25 10:00", "25 15:00", "25 20:00"]


def test_generate_when_weekdays_and_an_end_are_set_keeps_to_them(of: Compound, east: Post) -> None:
    make.pattern(east, starts=[1200], minutes=240, weekdays=[2, 3, 5], ends_on=TODAY + 2 * DAY)
    run(of, 30)
    assert starts() == ["24 20:00", "25 20:00"]


def test_generate_when_a_pattern_names_seats_takes_them(of: Compound, east: Post) -> None:
    make.pattern(east, starts=[1200], minutes=240, minimum=1, maximum=4)
    run(of, 0)
    assert list(Shift.objects.values_list("minimum", "maximum")) == [(1, 4)]


def test_generate_ahead_fills_three_weeks_then_a_day_each_day(of: Compound, east: Post) -> None:
    make.pattern(east)
    make.pattern(make.post(make.compound("berlin", "柏林", at=ELEVEN), "西门岗"))
    generate_ahead(ELEVEN)
    assert Shift.objects.filter(compound=of).count() == 2 + 21 * 3
    generate_ahead(ELEVEN + DAY)
    assert Shift.objects.filter(compound=of).count() == 2 + 22 * 3
    assert Shift.objects.latest("starts_at").duty_on == TODAY + 22 * DAY


def test_generate_ahead_when_a_new_day_begins_goes_by_the_compounds_clock(of: Compound, east: Post) -> None:
    """23:30 of the 23rd in UTC+8 and 00:30 of the 24th, both the 23rd in UTC."""
    make.pattern(east, starts=[1200], minutes=240)
    generate_ahead(ELEVEN.replace(hour=23, minute=30))
    before = Shift.objects.count()
    generate_ahead(ELEVEN.replace(hour=0, minute=30) + DAY)
    assert (before, Shift.objects.count()) == (22, 23)


@pytest.mark.parametrize("rows", [1, 3])
def test_generate_ahead_when_all_is_there_asks_once(
    of: Compound, east: Post, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        make.pattern(make.post(of, f"岗{number}"))
    make.pattern(east, starts_on=TODAY + 60 * DAY)
    generate_ahead(ELEVEN)
    with django_assert_num_queries(1):
        generate_ahead(ELEVEN + dt.timedelta(hours=1))


def test_generate_ahead_when_the_post_is_closed_makes_nothing(of: Compound, east: Post) -> None:
    make.pattern(east)
    Post.objects.update(ended_at=ELEVEN)
    generate_ahead(ELEVEN)
    assert Shift.objects.count() == 0


def test_generate_when_in_berlin_and_the_clock_goes_back_has_no_gap_and_no_overlap() -> None:
    of = make.compound("berlin", "柏林")
    Compound.objects.filter(pk=of.pk).update(time_zone="Europe/Berlin")
    of = Compound.objects.get(pk=of.pk)
    saturday = dt.date(2022, 10, 29)
    make.pattern(make.post(of), starts_on=saturday)
    at = dt.datetime(2022, 10, 28, 12, 0, tzinfo=dt.UTC)
    generate(compound=of, until=saturday + 2 * DAY, by=None, at=at)
    rows = list(Shift.objects.order_by("starts_at"))
    assert [row.ends_at for row in rows[:-1]] == [row.starts_at for row in rows[1:]]
    assert [row.hours for row in rows] == [8, 8, 8, 9, 8, 8, 8, 8, 8]
    assert [row.duty_on for row in rows] == [saturday] * 3 + [saturday + DAY] * 3 + [saturday + 2 * DAY] * 3


@pytest.mark.django_db(transaction=True)
def test_generate_when_many_run_at_once_makes_each_shift_once(transactional_db: None) -> None:
    of = make.compound()
    make.pattern(make.post(of))
    made: list[int] = []
    gate = threading.Barrier(6)

    def one() -> None:
        try:
            gate.wait(timeout=10)
            made.append(generate(compound=of, until=TODAY + 20 * DAY, by=None, at=ELEVEN))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(made) == [0, 0, 0, 0, 0, 62]
    assert Shift.objects.count() == 62


def test_shift_when_of_a_turn_that_is_there_is_refused_by_the_database(of: Compound, east: Post) -> None:
    pattern = make.pattern(east)
    make.shift(east, pattern=pattern)
    with pytest.raises(Exception, match="shift_once_per_turn"):
        make.shift(east, pattern=pattern)


def test_shift_when_of_a_pattern_without_turn_is_refused_by_the_database(of: Compound, east: Post) -> None:
    row = make.shift(east, pattern=make.pattern(east))
    with pytest.raises(Exception, match="shift_of_pattern_has_turn"):
        Shift.objects.filter(pk=row.pk).update(slot_at=None)


def test_pattern_when_deleted_leaves_its_shifts(of: Compound, east: Post) -> None:
    row = make.shift(east, pattern=make.pattern(east))
    ShiftPattern.objects.all().delete()
    row.refresh_from_db()
    assert (row.pattern_id, row.slot_at) == (None, row.starts_at)
