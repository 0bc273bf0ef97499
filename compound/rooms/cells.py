"""Building, unit and number as they stand in the cells of a spreadsheet."""

from __future__ import annotations

import re

from .grammar import (
    AREA,
    BUILDING,
    CN_NUMBER,
    HAN,
    LANE,
    MARK,
    NUMBER,
    ROOM_MARK,
    UNIT,
    address_words,
    plain_building,
    plain_number,
)

_NOTHING = frozenset({"", "/", "-", "--", "\\", "无", "—", "none", "null", "nan", "n/a"})
_WHOLE_FLOAT = re.compile(r"([0-9]+)\.0+")


def _cell(cell: object) -> str | None:
    if cell is None or isinstance(cell, bool):
        return None
    words = address_words(str(cell)).strip()
    if words.lower() in _NOTHING:
        return None
    whole = _WHOLE_FLOAT.fullmatch(words)
    return whole[1] if whole else words


_BUILDING_CELL = re.compile(rf"(?:{LANE})?(?P<area>{AREA})?第?(?P<building>{BUILDING})\s?(?:{MARK})?")
_NAME_CELL = re.compile(rf"(?:{HAN}|[A-Za-z0-9·]){{1,20}}")
_UNIT_CELL = re.compile(rf"第?(?P<unit>{UNIT})\s?(?:单元|单|门|梯)?")
_NUMBER_CELL = re.compile(rf"(?P<number>{NUMBER}|{CN_NUMBER})\s?{ROOM_MARK}?(?:\.0+)?")


def building_name(cell: object) -> str | None:
    """``2栋`` ``2#`` ``2号楼`` ``2`` ``2.0`` ``２`` → ``2``; ``商务楼`` stays; None for no name."""
    words = _cell(cell)
    if words is None:
        return None
    match = _BUILDING_CELL.fullmatch(words)
    if match:
        return plain_building(match["area"], match["building"])
    return words.upper() if _NAME_CELL.fullmatch(words) else None


def unit_name(cell: object) -> str | None:
    """``1单元`` ``1`` ``1.0`` → ``1``; ``/`` and empty → None."""
    words = _cell(cell)
    match = None if words is None else _UNIT_CELL.fullmatch(words)
    return plain_number(match["unit"]) if match else None


def room_number(cell: object) -> str | None:
    """``302室`` ``302.0`` ``３０２`` ``0302`` → ``302``; ``302a`` → ``302A``; None for no number."""
    words = _cell(cell)
    match = None if words is None else _NUMBER_CELL.fullmatch(words)
    return plain_number(match["number"]) if match else None
