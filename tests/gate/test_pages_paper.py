"""Printing the paper log and typing it in, through the pages."""

import datetime as dt
import io
import re
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from time_machine import Traveller

from compound.models import Compound, Role
from compound.queries.doors import near_rooms
from gate.models import Check, Conflict
from tests import make
from tests.make import SHANGHAI

NOON = dt.datetime(2022, 8, 24, 12, 0, tzinfo=SHANGHAI)
PAGE, TYPE, FORM = ("/c/xingfuli/paper/", "/c/xingfuli/paper/type/", "/c/xingfuli/paper/form.pdf")
SHEET = {"gate": "东门", "on": "2022-08-23", "starts": "20:00", "ends": "08:00"}
Clock = Callable[[dt.datetime], Traveller]


@pytest.fixture
def compound(clock: Clock, db: None) -> Compound:
    clock(NOON)
    made = make.compound()
    make.gate(made)
    make.gate(made, "北门", kind="sealed")
    make.rulebook(made)
    for room in ("20-1702", "20-1703", "3-501"):
        make.household(made, room)
    return made


@pytest.fixture
def coordinator(client: Client, compound: Compound) -> Client:
    client.force_login(make.member(compound, Role.COORDINATOR))
    return client


def rows(*cells: tuple[str, str], **more: list[str]) -> dict[str, list[str]]:
    """Form data of rows given as (time, room)."""
    count = len(cells)
    return {
        "id": [str(uuid.UUID(int=number)) for number in range(1, count + 1)],
        "time": [time for time, _room in cells],
        "room": [room for _time, room in cells],
        "direction": ["out"] * count,
        "kind": ["household"] * count,
        "temperature": [""] * count,
        "verdict": ["allow"] * count,
        "note": [""] * count,
        **more,
    }


def hidden(page: str) -> dict[str, list[str]]:
    """What the page of the look-over sends on."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(value)
    return found


def test_paper_pages_when_asked_by_a_gate_duty_are_not_found(client: Client, compound: Compound) -> None:
    client.force_login(make.member(compound, Role.GATE))
    assert [client.get(url).status_code for url in (PAGE, TYPE, FORM)] == [404, 404, 404]


def test_paper_pages_when_asked_by_the_coordinator_are_there(coordinator: Client) -> None:
    assert [coordinator.get(url).status_code for url in (PAGE, TYPE, FORM + "?pages=1")] == [200, 200, 200]


def test_form_when_printed_names_the_shift_and_leads_to_its_typing_page(
    coordinator: Client, settings: LazySettings
) -> None:
    answer = coordinator.get(FORM, {**SHEET, "guards": "周静", "pages": "3"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "inline" in answer["Content-Disposition"]
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = pages[2].extract_text()
    assert len(pages) == 3
    words = ("幸福里", "东门", "8月23日(周二)", "20:00–08:00", "周静", "规定：每户每2天1人。", "第3张，共3张")
    assert [word for word in words if word not in text] == []


def test_form_when_asked_for_too_many_sheets_says_so(coordinator: Client) -> None:
    answer = coordinator.get(FORM, {"pages": "21"})
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/html; charset=utf-8")


def test_sealed_gate_when_typed_into_is_no_choice(coordinator: Client) -> None:
    sealed, guarded = (coordinator.get(TYPE, {**SHEET, "gate": name}).content.decode() for name in ("北门", "东门"))
    assert ('name="time"' in sealed, 'aria-invalid="true"' in sealed) == (False, True)
    assert ('name="time"' in guarded, 'aria-invalid="true"' in guarded) == (True, False)


def test_sheet_when_typed_in_is_looked_over_and_then_recorded(coordinator: Client, compound: Compound) -> None:
    page = coordinator.get(TYPE, SHEET).content.decode()
    keys = re.findall(r'name="id" value="([0-9a-f-]{36})"', page)
    assert (len(keys), len(set(keys))) == (20, 20)

    typed = rows(
        ("2005", "20-1702"), ("030", "3-501"), ("640", "20-1702"), id=keys[:3], temperature=["365", "", "36.8"]
    )
    typed["direction"] = ["out", "out", "in"]
    looked = coordinator.post(TYPE, {**SHEET, **typed, "step": "look"})
    assert (looked.status_code, Check.objects.count()) == (200, 0)
    sent = hidden(looked.content.decode())
    assert (sent["id"], sent["time"]) == (keys[:3], ["2005", "030", "640"])

    for _twice in range(2):
        done = coordinator.post(TYPE, {**sent, "step": "record"}, follow=True)
        assert done.status_code == 200
        assert "东门 已录入3行。" in done.content.decode()
    found = Check.objects.order_by("event_at").values_list(
        "household__room", "event_at", "direction", "temperature", "source"
    )
    assert [(room, f"{compound.local(at):%d %H:%M}", *rest) for room, at, *rest in found] == [
        ("20-1702", "23 20:05", "out", Decimal("36.5"), "paper"),
        ("3-501", "24 00:30", "out", None, "paper"),
        ("20-1702", "24 06:40", "in", Decimal("36.8"), "paper"),
    ]


def test_sheet_when_a_row_is_wrong_keeps_all_that_was_typed_and_says_what(coordinator: Client) -> None:
    typed = rows(("975", "20-1702"), ("2110", "99-1"), ("2115", "3-501"), note=["", "忘带证", "买菜"])
    answer = coordinator.post(TYPE, {**SHEET, **typed, "step": "look"})
    page = answer.content.decode()
    assert (answer.status_code, Check.objects.count()) == (422, 0)
    words = ("“975”不是时间。09:02 请写 902。", "住户名单里没有“99-1”。", 'value="975"', 'value="99-1"', 'value="2115"',
             'value="忘带证"', 'value="买菜"', str(uuid.UUID(int=3)), "有2行要看一下")  # fmt: skip
    assert [word for word in words if word not in page] == []


def test_sheet_when_empty_says_what_is_needed(coordinator: Client) -> None:
    answer = coordinator.post(TYPE, {**SHEET, **rows(("", ""), ("", "")), "step": "look"})
    assert (answer.status_code, "每行至少要有时间和房号" in answer.content.decode()) == (422, True)


def test_sheet_when_its_date_is_wrong_keeps_the_rows(coordinator: Client) -> None:
    answer = coordinator.post(TYPE, {**SHEET, "on": "2022-08-25", **rows(("902", "20-1702")), "step": "record"})
    page = answer.content.decode()
    assert (answer.status_code, Check.objects.count()) == (422, 0)
    assert ("这一天还没有到。" in page, 'value="902"' in page, 'value="20-1702"' in page) == (True, True, True)


def test_sheet_when_something_is_to_be_changed_shows_its_rows_again(coordinator: Client) -> None:
    page = coordinator.post(TYPE, {**SHEET, **rows(("2105", "20-1702")), "step": "change"}).content.decode()
    assert ('value="2105"' in page, page.count('name="time"')) == (True, 20)


def test_rows_when_they_collide_are_shown_as_such_and_become_a_conflict(coordinator: Client) -> None:
    typed = rows(("2105", "20-1702"), ("2205", "20-1702"))
    looked = coordinator.post(TYPE, {**SHEET, **typed, "step": "look"}).content.decode()
    assert ("有1行与别的通行记录冲突" in looked, Conflict.objects.count()) == (True, 0)
    done = coordinator.post(TYPE, {**hidden(looked), "step": "record"}, follow=True).content.decode()
    assert ("其中1行与别的通行记录冲突" in done, Conflict.objects.count(), Check.objects.count()) == (True, 1, 2)


def test_person_let_through_against_the_rule_is_recorded_as_written(coordinator: Client, compound: Compound) -> None:
    make.rulebook(compound, "20栋封控", building=compound.buildings.get(name="20"), persons=0)
    looked = coordinator.post(TYPE, {**SHEET, **rows(("2105", "20-1702")), "step": "look"}).content.decode()
    assert "有1人按规定不该放行" in looked
    coordinator.post(TYPE, {**hidden(looked), "step": "record"})
    check = Check.objects.get()
    assert (check.verdict, "sealed_building" in [reason["code"] for reason in check.reasons]) == ("allow", True)


@pytest.mark.parametrize("count", [1, 3])
def test_paper_page_when_there_are_more_rows_asks_no_more(coordinator: Client, count: int) -> None:
    rooms = ("20-1702", "20-1703", "3-501")
    typed = rows(*[(f"21{number}5", rooms[number]) for number in range(count)])
    coordinator.post(TYPE, {**SHEET, **typed, "step": "record"})
    assert Check.objects.count() == count
    with CaptureQueriesContext(connection) as queries:
        assert coordinator.get(PAGE).status_code == 200
    # Session, user, standing; gates for the page and for its two boxes; what was typed last.
    assert len(queries) == 8, [query["sql"][:90] for query in queries]


def test_room_when_a_slip_away_from_one_is_answered_with_it(compound: Compound) -> None:
    for room in ("30-1702", "30-301", "8-1702"):
        make.household(compound, room)
    assert near_rooms(compound, "30-1720") == ["30-1702"]
    assert near_rooms(compound, "30-999") == []
