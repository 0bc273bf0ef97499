"""Buildings and units that are written once for many lines: headings, titles, names of sheets, building cells."""

from __future__ import annotations

import re
from functools import lru_cache

from compound.household_list import words
from compound.household_list.entries import Place
from compound.household_list.header import Section
from compound.household_list.values import joined, plain_english, without_place
from compound.rooms import building_name, find_room, unit_name
from compound.spreadsheet.labels import label


def place_of(title: str, section: Section) -> Place:
    """Building and unit from the sheet's name or the lines above the heading, for lists without such a column."""
    place = Place()
    if section.one("building") is not None:
        return place
    named = heading_of(title)
    own = {column.index for column in section.columns}
    texts = [
        cell.text
        for row in section.above
        for index, cell in enumerate(row.cells)
        # Of lists side by side each has the words above its own columns.
        if cell.text and (index in own if section.beside else cell.own)
    ]
    for text in texts if named is None else [title]:
        found = heading_of(text) or _in_title(text)
        if found:
            place.building, place.unit = found[0] or place.building, found[1]
            place.unit_written = "written" if found[1] else "unknown"
    return place


_MARKED = re.compile(r"号楼|栋|幢|座|#|单元|楼$|号$|号院|公寓$|大厦$|building|block|tower|bldg", re.IGNORECASE)
# 一、1号楼
_LISTED = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2}(?=[、.．][^0-9])|[（(][一二三四五六七八九十0-9]{1,3}[)）])[、.．]\s*"
)
_UNIT_ONLY = re.compile(r"第?([0-9]{1,2}|[A-Za-z]|[东西南北中一二三四五六七八九十]{1,2})\s?单元")
_SPLIT_TAIL = re.compile(
    r"\s*(?:\(|\[|【|:|，|,|共|合计|楼长|住户|居民|户数|业主|人员|名单|花名册|信息|登记|统计|情况|一览).*$"
)


@lru_cache(maxsize=4096)
def heading_of(text: str) -> tuple[str | None, str | None] | None:
    """Building and unit when the whole text is one: `1号楼`, `3号楼2单元（共36户）`, `2单元`, `Building 4`."""
    text = _LISTED.sub("", joined(text))
    plain = plain_english(text)
    bare = _SPLIT_TAIL.sub("", plain).strip(" -—=*")
    if not bare or len(bare) > 16:
        return None
    unit = _UNIT_ONLY.fullmatch(bare)
    if unit:
        return None, unit_name(unit[1])
    english = plain != text and re.fullmatch(r"[A-Za-z]?[0-9]{1,4}[A-Za-z]?|[A-Za-z]", bare)
    if not (_MARKED.search(bare) or english):
        return None
    found = find_room(bare)
    if found and found.number is None and found.start == 0 and found.end >= len(bare):
        return without_place(found.building), found.unit
    two = re.fullmatch(
        r"(.+?(?:号楼|栋|幢|座|楼|#|号))\s?[-—]?\s?第?([0-9]{1,2}|[A-Za-z]|[东西南北中一二三四五六七八九])\s?单元", bare
    )
    if two:
        return named_building(two[1]), unit_name(two[2])
    numbered = re.search(r"[0-9A-Za-z一二三四五六七八九十]\s?(?:号楼|栋|幢|座|#|号|楼|号院)$", bare)
    named = re.search(r"(?:楼|座|公寓|大厦|栋|幢)$", bare) and label(bare) not in words.HEADINGS
    if english or numbered or named:
        name = named_building(bare)
        return (name, None) if name and len(name) <= 12 else None
    return None


def named_building(text: str) -> str | None:
    name = building_name(text)
    return without_place(name) if name else None


def _in_title(text: str) -> tuple[str | None, str | None] | None:
    """`幸福里小区3号楼住户登记表`: a number with a building's mark; a name without one is the compound's."""
    match = re.search(
        r"(?<![0-9A-Za-z])([A-Za-z]?[0-9]{1,3}[A-Za-z]?|[A-Za-z]|[一二三四五六七八九十]{1,3})\s?(?:号楼|栋|幢|座|#楼?|号(?=住户|居民|楼|花))(?:\s?([0-9]{1,2}|[东西南北中一二三四五六七八九])\s?单元)?",
        text,
    )
    if match is None:
        return None
    return building_name(match[1]), unit_name(match[2]) if match[2] else None


@lru_cache(maxsize=4096)
def building_cell(text: str) -> tuple[str | None, str | None]:
    """A cell of the building's column: `2栋`, `3号楼2单元`, `1-2` (building and unit), `Building 4`, `一号楼(高层)`."""
    text = joined(text)
    heading = heading_of(text)
    if heading and heading[0]:
        return heading
    plain = plain_english(re.sub(r"[(\[【][^)\]】]*[)\]】]", "", text).strip() or text)
    both = re.fullmatch(r"([A-Za-z]?[0-9]{1,3}[A-Za-z]?)\s?[-—/]\s?([0-9]{1,2})", plain)
    if both:
        return building_name(both[1]), unit_name(both[2])
    name = named_building(plain)
    if name is None or len(name) > 12 or words.NOTE.search(name) or words.TOTAL.search(name):
        return None, None
    return name, None
