"""What shoppers say at the shelves, and what the list says after it."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from compound.access import standing_of
from compound.models import Role
from compound.refusals import Refusal
from orders.events import phone_act, take_act
from orders.models import ItemPrice, Offer, PhoneEvent, Purchase, Round, RoundGood
from orders.queries.shopping import lists_of
from orders.services.orders import cancel_order
from orders.services.round_goods import list_goods
from orders.services.rounds import close_due_rounds
from tests import make
from tests.make import NOON
from tests.orders.shopping.conftest import ONE, Shop


def test_list_goods_when_the_round_closes_has_one_line_a_good_and_unit(db: None) -> None:
    of = make.compound()
    round = make.round(of)
    by = make.member(of)
    for room in ("20-1702", "3-501"):
        make.order(round, make.household(of, room), ("鸡蛋", "2", "板"), ("鸡蛋", "1", "箱"), by=by)
    close_due_rounds(NOON, offer=False)
    assert [str(good) for good in RoundGood.objects.filter(round=round).order_by("unit")] == ["鸡蛋 板", "鸡蛋 箱"]
    assert list_goods(round) == 0


def test_list_goods_when_a_good_is_asked_for_no_more_keeps_its_line_and_shows_none(shop: Shop) -> None:
    order = shop.round.orders.get(lines__goods="白菜")
    cancel_order(order=order, reason="不要了", by=shop.coordinator, at=ONE)
    assert RoundGood.objects.filter(round=shop.round, goods="白菜").exists()
    [shopping_list] = lists_of([shop.round])
    assert [line.good.goods for line in shopping_list.lines] == ["鸡蛋"]


def test_purchase_when_all_is_bought_is_done(shop: Shop) -> None:
    answer = shop.act("bought", quantity="12")
    assert answer == {
        "good": str(shop.good().pk), "stand": "done", "bought": "12", "replaced": "0", "left": "0", "surplus": "0",
        "short": "0", "flags": [],
    }  # fmt: skip
    row = Purchase.objects.get()
    assert (row.by, row.at, row.quantity, row.amount) == (shop.luo, ONE, Decimal(12), None)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"quantity": "999999.9999"}, "quantity_wrong"),
        ({"quantity": "0.0001"}, "quantity_wrong"),
        ({"quantity": "1", "amount": "9999999.999"}, "amount_wrong"),
        ({"quantity": "2", "price": "4999999.9999"}, "amount_wrong"),
    ],
)
def test_purchase_when_rounding_leads_out_of_bounds_is_refused(shop: Shop, said: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        shop.act("bought", **said)
    assert (refused.value.code, Purchase.objects.count()) == (code, 0)


def test_purchase_when_as_large_as_the_columns_hold_is_taken(shop: Shop) -> None:
    shop.act("bought", quantity="999999.999", amount="9999999.994")
    row = Purchase.objects.get()
    assert (row.quantity, row.amount) == (Decimal("999999.999"), Decimal("9999999.99"))


def test_purchase_when_two_bought_the_same_counts_both_and_names_the_surplus(shop: Shop) -> None:
    shop.act("bought", shop.luo, quantity="12")
    answer = shop.act("bought", shop.feng, quantity="12")
    assert (answer["bought"], answer["surplus"], answer["flags"]) == ("24", "12", ["surplus"])
    assert (shop.line().shelf.surplus, shop.line().shelf.bought) == (Decimal(12), Decimal(24))


def test_purchase_when_one_of_two_is_taken_back_counts_the_other(shop: Shop) -> None:
    shop.act("bought", shop.luo, quantity="12")
    second = uuid.uuid4()
    shop.act("bought", shop.feng, quantity="12", id=second)
    answer = shop.act("void", shop.luo, refers_to=str(second))
    assert (answer["bought"], answer["flags"]) == ("12", [])
    assert [row.by for row in shop.line().purchases] == [shop.luo]


def test_purchase_when_taken_back_twice_is_one_taking_back(shop: Shop) -> None:
    first = uuid.uuid4()
    shop.act("bought", quantity="12", id=first)
    shop.act("void", shop.luo, refers_to=str(first))
    answer = shop.act("void", shop.feng, refers_to=str(first))
    assert (answer["flags"], answer["left"]) == (["already"], "12")
    assert (Purchase.objects.filter(kind="void").count(), PhoneEvent.objects.count()) == (1, 3)


def test_purchase_when_part_is_bought_and_the_rest_replaced_is_done(shop: Shop) -> None:
    assert shop.act("bought", quantity="8")["stand"] == "part"
    answer = shop.act("substitute", quantity="4", instead="鸭蛋", amount="40")
    assert (answer["stand"], answer["bought"], answer["replaced"]) == ("done", "8", "4")


def test_purchase_when_there_is_no_more_says_what_is_short(shop: Shop) -> None:
    shop.act("bought", quantity="8")
    answer = shop.act("short")
    assert (answer["stand"], answer["short"], answer["left"]) == ("short", "4", "4")


def test_purchase_when_found_after_all_is_short_no_more(shop: Shop) -> None:
    shop.act("short", shop.luo)
    assert shop.act("bought", shop.feng, quantity="12")["stand"] == "done"


@pytest.mark.parametrize(
    ("quantity", "stand", "surplus"),
    [("2.3", "done", "0"), ("1.8", "done", "0"), ("1", "part", "0"), ("4", "done", "2")],
)
def test_purchase_when_weighed_takes_what_the_scales_say(shop: Shop, quantity: str, stand: str, surplus: str) -> None:
    answer = shop.act("bought", good="五花肉", quantity=quantity)
    assert (answer["stand"], answer["bought"], answer["surplus"]) == (stand, quantity, surplus)


def test_purchase_when_it_comes_in_packs_wants_whole_ones(shop: Shop) -> None:
    item = shop.good().item
    assert item is not None
    item.pack_size, item.pack_name = Decimal(5), "箱"
    item.save(update_fields=["pack_size", "pack_name"])
    assert (shop.line().buy.packs, shop.line().shelf.wanted, shop.line().buy.over) == (3, Decimal(15), Decimal(3))
    assert shop.act("bought", quantity="15")["flags"] == []
    Offer.objects.filter(item=item).update(rounding="down")
    assert (shop.line().shelf.wanted, shop.line().shelf.surplus) == (Decimal(10), Decimal(5))


def test_purchase_when_its_price_is_said_is_in_the_history(shop: Shop) -> None:
    shop.act("bought", quantity="12", amount="270")
    price = ItemPrice.objects.get()
    assert (price.price, price.source, price.by) == (Decimal("22.50"), "till", shop.luo)
    [shopping_list] = lists_of([shop.round])
    assert (shopping_list.paid, shopping_list.listed, shopping_list.unpriced) == (Decimal("270.00"), Decimal("0.00"), 0)


def test_sum_when_no_price_was_said_is_at_the_list_and_says_what_it_leaves_out(shop: Shop) -> None:
    shop.act("bought", quantity="2")
    shop.act("bought", good="白菜", quantity="2")
    shop.act("bought", good="五花肉", quantity="2.3", price="30")
    [shopping_list] = lists_of([shop.round])
    assert (shopping_list.paid, shopping_list.listed, shopping_list.unpriced) == (Decimal("69.00"), Decimal("47.00"), 1)


def test_quantity_with_a_comma_is_read_as_a_point_or_as_thousands(shop: Shop) -> None:
    shop.act("bought", good="五花肉", quantity="2,3", amount="12，5")
    shop.act("bought", good="五花肉", quantity="1,200", amount="1,200.50")
    rows = [(row.quantity, row.amount) for row in Purchase.objects.order_by("quantity")]
    assert rows == [(Decimal("2.3"), Decimal("12.5")), (Decimal(1200), Decimal("1200.50"))]


def test_refusal_of_what_was_typed_names_the_good(shop: Shop) -> None:
    with pytest.raises(Refusal) as refused:
        shop.act("bought", good="五花肉", quantity="一些")
    assert str(refused.value.message) == "五花肉：多少？请写数字，例如 2.3。"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"did": "bought"}, "quantity_wrong"),
        ({"did": "bought", "quantity": "0"}, "quantity_wrong"),
        ({"did": "bought", "quantity": "0.0001"}, "quantity_wrong"),
        ({"did": "bought", "quantity": "Infinity"}, "quantity_wrong"),
        ({"did": "bought", "quantity": "1e9"}, "quantity_wrong"),
        ({"did": "bought", "quantity": ["2", "3"]}, "quantity_wrong"),
        ({"did": "bought", "quantity": "2", "amount": "-1"}, "amount_wrong"),
        ({"did": "bought", "quantity": "2", "amount": "much"}, "amount_wrong"),
        ({"did": "substitute", "quantity": "2"}, "instead_missing"),
        ({"did": "void"}, "purchase_unknown"),
        ({"did": "void", "refers_to": str(uuid.uuid4())}, "purchase_unknown"),
        ({"did": "stolen"}, "did_unknown"),
    ],
)
def test_purchase_when_malformed_is_refused_and_nothing_is_stored(shop: Shop, body: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        shop.act(**body)
    assert (refused.value.code, PhoneEvent.objects.count(), Purchase.objects.count()) == (code, 0, 0)


def test_purchase_when_the_good_is_another_compounds_is_refused(shop: Shop) -> None:
    other = make.compound("dongyuan", "东园")
    stranger = make.member(other, Role.SECRETARY)
    standing = standing_of(stranger, "dongyuan")
    assert standing is not None
    body = {"good": str(shop.good().pk), "did": "short"}
    act = phone_act(
        id=uuid.uuid4(), standing=standing, kind="purchase", at=ONE, clock_offset_ms=0, received_at=ONE, body=body
    )
    with pytest.raises(Refusal) as refused:
        take_act(act)
    assert refused.value.code == "good_unknown"


@pytest.mark.parametrize(
    ("state", "flags"), [("delivering", ["late"]), ("settled", ["late"]), ("cancelled", ["cancelled"])]
)
def test_purchase_when_the_round_has_gone_on_is_recorded_and_flagged(shop: Shop, state: str, flags: list[str]) -> None:
    reason = "x" if state == "cancelled" else ""
    Round.objects.filter(pk=shop.round.pk).update(state=state, cancel_reason=reason)
    assert shop.act("bought", quantity="12")["flags"] == flags
    assert Purchase.objects.count() == 1


# ── once, whoever repeats it ──────────────────────


def test_act_when_repeated_is_one_row_and_the_same_answer(shop: Shop) -> None:
    id = uuid.uuid4()
    first = shop.act("bought", quantity="12", id=id)
    shop.act("bought", shop.feng, quantity="1")
    assert shop.act("bought", quantity="12", id=id) == first
    assert (Purchase.objects.count(), PhoneEvent.objects.count()) == (2, 2)


def test_act_when_its_id_is_another_users_is_refused(shop: Shop) -> None:
    id = uuid.uuid4()
    shop.act("bought", quantity="12", id=id)
    with pytest.raises(Refusal) as refused:
        shop.act("bought", shop.feng, quantity="12", id=id)
    assert (refused.value.code, Purchase.objects.count()) == ("id_taken", 1)


def test_act_when_the_phones_clock_is_wrong_happens_when_it_happened(shop: Shop) -> None:
    standing = standing_of(shop.luo, "xingfuli")
    assert standing is not None
    for offset, at, flags in ((-3_600_000, ONE, []), (0, ONE + dt.timedelta(minutes=1), ["clock_skew"])):
        answer, _replayed = take_act(
            phone_act(
                id=uuid.uuid4(),
                standing=standing,
                kind="purchase",
                at=ONE + dt.timedelta(hours=1),
                clock_offset_ms=offset,
                received_at=ONE + dt.timedelta(minutes=1),
                body={"good": str(shop.good().pk), "did": "short"},
            )
        )
        assert (shop.last().at, answer["flags"]) == (at, flags)


def test_act_when_not_allowed_is_refused_and_allowed_for_a_shopper(shop: Shop) -> None:
    guard = make.member(shop.compound, Role.GATE)
    with pytest.raises(Refusal) as refused:
        shop.act("short", guard)
    assert refused.value.code == "not_allowed"
    assert shop.act("short", shop.feng)["stand"] == "short"
