"""Sign-ups: what the service makes of them, and the page on which they are confirmed."""

import datetime as dt
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from compound.models import AuditEntry, Membership, Role, User
from compound.refusals import Refusal
from roster.models import Availability, GroupMember, SignUp, Volunteer
from roster.services.house_rules import rules_of
from roster.services.sign_ups import Answers, confirm_sign_up, refuse_sign_up, refuse_sign_ups, sign_up
from tests import make
from tests.at_once import Other
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

URL = "/c/xingfuli/roster/sign-ups/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def of(clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def by(of):
    return make.member(of)


@pytest.fixture
def client(by):
    return login(by)


def login(user):
    found = Client()
    found.force_login(user, backend=BACKEND)
    return found


def asked(of, name="赵敏", phone="13000000020", **answers):
    return sign_up(compound=of, answers=Answers(name=name, phone=phone, **answers), at=ELEVEN)


# ── signing up ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sign_up_of_the_same_number_with_other_words_waits_beside_the_first_and_changes_nothing_of_it(of):
    asked(of, days=[0], times=["morning"])
    later = Answers(name="别人", phone="+86 130 0000 0020", room="1-101", skills=[make.skill(of)])
    sign_up(compound=of, answers=later, at=ELEVEN + MINUTE)
    first, second = SignUp.objects.order_by("asked_at")
    assert (first.name, first.room, first.when) == ("赵敏", "", {"days": [0], "times": ["morning"]})
    assert list(first.skills.all()) == []
    assert (second.name, second.room, second.phone, second.asked_at) == ("别人", "1-101", first.phone, ELEVEN + MINUTE)
    assert [skill.name for skill in second.skills.all()] == ["医护"]


def test_sign_up_with_the_same_words_twice_is_one_row_with_the_first_place(of):
    answers = Answers(name="赵敏", phone="13000000020", skills=[make.skill(of)], days=[5], times=["evening"])
    sign_up(compound=of, answers=answers, at=ELEVEN)
    sign_up(compound=of, answers=answers, at=ELEVEN + MINUTE)
    assert SignUp.objects.get().asked_at == ELEVEN


def test_confirm_of_both_sign_ups_of_one_number_makes_one_volunteer_with_the_words_of_the_first(of, by):
    first, second = asked(of), asked(of, "别人", note="别的")
    confirm_sign_up(sign_up=first, by=by, at=ELEVEN)
    assert confirm_sign_up(sign_up=second, by=by, at=ELEVEN).was_known is True
    assert (Volunteer.objects.get().user.name, Volunteer.objects.get().note) == ("赵敏", "")


def test_refuse_sign_ups_of_a_flood_leaves_what_was_answered_what_came_before_and_other_compounds(of, by):
    before = asked(of, "先来", "13000000021")
    confirmed = asked(of, "录用", "13000000022")
    confirm_sign_up(sign_up=confirmed, by=by, at=ELEVEN)
    for number in range(3):
        sign_up(compound=of, answers=Answers(name=f"刷{number}", phone=f"1300000003{number}"), at=ELEVEN + MINUTE)
    elsewhere = asked(make.compound("dongyuan", "东园"), "别处", "13000000023")
    later = ELEVEN + 2 * MINUTE
    assert refuse_sign_ups(compound=of, since=ELEVEN + MINUTE, by=by, at=later) == 3
    assert refuse_sign_ups(compound=of, sign_ups=[confirmed.pk, elsewhere.pk], by=by, at=later) == 0
    waits = SignUp.objects.filter(state="waiting").order_by("name")
    assert list(waits) == sorted([before, elsewhere], key=lambda row: row.name)
    assert set(SignUp.objects.filter(state="refused").values_list("decided_by", "decided_at")) == {(by.pk, later)}
    assert AuditEntry.objects.get(action="sign_up.refused").text == "一次性未录用3份报名"
    assert refuse_sign_ups(compound=of, sign_ups=[before.pk], by=by, at=later) == 1


def test_sign_up_after_a_refusal_waits_anew(of, by):
    refuse_sign_up(sign_up=asked(of), by=by, at=ELEVEN)
    asked(of)
    assert sorted(SignUp.objects.values_list("state", flat=True)) == ["refused", "waiting"]


# ── confirming ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_confirm_makes_user_role_volunteer_skills_hours_and_groups(of, by):
    door, group = make.household(of, "20-1702"), make.duty_group(of)
    skills = [make.skill(of, "驾驶")]
    row = asked(of, skills=skills, days=[0, 1], times=["evening"], hours_a_week=8, ground_floor_only=True)
    done = confirm_sign_up(sign_up=row, groups=[group], household=door, by=by, at=ELEVEN)
    volunteer = Volunteer.objects.get()
    assert (done.volunteer, done.was_known) == (volunteer, False)
    assert (volunteer.user.name, volunteer.user.phone, volunteer.household) == ("赵敏", "13000000020", door)
    assert (volunteer.hours_a_week, volunteer.ground_floor_only) == (8, True)
    assert list(Membership.objects.filter(user=volunteer.user).values_list("role", flat=True)) == ["volunteer"]
    assert [skill.name for skill in volunteer.skills.all()] == ["驾驶"]
    hours = [(h.weekday, h.from_minute, h.until_minute, h.level) for h in volunteer.availability.all()]
    assert hours == [(0, 1080, 1440, "can"), (1, 1080, 1440, "can")]
    assert GroupMember.objects.get().part == "member"
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.decided_at, row.volunteer) == ("confirmed", by, ELEVEN, volunteer)
    entry = AuditEntry.objects.get(action="sign_up.confirmed")
    assert entry.text == "赵敏的报名已确认，工作组：值守组"
    assert "13000000020" not in f"{entry.text}{entry.params}"


def test_confirm_with_the_number_of_a_member_keeps_the_members_name(of, by):
    gate = make.member(of, Role.GATE)
    done = confirm_sign_up(sign_up=asked(of, "别人", gate.phone), by=by, at=ELEVEN)
    gate.refresh_from_db()
    assert (done.volunteer.user, done.was_known, gate.name) == (gate, True, "周静")


def test_confirm_with_the_number_of_a_volunteer_keeps_what_is_known_of_them(of, by):
    person = make.volunteer(of, note="白天上班", hours_a_week=4)
    row = asked(of, "别人", person.user.phone, note="别的", hours_a_week=100, days=[0], times=["night"])
    make.skill(of)
    confirm_sign_up(sign_up=row, groups=[make.duty_group(of)], by=by, at=ELEVEN)
    person.refresh_from_db()
    assert (person.note, person.hours_a_week, person.user.name) == ("白天上班", 4, "冯磊")
    assert person.availability.count() == 7
    assert GroupMember.objects.get().volunteer == person


def test_confirm_with_a_number_of_another_compound_is_refused_and_leaves_no_trace(of, by):
    make.volunteer(make.compound("dongyuan", "东园"), "高山", "13000000008")
    row = asked(of, "别人", "13000000008")
    with pytest.raises(Refusal) as refused:
        confirm_sign_up(sign_up=row, by=by, at=ELEVEN)
    assert refused.value.code == "member_elsewhere"
    row.refresh_from_db()
    assert (row.state, Volunteer.objects.filter(compound=of).count()) == ("waiting", 0)


def test_confirm_when_the_groups_cannot_be_written_writes_nothing(of, by):
    row, group = asked(of), make.duty_group(make.compound("dongyuan", "东园"))

    @transaction.atomic
    def confirm():
        confirm_sign_up(sign_up=row, groups=[group], by=by, at=ELEVEN)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError):
        confirm()
    assert (SignUp.objects.get().state, Volunteer.objects.count()) == ("waiting", 0)
    assert not User.objects.filter(phone="13000000020").exists()


def test_second_decision_is_refused_and_says_by_whom(of, by):
    row, other = asked(of), make.member(of, Role.SECRETARY)
    confirm_sign_up(sign_up=row, by=other, at=ELEVEN)
    for decide in (confirm_sign_up, refuse_sign_up):
        with pytest.raises(Refusal) as refused:
            decide(sign_up=row, by=by, at=ELEVEN)
        assert refused.value.message == "何秀兰已经处理过这份报名：已确认。没有再改动。"
    assert Volunteer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_confirm_at_once_make_one_volunteer():
    of = make.compound()
    by, other = make.member(of), make.member(of, Role.SECRETARY)
    row = asked(of)

    def confirm(who):
        return Other(lambda: confirm_sign_up(sign_up=row, by=who, at=ELEVEN) and "done")

    both = [confirm(by), confirm(other)]
    assert sorted(each.ended() for each in both) == ["done", "sign_up_decided"]
    assert (Volunteer.objects.count(), User.objects.filter(phone="13000000020").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_of_one_number_at_once_make_one_row():
    of = make.compound()
    both = [Other(lambda: asked(of).name) for _ in range(2)]
    assert [each.ended() for each in both] == ["赵敏", "赵敏"]
    assert SignUp.objects.count() == 1


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def data(row, **more):
    return {f"{row.pk}-{name}": value for name, value in more.items()}


def test_page_shows_whose_number_it_is_and_confirms_with_the_exact_room(client, of):
    make.household(of, "20-1702")
    gate, group = make.member(of, Role.GATE), make.duty_group(of)
    row = asked(of, "小静", gate.phone, room="20栋1702")
    page = client.get(URL).content.decode()
    assert "这个号码是 周静。姓名和密码不变。" in page
    response = client.post(f"{URL}{row.pk}/confirm/", data(row, groups=[group.pk]), follow=True)
    assert "这个号码是 周静，现在是志愿者了。" in response.content.decode()
    volunteer = Volunteer.objects.get()
    assert (volunteer.household.room, volunteer.user) == ("20-1702", gate)


def test_page_asks_which_door_where_the_room_can_be_several(client, of):
    for room in ("3-1-501", "3-2-501"):
        make.household(of, room)
    row = asked(of, room="3-501")
    response = client.post(f"{URL}{row.pk}/confirm/")
    assert response.status_code == 422
    assert "请选是哪一户。" in response.content.decode()
    assert Volunteer.objects.count() == 0
    client.post(f"{URL}{row.pk}/confirm/", data(row, door="3-2-501"))
    assert Volunteer.objects.get().household.room == "3-2-501"


def test_page_with_none_of_these_doors_or_an_unknown_room_sets_no_home(client, of):
    for room in ("3-1-501", "3-2-501"):
        make.household(of, room)
    several, unknown = asked(of, room="3-501"), asked(of, "高山", "13000000021", room="99-1")
    assert "名单里没有" in client.get(URL).content.decode()
    client.post(f"{URL}{several.pk}/confirm/", data(several, door="-"))
    client.post(f"{URL}{unknown.pk}/confirm/")
    assert [row.household for row in Volunteer.objects.all()] == [None, None]


def test_page_when_answered_already_says_by_whom(client, of):
    row = asked(of)
    refuse_sign_up(sign_up=row, by=make.member(of, Role.SECRETARY), at=ELEVEN)
    response = client.post(f"{URL}{row.pk}/confirm/", follow=True)
    assert "何秀兰已经处理过这份报名：未录用" in response.content.decode()
    assert Volunteer.objects.count() == 0


def test_page_hides_whoever_belongs_to_another_compound(client, of):
    make.volunteer(make.compound("dongyuan", "东园"), "高山", "13000000008")
    asked(of, "别人", "13000000008")
    page = client.get(URL).content.decode()
    assert "高山" not in page
    assert "这个号码的主人属于别的小区" in page


def test_page_refuses(client, of, by):
    row = asked(of)
    client.post(f"{URL}{row.pk}/refuse/")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("refused", by)


def test_page_asks_as_often_for_three_rows_as_for_one(client, of):
    make.household(of, "20-1702")
    make.duty_group(of)
    make.member(of, Role.GATE)
    rules_of(of)
    counts = []
    for phones in (("13000000003",), ("13000000021", "13000000022")):
        for phone in phones:
            asked(of, phone=phone, room="20-1702", skills=[make.skill(of)])
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 18


def many(of, count):
    for number in range(count):
        answers = Answers(name=f"报名{number}", phone=f"130000001{number:02}")
        sign_up(compound=of, answers=answers, at=ELEVEN - (count - number) * MINUTE)
    return list(SignUp.objects.order_by("asked_at"))


def test_page_shows_the_newest_first_and_pages_through_all(client, of):
    many(of, 27)
    first, second = client.get(URL), client.get(f"{URL}?page=2")
    assert first.context["count"] == 27
    shown = [[form.waiting.row.name for form in page.context["forms"]] for page in (first, second)]
    assert shown == [[f"报名{number}" for number in range(26, 1, -1)], ["报名1", "报名0"]]


def test_page_refuses_the_ticked_ones_and_all_since_a_moment(client, of):
    rows = many(of, 5)
    client.post(f"{URL}refuse/", {"sign_up": [str(rows[0].pk), "x"]})
    assert [row.name for row in SignUp.objects.filter(state="refused")] == ["报名0"]
    response = client.post(f"{URL}refuse/", {"since": "2022-08-23T10:57"}, follow=True)
    assert "3份报名未录用" in response.content.decode()
    assert [row.name for row in SignUp.objects.filter(state="waiting")] == ["报名1"]


def test_page_refuses_nobody_where_nothing_is_ticked_and_says_so(client, of):
    many(of, 1)
    response = client.post(f"{URL}refuse/")
    assert response.status_code == 422
    assert "请勾选不录用的人，或填从什么时候起。" in response.content.decode()
    assert SignUp.objects.get().state == "waiting"


def test_page_says_that_somebody_else_waits_with_the_same_number(client, of):
    asked(of)
    assert "还有1份报名用了这个号码" not in client.get(URL).content.decode()
    asked(of, "别人")
    assert client.get(URL).content.decode().count("还有1份报名用了这个号码") == 2


def test_leader_confirms_an_old_sign_up_beyond_the_first_page_only_with_an_own_group(of):
    leader = make.volunteer(of)
    own = make.duty_group(of, leader=leader, leaders_confirm=True)
    oldest, client = many(of, 27)[0], login(leader.user)
    response = client.post(f"{URL}{oldest.pk}/confirm/")
    assert (response.status_code, response.context["forms"][0].waiting.row) == (422, oldest)
    assert Volunteer.objects.count() == 1
    client.post(f"{URL}{oldest.pk}/confirm/", data(oldest, groups=[own.pk]))
    assert GroupMember.objects.get(part="member").volunteer.user.name == "报名0"


def test_leader_refuses_nobody(of):
    leader = make.volunteer(of)
    make.duty_group(of, leader=leader, leaders_confirm=True)
    row = asked(of)
    assert login(leader.user).post(f"{URL}refuse/", {"sign_up": [str(row.pk)]}).status_code == 404
    assert SignUp.objects.get().state == "waiting"


# ── leaders, and who may not ──────────────────────────────────────────────────────────────────────────────────────


def test_leader_who_may_confirm_takes_somebody_into_the_own_group_only(of):
    leader = make.volunteer(of)
    own = make.duty_group(of, leader=leader, leaders_confirm=True)
    other = make.duty_group(of, "采买组")
    row, client = asked(of), login(leader.user)
    page = client.get(URL).content.decode()
    assert (own.name in page, "采买组" in page, "报名链接" in page) == (True, False, False)
    assert client.post(f"{URL}{row.pk}/confirm/").status_code == 422
    assert client.post(f"{URL}{row.pk}/confirm/", data(row, groups=[other.pk])).status_code == 422
    assert SignUp.objects.get().state == "waiting"
    assert client.post(f"{URL}{row.pk}/refuse/").status_code == 404
    client.post(f"{URL}{row.pk}/confirm/", data(row, groups=[own.pk]))
    member = GroupMember.objects.get(part="member")
    assert (member.group, member.volunteer.user.name) == (own, "赵敏")


def test_leader_who_may_not_confirm_sees_no_sign_ups(of):
    leader = make.volunteer(of)
    make.duty_group(of, leader=leader)
    assert login(leader.user).get(URL).status_code == 404


@pytest.mark.parametrize("role", [Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.VOLUNTEER])
def test_page_for_another_role_is_not_there(of, role):
    row, client = asked(of), login(make.member(of, role))
    assert client.get(URL).status_code == 404
    assert client.post(f"{URL}{row.pk}/confirm/").status_code == 404
    assert client.get(f"{URL}poster.pdf").status_code == 404


# ── the link ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_link_is_switched_off_and_on_and_renewed(client, of):
    url = client.get(URL).context["url"]
    path = url[url.index("/c/") :]
    anybody = Client()
    assert anybody.get(path).status_code == 200
    client.post(f"{URL}switch/", {"open": "no"})
    assert anybody.get(path).status_code == 410
    client.post(f"{URL}switch/", {"open": "yes"})
    assert anybody.get(path).status_code == 200
    client.post(f"{URL}renew/")
    assert anybody.get(path).status_code == 404
    fresh = client.get(URL).context["url"]
    assert anybody.get(fresh[fresh.index("/c/") :]).status_code == 200
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["sign_up.closed", "sign_up.opened", "sign_up.link_renewed"]


def test_poster_has_the_words_and_the_address(client, of):
    response = client.get(f"{URL}poster.pdf")
    assert response["Content-Type"] == "application/pdf"
    lines = PdfReader(BytesIO(response.content)).pages[0].extract_text().splitlines()
    url = client.get(URL).context["url"]
    assert lines[:2] == ["招募志愿者", "幸福里"]
    assert lines[-1] == url


def test_hours_of_a_sign_up_without_ticks_are_none(of, by):
    confirm_sign_up(sign_up=asked(of), by=by, at=ELEVEN)
    assert Availability.objects.count() == 0
