"""Who may do what in the roster: one volunteer, one leader, one coordinator, one stranger."""

import pytest
from django.http import Http404
from django.test import RequestFactory

from compound.access import standing_of
from compound.models import Role
from roster.access import can_assign, can_confirm_members, can_message, duty_of, leads
from roster.models import GroupMember
from roster.views.access import duty_for, leader_for, volunteer_for
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    return make.compound()


@pytest.fixture
def feng(of):
    return make.volunteer(of)


def duty(of, user):
    return duty_of(standing_of(user, of.code))


def asked_by(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


@pytest.mark.parametrize(
    ("part", "rights", "may"),
    [
        ("leader", {}, (True, True, True, False)),
        ("deputy", {}, (True, True, True, False)),
        ("leader", {"leaders_assign": False}, (True, False, True, False)),
        ("leader", {"leaders_message": False}, (True, True, False, False)),
        ("leader", {"leaders_confirm": True}, (True, True, True, True)),
        ("member", {"leaders_confirm": True}, (False, False, False, False)),
    ],
)
def test_part_in_a_group_gives_what_the_group_allows(of, feng, part, rights, may):
    group = make.duty_group(of, **rights)
    GroupMember.objects.create(group=group, volunteer=feng, compound=of, part=part)
    post = make.post(of)

    mine = duty(of, feng.user)

    assert (
        leads(mine, group.pk), can_assign(mine, post), can_message(mine, group.pk), can_confirm_members(mine, group.pk)
    ) == may  # fmt: skip


def test_leader_when_it_is_another_group_may_nothing_there(of, feng):
    make.duty_group(of, leader=feng)
    other = make.post(of, "中转站", group=make.duty_group(of, "分发组", leaders_confirm=True))

    mine = duty(of, feng.user)

    assert [leads(mine, other.group_id), can_assign(mine, other), can_message(mine, other.group_id)] == [False] * 3
    assert can_confirm_members(mine, other.group_id) is False


def test_coordinator_when_leading_nothing_may_everything(of):
    group = make.duty_group(of, leaders_assign=False, leaders_message=False)
    lin = duty(of, make.member(of))

    assert (lin.volunteer, lin.leads, lin.runs_roster) == (None, (), True)
    assert [leads(lin, group.pk), can_assign(lin, make.post(of)), can_message(lin, group.pk)] == [True] * 3
    assert can_confirm_members(lin, group.pk) is True


@pytest.mark.parametrize("ended", ["volunteer", "group", None])
def test_leader_when_they_or_the_group_have_ended_leads_no_more(of, feng, ended):
    group = make.duty_group(of, leader=feng)
    for row in {"volunteer": [feng], "group": [group]}.get(ended or "", []):
        row.ended_at = ELEVEN
        row.save(update_fields=["ended_at"])

    assert duty(of, feng.user).leads == (() if ended else (group,))


def test_leader_when_in_another_compound_leads_nothing_here(of, feng):
    other = make.compound("dongyuan", "东园")
    there = make.volunteer(other)
    make.duty_group(other, leader=there)

    assert (duty(of, feng.user).leads, duty(of, feng.user).volunteer) == ((), feng)
    assert duty(other, feng.user).volunteer == there


@pytest.mark.parametrize(
    ("who", "doors"),
    [
        ("volunteer", (True, True, False)),
        ("leader", (True, True, True)),
        ("coordinator", (True, False, True)),
        ("gate", (True, False, False)),
        ("stranger", (False, False, False)),
    ],
)
def test_pages_when_somebody_knocks_open_for_whom_they_are(of, feng, who, doors):
    people = {
        "volunteer": lambda: feng.user,
        "leader": lambda: make.duty_group(of, leader=feng) and feng.user,
        "coordinator": lambda: make.member(of),
        "gate": lambda: make.member(of, Role.GATE),
        "stranger": lambda: make.member(make.compound("dongyuan", "东园"), Role.SUPPLY),
    }
    user = people[who]()

    def opens(door) -> bool:
        try:
            door(asked_by(user), of.code)
        except Http404:
            return False
        return True

    assert (opens(duty_for), opens(volunteer_for), opens(leader_for)) == doors


def test_duty_when_there_are_more_groups_costs_the_same_queries(of, feng, django_assert_num_queries):
    standing = standing_of(feng.user, of.code)
    for name in ("值守组", "分发组", "采买组"):
        make.duty_group(of, name, leader=feng)
        with django_assert_num_queries(2):
            duty_of(standing)
    assert len(duty_of(standing).leads) == 3
