"""What the rules get to know of people: which skills count, and who is there at all."""

import datetime as dt

import pytest
from django.test import Client

from compound.models import Compound, Membership
from roster.models import VolunteerSkill
from roster.queries.facts import people_for, places_for
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

AROUND = (NOON, NOON + dt.timedelta(hours=4))


@pytest.fixture
def of() -> Compound:
    return make.compound()


def counted(of: Compound) -> tuple[int, list[int]]:
    """How many skills 冯磊 has for the rules, and how many people there have what the post asks for."""
    person = make.volunteer(of, skills=["医护"])
    make.assignment(shift := make.shift(make.post(of, needs={"医护": 1})), person)
    return len(people_for(of, around=AROUND)[person.pk].skills), list(places_for([shift])[shift.pk].has.values())


def test_skill_that_asks_for_a_paper_counts_nowhere_before_somebody_has_seen_it(of: Compound) -> None:
    make.skill(of, "医护", needs_evidence=True)
    assert counted(of) == (0, [0])


def test_skill_that_asks_for_no_paper_counts_at_once(of: Compound) -> None:
    make.skill(of, "医护")
    assert counted(of) == (1, [1])


def test_skill_that_asks_for_a_paper_counts_when_somebody_has_seen_it(of: Compound) -> None:
    make.skill(of, "医护", needs_evidence=True)
    person = make.volunteer(of, skills=["医护"])
    VolunteerSkill.objects.update(seen_at=ELEVEN, seen_by=person.user)
    assert len(people_for(of, around=AROUND)[person.pk].skills) == 1


def test_pages_say_that_a_paper_was_not_seen_yet(of: Compound, clock: object) -> None:
    clock(ELEVEN)  # type: ignore[operator]
    make.skill(of, "医护", needs_evidence=True)
    make.skill(of, "驾驶")
    person = make.volunteer(of, skills=["医护", "驾驶"])
    client = Client()
    client.force_login(make.member(of), backend="django.contrib.auth.backends.ModelBackend")
    url = "/c/xingfuli/roster/"
    assert client.get(f"{url}volunteers/").content.decode().count("（还没看过）") == 1
    assert client.get(f"{url}volunteers/{person.pk}/").content.decode().count("证件还没看过：不算数") == 1
    assert client.get(f"{url}volunteers/{person.pk}/skills/").content.decode().count("还没看过：不算数") == 1
    assert client.get(f"{url}skills/").content.decode().count("另有1人的证件还没人看过") == 1


def test_people_without_a_role_here_any_more_or_without_a_login_are_not_planned(of: Compound) -> None:
    person, other = make.volunteer(of), make.volunteer(of, "程颖", "13000000011")
    assert set(people_for(of, around=AROUND)) == {person.pk, other.pk}
    Membership.objects.filter(user=person.user).delete()
    Membership.objects.create(user=person.user, compound=make.compound("dongyuan", "东园"), role="volunteer")
    assert set(people_for(of, around=AROUND)) == {other.pk}
    other.user.is_active = False
    other.user.save(update_fields=["is_active"])
    assert people_for(of, around=AROUND) == {}
    asked = people_for(of, around=AROUND, only=[person.pk, other.pk])
    assert [one.is_active for one in asked.values()] == [False, False]


def test_people_with_several_roles_are_one(of: Compound) -> None:
    person = make.volunteer(of)
    Membership.objects.create(user=person.user, compound=of, role="gate")
    assert [one.is_active for one in people_for(of, around=AROUND).values()] == [True]
