"""The four sheets as PDF: what a reader finds in the text, on which page, and that nothing runs off the paper."""

import datetime as dt
import re
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from orders.queries.sheet_rows import (
    BagLine,
    BagSlip,
    BagSlips,
    DeliveryRun,
    LeftLine,
    NotServed,
    RunStop,
    SheetRows,
    ShoppingLine,
    ShoppingList,
    Variant,
    Walk,
    Why,
    from_json,
    to_json,
)
from orders.sheets import Stamp, draw, title

SHANGHAI = ZoneInfo("Asia/Shanghai")
MILLIMETRE = 72 / 25.4
# 04:00 UTC is noon on the wall: a sheet that printed UTC would be eight hours off.
STAMP = Stamp(
    compound="幸福里",
    round="8月23日中午团",
    version=1,
    made_at=dt.datetime(2022, 8, 23, 4, 0, 12, tzinfo=dt.UTC),
    tz=SHANGHAI,
    code="7K3QM901XZ",
    url="https://192.168.1.20:8000/s/7K3QM901XZ",
)


def stamp(language: str = "zh-hans", version: int = 1, previous: SheetRows | None = None) -> Stamp:
    return Stamp(
        STAMP.compound, STAMP.round, version, STAMP.made_at, STAMP.tz, STAMP.code, STAMP.url, language, previous
    )


def pages(rows: SheetRows, on: Stamp = STAMP) -> list[str]:
    drawn = draw(rows, on)
    texts = [page.extract_text() for page in PdfReader(BytesIO(drawn.content)).pages]
    assert len(texts) == drawn.pages
    return texts


def text(rows: SheetRows, on: Stamp = STAMP) -> str:
    return "\n".join(pages(rows, on))


def squeezed(text: str) -> str:
    return "".join(text.split())


def shopping(count: int = 3) -> ShoppingList:
    return ShoppingList(
        "惠民超市",
        12,
        tuple(
            ShoppingLine("水果" if number % 2 else "蔬菜", f"好东西{number}号", "斤", "2.5", 4, "3.98")
            for number in sorted(range(count), key=lambda number: number % 2)
        ),
    )


def run(count: int = 3, remark: str = "") -> DeliveryRun:
    stops = tuple(RunStop(f"20-{floor}0{flat}", "", 1, remark) for floor in range(count, 0, -1) for flat in (1, 2))
    return DeliveryRun("20", Walk.DOWN, stops, ("20-103", "20-203"), ("20-303",))


def bag(room: str, count: int = 3, remark: str = "", name: str = "") -> BagSlip:
    return BagSlip(room, name, tuple(BagLine(f"好东西{number}号", "斤", "2.5") for number in range(count)), remark)


def left(count: int = 3) -> NotServed:
    return NotServed(
        tuple(
            LeftLine(f"{number}-101", "鸡蛋", "板", "1", "2022-08-21", "8月21日傍晚团", list(Why)[number % len(Why)])
            for number in range(1, count + 1)
        )
    )


LONG: dict[str, SheetRows] = {
    "shopping_list": shopping(80),
    "bag_slips": BagSlips(tuple(bag(f"20-{number}", 8) for number in range(101, 131))),
    "delivery_run": run(40),
    "not_served": left(60),
}
every_kind = pytest.mark.parametrize("rows", LONG.values(), ids=LONG.keys())


# ── what every sheet has ──────────────────────────


@every_kind
def test_sheet_when_it_has_several_pages_repeats_its_header_on_each(rows):
    found = pages(rows)
    assert len(found) > 1
    for number, page in enumerate(found, start=1):
        assert squeezed(title(rows, "zh-hans")) in squeezed(page)
        for words in ("幸福里 · 8月23日中午团", "第1版 · 8月23日(周二) 12:00", "7K3QM 901XZ"):
            assert words in page
        assert f"第{number}页，共{len(found)}页" in page


@every_kind
def test_sheet_when_drawn_again_has_the_same_bytes(rows):
    assert draw(rows, STAMP) == draw(from_json(to_json(rows)), STAMP)


@every_kind
def test_sheet_when_the_version_differs_has_other_bytes(rows):
    assert draw(rows, STAMP).content != draw(rows, stamp(version=2, previous=rows)).content


@every_kind
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_sheet_when_drawn_stays_within_the_margins_at_12_points_or_more(rows, language):
    spots: list[tuple[float, float, float]] = []

    def look(text, cm, tm, font, size):
        if text.strip():
            spots.append((tm[4], tm[5], size))

    for page in PdfReader(BytesIO(draw(rows, stamp(language)).content)).pages:
        page.extract_text(visitor_text=look)
        assert [float(side) for side in page.mediabox] == pytest.approx([0, 0, 595.28, 841.89], abs=0.01)
    inside = 10 * MILLIMETRE
    assert min(x for x, _y, _size in spots) > inside - 6  # the scissors stand in the margin on purpose
    assert min(y for _x, y, _size in spots) > inside
    assert max(y for _x, y, _size in spots) < 841.89 - inside
    # Scissors and other signs of the emoji font are set at four fifths.
    assert min(size for _x, _y, size in spots) >= 12 * 0.8
    assert {size for _x, _y, size in spots if size < 12} <= {12 * 0.8}


@every_kind
def test_sheet_when_drawn_is_black_only_and_embeds_its_fonts(rows):
    reader = PdfReader(BytesIO(draw(rows, STAMP).content))
    for page in reader.pages:
        code = page.get_contents().get_data().decode("latin-1")
        assert set(re.findall(r"([\d.]+ [\d.]+ [\d.]+) (?:rg|RG)", code)) <= {"0 0 0"}
        assert re.findall(r"[\d.]+ (?:g|G)\b", code) == []
        shown = set(re.findall(r"/(\S+) [\d.]+ Tf <", code))
        fonts = page["/Resources"]["/Font"]
        for name in shown:
            assert "/FontFile2" in fonts[f"/{name}"]["/FontDescriptor"]


@every_kind
def test_sheet_when_there_is_nothing_to_say_says_so_on_one_page(rows):
    empty = {
        "shopping_list": ShoppingList("惠民超市", 0, ()),
        "bag_slips": BagSlips(()),
        "delivery_run": DeliveryRun("20", Walk.UP, ()),
        "not_served": NotServed(()),
    }[rows.kind]
    (page,) = pages(empty)
    said = {
        "shopping_list": "这一轮在这里没有要买的。",
        "bag_slips": "合计：0户，0袋",
        "delivery_run": "这一轮这里没有要送的。",
        "not_served": "前几轮没有遗留。",
    }[rows.kind]
    assert said in page


def test_sheet_when_english_says_it_in_english():
    page = pages(run(), stamp("en"))[0]
    for words in (
        "Delivery run: building 20",
        "Version 1 · 8/23 (Tue) 12:00",
        "Page 1 of 1",
        "Total: 6 households, 6 bags",
    ):
        assert words in page


# ── (a) ───────────────────────────────────────────


def test_shopping_list_when_drawn_has_sections_totals_and_room_to_write():
    found = text(shopping())
    for words in ("采买单：惠民超市", "蔬菜", "水果", "2.5 斤", "好东西1号", "实付(元)", "缺货/换货", "实付合计(元)"):
        assert words in found
    assert "合计：3种，12户" in found
    assert "按标价合计 29.85 元" in found


def test_shopping_list_when_a_section_goes_on_repeats_its_name():
    found = pages(shopping(80))
    assert "蔬菜（续）" in found[1]


def test_shopping_list_when_a_price_is_unknown_says_that_the_sum_is_without_it():
    rows = ShoppingList(
        "惠民超市", 1, (ShoppingLine("", "盐", "包", "2", 1, "3"), ShoppingLine("", "糖", "包", "1", 1))
    )
    assert "按标价合计 6.00 元" in text(rows)
    assert "另有1种还没有价格，没有计入" in text(rows)


def test_shopping_list_when_somebody_wants_a_kind_says_how_much_of_it():
    rows = ShoppingList("惠民超市", 2, (ShoppingLine("", "香蕉", "斤", "5", 2, None, (Variant("香蕉（熟点）", "3"),)),))
    assert "其中：香蕉（熟点） 3 斤" in text(rows)


# ── (b) ───────────────────────────────────────────


def test_bag_slips_when_drawn_never_part_a_household():
    slips = tuple(bag(f"20-{number}", number % 28, "放门口就行，不用敲门" * (number % 3)) for number in range(101, 161))
    found = pages(BagSlips(slips))
    for slip in slips:
        holding = [page for page in found if re.search(rf"\b{slip.room}\b", page)]
        assert len(holding) == 1, slip.room
        (page,) = holding
        # A slip is written as one piece: its room, then its goods with their amounts, before the next room.
        begin = re.search(rf"\b{slip.room}\b", page).end()
        rest = re.split(r"\b20-\d{3}\b", page[begin:])[0]
        assert re.findall(r"好东西\d+号", rest) == [line.goods for line in slip.lines]
        assert rest.count("2.5 斤") == len(slip.lines)
        assert "(1/" not in page


def test_bag_slips_when_a_household_needs_more_than_a_sheet_are_numbered():
    found = pages(BagSlips((bag("2-101", 3), bag("20-1702", 90, "放门口"), bag("3-101", 3))))
    marked = [
        (number, mark) for number, page in enumerate(found) for mark in re.findall(r"20-1702\s*(\(\d/\d\))", page)
    ]
    assert marked == [(2, "(1/2)"), (3, "(2/2)")]
    goods = [name for page in found for name in re.findall(r"好东西\d+号", page)]
    assert len(goods) == 96
    assert "备注：放门口" in found[3]


def test_bag_slips_when_drawn_keep_the_order_of_the_runs():
    rooms = [f"20-{floor}0{flat}" for floor in range(17, 0, -1) for flat in (1, 2)]
    found = text(BagSlips(tuple(bag(room, 4) for room in rooms)))
    assert re.findall(r"\b20-\d{3,4}\b", found) == rooms


def test_bag_slips_when_cut_apart_still_say_round_and_version():
    found = text(BagSlips((bag("2-101"), bag("2-102"))))
    assert found.count("3种 · 第1版 · 8月23日中午团") == 2


def test_bag_slips_when_drawn_count_the_bags_of_each_building_first():
    rows = BagSlips((bag("2-101"), bag("3-101"), bag("3-102")), 7, (("10", 24),))
    first = pages(rows)[0]
    assert "合计：3户，3袋" in first
    assert re.findall(r"(\d+栋)\s*(\d+袋)", first) == [("2栋", "1袋"), ("3栋", "2袋")]
    assert "10栋 24户" in first
    assert "另有7户没有下单" in first


def test_bag_slips_when_a_household_cancelled_name_it_and_make_no_slip():
    before = BagSlips((bag("2-101"), bag("2-102")))
    now = BagSlips((bag("2-102", 4),))
    found = pages(now, stamp(version=2, previous=before))
    assert "第2版：改1处、取消1处（与第1版相比）" in found[0]
    assert "上一版之后取消的，请把这些袋子拿出来\n2-101" in found[0]
    assert "2-101" not in found[1]
    assert re.search(r"2-102\s*▲改", found[1])
    assert re.search(r"▲新\s*好东西3号", found[1])


# ── (c) ───────────────────────────────────────────


def test_delivery_run_when_drawn_has_each_room_in_order_and_nobody_left_out():
    rows = run(20)
    found = text(rows)
    assert re.findall(r"20-\d{3,4}", found) == [stop.room for stop in rows.stops] + ["20-103", "20-203", "20-303"]
    assert "2户没有订单" in found
    assert "1户登记为空房" in found
    assert "合计：40户，40袋" in found
    for column in ("缺货", "拒收", "无人", "破损", "门口"):
        assert column in found


def test_delivery_run_when_everybody_ordered_says_so():
    rows = DeliveryRun("2", Walk.UP, (RunStop("2-101", "", 1),))
    assert "住着人的每一户都有订单。" in text(rows)


def test_delivery_run_when_a_building_has_units_walks_them_one_after_the_other():
    rows = DeliveryRun("3", Walk.UP, (RunStop("3-1-101", "1", 1), RunStop("3-2-101", "2", 2)))
    found = text(rows)
    order = ("1单元 · 从底层往上送", "3-1-101", "2单元 · 从底层往上送", "3-2-101")
    spots = [found.index(words) for words in order]
    assert spots == sorted(spots)


def test_delivery_run_when_a_remark_is_longer_than_a_page_prints_all_of_it():
    remark = "".join(f"第{number}句话请看完。" for number in range(300))
    found = squeezed(text(DeliveryRun("2", Walk.UP, (RunStop("2-101", "", 1, remark),))))
    # Character by character: a sentence may run over the page, with the next page's header in between.
    assert {found.count(char) for char in "句话请看完"} == {300}


def test_delivery_run_when_it_changed_strikes_out_the_cancelled_and_marks_the_new():
    before = DeliveryRun("2", Walk.UP, (RunStop("2-101", "", 1), RunStop("2-201", "", 1)), ("2-301",))
    now = DeliveryRun("2", Walk.UP, (RunStop("2-201", "", 2), RunStop("2-301", "", 1)), ("2-101",))
    found = text(now, stamp(version=2, previous=before))
    assert "第2版：新1处、改1处、取消1处（与第1版相比）" in found
    for marked in (r"2-101\s*取消", r"2-201\s*▲改", r"2-301\s*▲新"):
        assert re.search(marked, found)
    assert "（原1袋）" in found
    assert "合计：2户，3袋" in found


def test_delivery_run_when_the_version_is_the_same_says_so():
    assert "第2版：与第1版相同" in text(run(), stamp(version=2, previous=run()))


# ── (d) ───────────────────────────────────────────


def test_not_served_when_drawn_says_since_when_and_why():
    found = text(left(7))
    for words in (
        "8月21日",
        "8月21日傍晚团",
        "缺货",
        "拒收",
        "无人在家",
        "破损",
        "还没送到",
        "过了截单时间",
        "接龙还没核对",
    ):
        assert words in found
    assert "合计：7项，7户" in found


def test_not_served_when_a_thing_is_settled_marks_it_done():
    before, now = left(2), NotServed(left(2).lines[:1])
    assert "第2版：已办1处（与第1版相比）" in text(now, stamp(version=2, previous=before))


# ── people ────────────────────────────────────────


@pytest.mark.parametrize("number", ["13800001234", "138-0000-1234", "１３８００００１２３４", "021-62345678"])
def test_sheet_when_a_remark_holds_a_telephone_number_never_prints_it(number):
    slips = BagSlips((BagSlip("2-101", f"小陈{number}", (BagLine(f"鸡蛋{number}", "板", "1"),), f"到了打{number}"),))
    stops = DeliveryRun("2", Walk.UP, (RunStop("2-101", "", 1, f"到了打{number}"),))
    owed = NotServed((LeftLine("2-101", f"12、尘 {number}", "", "", "2022-08-21", "傍晚团", Why.UNREAD),))
    for rows in (slips, stops, owed):
        found = squeezed(text(rows))
        assert number not in found
        assert "（号码略）" in found


def test_sheet_when_names_are_rare_or_emoji_prints_them():
    found = text(BagSlips((bag("2-101", 2, "喆旻堃玥𠮷家的🌸", name="𠮷祥如意🌸"),)))
    assert "𠮷祥如意🌸" in found
    assert "备注：喆旻堃玥𠮷家的🌸" in found


words = st.text(max_size=40)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(words, words, st.integers(1, 9999), words), max_size=6), words)
def test_bag_slips_when_given_any_words_are_drawn(lines, remark):
    goods = tuple(BagLine(name, unit, str(Decimal(number) / 8)) for name, unit, number, _name in lines)
    drawn = draw(BagSlips((BagSlip("2-101", "".join(line[3] for line in lines), goods, remark),)), STAMP)
    assert PdfReader(BytesIO(drawn.content)).pages[1].extract_text()
