"""The demo's roster: three weeks by the planner that keep every rule, with something of everything, always the same."""

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest
from django.db.models import Count, F, Q
from django.test import Client

from compound.models import Compound, Membership, Role, User
from desk.demo import cast
from desk.demo.roster_people import GROUPS, SUITED, VOLUNTEERS
from roster.models import Assignment, DutyGroup, Plan, Shift, SignUp, StandIn, Volunteer
from roster.queries.facts import limits_of, people_for, places_for
from roster.queries.on_duty import on_duty
from roster.rules import ASK, REFUSE, reasons_against
from tests import make
from tests.desk.demo.dumps import everything_of

pytestmark = pytest.mark.django_db

TUESDAY = dt.date(2022, 8, 23)
AT_10_40 = dt.datetime(2022, 8, 23, 10, 40, tzinfo=make.SHANGHAI)
DAY = dt.timedelta(days=1)
MADE = {"households": 40, "days": 7, "date": TUESDAY}


def test_demo_has_64_volunteers_in_ten_groups_each_with_a_leader(demo):
    groups = DutyGroup.objects.filter(compound=demo)
    assert Volunteer.objects.filter(compound=demo).count() == VOLUNTEERS
    assert [group.kind for group in groups] == [kind for kind, *_ in GROUPS]
    leaders = groups.annotate(leaders=Count("member_rows", filter=Q(member_rows__part="leader")))
    assert {group.leaders for group in leaders} == {1}
    assert set(Volunteer.objects.filter(user__phone__startswith="1300000000").values_list("user__name", flat=True)) >= {
        cast.CAST[role].name for role in (Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.CAPTAIN, Role.VOLUNTEER)
    }


def test_demo_guards_every_gate_around_the_clock_without_a_hole(demo):
    for gate in demo.gates.all():
        shifts = list(Shift.objects.filter(post__gate=gate, duty_on__gt=TUESDAY - 7 * DAY).order_by("starts_at"))
        assert all(before.ends_at == after.starts_at for before, after in pairwise(shifts)), gate
        assert shifts[-1].duty_on >= TUESDAY + 14 * DAY


def test_demo_door_of_the_sealed_building_has_six_people_in_turns_of_five_hours(demo):
    rows = Assignment.objects.filter(shift__post__kind="sealed_door", compound=demo).exclude(state="waiting")
    rows = rows.order_by("starts_at")
    assert {row.ends_at - row.starts_at for row in rows} == {dt.timedelta(hours=5)}
    assert len({row.volunteer_id for row in rows}) == 6
    suited = Volunteer.objects.filter(compound=demo, skills__name=SUITED)
    assert {row.volunteer_id for row in rows} == {person.pk for person in suited}


def breaks_no_rule(demo):
    rows = list(
        Assignment.objects.filter(compound=demo, state__in=[*Assignment.COUNTED, "proposed"]).select_related("shift")
    )
    for seat, row in enumerate(row for row in rows if row.state == "proposed"):
        row.state, row.seat = "published", 1 + seat % 30
    Assignment.objects.bulk_update(rows, ["state", "seat"])
    people = people_for(demo, around=(AT_10_40 - 8 * DAY, AT_10_40 + 15 * DAY))
    places, limits = places_for([row.shift for row in rows]), limits_of(demo)
    # They are on it already, and the shift is full with them.
    itself = {"on_it_already", "full", "over", "skill"}
    wrong = [
        (str(row), reason)
        for row in rows
        for reason in reasons_against(people[row.volunteer_id], places[row.shift_id], limits, AT_10_40)
        if reason.effect in (REFUSE, ASK) and reason.code not in itself
    ]
    assert wrong == []
    short = [
        place.id for place in places.values() if any(place.has[skill] < count for skill, count in place.needs.items())
    ]
    assert short == []


def test_demo_roster_breaks_no_rule(demo):
    breaks_no_rule(demo)


def test_demo_with_another_seed_is_another_and_its_roster_breaks_no_rule_either(demo, make_demo):
    first = everything_of(demo)
    make_demo(**MADE, seed=2)
    other = Compound.objects.get(code="demo")
    _doors, people, *_more, roster = everything_of(other)
    assert people != first[1]
    assert roster != first[-1]
    breaks_no_rule(other)


def test_demo_roster_with_the_same_seed_and_date_is_the_same_again(demo, make_demo):
    first = everything_of(demo)
    make_demo(**MADE)
    assert everything_of(Compound.objects.get(code="demo")) == first


def test_demo_roster_has_something_of_everything(demo):
    rows = Assignment.objects.filter(compound=demo)
    states = Counter(rows.values_list("state", flat=True))
    assert (states["absent"], states["excused"], states["waiting"], states["offered"]) == (3, 2, 1, 0)
    assert min(states[state] for state in ("proposed", "published", "confirmed", "signed_in", "signed_out")) >= 5
    requests = StandIn.objects.filter(assignment__compound=demo).order_by("asked_at")
    assert [(one.state, one.is_late, one.to and one.to.user.name) for one in requests] == [
        ("accepted", True, None),
        ("open", False, "冯磊"),
        ("open", True, None),
    ]
    plans = Plan.objects.filter(compound=demo).order_by("from_on")
    assert [(plan.from_on, plan.until_on, plan.state) for plan in plans] == [
        (TUESDAY - 7 * DAY, TUESDAY - DAY, "published"),
        (TUESDAY, TUESDAY + 6 * DAY, "published"),
        (TUESDAY + 7 * DAY, TUESDAY + 13 * DAY, "ready"),
    ]
    assert all(0.97 < plan.filled / plan.seats <= 1 for plan in plans)
    assert SignUp.objects.filter(compound=demo, state="waiting").count() == 2


def test_demo_now_has_one_person_missing_at_a_gate_and_a_gap_ahead(demo):
    now = on_duty(demo, AT_10_40)
    assert [(row.post.kind, len(row.missing)) for row in now if row.missing] == [("gate", 1)]
    ahead = Shift.objects.filter(
        compound=demo, starts_at__gt=AT_10_40, starts_at__lt=AT_10_40 + 2 * DAY, cancelled_at=None
    )
    seats = ahead.annotate(taken=Count("assignments", filter=Q(assignments__state__in=Assignment.SEATED)))
    assert 1 <= seats.filter(taken__lt=F("minimum")).count() <= 3


def test_demo_feng_lei_has_a_next_shift_and_somebody_asks_him(demo):
    me = User.objects.get(phone=cast.CAST[Role.VOLUNTEER].phone)
    ahead = Assignment.objects.filter(user=me, state__in=["published", "confirmed"], starts_at__gt=AT_10_40)
    assert ahead.count() >= 3
    assert StandIn.objects.get(to__user=me, state="open").offered in ahead


def test_demo_attendance_lies_within_the_shifts_and_before_now(demo):
    for row in Assignment.objects.filter(compound=demo, state__in=["signed_in", "signed_out"]):
        assert row.starts_at - dt.timedelta(minutes=10) <= row.signed_in_at <= AT_10_40
        if row.signed_out_at:
            assert row.ends_at <= row.signed_out_at <= AT_10_40
        else:
            assert row.starts_at <= AT_10_40 < row.ends_at


def test_demo_today_page_of_the_coordinator_begins_with_the_missing(demo, clock):
    clock(AT_10_40)
    client = Client()
    client.force_login(
        User.objects.get(phone=cast.CAST[Role.COORDINATOR].phone), "django.contrib.auth.backends.ModelBackend"
    )
    page = client.get("/c/demo/", HTTP_HOST="127.0.0.1").context["page"]
    assert [(tile.word, tile.number) for tile in page.tiles[:2]] == [("卡口在岗", "3/4"), ("未到岗", "1")]
    # Urgent medicine before everything.
    assert [need.action for need in page.needs[:6]] == ["接下", "找人", "找人", "找人", "查看并发布", "确认"]
    assert len(page.posts) == 10


def test_demo_again_leaves_another_compound_as_it_was(demo, make_demo):
    other = make.compound()
    coordinator = make.user("陈立", "13000000099")
    Membership.objects.create(user=coordinator, compound=other, role=Role.COORDINATOR)
    round = make.round(other)
    make.resident(make.household(other, "20-1702"))
    make.order(round, other.households.get(), ("鸡蛋", "2", "板"), by=coordinator)
    before = everything_of(other)

    make_demo(households=60, days=1)

    assert everything_of(Compound.objects.get(pk=other.pk)) == before
    assert Compound.objects.get(code="demo").households.count() == 60
