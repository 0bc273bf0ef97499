"""A paste of the chat: read, reviewed, confirmed once, undone until the round closes.

The way of one paste: `paste_chain` keeps the raw text and writes one entry per understood line with what
changed since the last paste of the same group (chain_reading.py); `decide_entry` is a person's word on one of them;
`confirm_chain` turns what is decided into orders; `undo_chain` takes all of that back.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Household, User
from compound.refusals import Refusal
from compound.rooms import clean, room_number
from compound.services import audit
from orders import rules
from orders.jielong import parse_chain
from orders.models import ChainEntry, ChainImport, ChainSource, Nickname, Order, OrderLine, Round
from orders.services.address_learning import learn_door
from orders.services.chain_caps import CODE as CAP
from orders.services.chain_caps import Caps
from orders.services.chain_reading import (
    HARMLESS,
    INSTEAD,
    Registry,
    first_line,
    ordered_elsewhere,
    orders_elsewhere,
    read_entries,
    warn_of_household,
)
from orders.services.locks import lock_round
from orders.services.orders import Catalogue, as_line, end_orders, new_lines, refuse_on_its_way
from orders.services.packing import on_their_way
from orders.services.sheet_requests import renew_sheets

MOST_CHARACTERS = 400_000
Change, Decision, Status = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status
State = ChainImport.State
ON_ITS_WAY = "order_on_its_way: "
NO_UNIT = "unit_ambiguous: "


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


def last_confirmed(round: Round, source: ChainSource) -> ChainImport | None:
    """The confirmed paste that no other confirmed one builds on. Under the round's lock there is one at the most."""
    return ChainImport.objects.filter(round=round, source=source, state=State.CONFIRMED).current().first()


@transaction.atomic
def decide_entry(
    *,
    entry: ChainEntry,
    decision: str,
    by: User,
    at: dt.datetime,
    household: Household | None = None,
    items: Sequence[Mapping[str, str | None]] | None = None,
    instead: bool = False,
    learn: bool = True,
) -> ChainEntry:
    """A person's word on one entry: which household, which goods, take it or leave it out.

    On a paste that is confirmed already the word takes effect at once. A nickname matched by hand is remembered.
    `instead`: it takes the place of the one order that the household has from another way, else it is one more.
    Raises `household_missing`, `household_elsewhere`, `goods_missing`, `review_over`, `round_delivering`,
    `order_on_its_way`, `not_one_order`.
    """
    round, chain_import = _lock(entry.chain_import)
    entry = ChainEntry.objects.select_related("household", "order").get(pk=entry.pk)
    confirmed = chain_import.state == State.CONFIRMED
    overtaken = confirmed and last_confirmed(round, chain_import.source) != chain_import
    over = chain_import.state not in (State.REVIEW, State.CONFIRMED)
    if over or overtaken or (confirmed and entry.decision != Decision.OPEN):
        raise _finished()
    if household is not None:
        if household.compound_id != round.compound_id:
            raise Refusal("household_elsewhere", _("This household belongs to another compound."))
        entry.household = household
    if items is not None:
        entry.items = [_item(item) for item in items]
    wants_order = entry.change != Change.GONE and entry.status != Status.CANCEL
    if decision == Decision.TAKE and wants_order:
        if entry.household is None:
            raise Refusal("household_missing", _("Choose the household first."))
        if not entry.items or not all(as_line(item) for item in entry.items):
            raise Refusal("goods_missing", _("Write the goods and how much of each."))
    entry.decision, entry.decided_by, entry.decided_at = decision, by, at
    if wants_order and entry.change == Change.NEW and entry.follows_id is None:
        entry.order = _the_other_order(entry, chain_import) if instead else None
        entry.warnings = [w for w in entry.warnings if w != INSTEAD] + ([INSTEAD] if instead else [])
    entry.save(update_fields=["household", "items", "decision", "decided_by", "decided_at", "order", "warnings"])
    # 301 alone is no nickname: the next building has a 301 too.
    name = clean(entry.name)
    if learn and household is not None and chain_import.source.kind == ChainSource.Kind.LIST:
        learn_door(entry=entry, household=household, by=by, at=at)
    elif learn and household is not None and name and not entry.room_text and room_number(name) is None:
        Nickname.objects.update_or_create(
            compound=round.compound,
            name=name[:80],
            defaults={"household": household, "learned_at": at, "learned_by": by},
        )
    # "Open" on a confirmed paste only notes what is known by now, for example the household.
    if confirmed and decision != Decision.OPEN:
        if _withdraws(entry) and not _may_withdraw(entry, round):
            raise Refusal(
                "round_delivering", _("The goods are on their way: mark at the door what happens to them instead.")
            )
        if _withdraws(entry) and entry.order is not None:
            refuse_on_its_way([entry.order])
        counts = _apply([entry], chain_import, round, by, at)
        _record("chain.decided", chain_import, round, by, at, line=entry.line, decision=decision, **counts)
    return entry


def _the_other_order(entry: ChainEntry, chain_import: ChainImport) -> Order:
    found = list(orders_elsewhere(chain_import).filter(household=entry.household_id)[:2])
    if len(found) != 1:
        raise Refusal(
            "not_one_order", _("The household has not just one other order: cancel the wrong one on its own page.")
        )
    refuse_on_its_way(found)
    return found[0]


def _item(said: Mapping[str, str | None]) -> dict[str, str | None]:
    """One good as the entry keeps it; `own` where its words mean no good of the list: see `Line`."""
    item = {"goods": said["goods"], "quantity": said["quantity"], "unit": said["unit"] or ""}
    return item | {"own": "yes"} if said.get("own") else item


@dataclass(frozen=True)
class Word:
    """What a person says about one entry; None leaves that part as it is."""

    entry: ChainEntry
    decision: str
    household: Household | None = None
    items: Sequence[Mapping[str, str | None]] | None = None
    instead: bool = False


def units_of(entry: ChainEntry) -> dict[str, str]:
    """{unit: room} of an entry whose unit is all that is not known; {} for any other."""
    if entry.household_id is not None or entry.change == Change.GONE:
        return {}
    for warning in entry.warnings:
        if warning.startswith(NO_UNIT):
            rooms = warning.removeprefix(NO_UNIT).strip().split("|")
            return {room.split("-")[1]: room for room in rooms if room.count("-") == 2}
    return {}


@transaction.atomic
def decide_unit(*, chain_import: ChainImport, building: str, unit: str, by: User, at: dt.datetime) -> int:
    """One answer for a building: whoever left the unit out lives in this one. Returns how many lines got their door.

    Lines with another doubt stay open. One answer for many teaches nothing about a nickname. Raises `review_over`, ….
    """
    entries = chain_import.entries.filter(decision=Decision.OPEN).select_related("chain_import", "household")
    rooms = {e.pk: r for e in entries if (r := units_of(e).get(unit)) and r.partition("-")[0] == building}
    doors = {h.room: h for h in Household.objects.filter(compound=chain_import.round.compound, room__in=rooms.values())}
    done = 0
    for entry in entries:
        household = doors.get(rooms.get(entry.pk, ""))
        if household is None:
            continue
        other = [w for w in entry.warnings if not w.startswith(NO_UNIT) and w.partition(":")[0] not in HARMLESS]
        whole = bool(entry.items) and all(as_line(item) for item in entry.items)
        clear = not other and entry.status == Status.ORDER and whole
        decision = Decision.TAKE if clear else Decision.OPEN
        decide_entry(entry=entry, decision=decision, household=household, by=by, at=at, learn=False)
        done += 1
    return done


@transaction.atomic
def decide_entries(*, words: Sequence[Word], by: User, at: dt.datetime) -> None:
    """Several words at once, all or none: what is said about a name that stands twice is said about both lines."""
    for word in words:
        decide_entry(
            entry=word.entry,
            decision=word.decision,
            household=word.household,
            items=word.items,
            instead=word.instead,
            by=by,
            at=at,
        )


@transaction.atomic
def confirm_chain(*, chain_import: ChainImport, by: User, at: dt.datetime) -> dict[str, int]:
    """Turns what is decided into orders, once. Returns counts: placed, late, replaced, cancelled, open.

    What is still open stays on the round's page as something to look at. Confirming a confirmed paste does nothing.
    Raises `review_over`, `review_stale`.
    """
    round, chain_import = _lock(chain_import)
    if chain_import.state == State.CONFIRMED:
        return {"placed": 0, "late": 0, "replaced": 0, "cancelled": 0, "open": open_entries(chain_import)}
    if chain_import.state != State.REVIEW:
        raise _finished()
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
    counts = _apply([entry for entry in decided if entry not in reopened], chain_import, round, by, at)
    counts["open"] = open_entries(chain_import)
    _record("chain.confirmed", chain_import, round, by, at, **counts)
    return counts


def _reopen(entries: Sequence[ChainEntry], chain_import: ChainImport, round: Round) -> list[ChainEntry]:
    """Gives back to a person what has become doubtful since the text was read.

    Another group's paste may have been confirmed meanwhile, a flat may have become empty, goods may be on their way,
    and a line whose room was chosen by hand may bring its household over a cap.
    """
    caps = Caps(chain_import, entries, Catalogue(round))
    elsewhere = ordered_elsewhere(chain_import)
    gone_out = on_their_way([entry.order for entry in entries if entry.order is not None and _withdraws(entry)])
    reopened = []
    for entry in entries:
        by_machine = entry.decided_by_id is None and entry.decision == Decision.TAKE
        doubtful = by_machine and entry.change == Change.NEW and warn_of_household(entry, elsewhere)
        over = caps.warnings(entry) if entry.decision == Decision.TAKE and entry.change != Change.SAME else []
        # Who has seen that it is too much, and took it all the same, is not asked again.
        if not any(warning.startswith(CAP) for warning in entry.warnings) and over:
            entry.warnings += over
            doubtful = True
        has_left = _withdraws(entry) and entry.order_id in gone_out
        if has_left and ON_ITS_WAY not in entry.warnings:
            entry.warnings.append(ON_ITS_WAY)
        if doubtful or has_left or (_withdraws(entry) and not _may_withdraw(entry, round)):
            entry.decision = Decision.OPEN
            reopened.append(entry)
    ChainEntry.objects.bulk_update(reopened, ["decision", "warnings"])
    return reopened


def open_entries(chain_import: ChainImport) -> int:
    return chain_import.entries.filter(decision=Decision.OPEN).count()


def _is_alive(order: Order | None) -> bool:
    return order is not None and order.state in (Order.State.PLACED, Order.State.LATE)


def _withdraws(entry: ChainEntry) -> bool:
    """Whether the entry, as decided, ends the order that stands for it."""
    if not _is_alive(entry.order):
        return False
    if entry.decision == Decision.LEAVE:
        # Said by hand: of two lines of one name only the later counts, so the earlier one's order ends.
        return entry.change == Change.SAME and entry.decided_by_id is not None
    return entry.change == Change.GONE or entry.status == Status.CANCEL


def _may_withdraw(entry: ChainEntry, round: Round) -> bool:
    # A late order that was taken into another round is that round's: its row is not locked here.
    order = entry.order
    return order is not None and order.round_id == round.pk and rules.may_withdraw(round, order.state)


def _apply(
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
        if _withdraws(entry) and before is not None:
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
        if before is not None and _is_alive(before):
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


@transaction.atomic
def discard_chain(*, chain_import: ChainImport, by: User, at: dt.datetime) -> ChainImport:
    """Throws a review away; the text is kept."""
    _round, chain_import = _lock(chain_import)
    if chain_import.state == State.REVIEW:
        chain_import.state, chain_import.ended_at, chain_import.ended_by = State.DISCARDED, at, by
        chain_import.save(update_fields=["state", "ended_at", "ended_by"])
    return chain_import


@transaction.atomic
def undo_chain(*, chain_import: ChainImport, by: User, at: dt.datetime) -> ChainImport:
    """Takes a confirmed paste back, until its round closes: its orders go, those it ended come back.

    Raises `round_closed`, `not_the_last`, `review_over`.
    """
    round, chain_import = _lock(chain_import)
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
    _record("chain.undone", chain_import, round, by, at)
    return chain_import


def _lock(chain_import: ChainImport) -> tuple[Round, ChainImport]:
    """Both rows locked, in the one order; `chain_import` as it stands now."""
    round = lock_round(chain_import.round_id)
    locked = ChainImport.objects.select_for_update(of=("self",)).select_related("source__building", "round")
    return round, locked.get(pk=chain_import.pk)


def _finished() -> Refusal:
    return Refusal("review_over", _("This paste is finished: paste the text again to change something."))


def _record(action: str, chain_import: ChainImport, round: Round, by: User, at: dt.datetime, **facts: object) -> None:
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action=action,
        subject=str(chain_import.pk),
        text=f"{round.title} · {chain_import.source.name}",
        **facts,
    )
