"""The search: rooms for everybody, names for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import Household, Role
from orders.models import Nickname
from tests import make
from tests.make import ELEVEN

AT = "/c/xingfuli/search/"


@pytest.fixture
def doors(of):
    rooms = ["3-2-501", "3-3-501", "20-501", "20-1702", "20-1703"]
    found = {room: make.household(of, room) for room in rooms}
    make.resident(found["20-1702"], "周旻")
    return found


def rooms(answer):
    return [found.household.room for found in answer.context["found"].doors]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("501", ["3-2-501", "3-3-501", "20-501"]),
        ("3-501", ["3-2-501", "3-3-501"]),
        ("170", ["20-1702", "20-1703"]),
        ("20-170", ["20-1702", "20-1703"]),
        ("9-101", []),
        ("周", []),
    ],
)
def test_search_of_a_volunteer_finds_rooms_and_no_names(of, log_in, doors, text, found):
    assert rooms(log_in(Role.VOLUNTEER).get(AT, {"q": text})) == found


@pytest.mark.parametrize("text", ["1702", "20栋1702", "２０－１７０２", "周旻", "旻"])
def test_search_with_one_hit_leads_straight_to_the_household(of, log_in, doors, text):
    answer = log_in().get(AT, {"q": text})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/c/xingfuli/households/20-1702/")


def test_search_of_a_volunteer_with_one_hit_leads_nowhere(of, log_in, doors):
    answer = log_in(Role.VOLUNTEER).get(AT, {"q": "1702"})
    assert rooms(answer) == ["20-1702"]
    assert "/households/" not in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "found"), [(Role.MEDICAL, 302), (Role.SECRETARY, 302), (Role.SUPPLY, 200), (Role.GATE, 200)]
)
def test_search_by_name_is_for_few_roles(of, log_in, doors, role, found):
    assert log_in(role).get(AT, {"q": "周旻"}).status_code == found


def test_search_of_a_captain_stays_in_the_own_building(of, log_in, doors):
    make.resident(doors["3-2-501"], "周明")
    captain = log_in(Role.CAPTAIN, building=doors["3-2-501"].building)
    assert rooms(captain.get(AT, {"q": "501"})) == ["3-2-501", "3-3-501"]
    assert captain.get(AT, {"q": "周"}).headers["Location"] == "/c/xingfuli/households/3-2-501/"


def test_search_by_nickname_of_the_chat_finds_the_door(of, log_in, doors):
    coordinator = log_in()
    by = make.user("罗强", "13000000088")
    Nickname.objects.create(compound=of, name="小美妈妈", household=doors["3-2-501"], learned_at=ELEVEN, learned_by=by)
    answer = coordinator.get(AT, {"q": "小美"})
    assert answer.headers["Location"] == "/c/xingfuli/households/3-2-501/"


def test_search_by_card_lists_the_doors_with_it(of, log_in, doors):
    of.households.filter(room="20-1703").update(card=Household.Card.PINK, card_reason="8月20日返回")
    assert rooms(log_in().get(AT, {"card": "pink"})) == ["20-1703"]


def test_search_for_nothing_asks_for_something(of, log_in, doors):
    assert "您要找什么？" in log_in().get(AT).content.decode()


def test_search_for_what_is_not_there_says_what_to_try(of, log_in, doors):
    assert "没有找到" in log_in().get(AT, {"q": "99-9999"}).content.decode()


def test_search_costs_the_same_with_one_hit_and_with_three(of, log_in, doors):
    volunteer = log_in(Role.VOLUNTEER)

    def cost(text):
        with CaptureQueriesContext(connection) as queries:
            volunteer.get(AT, {"q": text})
        return len(queries)

    assert cost("1702") == cost("501")
