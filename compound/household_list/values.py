"""What single cells say: head counts, ticks, groups, states, telephone numbers, rooms. Pure, never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from compound.household_list import words
from compound.rooms import Room, chinese_number, clean, find_room, parse_room, room_number
from compound.spreadsheet.labels import label

MOST_PEOPLE = 60

_CN = "零〇一二三四五六七八九十两俩仨壹贰叁肆伍陆柒捌玖拾"
_COUNT = rf"(?:[0-9]{{1,3}}|[{_CN}]{{1,3}})"
_PEOPLE = re.compile(
    rf"(?:共|一共|合计|计|约定|常住|家庭|全家|现住|居住|住)*[:：]?({_COUNT})(?:\.0+)?\s?(?:个人|口人|口|人|名|位|个|名居民|people|persons?|pers?\.?|pax)?(?:居住|常住)?",
    re.IGNORECASE,
)
_ADULTS = r"(?:个?大人?|个?成人|个?成年人|老人?|adults?)"
_CHILDREN = r"(?:个?小孩?|个?儿童|个?孩子|个?婴儿|个?幼儿|个?未成年人?|kids?|child(?:ren)?)"
_PART = re.compile(
    rf"({_COUNT})\s?(?:{_ADULTS}|{_CHILDREN})|(?:大人|成人|小孩|儿童|老人|孩子)[:：]?\s?({_COUNT})人?",
    re.IGNORECASE,
)
_PARTS = re.compile(
    rf"(?:(?:{_PART.pattern})[\s,，、+;；和与]*){{2,4}}(?:[,，、 =]*共\s?{_COUNT}\s?[人口])?", re.IGNORECASE
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_INSIDE = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")


@dataclass(frozen=True, slots=True)
class Count:
    """`people` None: cannot be read. `added` says that parts were added up (2大1小), so that somebody may look."""

    people: int | None
    added: bool = False


def _number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return chinese_number(text.replace("俩", "两").replace("仨", "三"))


@lru_cache(maxsize=4096)
def count_people(text: str) -> Count:
    """`3` `3.0` `3人` `三口人` `共3人` → 3; `2大1小` → 3, added; `空户` → 0; `约三` `3-4` `4+1` `?` → None.

    Never called for an empty cell: what nothing means is the row's business.
    """
    plain = clean(text)
    if is_empty_word(plain):
        return Count(0)
    bare = _BRACKETS.sub("", plain).strip() or plain
    match = _PEOPLE.fullmatch(bare)
    if match:
        return Count(_number(match[1]))
    if _PARTS.fullmatch(plain):
        numbers = [_number(a or b) for a, b in _PART.findall(plain)]
        if numbers and None not in numbers:
            return Count(sum(n for n in numbers if n is not None), added=True)
    return Count(None)


@lru_cache(maxsize=4096)
def is_nothing(text: str) -> bool:
    """`/` `无` `—`: somebody wrote that there is nothing to write."""
    return label(text) in words.NOTHING or clean(text).lower() in words.NOTHING or not clean(text)


@lru_cache(maxsize=4096)
def is_empty_word(text: str) -> bool:
    """空户, 空置, 未入住, 毛坯, vacant …, as a whole or as the main word of a short text."""
    short = re.sub(r"[\s*,，.。;；()（）]+", "", clean(text).lower())
    if not short or len(short) > 24 or words.NOT_EMPTY.search(short):
        return False
    return short in words.EMPTY_ALONE or words.EMPTY.search(short) is not None


@lru_cache(maxsize=4096)
def is_returned_word(text: str) -> bool:
    """返乡, 外地返回, returned …, and not 未返乡."""
    short = re.sub(r"[\s*,，.。;；]+", "", clean(text).lower())
    return words.NOT_RETURNED.search(short) is None and words.RETURNED.search(short) is not None


@lru_cache(maxsize=4096)
def is_ordinary_word(text: str) -> bool:
    """常住, 租户, 自住 …: states that need nobody's attention."""
    return is_nothing(text) or words.ORDINARY.search(clean(text).lower().replace(" ", "")) is not None


@lru_cache(maxsize=4096)
def tick(text: str) -> bool | None:
    """True for √ 是 1 有, False for 否 0 × and an empty cell, None for any other text."""
    short = clean(text).lower().strip("。. ,()（）")
    if not short or short in words.NO:
        return False
    if short in words.YES or label(text) in words.YES:
        return True
    if re.fullmatch(r"[0-9]{1,2}(?:\.0)?[人个名位]?", short):
        return float(re.sub(r"[^0-9.]", "", short)) > 0
    return None


SEPARATORS = re.compile(
    r"[、,，/／;；|+＋&\n\t]|\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+|[和及与](?=[\u4e00-\u9fff]{2})"
)
_NOT = re.compile(r"^(?:无|非|没有|没|不是|未|否)")


@lru_cache(maxsize=4096)
def read_tags(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The groups a cell names, canonical and in its order, and the words that are none."""
    found: list[str] = []
    unknown: list[str] = []
    whole = words.TAG_OF.get(label(text))
    if whole:
        # 独居 老人, broken over two lines of a narrow column
        return (whole,), ()
    for part in SEPARATORS.split(clean(text)):
        word = label(part)
        if not word or word in words.NOTHING or (part.strip() and label(part) in words.NO):
            continue
        exact = words.TAG_OF.get(word)
        if exact is None and (_NOT.match(word) or is_empty_word(word) or is_returned_word(word)):
            continue
        bare = re.sub(r"^[0-9一二两三]+[个名位]?|[0-9一二两三]+[人个名位]?$", "", word)
        hits = [exact] if exact else [words.TAG_OF[hit] for hit in words.TAG_IN.findall(bare)]
        if hits:
            found += [hit for hit in dict.fromkeys(hits) if hit not in found]
        elif len(word) > 0 and not word.isdigit():
            unknown.append(part.strip())
    return tuple(found), tuple(unknown)


_BETWEEN = re.compile(
    r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|(?<=[0-9])\s+(?=[号栋幢座楼单室])|(?<=[号单])\s+(?=[楼元])"
)


def joined(text: str) -> str:
    """`一 号 楼`, written downwards in a narrow merged cell → `一号楼`."""
    return _BETWEEN.sub("", clean(text))


_PHONE = re.compile(r"(?<![0-9])(?:\+?86[- ]?)?(1[3-9][0-9])[- ]?([0-9]{4})[- ]?([0-9]{4})(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9])(?:\(?(0[0-9]{2,3})\)?[- ]?)?([2-8][0-9]{6,7})(?![0-9])")


def find_phone(text: str) -> str | None:
    """The first number of a cell: `130 0004 1234` → `13000041234`, `021-55556666` with its hyphen; or None."""
    plain = re.sub(r"\.0$", "", clean(text))
    match = _PHONE.search(plain) or _PHONE.search(re.sub(r"[^0-9+]", "", plain))
    if match:
        return "".join(match.groups())
    match = _LANDLINE.search(plain)
    if match:
        return f"{match[1]}-{match[2]}" if match[1] else str(match[2])
    return None


def split_name(text: str) -> tuple[str, str]:
    """`周旻 130 0004 1234` → name, phone: some lists keep both in one cell."""
    match = _PHONE.search(text)
    if match is None:
        return text, ""
    name = (text[: match.start()] + " " + text[match.end() :]).strip(" ,，:：/()（）电话")
    return name, "".join(match.groups())


# ── rooms ───────────────────────────────────────────────────────────────────────────────────────────────────────

_ENGLISH = re.compile(
    r"(?:(?:building|bldg|block|blk|tower|house)\.?\s*(?:no\.?|#)?\s*(?P<b>[a-z]?[0-9]{1,4}[a-z]?|[a-z]))?[\s,;/-]*"
    r"(?:(?:unit|entrance|staircase|stair)\.?\s*(?:no\.?|#)?\s*(?P<u>[0-9]{1,2}|[a-z]))?[\s,;/-]*"
    r"(?:(?:room|rm|flat|apartment|apt|door|suite)\.?\s*(?:no\.?|#)?\s*(?P<n>[a-z]?[0-9]{1,5}[a-z]?))?",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def plain_english(text: str) -> str:
    """`Building 3, Room 501` → `3-501`, `Block A` → `A`, `Room 302` → `302`; any other text as it is."""
    plain = clean(text)
    match = _ENGLISH.fullmatch(plain.strip())
    if match is None:
        return re.sub(r"^(?:no|nr)[.: ]\s*(?=[0-9])", "", plain, flags=re.IGNORECASE)
    parts = [part.upper() for part in (match["b"], match["u"], match["n"]) if part]
    return "-".join(parts) or plain


@dataclass(frozen=True, slots=True)
class Written:
    """What a room cell says: `302` alone has no building."""

    building: str | None
    unit: str | None
    number: str
    note: str = ""


_BUILDING_UNIT = re.compile(
    r"第?(?P<unit>[0-9]{1,2}|[A-Za-z]|[东西南北中一二三四五六七八九])\s?(?:单元|门|梯)\s?[-/]?\s?(?P<number>[A-Za-z]?[0-9]{1,5}[A-Za-z]?)\s?(?:室|房|号)?"
)
# 幸福路88号3栋501: the house number on the road is no building where a building follows.
_ROAD = re.compile(
    r"^[\u4e00-\u9fff]{2,20}?(?:路|街|大道|道|巷|村)[0-9]{1,5}(?:-[0-9]{1,3})?(?:号院?|弄)(?=[^0-9]*[0-9A-Za-z]{1,4}\s?(?:号|栋|幢|座|#|-))"
)
_SPACED3 = re.compile(r"([A-Za-z]?[0-9]{1,3}[A-Za-z]?)[\s,，.、]+([0-9]{1,2})[\s,，.、]+([0-9]{3,4}[A-Za-z]?)")
_FLOOR = re.compile(r"([0-9]{1,2})\s?[层楼F]\s?([0-9]{3,5}[A-Za-z]?)\s?(?:室|房|号)?")


@lru_cache(maxsize=8192)
def read_room(text: str, buildings: frozenset[str] = frozenset()) -> Written | None:
    """Any written form of a room, alone or with building and unit, also behind the name of road and compound."""
    plain = plain_english(text).strip(" .,;:。，、")
    note = " ".join(_INSIDE.findall(plain))
    bare = _ROAD.sub("", _BRACKETS.sub("", plain).strip(" -"))
    if note and not (is_empty_word(note) or is_returned_word(note)):
        # 501(北) may be another door than 501: not for this program to decide.
        return None
    number = room_number(bare)
    if number is not None and not (bare[:1] in "零〇一二三四五六七八九" and len(bare) < 3):
        return Written(None, None, number, note)
    unit = _BUILDING_UNIT.fullmatch(bare)
    if unit and not re.fullmatch(r"[0-9]+号", bare):
        name = chinese_number(unit["unit"]) if unit["unit"] in "一二三四五六七八九" else unit["unit"].upper()
        within = room_number(unit["number"])
        if within:
            return Written(None, str(name), within, note)
    floor = _FLOOR.fullmatch(bare)
    if floor and floor[2].startswith(floor[1].lstrip("0")):
        return Written(None, None, str(room_number(floor[2])), note)
    spaced = _SPACED3.fullmatch(bare)
    room = parse_room("-".join(spaced.groups()) if spaced else bare, buildings=buildings)
    return _written(room, note) if room else _behind_names(bare, buildings, note)


def _behind_names(text: str, buildings: frozenset[str], note: str) -> Written | None:
    """`莲花路168弄幸福里小区3号楼2单元501室`: the room must be the end of the text."""
    found = find_room(text, buildings=buildings)
    if found is None or found.room is None or text[found.end :].strip(" 室号房"):
        return None
    before = text[: found.start]
    # What stands before is the name of a place: letters, perhaps a lane and a house number on the road.
    if (
        re.search(r"[0-9]\s?$", before)
        or len(before) > 60
        or (before and not re.search(r"[\u4e00-\u9fffA-Za-z弄,， ]$", before))
    ):
        return None
    return _written(found.room, note)


def _written(room: Room, note: str) -> Written:
    return Written(without_place(room.building), room.unit, room.number, note)


_PLACE = re.compile(r".*(?:小区|社区|花园|家园|新村)(?=.)")
_PLACED = re.compile(
    r"([\u4e00-\u9fff]*?)((?:[东西南北中新老一二三四五六]|[A-Z0-9]{1,2})[区期])?"
    r"([A-Z]?[0-9]{1,4}[A-Z]?)(?:号楼|栋|幢|座|楼|号)?"
)


def without_place(building: str) -> str:
    """`幸福里小区20栋` → `20`: the compound's name in front of a number is no part of the building's name."""
    name = _PLACE.sub("", building)
    match = _PLACED.fullmatch(name)
    # 荷花苑3 is an area's building (see compound.rooms), 幸福里3 is not.
    if match and len(match[1]) >= 2 and not re.fullmatch(r"[\u4e00-\u9fff]{2}[区期苑].+", name):
        return (match[2] or "") + match[3]
    return re.sub(r"^([A-Z]?[0-9]{1,4}[A-Z]?)(?:号楼|栋|幢|座|号)$", r"\1", name)
