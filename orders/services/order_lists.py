"""An export of orders (快团团, 群接龙): a kind of paste. Read, compared with the last one, reviewed, confirmed.

Everything behind the reading is the way of a paste: the same rows, the same review, the same orders, the same undo.
What is kept as text are the lines without telephone numbers, receivers and money; the file itself is never kept.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Compound, Household, User
from compound.refusals import Refusal
from compound.services import audit
from compound.spreadsheet import Book
from orders import rules
from orders.models import AddressLayout, ChainEntry, ChainImport, ChainSource, Nickname, Round
from orders.order_list import Doors, Layout, OrderReading, OrderRow, Pick, Picks, picks_from, read_orders
from orders.quantities import plain
from orders.services import chains
from orders.services.address_learning import learn_shapes
from orders.services.chain_reading import compare_and_judge
from orders.services.chains import confirm_chain, last_confirmed, open_entries
from orders.services.locks import lock_round
from orders.services.orders import Catalogue

State, Status = ChainImport.State, ChainEntry.Status
# Of an export that names no platform.
PLAIN_SOURCE = "订单表"
MOST_LAYOUTS = 40


def doors_of(compound: Compound) -> Doors:
    """The compound's rooms, and what was learned of its addresses. Three queries."""
    layouts = [
        Layout(row.pattern, row.building, row.unit, row.number, row.literal)
        for row in AddressLayout.objects.filter(compound=compound)
    ]
    words = dict(Nickname.objects.filter(compound=compound).values_list("name", "household__room"))
    return Doors(compound.households.values_list("room", flat=True), layouts=layouts, words=words)


def read_book(*, compound: Compound, book: Book, round: Round | None) -> OrderReading:
    """What the file says, with nothing stored. Raises `NoOrders`."""
    only = Catalogue(round).only if round is not None else None
    return read_orders(book, doors_of(compound), goods=only.item.name if only else "", picks=picks_of(compound))


def picks_of(compound: Compound) -> Picks:
    """What was said about columns, in whatever source: the same headings mean the same. One query."""
    stored = ChainSource.objects.filter(compound=compound, kind=ChainSource.Kind.LIST).exclude(columns=[])
    return picks_from(pick for columns in stored.order_by("pk").values_list("columns", flat=True) for pick in columns)


@transaction.atomic
def remember_columns(*, source: ChainSource, pick: Pick, by: User, at: dt.datetime) -> None:
    """Keeps what the columns below these headings are; in every source only the last word on them stays."""
    sources = ChainSource.objects.select_for_update().filter(compound=source.compound, kind=ChainSource.Kind.LIST)
    for one in sources.order_by("pk"):
        others = [stored for stored in one.columns if tuple(stored.get("labels", ())) != pick.labels]
        kept = [*others, pick.as_json()][-MOST_LAYOUTS:] if one.pk == source.pk else others
        if kept != one.columns:
            one.columns = kept
            one.save(update_fields=["columns"])
    audit.record(
        compound=source.compound,
        by=by,
        at=at,
        action="columns.learned",
        subject=source.name,
        text=" ".join(filter(None, pick.labels))[:200],
    )


@transaction.atomic
def export_source(*, compound: Compound, name: str) -> ChainSource:
    """The source of that name; one of a chat group by this name is another matter and refused."""
    source, _new = ChainSource.objects.get_or_create(
        compound=compound, name=name[:40], defaults={"kind": ChainSource.Kind.LIST}
    )
    if source.kind != ChainSource.Kind.LIST:
        raise Refusal("source_is_chat", _("A chat group has this name already: choose another one."))
    if not source.is_active:
        source.is_active = True
        source.save(update_fields=["is_active"])
    return source


@dataclass(frozen=True)
class Taken:
    """`is_new` False: the file says what the last confirmed one said, and nothing was written."""

    chain_import: ChainImport
    is_new: bool


@transaction.atomic
def take_list(*, round: Round, source: ChainSource, reading: OrderReading, by: User, at: dt.datetime) -> Taken:
    """Entries to review, one for each order. A review of the same source that is still open gives way to it.

    Raises `round_cancelled`, `round_not_open_yet`.
    """
    round = lock_round(round.pk)
    rules.order_state(round, at)
    catalogue, previous = Catalogue(round), last_confirmed(round, source)
    chain_import = ChainImport(
        round=round,
        source=source,
        previous=previous,
        text=text_of(reading),
        goods=(catalogue.only.item.name if catalogue.only else "")[:60],
        skipped=[skipped.as_dict() for skipped in reading.skipped],
        pasted_at=at,
        pasted_by=by,
    )
    households = {household.room: household for household in round.compound.households.all()}
    entries = [
        _entry(chain_import, position, rows, catalogue, households)
        for position, rows in enumerate(_orders(reading.rows))
    ]
    compare_and_judge(entries, chain_import, catalogue)
    if previous is not None and previous.text == chain_import.text and _is_known(entries):
        return Taken(previous, is_new=False)
    round.chain_imports.filter(source=source, state=State.REVIEW).update(
        state=State.DISCARDED, ended_at=at, ended_by=by
    )
    chain_import.save()
    ChainEntry.objects.bulk_create(entries, batch_size=1000)
    return Taken(chain_import, is_new=True)


@transaction.atomic
def import_list(
    *, round: Round, source: ChainSource, reading: OrderReading, by: User, at: dt.datetime
) -> tuple[ChainImport, dict[str, int]]:
    """Takes and confirms in one go, under the round's lock: of two at once with one file the second changes nothing.

    Only what is beyond doubt becomes an order; the rest waits on the review page.
    """
    taken = take_list(round=round, source=source, reading=reading, by=by, at=at)
    if not taken.is_new:
        nothing = {"placed": 0, "late": 0, "replaced": 0, "cancelled": 0, "open": open_entries(taken.chain_import)}
        return taken.chain_import, nothing
    counts = confirm_chain(chain_import=taken.chain_import, by=by, at=at)
    taken.chain_import.refresh_from_db()
    return taken.chain_import, counts


@transaction.atomic
def decide_unit(*, chain_import: ChainImport, building: str, unit: str, by: User, at: dt.datetime) -> int:
    """`chains.decide_unit`; an export's lines teach how their addresses are written, as one line by itself does."""
    waiting = chain_import.entries.filter(decision=ChainEntry.Decision.OPEN).exclude(address="")
    said = [(entry.address, room) for entry in waiting if (room := chains.units_of(entry).get(unit))]
    count = chains.decide_unit(chain_import=chain_import, building=building, unit=unit, by=by, at=at)
    if count and chain_import.source.kind == ChainSource.Kind.LIST:
        doors = [(address, room) for address, room in said if room.partition("-")[0] == building]
        learn_shapes(compound=chain_import.round.compound, doors=doors, by=by, at=at)
    return count


def text_of(reading: OrderReading) -> str:
    """The lines as they are kept: `sheet!row`, a tab, the words."""
    lines = {(row.sheet, row.row): row.raw for row in reading.rows}
    lines |= {(skipped.sheet, skipped.row): skipped.raw for skipped in reading.skipped}
    return "\n".join(f"{f'{sheet}!' if sheet else ''}{row}\t{raw}" for (sheet, row), raw in lines.items())


def _orders(rows: Sequence[OrderRow]) -> list[list[OrderRow]]:
    """Rows of one order together, in the order of the file. Who says neither who nor where stands alone."""
    orders: dict[tuple[object, ...], list[OrderRow]] = defaultdict(list)
    for index, row in enumerate(rows):
        known = row.reference or row.buyer or row.place
        orders[(*row.order, row.room, row.sheet if row.reference else "") if known else (index,)].append(row)
    return list(orders.values())


def _entry(
    chain_import: ChainImport,
    position: int,
    rows: Sequence[OrderRow],
    catalogue: Catalogue,
    households: dict[str, Household],
) -> ChainEntry:
    first = rows[0]
    alive = [row for row in rows if not row.cancelled]
    warnings = list(dict.fromkeys(warning for row in alive or rows for warning in row.warnings))
    unknown = next((w.partition(": ")[2] for w in warnings if w.startswith("room_unknown")), "")
    read_items = [_item(row) for row in alive or rows]
    return ChainEntry(
        chain_import=chain_import,
        position=position,
        line=first.row,
        raw="\n".join(dict.fromkeys(row.raw for row in rows)),
        name=first.buyer[:200],
        room_text=(first.room or unknown)[:62],
        reference=first.reference,
        address=first.place,
        read_items=read_items,
        items=[_offered(row, catalogue, rows) for row in alive or rows],
        note=first.remark,
        status=Status.ORDER if alive else Status.CANCEL,
        warnings=warnings,
        household=households.get(first.room or ""),
    )


def _item(row: OrderRow, goods: str = "") -> dict[str, Any]:
    words = f"{row.goods}（{row.spec}）" if row.spec else row.goods
    return {
        "goods": (goods or words)[:100],
        "quantity": None if not row.quantity else plain(row.quantity),
        "unit": row.unit[:10],
    }


def _offered(row: OrderRow, catalogue: Catalogue, rows: Sequence[OrderRow]) -> dict[str, Any]:
    """In the catalogue's words where it has good and specification, or the good with nothing else to choose."""
    if not row.spec:
        return _item(row)
    for words in (f"{row.goods}（{row.spec}）", f"{row.goods}{row.spec}", row.spec):
        if offer := catalogue.offer_for(words):
            return _item(row, offer.item.name)
    offer = catalogue.offer_for(row.goods, row.unit)
    # 30枚/板 is what 鸡蛋, sold by the 板, are anyway; A套餐 and B套餐 are two things.
    if offer is not None and row.unit and offer.item.unit == row.unit:
        return _item(row, offer.item.name)
    return _item(row)


def _is_known(entries: Sequence[ChainEntry]) -> bool:
    """Whether every entry continues one that was decided just so."""
    return all(
        entry.follows is not None
        and entry.decision == entry.follows.decision
        and entry.household_id == entry.follows.household_id
        for entry in entries
    )
