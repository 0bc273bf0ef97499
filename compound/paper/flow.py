"""Rows flowing over pages: what stays together, what is repeated at the top of the next page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from compound.paper.fonts import width
from compound.paper.ink import MM, Align, Ink
from compound.paper.page import BOTTOM, LEFT, RIGHT, TEXT, Frame
from compound.paper.text import wrap

BOX: Final = 6 * MM
PAD: Final = 4.0
LINE: Final = 16.0  # leading of 12 pt text
ROOM: Final = RIGHT - LEFT

Paint = Callable[[Ink, float], None]


@dataclass(slots=True)
class Block:
    """Something of a fixed height that is never cut. `paint` gets the y of its top.

    `keep` holds it on one page with the next block; `heading` is painted again where a page begins with this block.
    """

    height: float
    paint: Paint
    keep: bool = False
    heading: Block | None = None


def paginate(
    blocks: Sequence[Block], top: float, head: Block | None, bottom: float = BOTTOM
) -> list[list[tuple[float, Block]]]:
    """The blocks with their y, page by page; `head` (the column titles) begins every page."""
    pages: list[list[tuple[float, Block]]] = []
    y = bottom + 1
    for index, block in enumerate(blocks):
        needed = block.height
        following = index
        while blocks[following].keep and following + 1 < len(blocks):
            following += 1
            needed += blocks[following].height
        if y + needed > bottom:
            page: list[tuple[float, Block]] = []
            pages.append(page)
            y = top
            for repeated in (head, block.heading):
                if repeated is not None:
                    page.append((y, repeated))
                    y += repeated.height
        pages[-1].append((y, block))
        y += block.height
    return pages


def draw_pages(
    ink: Ink, frame: Frame, blocks: Sequence[Block], head: Block | None = None, bottom: float = BOTTOM
) -> None:
    pages = paginate(blocks, frame.top, head, bottom)
    for number, page in enumerate(pages, start=1):
        frame.draw(ink, number, len(pages))
        for y, block in page:
            block.paint(ink, y)
        ink.end_page()


class Column(NamedTuple):
    title: str
    wide: float
    align: Align = "left"
    # Vertical lines on both sides: something is written here by hand.
    ruled: bool = False


class Columns:
    """The columns of a table: where each begins, and the block with their titles."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns
        self.left: list[float] = []
        x = LEFT
        for column in columns:
            self.left.append(x)
            x += column.wide

    def room(self, index: int) -> float:
        """The width that text may take."""
        padding = 2 if self.columns[index].align == "center" else 2 * PAD
        return self.columns[index].wide - padding

    def x(self, index: int) -> float:
        column = self.columns[index]
        if column.align == "right":
            return self.left[index] + column.wide - PAD
        if column.align == "center":
            return self.left[index] + column.wide / 2
        return self.left[index] + PAD

    def write(self, ink: Ink, index: int, y: float, text: str, size: float, *, bold: bool = False) -> None:
        ink.text(self.x(index), y, text, size, bold=bold, align=self.columns[index].align)

    def rules(self, ink: Ink, y: float, height: float) -> None:
        """The hairline under a row and the vertical ones of what is filled in by hand."""
        ink.line(LEFT, y + height, RIGHT, y + height)
        for index, column in enumerate(self.columns):
            if column.ruled:
                ink.line(self.left[index], y, self.left[index], y + height)
                right = self.left[index] + column.wide
                if right < RIGHT - 1:
                    ink.line(right, y, right, y + height)

    def head(self) -> Block:
        titles = [wrap(column.title, self.room(index), TEXT) for index, column in enumerate(self.columns)]
        lines = max((len(title) for title in titles), default=1)
        height = lines * LINE + 4

        def paint(ink: Ink, y: float) -> None:
            for index, title in enumerate(titles):
                for number, line in enumerate(title, start=lines - len(title)):
                    self.write(ink, index, y + (number + 1) * LINE - 3, line, TEXT)
            ink.line(LEFT, y + height, RIGHT, y + height, thick=1)

        return Block(height, paint, keep=True)


def heading(text: str, *, size: float = 15, above: float = 6) -> Block:
    height = above + size * 1.5

    def paint(ink: Ink, y: float) -> None:
        ink.text(LEFT, y + above + size, text, size, bold=True)
        ink.line(LEFT, y + height, RIGHT, y + height, thick=0.8)

    return Block(height, paint, keep=True)


def text_lines(text: str, *, size: float = TEXT, bold: bool = False, indent: float = 0) -> list[Block]:
    """A paragraph as one block per line, so that it may run over a page."""
    blocks = []
    for line in wrap(text, ROOM - indent, size, bold):

        def paint(ink: Ink, y: float, line: str = line) -> None:
            ink.text(LEFT + indent, y + size, line, size, bold=bold)

        blocks.append(Block(size * 1.35, paint))
    return blocks


def token_lines(tokens: Iterable[str], room: float, size: float, gap: float = 12) -> list[list[tuple[float, str]]]:
    """Rooms in lines, none broken: (x offset, room) for each."""
    lines: list[list[tuple[float, str]]] = []
    x = room + 1
    for token in tokens:
        wide = width(token, size)
        if x + wide > room:
            lines.append([])
            x = 0.0
        lines[-1].append((x, token))
        x += wide + gap
    return lines


def space(height: float) -> Block:
    return Block(height, lambda ink, y: None)


def by_hand(*labels: str, above: float = 24) -> Block:
    """Words with a line after each to write on, over the whole width."""
    each = ROOM / len(labels)

    def paint(ink: Ink, y: float) -> None:
        base = y + above
        for index, label in enumerate(labels):
            x = LEFT + index * each
            wide = ink.text(x, base, label, TEXT)
            ink.line(x + wide + PAD, base + 2, x + each - 12, base + 2)

    return Block(above + 8, paint)


def strike(ink: Ink, x: float, y: float, wide: float, size: float) -> None:
    """A line through text with its baseline at `y`."""
    ink.line(x, y - size * 0.36, x + wide, y - size * 0.36, thick=1.1)
