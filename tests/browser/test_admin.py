"""The stock admin under the strict Content-Security-Policy: its widgets must work without inline script or style."""

import pytest
from playwright.sync_api import Page, expect

from compound.models import Compound, Household, Role, Rulebook, Tag
from tests import make


@pytest.fixture
def own(server: str) -> Compound:
    return make.compound()


def log_in(page: Page, phone: str) -> None:
    page.goto("/login/?next=/admin/")
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page).to_have_url("/admin/")


def test_admin_when_the_secretary_adds_a_household_all_widgets_work(page: Page, own: Compound) -> None:
    secretary = make.member(own, Role.SECRETARY)
    make.household(own, "3-2-501")
    log_in(page, secretary.phone)
    page.goto("/admin/compound/household/add/")
    # Building and unit are looked up while typing.
    page.locator(".field-building .select2-selection").click()
    page.locator(".select2-search__field").fill("3")
    page.locator(".select2-results__option", has_text="3").first.click()
    page.locator(".field-unit .select2-selection").click()
    page.locator(".select2-results__option", has_text="3-2").first.click()
    page.locator("#id_number").fill("502")
    page.locator("#id_head_count").fill("4")
    page.get_by_label("婴幼儿").check()
    page.locator("#residents-group .add-row a").click()
    page.locator("#id_residents-0-name").fill("周旻")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    made = Household.objects.get(room="3-2-502")
    assert (made.head_count, list(made.tags.all())) == (4, [Tag.objects.get(code="infant")])
    assert [resident.name for resident in made.residents.all()] == ["周旻"]


def test_admin_when_the_secretary_writes_a_rulebook_the_calendar_works(page: Page, own: Compound) -> None:
    secretary = make.member(own, Role.SECRETARY)
    log_in(page, secretary.phone)
    page.goto("/admin/compound/rulebook/add/")
    page.locator("#id_notice").fill("8月23日第3号通告")
    page.locator(".field-starts_at .date-icon").click()
    page.locator(".calendarbox:visible a", has_text="明天").click()
    page.locator(".field-starts_at .clock-icon").click()
    page.locator(".clockbox:visible a", has_text="午夜").click()
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Rulebook.objects.get().notice == "8月23日第3号通告"
