"""One table of an export → its rows: which are orders, of whom, of what, how many, and for which door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from compound.rooms import clean
from compound.spreadsheet import Cell, Row, coordinate
from orders.order_list import words
from orders.order_list.amounts import Amount, Part, read_amount, read_parts, split_spec, unit_of, without_praise
from orders.order_list.cells import is_money, without_phones
from orders.order_list.columns import repeats
from orders.order_list.doors import Doors
from orders.order_list.listings import is_written_once, listing_of, says
from orders.order_list.model import BadCell, OrderRow, SkippedRow, Why
from orders.order_list.sections import Column, Section
from orders.order_list.settling import Said, settle
from orders.order_list.states import state_of

_IDENTITY = ("reference", "buyer", "receiver", "phone", "address", "area", "building", "unit", "room")
_DOOR = ("address", "area", "building", "unit", "floor", "room")
# What of a row is kept and shown: nobody's telephone number, no receiver, no money.
_KEPT = ("reference", "buyer", "remark", "goods", "spec", "quantity", "refunded", "status", *_DOOR, "pickup")
LARGE = 100
# Between the heading of a cell and what stands in it, in the raw line.
LABEL = "\uff1a"


@dataclass
class _Wanted:
    """One good of one row, before its door is known."""

    row: Row
    said: Said
    reference: str
    buyer: str
    remark: str
    goods: str
    spec: str
    amount: Amount
    cancelled: bool
    raw: str
    warnings: list[str] = field(default_factory=list)


@dataclass
class Lines:
    rows: list[OrderRow] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    errors: list[BadCell] = field(default_factory=list)


class Reader:
    """The lines of one section. `goods`: what a line orders that names nothing. `sheet`: its name, of several."""

    def __init__(self, section: Section, doors: Doors, *, goods: str, sheet: str, building: str | None) -> None:
        self.section, self.doors, self.goods, self.sheet = section, doors, goods, sheet
        self.fields = {name: section.one(name) for name in words.Field.__args__}  # type: ignore[attr-defined]
        self.goods_columns = section.goods_columns
        self.building = building
        self.above = ("", "")
        # The good is written once, beside the first of those who ordered it.
        self.good_once = is_written_once(section, self.fields["goods"], self.fields["quantity"])
        self.building_once = is_written_once(section, self.fields["building"], self.fields["room"])
        self.named = ("", "")
        self.listing = listing_of(section, self.fields["goods"], self.fields["quantity"])
        self.wanted: list[_Wanted] = []
        self.lines = Lines()
        self.last: Row | None = None
        self.carried: dict[int, Cell] = {}
        self.sum = Decimal(0)
        # Goods with their counts in one cell, or a good whose name merely ends in a number.
        self.has_quantity = self.fields["quantity"] is not None
        self.has_spec = self.fields["spec"] is not None

    def read(self) -> Lines:
        for row in self.section.rows:
            self._line(row)
        for wanted, place in zip(self.wanted, settle([w.said for w in self.wanted], self.doors), strict=True):
            self.lines.rows.append(
                OrderRow(
                    row=wanted.row.number,
                    sheet=self.sheet,
                    reference=wanted.reference,
                    buyer=wanted.buyer,
                    goods=wanted.goods,
                    spec=wanted.spec,
                    quantity=wanted.amount.quantity,
                    unit=wanted.amount.unit or unit_of(wanted.spec),
                    cancelled=wanted.cancelled,
                    room=place.room,
                    place=place.words,
                    remark=wanted.remark,
                    raw=wanted.raw,
                    warnings=tuple(dict.fromkeys([*wanted.warnings, *place.warnings])),
                )
            )
        return self.lines

    # ── what kind of line ─────────────────────────

    def _line(self, row: Row) -> None:
        own = row.written
        if not own and not any(cell.text for cell in row.cells):
            return
        why = self._no_order(row, own)
        if why:
            self._skip(row, why)
            return
        self._order(self._completed(row))

    def _skip(self, row: Row, why: Why) -> None:
        raw = " ".join(cell.text for _i, cell in row.written if cell.text)[:200]
        if why != "blank" or raw:
            self.lines.skipped.append(SkippedRow(row.number, self.sheet, without_phones(raw), why))

    def _cell(self, row: Row, name: str) -> Cell:
        column = self.fields[name]
        return row.cell(column.index) if column else Cell("")

    def _no_order(self, row: Row, own: list[tuple[int, Cell]]) -> Why | None:
        texts = [clean(cell.text) for _i, cell in own if cell.text]
        if not own:
            return None if self._counts(row) else "blank"
        if repeats(self.section, row) or (texts and words.PRICES.fullmatch(texts[0]) and not self.wanted):
            return "header"
        identity = [name for name in _IDENTITY if (c := self._cell(row, name)).own and says(c)]
        first = re.sub(r"\s", "", texts[0]) if texts else ""
        named = {
            name for name in identity if not words.TOTAL.match(re.sub(r"\s", "", clean(self._cell(row, name).text)))
        }
        if texts[:2] in (["合", "计"], ["总", "计"], ["小", "计"]):
            return "total"
        if any(words.TOTAL.match(re.sub(r"\s", "", text)) for text in texts[:4]) and not named & {
            "address",
            "room",
            "building",
            "phone",
        }:
            return "total"
        if len(own) == 1 and not self._counts(row):
            building = self._heading(own[0][1].text)
            if building:
                self.building = building
                return "heading"
            if not self._names_goods() and not words.NOTE.match(first) and len(texts[0] if texts else "") <= 60:
                # No column says what: the good stands above those who ordered it.
                self.above = split_spec(texts[0]) if texts else ("", "")
                return "heading"
            if not says(self._cell(row, "goods")) and not any(cell.anchor for cell in row.cells):
                return "remark"
            if not identity or words.NOTE.match(first):
                return "remark"
        if identity or any(says(self._cell(row, n)) for n in ("goods", "spec")):
            if words.NOTE.match(first) and not self._counts(row) and not says(self._cell(row, "goods")):
                return "remark"
            return None
        if not self._counts(row):
            return "remark" if any(not text.replace(".", "").isdigit() for text in texts) else "blank"
        # Numbers only. With goods as columns, or after the list, that is a total without its word.
        amount = read_amount(self._cell(row, "quantity").text).quantity
        if self.goods_columns or amount is None or amount == self.sum or not self.wanted:
            return "total"
        return None

    def _names_goods(self) -> bool:
        return self.fields["goods"] is not None or self.fields["spec"] is not None or bool(self.goods_columns)

    def _counts(self, row: Row) -> bool:
        """Whether something is counted in this row itself."""
        columns = [c for c in (self.fields["quantity"], *self.goods_columns) if c]
        return any((cell := row.cell(c.index)).own and says(cell) for c in columns)

    def _heading(self, text: str) -> str | None:
        """`3号楼（共12单）` on a line of its own: what follows is in building 3."""
        bare = re.sub(r"\s*[(（:：【\[].*$|共.*$", "", clean(text)).strip()
        if not re.search(r"(?:号楼|栋|幢|座|楼|#|号)$", bare) and bare not in self.doors.names:
            return None
        return self.doors.building(bare)

    # ── one order ─────────────────────────────────

    def _completed(self, row: Row) -> Row:
        """A row that goes on with the order above gets what is left out in it."""
        cells = list(row.cells)
        texts = {name: clean(self._cell(row, name).text) for name in _IDENTITY}
        said = {name for name, text in texts.items() if text and text.lower() not in words.NOTHING}
        above = self.last
        if above is not None:
            before = {name: clean(self._cell(above, name).text) for name in _IDENTITY}
            same = {name for name in ("reference", "buyer") if texts[name] and texts[name] == before[name]}
            no_door = not said & set(_DOOR)
            goes_on = not said or (
                no_door
                and same
                and said <= {*same, "receiver", "phone"}
                and not (texts["reference"] and "reference" not in same)
            )
            column = self.fields["building"]
            if self.building_once and column and not row.cell(column.index).text:
                cells.extend([Cell("")] * (column.index + 1 - len(cells)))
                cells[column.index] = above.cell(column.index)
            for name in (*_IDENTITY, "remark", "status", "pickup", "floor"):
                column = self.fields[name]
                if column is None:
                    continue
                ditto = texts.get(name, clean(row.cell(column.index).text)) in words.SAME_AS_ABOVE
                if ditto or (goes_on and not row.cell(column.index).text and name not in ("remark", "status")):
                    cells.extend([Cell("")] * (column.index + 1 - len(cells)))
                    cells[column.index] = above.cell(column.index)
            for column in self.section.of("status") if goes_on else ():
                # The state of the order is written once; of a refund nobody knows whether it is of this good too.
                if not row.cell(column.index).text and not words.MAY_END_GOOD.search(column.heading):
                    cells.extend([Cell("")] * (column.index + 1 - len(cells)))
                    cells[column.index] = above.cell(column.index)
        return Row(row.number, tuple(cells), row.hidden)

    def _order(self, row: Row) -> None:
        self.last = row
        said = self._said(row)
        reference = clean(self._cell(row, "reference").text)
        if self._cell(row, "reference").kind == "identity" or "〔" in reference:
            reference = ""
        remark = without_phones(self._texts(row, "remark"))
        warnings: list[str] = []
        if row.hidden:
            warnings.append(f"hidden_row: {row.number}")
        statuses = [(c.heading, row.cell(c.index).text) for c in self.section.of("status")]
        state = state_of(statuses, remark)
        warnings += state.warnings
        buyer = without_phones(clean(self._cell(row, "buyer").text))[:200]
        raw = self._raw(row)
        before = len(self.wanted)
        for goods, spec, amount, more, cancelled in self._goods(row):
            self.wanted.append(
                _Wanted(
                    row=row,
                    said=said,
                    reference=reference[:64],
                    buyer=buyer,
                    remark=remark,
                    raw=raw,
                    goods=goods,
                    spec=spec,
                    amount=amount,
                    cancelled=cancelled or state.cancelled,
                    warnings=[*warnings, *more],
                )
            )
            self.sum += amount.quantity or 0
        if len(self.wanted) == before:
            self._skip(row, "no_goods")

    def _texts(self, row: Row, name: str) -> str:
        found = [clean(row.cell(c.index).text) for c in self.section.of(name)]
        return "；".join(dict.fromkeys(text for text in found if text.lower() not in words.NOTHING))

    def _raw(self, row: Row) -> str:
        shown = []
        for column in self.section.columns:
            cell = row.cell(column.index)
            if cell.text and (column.field in _KEPT or column.good):
                name = column.heading if column.good is None else "·".join(filter(None, column.good))
                text = without_phones(clean(cell.text)).replace(" | ", " / ")
                shown.append(f"{clean(name)[:24]}{LABEL}{text}" if name else text)
        return " | ".join(shown)[:1000]

    def _said(self, row: Row) -> Said:
        cells: dict[str, list[tuple[str, Cell]]] = {}
        for name in (*_DOOR, "pickup"):
            for column in self.section.of(name):
                cell = row.cell(column.index)
                if says(cell):
                    cells.setdefault(name, []).append((coordinate(row.number, column.index), cell))
                    if name in _DOOR and cell.kind in ("formula", "error"):
                        self._bad("formula" if cell.kind == "formula" else "cell_error", row, column, cell.text)
        return Said(
            cells=cells,
            nickname=clean(self._cell(row, "buyer").text),
            remark=self._texts(row, "remark"),
            building=self.building,
            report=lambda code, where, text: self.lines.errors.append(
                BadCell(code, row.number, where, self.sheet, text)
            ),
        )

    def _bad(self, code: str, row: Row, column: Column, text: str) -> str:
        where = coordinate(row.number, column.index)
        self.lines.errors.append(BadCell(code, row.number, where, self.sheet, clean(text)[:40]))
        return where

    def _goods(self, row: Row) -> list[tuple[str, str, Amount, list[str], bool]]:
        if self.goods_columns:
            return self._from_columns(row)
        found = self._from_cells(row)
        for part in self.section.parts:
            found += self._further(row, part)
        return found

    def _further(self, row: Row, part: int) -> list[tuple[str, str, Amount, list[str], bool]]:
        """The second, third … good of a row, from its own columns; nothing where they are empty."""
        cells = {name: self.section.of(name, part) for name in ("goods", "spec", "quantity")}
        texts = {name: clean(row.cell(found[0].index).text) if found else "" for name, found in cells.items()}
        if texts["goods"].lower() in words.NOTHING and texts["quantity"].lower() in {*words.NOTHING, "0"}:
            return []
        goods, spec = (texts["goods"], texts["spec"]) if texts["spec"] else split_spec(texts["goods"])
        amount, warnings, cancelled = self._amount(row, cells["quantity"][0] if cells["quantity"] else None)
        if not goods:
            warnings.append("no_items: ")
        return [(goods, spec, amount, warnings, cancelled)]

    def _from_cells(self, row: Row) -> list[tuple[str, str, Amount, list[str], bool]]:
        text = without_praise(clean(self._cell(row, "goods").text))
        spec = clean(self._cell(row, "spec").text)
        if self.good_once:
            self.named = (text, spec) if text else (self.named[0], spec or self.named[1])
            text, spec = self.named
        parts = read_parts(text) if text else ()
        if parts and (not self.has_quantity or len(parts) > 1 or self.listing.counts):
            return self._several(row, parts, spec)
        if not spec and not self.has_spec:
            text, spec = split_spec(text)
        amount, warnings, cancelled = self._amount(row, self.fields["quantity"])
        back, doubts = self._given_back(row)
        if back and amount.quantity is not None:
            if back >= amount.quantity:
                cancelled, doubts = True, []
            else:
                amount = Amount(amount.quantity - back, amount.unit)
        warnings += [] if cancelled else doubts
        goods = text or self.above[0] or self.goods
        spec = spec if text else spec or self.above[1]
        if not goods:
            warnings.append("no_items: ")
        return [(goods, spec, amount, warnings, cancelled)]

    def _several(self, row: Row, parts: tuple[Part, ...], spec: str) -> list[tuple[str, str, Amount, list[str], bool]]:
        """The goods of one cell with their counts. What was given back of them is of all, or nobody knows of which."""
        back, warnings = self._given_back(row)
        ordered = sum(part.amount.quantity or 0 for part in parts)
        cancelled = bool(back) and back >= ordered
        column = self.fields["quantity"]
        total = read_amount(row.cell(column.index).text).quantity if column else None
        if cancelled:
            warnings = []
        elif column and not self.listing.fits(parts, total):
            warnings.append(f"total_differs: {coordinate(row.number, column.index)}")
        spec = spec if len(parts) == 1 else ""
        return [(part.goods, part.spec or spec, part.amount, list(warnings), cancelled) for part in parts]

    def _given_back(self, row: Row) -> tuple[Decimal, list[str]]:
        """How many were refunded; and the doubt, for money that nobody says which part of it is for too."""
        for name in ("refunded", "refunded_money"):
            cell, column = self._cell(row, name), self.fields[name]
            back = (read_amount(cell.text).quantity if name == "refunded" and says(cell) else None) or Decimal(0)
            if column and (back or (name == "refunded_money" and is_money(cell))):
                return back, [f"partial_refund: {coordinate(row.number, column.index)}"]
        return Decimal(0), []

    def _from_columns(self, row: Row) -> list[tuple[str, str, Amount, list[str], bool]]:
        found: list[tuple[str, str, Amount, list[str], bool]] = []
        for column in self.goods_columns:
            cell = row.cell(column.index)
            if not says(cell) or clean(cell.text) in ("0", "×", "x"):
                continue
            name, spec = column.good or ("", "")
            if clean(cell.text) in ("√", "✓", "✔"):
                found.append((name, spec, Amount(Decimal(1)), [], False))
                continue
            amount, warnings, cancelled = self._amount(row, column)
            found.append((name, spec, amount, warnings, cancelled))
        return found

    def _amount(self, row: Row, column: Column | None) -> tuple[Amount, list[str], bool]:
        """The quantity in a cell, with what is wrong with it, and whether it says that the order is cancelled."""
        if column is None:
            return Amount(None), [f"no_quantity: {row.number}"], False
        cell = row.cell(column.index)
        where = coordinate(row.number, column.index)
        if cell.kind in ("formula", "error"):
            self._bad("formula" if cell.kind == "formula" else "cell_error", row, column, cell.text)
            return Amount(None), [f"bad_cell: {where}"], False
        if not says(cell):
            self._bad("quantity_missing", row, column, "")
            return Amount(None), [f"no_quantity: {where}"], False
        if words.CANCELLED.search(clean(cell.text)):
            return Amount(None), [], True
        amount = read_amount(cell.text) if cell.kind != "date" else Amount(None)
        if amount.quantity is None:
            self._bad("quantity_unreadable", row, column, cell.text)
            return amount, [f"quantity_unreadable: {where}"], False
        if amount.quantity == 0:
            return amount, [f"zero: {where}"], False
        return amount, [f"large: {where}"] if amount.quantity >= LARGE else [], False


__all__ = ["Lines", "Reader"]
