"""What came short in a round, who claims it, and how it was shared out."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from compound.models import Household
from orders.allocation import Claim, Problem
from orders.models import (
    Allotment,
    Order,
    OrderLine,
    Purchase,
    Round,
    RoundGood,
    Sharing,
    SharingRule,
    SubstituteWish,
)
from orders.quantities import plain
from orders.queries.sharing_memory import memory_of
from orders.sharing_rule import tier_of
from orders.shelf import is_enough

ZERO = Decimal(0)
Wish = SubstituteWish.Wish


@dataclass
class Bought:
    """What the shoppers said of one good. `said`: anything at all, be it that there was none."""

    quantity: Decimal = ZERO
    instead: dict[str, Decimal] = field(default_factory=dict)
    said: bool = False


@dataclass
class GoodRow:
    """A good of a round with what was needed and bought. `in_force`, `draft`: of the good itself."""

    good: RoundGood
    needed: Decimal
    households: int
    bought: Bought
    in_force: Sharing | None = None
    draft: Sharing | None = None
    substitutes: list["SubstituteRow"] = field(default_factory=list)
    # Nobody has said anything of it, and it may still be bought.
    waits: bool = False

    @property
    def short(self) -> Decimal:
        """0 as well where the scales are off by as little as the shopping list overlooks."""
        item = self.good.item
        if is_enough(self.bought.quantity, ordered=self.needed, is_weighed=item is not None and item.is_weighed):
            return ZERO
        return max(self.needed - self.bought.quantity, ZERO)

    @property
    def is_stale(self) -> bool:
        """More or less was bought, or ordered, than when it was shared out."""
        return self.in_force is not None and not self._fits(self.in_force)

    @property
    def has_draft(self) -> bool:
        """Somebody has looked how it would go, and the figures are still the same."""
        return self.draft is not None and self._fits(self.draft)

    @property
    def is_left_short(self) -> bool:
        """The shoppers got less than was ordered, and nobody has said who goes without."""
        return self.bought.said and self.short > 0 and self.in_force is None

    @property
    def is_given_twice(self) -> bool:
        """More was shared out than is there: purchases have been taken back since."""
        return self.in_force is not None and self.bought.quantity < self.in_force.arrived

    @property
    def is_to_do(self) -> bool:
        if self.in_force is not None:
            return self.is_stale
        return self.short > 0 and not self.waits

    def _fits(self, sharing: Sharing) -> bool:
        return sharing.arrived == self.bought.quantity and wanted_in(sharing) == self.needed


@dataclass
class SubstituteRow:
    """Something bought instead of a good. `in_force`, `draft`: of the substitute."""

    instead: str
    quantity: Decimal
    in_force: Sharing | None = None
    draft: Sharing | None = None

    @property
    def is_to_do(self) -> bool:
        return self.in_force is None or self.in_force.arrived != self.quantity


def wanted_in(sharing: Sharing) -> Decimal:
    return sum((Decimal(claim["wants"]) for claim in sharing.claims["claims"]), ZERO)


def problem_of(sharing: Sharing) -> Problem:
    """All that went into a sharing, as `orders.allocation` and `manage.py share` read it."""
    return Problem.from_json(file_of(sharing))


def file_of(sharing: Sharing) -> dict[str, Any]:
    return {
        "arrived": plain(sharing.arrived),
        "seed": sharing.seed,
        "rule": sharing.rule,
        "claims": sharing.claims["claims"],
    }


def lines_of(good: RoundGood) -> QuerySet[OrderLine]:
    """The lines that one good of a shopping list stands for."""
    return OrderLine.objects.filter(
        order__round=good.round_id, order__state=Order.State.PLACED, goods=good.goods, unit=good.unit
    )


def bought_of(round: Round, good: RoundGood | None = None) -> dict[Any, Bought]:
    """By the good's id, of those that somebody has said something about. One statement."""
    rows = Purchase.objects.filter(good__round=round, taken_back_by__isnull=True).exclude(kind=Purchase.Kind.VOID)
    if good is not None:
        rows = rows.filter(good=good)
    found: dict[Any, Bought] = defaultdict(Bought)
    for good_id, kind, instead, quantity in (
        rows.values_list("good", "kind", "instead").annotate(sum=Sum("quantity")).order_by("instead")
    ):
        one = found[good_id]
        one.said = True
        if kind == Purchase.Kind.BOUGHT:
            one.quantity += quantity
        elif kind == Purchase.Kind.SUBSTITUTE:
            one.instead[instead] = quantity
    return dict(found)


def goods_rows(round: Round) -> list[GoodRow]:
    """Every good of the round that anybody ordered, in the order of the shopping list. Four statements."""
    needs = {
        (goods, unit): (needed, households)
        for goods, unit, needed, households in OrderLine.objects.filter(
            order__round=round, order__state=Order.State.PLACED
        )
        .values_list("goods", "unit")
        .annotate(needed=Sum("ordered"), households=Count("order__household", distinct=True))
        .order_by()
    }
    bought = bought_of(round)
    waits = round.state in (Round.State.OPEN, Round.State.CLOSED, Round.State.SHOPPING)
    rows = {}
    for good in round.goods.select_related("item__section").order_by("item__section__position", "goods", "unit"):
        needed, households = needs.get((good.goods, good.unit), (ZERO, 0))
        said = bought.get(good.pk, Bought())
        if households == 0 and not said.said:
            continue
        row = GoodRow(good, needed, households, said, waits=waits and not said.said)
        row.substitutes = [SubstituteRow(name, quantity) for name, quantity in said.instead.items()]
        rows[good.pk] = row
    _add_sharings(round, rows)
    return list(rows.values())


def _add_sharings(round: Round, rows: Mapping[Any, GoodRow]) -> None:
    sharings = Sharing.objects.filter(good__round=round, replaced_at__isnull=True).select_related("made_by")
    for sharing in sharings.order_by("made_at"):
        row = rows.get(sharing.good_id)
        if row is None:
            continue
        place: GoodRow | SubstituteRow = row
        if sharing.instead:
            found = next((one for one in row.substitutes if one.instead == sharing.instead), None)
            if found is None:
                continue
            place = found
        if sharing.applied_at is not None:
            place.in_force = sharing
        else:
            place.draft = sharing


# ── claims ────────────────────────────────────────


@dataclass(frozen=True)
class Asking:
    """A line that still wants something, with what the rules look at. `wish`: what its household wants instead."""

    line: int
    household: int
    room: str
    wants: Decimal
    tags: frozenset[str]
    people: int
    came: str
    wish: str


def asking_of(good: RoundGood, *, instead: str = "") -> list[Asking]:
    """Lines of a good, or with `instead` what they still lack of it. In walking order. Two or three statements."""
    rows = list(
        lines_of(good)
        .order_by("order__household__sort_key", "order__entered_at", "position", "pk")
        .values_list(
            "pk",
            "order__household",
            "order__household__room",
            "ordered",
            "allocated",
            "order__household__head_count",
            "order__entered_at",
            "position",
            "order__household__substitute_wish__wish",
        )
    )
    tags: dict[int, set[str]] = defaultdict(set)
    through = Household.tags.through.objects.filter(household__in={row[1] for row in rows})
    for household, tag in through.values_list("household_id", "tag__code"):
        tags[household].add(tag)
    others = _got_instead(good, but=instead) if instead else {}
    asking = []
    for line, household, room, ordered, allocated, people, entered_at, position, wish in rows:
        wants = ordered - (allocated or ZERO) - others.get(line, ZERO) if instead else ordered
        if wants > 0:
            came = f"{entered_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ} {position:03d}"
            asking.append(
                Asking(line, household, room, wants, frozenset(tags[household]), people, came, wish or Wish.CALL)
            )
    return asking


def _got_instead(good: RoundGood, *, but: str) -> dict[int, Decimal]:
    """By line what it gets of other substitutes of the good."""
    rows = Allotment.objects.filter(
        sharing__good=good, sharing__applied_at__isnull=False, sharing__replaced_at__isnull=True
    ).exclude(sharing__instead__in=["", but])
    return dict(rows.values_list("line").annotate(sum=Sum("quantity")).order_by())


def takes_instead(asking: Asking, called: Collection[str]) -> bool:
    """Whether a household gets a substitute: similar is all right, or it was called and said yes."""
    return asking.wish == Wish.SIMILAR or (asking.wish == Wish.CALL and asking.room in called)


def claims_of(
    good: RoundGood, rule: SharingRule, *, instead: str = "", called: Collection[str] = ()
) -> tuple[Claim, ...]:
    """Who claims how much of it. Five statements."""
    missed = memory_of(good)
    return tuple(
        Claim(
            id=str(one.line),
            household=one.room,
            wants=one.wants,
            tier=tier_of(rule, one.tags),
            people=one.people,
            missed=missed.get(one.household, 0),
            came=one.came,
        )
        for one in asking_of(good, instead=instead)
        if not instead or takes_instead(one, called)
    )


def claims_again(sharing: Sharing) -> tuple[Claim, ...]:
    """The claims as they are now, under the tiers as they were then: equal to the stored ones unless facts changed."""
    tiers = sharing.rule["tiers"]
    rule = SharingRule(tiers=tiers)
    called = sharing.claims.get("called", ())
    return claims_of(sharing.good, rule, instead=sharing.instead, called=called)


def arrived_of(good: RoundGood, *, instead: str = "") -> Decimal:
    """What there is to share out. One statement."""
    bought = bought_of(good.round, good).get(good.pk, Bought())
    return bought.instead.get(instead, ZERO) if instead else bought.quantity


def in_force(round: Round) -> QuerySet[Sharing]:
    """What holds in a round, goods before their substitutes."""
    sharings = Sharing.objects.filter(good__round=round, applied_at__isnull=False, replaced_at__isnull=True)
    return sharings.select_related("good", "applied_by").order_by("good__goods", "good__unit", "instead")


def packed_lines(good: RoundGood) -> int:
    """Bags that hold another quantity of this good than was allotted, with what goes instead. One statement."""
    allotted = Coalesce("allocated", ZERO) + Coalesce("allocated_instead", ZERO)
    return lines_of(good).filter(packed__isnull=False).exclude(packed=allotted).count()


# ── not shared out ────────────────────────────────


def short_goods(round: Round) -> list[RoundGood]:
    """Goods of which less was bought than is needed and that nobody has shared out. Four statements.

    What no shopper has spoken of counts as bought: a round that is run on paper says nothing here.
    """
    return [row.good for row in goods_rows(round) if row.is_left_short]
