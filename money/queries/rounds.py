"""The money of one round: what its facts say, what is posted, and what is left to explain."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum

from compound.models import Household
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
    Ware,
    WareRow,
    Why,
    by_ware,
    charges,
    differences,
    explain,
    prices,
)
from money.models import Account, BillLine, Entry, Posting
from orders.models import Allotment, Offer, Order, OrderLine, Purchase, Receipt, Round
from orders.queries.shopping import standing

ZERO = Decimal(0)
Outcome = OrderLine.Outcome
FATES = {Outcome.REFUSED: Fate.REFUSED, Outcome.DAMAGED: Fate.LOST, Outcome.MISSING: Fate.LOST}


@dataclass(frozen=True)
class RoundFacts:
    """What was bought and handed over, and what the round's ledger says by now.

    `left` is the balance of the account of goods over this round: paid at tills, and neither charged nor explained.
    """

    round: Round
    bought: tuple[Bought, ...]
    lines: tuple[Handed, ...]
    known: Mapping[Ware, Price]
    needy: frozenset[tuple[str, str]]
    posted: Mapping[Key, Posted]
    receipts: Decimal
    rests: Mapping[str, Decimal]
    left: Decimal

    @cached_property
    def charges(self) -> list[Charge]:
        return charges(self.lines, self.known)

    @cached_property
    def unbilled(self) -> dict[int, list[Difference]]:
        """By household's primary key."""
        return differences(self.charges, self.posted)

    @cached_property
    def explained(self) -> Explained:
        return explain(receipts=self.receipts, bought=self.bought, lines=self.lines, known=self.known, needy=self.needy)

    @cached_property
    def wares(self) -> list[WareRow]:
        return by_ware(self.bought, self.lines, self.known)

    @property
    def charged(self) -> Decimal:
        """By all bills so far."""
        return sum((row.amount for row in self.posted.values()), ZERO)

    @property
    def to_bill(self) -> Decimal:
        return sum((row.amount for rows in self.unbilled.values() for row in rows), ZERO)

    @property
    def explained_by_now(self) -> Decimal:
        return sum(self.rests.values(), ZERO)

    @property
    def proposals(self) -> tuple[Part, ...]:
        """The computed parts less what is posted of each already."""
        parts = {part.why: part for part in self.explained.parts}
        computed = (parts.get(why, Part(why, ZERO)) for why in Why)
        left = (Part(part.why, part.amount - self.rests.get(part.why, ZERO), part.of) for part in computed)
        return tuple(part for part in left if part.amount)

    @property
    def is_under_way(self) -> bool:
        """Something is not handed over yet or stands on no receipt: what is left over cannot be known yet."""
        if self.round.state in (Round.State.SETTLED, Round.State.CANCELLED):
            return False
        return any(line.delivered is None for line in self.lines) or (bool(self.bought) and not self.receipts)

    @property
    def unexplained(self) -> Decimal:
        """What would still be left once all bills are written and everything proposed is posted."""
        return self.left - self.to_bill - sum((part.amount for part in self.proposals), ZERO)


# Of a line, in this order.
COLUMNS = (
    "pk", "order__round", "order__household", "goods", "unit", "item", "item__unit",
    "ordered", "allocated", "allocated_instead", "packed", "delivered", "outcome",
)  # fmt: skip


def facts_of(round: Round) -> RoundFacts:
    """Eight statements, however many households. Whoever is going to write holds the round's row."""
    bought = bought_in([round])[round.pk]
    placed = OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
    rows = list(placed.order_by("pk").values_list(*COLUMNS, named=True))
    listed, needy = offered([round], rows)[round.pk]
    return RoundFacts(
        round=round,
        bought=tuple(bought),
        lines=tuple(handed(rows)),
        known=prices(bought, listed),
        needy=frozenset(needy),
        posted=_posted(round),
        receipts=Receipt.objects.filter(round=round, void_at=None).aggregate(sum=Sum("total"))["sum"] or ZERO,
        rests=_rests(round),
        left=Posting.objects.filter(entry__round=round, account__kind=Account.Kind.GOODS).aggregate(sum=Sum("amount"))[
            "sum"
        ]
        or ZERO,
    )


def bought_in(rounds: Collection[Round]) -> dict[UUID, list[Bought]]:
    """By round's primary key, what was bought for it. One statement."""
    rows = standing(Purchase.objects.filter(good__round__in=rounds)).exclude(kind=Purchase.Kind.SHORT)
    covered = Exists(Receipt.objects.filter(purchases=OuterRef("pk"), void_at=None))
    values = rows.annotate(covered=covered).order_by("at", "pk")
    found: dict[UUID, list[Bought]] = {round.pk: [] for round in rounds}
    for round, goods, unit, instead, quantity, amount, on_receipt in values.values_list(
        "good__round", "good__goods", "good__unit", "instead", "quantity", "amount", "covered"
    ):
        found[round].append(Bought(Ware(goods, unit, instead), quantity, amount, on_receipt))
    return found


class Offered(NamedTuple):
    """What a round's list says of goods in their own unit: prices, and of which the surplus goes to those in need."""

    listed: dict[tuple[str, str], Decimal]
    needy: set[tuple[str, str]]


def offered(rounds: Collection[Round], rows: Iterable[Any]) -> dict[UUID, Offered]:
    """By round's primary key, of the goods in `rows`. One statement."""
    offers = {
        (offer.round_id, offer.item_id): offer
        for offer in Offer.objects.filter(round__in=rounds).only("round", "item", "price", "surplus")
    }
    found = {round.pk: Offered({}, set()) for round in rounds}
    for row in rows:
        offer = offers.get((row.order__round, row.item)) if row.item__unit == row.unit else None
        if offer is None:
            continue
        if offer.price is not None:
            found[row.order__round].listed[row.goods, row.unit] = offer.price
        if offer.surplus == Offer.Surplus.NEED:
            found[row.order__round].needy.add((row.goods, row.unit))
    return found


def handed(rows: Iterable[Any]) -> Iterator[Handed]:
    """One statement, where something else went with a line."""
    rows = list(rows)
    others: dict[int, dict[str, Decimal]] = defaultdict(dict)
    in_force = Allotment.objects.filter(sharing__applied_at__isnull=False, sharing__replaced_at=None, quantity__gt=0)
    if instead := [row.pk for row in rows if row.allocated_instead]:
        found = in_force.filter(line__in=instead).exclude(sharing__instead="")
        for line, name, quantity in found.values_list("line", "sharing__instead", "quantity"):
            others[line][name] = quantity
    for row in rows:
        is_shared = row.allocated is not None or row.allocated_instead is not None
        own = (row.allocated or ZERO) if is_shared else row.ordered
        yield Handed(
            line=row.pk,
            household=row.order__household,
            goods=row.goods,
            unit=row.unit,
            delivered=row.delivered,
            due={"": own, **others.get(row.pk, {})},
            packed=row.packed,
            fate=FATES.get(row.outcome, Fate.KEPT),
        )


def _posted(round: Round) -> dict[Key, Posted]:
    """A reversal's lines count against those that it takes back."""
    rows = BillLine.objects.filter(entry__round=round, line__isnull=False)
    sums = rows.values_list("line__order__household", "line", "goods", "unit").order_by()
    return {
        Key(household, line, goods, unit): Posted(quantity, amount)
        for household, line, goods, unit, quantity, amount in sums.annotate(
            quantities=Sum("quantity"), amounts=Sum("amount")
        )
    }


def _rests(round: Round) -> dict[str, Decimal]:
    """What was explained by now, by what it is; a reversal is of the kind of what it takes back, however deep."""
    rows = list(
        Posting.objects.filter(entry__round=round, account__kind=Account.Kind.REST).values_list(
            "entry", "entry__reverses", "entry__why", "amount"
        )
    )
    reverses: dict[UUID, UUID | None] = {entry: back for entry, back, _why, _amount in rows}
    whys = {entry: why for entry, _back, why, _amount in rows}
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry, _back, _why, amount in rows:
        root: UUID = entry
        while (back := reverses.get(root)) is not None:
            root = back
        found[whys.get(root) or Entry.Why.OTHER.value] += amount
    return dict(found)


# ── for the page ──────────────────────────────────


@dataclass(frozen=True)
class HouseholdBill:
    """A door of the round: charged by now, and what its next bill would say."""

    household: Household
    charged: Decimal
    to_bill: Decimal
    lines: tuple[Charge, ...]

    @property
    def unknown(self) -> tuple[Charge, ...]:
        return tuple(line for line in self.lines if line.price is None)


def bills_of(facts: RoundFacts) -> list[HouseholdBill]:
    """Every household that has or gets a bill, in walking order of the buildings. One statement."""
    charged: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for key, posted in facts.posted.items():
        charged[key.household] += posted.amount
    lines: dict[int, list[Charge]] = defaultdict(list)
    for charge in facts.charges:
        lines[charge.key.household].append(charge)
    doors = Household.objects.filter(pk__in={*charged, *lines}).select_related("building", "unit")
    return [
        HouseholdBill(
            door,
            charged[door.pk],
            sum((row.amount for row in facts.unbilled.get(door.pk, ())), ZERO),
            tuple(lines[door.pk]),
        )
        for door in doors.order_by("building__sort_key", "sort_key")
    ]
