"""Login by password and by QR, passwords, and who may give out a login for whom."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from compound.models import AuditEntry, Compound, LoginToken, Membership, Role, User
from compound.models.accounts import clean_phone
from compound.refusals import Refusal
from compound.services import accounts
from tests import make

pytestmark = pytest.mark.django_db
ELSEWHERE = {"REMOTE_ADDR": "192.168.1.20"}
Clock = Callable[..., time_machine.Traveller]


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


@pytest.fixture
def compound() -> Compound:
    return make.compound()


def log_in(client: Client, phone: str, password: str = make.PASSWORD, **extra: str) -> HttpResponse:
    return client.post(reverse("login"), {"username": phone, "password": password}, **extra)


def who(client: Client) -> str | None:
    """The name of whoever is logged in."""
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).name if pk else None


# Phone and password


@pytest.mark.parametrize("phone", ["13000000002", "130 0000 0002", "+86 130-0000-0002", "１３００００００００２"])
def test_login_when_the_number_is_written_in_any_way_succeeds(client: Client, compound: Compound, phone: str) -> None:
    make.member(compound)
    assert log_in(client, phone).status_code == 302
    assert who(client) == "林涛"


@pytest.mark.parametrize("phone", ["+86+8613000000002", "+86 +86 +86 13000000002", "+8613000000002"])
def test_clean_phone_when_the_prefix_is_repeated_strips_all_of_them(phone: str) -> None:
    assert clean_phone(phone) == "13000000002"


def test_clean_phone_when_the_number_is_foreign_keeps_its_prefix() -> None:
    assert clean_phone("+852 5123 4567") == "+85251234567"


def test_login_when_locked_and_the_prefix_is_repeated_stays_locked(client: Client, compound: Compound) -> None:
    make.member(compound)
    for _ in range(5):
        log_in(client, "13000000002", "wrong")
    assert log_in(client, "+86+8613000000002").status_code == 429


def test_login_when_the_password_is_wrong_keeps_the_number_and_says_what_to_do(
    client: Client, compound: Compound
) -> None:
    make.member(compound)
    response = log_in(client, "13000000002", "wrong")
    assert response.status_code == 200
    assert response.context["form"]["username"].value() == "13000000002"
    assert response.context["form"].non_field_errors() == ["手机号或密码不对。忘了？请协调员给一个登录二维码。"]
    assert who(client) is None


def test_login_when_next_leads_to_another_site_goes_home(client: Client, compound: Compound) -> None:
    make.member(compound)
    data = {"username": "13000000002", "password": make.PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("login"), data).headers["Location"] == reverse("home")


def test_login_when_next_is_a_page_of_ours_goes_there(client: Client, compound: Compound) -> None:
    make.member(compound)
    data = {"username": "13000000002", "password": make.PASSWORD, "next": "/c/xingfuli/logins/"}
    assert client.post(reverse("login"), data).headers["Location"] == "/c/xingfuli/logins/"


def test_login_when_wrong_five_times_is_locked_whatever_way_the_number_is_written(
    client: Client, compound: Compound, clock: Clock
) -> None:
    clock(make.ELEVEN)
    make.member(compound)
    spellings = ["13000000002", "130 0000 0002", "+8613000000002", "130-0000-0002", "１３００００００００２"]
    statuses = [log_in(client, phone, "wrong").status_code for phone in spellings]
    assert statuses == [200, 200, 200, 200, 429]
    response = log_in(client, "13000000002")
    assert response.status_code == 429
    assert "等 15 分钟再试" in response.content.decode()
    assert "请协调员给一个登录二维码" in response.content.decode()
    assert response.context["form"]["username"].value() == "13000000002"
    assert who(client) is None


def test_login_when_a_quarter_of_an_hour_has_passed_is_open_again(
    client: Client, compound: Compound, clock: Clock
) -> None:
    traveller = clock(make.ELEVEN)
    make.member(compound)
    for _attempt in range(5):
        log_in(client, "13000000002", "wrong")
    traveller.shift(dt.timedelta(minutes=15, seconds=1))
    assert log_in(client, "13000000002").status_code == 302


def test_login_when_another_number_is_locked_succeeds(client: Client, compound: Compound) -> None:
    make.member(compound)
    for _attempt in range(5):
        log_in(client, "13000000099", "wrong")
    assert log_in(client, "13000000002").status_code == 302


def test_session_when_logged_in_is_a_row_in_the_database(client: Client, compound: Compound) -> None:
    make.member(compound)
    log_in(client, "13000000002")
    assert Session.objects.count() == 1


# The demo


@pytest.fixture
def demo() -> Compound:
    made = make.compound("demo", "演示小区")
    Compound.objects.update(is_demo=True)
    return made


def test_demo_login_when_from_loopback_succeeds(client: Client, demo: Compound) -> None:
    make.member(demo)
    assert log_in(client, "13000000002").status_code == 302


@pytest.mark.parametrize("extra", [ELSEWHERE, {"HTTP_X_FORWARDED_FOR": "192.168.1.20"}, {"REMOTE_ADDR": ""}])
def test_demo_login_when_from_elsewhere_is_refused(client: Client, demo: Compound, extra: dict[str, str]) -> None:
    make.member(demo)
    response = log_in(client, "13000000002", **extra)
    assert response.context["form"].non_field_errors() == ["演示账号只能在运行演示的这台电脑上登录。"]
    assert who(client) is None


def test_demo_session_when_used_from_elsewhere_ends(client: Client, demo: Compound) -> None:
    make.member(demo)
    log_in(client, "13000000002")
    assert client.get(reverse("password"), **ELSEWHERE).status_code == 403
    assert who(client) is None


def test_real_session_when_used_from_elsewhere_goes_on(client: Client, compound: Compound) -> None:
    make.member(compound)
    log_in(client, "13000000002")
    assert client.get(reverse("password"), **ELSEWHERE).status_code == 200


def test_demo_user_when_added_to_a_real_compound_is_refused(demo: Compound) -> None:
    make.member(demo)
    real = make.compound("dongyuan", "东园")
    with pytest.raises(Refusal) as refusal:
        accounts.add_member(compound=real, phone="13000000002", name="", role=Role.COORDINATOR, by=None, at=make.ELEVEN)
    assert refusal.value.code == "demo_member"


# One-time logins


def issue(client: Client, compound: Compound, person: User) -> HttpResponse:
    return client.post(reverse("issue_login", args=[compound.code]), {"person": person.pk})


def path_in(response: HttpResponse) -> str:
    found = re.search(r"http://testserver(/login/qr/[^/]+/)", response.content.decode())
    assert found
    return found[1]


@pytest.fixture
def coordinator(client: Client, compound: Compound) -> User:
    person = make.member(compound)
    client.force_login(person)
    return person


def test_login_qr_when_scanned_shows_a_button_and_logs_in_once(
    client: Client, compound: Compound, coordinator: User
) -> None:
    volunteer = make.member(compound, Role.VOLUNTEER)
    path = path_in(issue(client, compound, volunteer))
    phone = Client()
    for _preview in range(3):
        assert phone.get(path).status_code == 200
    assert who(phone) is None
    assert phone.post(path).headers["Location"] == reverse("password")
    assert who(phone) == "冯磊"
    assert Client().get(path).status_code == 410
    assert Client().post(path).status_code == 410


def test_login_qr_when_given_out_keeps_only_a_hash_and_names_both_in_the_log(
    client: Client, compound: Compound, coordinator: User
) -> None:
    volunteer = make.member(compound, Role.VOLUNTEER)
    token = path_in(issue(client, compound, volunteer)).split("/")[3]
    row = LoginToken.objects.get()
    assert row.token_hash == accounts.hash_of(token)
    assert len(token) == 43
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.subject, entry.compound) == ("login.issued", coordinator, "冯磊", compound)
    assert entry.text == "给冯磊发了一次性登录"
    assert entry.params == {"user": volunteer.pk, "login": row.pk, "minutes": 15}


def test_login_qr_when_sixteen_minutes_old_is_over(client: Client, compound: Compound, clock: Clock) -> None:
    traveller = clock(make.ELEVEN)
    person = make.member(compound)
    client.force_login(person)
    path = path_in(issue(client, compound, make.member(compound, Role.VOLUNTEER)))
    traveller.shift(dt.timedelta(minutes=14))
    assert Client().get(path).status_code == 200
    traveller.shift(dt.timedelta(minutes=2))
    assert Client().get(path).status_code == 410
    assert Client().post(path).status_code == 410


def test_login_qr_when_taken_back_is_over(client: Client, compound: Compound, coordinator: User) -> None:
    path = path_in(issue(client, compound, make.member(compound, Role.VOLUNTEER)))
    client.post(reverse("revoke_login", args=[compound.code]), {"login": LoginToken.objects.get().pk})
    assert Client().post(path).status_code == 410
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["login.issued", "login.revoked"]


def test_login_qr_when_a_second_one_is_given_out_ends_the_first(
    client: Client, compound: Compound, coordinator: User
) -> None:
    volunteer = make.member(compound, Role.VOLUNTEER)
    first, second = path_in(issue(client, compound, volunteer)), path_in(issue(client, compound, volunteer))
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200


def test_login_qr_when_the_login_was_closed_meanwhile_is_over(
    client: Client, compound: Compound, coordinator: User
) -> None:
    volunteer = make.member(compound, Role.VOLUNTEER)
    path = path_in(issue(client, compound, volunteer))
    User.objects.filter(pk=volunteer.pk).update(is_active=False)
    assert Client().post(path).status_code == 410


def test_login_qr_when_the_password_is_locked_opens_it(client: Client, compound: Compound, coordinator: User) -> None:
    volunteer = make.member(compound, Role.VOLUNTEER)
    phone = Client()
    for _attempt in range(5):
        log_in(phone, volunteer.phone, "wrong")
    phone.post(path_in(issue(client, compound, volunteer)))
    assert who(phone) == "冯磊"
    assert log_in(Client(), volunteer.phone).status_code == 302


def test_password_when_chosen_after_a_login_qr_needs_no_old_one(
    client: Client, compound: Compound, coordinator: User
) -> None:
    volunteer = make.member(compound, Role.VOLUNTEER)
    phone = Client()
    phone.post(path_in(issue(client, compound, volunteer)))
    assert phone.post(reverse("password"), {"password": "baoli-cuiyuan-7"}).headers["Location"] == reverse("home")
    assert log_in(Client(), volunteer.phone, "baoli-cuiyuan-7").status_code == 302
    # It was for this once: from now on the present password is asked for.
    assert "old_password" in phone.get(reverse("password")).context["form"].fields


def test_password_when_changed_later_needs_the_old_one(client: Client, compound: Compound) -> None:
    make.member(compound)
    log_in(client, "13000000002")
    wrong = client.post(reverse("password"), {"old_password": "wrong", "password": "baoli-cuiyuan-7"})
    assert wrong.context["form"].errors == {"old_password": ["这不是你现在的密码。"]}
    right = client.post(reverse("password"), {"old_password": make.PASSWORD, "password": "baoli-cuiyuan-7"})
    assert right.headers["Location"] == reverse("home")
    assert who(client) == "林涛"


def test_password_when_everybody_takes_it_is_refused(client: Client, compound: Compound) -> None:
    make.member(compound)
    log_in(client, "13000000002")
    response = client.post(reverse("password"), {"old_password": make.PASSWORD, "password": "password123"})
    assert list(response.context["form"].errors) == ["password"]


# Nobody climbs


@pytest.mark.parametrize(
    ("giver", "to", "allowed"),
    [
        (Role.COORDINATOR, Role.VOLUNTEER, True),
        (Role.COORDINATOR, Role.GATE, True),
        (Role.COORDINATOR, Role.SECRETARY, False),
        (Role.SECRETARY, Role.COORDINATOR, True),
        (Role.SECRETARY, Role.SECRETARY, True),
        (Role.MEDICAL, Role.VOLUNTEER, False),
    ],
)
def test_may_give_login_when_in_one_compound_follows_the_roles(
    compound: Compound, giver: Role, to: Role, allowed: bool
) -> None:
    by = make.member(compound, giver)
    target = make.user("某某", "13900000001")
    Membership.objects.create(user=target, compound=compound, role=to)
    assert accounts.may_give_login(by=by, to=target) is allowed


def test_may_give_login_when_the_person_has_a_role_elsewhere_needs_rights_there(compound: Compound) -> None:
    other = make.compound("dongyuan", "东园")
    by, target = make.member(compound, Role.SECRETARY), make.user("某某", "13900000001")
    Membership.objects.create(user=target, compound=compound, role=Role.VOLUNTEER)
    Membership.objects.create(user=target, compound=other, role=Role.VOLUNTEER)
    assert accounts.may_give_login(by=by, to=target) is False
    Membership.objects.create(user=by, compound=other, role=Role.COORDINATOR)
    assert accounts.may_give_login(by=by, to=target) is True


def test_may_give_login_when_the_person_is_a_superuser_is_never_so(compound: Compound) -> None:
    by, target = make.member(compound, Role.SECRETARY), make.member(compound, Role.VOLUNTEER)
    User.objects.filter(pk=target.pk).update(is_superuser=True)
    target.refresh_from_db()
    assert accounts.may_give_login(by=by, to=target) is False


def test_login_qr_when_a_coordinator_asks_for_the_secretarys_is_refused_in_words(
    client: Client, compound: Compound, coordinator: User
) -> None:
    secretary = make.member(compound, Role.SECRETARY)
    response = client.post(reverse("issue_login", args=[compound.code]), {"person": secretary.pk}, follow=True)
    assert [str(m) for m in response.context["messages"]] == ["你不能给何秀兰发登录。请找临时党支部书记。"]
    assert LoginToken.objects.count() == 0


def test_login_qr_when_the_person_is_of_another_compound_is_not_found(
    client: Client, compound: Compound, coordinator: User
) -> None:
    stranger = make.member(make.compound("dongyuan", "东园"), Role.VOLUNTEER)
    assert issue(client, compound, stranger).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_logins_page_when_it_lists_people_asks_the_same_number_of_queries(
    client: Client, compound: Compound, coordinator: User, count: int, django_assert_num_queries: Callable[..., object]
) -> None:
    for number in range(count):
        person = make.user(f"志愿者{number}", f"1390000000{number}")
        Membership.objects.create(user=person, compound=compound, role=Role.VOLUNTEER)
    # session, user, access, members, own roles, their roles, open logins
    with django_assert_num_queries(7):
        response = client.get(reverse("logins", args=[compound.code]))
    assert len(response.context["people"]) == count + 1


def test_logins_page_when_asked_61_times_in_an_hour_waits(
    client: Client, compound: Compound, coordinator: User
) -> None:
    volunteer = make.member(compound, Role.VOLUNTEER)
    statuses = {issue(client, compound, volunteer).status_code for _ in range(60)}
    assert statuses == {200}
    assert issue(client, compound, volunteer).status_code == 302
    assert LoginToken.objects.count() == 60


# Members


def add(compound: Compound, phone: str, role: Role = Role.VOLUNTEER, name: str = "许某") -> Membership:
    return accounts.add_member(compound=compound, phone=phone, name=name, role=role, by=None, at=make.ELEVEN)


def test_add_member_when_the_number_is_new_makes_a_person_without_a_password(compound: Compound) -> None:
    member = add(compound, "139 1111 2222")
    assert (member.user.phone, member.user.name, member.user.has_usable_password()) == ("13911112222", "许某", False)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.text) == ("member.added", "许某的角色现在是：志愿者")


def test_add_member_when_the_person_is_known_keeps_name_and_password(compound: Compound) -> None:
    known = make.member(compound)
    assert add(compound, known.phone, Role.GATE).user == known
    assert User.objects.get().name == "林涛"


def test_add_member_when_in_that_role_already_is_refused_and_leaves_no_trace(compound: Compound) -> None:
    add(compound, "13911112222")
    with pytest.raises(Refusal) as refusal:
        add(compound, "13911112222")
    assert refusal.value.code == "member_already"
    assert AuditEntry.objects.count() == 1


@pytest.fixture
def secretary(compound: Compound) -> User:
    return make.member(compound, Role.SECRETARY)


def add_by(by: User, compound: Compound, phone: str, role: Role = Role.VOLUNTEER) -> Membership:
    return accounts.add_member(compound=compound, phone=phone, name="", role=role, by=by, at=make.ELEVEN)


def test_add_member_when_the_person_is_only_of_another_compound_is_refused_without_the_name(
    compound: Compound, secretary: User
) -> None:
    theirs = make.member(make.compound("dongyuan", "东园"), Role.MEDICAL)
    with pytest.raises(Refusal) as refusal:
        add_by(secretary, compound, theirs.phone)
    assert (refusal.value.code, refusal.value.message) == (
        "member_elsewhere",
        "用这个手机号登录的人属于另一个小区。请联系系统管理员添加。",
    )
    assert list(Membership.objects.filter(compound=compound).values_list("user", flat=True)) == [secretary.pk]


def test_add_member_when_the_person_is_of_another_compound_and_a_superuser_asks_succeeds(
    compound: Compound,
) -> None:
    theirs = make.member(make.compound("dongyuan", "东园"), Role.MEDICAL)
    boss = User.objects.create_superuser("13900000000", "管理员", "x")
    assert add_by(boss, compound, theirs.phone).user == theirs


def test_add_member_when_the_secretary_is_of_both_compounds_succeeds(compound: Compound, secretary: User) -> None:
    other = make.compound("dongyuan", "东园")
    Membership.objects.create(user=secretary, compound=other, role=Role.SECRETARY)
    theirs = make.member(other, Role.MEDICAL)
    assert add_by(secretary, compound, theirs.phone).user == theirs


def test_add_member_when_the_person_is_of_this_compound_too_succeeds(compound: Compound, secretary: User) -> None:
    theirs = make.member(make.compound("dongyuan", "东园"), Role.MEDICAL)
    Membership.objects.create(user=theirs, compound=compound, role=Role.GATE)
    assert add_by(secretary, compound, theirs.phone).user == theirs


def test_add_member_when_the_person_is_a_superuser_is_refused(compound: Compound, secretary: User) -> None:
    boss = User.objects.create_superuser("13900000000", "管理员", "x")
    with pytest.raises(Refusal) as refusal:
        add_by(secretary, compound, boss.phone)
    assert refusal.value.code == "member_elsewhere"
    assert add_by(boss, compound, boss.phone).user == boss


def test_remove_member_when_the_last_secretary_is_refused(compound: Compound) -> None:
    member = add(compound, "13911112222", Role.SECRETARY)
    with pytest.raises(Refusal) as refusal:
        accounts.remove_member(member=member, by=None, at=make.ELEVEN)
    assert refusal.value.code == "last_secretary"


def test_remove_member_when_another_secretary_stays_succeeds_and_ends_open_logins(compound: Compound) -> None:
    member = add(compound, "13911112222", Role.SECRETARY)
    add(compound, "13911113333", Role.SECRETARY, "文某")
    accounts.issue_login(compound=compound, user=member.user, by=None, at=make.ELEVEN)
    accounts.remove_member(member=member, by=None, at=make.ELEVEN)
    assert LoginToken.objects.get().revoked_at == make.ELEVEN
    assert list(Membership.objects.values_list("user__phone", flat=True)) == ["13911113333"]
