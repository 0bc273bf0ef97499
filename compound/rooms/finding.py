"""A room inside a longer text, among dates, phone numbers and quantities."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator

from .grammar import (
    AREA,
    BUILDING,
    CN,
    CN_NUMBER,
    DASH_LIKE_ONE,
    FLOOR,
    HAN,
    LANE,
    MARK,
    MAY_HOLD_ROOM,
    NAMED,
    NO_ROOM,
    NUMBER,
    ROOM_MARK,
    UNIT,
    UNIT_MARK,
    FoundRoom,
    known_building,
    plain_building,
    plain_number,
    registered,
    unit_of,
)
from .spelling import CHINESE_NUMERAL, TRADITIONAL, fold

_MEASURE = (
    r"(?:份|斤|公斤|千克|克|kg|g|ml|l|箱|盒|袋|包|瓶|个|個|只|板|提|桶|罐|把|颗|棵|条|块|件|套|升|枚|片|粒|支|卷|听|听装|捆|杯|碗|串|扎"
    r"|元|块钱|人|位|天|日|月|年|点|时|分|小时|次|米|岁|度|折|%|％|℃|寸|码|号(?!楼|院|房|室)|单元|单|门|[层楼]|送|\.[0-9])"
)
# What may not follow a room's number: a measure word, a further mark of an address, more digits.
_FREE = rf"(?!{_MEASURE}|\s{_MEASURE}(?![0-9]|{HAN})|[0-9])"
# Floor and door, as 903: of that many nobody orders, so a counting word behind it begins the goods (15-1-903桶装水).
_DOOR_LIKE = (
    rf"[1-9][0-9]?(?:0[1-9]|1[0-9])(?=(?:份|斤|箱|盒|袋|包|瓶|个|只|板|提|桶|罐|把|颗|棵|条|件|套|卷|听|捆|杯|碗){HAN})"
)
# N号 alone is a building only where no date can be meant.
_DAY_WORDS = re.compile(r"\s?(?:[送前后晚早到发截开配要之可能取领团周的]|[上下中]午|左右|\(周|星期)")

_INSIDE = re.compile(
    rf"""
    (?<![A-Za-z0-9.*])(?=[0-9A-Za-z第{CHINESE_NUMERAL}])
    (?:(?P<lane>{LANE})\s?)?
    (?:
        # 3栋2单元501, 3#2-501, 9号9室, 20栋1702, A座 1102
        第?(?P<building>{BUILDING})\s?(?P<mark>{MARK})
        (?:
            \s?-?\s?(?:第?(?P<unit>{UNIT})(?:\s?{UNIT_MARK}\s?-?\s?|-))?(?:{FLOOR}[层楼]\s?)?
            (?P<number>
                {NUMBER}(?=\s?(?:室|房|号房|户))
              | {CN_NUMBER} | {CN}(?=室)
              | (?<!\s){NUMBER}{_FREE}(?![A-Za-z])
              | [A-Za-z]?[0-9]{{3,4}}[A-Za-z]?{_FREE}(?![A-Za-z])
              | {_DOOR_LIKE}
            )
            (?:\s?{ROOM_MARK})?
        )?
      | # 3-2-501, 20-1702, 12-101A, B1-101, 东区3-501
        (?P<dashed>(?:[A-Za-z]?[0-9]{{1,3}}[A-Za-z]?|[A-Za-z]))
        \s?[-_/]\s?(?:(?P<unit2>{UNIT})(?:{UNIT_MARK}-?|[-_/]))?
        (?P<number2>{NUMBER}{_FREE}|{_DOOR_LIKE})(?![A-Za-z])(?![-_/][0-9]+(?!\s?{_MEASURE}|[0-9]))(?:\s?(?:室|房))?
    )
    """,
    re.VERBOSE,
)
# 商务楼305, 云谷B座: the name must begin where a word begins.
_NAMED_INSIDE = re.compile(
    rf"(?:(?<=[\s\-,，、.。:：;；(（~])|^)(?P<named>{NAMED})"
    rf"(?:\s?-?\s?(?:(?P<unit>{UNIT})(?:\s?{UNIT_MARK}\s?-?|-))?"
    rf"(?P<number>[A-Za-z]?[0-9]{{2,5}}[A-Za-z]?){_FREE}(?:\s?室)?)?"
)
# A1201: the letter of the building right before a number that ends like a door's.
_LETTER_GLUED = re.compile(
    rf"(?<![A-Za-z0-9.\-*/])(?P<building>[A-HJ-NP-Z])(?P<number>[1-9][0-9]?(?:0[1-9]|1[0-9]|20)){_FREE}(?=[\s,，、:：\-]|$|{HAN})"
)
# Each alternative of NO_ROOM has one of these; most entries have none.
_MAY_BE_CLOSED = re.compile(r"[*xX×/:.年月点时]|1[3-9][0-9][-\s]?[0-9]{4}|[0-9]{7}|(?:19|20)[0-9]{2}-")
# What follows a building named in the registry.
_TAIL = re.compile(rf"\s?-?\s?(?:(?P<unit>{UNIT})(?:{UNIT_MARK}-?|-))?(?P<number>{NUMBER}){_FREE}室?")
_UNIT_ALONE = re.compile(rf"(?P<unit>{UNIT})(?:单元|门)")
_ZONE = re.compile(r"(?<![A-Za-z0-9])(?P<zone>[A-Za-z0-9]{1,2}区)")


def find_room(text: str, *, buildings: Collection[str] = ()) -> FoundRoom | None:
    """The first room inside a longer text (``3栋2单元501王姐``, ``王姐 3-501 鸡蛋2板``), or a building alone.

    A full room wins over a building that stands before it. Phone numbers, dates (``6.9号``), times, pack
    sizes (``600ml*24瓶``) and quantities (``3-5斤``) are no rooms. A number right behind a building's mark is
    the room (``9栋9``); after a space it needs three digits or 室, because in ``3栋 2`` the 2 is a quantity.
    """
    if not MAY_HOLD_ROOM.search(text) and not buildings:
        return None
    folded, offsets = fold(text)
    words = folded.translate(TRADITIONAL)
    if "一" in words:
        words = DASH_LIKE_ONE.sub("-", words)
    closed = [match.span() for match in NO_ROOM.finditer(words)] if _MAY_BE_CLOSED.search(words) else []
    alone: FoundRoom | None = None
    for building, unit, number, start, end in _candidates(words, closed, buildings):
        found = FoundRoom(building, unit, number, offsets[start], offsets[end - 1] + 1)
        if number is not None:
            return found
        if alone is None or found.start < alone.start:
            alone = found
    return alone


_Candidate = tuple[str, str | None, str | None, int, int]


def _candidates(words: str, closed: list[tuple[int, int]], buildings: Collection[str]) -> Iterator[_Candidate]:
    known = known_building(tuple(sorted(buildings)))
    if known is not None:
        for match in known.finditer(words):
            tail = _TAIL.match(words, match.end())
            name = registered(match[0], buildings)
            if tail and _open(closed, *tail.span("number")):
                yield name, unit_of(tail), plain_number(tail["number"]), match.start(), tail.end()
            else:
                yield name, None, None, *match.span()
    for match in _INSIDE.finditer(words):
        yield from _numbered(words, match, closed)
    for match in _LETTER_GLUED.finditer(words):
        if _open(closed, *match.span()):
            yield match["building"], None, match["number"], *match.span()
    for match in _NAMED_INSIDE.finditer(words) if _NAMED_MARK.search(words) else ():
        if not _NUMBERED_NAME.fullmatch(match["named"]) and _open(closed, *match.span()):
            number = None if match["number"] is None else plain_number(match["number"])
            yield match["named"].upper(), unit_of(match), number, *match.span()
    for match in _ZONE.finditer(words) if "区" in words else ():
        yield match["zone"].upper(), None, None, *match.span()


_NAMED_MARK = re.compile("[楼座厦寓阁轩栋幢]")
_AREA_BEFORE = re.compile(rf"{AREA}$")
_NUMBERED_NAME = re.compile(rf"第?{CN}(?:号楼|楼|栋|幢|座)")


def _numbered(words: str, match: re.Match[str], closed: list[tuple[int, int]]) -> Iterator[_Candidate]:
    start, end = match.span()
    area = _AREA_BEFORE.search(words, max(0, start - 3), start)
    if area:
        start = area.start()
    area_name = area[0] if area else None
    if match["dashed"] is not None:
        if _open(closed, *match.span()):
            unit = None if match["unit2"] is None else plain_number(match["unit2"])
            building = plain_building(area_name, match["dashed"])
            yield building, unit, plain_number(match["number2"]), start, end
        return
    building = plain_building(area_name, match["building"])
    if match["number"] is not None and _open(closed, *match.span()):
        yield building, unit_of(match), plain_number(match["number"]), start, end
        return
    end = match.end("mark")
    if not _open(closed, match.start(), end):
        return
    chinese = match["building"][0] in CHINESE_NUMERAL
    if match["mark"] in ("号", "楼") and (chinese or _DAY_WORDS.match(words, end)):
        return
    if match["mark"] == "#" and words[end : end + 1].isdigit():
        return
    unit_alone = _UNIT_ALONE.match(words, end)
    if unit_alone:
        yield building, unit_of(unit_alone), None, start, unit_alone.end()
    else:
        yield building, None, None, start, end


def _open(closed: list[tuple[int, int]], start: int, end: int) -> bool:
    """No closed span (sorted, apart from each other) lies across this one."""
    before = bisect_left(closed, (end, end))
    return before == 0 or closed[before - 1][1] <= start
