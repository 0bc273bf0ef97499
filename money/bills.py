"""What a round costs each household, and where the rest of its receipts went. Pure: facts in, bill lines out.

A good costs what was really paid for one unit of it: the sum of the amounts said at the till over the sum of their
quantities, of what was not taken back. What was taken instead of it has a price of its own. A purchase without an
amount costs what the others of it did; where nobody has said any, the round's list price holds, and where there is
none either the price is unknown: it is named, and nobody is charged.

A household owes that price times what it was really handed, rounded down to the cent line by line. Every sum is taken
over fractions, so that three thirds of ten yuan are ten yuan and not 9.99.

What is left of a receipt is put into parts (`explain`), so that

    receipts = charges + parts + what was delivered and never bought - purchases that stand on no receipt

holds to the cent, whatever the facts are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

ZERO = Decimal(0)
CENT, FIVE = Decimal("0.01"), Decimal("0.00001")


class Ware(NamedTuple):
    """What was bought for a good of the list: itself (`instead` ''), or something else under its own name.

    Quantities of a substitute are in the good's unit: for how much of it they stand.
    """

    goods: str
    unit: str
    instead: str = ""

    @property
    def name(self) -> str:
        return self.instead or self.goods


@dataclass(frozen=True)
class Bought:
    """A purchase that is not taken back. `amount`: what all of it cost in yuan; None while nobody has said."""

    ware: Ware
    quantity: Decimal
    amount: Decimal | None
    on_receipt: bool = True


class Fate(StrEnum):
    """What became of that part of a line which was due and was not handed over."""

    REFUSED = "refused"
    LOST = "lost"
    # Nobody home, not marked yet: it lies at the desk.
    KEPT = "kept"


@dataclass(frozen=True)
class Handed:
    """A line at its door. `due`: what belonged into the bag, of the good itself ('') and by name of what went instead.

    `packed`: what was put in of all that, None where nobody has counted. `delivered`: what was handed over of it, None
    while nobody has said. `fate`: of what was not.
    """

    line: int
    household: int
    goods: str
    unit: str
    delivered: Decimal | None
    due: Mapping[str, Decimal]
    packed: Decimal | None = None
    fate: Fate = Fate.KEPT


@dataclass(frozen=True)
class Price:
    """Of one unit, in yuan, exactly. `is_paid`: as paid at the till, else the list's."""

    exact: Fraction
    is_paid: bool

    @property
    def shown(self) -> Decimal:
        """To five places, as far as a bill tells it; rounded down."""
        return Decimal(floor(self.exact * 100_000)).scaleb(-5)

    def of(self, quantity: Decimal) -> Decimal:
        """Rounded down to the cent; towards the smaller number below zero, too."""
        return Decimal(floor(self.exact * Fraction(quantity) * 100)).scaleb(-2)

    def at_least(self, quantity: Decimal) -> Decimal:
        """Rounded up to the cent."""
        return Decimal(ceil(self.exact * Fraction(quantity) * 100)).scaleb(-2)


class Key(NamedTuple):
    """What one line of a bill is about: an order's line, and under which name it is charged."""

    household: int
    line: int
    goods: str
    unit: str


@dataclass(frozen=True)
class Charge:
    """A line of a household's bill. `price` None: unknown, and nothing is charged (`amount` 0)."""

    key: Key
    ware: Ware
    quantity: Decimal
    price: Price | None
    amount: Decimal


class Posted(NamedTuple):
    """What all bills so far have charged for one key, less what was taken back."""

    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Difference:
    """What the next bill says of one key: the facts less what is posted."""

    key: Key
    quantity: Decimal
    price: Decimal | None
    amount: Decimal


def prices(bought: Iterable[Bought], listed: Mapping[tuple[str, str], Decimal]) -> dict[Ware, Price]:
    """Of what was bought and of what is on the list. `listed`: by goods and unit, the round's own prices.

    A substitute has no list price: nobody knew of it before the till.
    """
    paid: dict[Ware, Fraction] = defaultdict(Fraction)
    taken: dict[Ware, Fraction] = defaultdict(Fraction)
    for one in bought:
        if one.amount is not None:
            paid[one.ware] += Fraction(one.amount)
            taken[one.ware] += Fraction(one.quantity)
    found = {Ware(*good): Price(Fraction(price), is_paid=False) for good, price in listed.items()}
    return found | {ware: Price(paid[ware] / taken[ware], is_paid=True) for ware in taken if taken[ware]}


def charges(lines: Iterable[Handed], known: Mapping[Ware, Price]) -> list[Charge]:
    """What every household owes as the facts stand, without what was not handed over."""
    found = []
    for line in lines:
        for ware, quantity in _parts(line, line.delivered or ZERO, known):
            price = known.get(ware)
            key = Key(line.household, line.line, ware.name, line.unit)
            found.append(Charge(key, ware, quantity, price, price.of(quantity) if price else ZERO))
    return found


def _parts(line: Handed, quantity: Decimal, known: Mapping[Ware, Price]) -> list[tuple[Ware, Decimal]]:
    """`quantity` of a line as so much of the good and so much of what went instead.

    Where it is less than was due, nobody has said which of them is missing: it is the dearer one, in the household's
    favour. Where it is more (scales), the good itself is over.
    """
    if quantity <= 0:
        return []
    due = {Ware(line.goods, line.unit, name): much for name, much in line.due.items() if much > 0}
    if not due:
        return [(Ware(line.goods, line.unit), quantity)]
    left, parts = quantity, []
    cheap = sorted(due, key=lambda ware: (known[ware].exact if ware in known else 0, ware))
    for ware in cheap:
        taken = min(due[ware], left)
        if taken > 0:
            parts.append((ware, taken))
        left -= taken
    if left > 0:
        own = Ware(line.goods, line.unit)
        over = own if own in due else cheap[0]
        parts = [(ware, taken + left if ware == over else taken) for ware, taken in parts]
    return parts


def differences(now: Iterable[Charge], posted: Mapping[Key, Posted]) -> dict[int, list[Difference]]:
    """By household, what its next bill says: nothing where the ledger agrees with the facts already.

    A key that is not in the facts any more (an order that was withdrawn) is taken back in full. Two charges of one key
    add up. What costs nothing has no line.
    """
    wanted: dict[Key, list[Charge]] = defaultdict(list)
    for charge in now:
        wanted[charge.key].append(charge)
    found: dict[int, list[Difference]] = defaultdict(list)
    for key in sorted({*wanted, *posted}):
        rows, before = wanted.get(key, []), posted.get(key, Posted(ZERO, ZERO))
        amount = sum((row.amount for row in rows), ZERO) - before.amount
        if amount == 0:
            continue
        quantity = sum((row.quantity for row in rows), ZERO) - before.quantity
        price = next((row.price.shown for row in rows if row.price), None)
        found[key.household].append(Difference(key, quantity, price, amount))
    return dict(found)


def entries_of(lines: Sequence[Difference]) -> list[list[Difference]]:
    """The entries that a household's differences make: one, but where they come to zero in all, which no entry can
    say: then what is charged and what is given back are one each."""
    if not lines:
        return []
    if sum((line.amount for line in lines), ZERO):
        return [list(lines)]
    return [[line for line in lines if line.amount < 0], [line for line in lines if line.amount > 0]]


# ── the rest of a receipt ─────────────────────────


class Why(StrEnum):
    """As money.models.Entry.Why has them; what somebody must say by hand is no part that can be computed."""

    SURPLUS = "surplus"
    NEED = "need"
    REFUSED = "refused"
    DAMAGED = "damaged"
    ROUNDING = "rounding"
    TILL = "till"


class Some(NamedTuple):
    """So much of one ware."""

    ware: Ware
    quantity: Decimal


@dataclass(frozen=True)
class Part:
    """A part of the rest, in yuan; below zero where the till took less than it should have. `of`: which goods."""

    why: Why
    amount: Decimal
    of: tuple[Some, ...] = ()


@dataclass(frozen=True)
class Explained:
    """`parts` without those of nothing. What the program cannot explain is named beside them, in yuan:

    `unreceipted`: purchases that stand on no receipt; `beyond`: handed over and never bought (below zero).
    `unpriced` purchases have no amount and were taken at the price of the others or the list's; `unknown` have none.
    """

    parts: tuple[Part, ...]
    unreceipted: Decimal
    beyond: Part | None
    unpriced: int
    unknown: tuple[Some, ...]

    @property
    def total(self) -> Decimal:
        return sum((part.amount for part in self.parts), ZERO)


FATES = {Fate.REFUSED: Why.REFUSED, Fate.LOST: Why.DAMAGED}


def explain(
    *,
    receipts: Decimal,
    bought: Sequence[Bought],
    lines: Sequence[Handed],
    known: Mapping[Ware, Price],
    needy: Collection[tuple[str, str]] = (),
) -> Explained:
    """Where `receipts` yuan went that no household was charged for. `needy`: goods whose surplus goes to those in need.

    What was bought and not handed over counts at what it cost: first what was refused or lost on the way, as far as
    the lines say so, and the rest as surplus. What then remains between a good's cost and its charges are the cents
    that were rounded down.
    """
    cost, taken = _cost(bought, known)
    charged, handed = _charged(lines, known)
    amounts: dict[Why, Decimal] = defaultdict(lambda: ZERO)
    goods: dict[Why, list[Some]] = defaultdict(list)
    beyond, beyond_of = ZERO, []
    lost = _not_handed(lines, known)
    for ware in sorted({*cost, *charged}):
        price = known.get(ware)
        if price is None:
            continue
        left = taken[ware] - handed[ware]
        rest = cost[ware] - charged[ware]
        if left < 0:
            beyond += price.of(left)
            beyond_of.append(Some(ware, -left))
            rest -= price.of(left)
        for why in (Why.REFUSED, Why.DAMAGED, Why.NEED if ware[:2] in needy else Why.SURPLUS):
            much = max(min(left, lost[why, ware]) if why in FATES.values() else left, ZERO)
            if much:
                left -= much
                amounts[why] += price.of(much)
                goods[why].append(Some(ware, much))
                rest -= price.of(much)
        amounts[Why.ROUNDING] += rest
    on_receipt, unreceipted = (
        sum((_value(one, known) for one in bought if one.on_receipt is on), ZERO) for on in (True, False)
    )
    amounts[Why.TILL] = receipts - on_receipt
    return Explained(
        parts=tuple(Part(why, amounts[why], tuple(goods[why])) for why in Why if amounts[why]),
        unreceipted=unreceipted,
        beyond=Part(Why.SURPLUS, beyond, tuple(beyond_of)) if beyond else None,
        unpriced=sum(one.amount is None for one in bought),
        unknown=tuple(
            Some(ware, taken[ware] or handed[ware]) for ware in sorted({*taken, *handed}) if ware not in known
        ),
    )


@dataclass(frozen=True)
class WareRow:
    """One ware of the round: how much was bought for how much, and handed over for how much."""

    ware: Ware
    price: Price | None
    taken: Decimal
    cost: Decimal
    handed: Decimal
    charged: Decimal


def by_ware(bought: Iterable[Bought], lines: Iterable[Handed], known: Mapping[Ware, Price]) -> list[WareRow]:
    """By name, a substitute after what it stands for."""
    cost, taken = _cost(bought, known)
    charged, handed = _charged(lines, known)
    return [
        WareRow(ware, known.get(ware), taken[ware], cost[ware], handed[ware], charged[ware])
        for ware in sorted({*cost, *charged})
    ]


def _value(one: Bought, known: Mapping[Ware, Price]) -> Decimal:
    """Rounded up where it is reckoned, so that what was rounded down for the households is never below zero."""
    if one.amount is not None:
        return one.amount
    price = known.get(one.ware)
    return price.at_least(one.quantity) if price else ZERO


def _cost(
    bought: Iterable[Bought], known: Mapping[Ware, Price]
) -> tuple[defaultdict[Ware, Decimal], defaultdict[Ware, Decimal]]:
    cost: defaultdict[Ware, Decimal] = defaultdict(lambda: ZERO)
    taken: defaultdict[Ware, Decimal] = defaultdict(lambda: ZERO)
    for one in bought:
        cost[one.ware] += _value(one, known)
        taken[one.ware] += one.quantity
    return cost, taken


def _charged(
    lines: Iterable[Handed], known: Mapping[Ware, Price]
) -> tuple[defaultdict[Ware, Decimal], defaultdict[Ware, Decimal]]:
    amounts: defaultdict[Ware, Decimal] = defaultdict(lambda: ZERO)
    handed: defaultdict[Ware, Decimal] = defaultdict(lambda: ZERO)
    for charge in charges(lines, known):
        amounts[charge.ware] += charge.amount
        handed[charge.ware] += charge.quantity
    return amounts, handed


def _not_handed(lines: Iterable[Handed], known: Mapping[Ware, Price]) -> defaultdict[tuple[Why, Ware], Decimal]:
    """What was due and did not get there, by what became of it."""
    found: defaultdict[tuple[Why, Ware], Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        why = FATES.get(line.fate)
        if why is None or line.delivered is None:
            continue
        in_bag = line.packed if line.packed is not None else sum(line.due.values(), ZERO)
        got = dict(_parts(line, line.delivered, known))
        for ware, much in _parts(line, in_bag, known):
            found[why, ware] += max(much - got.get(ware, ZERO), ZERO)
    return found
