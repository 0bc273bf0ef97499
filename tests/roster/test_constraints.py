"""What the roster's tables hold by themselves, whoever writes to them."""

import datetime as dt
from types import SimpleNamespace

import pytest

from compound.models import Building
from roster.models import (
    Assignment,
    Availability,
    DutyGroup,
    GroupMember,
    Plan,
    PostNeed,
    SignUp,
    StandIn,
    VolunteerSkill,
)
from roster.services.house_rules import rules_of
from tests import make
from tests.make import ELEVEN, NOON
from tests.named_constraints import again, changed, keys_targets, named_constraints, refused_by, rows_of

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def good() -> SimpleNamespace:
    """A good row of each table, and another compound with rows of its own."""
    of = make.compound()
    by = make.member(of)
    door = make.household(of, "20-1702")
    feng = make.volunteer(of, skills=["医护"], household=door)
    fang = make.volunteer(of, "方琴", "13000000012")
    gate_post = make.post(of, needs={"医护": 1}, seats=2, kind="gate", gate=make.gate(of))
    door_post = make.post(of, "20栋门岗", kind="sealed_door", building=door.building)
    daily = make.pattern(gate_post)
    noon = make.shift(gate_post, pattern=daily, slot_at=NOON)
    evening = make.shift(gate_post, NOON + 8 * HOUR)
    at_noon = make.assignment(noon, feng)
    other = make.compound("dongyuan", "东园")
    stranger = make.volunteer(other, "宋岚", "13000000021")
    far_post = make.post(other)
    return SimpleNamespace(
        of=of, by=by, door=door, feng=feng, fang=fang, gate_post=gate_post, door_post=door_post, daily=daily, noon=noon,
        evening=evening, at_noon=at_noon, skill=make.skill(of), group=gate_post.group, rules=rules_of(of),
        rolling=make.pattern(door_post, anchor_at=NOON, minutes=300),
        skilled=VolunteerSkill.objects.get(), need=PostNeed.objects.get(),
        leads=GroupMember.objects.create(group=gate_post.group, volunteer=feng, compound=of, part="leader"),
        belongs=GroupMember.objects.create(group=gate_post.group, volunteer=fang, compound=of),
        monday=Availability.objects.get(volunteer=feng, weekday=0),
        plan=Plan.objects.create(compound=of, from_on=ELEVEN.date(), until_on=ELEVEN.date(), asked_at=ELEVEN),
        sign_up=SignUp.objects.create(compound=of, name="秦悦", phone="13000000031", asked_at=ELEVEN),
        request=StandIn.objects.create(assignment=at_noon, asked_at=ELEVEN, asked_by=by),
        done=make.assignment(make.shift(gate_post, NOON - 4 * HOUR), fang, "signed_out"),
        stranger=stranger, far_post=far_post, far_shift=make.shift(far_post), far_skill=make.skill(other),
        far_gate=make.gate(other), far_door=make.household(other, "3-301"),
        far_building=Building.objects.get(compound=other), other=other,
    )  # fmt: skip


def here_too(good: SimpleNamespace, **differs: object) -> Assignment:
    """方琴 on the same shift, in the second seat."""
    return make.assignment(good.noon, good.fang, **{"seat": 2, **differs})  # type: ignore[arg-type]


def group(good: SimpleNamespace, **differs: object) -> DutyGroup:
    return DutyGroup.objects.create(**{"compound": good.of, "name": "值守组", **differs})


def when(good: SimpleNamespace, **wrong: object) -> Availability:
    return Availability.objects.create(**{"volunteer": good.feng, "weekday": 0, "from_minute": 1, **wrong})


TABLE = rows_of(
    # people
    ("skill_once", lambda good: again(good.skill)),
    ("volunteer_once", lambda good: again(good.feng)),
    ("volunteer_hours_in_a_week", lambda good: changed(good.feng, hours_a_week=169)),
    ("volunteer_nights_in_a_week", lambda good: changed(good.feng, nights_a_week=8)),
    ("volunteer_ended_at_and_by", lambda good: changed(good.feng, ended_by=good.by)),
    ("volunteer_household_in_compound", lambda good: changed(good.feng, household=good.far_door)),
    ("volunteer_skill_once", lambda good: again(good.skilled)),
    ("volunteer_skill_seen_at_and_by", lambda good: changed(good.skilled, seen_at=ELEVEN)),
    ("volunteer_skill_seen_at_and_by", lambda good: changed(good.skilled, seen_by=good.by)),
    ("volunteer_skill_volunteer_in_compound", lambda good: changed(good.skilled, volunteer=good.stranger)),
    ("volunteer_skill_skill_in_compound", lambda good: changed(good.skilled, skill=good.far_skill)),
    ("availability_weekday_or_date", lambda good: when(good, on=ELEVEN.date())),
    ("availability_weekday_or_date", lambda good: when(good, weekday=None)),
    ("availability_weekday", lambda good: when(good, weekday=7)),
    ("availability_ends_after_start", lambda good: when(good, until_minute=1)),
    ("availability_ends_after_start", lambda good: when(good, until_minute=2881)),
    ("availability_ends_after_start", lambda good: when(good, from_minute=1440, until_minute=1441)),
    ("availability_once", lambda good: again(good.monday)),
    ("sign_up_phone_is_digits", lambda good: changed(good.sign_up, phone="1300 000")),
    ("sign_up_decided_at_and_by", lambda good: changed(good.sign_up, state="confirmed", decided_at=ELEVEN)),
    ("sign_up_decided_at_and_by", lambda good: changed(good.sign_up, decided_at=ELEVEN, decided_by=good.by)),
    # groups and posts
    ("duty_group_once", group),
    ("group_member_once", lambda good: again(good.belongs)),
    ("group_has_one_leader", lambda good: changed(good.belongs, part="leader")),
    ("group_member_group_in_compound", lambda good: changed(good.belongs, group=good.far_post.group)),
    ("group_member_volunteer_in_compound", lambda good: changed(good.belongs, volunteer=good.stranger)),
    ("post_once", lambda good: again(good.gate_post)),
    ("post_minimum_to_maximum", lambda good: changed(good.gate_post, minimum=0)),
    ("post_minimum_to_maximum", lambda good: changed(good.gate_post, minimum=3)),
    ("post_minimum_to_maximum", lambda good: changed(good.gate_post, maximum=31)),
    ("post_gate_is_a_gate", lambda good: changed(good.gate_post, kind="hotline")),
    ("post_group_in_compound", lambda good: changed(good.gate_post, group=good.far_post.group)),
    ("post_gate_in_compound", lambda good: changed(good.gate_post, gate=good.far_gate)),
    ("post_building_in_compound", lambda good: changed(good.door_post, building=good.far_building)),
    ("post_need_once", lambda good: again(good.need)),
    ("post_need_some", lambda good: changed(good.need, count=0)),
    ("post_need_some", lambda good: changed(good.need, count=31)),
    ("post_need_post_in_compound", lambda good: changed(good.need, post=good.far_post)),
    ("post_need_skill_in_compound", lambda good: changed(good.need, skill=good.far_skill)),
    # patterns, shifts, plans
    ("shift_pattern_starts_or_anchor", lambda good: changed(good.daily, starts=[])),
    ("shift_pattern_starts_or_anchor", lambda good: changed(good.daily, anchor_at=NOON)),
    ("shift_pattern_starts_or_anchor", lambda good: changed(good.rolling, anchor_at=None)),
    ("shift_pattern_starts_or_anchor", lambda good: changed(good.rolling, weekdays=[0])),
    ("shift_pattern_length", lambda good: changed(good.daily, length_minutes=29)),
    ("shift_pattern_length", lambda good: changed(good.daily, length_minutes=1441)),
    ("shift_pattern_ends_after_start", lambda good: changed(good.daily, ends_on=ELEVEN.date() - DAY)),
    ("shift_pattern_minimum_to_maximum", lambda good: changed(good.daily, minimum=2, maximum=1)),
    ("shift_pattern_minimum_to_maximum", lambda good: changed(good.daily, minimum=2, maximum=31)),
    ("shift_pattern_minimum_to_maximum", lambda good: changed(good.daily, minimum=2)),
    ("shift_pattern_minimum_to_maximum", lambda good: changed(good.daily, maximum=2)),
    ("shift_pattern_minimum_to_maximum", lambda good: changed(good.daily, minimum=0, maximum=2)),
    ("shift_once_per_turn", lambda good: again(good.noon)),
    ("shift_of_pattern_has_turn", lambda good: changed(good.noon, slot_at=None)),
    ("shift_ends_after_start", lambda good: changed(good.evening, ends_at=good.evening.starts_at)),
    ("shift_minimum_to_maximum", lambda good: changed(good.noon, minimum=3)),
    ("shift_minimum_to_maximum", lambda good: changed(good.noon, maximum=31)),
    ("shift_minimum_to_maximum", lambda good: changed(good.noon, minimum=0)),
    ("shift_cancelled_at_and_by", lambda good: changed(good.noon, cancelled_by=good.by)),
    ("shift_cancelled_at_and_by", lambda good: changed(good.noon, cancelled_why="停电")),
    ("shift_post_in_compound", lambda good: changed(good.evening, post=good.far_post)),
    ("plan_one_at_a_time", lambda good: again(good.plan)),
    ("plan_ends_after_start", lambda good: changed(good.plan, until_on=ELEVEN.date() - DAY)),
    # assignments
    ("assignment_no_overlap", lambda good: make.assignment(make.shift(good.door_post, NOON + 3.9 * HOUR), good.feng)),
    ("assignment_no_overlap", lambda good: make.assignment(
        make.shift(good.far_post), make.volunteer(good.other), "signed_in")),
    ("assignment_seat_once", lambda good: here_too(good, seat=1)),
    ("assignment_once", lambda good: make.assignment(good.noon, good.feng, "waiting")),
    ("assignment_counted_has_seat", lambda good: changed(good.at_noon, seat=None)),
    ("assignment_counted_has_seat", lambda good: changed(good.at_noon, seat=0)),
    ("assignment_counted_has_seat", lambda good: changed(good.at_noon, seat=31)),
    ("assignment_counted_has_seat", lambda good: changed(good.at_noon, state="waiting")),
    ("assignment_own_word_of_signed_in", lambda good: changed(good.at_noon, on_own_word=True)),
    ("assignment_ended_on_list", lambda good: changed(good.at_noon, ended_on_list=True)),
    ("assignment_ends_after_start", lambda good: changed(good.at_noon, ends_at=NOON, state="waiting", seat=None)),
    ("assignment_offer_has_end", lambda good: changed(good.at_noon, offer_until=NOON)),
    ("assignment_offer_has_end", lambda good: changed(good.at_noon, state="offered")),
    ("assignment_signed_in_at_and_by", lambda good: changed(good.at_noon, state="signed_in", signed_in_at=NOON)),
    ("assignment_signed_in_at_and_by", lambda good: changed(good.at_noon, state="signed_in", signed_in_by=good.by)),
    ("assignment_signed_out_at_and_by", lambda good: changed(good.done, signed_out_by=None)),
    ("assignment_signed_out_at_and_by", lambda good: changed(good.done, signed_out_at=None)),
    ("assignment_signed_out_at_and_by", lambda good: changed(good.done, signed_out_at=NOON - 5 * HOUR)),
    ("assignment_signed_out_at_and_by", lambda good: changed(good.at_noon, signed_out_at=NOON)),
    ("assignment_ended_at_and_by", lambda good: changed(good.at_noon, state="declined", seat=None)),
    ("assignment_ended_at_and_by", lambda good: changed(good.at_noon, ended_why="生病")),
    ("assignment_override_has_reason", lambda good: changed(good.at_noon, overridden=["rest"], overridden_by=good.by)),
    ("assignment_override_has_reason", lambda good: changed(good.at_noon, overridden=["rest"], overridden_why="急")),
    ("assignment_override_has_reason", lambda good: changed(good.at_noon, overridden_why="急")),
    ("assignment_has_hours_of_shift", lambda good: changed(good.at_noon, ends_at=NOON + HOUR)),
    ("assignment_has_hours_of_shift", lambda good: changed(good.at_noon, starts_at=NOON + HOUR)),
    ("assignment_shift_in_compound", lambda good: changed(good.at_noon, shift=good.far_shift)),
    ("assignment_volunteer_in_compound", lambda good: changed(
        good.at_noon, volunteer=good.stranger, user=good.stranger.user)),
    ("assignment_is_of_the_person", lambda good: changed(good.at_noon, user=good.stranger.user)),
    ("stand_in_open_once", lambda good: again(good.request)),
    ("stand_in_answered_at", lambda good: changed(good.request, answered_at=NOON)),
    ("stand_in_answered_at", lambda good: changed(good.request, state="withdrawn")),
    ("stand_in_swap_has_partner", lambda good: changed(good.request, offered=good.done)),
    # limits
    ("limits_warn_first", lambda good: changed(good.rules, warn_minutes=481)),
    ("limits_rest_within_a_day", lambda good: changed(good.rules, rest_minutes=1441)),
    ("limits_rest_within_a_day", lambda good: changed(good.rules, night_rest_minutes=1441)),
    ("limits_week", lambda good: changed(good.rules, hours_a_week=169)),
    ("limits_week", lambda good: changed(good.rules, nights_a_week=8)),
)  # fmt: skip


@pytest.mark.parametrize(("name", "deed"), [(*row.values,) for row in TABLE], ids=[str(row.id) for row in TABLE])
def test_bad_row_when_it_is_written_is_refused_by_its_own_constraint(good, name, deed):
    assert refused_by(lambda: deed(good)) == name


@pytest.mark.parametrize(
    "deed",
    [
        # Half-open: noon to four and four to eight touch and do not overlap. What is not counted may overlap.
        lambda good: make.assignment(make.shift(good.door_post, NOON + 4 * HOUR), good.feng),
        lambda good: make.assignment(make.shift(good.door_post, NOON - 4 * HOUR), good.feng),
        lambda good: make.assignment(make.shift(good.door_post), good.feng, "offered"),
        lambda good: make.assignment(make.shift(good.door_post), good.feng, "waiting"),
        lambda good: make.assignment(make.shift(good.door_post), good.feng, "absent"),
        lambda good: make.assignment(make.shift(good.door_post), good.fang),
        lambda good: make.assignment(good.noon, good.feng, "declined"),
        here_too,
        # Left early: the seat is somebody else's, and so is the rest of the time.
        lambda good: (changed(good.done, seat=None), make.assignment(good.done.shift, good.feng)),
        lambda good: (
            changed(good.done, seat=None),
            make.assignment(make.shift(good.door_post, NOON - 3 * HOUR), good.fang),
        ),
        lambda good: changed(good.done, on_own_word=True),
        lambda good: changed(good.at_noon, state="absent", seat=None, ended_at=NOON, ended_on_list=True),
        lambda good: changed(good.at_noon, state="declined", seat=None, ended_at=ELEVEN),
        lambda good: changed(good.at_noon, state="offered", offer_until=NOON),
        lambda good: changed(good.at_noon, overridden=["rest"], overridden_by=good.by, overridden_why="急"),
        # The hours follow the shift.
        lambda good: changed(good.noon, starts_at=NOON - HOUR, ends_at=NOON + HOUR),
        lambda good: changed(good.noon, cancelled_at=NOON, cancelled_by=good.by, cancelled_why="停电"),
        lambda good: changed(good.noon, cancelled_at=NOON),
        lambda good: changed(good.request, state="withdrawn", answered_at=NOON),
        lambda good: changed(good.request, offered=good.done, to=good.fang),
        lambda good: (changed(good.plan, state="ready"), again(good.plan, state="running")),
        lambda good: (changed(good.group, ended_at=ELEVEN), group(good)),
        lambda good: (changed(good.gate_post, ended_at=ELEVEN), again(good.gate_post, ended_at=None)),
        lambda good: changed(good.gate_post, gate=None, kind="hotline"),
        lambda good: when(good),
        lambda good: when(good, until_minute=2880, from_minute=1439),
        lambda good: when(good, weekday=None, on=ELEVEN.date(), from_minute=0),
        lambda good: changed(good.sign_up, state="confirmed", decided_at=ELEVEN, decided_by=good.by),
        lambda good: changed(good.feng, household=None, hours_a_week=168, nights_a_week=7),
        lambda good: changed(good.feng, ended_at=ELEVEN),
        lambda good: changed(good.daily, minimum=1, maximum=30),
        lambda good: changed(good.belongs, part="deputy"),
    ],
)
def test_good_row_beside_it_goes_through(good, deed):
    assert refused_by(lambda: deed(good)) is None


def test_hours_of_an_assignment_when_the_shift_moves_are_the_shifts(good):
    changed(good.noon, starts_at=NOON + HOUR, ends_at=NOON + 5 * HOUR)

    good.at_noon.refresh_from_db()
    assert (good.at_noon.starts_at, good.at_noon.ends_at) == (NOON + HOUR, NOON + 5 * HOUR)


def test_hours_of_a_shift_when_they_would_meet_another_of_the_same_person_are_refused(good):
    make.assignment(good.evening, good.feng)

    assert refused_by(lambda: changed(good.noon, ends_at=NOON + 8.5 * HOUR)) == "assignment_no_overlap"
    assert refused_by(lambda: changed(good.noon, ends_at=NOON + 8 * HOUR)) is None


def test_every_named_constraint_stands_in_the_table():
    """The targets of composite keys cannot be broken: the first of their columns is the primary key."""
    targets = {name for name in keys_targets() if name in named_constraints("roster")}
    assert named_constraints("roster") == {row.values[0] for row in TABLE} | targets
