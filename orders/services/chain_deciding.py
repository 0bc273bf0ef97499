"""A person's word on entries of a paste: which household, which goods, take it or leave it out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Household, User
from compound.refusals import Refusal
from compound.rooms import clean, room_number
from orders.models import ChainEntry, ChainImport, ChainSource, Nickname, Order
from orders.services.address_learning import learn_door
from orders.services.chain_orders import (
    last_confirmed,
    lock_paste,
    may_withdraw,
    record,
    review_over,
    withdraws,
    write_orders,
)
from orders.services.chain_reading import HARMLESS, INSTEAD, orders_elsewhere
from orders.services.orders import as_line, refuse_on_its_way

Change, Decision, Status = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status
State = ChainImport.State
NO_UNIT = "unit_ambiguous: "


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
    round, chain_import = lock_paste(entry.chain_import)
    entry = ChainEntry.objects.select_related("household", "order").get(pk=entry.pk)
    confirmed = chain_import.state == State.CONFIRMED
    overtaken = confirmed and last_confirmed(round, chain_import.source) != chain_import
    over = chain_import.state not in (State.REVIEW, State.CONFIRMED)
    if over or overtaken or (confirmed and entry.decision != Decision.OPEN):
        raise review_over()
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
        if withdraws(entry) and not may_withdraw(entry, round):
            raise Refusal(
                "round_delivering", _("The goods are on their way: mark at the door what happens to them instead.")
            )
        if withdraws(entry) and entry.order is not None:
            refuse_on_its_way([entry.order])
        counts = write_orders([entry], chain_import, round, by, at)
        record("chain.decided", chain_import, round, by, at, line=entry.line, decision=decision, **counts)
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
