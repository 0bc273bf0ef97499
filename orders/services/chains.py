"""A paste of the chat: read, reviewed, confirmed once, undone until the round closes.

The way of one paste: `paste_chain` keeps the raw text and writes one entry per understood line with what
changed since the last paste of the same group (chain_reading.py); `decide_entry` is a person's word on one of them
(chain_deciding.py); `confirm_chain` turns what is decided into orders (chain_orders.py); `undo_chain` takes all of
that back.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.rooms import clean
from orders import rules
from orders.jielong import parse_chain
from orders.models import ChainEntry, ChainImport, ChainSource, Order, Round
from orders.services.chain_caps import CODE as CAP
from orders.services.chain_caps import Caps
from orders.services.chain_counts import open_entries
from orders.services.chain_deciding import Word, decide_entries, decide_entry, decide_unit, units_of
from orders.services.chain_orders import (
    last_confirmed,
    lock_paste,
    may_withdraw,
    record,
    review_over,
    withdraws,
    write_orders,
)
from orders.services.chain_reading import Registry, first_line, ordered_elsewhere, read_entries, warn_of_household
from orders.services.locks import lock_round
from orders.services.orders import Catalogue, end_orders
from orders.services.packing import on_their_way

__all__ = [
    "Word",
    "confirm_chain",
    "decide_entries",
    "decide_entry",
    "decide_unit",
    "discard_chain",
    "last_confirmed",
    "open_entries",
    "paste_chain",
    "undo_chain",
    "units_of",
]

MOST_CHARACTERS = 400_000
Change, Decision = ChainEntry.Change, ChainEntry.Decision
State = ChainImport.State
ON_ITS_WAY = "order_on_its_way: "


@transaction.atomic
def paste_chain(
    *, round: Round, source: ChainSource, text: str, goods: str = "", by: User, at: dt.datetime
) -> ChainImport:
    """Reads a paste into entries to review. A review of the same group that is still open gives way to it.

    `goods` says what a bare `6份` means; the round's only offer, or the title of the chain, when it is empty.
    Raises `text_empty`, `text_long`, `round_cancelled`, `round_not_open_yet`.
    """
    if not clean(text).strip():
        raise Refusal("text_empty", _("Paste the text of the chat first."))
    if len(text) > MOST_CHARACTERS:
        raise Refusal("text_long", _("This text is too long for one 接龙: paste one group at a time."))
    # The one character that PostgreSQL cannot keep, and halves of characters that no encoding can.
    text = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    # Reading may take a second, and nobody may wait for it: before the lock.
    chain = parse_chain(
        text,
        buildings=list(round.compound.buildings.values_list("name", flat=True)),
        offered=list(round.offers.values_list("item__name", flat=True)),
    )
    round = lock_round(round.pk)
    rules.order_state(round, at)
    round.chain_imports.filter(source=source, state=State.REVIEW).update(
        state=State.DISCARDED, ended_at=at, ended_by=by
    )
    registry, catalogue = Registry(round.compound), Catalogue(round)
    previous = last_confirmed(round, source)
    chain_import = ChainImport.objects.create(
        round=round,
        source=source,
        previous=previous,
        text=text,
        title=chain.title,
        goods=(goods.strip() or (catalogue.only.item.name if catalogue.only else "") or first_line(chain.title))[:60],
        skipped=[s.as_dict() for s in chain.skipped],
        pasted_at=at,
        pasted_by=by,
    )
    ChainEntry.objects.bulk_create(read_entries(chain, chain_import, registry, catalogue))
    return chain_import


@transaction.atomic
def confirm_chain(*, chain_import: ChainImport, by: User, at: dt.datetime) -> dict[str, int]:
    """Turns what is decided into orders, once. Returns counts: placed, late, replaced, cancelled, open.

    What is still open stays on the round's page as something to look at. Confirming a confirmed paste does nothing.
    Raises `review_over`, `review_stale`.
    """
    round, chain_import = lock_paste(chain_import)
    if chain_import.state == State.CONFIRMED:
        return {"placed": 0, "late": 0, "replaced": 0, "cancelled": 0, "open": open_entries(chain_import)}
    if chain_import.state != State.REVIEW:
        raise review_over()
    last = last_confirmed(round, chain_import.source)
    if (last.pk if last else None) != chain_import.previous_id:
        raise Refusal(
            "review_stale",
            _("Somebody confirmed another paste of this group meanwhile. Paste the text again."),
        )
    rules.order_state(round, at)
    chain_import.state, chain_import.confirmed_at, chain_import.confirmed_by = State.CONFIRMED, at, by
    chain_import.save(update_fields=["state", "confirmed_at", "confirmed_by"])
    decided = list(chain_import.entries.select_related("household", "order").exclude(decision=Decision.OPEN))
    reopened = _reopen(decided, chain_import, round)
    counts = write_orders([entry for entry in decided if entry not in reopened], chain_import, round, by, at)
    counts["open"] = open_entries(chain_import)
    record("chain.confirmed", chain_import, round, by, at, **counts)
    return counts


def _reopen(entries: Sequence[ChainEntry], chain_import: ChainImport, round: Round) -> list[ChainEntry]:
    """Gives back to a person what has become doubtful since the text was read.

    Another group's paste may have been confirmed meanwhile, a flat may have become empty, goods may be on their way,
    and a line whose room was chosen by hand may bring its household over a cap.
    """
    caps = Caps(chain_import, entries, Catalogue(round))
    elsewhere = ordered_elsewhere(chain_import)
    gone_out = on_their_way([entry.order for entry in entries if entry.order is not None and withdraws(entry)])
    reopened = []
    for entry in entries:
        by_machine = entry.decided_by_id is None and entry.decision == Decision.TAKE
        doubtful = by_machine and entry.change == Change.NEW and warn_of_household(entry, elsewhere)
        over = caps.warnings(entry) if entry.decision == Decision.TAKE and entry.change != Change.SAME else []
        # Who has seen that it is too much, and took it all the same, is not asked again.
        if not any(warning.startswith(CAP) for warning in entry.warnings) and over:
            entry.warnings += over
            doubtful = True
        has_left = withdraws(entry) and entry.order_id in gone_out
        if has_left and ON_ITS_WAY not in entry.warnings:
            entry.warnings.append(ON_ITS_WAY)
        if doubtful or has_left or (withdraws(entry) and not may_withdraw(entry, round)):
            entry.decision = Decision.OPEN
            reopened.append(entry)
    ChainEntry.objects.bulk_update(reopened, ["decision", "warnings"])
    return reopened


@transaction.atomic
def discard_chain(*, chain_import: ChainImport, by: User, at: dt.datetime) -> ChainImport:
    """Throws a review away; the text is kept."""
    _round, chain_import = lock_paste(chain_import)
    if chain_import.state == State.REVIEW:
        chain_import.state, chain_import.ended_at, chain_import.ended_by = State.DISCARDED, at, by
        chain_import.save(update_fields=["state", "ended_at", "ended_by"])
    return chain_import


@transaction.atomic
def undo_chain(*, chain_import: ChainImport, by: User, at: dt.datetime) -> ChainImport:
    """Takes a confirmed paste back, until its round closes: its orders go, those it ended come back.

    Raises `round_closed`, `not_the_last`, `review_over`.
    """
    round, chain_import = lock_paste(chain_import)
    if chain_import.state != State.CONFIRMED:
        raise Refusal("review_over", _("This paste has been taken back already."))
    if not round.takes_orders(at):
        raise Refusal("round_closed", _("The round has closed: cancel single orders instead."))
    last = last_confirmed(round, chain_import.source)
    if last is None or last.pk != chain_import.pk:
        raise Refusal("not_the_last", _("A later paste of this group builds on this one: take that one back first."))
    alive = [Order.State.PLACED, Order.State.LATE]
    # What somebody has ended at the desk since stays ended: the order before it does not come back either.
    ended = chain_import.entries.filter(order__chain_import=chain_import).exclude(order__state__in=alive)
    over = list(ended.filter(follows__order__isnull=False).values_list("follows__order", flat=True))
    own = Order.objects.select_for_update(of=("self",)).filter(chain_import=chain_import, state__in=alive)
    end_orders(list(own.order_by("pk")), state=Order.State.CANCELLED, reason=_("paste taken back"), by=by, at=at)
    Order.objects.filter(ended_import=chain_import).exclude(pk__in=over).update(
        state=Order.State.PLACED, ended_at=None, ended_by=None, ended_import=None, end_reason=""
    )
    chain_import.state, chain_import.ended_at, chain_import.ended_by = State.UNDONE, at, by
    chain_import.save(update_fields=["state", "ended_at", "ended_by"])
    record("chain.undone", chain_import, round, by, at)
    return chain_import
