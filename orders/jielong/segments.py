"""What a paste is made of: entries in runs, runs in segments. Plain holders, filled by ``blocks.py``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from compound.rooms import find_room

from .lexicon import Context, goods_evidence, name_evidence
from .lines import Line
from .model import Skipped, Why
from .pairs import read_tokens
from .tokens import Kind, tokenize

_SPACES = re.compile(r"[\W_]+")


@dataclass
class Block:
    """One entry: its first line and those that continue it."""

    lines: list[Line]

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def number(self) -> int | None:
        return None if self.first.number is None else self.first.number.value

    @property
    def raw(self) -> str:
        return "\n".join(line.raw for line in self.lines)

    @property
    def key(self) -> str:
        """What makes it the same entry in another copy: its text without number, spaces and signs."""
        return _SPACES.sub("", "".join(line.body.plain for line in self.lines)).lower()


@dataclass
class Run:
    """Entries numbered upwards without a restart."""

    blocks: list[Block] = field(default_factory=list)

    @property
    def last_number(self) -> int:
        return next((b.number for b in reversed(self.blocks) if b.number is not None), 0)

    @property
    def style(self) -> str:
        number = self.blocks[-1].first.number if self.blocks else None
        return "" if number is None else number.style

    @property
    def keys(self) -> list[str]:
        return [block.key for block in self.blocks]


@dataclass
class Segment:
    """From one header to the next."""

    lines: list[Line]
    titles: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return [block for run in self.runs for block in run.blocks]

    @cached_property
    def keys(self) -> list[str]:
        """Asked for only when the segment has been read."""
        return [block.key for block in self.blocks]

    @property
    def title_key(self) -> str:
        return _SPACES.sub("", "".join(self.titles)).lower()

    def skip(self, line: Line, why: Why) -> None:
        if not line.empty:
            self.skipped.append(Skipped(line.at, line.raw, why))


@dataclass
class Shape:
    """The whole paste: titles, entries in order, and every other non-empty line with its reason."""

    titles: list[str]
    blocks: list[Block]
    skipped: list[Skipped]


def has_quantity(line: Line) -> bool:
    return any(token.kind in (Kind.QUANTITY, Kind.EACH) for token in read_tokens(line.body, Context()))


def names_goods(line: Line) -> bool:
    """Begins with a quantity, or with a known good that has one; no room."""
    tokens = read_tokens(line.body, Context())
    if not tokens or not has_quantity(line) or find_room(line.body.plain) is not None:
        return False
    if tokens[0].kind is Kind.QUANTITY:
        return True
    word = line.body.plain[tokens[0].start : tokens[0].end]
    return tokens[0].kind is Kind.TEXT and goods_evidence(word, Context()) >= 2 and name_evidence(word) < 2


def is_wish(line: Line) -> bool:
    tokens = tokenize(line.body)
    return bool(tokens) and tokens[0].kind in (Kind.WISH, Kind.NOTE_LABEL, Kind.CANCEL, Kind.CHANGE, Kind.LABEL)


def is_order(line: Line) -> bool:
    """A line that names a room and a quantity besides it."""
    found = find_room(line.body.plain)
    if found is None or line.is_example or line.is_total:
        return False
    rest = line.body.cut(0, found.start) + line.body.cut(found.end)
    return any(token.kind in (Kind.QUANTITY, Kind.EACH) for token in read_tokens(rest, Context()))
