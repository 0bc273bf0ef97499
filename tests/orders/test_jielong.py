"""Rules of the reader one by one, warnings, and what must hold for any text at all."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orders.jielong import WARNINGS, Entry, parse_chain
from orders.jielong.decode import decode


def only(line: str) -> Entry:
    (entry,) = parse_chain(f"#接龙\n团购\n\n{line}").entries
    return entry


def codes(entry: Entry) -> list[str]:
    return [warning.split(":")[0] for warning in entry.warnings]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1. 3-501 鸡蛋2板", []),
        ("1. 3-501 鸡蛋", ["no_quantity"]),
        ("1. 3-501 +3", ["plus_number"]),
        ("1. 3-501 3-5斤青菜", ["range"]),
        ("1. 3-501 鸡蛋0板", ["zero"]),
        ("1. 3-501 鸡蛋2000板", ["large"]),
        ("1. 3-501 鸡蛋2板3板", ["two_quantities"]),
        ("1. 3-501 苹果各一斤", ["group_unclear"]),
        ("1. 3-501", ["no_items"]),
        ("1. 3栋王姐 2份", ["building_only"]),
        ("1. 501王姐 2份", ["room_only"]),
        ("1. 3-501 2份 3-502", ["room_conflict"]),
        ("1. 3-501 2板改成3板", ["changed"]),
        ("1. 3-501 鸡蛋2板，牛奶1箱取消", ["partial_cancel"]),
        ("1. 王姐鸡蛋2板", ["name_guessed"]),
        ("1. 3-501 菜心1斤 下班晚", ["note_guessed"]),
        ("1. 7-302 老陈 猪肉3斤 肥一点 + 土豆5斤", ["goods_joined"]),
        ("1. 7-302 老陈 小号&土豆5斤", ["goods_joined"]),
        ("1. 7-302 老陈 肥一点和土豆5斤", ["goods_joined"]),
        ("1. 7-302 老陈 柔和洗衣液5瓶", []),
    ],
)
def test_warning_when_something_is_not_certain_names_it(line: str, expected: list[str]) -> None:
    assert codes(only(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1. 7-302 老陈 白菜+土豆5斤", [("白菜", None), ("土豆", 5)]),
        ("1. 7-302 老陈 白菜 ➕ 土豆5斤", [("白菜", None), ("土豆", 5)]),
        ("1. 7-302 老陈 5斤白菜+土豆", [("白菜", 5), ("土豆", None)]),
        ("1. 7-302 老陈 白菜2斤+土豆5斤", [("白菜", 2), ("土豆", 5)]),
        ("1. 7-302 老陈 白菜+土豆", [("白菜", None), ("土豆", None)]),
    ],
)
def test_goods_that_a_sign_joins_are_goods_of_their_own(line: str, expected: list[tuple[str, int | None]]) -> None:
    assert [(item.goods, item.quantity) for item in only(line).items] == expected


def test_goods_that_a_sign_joins_are_one_where_the_round_offers_them_so() -> None:
    [entry] = parse_chain("#接龙\n团购\n\n1. 3-501 番茄+土豆2份", offered=["番茄+土豆"]).entries
    assert ([item.goods for item in entry.items], entry.warnings) == (["番茄+土豆"], ())


def test_warning_when_name_or_number_stands_twice_is_on_both() -> None:
    chain = parse_chain("#接龙\n蛋\n1. 甜心 2份\n2. 晓晓 1份\n2. 甜心 1份")
    assert [codes(entry) for entry in chain.entries] == (
        [["repeated_name"], ["repeated_number"], ["repeated_name", "repeated_number"]]
    )


def test_warning_codes_are_all_in_the_list() -> None:
    for line in ("1. +1", "1. 3栋 2份", "1. 3-501 鸡蛋", "3-501 2份"):
        assert set(codes(only(line))) <= set(WARNINGS)


def test_building_when_the_registry_knows_its_name_is_found() -> None:
    text = "#接龙\n蛋\n1. 钟楼西翼305 2份"
    assert parse_chain(text).entries[0].room is None
    assert parse_chain(text, buildings=["钟楼西翼", "3"]).entries[0].room == "钟楼西翼-305"


def test_status_when_a_cancel_word_is_inside_a_good_stays_order() -> None:
    assert only("1. 3-501 退烧药1盒").status == "order"
    assert only("1. 3-501 药1盒 退了").status == "cancel"


def test_decode_when_saved_by_another_program_gives_the_same_text() -> None:
    text = "#接龙\n鸡蛋\n1. 王姐 3-501 2板\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"):
        assert decode(text.encode(encoding)) == text
    assert decode(b"") == ""
    assert decode(b"\xff\xfe\x00") == "\ufffd"


# ── any text at all ─────────────────────────────────────────

PIECES = [
    *[
        "#接龙",
        "接龙",
        "#Group Note",
        "例 ",
        "格式：",
        "1. ",
        "2、",
        "3)",
        "（4）",
        "⑤",
        "6️⃣",
        "10.",
        "12.3-501",
        "2.5斤",
    ],
    *[
        "3-501",
        "3栋2单元501",
        "9号9室",
        "商务楼305",
        "20#1702",
        "王姐",
        "李哥",
        "小鱼🐟",
        "Tom Lee",
        "鸡蛋",
        "牛奶",
        "A2",
    ],
    *[
        "苹果、梨各一斤",
        "A套餐",
        "B1",
        "2份",
        "两箱",
        "半斤",
        "一斤半",
        "x2",
        "×3",
        "+1",
        "【12】",
        "[2]",
        "（青）",
        "（放门口）",
    ],
    *[
        "600ml*24瓶",
        "3-5斤",
        "取消",
        "不要了",
        "改成",
        "再加",
        "换成",
        "送到门口",
        "谢谢",
        "明天下午3点",
        "13800000000",
    ],
    *[
        "50元",
        "合计 12份",
        "三点截单",
        "备注：",
        "房号：",
        "，",
        "、",
        "；",
        "|",
        "/",
        ":",
        "-",
        "~",
        ".",
        "(",
        ")",
        "【",
        "】",
    ],
    *["\n", "\n\n", "\r\n", "  ", "\t", "\u200b", "\ufeff", "\u3000", "一", "十", "半", "各", "号", "栋", "室"],
]
soup = st.lists(st.one_of(st.sampled_from(PIECES), st.characters(exclude_categories=["Cs"])), max_size=60).map("".join)


@settings(deadline=None, max_examples=300)
@given(soup)
@example("")
@example("#接龙")
@example("#接龙\n#接龙")
@example("\x00\x1c\u2028\x85\x0b")
def test_any_text_keeps_every_line_exactly_once_and_never_raises(text: str) -> None:
    chain = parse_chain(text)
    json.dumps(chain.as_dict(), ensure_ascii=False)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: Counter[int] = Counter(skipped.line for skipped in chain.skipped)
    for entry in chain.entries:
        at = entry.line
        for part in entry.raw.split("\n"):
            while lines[at - 1] != part:
                at += 1
            kept[at] += 1
            at += 1
    for skipped in chain.skipped:
        assert lines[skipped.line - 1] == skipped.raw
    title = chain.title.split("\n")
    for at, line in enumerate(lines, start=1):
        if kept[at] == 0 and any(char.isalnum() for char in line):
            assert _seen(line) in [_seen(part) for part in title]
        assert kept[at] <= 1


def _seen(line: str) -> str:
    return "".join(char for char in line if char.isprintable() and not char.isspace()).casefold()


HARD = {
    "10,000 digits": "1. " + "7" * 10_000,
    "open brackets": "1. " + "(" * 10_000,
    "empty brackets": "1. " + "()" * 5_000,
    "one good": "1. " + "鸡蛋" * 5_000,
    "quantities": "1. " + "2斤" * 5_000,
    "buildings": "1. " + "*1 3栋" * 2_500,
    "dashes": "1. " + "3-" * 5_000,
    "shares": "1. " + "苹果、" * 3_000 + "各一斤",
    "headers": "#接龙\n" * 10_000,
    "copies": "#接龙\n鸡蛋\n1. 王姐 2份\n2. 李 3份\n" * 2_500,
    "chains": "\n".join(f"#接龙\n团{n}\n1. 王姐{n} 2份" for n in range(3_300)),
    "no numbers": "abc\n" * 10_000,
    "one long entry": "1. 王姐\n" + "鸡蛋2板\n" * 10_000,
}


@pytest.mark.parametrize("name", HARD)
def test_hard_text_is_read_in_linear_time(name: str) -> None:
    """CPU seconds, so that a busy machine does not fail it; the bound is far from quadratic, which takes minutes."""
    begin = time.process_time()
    parse_chain(HARD[name])
    assert time.process_time() - begin < 6
