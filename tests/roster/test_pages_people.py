"""The pages of the volunteers as the coordinator uses them, and who may not."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compound.models import Role
from roster.models import GroupMember, Skill, Volunteer
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

URL = "/c/xingfuli/roster/volunteers/"
SKILLS = "/c/xingfuli/roster/skills/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def of(clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def client(of):
    return login(make.member(of))


def login(user):
    found = Client()
    found.force_login(user, backend=BACKEND)
    return found


def names(response):
    return [row.user.name for row in response.context["found"].page.object_list]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_list_shows_hours_and_nights_of_the_last_two_weeks(client, of):
    person, post = make.volunteer(of), make.post(of)
    for days, is_night, state in (
        (15, False, "signed_out"),
        (3, True, "signed_out"),
        (2, False, "absent"),
        (1, False, "confirmed"),
        (-1, False, "confirmed"),
    ):
        shift = make.shift(post, ELEVEN - days * DAY, hours=4.5, is_night=is_night)
        make.assignment(shift, person, state)
    row = client.get(URL).context["found"].page.object_list[0]
    assert (row.time, row.nights) == (9 * HOUR, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["冯磊", "赵敏"]),
        ({"q": "赵"}, ["赵敏"]),
        ({"q": "0000 0020"}, ["赵敏"]),
        ({"q": "财政"}, ["赵敏"]),
        ({"q": "20-17"}, ["冯磊"]),
        ({"q": "没有的"}, []),
        ({"origin": "cadre"}, ["赵敏"]),
        ({"origin": "nonsense"}, ["冯磊", "赵敏"]),
        ({"skill": "医护"}, ["冯磊"]),
        ({"group": "值守组"}, ["赵敏"]),
        ({"group": "nonsense"}, ["冯磊", "赵敏"]),
        ({"state": "ended"}, ["高山"]),
        ({"state": "all"}, ["冯磊", "赵敏", "高山"]),
    ],
)
def test_list_with_filters_shows_who_fits(client, of, query, found):
    make.volunteer(of, skills=["医护"], household=make.household(of, "20-1702"))
    cadre = make.volunteer(of, "赵敏", "13000000020", origin="cadre", organisation="区财政局")
    make.volunteer(of, "高山", "13000000021", ended_at=ELEVEN)
    group = make.duty_group(of)
    GroupMember.objects.create(group=group, volunteer=cadre, compound=of)
    keys = {"医护": str(Skill.objects.get().pk), "值守组": str(group.pk)}
    shown = names(client.get(URL, {key: keys.get(value, value) for key, value in query.items()}))
    assert sorted(shown) == sorted(found)


def test_list_does_not_show_another_compounds_volunteers(client, of):
    make.volunteer(make.compound("dongyuan", "东园"))
    assert names(client.get(URL, {"state": "all"})) == []


def test_list_asks_as_often_for_three_rows_as_for_one(client, of):
    group, counts = make.duty_group(of), []
    for phones in (("13000000020",), ("13000000021", "13000000022")):
        for phone in phones:
            row = make.volunteer(of, phone=phone, skills=["医护"], household=make.household(of, f"20-{phone[-4:]}"))
            GroupMember.objects.create(group=group, volunteer=row, compound=of)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# ── one volunteer ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_page_shows_everything_that_is_known(client, of):
    person = make.volunteer(of, skills=["医护"], household=make.household(of, "20-1702"), email="a@example.org")
    make.duty_group(of, leader=person)
    text = client.get(f"{URL}{person.pk}/").content.decode()
    shown = ["冯磊", "13000000007", "20-1702", "a@example.org", "医护", "值守组", "组长", "周一", "00:00–24:00"]
    assert [word for word in shown if word not in text] == []


def test_page_of_another_compounds_volunteer_is_not_there(client, of):
    strange = make.volunteer(make.compound("dongyuan", "东园"))
    for page in ("", "edit/", "skills/", "when/"):
        assert client.get(f"{URL}{strange.pk}/{page}").status_code == 404


def test_new_volunteer_by_hand_leads_to_the_page_and_to_a_login(client, of):
    make.household(of, "20-1702")
    skill = make.skill(of)
    data = {"name": "赵敏", "phone": "130-0000-0020", "origin": "resident", "room": "20栋1702", "skills": [skill.pk]}
    response = client.post(f"{URL}new/", data, follow=True)
    row = Volunteer.objects.get()
    assert response.redirect_chain == [(f"{URL}{row.pk}/", 302)]
    assert (row.user.name, row.user.phone, row.household.room) == ("赵敏", "13000000020", "20-1702")
    text = response.content.decode()
    assert ("请发登录二维码" in text, "/logins/" in text) == (True, True)


def test_new_volunteer_with_a_known_number_is_that_person(client, of):
    gate = make.member(of, Role.GATE)
    response = client.post(f"{URL}new/", {"name": "小静", "phone": gate.phone, "origin": "resident"}, follow=True)
    assert "这个号码是 周静，现在是志愿者了。姓名和密码不变。" in response.content.decode()
    gate.refresh_from_db()
    assert gate.name == "周静"


def test_new_volunteer_who_is_one_already_is_refused_beside_the_number(client, of):
    person = make.volunteer(of)
    response = client.post(f"{URL}new/", {"name": "小冯", "phone": person.user.phone, "origin": "resident"})
    assert response.status_code == 422
    assert response.context["form"].errors["phone"] == ["冯磊在这里已经是志愿者了。"]


def test_edit_with_a_room_that_can_be_several_asks_which(client, of):
    for room in ("3-1-501", "3-2-501"):
        make.household(of, room)
    person = make.volunteer(of)
    data = {"origin": "resident", "room": "3-501", "hours_a_week": "6"}
    response = client.post(f"{URL}{person.pk}/edit/", data)
    assert response.status_code == 422
    assert "哪一户？" in response.content.decode()
    client.post(f"{URL}{person.pk}/edit/", {**data, "chosen": "3-2-501"})
    person.refresh_from_db()
    assert (person.household.room, person.hours_a_week) == ("3-2-501", 6)


def test_skills_page_notes_who_saw_the_paper(client, of):
    person, skill = make.volunteer(of), make.skill(of, "驾驶", needs_evidence=True)
    data = {f"has-{skill.pk}": "on", f"paper-{skill.pk}": "C1 驾照", f"seen-{skill.pk}": "on"}
    text = client.post(f"{URL}{person.pk}/skills/", data, follow=True).content.decode()
    row = person.skill_rows.get()
    assert (row.evidence, row.seen_by.name, row.seen_at) == ("C1 驾照", "林涛", ELEVEN)
    assert "C1 驾照，林涛 今天 11:00看过" in text


def test_end_and_return_by_the_page(client, of):
    person = make.volunteer(of)
    client.post(f"{URL}{person.pk}/end/")
    person.refresh_from_db()
    assert person.ended_at == ELEVEN
    client.post(f"{URL}{person.pk}/return/")
    person.refresh_from_db()
    assert person.ended_at is None


def test_end_with_a_shift_to_come_says_what_to_do(client, of):
    person = make.volunteer(of)
    make.assignment(make.shift(make.post(of)), person)
    response = client.post(f"{URL}{person.pk}/end/")
    assert response.status_code == 409
    assert "冯磊还有1个班次没上" in response.content.decode()


# ── skills ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_skill_is_added_renamed_and_removed_by_the_page(client, of):
    client.post(SKILLS, {"name": "方言"})
    skill = Skill.objects.get()
    client.post(f"{SKILLS}{skill.pk}/", {"name": "武汉话", "needs_evidence": "on"})
    skill.refresh_from_db()
    assert (skill.name, skill.needs_evidence) == ("武汉话", True)
    client.post(f"{SKILLS}{skill.pk}/remove/")
    assert Skill.objects.count() == 0


def test_skill_in_use_stays_and_says_where(client, of):
    make.volunteer(of, skills=["医护"])
    response = client.post(f"{SKILLS}{Skill.objects.get().pk}/remove/", follow=True)
    assert "“医护”不能删：1名志愿者会，0个岗位需要" in response.content.decode()
    assert Skill.objects.count() == 1


def test_skills_are_asked_for_as_often_for_three_as_for_one(client, of):
    counts = []
    for names_ in (("医护",), ("驾驶", "电脑")):
        for name in names_:
            make.skill(of, name)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(SKILLS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# ── who may not ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.VOLUNTEER])
def test_pages_for_another_role_are_not_there(of, role):
    person = make.volunteer(of, "赵敏", "13000000020")
    other = login(make.member(of, role))
    pages = [URL, f"{URL}new/", f"{URL}{person.pk}/", f"{URL}{person.pk}/edit/", f"{URL}{person.pk}/skills/", SKILLS]
    assert [other.get(page).status_code for page in pages] == [404] * len(pages)


def test_volunteer_and_leader_see_nobodys_page(of):
    leader = make.volunteer(of)
    make.duty_group(of, leader=leader, leaders_confirm=True)
    person = make.volunteer(of, "赵敏", "13000000020")
    assert login(leader.user).get(f"{URL}{person.pk}/").status_code == 404
    assert login(leader.user).get(URL).status_code == 404
