"""What a sheet is stamped with, and the header made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from compound.paper.page import Frame
from orders.queries.sheet_rows import (
    BagSlips,
    DeliveryRun,
    NotServed,
    ReliefTicks,
    SharingResult,
    SheetRows,
    ShoppingList,
    summary,
)
from orders.sheets import words


@dataclass(frozen=True, slots=True)
class Stamp:
    """All that a sheet says besides its rows.

    `made_at` is the moment of the snapshot, aware, printed in `tz`. `code` is the short code (ten Crockford
    characters) and `url` what its QR opens. `previous` are the rows of version `version - 1`, whose differences are
    marked; None for a first version. Only `language` "en" and "zh-hans" have words.
    """

    compound: str
    round: str
    version: int
    made_at: dt.datetime
    tz: dt.tzinfo
    code: str
    url: str
    language: str = "zh-hans"
    previous: SheetRows | None = None

    @property
    def local(self) -> dt.datetime:
        return self.made_at.astimezone(self.tz)


def title(rows: SheetRows) -> str:
    """What the sheet is called, in the active language."""
    match rows:
        case ShoppingList():
            return _("Shopping list: %(supply_point)s") % {"supply_point": rows.supply_point}
        case BagSlips():
            return _("Bag slips")
        case DeliveryRun():
            return _("Delivery run: %(building)s") % {"building": words.building(rows.building)}
        case NotServed():
            return _("Not served yet")
        case SharingResult():
            return _("Shared out: %(goods)s") % {"goods": rows.instead or rows.goods}
        case ReliefTicks():
            return _("Tick-off sheet: %(building)s") % {"building": words.building(rows.building)}


def frame(rows: SheetRows, stamp: Stamp) -> Frame:
    lines = [
        f"{stamp.compound} · {stamp.round}",
        _("Version %(version)d · %(time)s") % {"version": stamp.version, "time": words.day_and_time(stamp.local)},
    ]
    if stamp.previous is not None:
        counted = summary(stamp.previous, rows)
        served = isinstance(rows, NotServed | ReliefTicks)
        lines.append(words.changes(stamp.version, stamp.version - 1, counted, served=served))
    return Frame(title(rows), tuple(lines), stamp.code, stamp.url, words.page)
