"""The printed cards: what stands on each kind, what does not, and that the code can be read."""

import datetime as dt
from io import BytesIO

import pytest
import segno
from pypdf import PdfReader

from compound.paper.qr import qr_bars
from compound.refusals import Refusal
from gate.models import Pass
from gate.queries.cards import Card, Rule, card_rows, chosen, printable
from gate.services.tokens import pass_token
from gate.sheets.cards import (
    CARD_WIDE,
    QR_MASK,
    QR_SIDE,
    QUIET,
    draw_cards,
    rule_words,
    validity_words,
)
from tests import make
from tests.make import ELEVEN

DAY = dt.timedelta(days=1)
MM = 72 / 25.4
TOKEN = "0123456789ABCDEFGHJKMN"
EVERY_TWO_DAYS = Rule(1, 2, "out", "consent", False, dt.date(2022, 8, 20))


def card(kind="household", **differs):
    facts = {
        "token": TOKEN,
        "room": "20-1702",
        "building": "20",
        "name": "周",
        "employer": "",
        "plate": "",
        "valid_from": None,
        "valid_until": None,
        "every_days": None,
        "single": False,
        "issued_on": dt.date(2022, 8, 21),
        "rule": EVERY_TWO_DAYS,
    }
    return Card(kind=kind, **(facts | differs))


def words(cards, language="zh-hans"):
    """Lines of each page. The reader writes the room and the kind below it into one line."""
    pages = PdfReader(BytesIO(draw_cards(cards, compound="幸福里", language=language))).pages
    return [page.extract_text().splitlines() for page in pages]


# ── what stands on it ─────────────────────────────


def test_card_of_a_household_says_room_surname_rule_with_its_day_and_what_to_do_when_lost():
    assert words([card()]) == [
        [
            "幸福里",
            "20-1702每户通行证",
            "周家",
            "丢失请找楼长补办",
            "长期有效（8月21日发）",
            "每户每两天一人（8月20日起）",
        ]
    ]


def test_card_of_an_english_compound_is_in_english():
    assert words([card()], "en") == [
        [
            "幸福里",
            "20-1702household pass",
            "Family 周",
            "Lost? See your building captain",
            "Good until further notice, issued 21/8",
            "One person per household every two days",
            "(since 20/8)",
        ]
    ]


RULE = "不占本户外出次数（8月20日起）"
UNTIL = dt.datetime(2022, 8, 31, 18, 0, tzinfo=make.SHANGHAI)
EXEMPT = Rule(1, 2, "out", "consent", True, dt.date(2022, 8, 20))


@pytest.mark.parametrize(
    ("kind", "facts", "lines"),
    [
        (
            "essential",
            {"name": "周旻", "employer": "市第二人民医院", "valid_until": UNTIL, "rule": EXEMPT},
            ["20-1702工作通行证", "周旻", "市第二人民医院", "有效期至 8月31日 18:00", RULE],
        ),
        (
            "medical",
            {"name": "周旻", "every_days": 2, "rule": EXEMPT},
            ["20-1702就医通行证", "周旻", "长期有效（8月21日发）", "每2天外出一次", RULE],
        ),
        (
            "medical",
            {"name": "", "single": True},
            ["20-1702就医通行证", "长期有效（8月21日发）", "仅限外出一次", "每户每两天一人（8月20日起）"],
        ),
        (
            "visitor",
            {"name": "王强", "valid_from": UNTIL - DAY, "valid_until": UNTIL},
            ["20-1702访客通行证", "王强", "有效期 8月30日 18:00 至 8月31日 18:00", "须经住户同意（8月20日起）"],
        ),
        (
            "vehicle",
            {"plate": "沪A12345", "name": "王强"},
            ["沪A12345车辆通行证", "20-1702 王强", "长期有效（8月21日发）", "车辆只出不进（8月20日起）"],
        ),
        (
            "volunteer",
            {"room": "", "building": "", "name": "冯磊", "employer": "市二院支援队", "rule": EXEMPT},
            ["冯磊值班志愿者", "市二院支援队", "长期有效（8月21日发）", RULE],
        ),
    ],
)
def test_card_of_another_kind_says_what_the_guard_compares(kind, facts, lines):
    (page,) = words([card(kind, **facts)])
    assert [line for line in page if line not in ("幸福里", "丢失请找楼长补办")] == lines


@pytest.mark.parametrize(
    ("persons", "days", "sentence"),
    [
        (0, 1, "暂时足不出户"),
        (1, 1, "每户每天一人"),
        (1, 2, "每户每两天一人"),
        (1, 3, "每户每3天一人"),
        (2, 1, "每户每天2人"),
        (2, 3, "每户每3天2人"),
    ],
)
def test_rule_words_for_each_quota_are_one_sentence(persons, days, sentence):
    rule = Rule(persons, days, "none", "refused", False, dt.date(2022, 8, 20))
    assert rule_words(card(rule=rule)) == f"{sentence}（8月20日起）"


def test_validity_words_of_midnight_name_the_last_day():
    midnight = dt.datetime(2022, 9, 1, 0, 0, tzinfo=make.SHANGHAI)
    assert validity_words(card(valid_until=midnight)) == "有效期至 8月31日（含当日）"


def test_card_with_a_very_long_employer_leaves_no_line_out():
    employer = "幸福路街道社区卫生服务中心核酸检测与流行病学调查联合工作组（夜班）" * 2
    (page,) = words([card("essential", name="周旻", employer=employer[:80], valid_until=UNTIL)])
    assert employer[:80] in "".join(page)
    assert page[-1] == "每户每两天一人（8月20日起）"


# ── the sheet ─────────────────────────────────────


def test_cards_of_17_households_of_one_building_are_three_sheets():
    pages = words([card(room=f"20-{n}01") for n in range(1, 18)])
    assert [sum(line.endswith("每户通行证") for line in page) for page in pages] == [8, 8, 1]
    assert [page[0] for page in pages] == [f"幸福里 · 20栋 · 第{n}页，共3页" for n in (1, 2, 3)]


def test_cards_of_two_buildings_begin_a_sheet_each_in_walking_order():
    pages = words([card(building="2", room="2-101"), card(building="10", room="10-101")])
    assert [page[0] for page in pages] == ["幸福里 · 2栋 · 第1页，共1页", "幸福里 · 10栋 · 第1页，共1页"]


def test_cards_drawn_twice_are_the_same_bytes_and_say_nothing_of_the_token():
    first = draw_cards([card()], compound="幸福里", language="zh-hans")
    assert draw_cards([card()], compound="幸福里", language="zh-hans") == first
    assert TOKEN not in "".join(words([card()])[0])


def test_qr_is_version_2_level_q_alphanumeric_and_at_least_25_mm_with_four_modules_of_white():
    code = segno.make(TOKEN, error="q", mask=QR_MASK, micro=False, boost_error=False)
    assert (code.designator, code.mode) == ("2-Q", "alphanumeric")
    modules, bars = qr_bars(TOKEN, "q", QR_MASK)
    assert modules == 25
    assert sum(bar.length for bar in bars) == sum(sum(row) for row in code.matrix)
    assert QR_SIDE / MM >= 25
    assert QUIET >= 4 / 25 * QR_SIDE
    assert CARD_WIDE > 90 * MM


# ── from the tables ───────────────────────────────


@pytest.fixture
def of(db):
    found = make.compound()
    make.rulebook(found)
    return found


def test_card_rows_of_a_household_carry_the_surname_alone_and_no_number(of):
    door = make.household(of, "20-1702")
    make.resident(door, "欧阳静", "13000041234")
    make.gate_pass(of, door)
    (row,) = card_rows(printable(of, at=ELEVEN), of, at=ELEVEN)
    assert (row.room, row.name, row.token) == ("20-1702", "欧阳", pass_token(Pass.objects.get().pk))
    assert row.rule == Rule(1, 2, "none", "refused", False, dt.date(2022, 8, 16))
    content = draw_cards([row], compound=of.name, language=of.language)
    text = PdfReader(BytesIO(content)).pages[0].extract_text()
    assert "静" not in text
    assert "1300004" not in text


def test_card_rows_of_a_sealed_building_carry_the_rule_of_the_compound(of):
    sealed, other = make.household(of, "8-101"), make.household(of, "20-1702")
    make.rulebook(of, "8栋封控", building=sealed.building, persons=0, starts_at=ELEVEN - DAY)
    for door in (sealed, other):
        make.gate_pass(of, door)
    rows = card_rows(printable(of, at=ELEVEN), of, at=ELEVEN)
    assert [(row.room, row.rule.persons) for row in rows] == [("8-101", 1), ("20-1702", 1)]


def test_printable_are_valid_passes_in_walking_order_with_those_of_no_household_last(of):
    for room in ("10-101", "2-1001", "2-201"):
        make.gate_pass(of, make.household(of, room))
    make.gate_pass(of, kind="volunteer", holder="冯磊")
    make.gate_pass(of, make.household(of, "2-301"), revoked_at=ELEVEN)
    make.gate_pass(of, make.household(of, "2-302"), valid_until=ELEVEN)
    make.gate_pass(make.compound("dongyuan", "东园"), kind="volunteer", holder="别人")
    names = [row.household.room if row.household else row.holder for row in printable(of, at=ELEVEN)]
    assert names == ["2-201", "2-1001", "10-101", "冯磊"]


def test_card_rows_ask_as_often_for_three_as_for_one(of, django_assert_num_queries):
    for room in ("20-101", "20-102", "20-103"):
        make.resident(make.household(of, room), "周旻", "")
        make.gate_pass(of, of.households.get(room=room))
    ids = list(Pass.objects.values_list("pk", flat=True))
    for some in (ids[:1], ids):
        with django_assert_num_queries(3):
            assert len(card_rows(chosen(of, some, at=ELEVEN), of, at=ELEVEN)) == len(some)


@pytest.mark.parametrize("count", [1, 2])
def test_card_rows_under_another_secret_key_are_refused_with_the_rooms(of, settings, count):
    for number in range(count):
        make.gate_pass(of, make.household(of, f"20-10{number}"))
    settings.SECRET_KEY = "another"
    make.gate_pass(of, make.household(of, "20-1702"))
    with pytest.raises(Refusal) as refused:
        card_rows(printable(of, at=ELEVEN), of, at=ELEVEN)
    assert refused.value.code == "key_changed"
    assert ("20-100、20-101" in refused.value.message) is (count == 2)
