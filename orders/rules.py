"""What may happen to a round, an order and a delivery. Pure: no database, no clock."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from compound.refusals import Refusal
from orders.models import Batch, Order, OrderLine, Round
from orders.shelf import WEIGHED_SLACK
from orders.shelf import is_enough as is_enough

S = Round.State
# A run may have left so much earlier than it was planned for.
BEFORE_ITS_TIME = dt.timedelta(hours=1)

# One direction only. A round is closed by its cut-off, never by hand before anybody could see it coming.
NEXT_STATES: dict[str, tuple[str, ...]] = {
    S.OPEN: (S.CLOSED, S.CANCELLED),
    S.CLOSED: (S.SHOPPING, S.CANCELLED),
    S.SHOPPING: (S.DELIVERING, S.CANCELLED),
    S.DELIVERING: (S.SETTLED,),
    S.SETTLED: (),
    S.CANCELLED: (),
}


def check_next_state(round: Round, to: str) -> None:
    """Raises `round_state` unless the round may go from its state to `to`."""
    if to not in NEXT_STATES[round.state]:
        raise Refusal(
            "round_state",
            _("This round is “%(now)s” and cannot become “%(then)s”. Load the page again to see where it stands.")
            % {"now": round.get_state_display(), "then": Round.State(to).label},
            now=round.state,
            then=to,
        )


def check_cutoff(round: Round, *, cutoff_at: dt.datetime, at: dt.datetime) -> None:
    """A cut-off moves only while the round is open, and only to a moment still to come."""
    if round.state != S.OPEN or round.cutoff_at <= at:
        raise Refusal("round_closed", _("The cut-off has passed: it cannot be moved any more."))
    if cutoff_at <= at:
        raise Refusal("cutoff_past", _("The new cut-off has passed already: choose a later time."))
    if cutoff_at <= round.opens_at:
        raise Refusal("cutoff_before_opening", _("The cut-off must come after the opening."))


def order_state(round: Round, at: dt.datetime) -> str:
    """`placed` or `late` for an order written at `at`. An order is never refused for coming late.

    Raises `round_cancelled` and `round_not_open_yet`: those have another round to go to.
    """
    if round.state == S.CANCELLED:
        raise Refusal("round_cancelled", _("This round was cancelled: enter the order in another one."))
    if at < round.opens_at:
        raise Refusal("round_not_open_yet", _("This round does not take orders yet: choose the one that is open."))
    return Order.State.PLACED if round.takes_orders(at) else Order.State.LATE


def may_withdraw(round: Round, order_state: str) -> bool:
    """An order ends until its goods are on their way; a late one has none yet."""
    return order_state == Order.State.LATE or round.state not in (S.DELIVERING, S.SETTLED)


# What is ordered in the evening is bought next morning: until then a line without a mark is on its way, not owed.
ON_ITS_WAY = dt.timedelta(days=1)


def over_cap(ordered: Decimal, cap: Decimal | None) -> bool:
    return cap is not None and ordered > cap


def to_pack(line: OrderLine) -> Decimal:
    """What belongs into the bag for this line: as shared out (with what goes instead), else as ordered."""
    if line.allocated is None and line.allocated_instead is None:
        return line.ordered
    return (line.allocated or Decimal(0)) + (line.allocated_instead or Decimal(0))


def most_to_pack(line: OrderLine) -> Decimal | None:
    """What goes into the bag for this line at the most; None where the scales alone say so.

    Goods that are weighed are never to the gram; but of what was shared out the others have their parts: there no more
    may be over than is still the same on any scales.
    """
    if not is_weighed(line):
        return to_pack(line)
    if line.allocated is None and line.allocated_instead is None:
        return None
    return to_pack(line) * (1 + WEIGHED_SLACK)


def due(line: OrderLine) -> Decimal:
    """What is handed over at the door: as packed, else what belongs into the bag."""
    return line.packed if line.packed is not None else to_pack(line)


def is_weighed(line: OrderLine) -> bool:
    return line.item is not None and line.item.is_weighed


def handed_over(outcome: str, *, ordered: Decimal, quantity: Decimal, is_weighed: bool = False) -> tuple[str, Decimal]:
    """Delivered, or left at the door, when nothing is missing; else `missing` with what did arrive."""
    enough = is_enough(quantity, ordered=ordered, is_weighed=is_weighed)
    return (outcome if enough else OrderLine.Outcome.MISSING), quantity


def check_arrived(line: OrderLine, arrived: Decimal) -> None:
    """Raises `missing_not_less` where what is said to have come of a missing line is all of it, or less than none."""
    if not 0 <= arrived < line.ordered:
        raise Refusal(
            "missing_not_less",
            _("What arrived must be less than what was ordered, else nothing is missing."),
        )


# Marks come back on paper until the round is settled; corrections stay possible after that. What was carried to a
# door before its round was cancelled has been carried all the same.
def can_have_been_delivered(round: Round, at: dt.datetime) -> bool:
    return round.state != S.OPEN or round.cutoff_at <= at


def is_quiet(time: dt.time, *, quiet_from: dt.time, quiet_until: dt.time) -> bool:
    """Whether nobody rings at a door at this time of the wall clock; the same hour twice means never."""
    if quiet_from <= quiet_until:
        return quiet_from <= time < quiet_until
    return time >= quiet_from or time < quiet_until


def begins_at(batch: Batch) -> dt.datetime:
    """From when on a word about a door is this run's own: where it is tried once more an old one stands there."""
    if batch.state == Batch.State.OUT:
        return batch.state_at
    # A runner may be at its doors as soon as it is planned, whatever its time.
    before = batch.leaves_at - BEFORE_ITS_TIME
    return min(batch.state_at, before) if batch.state == Batch.State.PLANNED else before
