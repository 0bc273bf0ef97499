"""Prices off the till, charges to the cent, the next bill as the difference, and where the rest of a receipt went."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money.bills import (
    Bought,
    Charge,
    Difference,
    Explained,
    Fate,
    Handed,
    Key,
    Part,
    Posted,
    Price,
    Some,
    Ware,
    Why,
    charges,
    differences,
    entries_of,
    explain,
    prices,
)

D = Decimal
EGGS, MEAT, GREENS = Ware("鸡蛋", "板"), Ware("猪肉", "斤"), Ware("菠菜", "斤")
PAKCHOI = Ware("菠菜", "斤", "小白菜")


def bought(ware: Ware, quantity: str, amount: str | None, *, on_receipt: bool = True) -> Bought:
    return Bought(ware, D(quantity), None if amount is None else D(amount), on_receipt)


def line(number: int, ware: Ware, delivered: str | None, due: str, **more: str) -> Handed:
    """`more`: by name what goes instead; `fate` and `packed` apart."""
    fate, packed = Fate(more.pop("fate", "kept")), more.pop("packed", None)
    parts = {"": D(due)} | {name: D(much) for name, much in more.items()}
    return Handed(
        number, number, ware.goods, ware.unit, None if delivered is None else D(delivered), parts,
        None if packed is None else D(packed), fate,
    )  # fmt: skip


def told(rows: list[Charge]) -> list[tuple[int, str, str, str]]:
    return [(row.key.household, row.key.goods, str(row.quantity), str(row.amount)) for row in rows]


# ── prices ────────────────────────────────────────


def test_price_of_two_purchases_is_their_sum_over_their_quantity() -> None:
    known = prices([bought(EGGS, "2", "31.00"), bought(EGGS, "1", "14.00")], {})

    assert known == {EGGS: Price(Fraction(15), is_paid=True)}


def test_price_paid_at_the_till_goes_before_the_lists_which_goes_before_none() -> None:
    listed = {("鸡蛋", "板"): D("12.00"), ("猪肉", "斤"): D("10.00")}

    known = prices([bought(EGGS, "2", "31.00"), bought(MEAT, "3", None), bought(GREENS, "1", None)], listed)

    assert known == {EGGS: Price(Fraction(31, 2), is_paid=True), MEAT: Price(Fraction(10), is_paid=False)}


def test_price_of_a_substitute_is_its_own() -> None:
    known = prices([bought(GREENS, "2", "8.00"), bought(PAKCHOI, "3", "6.00")], {("菠菜", "斤"): D(5)})

    assert known == {GREENS: Price(Fraction(4), is_paid=True), PAKCHOI: Price(Fraction(2), is_paid=True)}


# ── charges ───────────────────────────────────────


def test_three_thirds_of_ten_yuan_are_ten_yuan() -> None:
    known = prices([bought(EGGS, "3", "10.00")], {})

    assert told(charges([line(1, EGGS, "3", "3")], known)) == [(1, "鸡蛋", "3", "10.00")]


def test_a_third_of_ten_yuan_is_rounded_down_for_the_household() -> None:
    known = prices([bought(EGGS, "3", "10.00")], {})

    found = charges([line(n, EGGS, "1", "1") for n in (1, 2, 3)], known)

    assert told(found) == [(n, "鸡蛋", "1", "3.33") for n in (1, 2, 3)]
    assert found[0].price is not None
    assert found[0].price.shown == D("3.33333")


def test_weighed_good_is_charged_by_what_was_really_delivered() -> None:
    known = prices([bought(MEAT, "6.9", "158.00")], {})

    assert told(charges([line(1, MEAT, "2.3", "2")], known)) == [(1, "猪肉", "2.3", "52.66")]


@pytest.mark.parametrize("delivered", [None, "0"])
def test_what_nobody_handed_over_is_not_charged(delivered: str | None) -> None:
    assert charges([line(1, EGGS, delivered, "2")], prices([bought(EGGS, "2", "30")], {})) == []


def test_good_without_any_price_is_named_and_not_charged() -> None:
    [found] = charges([line(1, EGGS, "2", "2")], {})

    assert (found.price, found.amount, found.quantity) == (None, D(0), D(2))


def test_substitute_is_charged_under_its_own_name_and_price() -> None:
    known = prices([bought(GREENS, "1", "4.00"), bought(PAKCHOI, "2", "5.00")], {})

    found = charges([line(1, GREENS, "3", "1", 小白菜="2")], known)

    assert told(found) == [(1, "小白菜", "2", "5.00"), (1, "菠菜", "1", "4.00")]


def test_of_two_the_dearer_counts_as_missing_when_nobody_said_which() -> None:
    known = prices([bought(GREENS, "1", "4.00"), bought(PAKCHOI, "2", "5.00")], {})

    found = charges([line(1, GREENS, "2", "1", 小白菜="2")], known)

    assert told(found) == [(1, "小白菜", "2", "5.00")]


def test_scales_over_what_was_due_count_for_the_good_itself() -> None:
    known = prices([bought(GREENS, "2", "8.00"), bought(PAKCHOI, "1", "2.00")], {})

    found = charges([line(1, GREENS, "2.5", "1", 小白菜="1")], known)

    assert told(found) == [(1, "小白菜", "1", "2.00"), (1, "菠菜", "1.5", "6.00")]


# ── the next bill ─────────────────────────────────

KEY = Key(1, 1, "鸡蛋", "板")
TWO = charges([line(1, EGGS, "2", "2")], prices([bought(EGGS, "2", "31")], {}))


def test_bill_when_nothing_is_posted_is_all_of_it() -> None:
    assert differences(TWO, {}) == {1: [Difference(KEY, D(2), D("15.50000"), D("31.00"))]}


def test_bill_again_when_all_is_posted_is_empty() -> None:
    assert differences(TWO, {KEY: Posted(D(2), D("31.00"))}) == {}


def test_bill_after_a_change_is_the_difference() -> None:
    assert differences(TWO, {KEY: Posted(D(3), D("46.50"))}) == {
        1: [Difference(KEY, D(-1), D("15.50000"), D("-15.50"))]
    }


def test_bill_of_an_order_that_was_withdrawn_is_taken_back_in_full() -> None:
    assert differences([], {KEY: Posted(D(2), D("31.00"))}) == {1: [Difference(KEY, D(-2), None, D("-31.00"))]}


def test_differences_that_come_to_zero_make_an_entry_each_way() -> None:
    up, down = (Difference(KEY._replace(line=n), D(1), D(2), D(amount)) for n, amount in ((1, "2"), (2, "-2")))

    assert entries_of([up, down]) == [[down], [up]]
    assert entries_of([up, up]) == [[up, up]]
    assert entries_of([]) == []


# ── the rest of a receipt ─────────────────────────


def rest(receipts: str, rows: list[Bought], lines: list[Handed], **more: set[tuple[str, str]]) -> Explained:
    return explain(receipts=D(receipts), bought=rows, lines=lines, known=prices(rows, {}), **more)


def test_receipt_that_everybody_has_got_needs_no_explanation() -> None:
    found = rest("31.00", [bought(EGGS, "2", "31.00")], [line(1, EGGS, "2", "2")])

    assert found == Explained((), D(0), None, 0, ())


def test_rest_is_told_by_what_became_of_it() -> None:
    rows = [bought(EGGS, "7", "70.00"), bought(MEAT, "3", "10.00")]
    lines = [
        line(1, EGGS, "2", "2"),
        line(2, EGGS, "0", "1", fate="refused"),
        line(3, EGGS, "0", "1", fate="lost"),
        line(4, EGGS, "0", "1", fate="kept"),
        *(line(n, MEAT, "1", "1") for n in (5, 6, 7)),
    ]

    assert rest("80.50", rows, lines).parts == (
        Part(Why.SURPLUS, D("30.00"), (Some(EGGS, D(3)),)),
        Part(Why.REFUSED, D("10.00"), (Some(EGGS, D(1)),)),
        Part(Why.DAMAGED, D("10.00"), (Some(EGGS, D(1)),)),
        Part(Why.ROUNDING, D("0.01")),
        Part(Why.TILL, D("0.50")),
    )


def test_surplus_for_those_in_need_is_told_as_that() -> None:
    found = rest("30.00", [bought(EGGS, "3", "30.00")], [line(1, EGGS, "2", "2")], needy={("鸡蛋", "板")})

    assert found.parts == (Part(Why.NEED, D("10.00"), (Some(EGGS, D(1)),)),)


def test_refused_substitute_is_told_at_its_own_price() -> None:
    rows = [bought(GREENS, "1", "4.00"), bought(PAKCHOI, "2", "5.00")]

    found = rest("9.00", rows, [line(1, GREENS, "0", "1", 小白菜="2", fate="refused")])

    assert found.parts == (Part(Why.REFUSED, D("9.00"), (Some(GREENS, D(1)), Some(PAKCHOI, D(2)))),)


def test_what_was_packed_less_is_not_lost_at_the_door() -> None:
    rows = [bought(EGGS, "4", "40.00")]

    found = rest("40.00", rows, [line(1, EGGS, "1", "4", packed="3", fate="lost")])

    assert found.parts == (
        Part(Why.SURPLUS, D("10.00"), (Some(EGGS, D(1)),)),
        Part(Why.DAMAGED, D("20.00"), (Some(EGGS, D(2)),)),
    )


def test_purchase_on_no_receipt_is_named_and_explains_nothing() -> None:
    rows = [bought(EGGS, "2", "20.00"), bought(MEAT, "1", "9.00", on_receipt=False)]

    found = rest("20.00", rows, [line(1, EGGS, "2", "2"), line(2, MEAT, "1", "1")])

    assert found == Explained((), D("9.00"), None, 0, ())


def test_more_handed_over_than_bought_is_named_and_explains_nothing() -> None:
    found = rest("20.00", [bought(EGGS, "2", "20.00")], [line(1, EGGS, "3", "3")])

    assert (found.parts, found.beyond) == ((), Part(Why.SURPLUS, D("-10.00"), (Some(EGGS, D(1)),)))


def test_good_without_a_price_stays_in_the_tills_difference_and_is_named() -> None:
    found = rest("12.00", [bought(EGGS, "2", None)], [line(1, EGGS, "2", "2")])

    assert (found.parts, found.unpriced, found.unknown) == ((Part(Why.TILL, D("12.00")),), 1, (Some(EGGS, D(2)),))


# ── whatever the facts are ────────────────────────

QUANTITIES = st.decimals("0", "20", places=1)
AMOUNTS = st.decimals("0", "99.99", places=2)
WARES = (EGGS, MEAT, GREENS, PAKCHOI)
BOUGHT = st.lists(
    st.builds(
        Bought,
        st.sampled_from(WARES),
        st.decimals("0.1", "20", places=1),
        st.none() | AMOUNTS,
        st.booleans(),
    ),
    max_size=8,
)


@st.composite
def handed(draw: st.DrawFn) -> list[Handed]:
    rows = []
    for n in range(draw(st.integers(0, 6))):
        ware = draw(st.sampled_from((EGGS, MEAT, GREENS)))
        due = {"": draw(QUANTITIES)}
        if ware == GREENS:
            due["小白菜"] = draw(QUANTITIES)
        rows.append(
            Handed(
                n, n % 3, ware.goods, ware.unit, draw(st.none() | QUANTITIES), due,
                draw(st.none() | QUANTITIES), draw(st.sampled_from(Fate)),
            )
        )  # fmt: skip
    return rows


LISTED = st.dictionaries(st.sampled_from([ware[:2] for ware in WARES[:3]]), AMOUNTS)


@settings(max_examples=120, deadline=None)
@given(receipts=AMOUNTS, rows=BOUGHT, lines=handed(), listed=LISTED)
def test_receipts_are_charges_and_rest_to_the_cent_whatever_happened(
    receipts: Decimal, rows: list[Bought], lines: list[Handed], listed: dict[tuple[str, str], Decimal]
) -> None:
    known = prices(rows, listed)

    found = explain(receipts=receipts, bought=rows, lines=lines, known=known)

    charged = sum((row.amount for row in charges(lines, known)), D(0))
    beyond = found.beyond.amount if found.beyond else D(0)
    assert receipts == charged + found.total + beyond - found.unreceipted
    assert all(part.amount >= 0 for part in found.parts if part.why != Why.TILL)


@settings(max_examples=120, deadline=None)
@given(rows=BOUGHT, lines=handed(), listed=LISTED)
def test_no_line_is_charged_a_cent_too_much_or_more_than_a_cent_too_little(
    rows: list[Bought], lines: list[Handed], listed: dict[tuple[str, str], Decimal]
) -> None:
    found = charges(lines, prices(rows, listed))

    for row in found:
        exact = row.price.exact * Fraction(row.quantity) if row.price else Fraction(0)
        assert 0 <= exact - Fraction(row.amount) < Fraction(1, 100)
    handed_over = sum((each.delivered or D(0) for each in lines), D(0))
    assert sum((row.quantity for row in found), D(0)) == handed_over


@settings(max_examples=80, deadline=None)
@given(
    rows=BOUGHT,
    lines=handed(),
    posted=st.dictionaries(
        st.builds(Key, st.integers(0, 2), st.integers(0, 5), st.just("鸡蛋"), st.just("板")),
        st.builds(Posted, QUANTITIES, AMOUNTS),
    ),
)
def test_what_was_posted_and_the_next_bill_come_to_the_facts(
    rows: list[Bought], lines: list[Handed], posted: dict[Key, Posted]
) -> None:
    now = charges(lines, prices(rows, {}))

    after = {key: one.amount for key, one in posted.items()}
    for household, found in differences(now, posted).items():
        for row in found:
            assert row.key.household == household
            after[row.key] = after.get(row.key, D(0)) + row.amount
        assert all(sum((row.amount for row in entry), D(0)) for entry in entries_of(found))

    facts: dict[Key, Decimal] = {}
    for charge in now:
        facts[charge.key] = facts.get(charge.key, D(0)) + charge.amount
    assert {key: much for key, much in after.items() if much} == {key: much for key, much in facts.items() if much}
