"""A coordinator gives out a login QR; an old volunteer's phone opens it."""

from playwright.sync_api import Page, expect

from compound.models import LoginToken, Role, User
from tests import make


def test_login_qr_when_given_out_logs_in_a_phone_that_then_has_a_password(page: Page, phone_page: Page) -> None:
    own = make.compound()
    coordinator, volunteer = make.member(own), make.member(own, Role.VOLUNTEER)
    make.member(own, Role.SECRETARY)
    page.goto("/c/xingfuli/logins/")
    page.get_by_label("手机号").fill("130 0000 0002")
    page.get_by_label("密码").fill("falsch")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_text("手机号或密码不对")).to_be_visible()
    expect(page.get_by_label("手机号")).to_have_value("130 0000 0002")
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="登录二维码")).to_be_visible()
    page.get_by_role("row", name="冯磊").get_by_role("button", name="发二维码").click()
    expect(page.get_by_role("img", name="供冯磊登录的二维码")).to_be_visible()
    link = page.locator("#login-link").inner_text()
    assert LoginToken.objects.get().issued_by == coordinator

    phone_page.goto(link)
    expect(phone_page.get_by_role("heading", name="以冯磊的身份登录")).to_be_visible()
    phone_page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(phone_page.get_by_role("heading", name="设一个密码")).to_be_visible()
    phone_page.get_by_label("新密码").fill("baoli-cuiyuan-7")
    phone_page.get_by_role("button", name="保存").click()
    expect(phone_page).to_have_url("/c/xingfuli/")
    phone_page.goto(link)
    expect(phone_page.get_by_role("heading", name="这个登录二维码已失效")).to_be_visible()
    assert User.objects.get(pk=volunteer.pk).last_login is not None


def test_first_page_when_the_installation_is_empty_is_where_everything_leads(page: Page, phone_page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="建立你的小区")).to_be_visible()
    phone_page.goto("/start/")
    expect(phone_page.get_by_role("heading", name="建立你的小区")).to_be_visible()
    page.get_by_label("小区名称").fill("东园")
    page.get_by_label("简码").fill("Dong Yuan")
    page.get_by_label("临时党支部书记姓名").fill("何秀兰")
    page.get_by_label("临时党支部书记手机号").fill("130 0000 0001")
    page.get_by_label("密码").fill("baoli-cuiyuan-7")
    page.get_by_role("button", name="开始使用").click()
    expect(page.get_by_text("小写字母、数字和连字符，最多 32 个。")).to_be_visible()
    expect(page.get_by_label("小区名称")).to_have_value("东园")
    expect(page.get_by_label("密码")).to_have_value("baoli-cuiyuan-7")
    page.get_by_label("简码").fill("dongyuan")
    page.get_by_role("button", name="开始使用").click()
    expect(page).to_have_url("/c/dongyuan/")


def test_login_when_wrong_five_times_says_how_long_to_wait(phone_page: Page) -> None:
    make.member(make.compound())
    phone_page.goto("/login/")
    for _attempt in range(5):
        phone_page.get_by_label("手机号").fill("13000000002")
        phone_page.get_by_label("密码").fill("wrong")
        phone_page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(phone_page.get_by_role("heading", name="登录已锁定")).to_be_visible()
