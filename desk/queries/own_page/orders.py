"""The household's orders: what can be ordered now, what comes when, what was short, what came."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from compound.days import Clock
from compound.models import Household
from orders import rules
from orders.doors import SERVED
from orders.models import Batch, HouseholdReport, Offer, Order, OrderLine, Purchase, Round, Stop
from orders.quantities import plain
from orders.queries.packing import substitutes_of
from orders.queries.shopping import standing

S, Outcome = Round.State, OrderLine.Outcome
# A settled round stays on the first page so long: the bag is opened, and something may be wrong with it.
FRESH = dt.timedelta(days=2)
# The page of earlier orders: a fortnight of two rounds a day is the most that anybody asks about.
PAST = dt.timedelta(days=14)
MOST_ROUNDS = 28
PER_PAGE = 7
# So long after the door somebody may say that something was wrong.
MAY_SPEAK = dt.timedelta(days=7)
# Goods that the card of an open round names.
NAMED = 3


@dataclass(frozen=True)
class OwnLine:
    """One good: how much was ordered, and in words what became of it. `kind` as of templates/components/chip.html."""

    line: OrderLine
    kind: str = ""
    word: str = ""
    note: str = ""

    @property
    def goods(self) -> str:
        return self.line.goods

    @property
    def amount(self) -> str:
        return f"{plain(self.line.ordered)}{self.line.unit}"


@dataclass
class OwnRound:
    """One round in which the household has ordered something: where it stands, its goods, and what was said of it."""

    round: Round
    orders: list[Order] = field(default_factory=list)
    lines: list[OwnLine] = field(default_factory=list)
    stands: str = ""
    reports: list[HouseholdReport] = field(default_factory=list)
    # Of what is offered at a price: what it comes to; None where a price is not known.
    about: Decimal | None = None
    can_speak: bool = False

    @property
    def received(self) -> HouseholdReport | None:
        return next((one for one in self.reports if one.kind == HouseholdReport.Kind.RECEIVED), None)

    @property
    def wrong(self) -> list[HouseholdReport]:
        return [one for one in self.reports if one.kind == HouseholdReport.Kind.WRONG]

    @property
    def own(self) -> Order | None:
        """What was ordered on this page, and can be changed here until the cut-off."""
        placed = [one for one in self.orders if one.channel == Order.Channel.HOUSEHOLD]
        return placed[0] if placed else None

    @property
    def others(self) -> list[Order]:
        """What was ordered in the chat or by telephone: whoever wrote it down changes it."""
        return [one for one in self.orders if one.channel != Order.Channel.HOUSEHOLD]

    @property
    def is_all_here(self) -> bool:
        """Everything came as it was ordered: a number says enough."""
        return bool(self.lines) and all(one.kind == "done" and not one.note for one in self.lines)

    @property
    def own_lines(self) -> list[OwnLine]:
        return [line for line in self.lines if self.own and line.line.order_id == self.own.pk]

    @property
    def other_lines(self) -> list[OwnLine]:
        return [line for line in self.lines if not self.own or line.line.order_id != self.own.pk]


@dataclass(frozen=True)
class OpenRound:
    """A round that takes orders now, what is on its list, and what the household has in it."""

    round: Round
    mine: OwnRound | None
    offers: Sequence[Offer]

    @property
    def goods(self) -> str:
        """Two rounds of one shop are told apart by it: the first goods of the list."""
        names = "、".join(offer.item.name for offer in self.offers[:NAMED])
        if len(self.offers) <= NAMED:
            return names
        return _("%(goods)s and more, %(count)d goods") % {"goods": names, "count": len(self.offers)}


@dataclass(frozen=True)
class OwnOrders:
    """`late`: came after the cut-off, kept until the coordinator takes them into a round."""

    open: list[OpenRound]
    coming: list[OwnRound]
    late: list[Order]
    has_past: bool


def own_orders_page(household: Household, clock: Clock) -> OwnOrders:
    """The first page's part: at most fourteen statements, however much was ordered."""
    now = clock.now
    open_rounds = list(
        Round.objects.filter(compound=household.compound_id, state=S.OPEN, opens_at__lte=now, cutoff_at__gt=now)
        .select_related("supply_point")
        .prefetch_related(Prefetch("offers", queryset=Offer.objects.select_related("item__section")))
        .order_by("cutoff_at")
    )
    near = Q(state__in=[S.OPEN, S.CLOSED, S.SHOPPING, S.DELIVERING]) | Q(
        state__in=[S.SETTLED, S.CANCELLED], state_at__gt=now - FRESH
    )
    rounds = _rounds(household, clock, near)
    by_pk = {own.round.pk: own for own in rounds}
    late = household.orders.filter(state=Order.State.LATE, entered_at__gt=now - PAST)
    return OwnOrders(
        open=[OpenRound(one, by_pk.get(one.pk), in_order(one.offers.all())) for one in open_rounds],
        coming=[own for own in rounds if not own.round.takes_orders(now)],
        late=list(late.select_related("round").prefetch_related("lines").order_by("-entered_at")[:5]),
        has_past=bool(rounds) or household.orders.exists(),
    )


def past_rounds(household: Household, clock: Clock, *, page: int = 1) -> tuple[list[OwnRound], bool]:
    """What was ordered within the last two weeks and is over, newest first, and whether there are earlier ones.

    An old phone gets `PER_PAGE` at once, from `page` 1. At most eleven statements.
    """
    over = Q(state__in=[S.DELIVERING, S.SETTLED, S.CANCELLED], cutoff_at__gt=clock.now - PAST)
    orders = household.orders.filter(state=Order.State.PLACED, round__in=Round.objects.filter(over))
    ids = list(orders.order_by("-round__cutoff_at", "round").values_list("round", flat=True).distinct()[:MOST_ROUNDS])
    end = page * PER_PAGE
    return _rounds(household, clock, Q(pk__in=ids[end - PER_PAGE : end])), end < len(ids)


def own_round(household: Household, round_id: uuid.UUID, clock: Clock) -> OwnRound | None:
    """One round in which the household has ordered; None where it has not, or where it is another compound's."""
    return next(iter(_rounds(household, clock, Q(pk=round_id))), None)


def _rounds(household: Household, clock: Clock, which: Q) -> list[OwnRound]:
    """Newest cut-off first, with lines, reports and where each stands."""
    orders = (
        household.orders.filter(state=Order.State.PLACED)
        .filter(round__in=Round.objects.filter(which, compound=household.compound_id))
        .select_related("round__supply_point")
        .order_by("-round__cutoff_at", "entered_at", "pk")[: MOST_ROUNDS * 4]
    )
    found: dict[uuid.UUID, OwnRound] = {}
    for order in orders:
        found.setdefault(order.round_id, OwnRound(order.round)).orders.append(order)
    if not found:
        return []
    _fill_lines(found)
    for report in HouseholdReport.objects.filter(household=household, round__in=found).select_related("line"):
        found[report.round_id].reports.append(report)
    stops = _stops(household, found)
    for own in found.values():
        own.stands = _stands(own, stops.get(own.round.pk), clock)
        own.can_speak = _can_speak(own, clock.now)
    return list(found.values())


def _fill_lines(found: dict[uuid.UUID, OwnRound]) -> None:
    orders = {order.pk: own for own in found.values() for order in own.orders}
    lines = list(
        OrderLine.objects.filter(order__in=orders).select_related("order", "item").order_by("order", "position", "pk")
    )
    others = substitutes_of([line.pk for line in lines if line.allocated_instead])
    short = _not_to_be_had(own.round for own in found.values())
    for line in lines:
        own = orders[line.order_id]
        is_short = (own.round.pk, line.goods, line.unit) in short
        own.lines.append(_own_line(line, own.round, *others.get(line.pk, ("", None)), is_short=is_short))
    prices = {
        (offer.round_id, offer.item_id): offer.price
        for offer in Offer.objects.filter(round__in=found).only("round", "item", "price")
    }
    for own in found.values():
        known = [prices.get((own.round.pk, one.line.item_id or 0)) for one in own.lines]
        if known and all(price is not None for price in known):
            sums = (one.line.ordered * price for one, price in zip(own.lines, known, strict=True) if price is not None)
            own.about = sum(sums, Decimal(0)).quantize(Decimal("0.01"))


def _not_to_be_had(rounds: Iterable[Round]) -> set[tuple[uuid.UUID, str, str]]:
    """Goods of which a shopper has said that there are none, and nothing was bought. One statement, or none."""
    ids = [one.pk for one in rounds if one.state in (S.SHOPPING, S.DELIVERING, S.SETTLED)]
    if not ids:
        return set()
    kinds: dict[tuple[uuid.UUID, str, str], set[str]] = defaultdict(set)
    rows = standing(Purchase.objects.filter(good__round__in=ids)).order_by()
    for round_id, goods, unit, kind in rows.values_list("good__round", "good__goods", "good__unit", "kind"):
        kinds[round_id, goods, unit].add(kind)
    return {key for key, said in kinds.items() if said == {Purchase.Kind.SHORT.value}}


def _own_line(line: OrderLine, round: Round, instead: str, other: Decimal | None, *, is_short: bool) -> OwnLine:
    due = rules.due(line)
    note = ""
    if other:
        note = _("%(goods)s instead") % {"goods": f"{instead} {plain(other)}"}
    if line.outcome:
        return _at_the_door(line, note)
    if round.state == S.CANCELLED:
        return OwnLine(line, "no", _("not bought"), _("this round was cancelled"))
    if line.closed_at is not None:
        return OwnLine(line, "no", _("will not be brought"), line.closed_reason)
    if line.allocated is not None or line.allocated_instead is not None or line.packed is not None:
        own = due - (other or 0)
        if own <= 0:
            return OwnLine(line, "no", _("could not be had"), note)
        if not rules.is_enough(due, ordered=line.ordered, is_weighed=rules.is_weighed(line)) or other:
            few = _("only %(amount)s: there was not enough for all") % {"amount": f"{plain(own)}{line.unit}"}
            return OwnLine(line, "wait", few, note)
        return OwnLine(line, "", "", note)
    if is_short:
        return OwnLine(line, "no", _("could not be had"))
    if round.state == S.SETTLED:
        return OwnLine(line, "wait", _("not delivered"))
    return OwnLine(line)


def _at_the_door(line: OrderLine, note: str) -> OwnLine:
    came = line.delivered or Decimal(0)
    if line.outcome in SERVED:
        said = _("left at the door") if line.outcome == Outcome.LEFT else _("brought to you")
        amount = "" if came == line.ordered else f" {plain(came)}{line.unit}"
        return OwnLine(line, "done", f"{said}{amount}", note)
    if line.outcome == Outcome.MISSING:
        if came:
            return OwnLine(line, "wait", _("%(amount)s came") % {"amount": f"{plain(came)}{line.unit}"}, note)
        return OwnLine(line, "no", _("did not arrive"), note)
    words = {
        Outcome.REFUSED.value: _("not taken at the door"),
        Outcome.NOBODY_HOME.value: _("nobody was home: it comes again"),
        Outcome.DAMAGED.value: _("damaged"),
    }
    return OwnLine(line, "no", words.get(line.outcome, str(line.get_outcome_display())), note)


def _stops(household: Household, rounds: Iterable[uuid.UUID]) -> dict[uuid.UUID, Stop]:
    """The trip that each round's bag is on now. One statement."""
    rows = Stop.objects.filter(household=household, round__in=list(rounds), ended_at=None)
    rows = rows.filter(trip__batch__state__in=[Batch.State.PLANNED, Batch.State.OUT]).select_related("trip__batch")
    return {row.round_id: row for row in rows}


def _stands(own: OwnRound, stop: Stop | None, clock: Clock) -> str:
    """One sentence: where it is, and when it comes as far as somebody has said so."""
    round = own.round
    ends = [one.line.outcome_at for one in own.lines if one.line.outcome_at is not None]
    if own.lines and len(ends) == len(own.lines):
        return _("At your door %(when)s") % {"when": clock.when(max(ends))}
    if round.state == S.CANCELLED:
        return _("Cancelled: %(why)s") % {"why": round.cancel_reason}
    if stop is not None and stop.trip.batch.state == Batch.State.OUT:
        return _("On its way to you, left %(when)s") % {"when": clock.when(stop.trip.batch.state_at)}
    if stop is not None:
        return _("Packed. It leaves for you %(when)s") % {"when": clock.when(stop.trip.batch.leaves_at)}
    if round.state == S.OPEN and clock.now < round.cutoff_at:
        return _("Ordered. Can be changed until %(when)s") % {"when": clock.when(round.cutoff_at)}
    return {
        S.OPEN.value: _("Orders have closed. Next it is bought."),
        S.CLOSED.value: _("Orders have closed. Next it is bought."),
        S.SHOPPING.value: _("Being bought now."),
        S.DELIVERING.value: _("Being carried to the doors."),
        S.SETTLED.value: _("This round is over."),
    }.get(round.state, "")


def _can_speak(own: OwnRound, now: dt.datetime) -> bool:
    if own.round.state not in (S.DELIVERING, S.SETTLED) and not any(one.line.outcome for one in own.lines):
        return False
    return own.round.state == S.DELIVERING or own.round.state_at > now - MAY_SPEAK


# ── the order form ────────────────────────────────


def offers_of(round: Round) -> list[Offer]:
    """In the order in which the list shows them, section by section. One statement."""
    return in_order(round.offers.select_related("item__section"))


def in_order(offers: Iterable[Offer]) -> list[Offer]:
    """As `offers_of`, for offers that are there with item and section."""
    return sorted(
        offers,
        key=lambda offer: (
            offer.item.section.position if offer.item.section else 1 << 15,
            offer.item.section.name if offer.item.section else "",
            offer.position,
            offer.pk,
        ),
    )


def last_order(household: Household, *, offers: Sequence[Offer]) -> Order | None:
    """What “again” repeats: the newest order that was carried out and has a good of this list."""
    orders = household.orders.filter(state=Order.State.PLACED, round__state__in=[S.DELIVERING, S.SETTLED])
    offered = OrderLine.objects.filter(
        order=OuterRef("pk"), item__in=[offer.item_id for offer in offers], unit=F("item__unit")
    )
    rows = orders.filter(Exists(offered)).select_related("round").prefetch_related("lines__item")
    return rows.order_by("-round__cutoff_at", "-entered_at").first()
