"""Donations: written down, thanked for, and published without a name."""

import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from compound.models import AuditEntry, Role
from compound.refusals import Refusal
from orders.models import Donation
from orders.queries.donations import statement, statement_text, thanks_text
from orders.services import donations as services
from orders.services.relief import link_donations
from tests import make
from tests.make import ELEVEN
from tests.orders.relief.conftest import HOUR, round_of, tap

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def give(compound, by, donor="春风农场", goods="大白菜", quantity="200", *, at=ELEVEN, **more):
    values = {"unit": "颗", "weight_kg": Decimal(400), **more}
    return services.record_donation(
        compound=compound, donor=donor, goods=goods, quantity=Decimal(quantity), received_at=at, by=by, at=at, **values
    )


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


@pytest.fixture
def client(client, coordinator, clock):
    clock(ELEVEN)
    client.force_login(coordinator)
    return client


def test_donation_sent_twice_is_one_and_the_audit_names_no_donor(compound, coordinator):
    key = uuid.uuid4()
    assert give(compound, coordinator, id=key) == give(compound, coordinator, id=key)
    entry = AuditEntry.objects.get(action="donation.received")
    assert (entry.subject, entry.text, entry.params) == ("大白菜", "大白菜 200颗", {})


def test_goods_that_name_the_donor_are_refused(compound, coordinator):
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "donation_names_donor"):
        give(compound, coordinator, goods="春风农场的大白菜")
    give(compound, coordinator)


def test_thanks_are_marked_once_with_who_and_taken_back(compound, coordinator, supply):
    gift = give(compound, coordinator)
    assert services.mark_thanked(donation=gift, thanked=True, by=coordinator, at=ELEVEN)
    assert not services.mark_thanked(donation=gift, thanked=True, by=supply, at=ELEVEN + DAY)
    gift.refresh_from_db()
    assert (gift.thanked_by, gift.thanked_at) == (coordinator, ELEVEN)
    assert services.mark_thanked(donation=gift, thanked=False, by=coordinator, at=ELEVEN)
    gift.refresh_from_db()
    assert (gift.thanked_by, gift.thanked_at) == (None, None)


def test_thanks_name_the_donor_what_came_and_when(compound, coordinator):
    text = "尊敬的春风农场：您捐赠的大白菜 200颗，400千克已于8月23日送到幸福里。全体居民谢谢您！"
    assert thanks_text(give(compound, coordinator)) == text


def test_statement_sums_up_by_good_over_the_days_and_names_nobody(compound, coordinator, volunteer):
    give(compound, coordinator, at=ELEVEN - 2 * DAY, quantity="5")
    first = give(compound, coordinator)
    give(compound, coordinator, donor="周旻", quantity="20.5", weight_kg=None, contact="13000041234")
    give(compound, coordinator, donor="周旻", goods="口罩", quantity="50", unit="包", weight_kg=None, at=ELEVEN + HOUR)
    relief = round_of(compound, coordinator, title="春风农场蔬菜包")
    link_donations(relief=relief, donations=[first], by=coordinator, at=ELEVEN)
    tap(relief, "20-1702", by=volunteer)
    found = statement(compound=compound, first=ELEVEN.date(), last=ELEVEN.date())
    assert [(line.goods, line.quantity, line.weight_kg, line.gifts) for line in found.lines] == [
        ("大白菜", Decimal("220.500"), Decimal("400.000"), 2),
        ("口罩", Decimal("50.000"), None, 1),
    ]
    assert statement_text(found, compound).splitlines() == [
        "幸福里捐赠公示（2022-08-23）",
        "· 大白菜 220.5颗，400千克",
        "· 口罩 50包",
        "共收到3笔捐赠",
        "某某蔬菜包：发出1份，1户",
        "感谢每一位捐赠人！",
    ]


def test_statement_as_a_table_is_text_and_numbers_without_names(client, compound, coordinator):
    give(compound, coordinator, goods="=1+1")
    response = client.get(url("donation_statement_xlsx"), {"first": "2022-08-23", "last": "2022-08-23"})
    book = load_workbook(io.BytesIO(response.content))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert rows == [["品名", "数量", "单位", "kg", "捐赠"], ["=1+1", 200, "颗", 400, 1]]
    assert book.worksheets[0]["A2"].data_type == "s"


def test_statement_of_impossible_days_says_so_and_shows_the_last_month(client, compound, coordinator):
    give(compound, coordinator)
    page = client.get(url("donation_statement"), {"first": "2022-08-24", "last": "2022-08-23"})
    assert page.context["form"].non_field_errors() == ["开始日期要在结束日期之前。"]
    assert page.context["found"].gifts == 1


def test_donation_is_typed_in_on_the_page(client, compound, coordinator):
    typed = {"donor": "春风农场", "goods": "大白菜", "quantity": "200", "unit": "颗", "received_at": "2022-08-23T10:30"}
    client.post(url("donations"), typed)
    gift = Donation.objects.get()
    assert (gift.donor, str(gift), gift.received_by) == ("春风农场", "大白菜 200.000颗", coordinator)
    assert compound.local(gift.received_at).hour == 10


def test_thanks_are_sent_from_their_page(client, compound, coordinator):
    gift = give(compound, coordinator)
    assert "尊敬的春风农场" in client.get(url("donation_thanks", donation=gift.pk)).content.decode()
    client.post(url("donation_thanked", donation=gift.pk), {"thanked": "on"})
    gift.refresh_from_db()
    assert gift.thanked_by == coordinator


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.CAPTAIN, Role.GATE])
def test_donor_is_nobody_elses_business(client, compound, coordinator, role):
    gift = give(compound, coordinator)
    building = compound.buildings.get(name="3") if role == Role.CAPTAIN else None
    client.force_login(make.member(compound, role, building=building))
    pages = ("donations", "donation_statement", "donation_statement_xlsx")
    assert [client.get(url(page)).status_code for page in pages] == [404, 404, 404]
    assert client.get(url("donation_thanks", donation=gift.pk)).status_code == 404


def test_list_of_donations_asks_as_often_for_three_as_for_one(client, compound, coordinator):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url("donations")).status_code == 200
        return len(captured)

    give(compound, coordinator)
    queries()
    one = queries()
    for _ in range(2):
        give(compound, coordinator)
    assert queries() == one
    assert one <= 9
