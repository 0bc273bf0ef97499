"""接龙: what residents wrote into one chat message, read line by line. Nothing is guessed silently.

``parse_chain`` is pure: no database, no clock, no Django. The grammar is written down in ``docs/jielong.md``; it is
read in layers, each a module:

- ``text``     characters: what is shown and what is matched
- ``lines``    one line by itself: header, number, example, total
- ``blocks``   segments, entries and remarks: which lines make one entry (``segments``: the holders)
- ``copies``   menus set apart; of several copies of a chain the one that counts
- ``tokens``   one entry's quantities, brackets, wishes, status words
- ``pairs``    what 俩 and 仨 count
- ``heads``    who orders: the nickname
- ``atoms``, ``items``  what is ordered, and the note
- ``entries``  one entry put together, with its room from ``compound.rooms``
- ``lexicon``, ``words``  what is a good, what is a name; the tables
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace

from compound.rooms import FoundRoom

from .blocks import shape_of
from .entries import read_entry, room_in
from .lexicon import Context, forget_words, goods_evidence, name_evidence, strip_idle
from .lines import Line, read_lines
from .model import WARNINGS, Chain, Entry, Item, Skipped, warning
from .pairs import read_tokens
from .segments import Block, Shape
from .text import Text
from .tokens import Kind, forget_tokens

__all__ = ["WARNINGS", "Chain", "Entry", "Item", "Skipped", "parse_chain"]

_MANY_UNITS = 3
_ABOUT_LENGTH = 4000  # every word is looked for in it


def parse_chain(text: str, *, buildings: Collection[str] = (), offered: Collection[str] = ()) -> Chain:
    """Read a pasted chain. Never raises; linear in the length of the text.

    ``buildings`` are the registry's names: those that the grammar cannot guess (钟楼西翼) are then found too.
    ``offered`` are the goods of the round: 鸡蛋+牛奶 is one of them, or two goods.
    Every non-empty line is in the title, in exactly one entry or in ``skipped``.
    """
    try:
        lines = read_lines(text)
        shape = shape_of(lines)
        bodies = [_body(block) for block in shape.blocks]
        rooms = [room_in(body, buildings) for body in bodies]
        context = _learn(bodies, rooms, _about(lines, shape), buildings)
        context = replace(context, offered=frozenset(name.lower() for name in offered))
        entries = [
            read_entry(body, room, context, line=block.first.at, number=block.number, raw=block.raw)
            for block, body, room in zip(shape.blocks, bodies, rooms, strict=True)
        ]
    finally:
        forget_tokens()
        forget_words()
    return Chain("\n".join(shape.titles), _warn_of_repeats(entries), tuple(shape.skipped))


def _body(block: Block) -> Text:
    body = block.first.body
    for line in block.lines[1:]:
        # A list of goods inside an entry has numbers of its own; in 2.5斤 the number is the quantity.
        listed = line.number is not None and line.number.sure
        body = body + Text("\n", "\n") + (line.body if listed else line.text)
    return body


def _about(lines: list[Line], shape: Shape) -> str:
    """Title, menu, examples, remarks: what the chain is about."""
    in_entries = {line.at for block in shape.blocks for line in block.lines}
    in_entries.update(skipped.line for skipped in shape.skipped if skipped.why == "copy")  # they hold names
    return "\n".join(line.text.plain for line in lines if line.at not in in_entries).lower()[:_ABOUT_LENGTH]


def _learn(bodies: list[Text], rooms: list[FoundRoom | None], about: str, buildings: Collection[str]) -> Context:
    """A first look over all entries: which goods are clear, whether lines name goods, where names stand."""
    context = Context(about=about, buildings=buildings)
    goods: set[str] = set()
    guesses: Counter[str] = Counter()
    naming = named_after_room = silent_after_room = 0
    units: Counter[str] = Counter()
    for body, room in zip(bodies, rooms, strict=True):
        parts = [body if room is None else body.cut(room.end)]
        counts = [token for token in read_tokens(parts[0], context) if token.kind is Kind.QUANTITY]
        units.update([token.unit for token in counts if token.unit])
        if room is not None and not counts:
            parts.insert(0, body.cut(0, room.start))  # else what stands before the room is the name
        clear = {word for part in parts for word in _clear_goods(part, context)}
        counted = set() if room is None else set(_counted_words(parts[-1], context))
        naming += bool(clear or counted)
        goods |= clear
        guesses.update(counted)
        if room is not None and not body.plain[: room.start].strip():
            first = next(
                (t for t in read_tokens(parts[-1], context) if t.kind not in (Kind.SPACE, Kind.SEPARATOR)), None
            )
            if first is not None and first.kind is Kind.TEXT:
                word = parts[-1].plain[first.start : first.end]
                named_after_room += name_evidence(word) >= 2
                silent_after_room += name_evidence(word) < 2 and goods_evidence(word, context) >= 1
    return replace(
        context,
        goods=frozenset(goods | {word for word, times in guesses.items() if times >= 2}),
        names_goods=(naming * 5 >= len(bodies) * 2 and naming > 0) or _count_many_goods(units),
        names_after_rooms=named_after_room > 0 or silent_after_room < 2,
    )


def _count_many_goods(units: Counter[str]) -> bool:
    """One thing is counted in one unit; many units (条, 双, 件) mean many goods, known or not."""
    return len(units) >= _MANY_UNITS and max(units.values()) * 5 <= units.total() * 3


def _clear_goods(part: Text, context: Context) -> Iterator[str]:
    for token in read_tokens(part, context):
        if token.kind is Kind.TEXT:
            start, end = strip_idle(part.plain, token.start, token.end)
            word = part.plain[start:end].lower()
            if goods_evidence(word, context) >= 2 and name_evidence(word) < 2:
                yield word


def _counted_words(part: Text, context: Context) -> Iterator[str]:
    """Words that stand like goods: behind a room, set apart by a space, with a quantity right behind them."""
    tokens = read_tokens(part, context)
    for before, token, behind in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.kind is Kind.TEXT and before.kind is Kind.SPACE and behind.kind is Kind.QUANTITY:
            start, end = strip_idle(part.plain, token.start, token.end)
            word = part.plain[start:end].lower()
            if len(word) >= 2 and name_evidence(word) == 0:
                yield word


def _warn_of_repeats(entries: list[Entry]) -> tuple[Entry, ...]:
    """The same door or nickname twice may be a correction or a second order: somebody has to say."""
    seen: dict[tuple[str, str], int] = {}
    numbers: dict[int, int] = {}
    keys = [(entry.room or "", "" if entry.room else entry.name) for entry in entries]
    for key, entry in zip(keys, entries, strict=True):
        seen[key] = seen.get(key, 0) + 1
        if entry.number is not None:
            numbers[entry.number] = numbers.get(entry.number, 0) + 1
    marked = []
    for key, entry in zip(keys, entries, strict=True):
        extra = []
        if key != ("", "") and seen[key] > 1:
            extra.append(warning("repeated_name", key[0] or key[1]))
        if entry.number is not None and numbers[entry.number] > 1:
            extra.append(warning("repeated_number", str(entry.number)))
        marked.append(replace(entry, warnings=entry.warnings + tuple(extra)) if extra else entry)
    return tuple(marked)
