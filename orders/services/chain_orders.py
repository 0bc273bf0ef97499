"""What the decided entries of a paste become: orders placed, replaced, withdrawn. Under the round's lock."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from orders import rules
from orders.models import ChainEntry, ChainImport, ChainSource, Order, OrderLine, Round
from orders.services.locks import lock_round
from orders.services.orders import Catalogue, as_line, end_orders, new_lines
from orders.services.sheet_requests import renew_sheets

Change, Decision, Status = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status


def lock_paste(chain_import: ChainImport) -> tuple[Round, ChainImport]:
    """Both rows locked, in the one order; `chain_import` as it stands now."""
    round = lock_round(chain_import.round_id)
    locked = ChainImport.objects.select_for_update(of=("self",)).select_related("source__building", "round")
    return round, locked.get(pk=chain_import.pk)


def review_over() -> Refusal:
    return Refusal("review_over", _("This paste is finished: paste the text again to change something."))


def record(action: str, chain_import: ChainImport, round: Round, by: User, at: dt.datetime, **facts: object) -> None:
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action=action,
        subject=str(chain_import.pk),
        text=f"{round.title} · {chain_import.source.name}",
        **facts,
    )


def last_confirmed(round: Round, source: ChainSource) -> ChainImport | None:
    """The confirmed paste that no other confirmed one builds on. Under the round's lock there is one at the most."""
    return ChainImport.objects.filter(round=round, source=source, state=ChainImport.State.CONFIRMED).current().first()


def is_alive(order: Order | None) -> bool:
    return order is not None and order.state in (Order.State.PLACED, Order.State.LATE)


def withdraws(entry: ChainEntry) -> bool:
    """Whether the entry, as decided, ends the order that stands for it."""
    if not is_alive(entry.order):
        return False
    if entry.decision == Decision.LEAVE:
        # Said by hand: of two lines of one name only the later counts, so the earlier one's order ends.
        return entry.change == Change.SAME and entry.decided_by_id is not None
    return entry.change == Change.GONE or entry.status == Status.CANCEL


def may_withdraw(entry: ChainEntry, round: Round) -> bool:
    # A late order that was taken into another round is that round's: its row is not locked here.
    order = entry.order
    return order is not None and order.round_id == round.pk and rules.may_withdraw(round, order.state)


def write_orders(
    entries: Sequence[ChainEntry], chain_import: ChainImport, round: Round, by: User, at: dt.datetime
) -> dict[str, int]:
    """Writes the orders that decided entries stand for. Six statements, however many entries.

    A change that comes after the cut-off replaces nothing: the order that is on the sheets stays there, and
    the late one beside it remembers which it would have replaced.
    """
    catalogue = Catalogue(round)
    in_export = chain_import.source.kind == ChainSource.Kind.LIST
    replaced: list[Order] = []
    withdrawn: list[Order] = []
    placed: list[Order] = []
    lines: list[OrderLine] = []
    for entry in entries:
        before = entry.order
        if withdraws(entry) and before is not None:
            withdrawn.append(before)
        stays = entry.change == Change.GONE or entry.status == Status.CANCEL
        if stays or entry.decision == Decision.LEAVE or (entry.change == Change.SAME and before is not None):
            continue
        order = Order(
            round=round,
            household=entry.household,
            state=rules.order_state(round, at),
            channel=Order.Channel.LIST if in_export else Order.Channel.CHAIN,
            chain_import=chain_import,
            remark=entry.note[:200],
            entered_at=at,
            entered_by=by,
        )
        if before is not None and is_alive(before):
            if order.state == Order.State.LATE and before.state == Order.State.PLACED:
                order.instead_of = before
            else:
                replaced.append(before)
        entry.order = order
        placed.append(order)
        lines += new_lines(order, [line for i in entry.items if (line := as_line(i))], catalogue)
    changed = _("changed in the order export") if in_export else _("changed in the 接龙")
    gone = _("withdrawn in the order export") if in_export else _("withdrawn in the 接龙")
    for orders, end, reason in (
        (replaced, Order.State.REPLACED, changed),
        (withdrawn, Order.State.CANCELLED, gone),
    ):
        end_orders(orders, state=end, reason=reason, by=by, at=at, ended_import=chain_import)
    Order.objects.bulk_create(placed)
    OrderLine.objects.bulk_create(lines)
    ChainEntry.objects.bulk_update(entries, ["order"], batch_size=1000)
    if placed or replaced or withdrawn:
        renew_sheets(round=round, by=by, at=at)
    late = sum(order.state == Order.State.LATE for order in placed)
    return {
        "placed": len(placed) - late,
        "late": late,
        "replaced": len(replaced),
        "cancelled": len(withdrawn),
    }
