"""A paste as its review page shows it: what is unclear first, with what could be meant, then new, changed, gone, same.

Twelve statements at the most, however long the paste is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compound.models import Compound
from compound.rooms import clean, sort_key
from orders.models import ChainEntry, ChainImport, ChainSource
from orders.order_list.rows import LABEL
from orders.queries.review_orders import EarlierOrder, show_earlier_orders, show_other_orders
from orders.queries.review_rooms import suggest_rooms
from orders.services.chain_counts import LineCounts, count_lines, group_of
from orders.services.chain_deciding import units_of
from orders.services.chain_reading import EARLIER
from orders.services.orders import Catalogue, as_line, folded
from orders.warning_words import code_of, sentences

Change, Decision, Status = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status


@dataclass(frozen=True)
class Quantity:
    """A suggestion for the item at `index`: `value` is the form's `index:amount`."""

    value: str
    words: str


@dataclass(frozen=True)
class Good:
    """One item in words; `amount` None while nobody knows how much.

    `means` is the good of the list that the words were learned to mean, '' where they are its name or mean none;
    `is_own` where somebody has said no to that.
    """

    goods: str
    amount: str | None
    unit: str
    means: str = ""
    is_own: bool = False


@dataclass
class Row:
    """One entry with what the page says beside it. `group`: open, new, changed, gone, same, left."""

    entry: ChainEntry
    group: str
    goods: list[Good]
    before: list[Good] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    amounts: list[Quantity] = field(default_factory=list)
    twins: list[int] = field(default_factory=list)
    is_first_twin: bool = False
    is_last_twin: bool = False
    can_decide: bool = True
    can_change: bool = True
    is_edited: bool = False
    error: str = ""
    typed_room: str = ""
    other_orders: list[str] = field(default_factory=list)
    other_orders_count: int = 0
    earlier_orders: list[EarlierOrder] = field(default_factory=list)
    writes_once: bool = True

    def keep(self, *, room: str, items: Sequence[Good]) -> None:
        """Shows what was typed again, beside what is wrong with it."""
        self.typed_room = room
        if items:
            self.goods = list(items)

    @property
    def is_open(self) -> bool:
        return self.entry.decision == Decision.OPEN

    @property
    def place(self) -> int:
        """Where it stands in its group, whatever else is decided; those of one name share the first one's."""
        return self.twins[0] if self.twins else self.entry.position

    @property
    def is_gone(self) -> bool:
        return self.entry.change == Change.GONE

    @property
    def is_withdrawal(self) -> bool:
        return self.entry.status == Status.CANCEL and not self.is_gone

    @property
    def is_complete(self) -> bool:
        """Can be taken as it stands."""
        if self.is_gone or self.is_withdrawal:
            return True
        items = self.entry.items
        return self.entry.household is not None and bool(items) and all(as_line(item) for item in items)

    @property
    def is_second_order(self) -> bool:
        """The household has an order that came another way, and the question is whether this is one more."""
        return any(code_of(warning) == "other_source" for warning in self.entry.warnings)

    @property
    def withdraws_other(self) -> bool:
        """The line withdraws, and the household has an order that came another way."""
        return any(code_of(warning) == "cancels_other" for warning in self.entry.warnings)

    @property
    def speaks_of_earlier(self) -> bool:
        """The line cancels or changes what another round has: that order is ended on its own page."""
        return any(code_of(warning) == EARLIER for warning in self.entry.warnings)

    @property
    def is_of_another_round(self) -> bool:
        """It only cancels, speaks of another round, and nothing of this one stands that it could mean."""
        if not self.is_withdrawal or not self.speaks_of_earlier:
            return False
        stands = self.entry.order_id is not None or self.is_second_order or self.withdraws_other
        return not (stands or self.twins or not self.writes_once)

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The raw line of an export as (heading, value), each once; the heading '' where it had none."""
        pieces = [piece for line in self.entry.raw.split("\n") for piece in line.split(" | ")]
        split = (piece.partition(LABEL) for piece in dict.fromkeys(pieces))
        return [(label, value) if colon else ("", label) for label, colon, value in split]

    @property
    def lines(self) -> list[Good]:
        """The goods to edit, with one empty line at the end."""
        return [*self.goods, Good("", "", "")]


@dataclass(frozen=True)
class UnitQuestion:
    """`lines` of a building lack their unit; `units`: (unit, in how many of them it can be)."""

    building: str
    lines: int
    units: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Review:
    """`is_overtaken`: a later confirmed paste of the group has taken its place. `is_over`: nothing can be decided."""

    chain_import: ChainImport
    is_overtaken: bool
    is_over: bool
    rows: tuple[Row, ...]
    counts: LineCounts

    @property
    def open(self) -> int:
        return self.counts.open

    @property
    def clear(self) -> int:
        return self.counts.clear

    def group(self, name: str) -> list[Row]:
        return [row for row in self.rows if row.group == name]

    @property
    def unit_questions(self) -> list[UnitQuestion]:
        """Buildings of which several open lines leave the unit out: one answer for all of them."""
        if self.is_over:
            return []
        lines: dict[str, list[list[str]]] = defaultdict(list)
        for row in self.rows:
            units = units_of(row.entry) if row.is_open and row.can_decide else {}
            for building in {room.partition("-")[0] for room in units.values()}:
                lines[building].append(list(units))
        return [
            UnitQuestion(building, len(asked), tuple(sorted(Counter(u for units in asked for u in units).items())))
            for building, asked in sorted(lines.items(), key=lambda one: sort_key(one[0]))
            if len(asked) > 1
        ]

    def next_open(self, after: Row | None = None) -> Row | None:
        """The entry to look at next: the first open one behind `after`, else the first of all."""
        waiting = [row for row in self.rows if row.is_open]
        behind = [row for row in waiting if after is not None and row.place > after.place]
        return next(iter(behind or waiting), None)


def review_of(chain_import: ChainImport, compound: Compound) -> Review:
    """All entries, grouped and with suggestions for those that are open."""
    entries = list(
        chain_import.entries.select_related("household", "follows__household", "decided_by").order_by("position")
    )
    in_review = chain_import.state == ChainImport.State.REVIEW
    confirmed = chain_import.state == ChainImport.State.CONFIRMED
    overtaken = confirmed and not ChainImport.objects.filter(pk=chain_import.pk).current().exists()
    catalogue = Catalogue(chain_import.round)
    rows = [_row(entry, catalogue) for entry in entries]
    for row in rows:
        row.can_decide = in_review or (confirmed and row.is_open and not overtaken)
        row.can_change = in_review
    open_rows = [row for row in rows if row.is_open and row.can_decide]
    _find_twins(rows, chain_import)
    suggest_rooms([row for row in open_rows if row.entry.household is None and not row.is_gone], compound)
    asked = [row for row in open_rows if row.is_second_order or row.withdraws_other or row.speaks_of_earlier]
    show_other_orders(asked, chain_import)
    show_earlier_orders([row for row in asked if row.speaks_of_earlier], chain_import)
    writes = Counter(entry.household_id or 0 for entry in entries)
    for row in asked:
        row.writes_once = not row.entry.household_id or writes[row.entry.household_id] == 1
    for row in open_rows:
        if not (row.is_withdrawal and row.speaks_of_earlier):
            row.amounts = _amounts(row.entry)
    return Review(
        chain_import=chain_import,
        is_overtaken=overtaken,
        is_over=overtaken or not (in_review or confirmed),
        rows=tuple(_with_twins_together(rows)),
        counts=count_lines(entries),
    )


def _row(entry: ChainEntry, catalogue: Catalogue) -> Row:
    row = Row(entry, group_of(entry), goods=_goods(entry.items, catalogue))
    if entry.decision == Decision.OPEN:
        row.words = sentences(entry.warnings)
    if entry.change == Change.CHANGED and entry.follows is not None:
        row.before = _goods(entry.follows.items, catalogue)
    return row


def _goods(items: Iterable[Mapping[str, Any]], catalogue: Catalogue) -> list[Good]:
    return [
        Good(
            item["goods"],
            item["quantity"],
            item["unit"],
            means=_meaning(item["goods"], item["unit"], catalogue),
            is_own=bool(item.get("own")),
        )
        for item in items
    ]


def _meaning(goods: str, unit: str, catalogue: Catalogue) -> str:
    """The good's name on the list, where the line says something else for it."""
    offer = catalogue.offer_for(goods, unit) if goods else None
    return offer.item.name if offer and folded(offer.item.name) != folded(goods) else ""


# ── a name that stands twice ──────────────────────


TWICE = ("name_twice", "repeated_name")


def who_of(entry: ChainEntry, chain_import: ChainImport) -> tuple[str, str]:
    """Whose line it is: in a chat the room says so where one is written, else, and in an export, the name too."""
    by_room = entry.room_text and chain_import.source.kind == ChainSource.Kind.CHAT
    return "" if by_room else clean(entry.name).casefold(), entry.room_text


def _find_twins(rows: Sequence[Row], chain_import: ChainImport) -> None:
    """Rows that are about one name or room, where at least one of them is still open because of it."""
    by_who: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.is_gone:
            by_who[who_of(row.entry, chain_import)].append(row)
    for together in by_who.values():
        asked = any(row.is_open and set(TWICE) & set(map(code_of, row.entry.warnings)) for row in together)
        if len(together) > 1 and asked:
            positions = [row.entry.position for row in together]
            for row in together:
                row.twins = positions
            next(row for row in together if row.is_open).is_first_twin = True
            together[-1].is_last_twin = True


def _with_twins_together(rows: Sequence[Row]) -> list[Row]:
    """Twins stand next to each other among the open ones, at the place of the first."""
    return sorted(rows, key=lambda row: (row.group != "open", row.place))


# ── what could be meant ───────────────────────────


def _amounts(entry: ChainEntry) -> list[Quantity]:
    """For the first item without a quantity: what stands behind a plus sign, then 1 and 2."""
    for index, item in enumerate(entry.items):
        if item["quantity"] is None and item["goods"]:
            written = [_plus_number(entry.raw)] if "plus_number" in map(code_of, entry.warnings) else []
            values = dict.fromkeys([*filter(None, written), "1", "2"])
            return [Quantity(f"{index}:{value}", f"{item['goods']} {value}{item['unit']}") for value in values]
    return []


def _plus_number(raw: str) -> str | None:
    """The digits behind the first plus sign of the line: `+3` → 3."""
    rest = clean(raw).partition("+")[2].lstrip()
    digits = rest[: next((i for i, char in enumerate(rest) if not char.isdigit()), len(rest))]
    return digits[:4].lstrip("0") or None
