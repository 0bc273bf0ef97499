"""Lines → copies and chains → entries and skipped lines: the shape of the paste, before anything is understood.

A paste holds one or more *segments*, each begun by a header line (or by nothing, for the first). A segment has a
title, lines that are no orders (examples, menus, instructions), *runs* of numbered entries, and closing remarks.
Segments of the same title are re-sent copies of one chain: the last complete one counts (``copies.py``).
"""

from __future__ import annotations

from compound.rooms import find_room

from .copies import drop_copies, looks_like_menu, set_menus_apart, set_resent_runs_apart
from .lines import Line
from .segments import Block, Run, Segment, Shape, has_quantity, is_order, is_wish, names_goods


def shape_of(lines: list[Line]) -> Shape:
    segments = [_read_segment(part) for part in _split_at_headers(lines)]
    counted = drop_copies([segment for segment in segments if segment.lines])
    titles: list[str] = []
    for segment in counted:
        title = "\n".join(segment.titles)
        if title and title not in titles:
            titles.append(title)
    skipped = sorted((s for segment in segments for s in segment.skipped), key=lambda s: s.line)
    blocks = sorted((b for segment in counted for b in segment.blocks), key=lambda b: b.first.at)
    return Shape(titles, blocks, skipped)


# ── segments ────────────────────────────────────────────────


def _split_at_headers(lines: list[Line]) -> list[list[Line]]:
    parts: list[list[Line]] = [[]]
    for line in lines:
        if line.header is not None:
            parts.append([])
        parts[-1].append(line)
    return parts


class _SegmentReader:
    """Walks the lines of one segment once."""

    def __init__(self, lines: list[Line]) -> None:
        self.segment = Segment(lines)
        self.headed = bool(lines) and lines[0].header is not None
        self.in_title = self.headed
        self.after_blank = False
        self.listed = 0  # the last number of a list of goods inside an entry
        self.pending: list[Line] = []  # unnumbered lines that wait for what follows them
        self.flush_left = any(
            line.number is not None and line.number.sure and not line.number.indented for line in lines
        )
        self.numbered = any(line.number is not None and line.number.sure for line in lines)

    def read(self) -> Segment:
        for line in self.segment.lines:
            if line.empty:
                self.after_blank = True
                self.in_title = self.in_title and not self.segment.titles
                continue
            self._line(line)
            self.after_blank = False
        self._settle(final=True)
        set_menus_apart(self.segment)
        set_resent_runs_apart(self.segment)
        return self.segment

    def _line(self, line: Line) -> None:
        segment = self.segment
        header = line.header
        if header is not None:
            segment.skip(line, "header")
            if header:
                segment.titles.append(header)
        elif line.is_example:
            self._settle(final=False)
            segment.skip(line, "example")
            self.in_title = False
        elif line.number is not None and self._starts_entry(line):
            self._settle(final=False)
            self._start(line)
            self.in_title = False
        elif self.in_title:
            segment.titles.append(line.text.show.strip())
        elif not segment.runs:
            self._before_entries(line)
        else:
            self._after_entry(line)

    def _starts_entry(self, line: Line) -> bool:
        number = line.number
        if number is None:
            return False
        if number.sure:
            # A title may begin with a date: 4.28 蔬菜; a chain begins at 1 or goes on.
            return not (
                self.in_title
                and not self.segment.titles
                and number.value > 1
                and number.style == "."
                and not self.flush_left
            )
        run = self.segment.runs[-1] if self.segment.runs else None
        if self.in_title and not self.segment.titles:
            # A chain without a title: its first line orders something for a room.
            return number.value == 1 and is_order(line)
        if run is None:
            return number.value == 1 and (self.after_blank or not self.in_title or is_order(line))
        if number.value != run.last_number + 1:
            return False
        # Where every other number stands apart from its text ("1. 王姐"), a glued 2.5斤 is a quantity.
        return number.style == " " or not _writes_numbers_apart(run)

    def _start(self, line: Line) -> None:
        number = line.number
        runs = self.segment.runs
        if number is not None and runs and self._lists_goods_of(runs[-1].blocks[-1], line, number.value):
            runs[-1].blocks[-1].lines.append(line)
            self.listed = number.value
            return
        self.listed = 0
        last = runs[-1].blocks[-1].first.number if runs else None
        restarts = bool(runs) and number is not None and (
            (number.value == 1 and runs[-1].last_number >= 1)
            or (self.after_blank and number.style != runs[-1].style and looks_like_menu(runs[-1]))
            or (last is not None and number.indented != last.indented)
        )  # fmt: skip
        if not runs or restarts:
            runs.append(Run())
        runs[-1].blocks.append(Block([line]))

    def _lists_goods_of(self, block: Block, line: Line, value: int) -> bool:
        """``3. 20-1602室`` and below it ``1.牛奶2箱``, ``2.面包3袋``: a numbered list inside an entry."""
        if value != self.listed + 1 or self.after_blank or not names_goods(line):
            return False
        if value == 1:
            return (block.number or 0) > 0 and not has_quantity(block.first) and len(block.lines) == 1
        return True

    def _before_entries(self, line: Line) -> None:
        segment = self.segment
        if line.is_total:
            segment.skip(line, "total")
        elif line.is_chat_stamp:
            segment.skip(line, "remark")
        elif not self.headed and not segment.titles and not is_order(line):
            segment.titles.append(line.text.show.strip())
        elif not self.numbered and is_order(line):
            segment.runs.append(Run([Block([line])]))
        elif line.is_instruction:
            segment.skip(line, "instruction")
        elif line.has_price:
            segment.skip(line, "menu")
        else:
            segment.skip(line, "instruction")

    def _after_entry(self, line: Line) -> None:
        """An unnumbered line behind an entry: its continuation, an order of its own, a total, a remark."""
        block = self.segment.runs[-1].blocks[-1]
        if line.is_total:
            self._settle(final=False)
            self.segment.skip(line, "total")
        elif self._stands_alone(line, block):
            self._settle(final=False)
            self.segment.runs[-1].blocks.append(Block([line]))
        elif (
            self.after_blank
            or self.pending
            or line.is_chat_stamp
            or (line.is_remark and not has_quantity(line) and (line.is_closing or not is_wish(line)))
        ):
            self.pending.append(line)
        else:
            block.lines.append(line)

    def _stands_alone(self, line: Line, block: Block) -> bool:
        """An order without a number of its own: another room than the entry before, and something ordered."""
        if not is_order(line):
            return False
        if not self.numbered:
            return True
        found = find_room(line.text.plain)
        before = find_room("\n".join(part.body.plain for part in block.lines))
        return (
            found is not None
            and found.number is not None
            and ((before is not None and before.number is not None) or self.after_blank)
            and (before is None or before.room != found.room)
        )

    def _settle(self, *, final: bool) -> None:
        """Decide about waiting lines: an entry with nothing in it takes the order that follows it."""
        if not self.pending:
            return
        block = self.segment.runs[-1].blocks[-1]
        empty = not any(has_quantity(line) for line in block.lines)
        for line in self.pending:
            if empty and not final and has_quantity(line) and not line.is_remark:
                block.lines.append(line)
            else:
                empty = False
                self.segment.skip(line, "remark")
        self.pending = []


def _read_segment(lines: list[Line]) -> Segment:
    return _SegmentReader(lines).read()


def _writes_numbers_apart(run: Run) -> bool:
    apart = 0
    for block in run.blocks:
        number = block.first.number
        if number is not None and number.style != " " and block.first.text.plain[number.end - 1 : number.end] == " ":
            apart += 1
    return apart * 2 > len(run.blocks)
