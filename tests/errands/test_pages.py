"""Who sees which errand, the form of the desk, the list and the labels of a pharmacy, Today."""

import datetime as dt
import io
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from compound.models import AuditEntry
from errands.models import Errand
from errands.services import steps
from errands.services.cards import take_card
from tests.errands.asked import INSULIN, NIFEDIPINE, gas, medicine, picture
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_eleven(clock: Any) -> None:
    clock(ELEVEN + dt.timedelta(hours=1))


def url(page: str, **more: Any) -> str:
    return reverse(f"errands:{page}", kwargs={"code": "xingfuli", **more})


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_medicine_when_nobody_has_it_is_named_to_nobody_but_who_runs_errands(
    place: SimpleNamespace, client: Client
) -> None:
    errand = medicine(place)
    seen = {}
    for name in ("lin", "tang", "feng", "guo"):
        client.force_login(getattr(place, name))
        listed = client.get(url("errands")).content.decode()
        page = client.get(url("errand", errand=errand.pk))
        seen[name] = ("硝苯地平" in listed, page.status_code, "硝苯地平" in page.content.decode())
    assert seen == {
        "lin": (True, 200, True), "tang": (True, 200, True), "feng": (False, 200, False), "guo": (False, 404, False),
    }  # fmt: skip
    steps.take_on(errand=errand, by=place.tang, at=ELEVEN)
    client.force_login(place.feng)
    assert client.get(url("errand", errand=errand.pk)).status_code == 404
    steps.take_on(errand=errand, by=place.lin, runner=place.feng, at=ELEVEN)
    assert "硝苯地平" in client.get(url("errand", errand=errand.pk)).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_when_it_grows_asks_no_more_of_the_database(
    place: SimpleNamespace, client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        made = medicine(place, NIFEDIPINE, INSULIN, supply_point=place.point, is_urgent=True)
        take_card(
            id=uuid.uuid4(),
            errand=made,
            kind="insurance",
            holder=f"王{number}",
            given_by="王",
            by=place.feng,
            at=ELEVEN,
        )
        gas(place)
    client.force_login(place.lin)
    client.get(url("errands"))
    with django_assert_num_queries(9):
        client.get(url("errands"))
    with django_assert_num_queries(7):
        client.get(url("pharmacy", name="康民药房"))


def test_asking_at_the_desk_when_all_is_said_writes_it_down_with_its_photo(
    place: SimpleNamespace, client: Client
) -> None:
    client.force_login(place.feng)
    typed = {
        "id": str(uuid.uuid4()), "room": "20-1702", "person": "王奶奶", "m0-name": "硝苯地平控释片",
        "m0-quantity": "两盒", "m2-name": "维生素C", "m2-is_cold": "on",
        "refusal_borne_by": "household", "channel": "phone", "is_urgent": "on", "supply_point": place.point.pk,
    }  # fmt: skip
    lacking = client.post(url("ask") + "?kind=medicine", {**typed, "person": ""})
    photo = SimpleUploadedFile("box.png", picture(), "image/png")
    response = client.post(url("ask") + "?kind=medicine", {**typed, "m0-photo": photo})
    errand = Errand.objects.get()
    assert (lacking.status_code, response.status_code) == (200, 302)
    assert response.headers["Location"] == url("errand", errand=errand.pk)
    medicines = errand.medicines.all()
    assert [(row.name, row.quantity, row.unit, row.is_cold, row.photo is not None) for row in medicines] == [
        ("硝苯地平控释片", 2, "盒", False, True), ("维生素C", 1, "盒", True, False),
    ]  # fmt: skip
    assert (errand.asked_by, errand.is_urgent, errand.household.room) == (place.feng, True, "20-1702")


def test_number_of_a_top_up_when_shown_is_whole_on_that_page_alone_and_traced(
    place: SimpleNamespace, client: Client
) -> None:
    errand = gas(place)
    client.force_login(place.feng)
    assert client.post(url("number", errand=errand.pk)).status_code == 404
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    page = client.get(url("errand", errand=errand.pk)).content.decode()
    shown = client.post(url("number", errand=errand.pk))
    assert ("8000123456" in page, "····3456" in page) == (False, True)
    assert ("8000123456" in shown.content.decode(), "no-store" in shown.headers["Cache-Control"]) == (True, True)
    assert AuditEntry.objects.filter(action="errand.number_shown", by=place.feng).count() == 1


def test_pharmacy_list_when_printed_has_one_bag_a_person_with_the_card_and_labels_name_no_medicine(
    place: SimpleNamespace, client: Client
) -> None:
    old = medicine(place, NIFEDIPINE, INSULIN, supply_point=place.point, is_urgent=True, refusal_borne_by="compound")
    take_card(
        id=uuid.uuid4(), errand=old, kind="insurance", holder="王奶奶", given_by="王奶奶", by=place.feng, at=ELEVEN
    )
    medicine(place, NIFEDIPINE, household=place.other, person="老周", supply_point=place.point)
    client.force_login(place.lin)
    # Paper is in the compound's language, whoever prints it.
    client.cookies["django_language"] = "en"
    text = text_of(client.get(url("pharmacy_list", name="康民药房")).content)
    words = (
        "20-1702", "王奶奶", "门冬胰岛素笔芯", "3ml:300单位", "1支", "冷藏", "康和制药", "王奶奶 医保卡", "卡归还 签名",
        "拒收由谁出：小区", "3-2-501", "老周", "2 人，一人一袋",
    )  # fmt: skip
    assert [word for word in words if word not in text] == []
    # 老周 sends no card: nobody signs for one.
    assert (text.count("卡交出 签名"), text.count("卡归还 签名")) == (1, 1)
    for paper in ("", "?paper=roll"):
        label = text_of(client.get(url("pharmacy_labels", name="康民药房") + paper).content)
        assert [word for word in ("20-1702", "王奶奶", "冷藏", "3-2-501") if word not in label] == []
        assert "硝苯" not in label
    # A volunteer prints what is his.
    client.force_login(place.feng)
    own = text_of(client.get(url("pharmacy_list", name="康民药房")).content)
    assert ("王奶奶" in own, "老周" in own) == (True, False)


def test_desk_when_it_puts_right_gives_corrects_and_withdraws_does_so_once_each(
    place: SimpleNamespace, client: Client
) -> None:
    errand = medicine(place)
    client.force_login(place.lin)
    said = {"person": "王奶奶", "supply_point": place.point.pk, "refusal_borne_by": "return", "is_urgent": "on"}
    client.post(url("change", errand=errand.pk), said)
    client.post(url("give", errand=errand.pk), {"runner": place.feng.pk})
    errand.refresh_from_db()
    assert (errand.supply_point, errand.refusal_borne_by, errand.is_urgent, errand.taken_by) == (
        place.point, "return", True, place.feng,
    )  # fmt: skip
    client.post(url("withdraw", errand=errand.pk), {"reason": "自己有了"})
    errand.refresh_from_db()
    assert (errand.state, errand.end_reason) == ("withdrawn", "自己有了")
    other = gas(place)
    steps.buy(errand=other, by=place.feng, at=ELEVEN)
    client.post(url("correct", errand=other.pk), {"amount": "99.5", "paid_by": place.feng.pk, "reason": "小票"})
    other.refresh_from_db()
    assert (str(other.amount), other.paid_by) == ("99.50", place.feng)


def test_today_when_something_is_urgent_or_a_card_is_out_says_so_until_it_is_done(
    place: SimpleNamespace, client: Client
) -> None:
    errand = medicine(place, is_urgent=True, refusal_borne_by="household")
    client.force_login(place.lin)
    today = reverse("desk:today", kwargs={"code": "xingfuli"})
    before = client.get(today).content.decode()
    take_card(
        id=uuid.uuid4(), errand=errand, kind="insurance", holder="王奶奶", given_by="王奶奶", by=place.feng, at=ELEVEN
    )
    steps.hand_over(errand=errand, by=place.feng, at=ELEVEN, to="王奶奶")
    after = client.get(today).content.decode()
    address = url("errand", errand=errand.pk)
    assert ("加急：20-1702 买药" in before, before.count(address)) == (True, 1)
    assert ("加急：20-1702 买药" in after, "20-1702 王奶奶的医保卡还没还" in after) == (False, True)
