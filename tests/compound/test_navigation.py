"""The main menu and the words for days."""

import datetime as dt

import pytest
from django.utils.translation import override

from compound.access import Standing
from compound.days import Clock
from compound.models import Compound, Role, User
from compound.navigation import Entry, menu_for
from tests.make import ELEVEN, SHANGHAI

DAY = dt.timedelta(days=1)


def labels(*roles):
    standing = Standing(User(), Compound(code="xingfuli"), frozenset(roles))
    return [entry.url_name for entry in menu_for(standing) if entry.url_name.startswith("orders:")]


EVERY_ORDER_PAGE = [
    "orders:rounds",
    "orders:shopping_lists",
    "orders:runs",
    "orders:carrying",
    "orders:reliefs",
    "orders:not_served",
]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.COORDINATOR, EVERY_ORDER_PAGE),
        (Role.SUPPLY, EVERY_ORDER_PAGE),
        (Role.SECRETARY, EVERY_ORDER_PAGE),
        (Role.VOLUNTEER, ["orders:shopping_lists", "orders:carrying", "orders:reliefs"]),
        (Role.GATE, []),
    ],
)
def test_menu_shows_each_role_what_it_may_open(role, expected):
    assert labels(role) == expected


def test_entry_is_current_on_the_pages_that_it_covers():
    entry = Entry(1, "批次", "orders:rounds", lambda standing: True, covers=("orders:round", "orders:paste"))
    found = {name: entry.is_current(name) for name in ("orders:round_new", "orders:paste", "orders:not_served", "")}
    assert found == {"orders:round_new": True, "orders:paste": True, "orders:not_served": False, "": False}


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        (ELEVEN, "今天 11:00", "today 11:00"),
        (ELEVEN + DAY, "明天 11:00", "tomorrow 11:00"),
        (ELEVEN - DAY, "昨天 11:00", "yesterday 11:00"),
        (ELEVEN + 7 * DAY, "8月30日(周二) 11:00", "8/30 (Tue) 11:00"),
        (dt.datetime(2022, 8, 23, 0, 30, tzinfo=SHANGHAI), "今天 00:30", "today 00:30"),
        (dt.datetime(2021, 12, 31, 18, 0, tzinfo=SHANGHAI), "2021年12月31日 18:00", "2021-12-31 18:00"),
    ],
)
def test_clock_says_a_moment_in_the_users_words(moment, chinese, english):
    clock = Clock(Compound(time_zone="Asia/Shanghai"), ELEVEN)
    with override("zh-hans"):
        assert clock.when(moment.astimezone(dt.UTC)) == chinese
    with override("en"):
        assert clock.when(moment.astimezone(dt.UTC)) == english
