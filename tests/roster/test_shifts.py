"""Shifts by hand: added, changed with the people on them, cancelled, copied to another week."""

import datetime as dt

import pytest
from django.utils import translation

from compound.models import AuditEntry, Compound, Message
from roster.models import Shift, StandIn, Volunteer
from roster.services.assignments import publish
from roster.services.generation import generate
from roster.services.shifts import add_shift, cancel_shift, copy_week, edit_shift
from tests import make
from tests.make import ELEVEN, NOON, SHANGHAI
from tests.roster.reading import refusal, rows

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def of():
    return make.compound()


@pytest.fixture
def lin(of):
    return make.member(of)


@pytest.fixture
def feng(of) -> Volunteer:
    return make.volunteer(of)


@pytest.fixture
def noon(of) -> Shift:
    return make.shift(make.post(of))


def local(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "day", "is_night"),
    [
        (local(2022, 8, 24, 0, 30), local(2022, 8, 24, 7, 30), dt.date(2022, 8, 24), True),
        (local(2022, 8, 24, 20), local(2022, 8, 25, 0), dt.date(2022, 8, 24), False),
        (local(2022, 8, 24, 23), local(2022, 8, 25, 2), dt.date(2022, 8, 24), True),
        (local(2022, 8, 24, 8), local(2022, 8, 24, 16), dt.date(2022, 8, 24), False),
    ],
)
def test_add_when_it_touches_the_night_stands_on_the_day_of_its_start(of, lin, starts_at, ends_at, day, is_night):
    shift = add_shift(post=make.post(of, seats=2), starts_at=starts_at, ends_at=ends_at, by=lin, at=ELEVEN)

    shift.refresh_from_db()
    assert (shift.duty_on, shift.is_night, shift.minimum, shift.maximum) == (day, is_night, 2, 2)
    assert (shift.edited_at, shift.edited_by, shift.pattern) == (ELEVEN, lin, None)
    assert AuditEntry.objects.get().action == "roster.shift_added"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"ends_at": NOON}, "ends_before_start"),
        ({"ends_at": NOON + 24.5 * HOUR}, "too_long"),
        ({"minimum": 3, "maximum": 2}, "seats"),
        ({"maximum": 31}, "seats"),
    ],
)
def test_add_when_hours_or_seats_make_no_sense_is_refused(of, lin, facts, code):
    given = {"starts_at": NOON, "ends_at": NOON + HOUR, **facts}

    assert refusal(add_shift, post=make.post(of), by=lin, at=ELEVEN, **given)[0] == code
    assert Shift.objects.count() == 0


def test_add_when_the_post_is_given_up_is_refused(of, lin):
    post = make.post(of, ended_at=ELEVEN)

    assert refusal(add_shift, post=post, starts_at=NOON, ends_at=NOON + HOUR, by=lin, at=ELEVEN)[0] == "post_ended"


def test_edit_when_the_hours_change_takes_everybody_along_and_tells_them(lin, feng, noon):
    row = make.assignment(noon, feng)

    edit_shift(shift=noon, starts_at=NOON + 10 * HOUR, ends_at=NOON + 16 * HOUR, note="换岗", by=lin, at=ELEVEN)

    noon.refresh_from_db()
    row.refresh_from_db()
    assert (noon.is_night, noon.note, noon.edited_at, noon.edited_by) == (True, "换岗", ELEVEN, lin)
    assert (row.starts_at, row.ends_at) == (NOON + 10 * HOUR, NOON + 16 * HOUR)
    (told,) = Message.objects.all()
    assert told.to == feng.user
    assert "8月23日(周二) 22:00–次日04:00 东门岗（原为8月23日(周二) 12:00–16:00 东门岗）" in told.text


def test_edit_when_it_moves_over_midnight_stands_on_the_new_day(lin, noon):
    edit_shift(shift=noon, starts_at=local(2022, 8, 24, 0, 30), ends_at=local(2022, 8, 24, 7, 30), by=lin, at=ELEVEN)

    noon.refresh_from_db()
    assert (noon.duty_on, noon.is_night) == (dt.date(2022, 8, 24), True)


def test_edit_when_somebody_would_be_at_two_places_names_them(of, lin, feng, noon):
    make.assignment(noon, feng)
    make.assignment(make.shift(make.post(of, "西门岗"), NOON + 5 * HOUR), feng)

    code, message = refusal(edit_shift, shift=noon, ends_at=NOON + 5.5 * HOUR, by=lin, at=ELEVEN)

    assert (code, message) == (
        "overlap",
        "At these hours 冯磊 would be on duty at two places. Take them off one of the two shifts first.",
    )
    noon.refresh_from_db()
    assert noon.ends_at == NOON + 4 * HOUR
    assert edit_shift(shift=noon, ends_at=NOON + 5 * HOUR, by=lin, at=ELEVEN).ends_at == NOON + 5 * HOUR


def test_edit_when_there_are_more_people_than_seats_is_refused(of, lin, feng):
    shift = make.shift(make.post(of, seats=3))
    make.assignment(shift, feng)
    make.assignment(shift, make.volunteer(of, "方琴", "13000000012"), seat=2)

    code, message = refusal(edit_shift, shift=shift, minimum=1, maximum=1, by=lin, at=ELEVEN)

    assert (code, message) == (
        "too_few_seats", "2 people are on this shift: there can't be fewer seats. Take somebody off first."
    )  # fmt: skip
    assert edit_shift(shift=shift, minimum=1, maximum=2, by=lin, at=ELEVEN).maximum == 2
    assert Message.objects.count() == 0


def test_edit_when_there_is_one_seat_more_offers_it_to_the_waiting_list(of, lin, feng, noon):
    make.assignment(noon, make.volunteer(of, "方琴", "13000000012"))
    make.assignment(noon, feng, "waiting")

    edit_shift(shift=noon, maximum=2, by=lin, at=NOON - DAY)

    assert rows(noon) == [("方琴", "published", 1), ("冯磊", "offered", 2)]


def test_edit_when_it_is_over_is_refused(lin, noon):
    assert refusal(edit_shift, shift=noon, ends_at=NOON + DAY, by=lin, at=noon.ends_at)[0] == "over"
    assert edit_shift(shift=noon, note="换岗", by=lin, at=noon.ends_at - HOUR).note == "换岗"


@pytest.mark.parametrize("hours", [{"starts_at": NOON + HOUR}, {"ends_at": NOON + HOUR}])
def test_edit_when_somebody_came_moves_neither_the_start_nor_the_end_before_they_did(lin, feng, noon, hours):
    make.assignment(noon, feng, "signed_in", signed_in_at=NOON + HOUR)

    code, message = refusal(edit_shift, shift=noon, **hours, by=lin, at=NOON + 2 * HOUR)

    assert (code, "冯磊" in message) == ("signed_in_already", True)
    assert edit_shift(shift=noon, ends_at=NOON + 3 * HOUR, by=lin, at=NOON + 2 * HOUR).ends_at == NOON + 3 * HOUR


def test_edit_when_it_goes_on_longer_frees_the_seat_of_who_signed_out_at_the_old_end(lin, feng, noon):
    make.assignment(noon, feng, "signed_out", signed_out_at=NOON + 3.9 * HOUR)

    edit_shift(shift=noon, ends_at=NOON + 6 * HOUR, by=lin, at=NOON + 3.95 * HOUR)

    assert rows(noon) == [("冯磊", "signed_out", None)]


def test_edit_when_it_is_cancelled_is_refused(lin, noon):
    cancel_shift(shift=noon, why="", by=lin, at=ELEVEN)

    assert refusal(edit_shift, shift=noon, maximum=2, by=lin, at=ELEVEN)[0] == "cancelled"


def test_cancel_when_people_are_on_it_excuses_them_all_and_tells_who_knew(of, lin, feng, noon):
    fang, su = make.volunteer(of, "方琴", "13000000012"), make.volunteer(of, "苏珊", "13000000013")
    row = make.assignment(noon, feng)
    make.assignment(noon, fang, "waiting")
    make.assignment(noon, su, "proposed")
    StandIn.objects.create(assignment=row, asked_at=ELEVEN, asked_by=feng.user)

    cancel_shift(shift=noon, why="东门封闭", by=lin, at=ELEVEN)
    cancel_shift(shift=noon, why="又一次", by=lin, at=NOON)

    noon.refresh_from_db()
    assert (noon.cancelled_at, noon.cancelled_by, noon.cancelled_why) == (ELEVEN, lin, "东门封闭")
    assert sorted((name, state) for name, state, _ in rows(noon)) == [("冯磊", "excused"), ("方琴", "declined")]
    assert StandIn.objects.get().state == "withdrawn"
    assert sorted(one.to.name for one in Message.objects.all()) == ["冯磊", "方琴"]
    assert AuditEntry.objects.get().action == "roster.shift_cancelled"


@pytest.mark.parametrize("state", ["signed_in", "signed_out"])
def test_cancel_when_somebody_signed_in_is_refused(lin, feng, noon, state):
    make.assignment(noon, feng, state)

    code, message = refusal(cancel_shift, shift=noon, why="", by=lin, at=NOON)

    assert (code, message) == (
        "signed_in_already", "冯磊 signed in at this shift: change its end instead of cancelling it."
    )  # fmt: skip


def test_cancel_when_it_is_over_is_refused(lin, noon):
    assert refusal(cancel_shift, shift=noon, why="", by=lin, at=noon.ends_at)[0] == "over"


def test_copy_when_the_week_is_empty_makes_every_shift_at_the_same_hours(of, lin, noon):
    make.shift(noon.post, local(2022, 8, 28, 23, 30), hours=8, is_night=True, note="带手电")
    make.shift(noon.post, local(2022, 8, 29, 0, 30))
    make.shift(noon.post, local(2022, 8, 24, 8), cancelled_at=ELEVEN)

    made = copy_week(compound=of, from_week=dt.date(2022, 8, 25), to_week=dt.date(2022, 9, 7), by=lin, at=ELEVEN)

    assert [(one.starts_at, one.duty_on, one.is_night, one.note) for one in made.made] == [
        (local(2022, 9, 6, 12), dt.date(2022, 9, 6), False, ""),
        (local(2022, 9, 11, 23, 30), dt.date(2022, 9, 11), True, "带手电"),
    ]
    again = copy_week(compound=of, from_week=dt.date(2022, 8, 25), to_week=dt.date(2022, 9, 7), by=lin, at=ELEVEN)
    assert (again.made, again.there) == ([], 2)


def test_copy_when_the_clock_changes_in_between_keeps_the_hours_of_the_wall(lin):
    of = Compound.objects.create(code="berlin", name="Berlin", time_zone="Europe/Berlin", created_at=ELEVEN)
    make.shift(make.post(of), of.moment(dt.date(2022, 3, 25), dt.time(22)), hours=8)

    (shift,) = copy_week(
        compound=of, from_week=dt.date(2022, 3, 25), to_week=dt.date(2022, 4, 1), by=lin, at=ELEVEN
    ).made

    assert shift.starts_at == of.moment(dt.date(2022, 4, 1), dt.time(22))
    assert (shift.ends_at, shift.hours) == (of.moment(dt.date(2022, 4, 2), dt.time(6)), 8.0)


def test_copy_when_people_come_along_proposes_them(of, lin, feng, noon):
    make.assignment(noon, feng)
    make.assignment(noon, make.volunteer(of, "方琴", "13000000012"), "declined")

    made = copy_week(
        compound=of, from_week=ELEVEN.date(), to_week=ELEVEN.date() + 7 * DAY, by=lin, at=ELEVEN, with_people=True
    )

    (shift,) = made.made
    assert (made.people, rows(shift)) == (1, [("冯磊", "proposed", None)])
    assert len(publish(assignments=shift.assignments.values_list("pk", flat=True), by=lin, at=ELEVEN).done) == 1


def test_copy_when_the_weeks_turns_are_not_made_yet_makes_no_second_ones(of, lin):
    post = make.post(of)
    make.pattern(post)
    generate(compound=of, until=ELEVEN.date() + 21 * DAY, by=None, at=ELEVEN)
    there = copy_week(compound=of, from_week=dt.date(2022, 8, 29), to_week=dt.date(2022, 9, 19), by=lin, at=ELEVEN)
    assert (there.made, there.there) == ([], 21)

    generate(compound=of, until=ELEVEN.date() + 35 * DAY, by=None, at=ELEVEN + 14 * DAY)

    days = [dt.date(2022, 9, 13), dt.date(2022, 9, 17), dt.date(2022, 9, 20), dt.date(2022, 9, 27)]
    assert [Shift.objects.filter(post=post, duty_on=day).count() for day in days] == [3, 3, 3, 3]


def test_copy_when_turns_roll_makes_nothing_beside_them(of, lin):
    post = make.post(of)
    make.pattern(post, anchor_at=local(2022, 8, 23, 0), minutes=300)
    generate(compound=of, until=ELEVEN.date() + 21 * DAY, by=None, at=ELEVEN)
    week = Shift.objects.filter(duty_on__range=(dt.date(2022, 9, 5), dt.date(2022, 9, 11)))
    before = week.count()

    copied = copy_week(compound=of, from_week=dt.date(2022, 8, 29), to_week=dt.date(2022, 9, 5), by=lin, at=ELEVEN)

    assert (copied.made, week.count()) == ([], before)


def test_copy_when_somebody_added_a_shift_by_hand_copies_that_one_beside_the_turns(of, lin):
    post = make.post(of)
    make.pattern(post)
    generate(compound=of, until=ELEVEN.date() + 21 * DAY, by=None, at=ELEVEN)
    add_shift(post=post, starts_at=local(2022, 8, 30, 9), ends_at=local(2022, 8, 30, 11), by=lin, at=ELEVEN)

    made = copy_week(compound=of, from_week=dt.date(2022, 8, 29), to_week=dt.date(2022, 9, 5), by=lin, at=ELEVEN)

    assert ([one.starts_at for one in made.made], made.there) == ([local(2022, 9, 6, 9)], 21)


def test_copy_when_the_turns_are_there_proposes_the_people_for_the_seats_that_are_left(of, lin, feng):
    post = make.post(of)
    make.pattern(post)
    generate(compound=of, until=ELEVEN.date() + 21 * DAY, by=None, at=ELEVEN)
    fang = make.volunteer(of, "方琴", "13000000012")
    for hour, who in ((8, feng), (16, fang)):
        make.assignment(Shift.objects.get(starts_at=local(2022, 8, 30, hour)), who)
    taken = Shift.objects.get(starts_at=local(2022, 9, 6, 16))
    make.assignment(taken, make.volunteer(of, "苏珊", "13000000013"))

    facts = {
        "compound": of,
        "from_week": dt.date(2022, 8, 29),
        "to_week": dt.date(2022, 9, 5),
        "by": lin,
        "at": ELEVEN,
        "with_people": True,
    }
    assert [copy_week(**facts).people, copy_week(**facts).people] == [1, 0]

    assert rows(Shift.objects.get(starts_at=local(2022, 9, 6, 8))) == [("冯磊", "proposed", None)]
    assert rows(taken) == [("苏珊", "published", 1)]


def test_copy_when_it_is_the_same_week_is_refused(of, lin):
    facts = {
        "compound": of,
        "from_week": dt.date(2022, 8, 22),
        "to_week": dt.date(2022, 8, 28),
        "by": lin,
        "at": ELEVEN,
    }

    assert refusal(copy_week, **facts)[0] == "same_week"
