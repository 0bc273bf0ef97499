"""The learned dictionary: what the neighbours say, joined to a good once a person has said so, and taken back."""

import uuid
from decimal import Decimal

import pytest

from compound.models import AuditEntry, Role
from compound.refusals import Refusal
from orders.models import GoodsWord, Item, Offer, OrderLine, PhoneEvent, Purchase, Round, RoundGood, Sharing
from orders.queries.words import words_of
from orders.services.chains import confirm_chain, paste_chain
from orders.services.orders import Catalogue, Line, enter_order
from orders.services.round_goods import list_goods
from orders.services.rounds import close_due_rounds
from orders.services.words import Forgotten, Meaning, forget_word, learn_words
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db


class Shop:
    """A round with 白菜 by the head, three households, the coordinator."""

    def __init__(self) -> None:
        self.compound = make.compound()
        self.by = make.member(self.compound, Role.COORDINATOR)
        self.round = make.round(self.compound)
        self.cabbage = make.offer(self.round, "白菜", "颗", price="3").item
        self.doors = [make.household(self.compound, room) for room in ("3-101", "3-102", "3-201")]

    def order(self, *words: str, door: int = 0, unit: str = "颗") -> list[OrderLine]:
        lines = [Line(word, Decimal(2), unit) for word in words]
        order = enter_order(
            round=self.round,
            household=self.doors[door],
            lines=lines,
            remark="",
            channel="desk",
            by=self.by,
            at=ELEVEN,
        )
        return list(order.lines.order_by("position"))

    def learn(self, *meanings: Meaning, round: Round | None = None) -> int:
        return learn_words(round=round or self.round, meanings=meanings, by=self.by, at=ELEVEN)


@pytest.fixture
def shop():
    return Shop()


def said(line: OrderLine) -> tuple[int | None, str, str, str]:
    line.refresh_from_db()
    return line.item_id, line.goods, line.unit, line.said


def test_learn_word_joins_the_lines_that_say_it_and_keeps_what_was_said(shop):
    (first,), (second,) = shop.order("大白菜"), shop.order("大 白菜", door=1)
    (other,) = shop.order("老干妈", door=2)
    assert shop.learn(Meaning("大白菜", "颗", shop.cabbage)) == 2
    assert said(first) == (shop.cabbage.pk, "白菜", "颗", "大白菜")
    assert said(second) == (shop.cabbage.pk, "白菜", "颗", "大 白菜")
    assert said(other) == (None, "老干妈", "颗", "")


def test_learned_word_joins_what_is_ordered_afterwards(shop):
    shop.learn(Meaning("大白菜", "", shop.cabbage))
    (line,) = shop.order("大白菜", unit="")
    assert said(line) == (shop.cabbage.pk, "白菜", "颗", "大白菜")


def test_unlearned_word_stays_as_it_was_said(shop):
    (line,) = shop.order("大白菜")
    assert said(line) == (None, "大白菜", "颗", "")


def test_word_in_another_unit_than_its_good_holds_for_that_unit_alone(shop):
    shop.learn(Meaning("黄芽菜", "箱", shop.cabbage))
    (crate,), (piece,) = shop.order("黄芽菜", unit="箱"), shop.order("黄芽菜", door=1, unit="颗")
    assert said(crate) == (shop.cabbage.pk, "白菜", "箱", "黄芽菜")
    assert said(piece) == (None, "黄芽菜", "颗", "")


def test_good_of_its_own_comes_on_the_list_and_takes_its_lines(shop):
    (line,) = shop.order("老干妈", unit="瓶")
    assert shop.learn(Meaning("老干妈", "瓶", None)) == 1
    item = Item.objects.get(name="老干妈")
    assert said(line) == (item.pk, "老干妈", "瓶", "")
    assert shop.round.offers.filter(item=item, price=None).count() == 1
    assert GoodsWord.objects.count() == 0


def test_learn_word_follows_in_other_rounds_under_way_but_not_in_one_that_is_over(shop):
    (here,) = shop.order("大白菜")
    other, over = make.round(shop.compound, "另一轮"), make.round(shop.compound, "旧的一轮")
    lines = []
    for round in (other, over):
        Offer.objects.create(round=round, item=shop.cabbage)
        lines.append(make.order(round, shop.doors[1], ("大白菜", "1", "颗"), by=shop.by).lines.get())
    Round.objects.filter(pk=over.pk).update(state="settled", closed_at=NOON)
    assert shop.learn(Meaning("大白菜", "颗", shop.cabbage)) == 2
    assert said(here)[0] == shop.cabbage.pk
    assert [said(line)[0] for line in lines] == [shop.cabbage.pk, None]


def test_forget_word_gives_the_lines_their_own_words_back(shop):
    (before,) = shop.order("大白菜")
    shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    (after,), (plain,) = shop.order("大白菜", door=1), shop.order("白菜", door=2)
    word = GoodsWord.objects.get()
    assert forget_word(word=word, by=shop.by, at=ELEVEN) == Forgotten(lines=2, kept=0)
    assert said(before) == said(after) == (None, "大白菜", "颗", "")
    assert said(plain) == (shop.cabbage.pk, "白菜", "颗", "")
    assert GoodsWord.objects.count() == 0
    assert forget_word(word=word, by=shop.by, at=ELEVEN) == Forgotten(lines=0, kept=0)


def test_forget_word_that_is_another_name_as_well_leaves_the_lines_joined(shop):
    (line,) = shop.order("大白菜")
    shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    Item.objects.filter(pk=shop.cabbage.pk).update(aliases=["大白菜"])
    assert forget_word(word=GoodsWord.objects.get(), by=shop.by, at=ELEVEN) == Forgotten(lines=0, kept=0)
    assert said(line) == (shop.cabbage.pk, "白菜", "颗", "大白菜")


def test_learn_word_that_means_another_good_already_is_refused(shop):
    other = make.offer(shop.round, "娃娃菜", "颗").item
    shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    with pytest.raises(Refusal) as refusal:
        shop.learn(Meaning("大白菜", "颗", other))
    assert (refusal.value.code, refusal.value.params) == ("word_taken", {"word": "大白菜", "goods": "白菜"})
    assert shop.learn(Meaning("大白菜", "颗", shop.cabbage)) == 0


def test_learn_word_for_a_good_of_another_supply_point_is_refused(shop):
    elsewhere = Item.objects.create(supply_point=make.supply_point(shop.compound, "药房"), name="口罩")
    with pytest.raises(Refusal) as refusal:
        shop.learn(Meaning("大白菜", "颗", elsewhere))
    assert refusal.value.code == "item_elsewhere"


def test_learn_word_in_a_round_that_is_over_is_refused(shop):
    Round.objects.filter(pk=shop.round.pk).update(state="settled", closed_at=NOON)
    with pytest.raises(Refusal) as refusal:
        shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    assert refusal.value.code == "round_over"


@pytest.mark.parametrize(
    "facts", [{"allocated": 1}, {"packed": 1, "packed_at": NOON}, {"closed_reason": "x", "closed_at": NOON}]
)
def test_learn_word_leaves_lines_alone_that_are_shared_out_packed_or_ended(shop, facts):
    (line,) = shop.order("大白菜")
    people = {"packed": {"packed_by": shop.by}, "closed_reason": {"closed_by": shop.by}}
    OrderLine.objects.filter(pk=line.pk).update(**facts, **people.get(next(iter(facts)), {}))
    assert shop.learn(Meaning("大白菜", "颗", shop.cabbage)) == 0
    assert said(line) == (None, "大白菜", "颗", "")


def bought(shop, goods: str) -> RoundGood:
    """The round is closed, and two of a good lie in somebody's bag."""
    close_due_rounds(NOON)
    list_goods(shop.round)
    event = PhoneEvent.objects.create(
        id=uuid.uuid4(), compound=shop.compound, kind="purchase", at=NOON, received_at=NOON, by=shop.by
    )
    good = RoundGood.objects.get(goods=goods)
    Purchase.objects.create(event=event, good=good, kind="bought", quantity=2, by=shop.by, at=NOON)
    return good


def test_learn_word_leaves_lines_alone_that_were_bought_under_their_own_words(shop):
    (line,) = shop.order("大白菜")
    bought(shop, "大白菜")
    assert shop.learn(Meaning("大白菜", "颗", shop.cabbage)) == 0
    assert said(line) == (None, "大白菜", "颗", "")


def test_forget_word_leaves_lines_alone_whose_good_was_bought_and_says_how_many(shop):
    shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    (line,) = shop.order("大白菜")
    bought(shop, "白菜")
    assert forget_word(word=GoodsWord.objects.get(), by=shop.by, at=ELEVEN) == Forgotten(lines=0, kept=1)
    assert said(line) == (shop.cabbage.pk, "白菜", "颗", "大白菜")
    assert AuditEntry.objects.get(action="words.forgotten").params == {"lines": 0, "kept": 1}


def test_forget_word_leaves_lines_alone_whose_good_is_shared_out(shop):
    shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    (line,) = shop.order("大白菜")
    close_due_rounds(NOON)
    list_goods(shop.round)
    facts = {"arrived": 0, "rule": {}, "claims": {"claims": []}, "seed": "a", "result_sha256": "", "made_at": NOON}
    good = RoundGood.objects.get(goods="白菜")
    sharing = Sharing.objects.create(good=good, made_by=shop.by, **facts, applied_at=NOON, applied_by=shop.by)
    assert forget_word(word=GoodsWord.objects.get(), by=shop.by, at=ELEVEN) == Forgotten(lines=0, kept=1)
    assert said(line) == (shop.cabbage.pk, "白菜", "颗", "大白菜")
    # One that was replaced by none binds nobody.
    shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    Sharing.objects.filter(pk=sharing.pk).update(replaced_at=NOON)
    assert forget_word(word=GoodsWord.objects.get(), by=shop.by, at=ELEVEN) == Forgotten(lines=1, kept=0)


def test_learn_word_in_a_closed_round_brings_its_good_on_the_shopping_list(shop):
    shop.order("大白菜")
    close_due_rounds(NOON)
    shop.learn(Meaning("大白菜", "颗", shop.cabbage))
    assert RoundGood.objects.filter(round=shop.round, goods="白菜", unit="颗", item=shop.cabbage).count() == 1


def test_words_of_round_groups_what_is_alike_and_suggests(shop):
    shop.order("大白菜")
    shop.order("大 白菜", "老干妈", door=1)
    shop.order("白菜", door=2)
    found = words_of(shop.round)
    assert [(one.goods, one.unit, one.quantity, one.households) for one in found.unknown] == [
        ("大白菜", "颗", Decimal(4), 2),
        ("老干妈", "颗", Decimal(2), 1),
    ]
    assert [[s.item.name for s in one.suggestions] for one in found.unknown] == [["白菜"], []]


@pytest.mark.parametrize("lines", [1, 3])
def test_words_of_round_takes_the_same_statements_for_one_word_and_for_three(shop, lines, django_assert_num_queries):
    shop.order(*["大白菜", "老干妈", "猫粮"][:lines])
    round = Round.objects.select_related("supply_point").get(pk=shop.round.pk)
    with django_assert_num_queries(4):
        assert len(words_of(round).unknown) == lines


def test_two_ways_of_writing_one_thing_land_on_one_good(shop):
    eggs = make.offer(shop.round, "鸡蛋", "板").item
    text = "#接龙\n买菜\n\n1. 3-101 鸡蛋2板\n2. 3-102 两板鸡蛋\n"
    source = make.chain_source(shop.compound)
    chain = paste_chain(round=shop.round, source=source, text=text, by=shop.by, at=ELEVEN)
    confirm_chain(chain_import=chain, by=shop.by, at=ELEVEN)
    rows = OrderLine.objects.values_list("item", "goods", "unit", "ordered", "order__household__room")
    assert list(rows.order_by("pk")) == [
        (eggs.pk, "鸡蛋", "板", Decimal(2), "3-101"),
        (eggs.pk, "鸡蛋", "板", Decimal(2), "3-102"),
    ]


def test_catalogue_knows_the_words_of_its_own_supply_point_only(shop):
    shop.learn(Meaning("大白菜", "", shop.cabbage))
    pharmacy = make.supply_point(shop.compound, "药房")
    elsewhere = make.round(shop.compound, "药")
    Round.objects.filter(pk=elsewhere.pk).update(supply_point=pharmacy)
    elsewhere.refresh_from_db()
    assert Catalogue(elsewhere).offer_for("大白菜") is None
    assert Catalogue(shop.round).offer_for("大白菜").item == shop.cabbage
