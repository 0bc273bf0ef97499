"""One numbered entry → room, name, items, note, status."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from compound.rooms import FoundRoom, Room, find_room, parse_room

from . import words
from .heads import clean_name, take_name
from .items import Reading, read_items
from .lexicon import Context, goods_evidence, name_evidence
from .model import Entry, Status, warning
from .pairs import read_tokens
from .text import Text
from .tokens import _UNIT, Kind, Token, tokenize

_ROOM_ONLY = re.compile(
    rf"(?:^|(?<=[\s\-,，、(（\[:])|(?<=[\u4e00-\u9fff]))(?P<floor>[1-9]|[1-3][0-9])(?P<door>0[1-9]|1[0-9]|20)[A-Za-z]?"
    rf"(?:室|房|号房)?(?![0-9A-Za-z.]|\s?{_UNIT}|\s?[元块点度])"
)
# 你猜 E1 1份: a letter and a digit between name and quantity is a place, unless the chain sells A1, B2.
_LETTER_PLACE = re.compile(rf"(?:^|(?<=\s))(?P<place>[A-Z][0-9]{{1,2}})\s+(?=[0-9]{{1,3}}\s?{_UNIT})")
_SECOND_ROOM = re.compile(r"[0-9]\s?[-栋幢号#座]\s?[0-9]|[0-9]\s?(?:单元|室|号楼)")
# 帮3-502带, 给父母4-502: the goods go to another door. And `2.6-302 1份` in the middle is the next entry.
_FOR_ANOTHER = re.compile(r"(?:帮|给|替|代)[^\s,，、。;；0-9]{0,6}[0-9]{1,3}\s?[-栋幢号#]\s?[0-9]{1,4}")
# （一盒给对门1101）, 帮1101带一份: the building is the same and goes without saying.
_DOOR_OF_ANOTHER = re.compile(
    rf"(?:[帮给替代]|对门|隔壁|楼[上下]|邻居)[^\s,，。;；0-9]{{0,6}}(?P<door>[0-9]{{3,4}})(?![0-9.]|\s?(?:{_UNIT}|[元块]))"
)
_NEXT_LINE = re.compile(r"\s[0-9]{1,3}[.、)]\s?[0-9]{1,3}\s?[-栋幢号#]\s?[0-9]{3,4}")
_STICKY = re.compile(r"(?:送到|送至|放到|放在|送|在|到)$")
_INTRODUCED = re.compile("^(?:我们?家?|本人|这里|这边)?(?:是|住在?|在)?$")
_OPEN = re.compile(words.OPEN)
_EARLIER = re.compile(words.EARLIER)
_OTHER_DOOR = re.compile(words.OTHER_DOOR)
_NUMERAL = re.compile("[0-9一二两俩三仨四五六七八九十半几]")
# 老张要三板, 陈师傅要一份青菜包: who, and the word that sets it apart.
_WHO_WANTS = re.compile(r"[\s,，:：-]*(?P<who>[\u4e00-\u9fff]{2,5}?)(?=\s?(?:我?要|想要|需要|订|来|买)[^的])")
_FOREIGN_NAME = re.compile("[A-Z][a-z]{2,11}")
_WEAK_MARK = re.compile(r"[0-9一二三四五六七八九十]+[号楼]$")
_HAS_WORD = re.compile("[0-9A-Za-z\u3400-\u9fff\U00010000-\U0010ffff\u2600-\u27ff]")


@dataclass(frozen=True)
class Place:
    """Where the room stands in the entry; ``sticky``: inside a wish (送到3-501), so nothing is cut out."""

    start: int
    end: int
    room: str | None
    warning: str | None
    sticky: bool = False


def read_entry(
    body: Text, found: FoundRoom | None, context: Context, *, line: int, number: int | None, raw: str
) -> Entry:
    """``body``: the entry without its number, lines joined by a line break; ``found``: its ``room_in``."""
    place = find_place(body, found, context)
    warnings: list[str] = []
    if place is None or place.sticky:
        name, reading = _without_room(body, context)
    else:
        name, reading = _around_room(body, place, context)
    if place is not None and place.warning:
        warnings.append(warning(place.warning, body.show[place.start : place.end].strip()))
    # 8-601帮8-602带苹果: the good reads oddly because it names the other door, which is asked about already.
    asked = place is not None and place.warning == "room_conflict"
    warnings += [w for w in reading.warnings if not (asked and w.startswith("odd_goods:"))]
    if reading.items and _OPEN.search(body.plain):
        warnings.append(warning("unsure"))
    if (reading.cancelled or reading.changed) and _EARLIER.search(body.plain):
        warnings.append(warning("earlier_order"))
    if not reading.items:
        warnings.append(warning("no_items"))
    if number is None:
        warnings.append(warning("no_number"))
    note = reading.note
    if place is not None and place.room is not None and str(parse_room(note)) == place.room:
        note = ""  # the same room once more
    return Entry(
        line=line,
        number=number,
        raw=raw,
        name=name,
        room=None if place is None else place.room,
        items=reading.items,
        note=note,
        status=_status(reading),
        warnings=tuple(warnings),
    )


def _status(reading: Reading) -> Status:
    if reading.cancelled and not (reading.changed and reading.items):
        return "cancel"
    if reading.changed:
        return "change"
    return "order" if reading.items else "unclear"


# ── the room ────────────────────────────────────────────────


def room_in(body: Text, buildings: Collection[str]) -> FoundRoom | None:
    """The room of an entry, with the brackets that hold it."""
    found = find_room(body.plain, buildings=buildings)
    if found is None or found.start == 0:
        return found
    around = body.plain[found.start - 1] + body.plain[found.end : found.end + 1]
    return replace(found, start=found.start - 1, end=found.end + 1) if around in ("()", "[]") else found


def find_place(body: Text, found: FoundRoom | None, context: Context) -> Place | None:
    """The entry's room, building alone, or room without building."""
    if found is not None and found.number is not None:
        conflict = _names_another_room(body, found, context)
        room = str(Room(found.building, found.unit, found.number))
        return Place(found.start, found.end, room, "room_conflict" if conflict else None, _is_sticky(body, found))
    if found is not None and _is_building(body, found, context):
        return Place(found.start, found.end, None, "building_only", _is_sticky(body, found))
    letter = _LETTER_PLACE.search(body.plain)
    if letter and not context.names_goods and letter["place"][0].lower() not in context.about:
        return Place(letter.start(), letter.end("place"), None, "building_only")
    room_only = _ROOM_ONLY.search(body.plain[:40])
    if room_only and not any(t.kind is Kind.QUANTITY for t in read_tokens(body.cut(0, room_only.start()), context)):
        return Place(room_only.start(), room_only.end(), None, "room_only")
    return None


def _names_another_room(body: Text, found: FoundRoom, context: Context) -> bool:
    if _FOR_ANOTHER.search(body.plain, found.end) or _NEXT_LINE.search(body.plain, found.end):
        return True
    if _OTHER_DOOR.search(body.plain, found.end):
        return True
    door = _DOOR_OF_ANOTHER.search(body.plain, found.end)
    if door is not None and door["door"].lstrip("0") != found.number:
        return True
    if _SECOND_ROOM.search(body.plain, found.end) is None:
        return False
    other = find_room(body.plain[found.end :], buildings=context.buildings)
    return other is not None and other.number is not None and other.room != found.room


def _is_sticky(body: Text, found: FoundRoom) -> bool:
    return _STICKY.search(body.plain[: found.start]) is not None


def _is_building(body: Text, found: FoundRoom, context: Context) -> bool:
    """5号电池 and 3号套餐 are goods; 3号 behind an order is a date."""
    rest = re.split(r"[\s,，、;；\n]", body.plain[found.start :], maxsplit=1)[0]
    tokens = read_tokens(body.cut(0, found.start), context)
    ordered = any(token.kind is Kind.QUANTITY for token in tokens)
    if _WEAK_MARK.search(body.plain[found.start : found.end]):
        good = goods_evidence(
            re.split(r"[0-9一二两三四五六七八九十半]", body.plain[found.end : found.end + 12])[0], context
        )
        return not ordered and good < 2 and goods_evidence(rest, context) < 3
    return True


# ── name and order ──────────────────────────────────────────


def _without_room(body: Text, context: Context) -> tuple[str, Reading]:
    who, body = _who_wants(body)
    if who:
        return who, read_items(body, read_tokens(body, context), context)
    tokens = read_tokens(body, context)
    name, rest = take_name(body, tokens, context, after_room=False, glued=False)
    runs_on = bool(name) and bool(rest) and rest[0].kind is Kind.TEXT and body.plain[rest[0].start - 1].isalnum()
    name, rest = _name_at_the_end(body, rest, name)
    reading = read_items(body, rest, context)
    if runs_on:
        reading.warnings.append(warning("name_guessed", name))
    return name, reading


def _around_room(body: Text, place: Place, context: Context) -> tuple[str, Reading]:
    left, right = body.cut(0, place.start), body.cut(place.end)
    who, behind = _who_wants(right)
    if who and not _HAS_WORD.search(left.plain):
        return who, read_items(behind, read_tokens(behind, context), context)
    left_tokens, right_tokens = read_tokens(left, context), read_tokens(right, context)
    if _orders(left_tokens) and not _orders(right_tokens):
        return _room_behind_order(left, left_tokens, right, right_tokens, context)
    glued = bool(right.plain) and right.plain[0] not in " \n"
    kept, name = _take_left(left, left_tokens)
    if name:
        rest = right_tokens
        if glued and rest and rest[0].kind is Kind.TEXT and name_evidence(right.plain[: rest[0].end]) == 3:
            more, rest = take_name(right, rest, context, after_room=True, glued=True)
            name = f"{name} {more}".strip()
    else:
        name, rest = take_name(right, right_tokens, context, after_room=True, glued=glued)
        name, rest = _name_at_the_end(right, rest, name)
    reading = read_items(right, rest, context)
    return name, _joined(read_items(left, kept, context), reading) if kept else reading


def _who_wants(text: Text) -> tuple[str, Text]:
    """A clear name and the rest behind it; '' and the whole text where nobody is named so."""
    match = _WHO_WANTS.match(text.plain)
    if match is None or name_evidence(match["who"]) < 3 or match["who"] in words.GOODS:
        return "", text
    return text.show[match.start("who") : match.end("who")], text.cut(match.end("who"))


def _room_behind_order(
    left: Text, left_tokens: list[Token], right: Text, right_tokens: list[Token], context: Context
) -> tuple[str, Reading]:
    """``鸡蛋2板 王姐 3-501``, ``2份 3-501 王姐``: everything is ordered before the room is named."""
    name, rest = take_name(left, left_tokens, context, after_room=False, glued=False)
    name, rest = _name_at_the_end(left, rest, name)
    remaining = right_tokens
    if not name:
        name, remaining = take_name(right, right_tokens, context, after_room=True, glued=True)
    return name, _joined(read_items(left, rest, context), read_items(right, remaining, context))


def _orders(tokens: list[Token]) -> bool:
    return any(token.kind in (Kind.QUANTITY, Kind.EACH) for token in tokens)


def _take_left(left: Text, tokens: list[Token]) -> tuple[list[Token], str]:
    """All that stands before the room is the nickname, but for status words and labels."""
    if all(t.kind in (Kind.TEXT, Kind.SPACE) for t in tokens):
        return [], _nickname(left.show)
    kept = [t for t in tokens if t.kind in (Kind.CANCEL, Kind.CHANGE, Kind.MORE)]
    kept += [t for t in tokens if t.kind is Kind.BRACKET and _is_status(left, t)]
    pieces = "".join(
        left.show[t.start : t.end] for t in tokens if t not in kept and t.kind not in (Kind.LABEL, Kind.NOTE_LABEL)
    )
    return kept, _nickname(pieces)


def _nickname(before_room: str) -> str:
    """What stands before the room, unless it only leads up to it: 我是3号楼202的, 房号3-202."""
    name = _INTRODUCED.sub("", clean_name(before_room))
    return name if _HAS_WORD.search(name) and name not in words.LABELS else ""


def _is_status(text: Text, bracket: Token) -> bool:
    inner = tokenize(text.cut(bracket.start + 1, bracket.end - 1))
    return any(token.kind in (Kind.CANCEL, Kind.CHANGE, Kind.MORE) for token in inner)


def _name_at_the_end(text: Text, tokens: list[Token], name: str) -> tuple[str, list[Token]]:
    """``2份 王姐``: nobody named at the beginning, a clear name behind the last quantity."""
    while tokens and tokens[-1].kind is Kind.SPACE:
        tokens = tokens[:-1]
    if name or len(tokens) < 3 or tokens[-1].kind is not Kind.TEXT or tokens[-2].kind is not Kind.SPACE:
        return name, tokens
    last = tokens[-1]
    word = text.plain[last.start : last.end]
    if _NUMERAL.search(word) and name_evidence(word) < 3 and goods_evidence(word[:1], Context()) >= 3:
        return name, tokens  # 姜二快: a good, and a quantity that nobody can read
    if tokens[-3].kind is Kind.QUANTITY and (name_evidence(word) >= 2 or _FOREIGN_NAME.fullmatch(word)):
        return clean_name(text.show[last.start : last.end]), tokens[:-2]
    return name, tokens


def _joined(first: Reading, second: Reading) -> Reading:
    if not first.items and not first.note and not first.cancelled and not first.changed:
        return second
    return Reading(
        items=first.items + second.items,
        note="；".join(note for note in (first.note, second.note) if note),
        cancelled=first.cancelled or second.cancelled,
        changed=first.changed or second.changed,
        warnings=first.warnings + second.warnings,
    )
