"""What is printed after a sharing out: the result with reason and seed, and slips that say what is in the bag."""

import io

import pytest
from pypdf import PdfReader

from orders.models import Purchase
from orders.queries.sheet_rows import BagLine, SharingResult, bag_slips, delivery_runs, from_json, sheets_of, to_json
from orders.queries.sheets import round_snapshot
from orders.services import sharing as services
from orders.services.sheets import make_sheets
from tests.orders.sharing.scene import AFTER, cabbages, purchase, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    """One cabbage for three that are wanted, and one 娃娃菜 instead."""
    made = cabbages("1", ("3-101", "2"), ("3-102", "1"), tags={"3-101": "medical_family"})
    purchase(made.good, Purchase.Kind.SUBSTITUTE, "1", instead="娃娃菜", by=made.coordinator)
    wish(made, "3-101", "similar")
    for instead in ("", "娃娃菜"):
        draft = services.make_sharing(good=made.good, instead=instead, by=made.coordinator, at=AFTER)
        services.apply_sharing(sharing=draft, by=made.coordinator, at=AFTER)
    return made


def test_bag_slips_after_a_sharing_say_what_is_in_the_bag(scene):
    first, second = bag_slips(round_snapshot(scene.round)).slips
    assert first.lines == (
        BagLine("大白菜", "颗", "1", ordered="2"),
        BagLine("娃娃菜", "颗", "1", instead_of="大白菜"),
    )
    assert (second.lines, second.bags) == ((BagLine("大白菜", "颗", "0", ordered="1"),), 0)


def test_delivery_run_after_a_sharing_names_the_door_without_a_bag(scene):
    (run,) = delivery_runs(round_snapshot(scene.round))
    assert [(stop.room, stop.bags) for stop in run.stops] == [("3-101", 1), ("3-102", 0)]


def test_rows_after_a_sharing_go_to_json_and_back(scene):
    for rows in sheets_of(round_snapshot(scene.round)):
        assert from_json(to_json(rows)) == rows


def test_result_of_a_sharing_has_all_that_is_needed_to_run_it_again(scene):
    good, instead = [rows for rows in sheets_of(round_snapshot(scene.round)) if isinstance(rows, SharingResult)]
    assert [(line.room, line.wants, line.quantity, line.tier, line.code) for line in good.lines] == [
        ("3-101", "2", "1", 0, "tier"),
        ("3-102", "1", "0", 3, "used_up"),
    ]
    assert (good.seed, good.part, instead.part) == (services.seed_of(scene.good), "大白菜 颗", "娃娃菜 ← 大白菜 颗")


def test_sheets_after_a_sharing_print_result_and_slips(scene):
    sheets = make_sheets(round=scene.round, at=AFTER, by=None, progress=lambda done, total: None)
    texts = {sheet.kind: [] for sheet in sheets}
    for sheet in sheets:
        reader = PdfReader(io.BytesIO(bytes(sheet.file.content)))
        texts[sheet.kind].append("".join(page.extract_text() for page in reader.pages).replace(" ", ""))
    good = next(text for text in texts["sharing"] if "代替" not in text)
    for words in (
        "按需要",
        services.seed_of(scene.good),
        "优先级1的预留",
        "排第1位（共1户），轮到时已分完",
        "不要张贴",
    ):
        assert words in good.replace("\n", ""), words
    (slips,) = texts["bag_slips"]
    for words in ("（要2颗）", "娃娃菜（代替大白菜）"):
        assert words in slips.replace("\n", ""), words


def test_short_code_of_a_result_shows_rooms_and_no_reason(client, scene, clock):
    clock(AFTER)
    sheets = make_sheets(round=scene.round, at=AFTER, by=None, progress=lambda done, total: None)
    sheet = next(one for one in sheets if one.kind == "sharing" and one.part == "大白菜 颗")
    page = client.get(f"/s/{sheet.short_code.code}")
    (section,) = page.context["link"].sections
    assert [(line.title, line.number, line.sub) for line in section.lines] == [
        ("3-101", "1", "要 2"),
        ("3-102", "0", "要 1"),
    ]
