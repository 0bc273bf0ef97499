"""One household's page: who sees what, the card, the telephone numbers and the log."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import AuditEntry, Role
from errands.services.asking import MedicineWish, ask_errand
from errands.services.steps import take_on
from orders.models import Allotment, HouseholdReport, OrderLine, Round, RoundGood, Sharing
from orders.services.delivery import mark_door
from tests import make
from tests.make import ELEVEN

AT = "/c/xingfuli/households/20-1702/"
PHONE = "13000041234"


@pytest.fixture
def door(of):
    door = make.household(of, "20-1702", tags=["lone_elder"])
    make.resident(door, "周旻", PHONE)
    return door


def shown(answer):
    """Which of the household's secrets the page tells."""
    words = answer.content.decode()
    return [word for word in ("周旻", "独居老人", "订单", "显示电话号码", "更换门牌") if word in words]


@pytest.mark.parametrize(
    ("role", "found"),
    [
        (Role.SECRETARY, ["周旻", "独居老人", "订单", "显示电话号码", "更换门牌"]),
        (Role.COORDINATOR, ["周旻", "独居老人", "订单", "显示电话号码", "更换门牌"]),
        (Role.MEDICAL, ["周旻", "独居老人", "更换门牌"]),
        (Role.SUPPLY, ["订单"]),
        (Role.GATE, []),
    ],
)
def test_household_shows_each_role_what_it_needs(of, log_in, door, role, found):
    assert shown(log_in(role).get(AT)) == found


def test_household_of_a_captain_is_that_of_the_own_building(of, log_in, door):
    captain = log_in(Role.CAPTAIN, building=door.building)
    make.household(of, "3-2-501")
    assert shown(captain.get(AT)) == ["周旻", "独居老人", "订单", "显示电话号码"]
    assert captain.get("/c/xingfuli/households/3-2-501/").status_code == 404


def test_household_of_another_building_is_closed_to_a_captain_who_is_a_volunteer_as_well(of, log_in, door):
    other = make.household(of, "3-2-501").building
    captain = log_in(Role.CAPTAIN, building=other)
    make.Membership.objects.create(user=make.User.objects.get(name="郭芳"), compound=of, role=Role.VOLUNTEER)
    assert captain.get(AT).status_code == 404


@pytest.mark.parametrize("role", [Role.VOLUNTEER])
def test_household_for_a_volunteer_is_not_there(of, log_in, door, role):
    assert log_in(role).get(AT).status_code == 404


def test_household_of_no_such_room_is_not_there(of, log_in, door):
    coordinator = log_in()
    assert coordinator.get("/c/xingfuli/households/20-1799/").status_code == 404
    assert coordinator.get(AT).status_code == 200


def test_phones_are_shown_once_and_the_log_says_to_whom(of, log_in, door):
    coordinator = log_in()
    assert PHONE not in coordinator.get(AT).content.decode()

    for _ in range(2):
        assert PHONE in coordinator.post(AT + "phones/").content.decode()

    entries = AuditEntry.objects.filter(action="phones.shown")
    assert [(entry.by.name, entry.subject, entry.text, entry.at) for entry in entries] == [
        ("林涛", "20-1702", "查看了 20-1702 的电话号码", ELEVEN)
    ] * 2
    assert PHONE not in str([entry.params for entry in entries])
    assert PHONE not in coordinator.get(AT).content.decode()


@pytest.mark.parametrize("role", [Role.MEDICAL, Role.SUPPLY, Role.GATE, Role.VOLUNTEER])
def test_phones_for_other_roles_are_not_there_and_nothing_is_logged(of, log_in, door, role):
    assert log_in(role).post(AT + "phones/").status_code == 404
    assert not AuditEntry.objects.filter(action="phones.shown").exists()


def test_card_to_pink_without_a_reason_is_refused_and_with_one_it_is_kept(of, log_in, door):
    medical = log_in(Role.MEDICAL)
    answer = medical.post(AT + "card/", {"card": "pink", "reason": " "})
    assert answer.context["card_form"].errors == {"reason": ["为什么用这个颜色？请写明原因。"]}

    medical.post(AT + "card/", {"card": "pink", "reason": "8月20日从成都返回"})

    door.refresh_from_db()
    assert (door.card, door.card_reason, door.card_by.name, door.card_at) == (
        "pink",
        "8月20日从成都返回",
        "唐敏",
        ELEVEN,
    )
    assert AuditEntry.objects.filter(action="card.set").count() == 1


def test_card_for_a_role_that_may_not_set_it_is_not_there(of, log_in, door):
    assert log_in(Role.SUPPLY).post(AT + "card/", {"card": "yellow", "reason": "无人"}).status_code == 404
    door.refresh_from_db()
    assert door.card == "red"


def test_orders_are_shown_with_how_each_one_ended(of, log_in, door):
    coordinator = log_in()
    by = make.user("罗强", "13000000088")
    for title, outcome in (("已到", "delivered"), ("没人", "nobody_home"), ("在路上", "")):
        round = make.round(of, title)
        make.order(round, door, ("鸡蛋", "2", "板"), by=by)
        Round.objects.filter(pk=round.pk).update(state="delivering", closed_at=ELEVEN)
        if outcome:
            mark_door(round=round, household=door, outcome=outcome, by=by, at=ELEVEN)

    page = coordinator.get(AT).context["page"]

    assert {past.order.round.title: (past.goods, past.kind, past.word) for past in page.orders} == {
        "已到": ("鸡蛋 2板", "done", "已送达"),
        "没人": ("鸡蛋 2板", "ask", "无人在家"),
        "在路上": ("鸡蛋 2板", "info", "配送中"),
    }
    assert [str(line) for line in page.owed] == ["鸡蛋 2板"]


def test_household_when_all_went_to_others_is_owed_nothing_by_a_settled_round(of, log_in, door):
    coordinator, by, round = log_in(), make.user("罗强", "13000000088"), make.round(of, "缺货")
    make.order(round, door, ("鸡蛋", "2", "板"), ("牛奶", "1", "箱"), ("猪肉", "1", "斤"), by=by)
    Round.objects.filter(pk=round.pk).update(state="settled", closed_at=ELEVEN)
    eggs = RoundGood.objects.create(round=round, goods="鸡蛋", unit="板")
    sharing = Sharing.objects.create(
        good=eggs, arrived=9, rule={}, claims={}, seed="1", made_at=ELEVEN, made_by=by, applied_at=ELEVEN, applied_by=by
    )
    Allotment.objects.create(sharing=sharing, line=OrderLine.objects.get(goods="鸡蛋"), quantity=0, position=1)
    OrderLine.objects.filter(goods="鸡蛋").update(allocated=0)
    # Something else instead of it, which has not come either.
    OrderLine.objects.filter(goods="猪肉").update(allocated=0, allocated_instead=1)

    assert [line.goods for line in coordinator.get(AT).context["page"].owed] == ["牛奶", "猪肉"]


def test_household_costs_the_same_with_one_order_and_with_three(of, log_in, door):
    coordinator, by = log_in(), make.user("罗强", "13000000088")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            coordinator.get(AT)
        return len(queries)

    round = make.round(of)
    make.order(round, door, ("鸡蛋", "2", "板"), by=by)
    one = cost()
    for title in ("二", "三"):
        make.order(make.round(of, title), door, ("鸡蛋", "2", "板"), ("青菜", "1", "斤"), by=by)
    assert cost() == one


def asked(door, words, by, **more):
    given = {"kind": "help", "text": words, "channel": "phone", "by": by, "at": ELEVEN, **more}
    return ask_errand(id=uuid.uuid4(), household=door, **given)[0]


def test_errands_and_words_of_the_household_stand_on_its_page_for_who_may_know(of, log_in, door):
    by, runner = make.user("罗强", "13000000088"), make.user("何平", "13000000089")
    medicine = asked(door, "", by, kind="medicine", person="周旻", medicines=[MedicineWish(name="硝苯地平")])
    taken = asked(door, "换灯泡", by)
    take_on(errand=taken, by=runner, at=ELEVEN)
    asked(make.household(of, "3-2-501"), "别人家的", by)
    round = make.round(of)
    make.order(round, door, ("鸡蛋", "2", "板"), by=by)
    for text, answer in (("碎了两个", "下午补"), ("还少一板", "")):
        said = {"at": ELEVEN, "answered_at": ELEVEN, "answered_by": by, "answer": answer} if answer else {"at": ELEVEN}
        HouseholdReport.objects.create(household=door, round=round, kind="wrong", text=text, **said)
    words = ("硝苯地平", "买药", "换灯泡", "别人家的", "碎了两个", "下午补", "还少一板")
    found = {}
    for role, more in (
        (Role.COORDINATOR, {}), (Role.MEDICAL, {}), (Role.GATE, {}), (Role.CAPTAIN, {"building": door.building})
    ):  # fmt: skip
        client = log_in(role, **more)
        page = client.get(AT).content.decode()
        found[role] = [word for word in words if word in page]
        assert (f"errands/{medicine.pk}/" in page) is (role != Role.GATE)
    assert found == {
        Role.COORDINATOR: ["硝苯地平", "买药", "换灯泡", "碎了两个", "下午补", "还少一板"],
        Role.MEDICAL: ["硝苯地平", "买药", "换灯泡"],
        Role.GATE: [],
        # Of medicine that it is some; what others fetch is nobody's business.
        Role.CAPTAIN: ["买药", "碎了两个", "下午补", "还少一板"],
    }


def test_household_costs_the_same_with_one_errand_and_word_and_with_three(of, log_in, door):
    coordinator, by = log_in(), make.user("罗强", "13000000088")
    round = make.round(of)
    make.order(round, door, ("鸡蛋", "2", "板"), by=by)

    def cost():
        asked(door, "", by, kind="medicine", person="周旻", medicines=[MedicineWish(name="硝苯地平")])
        HouseholdReport.objects.create(household=door, round=round, kind="wrong", text="碎了", at=ELEVEN)
        with CaptureQueriesContext(connection) as queries:
            coordinator.get(AT)
        return len(queries)

    first = cost()
    assert [cost(), cost()] == [first, first]
