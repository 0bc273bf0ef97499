"""Rooms: every way of writing a door leads to one string, and nothing else is taken for a door."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compound.rooms import (
    Room,
    building_name,
    chinese_number,
    clean,
    find_room,
    parse_room,
    room_number,
    sort_key,
    unit_name,
)

WRITTEN = {
    "20-1702": "20-1702",
    "20栋1702": "20-1702",
    "20#1702": "20-1702",
    "20幢1702室": "20-1702",
    "20 - 1702": "20-1702",
    "20一1702": "20-1702",
    "20-1702.0": "20-1702",
    "３０－３０２": "30-302",
    "20—1702": "20-1702",
    "\u200b20-1702\ufeff": "20-1702",
    "3号楼2单元501": "3-2-501",
    "3號樓2單元501": "3-2-501",
    "3号楼 2单元 501室": "3-2-501",
    "一号楼二单元501": "1-2-501",
    "一号楼二单元五零一": "1-2-501",
    "3号2门501室": "3-2-501",
    "3#2-501": "3-2-501",
    "3-2单元501": "3-2-501",
    "3栋东单元501": "3-东-501",
    "3栋5楼501": "3-501",
    "9号9室": "9-9",
    "9弄9号9室": "9-9",
    "168弄2号602室": "2-602",
    "幸福路168弄2号602室": "2-602",
    "九号九室": "9-9",
    "9-9": "9-9",
    "商务楼101": "商务楼-101",
    "商务楼-305": "商务楼-305",
    "3-302A": "3-302A",
    "12-101a": "12-101A",
    "B1-101": "B1-101",
    "A座1102": "A-1102",
    "云谷B座1102": "云谷B座-1102",
    "东区3栋501": "东区3-501",
    "03-0101": "3-101",
    "3 501": "3-501",
}


@pytest.mark.parametrize(("written", "expected"), WRITTEN.items())
def test_parse_room_when_written_in_any_way_gives_one_canonical_form(written: str, expected: str) -> None:
    assert str(parse_room(written)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "302",
        "3栋",
        "王姐",
        "张三-305",
        "13812345678",
        "2022-08-17",
        "8:30",
        "3-501王姐",
        "x" * 10_000,
        "3-",
    ],
)
def test_parse_room_when_the_text_is_no_room_gives_none(text: str) -> None:
    assert parse_room(text) is None


def test_parse_room_when_the_registry_knows_the_name_accepts_it() -> None:
    assert parse_room("钟楼西翼305") is None
    assert parse_room("钟楼西翼305", buildings=["钟楼西翼"]) == Room("钟楼西翼", None, "305")


INSIDE = {
    "3栋2单元501王姐": ("3", "2", "501", "3栋2单元501"),
    "王姐 3-501 鸡蛋2板": ("3", None, "501", "3-501"),
    "王姐-3-501": ("3", None, "501", "3-501"),
    "3栋王姐": ("3", None, None, "3栋"),
    "3栋2单元王姐": ("3", "2", None, "3栋2单元"),
    "3#王姐": ("3", None, None, "3#"),
    "3栋 2": ("3", None, None, "3栋"),
    "9栋9": ("9", None, "9", "9栋9"),
    "9栋9箱": ("9", None, None, "9栋"),
    "9号王姐": ("9", None, None, "9号"),
    "9弄9号9室 牛奶2箱": ("9", None, "9", "9弄9号9室"),
    "真真-F区 少少饭": ("F区", None, None, "F区"),
    "云谷B座 11份": ("云谷B座", None, None, "云谷B座"),
    "土豆3-5斤 3-501": ("3", None, "501", "3-501"),
    "138-1234-5678 3-501": ("3", None, "501", "3-501"),
    "600ml*24瓶4箱 １２－１０１Ａ": ("12", None, "101A", "１２－１０１Ａ"),
}


@pytest.mark.parametrize(("text", "expected"), INSIDE.items())
def test_find_room_when_inside_a_longer_text_gives_it_with_its_place(
    text: str, expected: tuple[str, str | None, str | None, str]
) -> None:
    found = find_room(text)
    assert found is not None
    assert (found.building, found.unit, found.number, text[found.start : found.end]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "6.9号送 2份",
        "明天9号送",
        "4月28日",
        "8:30-9:00",
        "13812345678",
        "600ml*24瓶4箱",
        "3-5斤",
        "12-2份",
        "2022-04-28",
        "五斤西瓜，十斤苹果",
        "10元",
        "A2 B1",
        "一楼",
        "8-10点",
    ],
)
def test_find_room_when_digits_mean_something_else_gives_none(text: str) -> None:
    assert find_room(text) is None


def test_cells_when_written_in_any_way_give_bare_names() -> None:
    assert [building_name(c) for c in ("2栋", "2#", "2号楼", "2", "2.0", "２", 2, 2.0)] == ["2"] * 8
    assert [building_name(c) for c in ("商务楼", "A座", "B1", "03", "/", "", None)] == (
        ["商务楼", "A", "B1", "3", None, None, None]
    )
    assert [unit_name(c) for c in ("1单元", "1", "1.0", "一单元", 1, "/", "", None)] == ["1"] * 5 + [None] * 3
    assert [room_number(c) for c in ("302室", "302.0", "３０２", "0302", 302, 302.0)] == ["302"] * 6
    assert [room_number(c) for c in ("302A", "302a室", "小计", "", None)] == [
        "302A",
        "302A",
        None,
        None,
        None,
    ]


def test_sort_key_in_plain_byte_order_counts_as_people_do() -> None:
    expected = ["B1", "1", "1-101", "1-101A", "1-102", "1-1001", "2", "3", "3-2-501", "3-10-101", "3A", "10"]
    expected += ["A", "商务楼"]
    assert sorted(set(expected), key=lambda name: sort_key(name).encode()) == expected


def test_chinese_number_when_it_is_none_gives_none() -> None:
    assert [chinese_number(w) for w in ("十", "十二", "九十九", "一百零五", "五零一", "两")] == [
        10,
        12,
        99,
        105,
        501,
        2,
    ]
    assert [chinese_number(w) for w in ("", "王", "一王")] == [None, None, None]


numbers = st.integers(0, 99_999).map(str)
letter = st.sampled_from(["", "A", "B", "G"])
rooms = st.builds(
    Room,
    st.one_of(st.integers(0, 1899).map(str), st.sampled_from(["B1", "A", "E2", "商务楼", "东区3", "云谷B座", "12A"])),
    st.one_of(st.none(), st.integers(0, 99).map(str), st.sampled_from(["A", "东", "甲"])),
    st.builds("".join, st.tuples(numbers, letter)),
)
soup = st.lists(
    st.one_of(
        st.sampled_from([*list("0129栋幢号#-－室单元弄AB座楼东区一二十.月 "), "商务楼", "10", "ml*"]),
        st.characters(),
    ),
    max_size=30,
).map("".join)


@given(rooms)
def test_parse_room_of_its_own_writing_gives_the_same_room(room: Room) -> None:
    assert parse_room(str(room)) == room


@given(soup)
@example("3" * 10_000)
@example("栋" * 10_000)
@example("*1 3栋" * 3_000)
def test_nothing_raises_and_what_is_found_is_stable(text: str) -> None:
    found = find_room(text)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
    room = parse_room(text)
    if room is not None:
        assert parse_room(str(room)) == room
    assert clean(clean(text)) == clean(text)
    for cell in (building_name, unit_name, room_number, sort_key):
        cell(text)
