"""The four printed sheets of a round: drawing only. What they say is decided in `orders/queries/sheet_rows`.

`draw` is pure: the same rows and the same stamp give the same bytes. It reads no database, no clock and no setting
but the catalogues of the languages. 1,760 households with 8 lines each take some 2 s on one core (`bench/sheets.py`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Sheet
from compound.paper.ink import Ink
from orders.queries.sheet_rows import (
    BagSlips,
    DeliveryRun,
    NotServed,
    ReliefTicks,
    SharingResult,
    SheetRows,
    ShoppingList,
)
from orders.sheets import stamp as stamps
from orders.sheets import words
from orders.sheets.bags import draw_bags
from orders.sheets.left import draw_left
from orders.sheets.relief import draw_relief
from orders.sheets.run import draw_run
from orders.sheets.sharing import draw_sharing
from orders.sheets.shopping import draw_shopping
from orders.sheets.stamp import Stamp

__all__ = ["Drawn", "Stamp", "draw", "kind_name", "name_of", "title"]

_AFTER_COLON: Final = re.compile("：|: ")


class Drawn(NamedTuple):
    """One sheet: its PDF and how many pages that has."""

    content: bytes
    pages: int


def kind_name(kind: str) -> str:
    """The users' word for a kind of sheet, in the active language."""
    return {
        ShoppingList.kind: _("Shopping list"),
        BagSlips.kind: _("Bag slips"),
        DeliveryRun.kind: _("Delivery run"),
        NotServed.kind: _("Not served yet"),
        ReliefTicks.kind: _("Tick-off sheet"),
        SharingResult.kind: _("Result of the sharing out"),
    }[kind]


def title(rows: SheetRows, language: str) -> str:
    """What a sheet is called (送货单：20栋), for lists and file names."""
    with translation.override(language):
        return stamps.title(rows)


def name_of(sheet: Sheet) -> str:
    """What a sheet that was drawn is called to whoever reads now; `sheet.title` is what is printed on it."""
    match sheet.kind:
        case ShoppingList.kind:
            return _("Shopping list: %(supply_point)s") % {"supply_point": sheet.part}
        case DeliveryRun.kind:
            return _("Delivery run: %(building)s") % {"building": words.building(sheet.part)}
        case ReliefTicks.kind:
            return _("Tick-off sheet: %(building)s") % {"building": words.building(sheet.part)}
        case SharingResult.kind:
            # Its part also tells two shortages of one good apart, so the goods are what the title says.
            return _("Shared out: %(goods)s") % {"goods": _AFTER_COLON.split(sheet.title, maxsplit=1)[-1]}
        case BagSlips.kind | NotServed.kind:
            return kind_name(sheet.kind)
    return sheet.title


def draw(rows: SheetRows, stamp: Stamp) -> Drawn:
    """The PDF of one sheet and how many pages it has. ValueError when `stamp.previous` is of another kind."""
    with translation.override(stamp.language):
        frame = stamps.frame(rows, stamp)
        ink = Ink(f"{frame.title} · {stamp.round}", subject=frame.lines[1], language=stamp.language)
        match rows:
            case ShoppingList():
                draw_shopping(ink, frame, rows, stamp)
            case BagSlips():
                draw_bags(ink, frame, rows, stamp)
            case DeliveryRun():
                draw_run(ink, frame, rows, stamp)
            case NotServed():
                draw_left(ink, frame, rows, stamp)
            case SharingResult():
                draw_sharing(ink, frame, rows, stamp)
            case ReliefTicks():
                draw_relief(ink, frame, rows, stamp)
        return Drawn(ink.finish(), ink.pages)
