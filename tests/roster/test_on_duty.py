"""Who stands where now, who should but does not, and how many seats are nobody's."""

import datetime as dt

import pytest

from roster.models import Shift, Volunteer
from roster.queries.on_duty import on_duty, people_at_gate
from roster.services.house_rules import rules_of
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture
def of():
    return make.compound()


@pytest.fixture
def feng(of) -> Volunteer:
    return make.volunteer(of)


def names(rows) -> list[str]:
    return [row.user.name for row in rows]


def seen(of, at) -> list[tuple[str, list[str], list[str], int]]:
    return [(one.post.name, names(one.people), names(one.missing), one.empty) for one in on_duty(of, at)]


@pytest.mark.parametrize(
    ("minutes", "people", "missing"),
    [
        (-1, None, None),
        (0, ["冯磊"], []),
        (9, ["冯磊"], []),
        (10, ["冯磊"], ["冯磊"]),
        (239, ["冯磊"], ["冯磊"]),
        (240, None, None),
    ],
)
def test_on_duty_when_nobody_signed_in_is_missing_after_ten_minutes(of, feng, minutes, people, missing):
    make.assignment(make.shift(make.post(of)), feng)

    found = seen(of, NOON + minutes * MINUTE)

    assert found == ([] if people is None else [("东门岗", people, missing, 0)])


def test_on_duty_when_signed_in_is_there_and_when_absent_the_seat_is_empty(of, feng):
    shift = make.shift(make.post(of, seats=2))
    make.assignment(shift, feng, "signed_in", seat=2)
    make.assignment(shift, make.volunteer(of, "方琴", "13000000012"), "absent")

    assert seen(of, NOON + HOUR) == [("东门岗", ["冯磊"], [], 1)]


@pytest.mark.parametrize("state", ["proposed", "waiting", "offered", "declined", "excused"])
def test_on_duty_when_they_are_not_on_duty_does_not_name_them(of, feng, state):
    make.assignment(make.shift(make.post(of)), feng, state)

    assert seen(of, NOON + HOUR) == [("东门岗", [], [], 1)]


@pytest.mark.parametrize(("seat", "empty"), [(1, 0), (None, 1)])
def test_on_duty_when_somebody_has_left_says_empty_unless_it_was_in_the_last_minutes(of, feng, seat, empty):
    row = make.assignment(make.shift(make.post(of)), feng, "signed_out")
    row.seat = seat
    row.save(update_fields=["seat"])

    assert seen(of, NOON + HOUR) == [("东门岗", [], [], empty)]


def test_on_duty_when_cancelled_or_of_another_compound_is_left_out(of):
    make.shift(make.post(of), cancelled_at=ELEVEN)
    make.shift(make.post(make.compound("dongyuan", "东园")))

    assert seen(of, NOON) == []


def test_on_duty_when_it_is_half_past_midnight_in_shanghai_finds_the_night_shift(of, feng):
    midnight = dt.datetime(2022, 8, 24, 0, 30, tzinfo=make.SHANGHAI)
    shift = make.shift(make.post(of), midnight, hours=7, is_night=True)
    make.assignment(shift, feng, "signed_in")

    assert [(one.shift.duty_on, names(one.people)) for one in on_duty(of, midnight)] == [
        (dt.date(2022, 8, 24), ["冯磊"])
    ]
    assert [one.shift for one in on_duty(of, midnight + 7 * HOUR - MINUTE)] == [shift]


def test_on_duty_when_there_are_more_posts_costs_the_same_queries(of, django_assert_num_queries):
    rules_of(of)
    for number in range(3):
        post = make.post(of, f"{number}号岗", kind="gate", gate=make.gate(of, f"{number}门"))
        make.assignment(make.shift(post), make.volunteer(of, f"志愿者{number}", f"1390000000{number}"), "signed_in")
        with django_assert_num_queries(3):
            assert [(one.post.gate.name, one.people[0].volunteer.user.name) for one in on_duty(of, NOON)] == [
                (f"{n}门", f"志愿者{n}") for n in range(number + 1)
            ]


def test_people_at_gate_when_several_are_due_names_who_signed_in_first(of, feng):
    east, west = make.gate(of), make.gate(of, "西门")
    shift = make.shift(make.post(of, seats=2, kind="gate", gate=east))
    make.assignment(shift, make.volunteer(of, "方琴", "13000000012"), seat=1)
    make.assignment(shift, feng, "signed_in", seat=2)
    make.assignment(
        make.shift(make.post(of, "西门岗", kind="gate", gate=west)), make.volunteer(of, "苏珊", "13000000013")
    )

    assert names(people_at_gate(east, NOON)) == ["冯磊", "方琴"]
    assert names(people_at_gate(west, NOON)) == ["苏珊"]
    assert names(people_at_gate(east, NOON + 4 * HOUR)) == []
    Shift.objects.update(cancelled_at=ELEVEN)
    assert names(people_at_gate(east, NOON)) == []
