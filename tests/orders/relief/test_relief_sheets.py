"""The tick-off sheets: who stands on them, who does not, and what the second version leaves out."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from compound.models import Sheet
from orders.queries.relief_sheets import tick_sheets
from orders.queries.sheet_rows import ReliefStop, ReliefTicks, from_json, to_json
from orders.services.relief_sheets import make_tick_sheets
from tests import make
from tests.make import ELEVEN
from tests.orders.relief.conftest import HOUR, tap

pytestmark = pytest.mark.django_db


def pdf_text(sheet):
    pages = PdfReader(io.BytesIO(bytes(sheet.file.content))).pages
    return "\n".join(page.extract_text() for page in pages)


def test_sheet_names_every_door_of_its_building_once(compound, relief, volunteer):
    make.household(compound, "3-2-601")
    tap(relief, "3-1-101", by=volunteer)
    tap(relief, "3-1-501", "nobody_home", by=volunteer)
    three, twenty = tick_sheets(relief)
    assert three == ReliefTicks(
        "3",
        "up",
        "白菜、萝卜、鸡蛋",
        (ReliefStop("3-1-501", "1", 1, "nobody_home"), ReliefStop("3-2-501", "2", 1)),
        served=1,
        not_listed=("3-2-601",),
    )
    assert (twenty.stops, twenty.empty) == ((ReliefStop("20-1702", "", 1),), ("20-1703",))
    assert from_json(to_json(three)) == three


def test_paper_has_version_code_rooms_and_who_is_not_on_it(compound, coordinator, relief):
    make.household(compound, "3-2-601")
    three, _twenty = make_tick_sheets(relief=relief, by=coordinator, at=ELEVEN)
    text, code = pdf_text(three), three.short_code.code
    assert three.title == "勾选单：3栋"
    said = ("勾选单：3栋", "第1版", "3-1-101", "本单：3户，3份", "1户不在本批", "3-2-601", f"{code[:5]} {code[5:]}")
    assert [words for words in said if words not in text] == []


def test_second_version_has_only_the_doors_that_are_left(coordinator, relief, volunteer):
    make_tick_sheets(relief=relief, by=coordinator, at=ELEVEN)
    assert make_tick_sheets(relief=relief, by=coordinator, at=ELEVEN) == []
    tap(relief, "3-1-101", by=volunteer)
    [second] = make_tick_sheets(relief=relief, by=coordinator, at=ELEVEN + HOUR)
    assert (second.version, second.part) == (2, "3")
    assert [stop[0] for stop in second.rows["stops"]] == ["3-1-501", "3-2-501"]
    assert "已领到：1户" in pdf_text(second)


def test_sheets_are_made_and_opened_from_the_page_and_a_captain_opens_the_own_one(
    client, clock, coordinator, captain, relief
):
    clock(ELEVEN)
    client.force_login(coordinator)
    kwargs = {"code": "xingfuli", "relief": relief.pk}
    client.post(reverse("orders:relief_make_sheets", kwargs=kwargs))
    assert len(PdfReader(io.BytesIO(client.get(reverse("orders:relief_sheets", kwargs=kwargs)).content)).pages) == 2
    client.force_login(captain)
    assert len(PdfReader(io.BytesIO(client.get(reverse("orders:relief_sheets", kwargs=kwargs)).content)).pages) == 1
    answers = {
        sheet.part: client.get(reverse("orders:file", kwargs={"code": "xingfuli", "file": sheet.file_id})).status_code
        for sheet in Sheet.objects.filter(group=relief.pk)
    }
    assert answers == {"3": 200, "20": 404}


def test_code_on_the_paper_shows_rooms_and_leads_members_to_the_doors(client, clock, coordinator, volunteer, relief):
    clock(ELEVEN)
    three, _twenty = make_tick_sheets(relief=relief, by=coordinator, at=ELEVEN)
    page = f"/s/{three.short_code.code}"
    doors = reverse("orders:relief_doors", kwargs={"code": "xingfuli", "relief": relief.pk, "building": "3"})
    nobody = client.get(page, follow=True).content.decode()
    assert ("3-1-101" in nobody, doors in nobody) == (True, False)
    client.force_login(volunteer)
    assert doors in client.get(page, follow=True).content.decode()
