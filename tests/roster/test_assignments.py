"""A seat: put there by the coordinator or a leader, taken of one's own, proposed and published."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from compound.models import AuditEntry, Message
from compound.refusals import Refusal
from roster.models import Assignment, GroupMember, RosterRules, Shift, Volunteer
from roster.services.assignments import assign, confirm, publish, take
from tests import make
from tests.make import ELEVEN, NOON
from tests.roster.reading import refusal, rows

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


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


# -- assign -------------------------------------------------------------------------------------------------------


def test_assign_when_nothing_stands_against_it_publishes_a_seat_and_tells_the_person(lin, feng, noon):
    row = assign(shift=noon, volunteer=feng, by=lin, at=ELEVEN)

    row.refresh_from_db()
    assert rows(noon) == [("冯磊", "published", 1)]
    assert (row.made_at, row.made_by, row.starts_at, row.ends_at) == (ELEVEN, lin, NOON, NOON + 4 * HOUR)
    told = Message.objects.get()
    assert (told.to, told.kind, told.good_until) == (feng.user, "assigned", noon.ends_at)
    assert "8月23日(周二) 12:00–16:00 东门岗" in told.text
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.subject) == ("roster.assigned", lin, "冯磊")


def test_assign_when_the_shift_is_full_is_refused_even_with_a_reason(lin, feng, fang, noon):
    make.assignment(noon, fang)

    code, message = refusal(assign, shift=noon, volunteer=feng, by=lin, at=ELEVEN, why="缺人")

    assert (code, rows(noon)) == ("full", [("方琴", "published", 1)])
    assert message == (
        "冯磊 can't take this shift: the shift is full (1 person). "
        "Take somebody off first, or raise the number of seats."
    )


def test_assign_when_the_person_is_on_duty_elsewhere_is_refused_even_with_a_reason(of, lin, feng, noon):
    make.assignment(make.shift(make.post(of, "西门岗"), NOON + 3 * HOUR), feng)

    code, message = refusal(assign, shift=noon, volunteer=feng, by=lin, at=ELEVEN, why="缺人")

    assert code == "overlap"
    assert message == (
        "冯磊 can't take this shift: on duty at 西门岗 from 8/23 (Tue) 15:00 to 8/23 (Tue) 19:00. Choose somebody else."
    )


def test_assign_when_the_overlap_is_in_another_compound_is_refused_without_naming_the_post(of, lin, feng, noon):
    other = make.compound("dongyuan", "东园")
    make.assignment(make.shift(make.post(other, "南门岗")), make.volunteer(other))

    code, message = refusal(assign, shift=noon, volunteer=feng, by=lin, at=ELEVEN)

    assert code == "overlap"
    assert "南门岗" not in message


def test_assign_when_a_rule_is_broken_asks_for_a_reason_and_with_one_logs_it(of, lin, feng, noon):
    make.assignment(make.shift(make.post(of, "西门岗"), NOON - 6 * HOUR), feng)

    with pytest.raises(Refusal) as caught:
        assign(shift=noon, volunteer=feng, by=lin, at=ELEVEN, why="  ")
    assert (caught.value.code, caught.value.params["can_override"]) == ("rest", True)
    assert caught.value.message == (
        "冯磊 can't take this shift: in rest time until 8/23 (Tue) 18:00 (8 hours). "
        "Choose somebody else, or write down the reason why it must be."
    )
    assert rows(noon) == []

    row = assign(shift=noon, volunteer=feng, by=lin, at=ELEVEN, why=" 没有别人 ")

    row.refresh_from_db()
    assert [one["code"] for one in row.overridden] == ["rest"]
    assert (row.overridden_by, row.overridden_why) == (lin, "没有别人")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.params["rules"], entry.params["why"]) == ("roster.overridden", ["rest"], "没有别人")


def test_assign_when_nothing_is_broken_keeps_no_override_whatever_reason_is_typed(lin, feng, noon):
    row = assign(shift=noon, volunteer=feng, by=lin, at=ELEVEN, why="没有别人")

    row.refresh_from_db()
    assert (row.overridden, row.overridden_by, row.overridden_why) == ([], None, "")


@pytest.mark.parametrize(
    ("part", "allowed", "may"),
    [("leader", True, True), ("deputy", True, True), ("member", True, False), ("leader", False, False)],
)
def test_override_when_somebody_of_the_group_asks_needs_the_right_to_assign(of, feng, fang, noon, part, allowed, may):
    make.assignment(make.shift(make.post(of, "西门岗"), NOON - 6 * HOUR), feng)
    group = noon.post.group
    group.leaders_assign = allowed
    group.save(update_fields=["leaders_assign"])
    GroupMember.objects.create(group=group, volunteer=fang, compound=of, part=part)
    facts = {"shift": noon, "volunteer": feng, "by": fang.user, "at": ELEVEN, "why": "没有别人"}

    if may:
        assert assign(**facts).overridden_by == fang.user
    else:
        assert refusal(assign, **facts)[0] == "not_allowed"
        assert rows(noon) == []


def test_override_when_somebody_asks_for_themselves_needs_a_second_person(of, feng, fang, noon):
    GroupMember.objects.create(group=noon.post.group, volunteer=feng, compound=of, part="leader")
    GroupMember.objects.create(group=noon.post.group, volunteer=fang, compound=of, part="deputy")
    make.assignment(make.shift(make.post(of, "西门岗"), NOON - 6 * HOUR), feng)
    facts = {"shift": noon, "volunteer": feng, "at": ELEVEN, "why": "没有别人"}

    assert refusal(assign, by=feng.user, **facts)[0] == "second_person"
    assert rows(noon) == []
    assert assign(by=fang.user, **facts).overridden_by == fang.user


def test_assign_when_the_person_was_proposed_or_waits_uses_the_row_that_is_there(lin, feng, noon):
    row = make.assignment(noon, feng, "waiting")

    assert assign(shift=noon, volunteer=feng, by=lin, at=ELEVEN).pk == row.pk
    assert rows(noon) == [("冯磊", "published", 1)]


def test_assign_when_seats_have_gaps_takes_the_lowest_free_one(of, lin, feng, fang):
    shift = make.shift(make.post(of, seats=3))
    make.assignment(shift, fang, seat=1)
    make.assignment(shift, make.volunteer(of, "苏珊", "13000000013"), seat=3)

    assert assign(shift=shift, volunteer=feng, by=lin, at=ELEVEN).seat == 2


def test_assign_when_somebody_was_absent_before_writes_a_new_row_beside_the_old(lin, feng, noon):
    make.assignment(noon, feng, "absent")

    assign(shift=noon, volunteer=feng, by=lin, at=ELEVEN)

    assert rows(noon) == [("冯磊", "published", 1), ("冯磊", "absent", None)]


# -- take ---------------------------------------------------------------------------------------------------------


def test_take_when_it_is_free_is_confirmed_at_once(feng, noon):
    row = take(shift=noon, volunteer=feng, by=feng.user, at=ELEVEN)

    row.refresh_from_db()
    assert (rows(noon), row.confirmed_at) == ([("冯磊", "confirmed", 1)], ELEVEN)
    assert AuditEntry.objects.get().action == "roster.taken"
    assert Message.objects.count() == 0


@pytest.mark.parametrize("seats", [1, 2])
def test_take_when_one_is_there_already_depends_on_the_seats(of, feng, fang, seats):
    shift = make.shift(make.post(of, seats=seats))
    make.assignment(shift, fang)

    if seats == 1:
        code, message = refusal(take, shift=shift, volunteer=feng, by=feng.user, at=ELEVEN)
        assert code == "full"
        assert message == (
            "You can't take this shift: the shift is full (1 person). "
            "Put yourself on the waiting list, or choose another shift."
        )
    else:
        assert take(shift=shift, volunteer=feng, by=feng.user, at=ELEVEN).seat == 2


def test_take_when_a_rule_asks_for_a_reason_is_refused(of, feng, noon):
    make.assignment(make.shift(make.post(of, "西门岗"), NOON - 6 * HOUR), feng)

    code, message = refusal(take, shift=noon, volunteer=feng, by=feng.user, at=ELEVEN)

    assert code == "rest"
    assert message.endswith("Choose another shift, or ask the coordinator.")


def test_take_when_the_shifts_touch_at_four_in_two_compounds_is_judged_by_rest_only(of, feng):
    other = make.compound("dongyuan", "东园")
    far = make.volunteer(other)
    make.assignment(make.shift(make.post(other), NOON + 4 * HOUR), far)
    shift = make.shift(make.post(of))

    assert refusal(take, shift=shift, volunteer=feng, by=feng.user, at=ELEVEN)[0] == "rest"
    RosterRules.objects.create(compound=of, rest_minutes=0)
    assert take(shift=shift, volunteer=feng, by=feng.user, at=ELEVEN).state == "confirmed"


def test_take_when_it_is_a_shift_after_midnight_counts_on_its_own_day_and_week(of, feng):
    """Monday 22 August 00:30 to 07:30 is of that Monday: the 28 hours of the week before are no hindrance."""
    feng.hours_a_week = 28
    feng.save(update_fields=["hours_a_week"])
    monday = dt.datetime(2022, 8, 22, 0, 30, tzinfo=make.SHANGHAI)
    for days in range(2, 6):
        make.assignment(make.shift(make.post(of, f"岗{days}"), monday - days * 24 * HOUR, hours=7), feng)
    shift = make.shift(make.post(of), monday, hours=7, is_night=True)

    assert take(shift=shift, volunteer=feng, by=feng.user, at=monday - HOUR).state == "confirmed"
    assert shift.duty_on == dt.date(2022, 8, 22)
    sunday = make.shift(make.post(of, "西门岗"), monday - 7.5 * HOUR, hours=4)
    assert refusal(take, shift=sunday, volunteer=feng, by=feng.user, at=monday - 9 * HOUR)[0] == "rest"


def test_take_when_everything_is_judged_costs_the_same_queries_however_many_shifts_there_are(of, feng):
    def queries(shift: Shift) -> int:
        with CaptureQueriesContext(connection) as found:
            take(shift=shift, volunteer=feng, by=feng.user, at=ELEVEN)
        return len(found)

    first = queries(make.shift(make.post(of), NOON, hours=2))
    for days in range(3, 9):
        make.assignment(make.shift(make.post(of, f"岗{days}"), NOON + days * 24 * HOUR, hours=1), feng)
    assert queries(make.shift(make.post(of, "西门岗"), NOON + 24 * HOUR, hours=2)) == first - 3
    assert first == 21


# -- publish, confirm ---------------------------------------------------------------------------------------------


def test_publish_when_all_may_gives_seats_and_one_message_a_person(of, lin, feng, fang):
    gate = make.post(of, seats=2)
    shifts = [make.shift(gate, NOON + days * 24 * HOUR) for days in range(2)]
    ids = [make.assignment(shift, who, "proposed").pk for shift in shifts for who in (feng, fang)]

    made = publish(assignments=ids, by=lin, at=ELEVEN)

    assert ({row.pk for row in made.done}, made.refused) == (set(ids), [])
    assert [seat for shift in shifts for _, _, seat in rows(shift)] == [1, 2, 1, 2]
    told = Message.objects.order_by("to__name")
    assert sorted(one.to.name for one in told) == ["冯磊", "方琴"]
    assert told[0].text.count("12:00–16:00") == 2
    assert AuditEntry.objects.get().params["seats"] == 4


def test_publish_when_one_breaks_a_rule_by_now_refuses_that_one_only(of, lin, feng, fang, noon):
    good = make.assignment(noon, feng, "proposed")
    late = make.assignment(make.shift(make.post(of, "西门岗"), NOON + 2 * HOUR), feng, "proposed")
    other = make.assignment(make.shift(make.post(of, "南门岗")), fang, "proposed")

    made = publish(assignments=[late.pk, good.pk, other.pk, uuid.uuid4()], by=lin, at=ELEVEN)

    assert {row.pk for row in made.done} == {good.pk, other.pk}
    assert [(row.pk, why.code) for row, why in made.refused] == [(late.pk, "overlap")]
    late.refresh_from_db()
    assert (late.state, late.seat) == ("proposed", None)


def test_publish_when_a_seat_was_taken_in_between_refuses_as_full(lin, feng, fang, noon):
    row = make.assignment(noon, feng, "proposed")
    take(shift=noon, volunteer=fang, by=fang.user, at=ELEVEN)

    made = publish(assignments=[row.pk], by=lin, at=ELEVEN)

    assert ([why.code for _, why in made.refused], made.done) == (["full"], [])


def test_publish_when_pressed_twice_tells_nobody_twice(lin, feng, noon):
    row = make.assignment(noon, feng, "proposed")

    assert len(publish(assignments=[row.pk], by=lin, at=ELEVEN).done) == 1
    assert publish(assignments=[row.pk], by=lin, at=ELEVEN + HOUR).done == []
    assert Message.objects.count() == 1


def test_publish_when_there_are_many_costs_the_same_queries(of, lin):
    gate = make.post(of)
    people = [make.volunteer(of, f"志愿者{n}", f"139000000{n:02}") for n in range(12)]

    def queries(days: range) -> int:
        ids = [
            make.assignment(make.shift(gate, NOON + day * 24 * HOUR), people[day % 12], "proposed").pk for day in days
        ]
        with CaptureQueriesContext(connection) as found:
            assert len(publish(assignments=ids, by=lin, at=ELEVEN).done) == len(ids)
        return len(found)

    queries(range(1))
    assert queries(range(1, 3)) == queries(range(3, 12))


def test_confirm_when_published_says_when_and_a_second_time_changes_nothing(feng, noon):
    row = make.assignment(noon, feng)

    assert confirm(assignment=row, by=feng.user, at=ELEVEN).confirmed_at == ELEVEN
    assert confirm(assignment=row, by=feng.user, at=ELEVEN + HOUR).confirmed_at == ELEVEN
    row.refresh_from_db()
    assert (row.state, row.confirmed_at) == ("confirmed", ELEVEN)


@pytest.mark.parametrize("state", ["proposed", "waiting", "offered", "declined", "absent", "signed_in"])
def test_confirm_when_there_is_nothing_to_confirm_is_refused(feng, noon, state):
    row = make.assignment(noon, feng, state)

    code, message = refusal(confirm, assignment=row, by=feng.user, at=ELEVEN)

    assert (code, message.endswith("Open the page again.")) == ("not_on_duty", True)
    assert Assignment.objects.get().state == state


def test_override_when_a_superuser_without_a_membership_asks_is_allowed(of, feng, noon):
    make.assignment(make.shift(make.post(of, "西门岗"), NOON - 6 * HOUR), feng)
    chief = make.user("何秀兰", "13000000099")
    chief.is_superuser = True
    chief.save(update_fields=["is_superuser"])

    assert assign(shift=noon, volunteer=feng, by=chief, at=ELEVEN, why="急").overridden_by == chief
