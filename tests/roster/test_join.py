"""The public page: without a login, without JavaScript, and telling nobody anything."""

import re

import pytest
from django.test import Client

from compound.models import Role
from roster.models import SignUp
from roster.services.house_rules import rules_of
from roster.services.tokens import link_token
from roster.views import join
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(clock):
    clock(ELEVEN)
    return make.compound()


def address(of):
    return f"/c/{of.code}/join/{link_token('sign-up', of.code, rules_of(of).sign_up_version)}/"


def written(**more):
    return {"name": "赵敏", "phone": "13000000020", "origin": "resident", "consent": "on", **more}


def test_join_when_filled_in_waits_and_says_thank_you(of):
    skill = make.skill(of, "驾驶")
    client, url = Client(), address(of)
    assert client.get(url).status_code == 200
    ticks = {"skills": [str(skill.pk)], "days": ["5", "6"], "times": ["morning", "evening"]}
    more = {"room": "20-1702", "hours_a_week": "8", "ground_floor_only": "on", "note": "周末有空"}
    response = client.post(url, written(**ticks, **more))
    assert (response.status_code, response["Location"]) == (302, url + "?thanks")
    assert "您的报名已收到。" in client.get(url + "?thanks").content.decode()
    row = SignUp.objects.get()
    assert (row.name, row.phone, row.room, row.hours_a_week) == ("赵敏", "13000000020", "20-1702", 8)
    assert (row.ground_floor_only, row.note, row.asked_at) == (True, "周末有空", ELEVEN)
    assert row.when == {"days": [5, 6], "times": ["morning", "evening"]}
    assert [each.name for each in row.skills.all()] == ["驾驶"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": "不告诉"}, "phone"),
        ({"consent": ""}, "consent"),
        ({"days": ["5"]}, "times"),
        ({"times": ["morning"]}, "days"),
        ({"days": ["7"], "times": ["morning"]}, "days"),
    ],
)
def test_join_with_something_missing_keeps_what_was_typed_and_nothing_else(of, wrong, field):
    response = Client().post(address(of), {**written(note="周末有空"), **wrong})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert "周末有空" in response.content.decode()
    assert SignUp.objects.count() == 0


def page_of(response):
    """Without what differs from one answer to the next."""
    return re.sub(r'(value|csrfmiddlewaretoken|X-CSRFToken)[^>]{0,40}"[A-Za-z0-9]{32,}"', "", response.content.decode())


def test_join_answers_a_known_number_and_an_unknown_one_alike(of):
    person = make.volunteer(of)
    gate = make.member(of, Role.GATE)
    url, answers = address(of), []
    for phone in ("13000000099", person.user.phone, gate.phone, "13000000099"):
        client = Client()
        response = client.post(url, written(phone=phone))
        answers.append((response.status_code, response["Location"], page_of(client.get(response["Location"]))))
    assert len({answer[:2] for answer in answers}) == 1
    assert len({re.sub(r"[A-Za-z0-9]{64}", "", answer[2]) for answer in answers}) == 1
    assert SignUp.objects.count() == 3


def test_join_with_a_wrong_old_or_foreign_link_is_not_there(of):
    other = make.compound("dongyuan", "东园")
    good = address(of)
    assert Client().get(good[:-2] + "0/").status_code == 404 or good[-2] == "0"
    assert Client().get(address(other).replace("dongyuan", "xingfuli")).status_code == 404
    assert Client().get(good.replace("xingfuli", "nowhere")).status_code == 404
    rules = rules_of(of)
    rules.sign_up_version += 1
    rules.save()
    assert Client().get(good).status_code == 404
    assert Client().post(good, written()).status_code == 404
    assert SignUp.objects.count() == 0


def test_join_when_switched_off_says_so_and_takes_nothing(of):
    rules = rules_of(of)
    rules.sign_up_open = False
    rules.save()
    response = Client().post(address(of), written())
    assert response.status_code == 410
    assert "目前人手够了" in response.content.decode()
    assert SignUp.objects.count() == 0


def test_join_when_one_address_sends_too_many_waits(of):
    url, client = address(of), Client()
    codes = {client.post(url, written()).status_code for _ in range(join.TRIES)}
    assert codes == {302}
    response = client.post(url, written())
    assert response.status_code == 429
    assert "请十分钟后" in response.content.decode()
    assert client.post(url, written(), REMOTE_ADDR="10.0.0.9").status_code == 302


def test_join_takes_no_skill_of_another_compound(of):
    strange = make.skill(make.compound("dongyuan", "东园"))
    make.skill(of)
    assert Client().post(address(of), written(skills=[str(strange.pk)])).status_code == 422


def test_join_names_nobody_and_is_in_english_when_asked(of):
    make.volunteer(of)
    client = Client()
    text = client.get(address(of)).content.decode()
    assert ("冯磊" in text, "我来报名" in text) == (False, True)
    english = client.get(address(of), headers={"accept-language": "en"}, follow=True)
    assert english.status_code == 200
    client.post("/language/", {"language": "en", "next": address(of)})
    assert "I want to help" in client.get(address(of)).content.decode()
