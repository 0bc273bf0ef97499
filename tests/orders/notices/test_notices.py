"""What the chats are told, step by step; which groups have it; and that nobody is named to everybody."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from compound.days import Clock
from compound.models import Role
from compound.refusals import Refusal
from orders.models import Notice, NoticeSent, OrderLine, PhoneEvent, Purchase, Receipt, Round, RoundGood
from orders.notice_words import Telling
from orders.queries.notice_facts import round_news
from orders.queries.notices import notices_page
from orders.services import notices
from orders.services.round_goods import list_goods
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

THREE = NOON + dt.timedelta(hours=3)
Step = Notice.Step


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def round(compound, coordinator):
    """Two doors of building 3 and one of 20, past the cut-off."""
    made = make.round(compound)
    for room, eggs in (("3-501", "2"), ("3-601", "1"), ("20-1702", "3")):
        make.order(made, make.household(compound, room), ("鸡蛋", eggs, "板"), ("大米", "1", "袋"), by=coordinator)
    Round.objects.filter(pk=made.pk).update(state="delivering", closed_at=NOON)
    made.refresh_from_db()
    return made


@pytest.fixture
def client(client, coordinator, clock):
    clock(NOON)
    client.force_login(coordinator)
    return client


def page_of(round, name=""):
    return f"/c/xingfuli/rounds/{round.pk}/notices/{name}"


def words(round, step, *, building=None, about=THREE, more=""):
    """As `make_notices` words them: for everybody, or for the building of this name."""
    news = round_news(round)
    with translation.override("zh-hans"):
        clock = Clock(round.compound, NOON)
        telling = Telling(news, step, clock=clock, about=clock.when(about), more=more)
        one = next((one for one in news.buildings if one.building.name == building), None)
        return telling.for_building(one) if one else telling.for_all()


def short_of(round, room, goods, allocated):
    lines = OrderLine.objects.filter(order__round=round, order__household__room=room, goods=goods)
    lines.update(allocated=Decimal(allocated))


def test_text_for_everybody_when_it_arrives_counts_by_building_and_names_no_room(round):
    assert words(round, Step.ARRIVES).split("\n") == [
        "【8月23日 12:00】大约今天 15:00送到，3户",
        "3栋 2户",
        "20栋 1户",
        "会送到门口，不用下楼。",
    ]


def test_text_of_a_building_when_something_came_short_says_at_which_rooms(round):
    short_of(round, "3-501", "鸡蛋", "1")
    short_of(round, "3-601", "鸡蛋", "1")
    assert words(round, Step.SHORT, building="3").split("\n") == [
        "【8月23日 12:00】没买到的，3栋 2户",
        "· 鸡蛋：少1板（3-501 1）",
    ]
    assert words(round, Step.SHORT).split("\n") == [
        "【8月23日 12:00】没买到的，3户",
        "· 鸡蛋 1板",
        "涉及：",
        "3栋：1户",
    ]


def test_text_of_a_building_when_nothing_came_short_says_so(round):
    assert words(round, Step.SHORT, building="20").split("\n")[1:] == ["订的都买到了。"]


def test_text_when_a_building_is_served_tells_who_has_it_and_what_comes_again(round, coordinator):
    lines = OrderLine.objects.filter(order__round=round, order__household__building__name="3")
    facts = {"outcome_at": THREE, "outcome_by": coordinator}
    lines.filter(order__household__room="3-501").update(outcome="delivered", delivered=1, **facts)
    lines.filter(order__household__room="3-601").update(outcome="nobody_home", delivered=0, **facts)
    assert words(round, Step.DONE, building="3").split("\n")[1:3] == [
        "3栋：2户里已有1户收到",
        "没人在家，会再送：3-601",
    ]
    assert words(round, Step.DONE).split("\n")[1:3] == ["3栋：2户里已有1户收到", "20栋：1户里已有0户收到"]


def test_text_for_everybody_when_all_is_handed_over_names_only_who_is_still_without(round, coordinator):
    lines = OrderLine.objects.filter(order__round=round)
    facts = {"outcome": "delivered", "delivered": 1, "outcome_at": THREE, "outcome_by": coordinator}
    lines.filter(order__household__building__name="3").update(**facts)
    assert words(round, Step.DONE).split("\n")[1:3] == ["20栋：1户里已有0户收到", "其他楼都收到了。"]
    lines.update(**facts)
    assert words(round, Step.DONE).split("\n")[1] == "都收到了。"


def test_text_of_a_building_names_what_came_short_only_if_it_ordered_it(round, coordinator):
    make.order(round, make.household(round.compound, "8-101"), ("土豆", "1", "斤"), by=coordinator)
    list_goods(round)
    good = RoundGood.objects.get(round=round, goods="鸡蛋")
    event = PhoneEvent.objects.create(
        id=uuid.uuid4(), compound=round.compound, kind="purchase", by=coordinator, at=NOON, received_at=NOON
    )
    Purchase.objects.create(event=event, good=good, kind="bought", quantity=4, by=coordinator, at=NOON)
    assert words(round, Step.SHORT, building="20").split("\n")[1:] == ["不够分的：鸡蛋 2板。怎么分还没有定。"]
    assert words(round, Step.SHORT, building="8").split("\n")[1:] == ["订的都买到了。"]
    facts = {"outcome": "delivered", "delivered": 1, "outcome_at": THREE, "outcome_by": coordinator}
    OrderLine.objects.filter(order__round=round).update(**facts)
    assert words(round, Step.SHORT, building="20").split("\n")[1:] == ["不够分的：鸡蛋 2板。"]


def test_text_about_money_when_there_are_receipts_gives_their_sum_and_no_household(round, coordinator):
    for total in ("1200.50", "34"):
        Receipt.objects.create(
            round=round, paid_by=coordinator, total=total, paid_at=NOON, entered_at=NOON, entered_by=coordinator
        )
    assert words(round, Step.MONEY).split("\n")[1] == "2张小票，一共1,234.50元。"


def test_make_notices_when_pressed_twice_is_one_set_of_texts_with_its_ticks(round, compound, coordinator):
    group = make.chain_source(compound)
    first = notices.make_notices(round=round, step=Step.CLOSED, by=coordinator, at=NOON)
    notices.mark_sent(notice=first[0], source=group, by=coordinator, at=NOON)
    again = notices.make_notices(round=round, step=Step.CLOSED, by=coordinator, at=THREE)
    assert ({one.pk for one in again}, Notice.objects.count()) == ({one.pk for one in first}, 3)
    page = notices_page(round=round, step=Step.CLOSED)
    assert (page.sent, page.of) == (1, 1)


def test_make_notices_when_the_facts_changed_writes_anew_and_keeps_what_was_sent(round, compound, coordinator):
    group = make.chain_source(compound)
    first = notices.make_notices(round=round, step=Step.SHORT, by=coordinator, at=NOON)
    notices.mark_sent(notice=first[0], source=group, by=coordinator, at=NOON)
    short_of(round, "3-501", "鸡蛋", "1")
    notices.make_notices(round=round, step=Step.SHORT, by=coordinator, at=THREE)
    page = notices_page(round=round, step=Step.SHORT)
    assert (page.sent, page.of, [one.pk for one in page.earlier]) == (0, 1, [first[0].pk])


@pytest.mark.parametrize(("state", "code"), [("open", "round_state"), ("cancelled", "round_state"), ("closed", None)])
def test_make_notices_when_the_round_still_takes_orders_is_refused(round, coordinator, state, code):
    closed_at = None if state == "open" else NOON
    Round.objects.filter(pk=round.pk).update(state=state, closed_at=closed_at, cancel_reason="停电")
    try:
        notices.make_notices(round=round, step=Step.CLOSED, by=coordinator, at=NOON)
        said = None
    except Refusal as refusal:
        said = refusal.code
    assert said == code


def test_make_notices_when_it_arrives_without_a_time_is_refused(round, coordinator):
    with pytest.raises(Refusal) as refused:
        notices.make_notices(round=round, step=Step.ARRIVES, by=coordinator, at=NOON)
    assert refused.value.code == "about_missing"


def test_mark_sent_when_a_text_with_rooms_goes_to_everybody_is_refused(round, compound, coordinator):
    made = notices.make_notices(round=round, step=Step.CLOSED, by=coordinator, at=NOON)
    of_three = next(one for one in made if one.building and one.building.name == "3")
    own = make.chain_source(compound, "3栋群", building=of_three.building)
    with pytest.raises(Refusal) as refused:
        notices.mark_sent(notice=of_three, source=make.chain_source(compound), by=coordinator, at=NOON)
    assert refused.value.code == "group_elsewhere"
    notices.mark_sent(notice=of_three, source=own, by=coordinator, at=NOON)
    notices.mark_sent(notice=of_three, source=own, by=coordinator, at=THREE)
    assert list(NoticeSent.objects.values_list("source__name", "at")) == [("3栋群", NOON)]


def test_page_when_texts_are_made_and_ticked_counts_the_groups(client, round, compound):
    three = round.orders.get(household__room="3-501").household.building
    groups = [make.chain_source(compound), make.chain_source(compound, "业主二群")]
    groups.append(make.chain_source(compound, "3栋群", building=three))
    data = {"step": "arrives", "about": "2022-08-23T15:00", "more": "下雨，请等等"}
    assert client.post(page_of(round, "make/"), data)["Location"] == f"{page_of(round)}?step=arrives"
    texts = {one.building_id: one for one in Notice.objects.all()}
    assert texts[None].text.split("\n")[-1] == "下雨，请等等"
    for group in groups:
        notice = texts[group.building_id]
        answer = client.post(page_of(round, "sent/"), {"notice": notice.pk, "group": group.pk})
        assert answer["Location"] == f"{page_of(round)}?step=arrives#text-{notice.pk}"
    answer = client.get(page_of(round) + "?step=arrives")
    page = answer.context["page"]
    assert (page.sent, page.of, [one.notice.building.name for one in page.without_groups]) == (3, 3, ["20"])
    client.post(page_of(round, "sent/"), {"notice": texts[None].pk, "group": groups[0].pk, "back": "1"})
    assert client.get(page_of(round) + "?step=arrives").context["page"].sent == 2


def test_page_when_the_sentence_has_a_telephone_number_keeps_what_was_typed(client, round):
    answer = client.post(page_of(round, "make/"), {"step": "closed", "more": "打给我 13812345678"})
    assert (answer.status_code, Notice.objects.count()) == (200, 0)
    assert answer.context["form"].errors["more"] == ["里面有电话号码或证件号码，请删掉。"]
    assert "打给我 13812345678" in answer.content.decode()


def test_page_when_a_captain_looks_shows_the_own_building_and_no_other(client, round, compound, coordinator):
    made = notices.make_notices(round=round, step=Step.CLOSED, by=coordinator, at=NOON)
    three = next(one.building for one in made if one.building and one.building.name == "3")
    everybody = make.chain_source(compound)
    client.force_login(make.member(compound, Role.CAPTAIN, building=three))
    page = client.get(page_of(round) + "?step=closed").context["page"]
    assert [one.notice.building.name for one in page.told] == ["3"]
    assert client.post(page_of(round, "make/"), {"step": "closed"}).status_code == 404
    client.post(page_of(round, "sent/"), {"notice": made[0].pk, "group": everybody.pk})
    assert NoticeSent.objects.count() == 0


def test_page_when_there_are_more_buildings_and_groups_asks_the_database_as_often(client, round, compound, coordinator):
    counts = []
    for rooms in ((), ("21-101", "22-101", "23-101")):
        for room in rooms:
            door = make.household(compound, room)
            make.order(round, door, ("鸡蛋", "1", "板"), by=coordinator)
            make.chain_source(compound, f"{room}群", building=door.building)
        for notice in notices.make_notices(round=round, step=Step.CLOSED, by=coordinator, at=NOON):
            if notice.building_id and rooms:
                for group in compound.chain_sources.filter(building=notice.building_id):
                    notices.mark_sent(notice=notice, source=group, by=coordinator, at=NOON)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page_of(round) + "?step=closed").status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]
