"""“From this day on”: what becomes of shifts that are there, of people on them and of what was done by hand."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from compound.models import AuditEntry, Compound, User
from compound.refusals import Refusal
from roster.models import Assignment, Post, Shift, ShiftPattern
from roster.rules.slots import Timing
from roster.services.generation import generate, generate_ahead
from roster.services.pattern_shifts import Change
from roster.services.patterns import Repeating, change_pattern, end_pattern, make_pattern, preview_change
from roster.services.shifts import cancel_shift
from tests import make
from tests.make import ELEVEN, SHANGHAI

pytestmark = pytest.mark.django_db
TODAY = ELEVEN.date()
DAY = dt.timedelta(days=1)
THREE = Repeating(Timing(480, (0, 480, 960)))
FOUR = Repeating(Timing(240, (0, 240, 480, 720, 960, 1200)))
# Two of its turns have the hours of THREE's.
MIXED = Repeating(Timing(480, (0, 480)))


@pytest.fixture
def of() -> Compound:
    return make.compound()


@pytest.fixture
def by(of: Compound) -> User:
    return make.member(of)


@pytest.fixture
def east(of: Compound) -> Post:
    return make.post(of, seats=2)


@pytest.fixture
def old(east: Post, by: User) -> ShiftPattern:
    made = make_pattern(post=east, repeating=THREE, starts_on=TODAY, by=by, at=ELEVEN)
    assert made.pattern is not None
    return made.pattern


def at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2022, 8, day, hour, tzinfo=SHANGHAI)


def shift_at(day: int, hour: int) -> Shift:
    return Shift.objects.get(slot_at=at(day, hour))


def names(shifts: list[Shift]) -> list[str]:
    return [f"{shift.slot_at.astimezone(SHANGHAI):%d %H}" for shift in shifts if shift.slot_at]


def on_day(day: int) -> list[str]:
    rows = Shift.objects.filter(duty_on=dt.date(2022, 8, day), cancelled_at=None).order_by("starts_at", "ends_at")
    return [f"{row.starts_at.astimezone(SHANGHAI):%H}-{row.ends_at.astimezone(SHANGHAI):%H}" for row in rows]


def change(old: ShiftPattern, to: Repeating, by: User, from_on: dt.date = TODAY + DAY, **more: Any) -> Change:
    return change_pattern(pattern=old, repeating=to, from_on=from_on, by=by, at=ELEVEN, **more)


def test_make_pattern_makes_three_weeks_at_once_and_says_so_in_the_log(of: Compound, east: Post, by: User) -> None:
    made = make_pattern(post=east, repeating=THREE, starts_on=TODAY, by=by, at=ELEVEN)
    assert (made.made, on_day(23), on_day(24)) == (65, ["08-16", "16-00"], ["00-08", "08-16", "16-00"])
    audit = AuditEntry.objects.get()
    assert (audit.action, audit.subject, audit.by) == ("roster.pattern_made", "东门岗", by)
    generate_ahead(ELEVEN)
    assert Shift.objects.count() == 65


def test_make_pattern_when_sent_twice_is_one(east: Post, by: User) -> None:
    import uuid

    id = uuid.uuid4()
    for _time in range(2):
        make_pattern(post=east, repeating=THREE, starts_on=TODAY, by=by, at=ELEVEN, id=id)
    assert (ShiftPattern.objects.count(), Shift.objects.count(), AuditEntry.objects.count()) == (1, 65, 1)


@pytest.mark.parametrize(
    ("repeating", "starts_on", "code"),
    [
        (THREE, TODAY, "pattern_twice"),
        (FOUR, TODAY - DAY, "in_the_past"),
        (Repeating(FOUR.timing, ends_on=TODAY), TODAY + DAY, "ends_before_start"),
        (FOUR, TODAY, None),
    ],
)
def test_make_pattern_when_it_cannot_be_says_why(
    east: Post, by: User, old: ShiftPattern, repeating: Repeating, starts_on: dt.date, code: str | None
) -> None:
    def send() -> None:
        make_pattern(post=east, repeating=repeating, starts_on=starts_on, by=by, at=ELEVEN)

    if code is None:
        send()
        return
    with pytest.raises(Refusal) as refusal:
        send()
    assert refusal.value.code == code


def test_change_pattern_when_nobody_is_on_the_shifts_puts_new_ones_in_their_place(old: ShiftPattern, by: User) -> None:
    done = change(old, FOUR, by)
    old.refresh_from_db()
    assert (old.ends_on, len(done.deleted), done.kept, done.taken_over) == (TODAY, 63, [], [])
    assert on_day(23) == ["08-16", "16-00"]
    assert on_day(24) == ["00-04", "04-08", "08-12", "12-16", "16-20", "20-00"]
    assert done.made == 21 * 6
    last = AuditEntry.objects.latest("pk")
    assert (last.action, last.params["on"]) == ("roster.pattern_changed", "2022-08-24")


def test_change_pattern_keeps_who_is_on_a_shift_and_what_was_edited_by_hand(
    of: Compound, old: ShiftPattern, by: User
) -> None:
    feng = make.volunteer(of)
    kept = make.assignment(shift_at(24, 8), feng)
    waiting = make.assignment(shift_at(24, 16), feng, "waiting", seat=None)
    edited = shift_at(25, 8)
    edited.ends_at, edited.edited_at = at(25, 15), ELEVEN
    edited.save()
    seen = preview_change(pattern=old, repeating=FOUR, from_on=TODAY + DAY, at=ELEVEN)
    done = change(old, FOUR, by)
    for found in (seen, done):
        assert (names(found.kept), len(found.deleted)) == (["24 08", "24 16", "25 08"], 60)
    assert [kept.shift_id, waiting.shift_id, edited.pk] == [shift.pk for shift in done.kept]
    assert on_day(24) == ["00-04", "04-08", "08-12", "08-16", "12-16", "16-20", "16-00", "20-00"]
    kept.refresh_from_db()
    assert (kept.state, kept.starts_at) == ("published", at(24, 8))
    # And no sweep ever makes what is gone again.
    generate_ahead(ELEVEN)
    assert on_day(25) == ["00-04", "04-08", "08-12", "08-15", "12-16", "16-20", "20-00"]


def test_change_pattern_when_hours_agree_takes_the_shift_over_with_everybody(
    of: Compound, old: ShiftPattern, by: User
) -> None:
    feng = make.volunteer(of)
    morning = make.assignment(shift_at(24, 8), feng)
    evening = make.assignment(shift_at(24, 16), feng)
    edited = shift_at(25, 8)
    edited.starts_at, edited.edited_at, edited.maximum = at(25, 9), ELEVEN, 5
    edited.save()
    done = change(old, Repeating(MIXED.timing, 1, 3), by)
    assert (names(done.kept), len(done.taken_over), len(done.deleted)) == (["24 16"], 42, 20)
    assert (on_day(24), on_day(25)) == (["00-08", "08-16", "16-00"], ["00-08", "09-16"])
    rows = {pk: row for pk, *row in Shift.objects.values_list("pk", "pattern", "minimum", "maximum")}
    assert done.pattern is not None
    assert rows[morning.shift_id] == [done.pattern.pk, 1, 3]
    assert rows[evening.shift_id] == [old.pk, 2, 2]
    assert rows[edited.pk] == [done.pattern.pk, 2, 5]
    assert done.made == 0


def test_change_pattern_when_somebody_sits_beyond_the_new_seats_leaves_that_shift_its_seats(
    of: Compound, old: ShiftPattern, by: User
) -> None:
    full = make.assignment(shift_at(24, 8), make.volunteer(of), seat=2)
    change(old, Repeating(THREE.timing, 1, 1), by)
    seats = dict(Shift.objects.filter(duty_on=TODAY + DAY).values_list("pk", "maximum"))
    assert seats[full.shift_id] == 2
    assert sorted(seats.values()) == [1, 1, 2]


def test_change_pattern_when_somebody_had_been_on_a_shift_cancels_it_and_keeps_the_trace(
    of: Compound, old: ShiftPattern, by: User
) -> None:
    said_no = make.assignment(shift_at(24, 8), make.volunteer(of), "declined")
    proposed = make.assignment(shift_at(24, 16), make.volunteer(of, "赵敏", "13000000011"), "proposed")
    done = change(old, FOUR, by)
    shift = Shift.objects.get(pk=said_no.shift_id)
    assert (names(done.cancelled), shift.cancelled_at, shift.cancelled_by) == (["24 08"], ELEVEN, by)
    assert shift.cancelled_why == "排班规律已更改。"
    assert not Assignment.objects.filter(pk=proposed.pk).exists()


def test_change_pattern_when_a_shift_was_cancelled_by_hand_it_stays_so(old: ShiftPattern, by: User) -> None:
    off = shift_at(24, 8)
    Shift.objects.filter(pk=off.pk).update(cancelled_at=ELEVEN, cancelled_why="台风")
    change(old, Repeating(MIXED.timing, 1, 3), by)
    off.refresh_from_db()
    assert (on_day(24), off.cancelled_why) == (["00-08"], "台风")


def test_change_pattern_when_from_its_first_day_takes_its_place(of: Compound, old: ShiftPattern, by: User) -> None:
    held = make.assignment(shift_at(23, 16), make.volunteer(of))
    done = change(old, FOUR, by, from_on=TODAY)
    assert list(ShiftPattern.objects.all()) == [done.pattern]
    # The turn that goes on at eleven stays, and neither what has begun nor what lies within it is made.
    assert on_day(23) == ["08-16", "16-20", "16-00", "20-00"]
    held.refresh_from_db()
    assert (held.shift.pattern_id, held.shift.slot_at, names(done.kept)) == (None, at(23, 16), ["23 16"])


@pytest.mark.parametrize(
    ("repeating", "from_on", "code"),
    [
        (THREE, TODAY + DAY, "nothing_changed"),
        (FOUR, TODAY - DAY, "in_the_past"),
        (Repeating(FOUR.timing, ends_on=TODAY), TODAY + DAY, "ends_before_start"),
    ],
)
def test_change_pattern_when_it_cannot_be_says_why(
    old: ShiftPattern, by: User, repeating: Repeating, from_on: dt.date, code: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        change(old, repeating, by, from_on=from_on)
    assert (refusal.value.code, ShiftPattern.objects.count()) == (code, 1)


def test_change_pattern_when_it_was_changed_from_an_earlier_day_says_so(old: ShiftPattern, by: User) -> None:
    change(old, FOUR, by)
    with pytest.raises(Refusal) as refusal:
        change(old, MIXED, by, from_on=TODAY + 2 * DAY)
    assert refusal.value.code == "pattern_over"


def test_change_pattern_when_turns_roll_goes_on_from_the_new_anchor(east: Post, by: User) -> None:
    five = Repeating(Timing(300, anchor_at=at(23, 8)))
    made = make_pattern(post=east, repeating=five, starts_on=TODAY, by=by, at=ELEVEN)
    assert made.pattern is not None
    # 23:00 to 04:00 belongs to the day on which it starts, so the new ones begin at 04:00.
    change(made.pattern, Repeating(Timing(360, anchor_at=at(24, 4))), by)
    assert (on_day(23), on_day(24)) == (["08-13", "13-18", "18-23", "23-04"], ["04-10", "10-16", "16-22", "22-04"])


def test_end_pattern_takes_away_what_comes_after_and_may_be_moved_back(
    of: Compound, old: ShiftPattern, by: User
) -> None:
    held = make.assignment(shift_at(26, 8), make.volunteer(of))
    done = end_pattern(pattern=old, last_on=TODAY + DAY, by=by, at=ELEVEN)
    assert (on_day(24), on_day(25), on_day(26)) == (["00-08", "08-16", "16-00"], [], ["08-16"])
    assert [shift.pk for shift in done.kept] == [held.shift_id]
    generate_ahead(ELEVEN + DAY)
    assert on_day(25) == []
    again = end_pattern(pattern=old, last_on=TODAY + 3 * DAY, by=by, at=ELEVEN)
    assert (on_day(25), on_day(26), again.made) == (["00-08", "08-16", "16-00"], ["00-08", "08-16", "16-00"], 5)
    last = AuditEntry.objects.latest("pk")
    assert (last.action, last.params["on"]) == ("roster.pattern_ended", "2022-08-26")


def test_end_pattern_when_moved_back_makes_again_what_it_had_cancelled_itself(
    of: Compound, old: ShiftPattern, by: User
) -> None:
    trace = make.assignment(shift_at(26, 8), make.volunteer(of), "declined")
    cancel_shift(shift=shift_at(26, 0), why="东门封闭", by=by, at=ELEVEN)
    end_pattern(pattern=old, last_on=TODAY + DAY, by=by, at=ELEVEN)
    assert on_day(26) == []

    end_pattern(pattern=old, last_on=TODAY + 5 * DAY, by=by, at=ELEVEN)

    # What somebody cancelled by hand stays so; the shift that was left keeps its trace.
    assert on_day(26) == ["08-16", "16-00"]
    trace.shift.refresh_from_db()
    assert (trace.shift.cancelled_at, trace.shift.pattern) == (ELEVEN, None)
    assert Shift.objects.get(pattern=old, slot_at=at(26, 8)).assignments.count() == 0


def test_change_pattern_in_the_middle_of_a_turn_lets_it_end_and_names_it_where_it_reaches_into_a_new_one(
    old: ShiftPattern, by: User
) -> None:
    eight_to_twelve = shift_at(23, 8)
    six = Repeating(Timing(360, (0, 360, 720, 1080)))
    seen = preview_change(pattern=old, repeating=six, from_on=TODAY, at=ELEVEN)

    done = change(old, six, by, from_on=TODAY)

    assert on_day(23) == ["08-16", "12-18", "18-00"]
    assert (names(seen.kept), done.kept) == (["23 08"], [eight_to_twelve])
    # And back again in the afternoon, while that turn still goes on.
    assert done.pattern is not None
    change_pattern(pattern=done.pattern, repeating=FOUR, from_on=TODAY, by=by, at=at(23, 13))
    generate_ahead(at(23, 13))
    assert on_day(23) == ["08-16", "12-18", "16-20", "20-00"]


def test_change_pattern_when_the_last_turn_lasts_into_the_first_day_makes_nothing_within_it(
    east: Post, by: User
) -> None:
    night = Repeating(Timing(600, (1200,)))
    made = make_pattern(post=east, repeating=night, starts_on=TODAY, by=by, at=ELEVEN)
    assert made.pattern is not None
    done = change(made.pattern, FOUR, by)
    assert (on_day(23), done.kept) == (["20-06"], [shift_at(23, 20)])
    assert on_day(24) == ["04-08", "08-12", "12-16", "16-20", "20-00"]


def test_change_pattern_to_more_seats_offers_them_to_whoever_waits(of: Compound, old: ShiftPattern, by: User) -> None:
    first, second = make.volunteer(of), make.volunteer(of, "方琴", "13000000012")
    third = make.volunteer(of, "苏珊", "13000000013")
    make.assignment(shift_at(24, 8), first)
    make.assignment(shift_at(24, 8), second, seat=2)
    waiting = make.assignment(shift_at(24, 8), third, "waiting")

    change(old, Repeating(MIXED.timing, minimum=2, maximum=3), by)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.seat, waiting.shift.maximum) == ("offered", 3, 3)


def test_end_pattern_when_the_day_is_past_says_so(old: ShiftPattern, by: User) -> None:
    with pytest.raises(Refusal) as refusal:
        end_pattern(pattern=old, last_on=TODAY - 2 * DAY, by=by, at=ELEVEN)
    assert refusal.value.code == "in_the_past"


def test_make_pattern_when_an_ended_one_left_people_at_the_same_hours_takes_them(
    of: Compound, east: Post, old: ShiftPattern, by: User
) -> None:
    held = make.assignment(shift_at(26, 8), make.volunteer(of))
    end_pattern(pattern=old, last_on=TODAY, by=by, at=ELEVEN)
    made = make_pattern(post=east, repeating=THREE, starts_on=TODAY + DAY, by=by, at=ELEVEN)
    held.shift.refresh_from_db()
    assert made.pattern is not None
    assert (held.shift.pattern_id, on_day(26), names(made.taken_over)) == (
        made.pattern.pk,
        ["00-08", "08-16", "16-00"],
        ["26 08"],
    )


@pytest.mark.django_db(transaction=True)
def test_change_pattern_when_shifts_are_made_at_the_same_moment_leaves_none_of_the_old(transactional_db: None) -> None:
    of = make.compound()
    by = make.member(of)
    old = make.pattern(make.post(of))
    gate = threading.Barrier(4)

    def run(work: Any) -> None:
        try:
            gate.wait(timeout=10)
            work()
        finally:
            connection.close()

    works = [lambda: change(old, FOUR, by)] + [
        lambda: generate(compound=of, until=TODAY + 20 * DAY, by=None, at=ELEVEN) for _number in range(3)
    ]
    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert on_day(30) == ["00-04", "04-08", "08-12", "12-16", "16-20", "20-00"]
    assert set(Shift.objects.filter(pattern=old).values_list("duty_on", flat=True)) <= {TODAY}
