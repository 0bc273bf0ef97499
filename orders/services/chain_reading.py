"""From a parsed chain to entries that a person can review: whose door, what changed, what is beyond doubt."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import QuerySet

from compound.models import Compound, Household
from compound.rooms import clean, room_number
from orders.chain_review import Comparison, Content, compare
from orders.jielong import Chain, Entry
from orders.models import ChainEntry, ChainImport, ChainSource, Nickname, Order, Round
from orders.order_list import HARMLESS as HARMLESS_IN_LISTS
from orders.order_list import compare as order_lists
from orders.quantities import plain
from orders.services.chain_caps import Caps
from orders.services.chain_memory import recall
from orders.services.orders import Catalogue, as_line

Change, Decision, Status = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status


class Registry:
    """A compound's rooms and learned nicknames, for matching. Two queries."""

    def __init__(self, compound: Compound) -> None:
        self.households = {h.room: h for h in compound.households.all()}
        self.nicknames = dict(Nickname.objects.filter(compound=compound).values_list("name", "household_id"))
        self._by_id = {h.pk: h for h in self.households.values()}
        self._without_unit: dict[str, list[Household]] = defaultdict(list)
        for room, household in self.households.items():
            if room.count("-") == 2:
                building, _unit, number = room.split("-")
                self._without_unit[f"{building}-{number}"].append(household)

    def find(self, room: str, name: str) -> tuple[Household | None, list[str]]:
        """The household that was meant, and warnings. Never a guess: two that fit are none."""
        if room:
            if room in self.households:
                return self.households[room], []
            same = self._without_unit.get(room, [])
            if len(same) == 1:
                return same[0], []
            if same:
                return None, ["unit_ambiguous: " + "|".join(sorted(h.room for h in same))]
            return None, [f"room_unknown: {room}"]
        if known := self._by_id.get(self.nicknames.get(clean(name), 0)):
            return known, []
        return None, ["no_room: "]


def read_entries(chain: Chain, chain_import: ChainImport, registry: Registry, catalogue: Catalogue) -> list[ChainEntry]:
    """Unsaved entries of a new paste, in its order, then those of the last paste that are gone. Three queries."""
    entries = [_as_row(chain_import, i, e) for i, e in enumerate(chain.entries)]
    for entry in entries:
        _complete_room(entry, chain_import.source)
        entry.household, warnings = registry.find(entry.room_text, entry.name)
        entry.warnings += warnings
    compare_and_judge(entries, chain_import, catalogue)
    return entries


def compare_and_judge(entries: list[ChainEntry], chain_import: ChainImport, catalogue: Catalogue) -> None:
    """Says what each unsaved entry is beside the last paste, appends what is gone, and decides what is beyond doubt.

    What people had decided on the same text before it was taken back is decided again.
    """
    _compare_with_previous(entries, chain_import)
    _judge(entries, catalogue, chain_import)
    recall(entries, chain_import)


def first_line(title: str) -> str:
    return title.strip().splitlines()[0].strip() if title.strip() else ""


def _as_row(chain_import: ChainImport, position: int, entry: Entry) -> ChainEntry:
    items = [
        {
            "goods": item.goods or chain_import.goods,
            "quantity": None if item.quantity is None else plain(item.quantity),
            "unit": item.unit,
        }
        for item in entry.items
    ]
    return ChainEntry(
        chain_import=chain_import,
        position=position,
        line=entry.line,
        number=entry.number,
        raw=entry.raw,
        name=entry.name[:200],
        room_text=(entry.room or "")[:62],
        read_items=items,
        items=items,
        note=entry.note,
        status=entry.status,
        warnings=list(entry.warnings),
    )


# Said by hand: the line takes the place of an order that came another way.
INSTEAD = "instead: "
# A line that only cancels, and what it cancels is another round's.
EARLIER = "earlier_order"
ROOM_ONLY = re.compile(r"room_only: .*\(([^()]+)\)")


def _complete_room(entry: ChainEntry, source: ChainSource) -> None:
    """`301 青菜2斤`: in one building's group that is a room; elsewhere 301 is all that is known of who wrote it."""
    bare = next((w for w in entry.warnings if ROOM_ONLY.fullmatch(w)), None)
    if bare is None or entry.room_text:
        return
    number = room_number(ROOM_ONLY.fullmatch(bare)[1])  # type: ignore[index]  # matched above
    if source.building is not None and number:
        entry.room_text = f"{source.building.name}-{number}"
        entry.warnings.remove(bare)
    elif not entry.name:
        entry.name = number or ""


def _content(entry: ChainEntry) -> Content:
    """The entry as the chat wrote it: what a person made of it must not look like a change in the chat."""
    items = tuple((i["goods"], i["quantity"], i["unit"]) for i in entry.read_items)
    return Content(entry.name, entry.room_text, items, entry.note, entry.status)


def _in_export(entry: ChainEntry) -> order_lists.Order:
    said = _content(entry).said
    return order_lists.Order(entry.reference, clean(entry.name).casefold(), clean(entry.address).casefold(), said)


def _compare(old: list[ChainEntry], new: list[ChainEntry], source: ChainSource) -> Comparison:
    if source.kind == ChainSource.Kind.LIST:
        return order_lists.compare_orders([_in_export(e) for e in old], [_in_export(e) for e in new])
    return compare([_content(e) for e in old], [_content(e) for e in new])


def _compare_with_previous(entries: list[ChainEntry], chain_import: ChainImport) -> None:
    """Marks each entry against the last confirmed paste and appends those that are gone."""
    old: list[ChainEntry] = []
    if chain_import.previous is not None:
        # A line whose withdrawal was confirmed is over: written again it is a new order.
        withdrawn = {"change": Change.GONE, "decision": Decision.TAKE}
        old = list(chain_import.previous.entries.exclude(**withdrawn).select_related("household", "order"))
    comparison = _compare(old, entries, chain_import.source)
    for entry, (change, index, twice) in zip(entries, comparison.new, strict=True):
        entry.change = change
        if index is not None:
            _follow(entry, old[index])
        if twice and change != "same":
            entry.warnings.append("name_twice: ")
    for index in comparison.gone:
        before = old[index]
        # A line that withdrew another one's order is no order that could be gone.
        withdrew = before.status == Status.CANCEL and before.follows_id is None
        alive = before.order is not None and before.order.state in (Order.State.PLACED, Order.State.LATE)
        if alive and not withdrew:
            entries.append(_gone(before, chain_import, position=len(entries)))


def _follow(entry: ChainEntry, before: ChainEntry) -> None:
    """Takes over what is known of the entry before: its order, its household, and what is still undecided about it."""
    entry.follows, entry.order = before, before.order
    by_hand = before.decided_by_id is not None
    # Who writes another address in an export has moved the order to another door.
    moved = entry.address != before.address
    if before.household is not None and (entry.household is None or by_hand) and not moved:
        entry.household = before.household
    if entry.change == "same" and before.decision == Decision.OPEN and before.change != Change.GONE:
        # Nobody has said yet what to do about it: it is as new, or as changed, as it was.
        entry.change = before.change


def _gone(before: ChainEntry, chain_import: ChainImport, *, position: int) -> ChainEntry:
    same = ("raw", "name", "room_text", "reference", "address", "read_items", "items", "note", "status", "household")
    return ChainEntry(
        chain_import=chain_import,
        position=position,
        change=Change.GONE,
        follows=before,
        order=before.order,
        **{field: getattr(before, field) for field in same},
    )


def _judge(entries: Sequence[ChainEntry], catalogue: Catalogue, chain_import: ChainImport) -> None:
    """Decides what is beyond doubt and leaves the rest to a person."""
    elsewhere = ordered_elsewhere(chain_import)
    caps = Caps(chain_import, entries, catalogue)
    writes = Counter(entry.household_id for entry in entries)
    before_this_round = ordered_before(chain_import, entries)
    for entry in entries:
        before = entry.follows
        if entry.change == Change.GONE:
            # Asked once: who was kept although the line is gone is not asked about again.
            kept = before is not None and before.change == Change.GONE and before.decision == Decision.LEAVE
            entry.decision = Decision.LEAVE if kept else Decision.OPEN
            continue
        if entry.change == Change.SAME and before is not None:
            # Its line was gone for a while, and now it is back: an order like any other.
            back = before.change == Change.GONE
            entry.decision = Decision.TAKE if back else Decision(before.decision)
            entry.items, entry.household = before.items, before.household
            continue
        warn_of_household(entry, elsewhere)
        entry.warnings += caps.warnings(entry)
        if entry.status == Status.CANCEL and before is None:
            # Nothing to cancel, unless the same household wrote an order above it or ordered another way.
            alone = writes[entry.household_id] == 1 and entry.household_id not in elsewhere
            # In an export a cancelled order speaks of itself and of no other.
            in_export = chain_import.source.kind == ChainSource.Kind.LIST
            alone = alone or in_export
            if not in_export and _is_of_another_round(entry, alone=alone, before=before_this_round):
                continue
            entry.decision = Decision.LEAVE if alone or entry.household is None else Decision.OPEN
            if entry.decision == Decision.OPEN and entry.household_id in elsewhere:
                _link_what_goes(entry, chain_import, elsewhere)
        elif is_clear(entry):
            entry.decision = Decision.TAKE


def _is_of_another_round(entry: ChainEntry, *, alone: bool, before: Collection[int]) -> bool:
    """Whether a line that only cancels is about another round: it says so, or only there is something to cancel.

    Marks the entry, which stays open: its order is ended on its own page, and nobody's word is folded away.
    Where the household has something in this round, that may be meant: a round open over midnight holds
    yesterday's orders.
    """
    if not alone and entry.household is not None:
        return False
    says_so = any(w.partition(":")[0] == EARLIER for w in entry.warnings)
    if not says_so and alone and entry.household_id in before:
        entry.warnings.append(f"{EARLIER}: ")
        return True
    return says_so


def ordered_before(chain_import: ChainImport, entries: Iterable[ChainEntry]) -> set[int]:
    """The households that only cancel and have an order in another round that goes on. One query where any does."""
    doors = {e.household_id for e in entries if e.status == Status.CANCEL and e.follows_id is None and e.household_id}
    if not doors or chain_import.source.kind == ChainSource.Kind.LIST:
        return set()
    going_on = [Round.State.OPEN, Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING]
    alive = [Order.State.PLACED, Order.State.LATE]
    orders = Order.objects.filter(household__in=doors, state__in=alive, round__state__in=going_on)
    return set(orders.exclude(round=chain_import.round_id).values_list("household_id", flat=True))


def _link_what_goes(entry: ChainEntry, chain_import: ChainImport, elsewhere: Mapping[int, str]) -> None:
    """Asks whether the order that came another way goes; of several nobody knows which is meant. One query."""
    found = orders_elsewhere(chain_import).filter(household=entry.household_id)[:2]
    if len(found) == 1:
        entry.order = found[0]
        entry.warnings = [w for w in entry.warnings if not w.startswith("other_source")]
        entry.warnings.append(f"cancels_other: {elsewhere[entry.household_id or 0]}")


def ordered_elsewhere(chain_import: ChainImport) -> dict[int, str]:
    """{household's key: group} of the round's orders that came another way; '' for those typed in. One query."""
    rows = orders_elsewhere(chain_import).values_list("household_id", "chain_import__source__name")
    return {door: group or "" for door, group in rows}


def orders_elsewhere(chain_import: ChainImport) -> QuerySet[Order]:
    """The round's orders that stand and came another way than by the group of this paste."""
    orders = Order.objects.filter(round=chain_import.round, state__in=[Order.State.PLACED, Order.State.LATE])
    return orders.exclude(chain_import__source=chain_import.source)


def warn_of_household(entry: ChainEntry, elsewhere: Mapping[int, str]) -> bool:
    """Marks an entry of an empty flat, or of a household that has ordered another way too; says whether it is one."""
    found = []
    if entry.household is not None:
        if not entry.household.is_occupied:
            found.append("room_empty: ")
        if entry.household.pk in elsewhere:
            found.append(f"other_source: {elsewhere[entry.household.pk]}")
    entry.warnings += [warning for warning in found if warning not in entry.warnings]
    return bool(found)


# Warnings that inform: the reader was sure, or another field says the same.
HARMLESS = ("no_room", *HARMLESS_IN_LISTS)


def is_clear(entry: ChainEntry) -> bool:
    """Nothing to look at: a plain order (or withdrawn line) of a known household, all quantities known, no warning."""
    return (
        entry.household is not None
        and entry.status in (Status.ORDER, Status.CANCEL)
        and all(w.split(":")[0] in HARMLESS for w in entry.warnings)
        and (entry.status == Status.CANCEL or bool(entry.items))
        and all(as_line(item) for item in entry.items)
    )
