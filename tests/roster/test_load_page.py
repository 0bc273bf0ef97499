"""负荷: hours, nights and days off, warnings in words, and those whom nobody has asked."""

import datetime as dt

import pytest

from tests import make
from tests.roster.board import ROSTER, desk, people
from tests.roster.phones import DUTY, ELEVEN, moment, phone, queries_of, worked

LOAD = f"{ROSTER}load/"


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def post(of):
    return make.post(of, "东门岗")


def rows(answer):
    return {row.name: row for row in answer.context["page"].rows}


def test_load_counts_the_last_14_days_and_the_next_7(of, post):
    zhao, *_ = people(of, 1)
    worked(post, zhao, moment(9, 10), hours=1)  # 14 days and an hour ago
    worked(post, zhao, moment(9, 11), hours=8)  # 14 days ago
    worked(post, zhao, moment(20, 22), hours=8, is_night=True)
    make.assignment(make.shift(post, moment(23, 14), hours=4), zhao)
    make.assignment(make.shift(post, moment(29, 20), hours=5.5), zhao)
    make.assignment(make.shift(post, moment(30, 8), hours=4), zhao)  # in 7 days
    make.assignment(make.shift(post, moment(26, 8), hours=4), zhao, "declined")
    row = rows(desk(of).get(LOAD))["赵丽"]
    assert [(s.shifts, s.hours, s.nights) for s in (row.last, row.next, row.week)] == [
        (2, 16, 1),
        (2, 9.5, 0),
        (1, 4, 0),
    ]
    assert (row.day_off, row.warnings) == (dt.date(2022, 8, 22), [])


def test_load_when_a_night_ends_in_the_morning_that_morning_is_no_day_off(of, post):
    zhao, qian, *_ = people(of, 2)
    worked(post, zhao, moment(22, 0, 30), hours=7, is_night=True)
    for who, start, hours in ((zhao, moment(22, 22), 8), (qian, moment(22, 20), 4)):
        worked(make.post(of, f"岗{who.user.name}"), who, start, hours=hours)
    found = rows(desk(of).get(LOAD))
    # Until 06:00 today; until midnight.
    assert (found["赵丽"].day_off, found["钱建军"].day_off) == (dt.date(2022, 8, 21), dt.date(2022, 8, 23))


def test_load_warns_in_words_of_hours_nights_and_days_without_one_off(of, post):
    zhao, *_ = people(of, 1)
    zhao.hours_a_week, zhao.nights_a_week = 10, 1
    zhao.save()
    for day in range(17, 23):
        worked(post, zhao, moment(day, 8), hours=2)
    make.assignment(make.shift(post, moment(23, 20), hours=4), zhao)
    for day in (25, 26):
        make.assignment(make.shift(post, moment(day, 20), hours=4, is_night=True), zhao)
    answer = desk(of).get(LOAD)
    assert rows(answer)["赵丽"].warnings == [
        "本周 14 小时，上限 10 小时",
        "本周 2 个夜班，上限 1 个",
        "连续 7 天没有休息",
    ]
    assert answer.context["page"].warned == 1


def test_load_tells_days_without_one_off_until_today_and_those_that_are_coming_apart(of, post):
    zhao, qian, sun, li, *_ = people(of, 4)
    days = [(zhao, range(16, 27)), (qian, range(24, 31)), (sun, range(15, 23)), (li, range(17, 24))]
    for number, (who, some) in enumerate(days):
        for day in some:
            start = moment(day, 13) + dt.timedelta(hours=number)
            make.assignment(make.shift(post, start, hours=1), who, "signed_out" if day < 23 else "published")
    found = rows(desk(of).get(LOAD))
    # Eight days until today and three to come; seven from tomorrow; until yesterday; until today.
    assert {name: row.warnings for name, row in found.items()} == {
        "赵丽": ["到今天已连续 8 天没有休息，还排了 3 天"],
        "钱建军": ["从明天起连续 7 天有班"],
        "孙桂英": [],
        "李晓明": ["连续 7 天没有休息"],
    }


def test_14_days_are_the_same_on_every_page(of, post):
    zhao, *_ = people(of, 1)
    worked(post, zhao, moment(9, 8), hours=1)  # before them
    worked(post, zhao, moment(9, 12), hours=2)  # the first of them
    make.assignment(make.shift(post, moment(22, 8), hours=4, is_night=True), zhao)  # over, nobody signed in
    make.assignment(make.shift(post, moment(23, 6), hours=1), zhao, "absent")
    make.assignment(make.shift(post, moment(23, 10), hours=8), zhao)  # on now, not signed in
    make.assignment(make.shift(post, moment(24, 8), hours=4), zhao)  # to come
    there = make.compound("dongyuan", "东园")
    worked(make.post(there, "西门岗"), make.volunteer(there, "赵丽", "13100000000"), moment(20, 8), hours=3)
    shift = make.shift(post, moment(27, 8), hours=4)
    client = desk(of)
    last = rows(client.get(LOAD))["赵丽"].last
    (listed,) = client.get(f"{ROSTER}volunteers/").context["found"].page
    (candidate,) = client.get(f"{ROSTER}shifts/{shift.pk}/").context["choices"].suited
    mine = phone(zhao).get(DUTY).context["page"].hours
    assert (last.hours, last.nights) == (9, 1)
    assert (listed.time, listed.nights, mine.fortnight) == (dt.timedelta(hours=9), 1, 9)
    assert candidate.known[:2] == ["14天内9小时、1个夜班", "这一班之前还有12小时"]


def test_load_lists_and_counts_those_without_any_duty(of, post):
    zhao, _qian, sun = people(of, 3)
    worked(post, zhao, moment(20, 8))
    sun.ended_at = ELEVEN
    sun.save()
    page = desk(of).get(LOAD).context["page"]
    assert ([row.name for row in page.rows], [row.name for row in page.idle]) == (["赵丽"], ["钱建军"])


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("hours", ["钱建军", "赵丽"]),
        ("nights", ["赵丽", "钱建军"]),
        ("name", ["赵丽", "钱建军"]),
        ("nonsense", ["钱建军", "赵丽"]),
    ],
)
def test_load_is_sorted_as_asked(of, post, sort, order):
    zhao, qian, *_ = people(of, 2)
    worked(post, zhao, moment(20, 22), hours=4, is_night=True)
    worked(post, qian, moment(20, 8), hours=8)
    assert [row.name for row in desk(of).get(f"{LOAD}?sort={sort}").context["page"].rows] == order


def test_load_counts_duty_in_another_compound(of, post):
    people(of, 1)
    there = make.compound("dongyuan", "东园")
    worked(make.post(there, "西门岗"), make.volunteer(there, "赵丽", "13100000000"), moment(20, 8), hours=8)
    assert rows(desk(of).get(LOAD))["赵丽"].last.hours == 8


def test_load_asks_as_often_for_three_people_as_for_one(of, post):
    client, (zhao, *_) = desk(of), people(of, 1)
    worked(post, zhao, moment(20, 8))
    one = queries_of(client, LOAD)
    for number in range(2):
        worked(post, make.volunteer(of, f"志愿者{number}", f"1320000000{number}"), moment(20 - number, 12))
    assert queries_of(client, LOAD) == one
