"""Two people at the same moment, each on a connection of their own: one wins, the other reads why.

`at_once` lets the first one stop in the middle of its transaction, with its locks held, until the second one waits
for them: so every race is run in its worst order, both ways round, and not left to luck.
"""

import datetime as dt
import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import translation

from compound.models import Compound
from roster.models import Assignment, GroupMember, Shift, StandIn, Volunteer
from roster.services.assignments import (
    accept_offer,
    assign,
    cannot_come,
    expire_offers,
    mark_absent,
    publish,
    sign_in,
    take,
    withdraw,
)
from roster.services.house_rules import rules_of
from roster.services.shifts import cancel_shift, edit_shift
from roster.services.stand_ins import accept_stand_in, ask_stand_in
from roster.services.volunteers import end_volunteer
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN, NOON
from tests.roster.reading import rows

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def compound(*names: str) -> Compound:
    """With its rules made: else the second one would wait for the first one's row of them, and for no lock of ours."""
    made = make.compound(*names)
    rules_of(made)
    return made


@pytest.fixture
def of():
    return compound()


@pytest.fixture
def feng(of) -> Volunteer:
    return make.volunteer(of)


@pytest.fixture
def fang(of) -> Volunteer:
    return make.volunteer(of, "方琴", "13000000012")


@pytest.fixture
def noon(of) -> Shift:
    return make.shift(make.post(of))


def at_once(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """What came of both. The first has done its work and not committed yet while the second is under way."""
    done, go_on = threading.Event(), threading.Event()

    def held() -> Any:
        with translation.override("en"), transaction.atomic():
            try:
                result = first()
            finally:
                done.set()
                go_on.wait(20)
        return result

    one = Other(held)
    assert done.wait(20)
    two = Other(second)
    waited = until_blocked(two)
    go_on.set()
    assert waited, "the second did not wait for the first"
    return one.ended(), two.ended()


def taken(shift: Shift, who: Volunteer, at: dt.datetime = ELEVEN) -> Callable[[], Any]:
    return lambda: take(shift=shift, volunteer=who, by=who.user, at=at).state


@pytest.mark.parametrize("turn", [1, -1])
def test_last_seat_when_two_take_it_at_once_is_one_persons_and_the_other_reads_full(feng, fang, noon, turn):
    first, second = (feng, fang)[::turn]

    assert at_once(taken(noon, first), taken(noon, second)) == ("confirmed", "full")
    assert rows(noon) == [(first.user.name, "confirmed", 1)]


@pytest.mark.parametrize("turn", [1, -1])
def test_two_overlapping_shifts_when_one_person_takes_both_at_once_are_one(of, feng, noon, turn):
    later = make.shift(make.post(of, "西门岗"), NOON + 2 * HOUR)
    first, second = (noon, later)[::turn]

    assert at_once(taken(first, feng), taken(second, feng)) == ("confirmed", "overlap")
    assert (len(rows(first)), len(rows(second))) == (1, 0)


def test_two_overlapping_shifts_when_they_are_in_two_compounds_are_one(of, feng, noon):
    other = compound("dongyuan", "东园")
    far, there = make.shift(make.post(other), NOON + HOUR), make.volunteer(other)

    assert at_once(taken(noon, feng), taken(far, there)) == ("confirmed", "overlap")


def test_hours_of_the_week_when_two_shifts_are_taken_at_once_are_counted_one_after_the_other(of):
    """No constraint knows the week: only the lock on the person does."""
    su = make.volunteer(of, "苏珊", "13000000013", hours_a_week=6)
    first, second = make.shift(make.post(of)), make.shift(make.post(of, "西门岗"), NOON + 24 * HOUR)

    assert at_once(taken(first, su), taken(second, su)) == ("confirmed", "week_hours")


@pytest.mark.parametrize("turn", [1, -1])
def test_last_seat_when_leader_and_volunteer_want_it_at_once_is_the_firsts(of, feng, fang, noon, turn):
    leader = make.volunteer(of, "苏珊", "13000000013")
    GroupMember.objects.create(group=noon.post.group, volunteer=leader, compound=of, part="leader")
    deeds = [
        lambda: assign(shift=noon, volunteer=fang, by=leader.user, at=ELEVEN).state, taken(noon, feng)
    ][::turn]  # fmt: skip

    assert at_once(*deeds) == (("published", "confirmed")[::turn][0], "full")
    assert rows(noon) == [("方琴", "published", 1) if turn == 1 else ("冯磊", "confirmed", 1)]


def test_same_person_when_leader_and_they_themselves_put_them_on_at_once_is_there_once(of, feng):
    shift, lin = make.shift(make.post(of, seats=2)), make.member(of)

    assert at_once(taken(shift, feng), lambda: assign(shift=shift, volunteer=feng, by=lin, at=ELEVEN)) == (
        "confirmed", "on_it_already"
    )  # fmt: skip
    assert rows(shift) == [("冯磊", "confirmed", 1)]


def test_offered_seat_when_somebody_else_takes_at_once_stays_with_whom_it_is_kept_for(feng, fang, noon):
    row = make.assignment(noon, feng, "offered", offer_until=NOON)

    accepted = at_once(lambda: accept_offer(assignment=row, by=feng.user, at=ELEVEN).state, taken(noon, fang))

    assert accepted == ("confirmed", "full")
    assert rows(noon) == [("冯磊", "confirmed", 1)]


def test_offered_seat_when_it_is_given_back_and_taken_at_once_is_free_for_the_second(feng, fang, noon):
    row = make.assignment(noon, feng, "offered", offer_until=NOON)

    assert at_once(lambda: withdraw(assignment=row, by=feng.user, at=ELEVEN).state, taken(noon, fang)) == (
        "declined", "confirmed"
    )  # fmt: skip


@pytest.mark.parametrize(("turn", "expected"), [(1, ("confirmed", None)), (-1, (None, "offer_over"))])
def test_offer_when_accepted_while_the_sweep_ends_it_is_one_of_the_two(feng, noon, turn, expected):
    row = make.assignment(noon, feng, "offered", offer_until=ELEVEN)
    accept = partial(accept_offer, assignment=row, by=feng.user, at=ELEVEN - MINUTE)
    deeds = [lambda: accept().state, lambda: expire_offers(ELEVEN)][::turn]

    assert at_once(*deeds) == expected
    assert rows(noon) == [("冯磊", "confirmed", 1) if turn == 1 else ("冯磊", "declined", None)]


@pytest.mark.parametrize("turn", [1, -1])
def test_stand_in_when_two_accept_at_once_is_one_and_the_other_reads_who(of, feng, fang, noon, turn):
    su = make.volunteer(of, "苏珊", "13000000013")
    request = ask_stand_in(assignment=make.assignment(noon, feng), why="", by=feng.user, at=ELEVEN)

    def accepted(who: Volunteer) -> str:
        return accept_stand_in(request=StandIn.objects.get(), volunteer=who, by=who.user, at=ELEVEN).user.name

    first, second = (fang, su)[::turn]

    assert at_once(partial(accepted, first), partial(accepted, second)) == (first.user.name, "request_closed")
    assert rows(noon) == [(first.user.name, "confirmed", 1), ("冯磊", "excused", None)]
    request.refresh_from_db()
    assert request.result.user == first.user


def test_stand_in_when_accepted_while_the_other_signs_in_after_all_is_one_of_the_two(feng, fang, noon):
    row = make.assignment(noon, feng)
    request = ask_stand_in(assignment=row, why="", by=feng.user, at=ELEVEN)

    assert at_once(
        lambda: sign_in(assignment=row, by=feng.user, at=NOON).state,
        lambda: accept_stand_in(request=request, volunteer=fang, by=fang.user, at=NOON),
    ) == ("signed_in", "request_closed")
    assert rows(noon) == [("冯磊", "signed_in", 1)]


def test_stand_in_when_accepted_while_the_person_takes_another_shift_is_judged_with_it(of, feng, fang, noon):
    request = ask_stand_in(assignment=make.assignment(noon, feng), why="", by=feng.user, at=ELEVEN)
    other = make.shift(make.post(of, "西门岗"), NOON + 3 * HOUR)

    assert at_once(
        taken(other, fang), lambda: accept_stand_in(request=request, volunteer=fang, by=fang.user, at=ELEVEN)
    ) == ("confirmed", "overlap")


def test_two_swaps_when_they_cross_at_once_do_not_lock_each_other_out(of, feng, fang, noon):
    """A for B and B for A, each asked by one of the two: shifts and people are locked by their ids, not by who asks."""
    later = make.shift(make.post(of, "西门岗"), NOON + 24 * HOUR)
    mine, theirs = make.assignment(noon, feng), make.assignment(later, fang)
    one = ask_stand_in(assignment=mine, to=fang, offered=theirs, why="", by=feng.user, at=ELEVEN)
    two = ask_stand_in(assignment=theirs, to=feng, offered=mine, why="", by=fang.user, at=ELEVEN)

    assert at_once(
        lambda: accept_stand_in(request=one, volunteer=fang, by=fang.user, at=ELEVEN).user.name,
        lambda: accept_stand_in(request=two, volunteer=feng, by=feng.user, at=ELEVEN),
    ) == ("方琴", "request_closed")
    assert (rows(noon)[0], rows(later)[0]) == (("方琴", "confirmed", 1), ("冯磊", "confirmed", 1))


def test_two_shifts_when_swaps_cross_between_them_are_cancelled_at_once_without_a_deadlock(of, feng, fang, noon):
    """Each request belongs to both shifts, and neither cancels has the other's shift: both go by the requests' ids."""
    later = make.shift(make.post(of, "西门岗", seats=2), NOON + 24 * HOUR)
    noon.maximum = 2
    noon.save()
    su, li = make.volunteer(of, "苏珊", "13000000013"), make.volunteer(of, "李昕", "13000000014")
    low, high = UUID(int=1), UUID(int=2)
    mine, hers = make.assignment(noon, feng, id=low), make.assignment(noon, su, seat=2, id=high)
    theirs, his = make.assignment(later, fang, id=UUID(int=4)), make.assignment(later, li, seat=2, id=UUID(int=3))
    one = ask_stand_in(assignment=mine, to=fang, offered=theirs, why="", by=feng.user, at=ELEVEN)
    two = ask_stand_in(assignment=his, to=su, offered=hers, why="", by=li.user, at=ELEVEN)
    by = make.member(of)

    with transaction.atomic():
        list(StandIn.objects.select_for_update().filter(pk__in=[one.pk, two.pk]))
        works = [Other(partial(cancel_shift, shift=shift, why="", by=by, at=ELEVEN)) for shift in (noon, later)]
        assert until_blocked(*works)
    assert [work.ended() for work in works] == [noon, later]
    assert set(StandIn.objects.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.parametrize(("turn", "expected"), [(1, ("confirmed", "still_on_duty")), (-1, ("not_active", None))])
def test_volunteer_when_ended_while_they_take_another_shift_is_one_of_the_two(of, feng, noon, turn, expected):
    make.assignment(noon, feng)
    later, by = make.shift(make.post(of, "西门岗"), NOON + 24 * HOUR), make.member(of)
    works = (
        taken(later, feng),
        lambda: end_volunteer(volunteer=feng, by=by, at=ELEVEN, free=True),
    )

    assert at_once(*works[::turn])[::turn] == expected


def test_sign_in_when_leader_and_volunteer_do_it_at_once_is_one_tick(of, feng, noon):
    row, lin = make.assignment(noon, feng), make.member(of)

    assert at_once(
        lambda: sign_in(assignment=row, by=feng.user, at=NOON).state, lambda: sign_in(assignment=row, by=lin, at=NOON)
    ) == ("signed_in", "signed_in_already")
    row.refresh_from_db()
    assert row.signed_in_by == feng.user


@pytest.mark.parametrize(
    ("turn", "expected", "left"),
    [
        (1, ("signed_in", "not_on_duty"), ("冯磊", "signed_in", 1)),
        (-1, ("absent", "marked_absent"), ("冯磊", "absent", None)),
    ],
)
def test_sign_in_when_marked_absent_at_once_ends_as_the_first_has_said(of, feng, noon, turn, expected, left):
    row, lin = make.assignment(noon, feng), make.member(of)
    deeds = [
        lambda: sign_in(assignment=row, by=feng.user, at=NOON).state,
        lambda: mark_absent(assignment=row, by=lin, at=NOON).state,
    ][::turn]

    assert at_once(*deeds) == expected
    assert rows(noon) == [left]


def test_publish_when_pressed_by_two_at_once_is_done_once(of, feng, noon):
    ids, lin = [make.assignment(noon, feng, "proposed").pk], make.member(of)

    def published() -> tuple[int, int]:
        made = publish(assignments=ids, by=lin, at=ELEVEN)
        return len(made.done), len(made.refused)

    assert at_once(published, published) == ((1, 0), (0, 0))


def test_publish_when_the_seat_is_taken_at_once_refuses_that_row(of, feng, fang, noon):
    row, lin = make.assignment(noon, feng, "proposed"), make.member(of)

    outcome = at_once(
        taken(noon, fang), lambda: [why.code for _, why in publish(assignments=[row.pk], by=lin, at=ELEVEN).refused]
    )

    assert outcome == ("confirmed", ["full"])


def test_shift_when_cancelled_while_somebody_takes_it_is_cancelled_for_them_too(of, feng, noon):
    lin = make.member(of)

    assert at_once(lambda: cancel_shift(shift=noon, why="", by=lin, at=ELEVEN).note, taken(noon, feng)) == (
        "", "cancelled"
    )  # fmt: skip


def test_hours_when_changed_while_somebody_takes_a_shift_beside_it_see_that_one(of, feng, noon):
    make.assignment(noon, feng)
    make.shift(make.post(of, "南门岗"), NOON + 24 * HOUR)
    later, lin = make.shift(make.post(of, "西门岗"), NOON + 12 * HOUR), make.member(of)

    outcome = at_once(
        taken(later, feng), lambda: edit_shift(shift=noon, ends_at=NOON + 13 * HOUR, by=lin, at=ELEVEN)
    )  # fmt: skip

    assert outcome == ("confirmed", "overlap")
    noon.refresh_from_db()
    assert noon.ends_at == NOON + 4 * HOUR


def test_i_cannot_come_when_pressed_twice_at_once_is_one_search(of, feng, noon):
    row = make.assignment(noon, feng)

    def pressed() -> str:
        return cannot_come(assignment=row, by=feng.user, at=ELEVEN, why="").what

    assert at_once(pressed, pressed) == ("searching", "searching")
    assert StandIn.objects.count() == 1


def test_one_seat_when_sixteen_take_it_at_the_same_moment_is_one_persons(of, noon):
    people = [make.volunteer(of, f"志愿者{n}", f"139000000{n:02}") for n in range(16)]

    outcomes = [other.ended() for other in [Other(taken(noon, who)) for who in people]]

    assert sorted(outcomes) == ["confirmed", *["full"] * 15]
    assert Assignment.objects.count() == 1


def test_many_shifts_when_many_take_them_crosswise_end_without_a_deadlock(of):
    """Every person takes every shift, in different orders, while all are published once more: nobody hangs or fails."""
    shifts = [make.shift(make.post(of, f"岗{n}", seats=2), NOON + n * HOUR) for n in range(4)]
    people = [make.volunteer(of, f"志愿者{n}", f"139000000{n:02}") for n in range(4)]
    lin = make.member(of)
    ids = [make.assignment(shift, people[n], "proposed").pk for n, shift in enumerate(shifts)]
    deeds = [taken(shifts[(n + step) % 4], who) for step in range(4) for n, who in enumerate(people)]

    others = [Other(deed) for deed in deeds]
    others.append(Other(lambda: len(publish(assignments=ids, by=lin, at=ELEVEN).done)))

    outcomes = [other.ended() for other in others]
    assert [one for one in outcomes if isinstance(one, BaseException)] == []
    # All four shifts overlap or lie within the rest: everybody has exactly one.
    counted = Assignment.objects.filter(state__in=Assignment.COUNTED)
    assert sorted(counted.values_list("user__name", flat=True)) == [f"志愿者{n}" for n in range(4)]
