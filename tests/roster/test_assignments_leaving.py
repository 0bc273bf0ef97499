"""“I can't come”, early and late, and being taken off."""

import datetime as dt

import pytest
from django.utils import translation

from compound.models import AuditEntry, Message
from roster.models import GroupMember, Shift, StandIn, Volunteer
from roster.services.assignments import assign, cannot_come, confirm, unassign
from tests import make
from tests.make import ELEVEN, NOON
from tests.roster.reading import refusal, rows

pytestmark = pytest.mark.django_db
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
# The evening before: just early enough.
EARLY = NOON - 12 * HOUR


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


def test_cannot_come_when_it_is_early_frees_the_seat_and_says_why(feng, noon):
    row = make.assignment(noon, feng)

    outcome = cannot_come(assignment=row, by=feng.user, at=EARLY, why=" 发烧 ")

    row.refresh_from_db()
    assert (outcome.what, outcome.stand_in) == ("freed", None)
    assert (row.state, row.seat, row.ended_at, row.ended_by, row.ended_why) == (
        "declined", None, EARLY, feng.user, "发烧"
    )  # fmt: skip
    assert AuditEntry.objects.get().action == "roster.declined"


def test_cannot_come_when_it_is_early_offers_the_seat_to_the_first_who_waits(feng, fang, noon):
    row = make.assignment(noon, feng)
    make.assignment(noon, fang, "waiting")

    cannot_come(assignment=row, by=feng.user, at=EARLY, why="")

    assert rows(noon) == [("方琴", "offered", 1), ("冯磊", "declined", None)]
    offer = noon.assignments.get(state="offered")
    assert offer.offer_until == EARLY + HOUR
    assert [(one.to, one.kind) for one in Message.objects.all()] == [(fang.user, "offered")]


def test_cannot_come_when_it_is_late_keeps_them_on_duty_and_looks_for_somebody(of, feng, fang, noon):
    GroupMember.objects.create(group=noon.post.group, volunteer=fang, compound=of, part="leader")
    row = make.assignment(noon, feng)

    outcome = cannot_come(assignment=row, by=feng.user, at=EARLY + MINUTE, why="发烧")

    assert outcome.what == "searching"
    request = StandIn.objects.get()
    assert (outcome.stand_in, request.state, request.is_late, request.why) == (request, "open", True, "发烧")
    assert (request.to, request.asked_by, request.asked_at) == (None, feng.user, EARLY + MINUTE)
    assert rows(noon) == [("冯磊", "published", 1)]
    told = {(one.to.name if one.to else one.audience): one.text for one in Message.objects.all()}
    assert set(told) == {"方琴", "值守组"}
    assert "冯磊来不了" in told["方琴"]
    assert "发烧" not in told["值守组"]


def test_cannot_come_when_ill_and_late_frees_the_seat_at_once_and_alerts_the_leader(of, feng, fang, noon):
    GroupMember.objects.create(group=noon.post.group, volunteer=fang, compound=of, part="leader")
    row = make.assignment(noon, feng)
    StandIn.objects.create(assignment=row, asked_at=EARLY, asked_by=feng.user)

    outcome = cannot_come(assignment=row, by=feng.user, at=ELEVEN, why="我不舒服 · 发烧", ill=True)

    assert (outcome.what, outcome.stand_in) == ("freed", None)
    assert rows(noon) == [("冯磊", "declined", None)]
    assert StandIn.objects.get().state == "withdrawn"
    told = {(one.to.name if one.to else one.audience): one.text for one in Message.objects.all()}
    assert told == {
        "方琴": "冯磊来不了：8月23日(周二) 12:00–16:00 东门岗。位子空出来了，请找人顶上。",
        "值守组": "谁能来？8月23日(周二) 12:00–16:00 东门岗。请在“我的班”的“我能上的班”里点“我来”。",
    }


def test_cannot_come_when_the_leader_is_ill_tells_the_deputy_and_not_the_leader(of, feng, fang, noon):
    GroupMember.objects.create(group=noon.post.group, volunteer=feng, compound=of, part="leader")
    GroupMember.objects.create(group=noon.post.group, volunteer=fang, compound=of, part="deputy")

    cannot_come(assignment=make.assignment(noon, feng), by=feng.user, at=ELEVEN, why="", ill=True)

    assert sorted(one.to.name if one.to else one.audience for one in Message.objects.all()) == ["值守组", "方琴"]


def test_cannot_come_when_ill_and_early_tells_nobody_beside_the_waiting_list(feng, noon):
    cannot_come(assignment=make.assignment(noon, feng), by=feng.user, at=EARLY, why="", ill=True)

    assert (rows(noon), Message.objects.count()) == ([("冯磊", "declined", None)], 0)


def test_cannot_come_when_the_leader_is_late_is_not_told_to_the_leader(of, feng, noon):
    GroupMember.objects.create(group=noon.post.group, volunteer=feng, compound=of, part="leader")

    cannot_come(assignment=make.assignment(noon, feng), by=feng.user, at=ELEVEN, why="")

    # Nobody else leads the group: whoever coordinates is told.
    assert sorted((one.to, one.audience) for one in Message.objects.all()) == [(None, ""), (None, "值守组")]


def test_cannot_come_when_nobody_leads_the_group_alerts_the_coordinators(feng, noon):
    cannot_come(assignment=make.assignment(noon, feng), by=feng.user, at=ELEVEN, why="")

    assert sorted((one.to, one.audience) for one in Message.objects.all()) == [(None, ""), (None, "值守组")]


def test_cannot_come_when_pressed_twice_finds_the_same_search_and_tells_nobody_again(feng, noon):
    row = make.assignment(noon, feng)

    first = cannot_come(assignment=row, by=feng.user, at=ELEVEN, why="")
    again = cannot_come(assignment=row, by=feng.user, at=ELEVEN + MINUTE, why="")

    assert (first.stand_in, StandIn.objects.count()) == (again.stand_in, 1)
    assert Message.objects.count() == 2


def test_cannot_come_when_one_person_was_asked_and_time_is_short_asks_everybody(feng, fang, noon):
    row = make.assignment(noon, feng)
    asked = StandIn.objects.create(assignment=row, to=fang, asked_at=EARLY - HOUR, asked_by=feng.user)

    outcome = cannot_come(assignment=row, by=feng.user, at=ELEVEN, why="")

    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    assert (outcome.stand_in.to, outcome.stand_in.is_late) == (None, True)


@pytest.mark.parametrize(
    ("state", "code"),
    [("signed_in", "signed_in_already"), *((each, "not_on_duty") for each in ("absent", "declined", "waiting"))],
)  # fmt: skip
def test_cannot_come_when_they_are_not_expected_is_refused(feng, noon, state, code):
    row = make.assignment(noon, feng, state)

    assert refusal(cannot_come, assignment=row, by=feng.user, at=EARLY, why="")[0] == code
    row.refresh_from_db()
    assert row.state == state


def test_cannot_come_when_the_shift_is_over_is_refused(feng, noon):
    row = make.assignment(noon, feng)

    assert refusal(cannot_come, assignment=row, by=feng.user, at=noon.ends_at, why="")[0] == "over"
    assert cannot_come(assignment=row, by=feng.user, at=noon.ends_at - MINUTE, why="").what == "searching"


def test_unassign_when_somebody_has_a_seat_excuses_them_tells_them_and_asks_the_next(lin, feng, fang, noon):
    row = make.assignment(noon, feng, "confirmed")
    StandIn.objects.create(assignment=row, asked_at=EARLY, asked_by=feng.user)
    make.assignment(noon, fang, "waiting")

    unassign(assignment=row, by=lin, at=ELEVEN, why="岗位撤了一人")

    row.refresh_from_db()
    assert (row.state, row.ended_by, row.ended_why) == ("excused", lin, "岗位撤了一人")
    assert rows(noon) == [("方琴", "offered", 1), ("冯磊", "excused", None)]
    assert StandIn.objects.get().state == "withdrawn"
    told = {one.to.name: one.text for one in Message.objects.all()}
    assert told["冯磊"].endswith("岗位撤了一人")
    assert set(told) == {"冯磊", "方琴"}


def test_unassign_when_it_was_only_proposed_tells_nobody(lin, feng, noon):
    row = make.assignment(noon, feng, "proposed")

    unassign(assignment=row, by=lin, at=ELEVEN, why="")

    assert (rows(noon), Message.objects.count()) == ([], 0)
    assert AuditEntry.objects.get().action == "roster.unassigned"


def test_unassign_when_nothing_was_sent_yet_takes_back_both_texts(lin, feng, noon):
    row = assign(shift=noon, volunteer=feng, by=lin, at=EARLY)

    unassign(assignment=row, by=lin, at=EARLY + MINUTE, why="排错了")

    assert [(one.kind, one.dropped_at) for one in Message.objects.all()] == [("assigned", EARLY + MINUTE)]


def test_unassign_when_they_were_told_or_have_seen_it_tells_them(lin, feng, fang, noon):
    told = assign(shift=noon, volunteer=feng, by=lin, at=EARLY)
    Message.objects.update(sent_at=EARLY, sent_by=lin)
    unassign(assignment=told, by=lin, at=EARLY + MINUTE, why="")
    seen = assign(shift=noon, volunteer=fang, by=lin, at=EARLY)
    confirm(assignment=seen, by=fang.user, at=EARLY)
    unassign(assignment=seen, by=lin, at=EARLY + MINUTE, why="")

    assert [one.to.name for one in Message.objects.filter(kind="removed").order_by("to__name")] == ["冯磊", "方琴"]


def test_unassign_when_they_do_it_themselves_is_not_told_to_them(of, feng, noon):
    unassign(assignment=make.assignment(noon, feng), by=feng.user, at=ELEVEN, why="")

    assert Message.objects.count() == 0


@pytest.mark.parametrize("state", ["waiting", "offered"])
def test_unassign_when_they_only_waited_leaves_no_duty_behind(lin, feng, noon, state):
    row = make.assignment(noon, feng, state)

    unassign(assignment=row, by=lin, at=ELEVEN, why="满了")

    row.refresh_from_db()
    assert (row.state, row.seat, row.ended_by, row.ended_why) == ("declined", None, lin, "")


@pytest.mark.parametrize(("state", "code"), [("signed_in", "signed_in_already"), ("declined", "not_on_duty")])
def test_unassign_when_they_were_there_or_are_off_already_is_refused(lin, feng, noon, state, code):
    row = make.assignment(noon, feng, state)

    assert refusal(unassign, assignment=row, by=lin, at=ELEVEN, why="")[0] == code


def test_cannot_come_when_it_is_late_asks_who_waits_for_that_shift_too(feng, fang, noon):
    make.assignment(noon, fang, "waiting")

    cannot_come(assignment=make.assignment(noon, feng), by=feng.user, at=ELEVEN, why="")

    assert [one.to for one in Message.objects.exclude(to=None)] == [fang.user]
