"""What the four sheets say, without a database: builders, JSON, checksum, changes, numbers."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.queries.sheet_rows import (
    BagLine,
    BagSlip,
    BagSlips,
    Change,
    DeliveryRun,
    Door,
    LeftLine,
    Leftover,
    NotServed,
    OrderedLine,
    RunStop,
    ShoppingLine,
    ShoppingList,
    Snapshot,
    Summary,
    Variant,
    Walk,
    Why,
    bag_slips,
    checksum,
    delivery_runs,
    from_json,
    merge,
    not_served,
    plain,
    sheets_of,
    shopping_lists,
    summary,
    to_json,
    without_numbers,
)

SHOP = "惠民超市"


def door(room: str, *, occupied: bool = True, floors: int | None = None, has_lift: bool | None = None) -> Door:
    parts = room.split("-")
    return Door(room, parts[0], parts[1] if len(parts) == 3 else "", parts[-1], occupied, has_lift, floors)


def line(room: str, goods: str, quantity: str, unit: str = "斤", **more: object) -> OrderedLine:
    return OrderedLine(room, goods, str(more.pop("words", goods)), unit, Decimal(quantity), SHOP, **more)  # type: ignore[arg-type]


def snapshot(*lines: OrderedLine, doors: tuple[Door, ...] = (), left: tuple[Leftover, ...] = ()) -> Snapshot:
    rooms = dict.fromkeys(ordered.room for ordered in lines)
    return Snapshot((SHOP,), doors or tuple(door(room) for room in rooms), lines, left)


# ── shopping list ─────────────────────────────────


def test_shopping_list_when_households_want_the_same_good_sums_it_once():
    (rows,) = shopping_lists(
        snapshot(line("2-101", "香蕉", "1.5"), line("3-101", "香蕉", "2"), line("3-101", "香蕉", "1", unit="箱"))
    )
    assert rows == ShoppingList(
        SHOP, 2, (ShoppingLine("", "香蕉", "斤", "3.5", 2), ShoppingLine("", "香蕉", "箱", "1", 1))
    )


def test_shopping_list_when_goods_have_sections_follows_the_walk_through_the_shop():
    (rows,) = shopping_lists(
        snapshot(
            line("2-101", "老干妈", "1", unit="瓶"),
            line("2-101", "鸡蛋", "1", unit="板", section="肉禽蛋", section_order=2),
            line("2-101", "青菜", "1", section="蔬菜", section_order=1),
            line("3-101", "鸡蛋", "1", unit="板"),
        )
    )
    assert [(row.section, row.goods, row.quantity) for row in rows.lines] == [
        ("蔬菜", "青菜", "1"),
        ("肉禽蛋", "鸡蛋", "2"),
        ("", "老干妈", "1"),
    ]


def test_shopping_list_when_somebody_wants_a_kind_names_it_within_the_total():
    (rows,) = shopping_lists(
        snapshot(line("2-101", "香蕉", "3", words="香蕉（熟点）"), line("3-101", "香蕉", "2", words="大香蕉"))
    )
    assert rows.lines[0].quantity == "5"
    assert rows.lines[0].variants == (Variant("香蕉（熟点）", "3"),)


def test_shopping_list_when_nobody_ordered_is_empty_and_still_there():
    assert shopping_lists(snapshot()) == (ShoppingList(SHOP, 0, ()),)


def test_shopping_list_when_the_price_is_unknown_leaves_it_open():
    (rows,) = shopping_lists(
        snapshot(line("2-101", "鸡蛋", "1", price=Decimal("32.00")), line("2-101", "青菜", "1", price=None))
    )
    assert {row.goods: row.price for row in rows.lines} == {"鸡蛋": "32", "青菜": None}


# ── bag slips ─────────────────────────────────────


def test_bag_slips_when_a_household_ordered_twice_make_one_bag():
    rows = bag_slips(
        snapshot(
            line("2-101", "鸡蛋", "1", unit="板", order="a", remark="放门口", name="王喆"),
            line("2-101", "青菜", "1", order="b", remark="别太老", name="王喆"),
            line("2-101", "鸡蛋", "2", unit="板", order="b", remark="别太老", name="王喆"),
        )
    )
    assert rows.slips == (
        BagSlip("2-101", "王喆", (BagLine("鸡蛋", "板", "3"), BagLine("青菜", "斤", "1")), "放门口；别太老"),
    )


def test_bag_slips_when_a_building_ordered_nothing_name_it_with_its_households():
    doors = (door("2-101"), door("2-102"), door("3-101"), door("3-102", occupied=False), door("4-101", occupied=False))
    rows = bag_slips(snapshot(line("2-101", "盐", "1", unit="包"), doors=doors))
    assert (rows.without_order, rows.silent_buildings) == (1, (("3", 1),))


def test_bag_slips_when_an_order_has_no_lines_still_make_a_slip():
    rows = bag_slips(snapshot(line("2-101", "", "0", remark="请先打招呼")))
    assert rows.slips == (BagSlip("2-101", "", (), "请先打招呼"),)


# ── delivery runs ─────────────────────────────────


def test_delivery_runs_when_there_are_ten_buildings_come_in_natural_order():
    rooms = ["10-101", "2-101", "B1-101", "商务楼-305", "12-101A", "12-101"]
    runs = delivery_runs(snapshot(*(line(room, "盐", "1") for room in rooms)))
    assert [run.building for run in runs] == ["B1", "2", "10", "12", "商务楼"]
    assert [stop.room for stop in runs[3].stops] == ["12-101", "12-101A"]


@pytest.mark.parametrize(
    ("has_lift", "floors", "walk", "rooms"),
    [
        (True, 6, Walk.DOWN, ["3-1-601", "3-1-602", "3-1-101", "3-2-501"]),
        (False, 18, Walk.UP, ["3-1-101", "3-1-601", "3-1-602", "3-2-501"]),
        (None, 18, Walk.DOWN, ["3-1-601", "3-1-602", "3-1-101", "3-2-501"]),
        (None, 6, Walk.UP, ["3-1-101", "3-1-601", "3-1-602", "3-2-501"]),
        (None, None, Walk.UP, ["3-1-101", "3-1-601", "3-1-602", "3-2-501"]),
    ],
)
def test_delivery_run_when_there_is_a_lift_walks_down_else_up(has_lift, floors, walk, rooms):
    doors = tuple(door(room, floors=floors, has_lift=has_lift) for room in sorted(rooms, reverse=True))
    (run,) = delivery_runs(snapshot(*(line(room, "盐", "1") for room in rooms), doors=doors))
    assert (run.walk, [stop.room for stop in run.stops]) == (walk, rooms)


def test_delivery_run_when_all_are_counted_is_every_door_of_the_building():
    doors = (door("2-101"), door("2-102"), door("2-201", occupied=False), door("2-202"), door("3-101"))
    (run,) = delivery_runs(snapshot(line("2-202", "盐", "1"), line("2-101", "盐", "1"), doors=doors))
    assert run == DeliveryRun("2", Walk.UP, (RunStop("2-101", "", 1), RunStop("2-202", "", 1)), ("2-102",), ("2-201",))


def test_delivery_run_when_the_registry_lost_the_room_still_delivers_it():
    (run,) = delivery_runs(snapshot(line("2-999", "盐", "1"), doors=(door("2-101"),)))
    assert [stop.room for stop in run.stops] == ["2-999"]


def test_delivery_runs_when_a_building_had_one_before_is_there_with_nothing_to_deliver():
    doors = (door("2-101"), door("3-101"), door("3-102", occupied=False))
    taken = replace(snapshot(line("2-101", "盐", "1"), doors=doors), runs=("4", "3"))
    assert delivery_runs(taken)[1:] == (
        DeliveryRun("3", Walk.UP, (), ("3-101",), ("3-102",)),
        DeliveryRun("4", Walk.UP, ()),
    )
    assert (bag_slips(taken).without_order, bag_slips(taken).silent_buildings) == (1, ())


# ── not served ────────────────────────────────────


def test_not_served_when_things_are_left_over_come_by_room_the_oldest_first():
    rows = not_served(
        snapshot(
            left=(
                Leftover("", "12、尘 少少饭", "", None, "2022-08-22", "傍晚团", Why.UNREAD),
                Leftover("10-101", "盐", "包", Decimal(1), "2022-08-22", "傍晚团", Why.LATE),
                Leftover("2-101", "鸡蛋", "板", Decimal("1.0"), "2022-08-22", "傍晚团", Why.MISSING),
                Leftover("2-101", "青菜", "斤", Decimal(1), "2022-08-20", "中午团", Why.NOBODY_HOME),
                Leftover("2-101", "鸡蛋", "板", Decimal(2), "2022-08-22", "傍晚团", Why.MISSING),
            )
        )
    )
    assert [(row.room, row.goods, row.quantity, row.why) for row in rows.lines] == [
        ("2-101", "青菜", "1", Why.NOBODY_HOME),
        ("2-101", "鸡蛋", "3", Why.MISSING),
        ("10-101", "盐", "1", Why.LATE),
        ("", "12、尘 少少饭", "", Why.UNREAD),
    ]
    assert rows.households == 2


# ── JSON and checksum ─────────────────────────────

WHOLE = snapshot(
    line(
        "2-101",
        "香蕉",
        "1.5",
        words="香蕉（熟点）",
        remark="放门口",
        name="李旻🌸",
        price=Decimal("3.98"),
        section="水果",
    ),
    line("3-2-501", "鸡蛋", "2", unit="板"),
    doors=(door("2-101"), door("2-102"), door("2-103", occupied=False), door("3-2-501"), door("4-101")),
    left=(Leftover("2-102", "盐", "包", Decimal(1), "2022-08-22", "傍晚团", Why.REFUSED),),
)


@pytest.mark.parametrize("rows", sheets_of(WHOLE), ids=lambda rows: rows.kind)
def test_rows_when_kept_as_json_come_back_equal_with_the_same_checksum(rows):
    again = from_json(json.loads(json.dumps(to_json(rows))))
    assert again == rows
    assert checksum(again) == checksum(rows)
    assert to_json(rows)["kind"] == rows.kind


def test_rows_when_of_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="duty_sheet"):
        from_json({"kind": "duty_sheet"})


def test_checksum_when_one_quantity_differs_is_another():
    rows = [NotServed((LeftLine("2-101", "盐", "包", n, "2022-08-22", "傍晚团", Why.LATE),)) for n in ("1", "2")]
    assert checksum(rows[0]) != checksum(rows[1])


def test_snapshot_when_its_doors_come_in_another_order_gives_the_same_sheets():
    turned = Snapshot(WHOLE.supply_points, WHOLE.doors[::-1], WHOLE.lines, WHOLE.leftovers[::-1])
    assert sheets_of(turned) == sheets_of(WHOLE)


# ── changes ───────────────────────────────────────


def test_merge_when_rows_came_changed_and_went_marks_each_where_it_stood():
    before = (BagLine("盐", "包", "1"), BagLine("鸡蛋", "板", "1"), BagLine("青菜", "斤", "1"))
    now = (BagLine("盐", "包", "2"), BagLine("青菜", "斤", "1"), BagLine("香蕉", "斤", "1"))
    merged = merge(before, now, key=lambda row: row.key)
    assert [(row.change, row.row.goods) for row in merged] == [
        (Change.CHANGED, "盐"),
        (Change.GONE, "鸡蛋"),
        (Change.SAME, "青菜"),
        (Change.NEW, "香蕉"),
    ]
    assert merged[0].before == before[0]


def test_merge_when_there_is_no_version_before_marks_nothing():
    assert [row.change for row in merge(None, (BagLine("盐", "包", "1"),), key=lambda row: row.key)] == [Change.SAME]


def test_merge_when_a_gone_row_has_a_section_stays_in_it():
    before = [("菜", 1), ("果", 2), ("果", 3)]
    now = [("菜", 1), ("菜", 9), ("果", 3)]
    merged = merge(before, now, key=lambda row: row[1], group=lambda row: row[0])
    assert [row.row for row in merged] == [("菜", 1), ("菜", 9), ("果", 2), ("果", 3)]


rows_by_key = st.dictionaries(st.integers(0, 12), st.integers(0, 2), max_size=12)


@settings(deadline=None)
@given(rows_by_key, rows_by_key)
def test_merge_when_given_any_two_versions_accounts_for_each_row_once(before, now):
    earlier, later = list(before.items()), list(now.items())
    merged = merge(earlier, later, key=lambda row: row[0], group=lambda row: row[0] % 3)
    assert [row.row for row in merged if row.change is not Change.GONE] == later
    assert {row.row[0] for row in merged if row.change is Change.GONE} == before.keys() - now.keys()
    assert {row.row[0] for row in merged if row.change is Change.NEW} == now.keys() - before.keys()
    assert {row.row[0]: row.before for row in merged if row.change is Change.CHANGED} == {
        key: (key, before[key]) for key in before.keys() & now.keys() if before[key] != now[key]
    }
    assert len(merged) == len(before.keys() | now.keys())


@settings(deadline=None)
@given(rows_by_key)
def test_merge_when_nothing_differs_marks_nothing(rows):
    assert {row.change for row in merge(list(rows.items()), list(rows.items()), key=lambda row: row[0])} <= {
        Change.SAME
    }


def test_summary_when_a_bag_changed_counts_it_and_refuses_another_kind():
    before = BagSlips((BagSlip("2-101", "", (BagLine("盐", "包", "1"),)), BagSlip("2-102", "", ())))
    now = BagSlips((BagSlip("2-101", "", (BagLine("盐", "包", "2"),)), BagSlip("2-103", "", ())))
    assert summary(before, now) == Summary(new=1, changed=1, gone=1)
    assert not summary(now, now)
    with pytest.raises(ValueError, match="compared"):
        summary(before, NotServed(()))


# ── numbers ───────────────────────────────────────


@pytest.mark.parametrize(
    "number",
    [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+86 13800001234",
        "+8613800001234",
        "8613800001234",
        "１３８００００１２３４",
        "一三八零零零零一二三四",
        "幺三八〇〇〇〇幺二三四",
        "021-62345678",
        "（021）62345678",
        "02162345678",
        "0512-6234567",
        "400-123-4567",
        "310101199001011234",
        "31010119900101123X",
    ],
)
def test_without_numbers_when_a_number_belongs_to_a_person_leaves_it_out(number):
    assert without_numbers(f"到了打{number}找女儿") == "到了打（号码略）找女儿"
    assert without_numbers(number) == "（号码略）"


@pytest.mark.parametrize(("text", "left"), [("电话62345678", "电话（号码略）"), ("微信：888666", "微信：（号码略）")])
def test_without_numbers_when_a_word_says_so_leaves_a_short_one_out_too(text, left):
    assert without_numbers(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "20-1702",
        "燃气卡号 0210012345 充100元",
        "卡号：02162345678",
        "600ml*24瓶",
        "6901234567890",
        "2022-08-23 12:00",
        "一二三四五六七",
        "1.5公斤 3-5斤 10片*3板",
        "订单 20220823120001",
    ],
)
def test_without_numbers_when_it_is_no_persons_number_keeps_it(text):
    assert without_numbers(text) == text


@settings(deadline=None)
@given(st.text(max_size=60))
def test_without_numbers_when_run_twice_changes_nothing_more(text):
    once = without_numbers(text)
    assert without_numbers(once) == once


@settings(deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(alphabet="请打给王姐，。 放门口", max_size=10))
def test_rows_when_a_remark_holds_a_mobile_number_never_hold_it(number, around):
    slip = BagSlip("2-101", f"小陈{number}", (BagLine(f"鸡蛋 {number}", "板", "1"),), f"{around}{number}{around}")
    assert number not in json.dumps(to_json(BagSlips((slip,))), ensure_ascii=False)


@pytest.mark.parametrize(
    ("quantity", "text"), [("2.000", "2"), ("0.500", "0.5"), ("10", "10"), ("100.00", "100"), ("1E+2", "100")]
)
def test_plain_when_a_quantity_has_idle_zeros_drops_them(quantity, text):
    assert plain(Decimal(quantity)) == text
