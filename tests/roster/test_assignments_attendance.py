"""Signed in, signed out, absent, excused; and every tick taken back, with who had made it."""

import datetime as dt

import pytest
from django.utils import translation

from compound.models import AuditEntry, Message
from roster.models import Assignment, GroupMember, Shift, StandIn, Volunteer
from roster.queries.my import hours_of
from roster.queries.volunteers import with_load
from roster.services.alerts import open_gaps
from roster.services.assignments import (
    assign,
    excuse,
    mark_absent,
    sign_in,
    sign_out,
    take,
    unassign,
    undo_attendance,
)
from tests import make
from tests.make import ELEVEN, NOON
from tests.roster.reading import refusal, rows

pytestmark = pytest.mark.django_db
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
OPENS = NOON - 30 * MINUTE


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
def fang(of) -> Volunteer:
    return make.volunteer(of, "方琴", "13000000012")


@pytest.fixture
def noon(of) -> Shift:
    return make.shift(make.post(of))


@pytest.mark.parametrize("state", ["published", "confirmed"])
def test_sign_in_when_they_are_expected_says_when_and_by_whom(feng, noon, state):
    row = make.assignment(noon, feng, state)

    sign_in(assignment=row, by=feng.user, at=OPENS)

    row.refresh_from_db()
    assert (row.state, row.signed_in_at, row.signed_in_by, row.seat) == ("signed_in", OPENS, feng.user, 1)
    assert AuditEntry.objects.get().action == "roster.signed_in"


def test_sign_in_when_it_is_too_early_says_from_when_on(feng, noon):
    row = make.assignment(noon, feng)

    code, message = refusal(sign_in, assignment=row, by=feng.user, at=OPENS - MINUTE)

    assert (code, message) == (
        "too_early",
        "It is too early: the shift starts at 8/23 (Tue) 12:00. Sign in from 8/23 (Tue) 11:30 on.",
    )


def test_sign_in_when_the_shift_is_over_is_for_the_leader_and_counts_from_its_start(lin, feng, noon):
    row = make.assignment(noon, feng)

    assert refusal(sign_in, assignment=row, by=feng.user, at=noon.ends_at)[0] == "over"
    sign_in(assignment=row, by=lin, at=noon.ends_at + HOUR)

    row.refresh_from_db()
    assert (row.signed_in_at, row.signed_in_by) == (NOON, lin)
    assert AuditEntry.objects.get().at == noon.ends_at + HOUR


def test_sign_in_when_done_twice_says_since_when_and_by_whom(lin, feng, noon):
    row = make.assignment(noon, feng)
    sign_in(assignment=row, by=lin, at=NOON)

    code, message = refusal(sign_in, assignment=row, by=feng.user, at=NOON + MINUTE)

    assert (code, message) == (
        "signed_in_already",
        "冯磊 has been signed in since 8/23 (Tue) 12:00, by 林涛. There is nothing more to do.",
    )
    row.refresh_from_db()
    assert (row.signed_in_at, row.signed_in_by) == (NOON, lin)


@pytest.mark.parametrize("state", ["proposed", "waiting", "offered", "declined", "excused"])
def test_sign_in_when_they_have_no_seat_is_refused(feng, noon, state):
    row = make.assignment(noon, feng, state)

    assert refusal(sign_in, assignment=row, by=feng.user, at=NOON)[0] == "not_on_duty"


def test_sign_in_when_the_shift_was_cancelled_is_refused(feng, noon):
    row = make.assignment(noon, feng)
    Shift.objects.update(cancelled_at=ELEVEN)

    assert refusal(sign_in, assignment=row, by=feng.user, at=NOON)[0] == "cancelled"


def test_sign_in_when_somebody_was_looked_for_ends_the_search(feng, noon):
    row = make.assignment(noon, feng)
    StandIn.objects.create(assignment=row, asked_at=ELEVEN, asked_by=feng.user)

    sign_in(assignment=row, by=feng.user, at=NOON)

    assert StandIn.objects.get().state == "withdrawn"


def test_sign_in_when_marked_absent_and_the_seat_is_still_free_takes_it_again(lin, feng, noon):
    row = make.assignment(noon, feng)
    mark_absent(assignment=row, by=lin, at=NOON + 15 * MINUTE)

    code = refusal(sign_in, assignment=row, by=feng.user, at=NOON + 20 * MINUTE, at_post=True)[0]
    sign_in(assignment=row, by=lin, at=NOON + 20 * MINUTE)

    assert code == "marked_absent"
    row.refresh_from_db()
    assert (row.state, row.seat, row.ended_at, row.ended_by) == ("signed_in", 1, None, None)


def test_sign_out_when_signed_in_says_when_and_a_second_time_is_refused(feng, noon):
    row = make.assignment(noon, feng, "signed_in")

    sign_out(assignment=row, by=feng.user, at=noon.ends_at)
    code, message = refusal(sign_out, assignment=row, by=feng.user, at=noon.ends_at + MINUTE)

    row.refresh_from_db()
    assert (row.state, row.signed_out_at, row.signed_out_by) == ("signed_out", noon.ends_at, feng.user)
    assert (code, message) == (
        "signed_out_already", "冯磊 signed out at 8/23 (Tue) 16:00 already. There is nothing more to do."
    )  # fmt: skip


def test_sign_out_when_nobody_signed_in_is_refused(feng, noon):
    assert refusal(sign_out, assignment=make.assignment(noon, feng), by=feng.user, at=NOON)[0] == "not_signed_in"


def test_mark_absent_when_the_shift_has_begun_frees_the_seat_for_the_waiting_list(lin, feng, fang, noon):
    row = make.assignment(noon, feng)
    make.assignment(noon, fang, "waiting")

    mark_absent(assignment=row, by=lin, at=NOON)

    row.refresh_from_db()
    assert (row.state, row.seat, row.ended_at, row.ended_by) == ("absent", None, NOON, lin)
    assert rows(noon) == [("方琴", "offered", 1), ("冯磊", "absent", None)]
    assert noon.assignments.get(state="offered").offer_until == NOON + HOUR


def test_mark_absent_when_the_shift_has_not_begun_is_refused(lin, feng, noon):
    assert refusal(mark_absent, assignment=make.assignment(noon, feng), by=lin, at=NOON - MINUTE)[0] == "too_early"


@pytest.mark.parametrize("state", ["signed_in", "signed_out", "waiting", "absent"])
def test_mark_absent_when_they_are_not_expected_is_refused(lin, feng, noon, state):
    assert refusal(mark_absent, assignment=make.assignment(noon, feng, state), by=lin, at=NOON)[0] == "not_on_duty"


def test_excuse_when_they_were_absent_turns_it_into_excused_with_the_reason(lin, feng, noon):
    row = make.assignment(noon, feng, "absent")

    excuse(assignment=row, by=lin, at=NOON + HOUR, why="被封在楼里")

    row.refresh_from_db()
    assert (row.state, row.ended_at, row.ended_by, row.ended_why) == ("excused", NOON + HOUR, lin, "被封在楼里")


def test_undo_when_signed_out_goes_back_step_by_step_and_says_who_had_ticked(lin, feng, noon):
    row = make.assignment(noon, feng, "confirmed", confirmed_at=ELEVEN)
    sign_in(assignment=row, by=feng.user, at=NOON)
    sign_out(assignment=row, by=feng.user, at=NOON + HOUR)

    steps = [undo_attendance(assignment=row, by=lin, at=NOON + 2 * HOUR).state for _ in range(2)]

    row.refresh_from_db()
    assert steps == ["signed_in", "confirmed"]
    assert (row.signed_in_at, row.signed_in_by, row.signed_out_at, row.signed_out_by) == (None, None, None, None)
    undone = AuditEntry.objects.filter(action="roster.attendance_undone").order_by("pk")
    assert [(one.by, one.params["was"], one.params["ticked"]) for one in undone] == [
        (lin, "signed_out", "冯磊"), (lin, "signed_in", "冯磊")
    ]  # fmt: skip


def test_undo_when_absent_and_the_seat_is_free_expects_them_again(lin, feng, noon):
    row = make.assignment(noon, feng)
    mark_absent(assignment=row, by=lin, at=NOON)

    undo_attendance(assignment=row, by=lin, at=NOON + MINUTE)

    assert rows(noon) == [("冯磊", "published", 1)]


def test_undo_when_absent_and_somebody_else_has_the_seat_says_so(lin, feng, fang, noon):
    row = make.assignment(noon, feng)
    mark_absent(assignment=row, by=lin, at=NOON)
    make.assignment(noon, fang)

    code, message = refusal(undo_attendance, assignment=row, by=lin, at=NOON + MINUTE)

    assert (code, message) == (
        "seat_taken",
        "冯磊 can't be put back: the shift is full (1 person). "
        "Take somebody else off first, or raise the number of seats.",
    )
    assert rows(noon) == [("方琴", "published", 1), ("冯磊", "absent", None)]


def test_undo_when_absent_and_on_duty_elsewhere_by_now_says_so(of, lin, feng, noon):
    row = make.assignment(noon, feng)
    mark_absent(assignment=row, by=lin, at=NOON)
    make.assignment(make.shift(make.post(of, "西门岗"), NOON + HOUR), feng)

    assert refusal(undo_attendance, assignment=row, by=lin, at=NOON + MINUTE)[0] == "overlap"


@pytest.mark.parametrize("state", ["published", "proposed", "waiting", "declined"])
def test_undo_when_there_is_no_tick_is_refused(lin, feng, noon, state):
    row = make.assignment(noon, feng, state)

    assert refusal(undo_attendance, assignment=row, by=lin, at=NOON)[0] == "nothing_to_undo"
    assert Assignment.objects.get().state == state


# ── on one's own word, and gone before the end ────


@pytest.mark.parametrize(
    ("by_leader", "at_post", "own_word"), [(False, False, True), (False, True, False), (True, False, False)]
)
def test_sign_in_when_it_is_not_the_leader_nor_the_posts_code_is_their_own_word(
    lin, feng, noon, by_leader, at_post, own_word
):
    row = make.assignment(noon, feng)

    sign_in(assignment=row, by=lin if by_leader else feng.user, at=NOON, at_post=at_post)

    row.refresh_from_db()
    assert row.on_own_word is own_word
    undo_attendance(assignment=row, by=lin, at=NOON + MINUTE)
    row.refresh_from_db()
    assert (row.state, row.on_own_word) == ("published", False)


def leads(noon, person) -> None:
    GroupMember.objects.create(group=noon.post.group, volunteer=person, compound=noon.compound, part="leader")


def test_sign_out_when_the_shift_goes_on_frees_the_seat_tells_the_leader_and_lets_somebody_take_it(
    of, feng, fang, noon
):
    leads(noon, make.volunteer(of, "韩梅", "13000000013"))
    row = make.assignment(noon, feng, "signed_in")

    sign_out(assignment=row, by=feng.user, at=NOON + 10 * MINUTE)

    assert rows(noon) == [("冯磊", "signed_out", None)]
    assert [(one.kind, one.to.name, one.text) for one in Message.objects.all()] == [
        ("left", "韩梅", "冯磊在12:10签退，还没到下班时间：8月23日(周二) 12:00–16:00 东门岗。这个位置又空出来了。")
    ]
    take(shift=noon, volunteer=fang, by=fang.user, at=NOON + 20 * MINUTE)
    assert rows(noon) == [("方琴", "confirmed", 1), ("冯磊", "signed_out", None)]


def test_sign_out_when_somebody_waits_offers_them_the_seat(feng, fang, noon):
    row = make.assignment(noon, feng, "signed_in")
    make.assignment(noon, fang, "waiting")

    sign_out(assignment=row, by=feng.user, at=NOON + HOUR)

    assert rows(noon) == [("方琴", "offered", 1), ("冯磊", "signed_out", None)]


def test_sign_out_when_it_is_the_last_minutes_keeps_the_seat_and_the_hours(of, feng, noon):
    row = make.assignment(noon, feng, "signed_in")

    sign_out(assignment=row, by=feng.user, at=noon.ends_at - 10 * MINUTE)

    assert (rows(noon), Message.objects.count()) == ([("冯磊", "signed_out", 1)], 0)
    assert hours_of(compound=of, volunteer=feng, at=noon.ends_at).total == 4


@pytest.mark.parametrize(("came", "went", "hours"), [(-30, -29, 0.0), (0, 60, 1.0), (-30, 90, 1.5), (60, 120, 1.0)])
def test_hours_when_they_left_early_are_those_that_were_served(of, feng, noon, came, went, hours):
    row = make.assignment(noon, feng)
    sign_in(assignment=row, by=feng.user, at=NOON + came * MINUTE)
    sign_out(assignment=row, by=feng.user, at=NOON + went * MINUTE)

    at = noon.ends_at
    assert hours_of(compound=of, volunteer=feng, at=at).total == hours
    assert with_load(Volunteer.objects.filter(pk=feng.pk), at).get().time == hours * HOUR


def test_sign_out_when_the_shift_has_not_begun_is_a_gap_again(of, feng, noon):
    row = make.assignment(noon, feng, "signed_in", signed_in_at=OPENS)

    before = open_gaps(at=OPENS, compound=of)
    sign_out(assignment=row, by=feng.user, at=OPENS + MINUTE)

    after = open_gaps(at=OPENS + MINUTE, compound=of)
    assert (before, [(gap.shift, gap.missing) for gap in after]) == ([], [(noon, 1)])


def test_sign_out_when_they_left_early_leaves_them_free_for_another_shift(of, lin, feng, noon):
    row = make.assignment(noon, feng, "signed_in")
    later = make.shift(make.post(of, "西门岗"), NOON + 3 * HOUR, hours=1)
    sign_out(assignment=row, by=feng.user, at=NOON + MINUTE)

    # A minute of duty asks for rest too; the coordinator may set that aside, an overlap never.
    assert refusal(take, shift=later, volunteer=feng, by=feng.user, at=NOON + HOUR)[0] == "rest"
    assign(shift=later, volunteer=feng, by=lin, at=NOON + HOUR, why="没有别人")
    assert rows(later) == [("冯磊", "published", 1)]


def test_sign_in_when_they_had_left_early_is_for_the_leader_to_take_back(lin, feng, noon):
    row = make.assignment(noon, feng, "signed_in")
    sign_out(assignment=row, by=feng.user, at=NOON + HOUR)

    code = refusal(sign_in, assignment=row, by=feng.user, at=NOON + 2 * HOUR)[0]
    undo_attendance(assignment=row, by=lin, at=NOON + 2 * HOUR)

    assert (code, rows(noon)) == ("signed_out_already", [("冯磊", "signed_in", 1)])


def test_undo_when_they_had_left_early_and_the_seat_is_taken_says_so(lin, feng, fang, noon):
    row = make.assignment(noon, feng, "signed_in")
    sign_out(assignment=row, by=feng.user, at=NOON + HOUR)
    make.assignment(noon, fang)

    assert refusal(undo_attendance, assignment=row, by=lin, at=NOON + 2 * HOUR)[0] == "seat_taken"


# ── of a shift to come ────────────────────────────


@pytest.mark.parametrize("may", [False, True])
def test_excuse_when_the_shift_is_to_come_needs_the_right_to_assign_and_tells_the_person(of, feng, noon, may):
    head = make.volunteer(of, "韩梅", "13000000013")
    leads(noon, head)
    noon.post.group.leaders_assign = may
    noon.post.group.save(update_fields=["leaders_assign"])
    row = make.assignment(noon, feng)

    if not may:
        assert refusal(excuse, assignment=row, by=head.user, at=ELEVEN, why="")[0] == "not_allowed"
        assert (rows(noon), Message.objects.count()) == ([("冯磊", "published", 1)], 0)
        excuse(assignment=row, by=head.user, at=NOON, why="")
        assert Message.objects.count() == 0
        return
    excuse(assignment=row, by=head.user, at=ELEVEN, why="不用来")
    undo_attendance(assignment=row, by=head.user, at=ELEVEN + MINUTE)

    assert rows(noon) == [("冯磊", "published", 1)]
    assert [(one.kind, one.to) for one in Message.objects.order_by("made_at")] == [
        ("removed", feng.user), ("assigned", feng.user)
    ]  # fmt: skip


def test_undo_when_they_were_taken_off_elsewhere_is_refused(lin, feng, noon):
    row = make.assignment(noon, feng)
    unassign(assignment=row, by=lin, at=ELEVEN, why="")

    assert refusal(undo_attendance, assignment=row, by=lin, at=ELEVEN)[0] == "nothing_to_undo"
    assert rows(noon) == [("冯磊", "excused", None)]
