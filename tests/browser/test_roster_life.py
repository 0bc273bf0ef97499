"""A volunteer's whole life: sign up, confirmed, take a shift, reminded, can't come, stand-in, sign in, hours."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from compound.models import Compound, Membership, Message, User
from compound.services.accounts import issue_login
from roster.models import Assignment, Shift, StandIn, Volunteer
from roster.queries.attendance import sign_in_path
from roster.services.house_rules import rules_of
from roster.services.reminders import remind
from roster.services.tokens import link_token
from tests import make
from tests.browser.conftest import _visit

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def other_phone(browser: Browser, server: str) -> Iterator[Page]:
    yield from _visit(browser, server, 390, 844, phone=True)


def log_in(page: Page, phone: str) -> None:
    page.goto("/login/")
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page).not_to_have_url("/login/")


def signs_up(page: Page, of: Compound) -> None:
    token = link_token("sign-up", of.code, rules_of(of).sign_up_version)
    page.goto(f"/c/xingfuli/join/{token}/")
    page.get_by_label("姓名").fill("冯磊")
    page.get_by_label("电话").fill("130 0000 0007")
    for box in page.get_by_role("checkbox").all():
        # The days, the times of day, the consent; "no stairs" and "evidence" do no harm here.
        box.check()
    page.get_by_role("button", name="报名").click()
    expect(page).to_have_url(f"/c/xingfuli/join/{token}/?thanks")


def is_confirmed(page: Page) -> User:
    page.goto("/c/xingfuli/roster/sign-ups/")
    expect(page.get_by_role("heading", name="冯磊")).to_be_visible()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", name="冯磊")).to_have_count(0)
    return User.objects.get(phone="13000000007")


def gets_a_login(page: Page, of: Compound, person: User, by: User) -> None:
    _row, token = issue_login(compound=of, user=person, by=by, at=timezone.now())
    page.goto(f"/login/qr/{token}/")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_label("新密码").fill("baoli-cuiyuan-7")
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url("/c/xingfuli/")


def test_volunteers_life_from_signing_up_to_the_hours_worked(page: Page, phone_page: Page, other_phone: Page) -> None:
    of = make.compound()
    coordinator = make.member(of)
    make.volunteer(of, "宋佳", "13000000021", password=make.PASSWORD)
    now = timezone.now()
    east, west = make.post(of, "东门岗", place="东门岗亭"), make.post(of, "西门岗")
    make.shift(east, now + 20 * MINUTE)
    make.shift(west, now - 30 * MINUTE)

    # Signs up, and is confirmed.
    signs_up(phone_page, of)
    log_in(page, "13000000002")
    person = is_confirmed(page)
    assert Membership.objects.filter(user=person, compound=of).exists()
    gets_a_login(phone_page, of, person, coordinator)

    # Takes a shift, and is reminded of it.
    phone_page.get_by_role("link", name="我的班").click()
    expect(phone_page.get_by_text("接下来没有您的班")).to_be_visible()
    phone_page.get_by_role("main").get_by_role("link", name="我能上的班").first.click()
    phone_page.get_by_role("button", name="东门岗").click()
    expect(phone_page.get_by_text("东门岗归您了，谢谢！")).to_be_visible()
    remind(timezone.now())
    reminder = Message.objects.get(kind="roster.reminder")
    assert (reminder.to, "东门岗" in reminder.text) == (person, True)
    page.goto("/c/xingfuli/roster/messages/")
    expect(page.get_by_text("冯磊，您有值守").first).to_be_visible()

    # Cannot come: it is late, so it stays theirs until somebody takes over.
    phone_page.get_by_role("link", name="我来不了").click()
    phone_page.get_by_label("家里有事").check()
    phone_page.get_by_role("button", name="我来不了").click()
    expect(phone_page.get_by_text("有人接之前，这个班还是您的。")).to_be_visible()
    assert StandIn.objects.get().why == "家里有事"

    # Somebody stands in, signs in and out.
    log_in(other_phone, "13000000021")
    other_phone.goto("/c/xingfuli/duty/")
    other_phone.get_by_role("link", name="看看我行不行").click()
    other_phone.get_by_role("button", name="我来替").click()
    expect(other_phone.get_by_text("东门岗归您了，谢谢！")).to_be_visible()
    other_phone.get_by_role("main").get_by_role("button", name="签到").click()
    expect(other_phone.get_by_text("已签到，辛苦了。")).to_be_visible()
    phone_page.goto("/c/xingfuli/duty/")
    expect(phone_page.get_by_text("接下来没有您的班")).to_be_visible()

    # Feels better, scans the code of a post where somebody is missing, and works there.
    phone_page.goto(sign_in_path(west))
    phone_page.get_by_role("button", name="我来，现在签到").click()
    expect(phone_page.get_by_text("这个班归您了")).to_be_visible()
    # The hours go by.
    started = timezone.now() - 235 * MINUTE
    Shift.objects.filter(post=west).update(starts_at=started, ends_at=started + 240 * MINUTE)
    Assignment.objects.filter(state="signed_in", shift__post=west).update(signed_in_at=started)
    phone_page.get_by_role("main").get_by_role("button", name="签退").click()
    expect(phone_page.get_by_text("好好休息").first).to_be_visible()
    phone_page.goto("/c/xingfuli/duty/")
    total = phone_page.get_by_role("listitem").filter(has_text="累计")
    expect(total).to_contain_text("4小时")

    states = Assignment.objects.order_by("starts_at", "made_at").values_list("volunteer__user__name", "state")
    assert list(states) == [("冯磊", "signed_out"), ("冯磊", "excused"), ("宋佳", "signed_in")]
    assert Volunteer.objects.get(user=person).ended_at is None
