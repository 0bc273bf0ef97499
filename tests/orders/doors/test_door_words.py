"""What a runner wrote on the run, read without a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.door_words import Ask, Question, read_words

ROOMS = ("20-1702", "20-1801", "20-301", "20-1-501", "20-2-501", "20-101A")


@pytest.mark.parametrize(
    ("text", "doors", "rest"),
    [
        ("1702拒收 1801没人", {"20-1702": "refused", "20-1801": "nobody_home"}, False),
        ("1702、1801拒收", {"20-1702": "refused", "20-1801": "refused"}, False),
        ("除1702拒收外，都已送达", {"20-1702": "refused"}, True),
        ("除了1702、1801没人，其他都送了", {"20-1702": "nobody_home", "20-1801": "nobody_home"}, True),
        ("除1702 1801都送完了。1702拒收\n1801没人在家", {"20-1702": "refused", "20-1801": "nobody_home"}, True),
        ("1702破损；301放门口", {"20-1702": "damaged", "20-301": "left"}, False),
        ("拒收：1702、1801 没人：301", {"20-1702": "refused", "20-1801": "refused", "20-301": "nobody_home"}, False),
        ("2单元501没人", {"20-2-501": "nobody_home"}, False),
        ("20栋1702室拒收", {"20-1702": "refused"}, False),
        ("１７０２拒收", {"20-1702": "refused"}, False),
        ("101a放在门口了", {"20-101A": "left"}, False),
        ("全部送达", {}, True),
        ("1702已送", {"20-1702": "delivered"}, False),
        ("没人1702，1801", {"20-1702": "nobody_home", "20-1801": "nobody_home"}, False),
        ("1702拒收，其他都送了", {"20-1702": "refused"}, True),
        ("拒收1702，其余已送达", {"20-1702": "refused"}, True),
        ("1801没人，除1702拒收以外都送了", {"20-1801": "nobody_home", "20-1702": "refused"}, True),
        (
            "all delivered but 1702 refused, 1801 nobody home",
            {"20-1702": "refused", "20-1801": "nobody_home"},
            True,
        ),
    ],
)
def test_read_words_that_are_clear_gives_the_doors_and_asks_nothing(text, doors, rest):
    reading = read_words(text, ROOMS)
    assert (reading.doors, reading.rest, reading.questions) == (doors, rest, [])


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("除1702都已送", Question(Ask.WHAT, "1702", ("20-1702",))),
        ("1702", Question(Ask.WHAT, "1702", ("20-1702",))),
        ("501没人", Question(Ask.WHICH_ROOM, "501", ("20-1-501", "20-2-501"))),
        ("1902拒收", Question(Ask.UNKNOWN_ROOM, "1902")),
        ("没人", Question(Ask.NO_ROOM, "没人")),
        ("1702拒收 1702没人", Question(Ask.TWICE, "1702", ("20-1702",))),
        ("1702没拒收", Question(Ask.UNREAD, "1702 没 拒收")),
        ("1702没送到", Question(Ask.UNREAD, "1702 没 送到")),
        ("1702 都送了", Question(Ask.UNREAD, "1702 都送了")),
        ("1702少1板鸡蛋", Question(Ask.UNREAD, "1702 少 1 板鸡蛋")),
        ("除1702外，1801拒收", Question(Ask.UNREAD, "除 1702 外 1801 拒收")),
        ("除1702外，1801拒收，其他都送了", Question(Ask.UNREAD, "除 1702 外 1801 拒收 其他都送了")),
        ("没人1702，1801拒收，301", Question(Ask.UNREAD, "没人 1702 1801 拒收 301")),
        ("拒收1702 1801没人", Question(Ask.UNREAD, "拒收 1702 1801 没人")),
        ("1702拒收其他", Question(Ask.UNREAD, "1702 拒收 其他")),
        ("1702拒收，其他", Question(Ask.UNREAD, "1702 拒收 其他")),
        ("其他都没人", Question(Ask.UNREAD, "其他都 没人")),
        ("1702没人，放门口", Question(Ask.UNREAD, "1702 没人 放门口")),
    ],
)
def test_read_words_that_are_not_clear_asks_with_the_very_words(text, question):
    assert read_words(text, ROOMS).questions == [question]


def test_read_words_beside_one_that_nobody_knows_takes_nothing_of_that_sentence():
    reading = read_words("1702不要 1801没人；301拒收", ROOMS)
    assert (reading.doors, [q.why for q in reading.questions]) == ({"20-301": "refused"}, [Ask.UNREAD])


SHORT = {room.split("-")[-1]: room for room in ("20-1702", "20-1801", "20-301")}
WORDS = {"拒收": "refused", "没人": "nobody_home", "破损": "damaged", "放门口": "left", "已送": "delivered"}
BETWEEN = st.sampled_from([" ", "，", "、", ", "])
TWO_WAYS = (
    "除{a}外，{b}{one}",
    "除了{a}，{b}{one}",
    "除{a}外{b}{one}，其他都送了",
    "{one}{a}，{b}{two}，{c}",
    "{one}{a} {b}{two}",
    "{a}{one}其他",
    "{a}{one}，其他",
    "{a}{one}，其余{two}门",
    "{a}{one}{two}",
    "{a}{one}，除{b}",
)


@given(
    st.permutations(list(SHORT)), st.lists(st.sampled_from(list(WORDS)), min_size=3, max_size=3), BETWEEN, st.booleans()
)
def test_read_words_of_rooms_each_with_its_word_gives_just_these(rooms, words, between, with_rest):
    pairs = list(zip(rooms, words, strict=True))
    text = between.join(room + word for room, word in pairs) + ("，其他都送了" if with_rest else "")
    reading = read_words(text, ROOMS)
    said = {SHORT[room]: WORDS[word] for room, word in pairs}
    assert (reading.doors, reading.rest, reading.questions) == (said, with_rest, [])


@given(
    st.sampled_from(TWO_WAYS),
    st.permutations(list(SHORT)),
    st.lists(st.sampled_from(list(WORDS)), min_size=2, max_size=2, unique=True),
)
def test_read_words_that_can_be_read_in_two_ways_takes_nothing_and_asks(template, rooms, words):
    a, b, c = rooms
    reading = read_words(template.format(a=a, b=b, c=c, one=words[0], two=words[1]), ROOMS)
    assert (reading.doors, reading.rest, [q.why for q in reading.questions]) == ({}, False, [Ask.UNREAD])


@given(st.text(alphabet="0123456789除了都送拒收没人，、；\n -栋单元abA", max_size=60))
def test_read_words_of_anything_names_only_rooms_of_the_sheet(text):
    reading = read_words(text, ROOMS)
    assert set(reading.doors) <= set(ROOMS)
    assert set(reading.doors.values()) <= {"refused", "nobody_home", "damaged", "left", "delivered"}
