"""The grammar of a room, and ``parse_room``: a whole text that is one room."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from .spelling import CHINESE_NUMERAL, TRADITIONAL, chinese_number, clean


@dataclass(frozen=True, order=False)
class Room:
    """One door. Not ordered by itself: sort by ``sort_key(str(room))``."""

    building: str
    unit: str | None
    number: str

    def __str__(self) -> str:
        return "-".join(part for part in (self.building, self.unit, self.number) if part is not None)


@dataclass(frozen=True)
class FoundRoom:
    """What ``find_room`` saw. ``number`` is None for a building alone; offsets are those of the text."""

    building: str
    unit: str | None
    number: str | None
    start: int
    end: int

    @property
    def room(self) -> Room | None:
        return None if self.number is None else Room(self.building, self.unit, self.number)


CN = f"[{CHINESE_NUMERAL}]{{1,4}}"
HAN = "[\u4e00-\u9fff]"
# A building's number: 3, 03, 3A, B1, A, 十二; for one area of several the area's word in front: 东区3.
BUILDING = rf"(?:[A-Za-z]?[0-9]{{1,4}}[A-Za-z]?|[A-Za-z]|{CN})"
AREA = rf"(?:(?:[东西南北中新老]|[一二三四五六]|[A-Za-z0-9]{{1,2}}|{HAN}{{2}})(?:区|期|苑))"
MARK = r"(?:号楼|号院|\#楼|栋楼|栋|幢|座|\#|号|楼(?![长上下道里友门层]))"
# Buildings that have a name and no number: 商务楼, 云谷B座, 人才公寓.
NAMED = rf"(?:{HAN}{{1,6}}[A-Za-z0-9]{{0,2}}(?:楼(?![长上下道里友门层])|座|大厦|公寓|阁|轩|厦|栋|幢))"
UNIT = rf"(?:[A-Za-z]?[0-9]{{1,2}}|[A-Za-z]|[东西南北中甲乙丙丁]|{CN})"
UNIT_MARK = r"(?:单元|单|门)"
NUMBER = r"(?:[A-Za-z]?[0-9]{1,5}[A-Za-z]?)"
CN_NUMBER = r"(?:[零〇一二三四五六七八九]{3,4})"
ROOM_MARK = r"(?:室|房|户|号房|号)"
LANE = r"(?:[0-9]{1,5}弄)"
# The floor before a room, which says it again: 5栋六楼604.
FLOOR = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"

_WHOLE = re.compile(
    rf"""
    (?:{HAN}{{0,12}}{LANE}\s?)?
    (?:
        (?P<area>{AREA})?第?(?P<building>{BUILDING})\s?{MARK}
      | (?P<named>{NAMED})
      | (?P<dashed>{AREA}?{BUILDING})(?=\s?[-_/])
    )
    \s?[-_/,]?\s?
    (?:第?(?P<unit>{UNIT})(?:\s?{UNIT_MARK}\s?[-_/]?\s?|\s?[-_/]\s?))?
    (?:{FLOOR}[层楼]\s?)?
    (?P<number>{NUMBER}|{CN_NUMBER}|{CN}(?=\s?室))\s?{ROOM_MARK}?(?:\.0+)?
    """,
    re.VERBOSE,
)
_SPACED = re.compile(r"(?P<building>[0-9]{1,3}) (?P<number>[0-9]{3,4}[A-Za-z]?)")
DASH_LIKE_ONE = re.compile(r"(?<=[0-9])一(?=[0-9])")


# Every room has one of these; most wishes and names have none.
MAY_HOLD_ROOM = re.compile("[0-9０-９①-⒛#＃号號楼樓栋棟橦幢座厦寓阁轩区區]|[^\u0000-\uffff]")


# Digits that look like a room and are none. Their spans are closed to find_room.
NO_ROOM = re.compile(
    r"""
    (?=[0-9+*xX×])(?:
      (?<![0-9])(?:\+?86[-\s]?)?1[3-9][0-9][-\s]?[0-9]{4}[-\s]?[0-9]{4}(?![0-9])  # mobile
    | (?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])  # landline
    | (?<![0-9])(?:19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?  # 2022-04-28
    | (?<![0-9])[0-9]{1,2}[月./][0-9]{1,2}[日号](?!\s?(?:[0-9]{1,4}室|楼))  # 6.9号, 4月28日
    | (?<![0-9])[0-9]{1,2}:[0-9]{2}(?:\s?[-~至到]\s?[0-9]{1,2}:[0-9]{2})?  # 8:30-9:00
    | (?<![0-9])[0-9]{1,2}(?:\s?[-~至到]\s?[0-9]{1,2})?\s?[点时](?![0-9]{3})  # 8-10点
    | (?<![0-9.])[0-9]{1,5}(?:\.[0-9]{1,3})?\s?
      (?:[mM]?[lL]|[kK]?[gG]|毫升|克|升|斤|包|抽|片|粒|枚|瓶|袋|卷|支)
      \s?[*xX×/]\s?[0-9]{0,4}  # 600ml*24瓶
    | [*xX×]\s?[0-9]{1,4}
    )
    """,
    re.VERBOSE,
)


def plain_number(text: str) -> str:
    """One spelling of a number: no leading zeros, upper case, Chinese numerals as digits."""
    word = text.strip()
    if word and word[0] in CHINESE_NUMERAL:
        value = chinese_number(word)
        return word if value is None else str(value)
    letters = re.match(r"([A-Za-z]?)0*([0-9].*)", word)
    if letters:
        return (letters[1] + letters[2]).upper()
    return word.upper()


def plain_building(area: str | None, name: str) -> str:
    area_match = re.match(AREA, name)
    if area is None and area_match and area_match.end() < len(name):
        area, name = area_match[0], name[area_match.end() :]
    return (area or "").upper() + plain_number(name)


def address_words(text: str) -> str:
    """``clean`` plus the two habits that only matter inside an address: 號樓單棟, and 一 typed for a dash."""
    return DASH_LIKE_ONE.sub("-", clean(text).translate(TRADITIONAL))


def parse_room(text: str, *, buildings: Collection[str] = ()) -> Room | None:
    """The room that the whole text is, or None. ``buildings`` are further names to accept as they stand.

    A lane number (弄) and a floor are no part of a room; leading zeros go; letters are upper case.
    """
    if len(text) > 60 or not (buildings or MAY_HOLD_ROOM.search(text)):
        return None
    words = address_words(text).strip(" .,;:。，、")
    if NO_ROOM.fullmatch(words):
        return None
    known = known_building(tuple(sorted(buildings)))
    if known and (match := known.match(words)):
        rest = parse_room("1-" + words[match.end() :].lstrip(" -_/"))
        if rest is not None:
            return Room(registered(match[0], buildings), rest.unit, rest.number)
    match = _WHOLE.fullmatch(words)
    if match is None:
        spaced = _SPACED.fullmatch(words)
        return spaced and Room(plain_number(spaced["building"]), None, plain_number(spaced["number"]))
    return Room(_building_of(match), unit_of(match), plain_number(match["number"]))


def _building_of(match: re.Match[str]) -> str:
    if match["named"]:
        return match["named"].upper()
    if match["building"]:
        return plain_building(match["area"], match["building"])
    return plain_building(None, match["dashed"])


def unit_of(match: re.Match[str]) -> str | None:
    return None if match["unit"] is None else plain_number(match["unit"])


@lru_cache(maxsize=64)
def known_building(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """The registry's names that the grammar cannot guess, longest first.

    Only names with a Chinese character: an ``A`` of the registry would be found in every ``A套餐``.
    """
    odd = sorted({address_words(name) for name in names if re.search(HAN, name)}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, odd)), re.IGNORECASE) if odd else None


def registered(written: str, buildings: Collection[str]) -> str:
    folded = written.upper()
    return next((name for name in sorted(buildings) if address_words(name).upper() == folded), folded)
