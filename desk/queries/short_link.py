"""What the page behind a printed short code shows: rooms, and for members the goods; never a name or a remark."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.listing import listed
from compound.models import Sheet, ShortCode
from compound.services.sheets import CODE_LENGTH, read_short_code
from orders.models import Round
from orders.queries.sheet_rows import (
    BagSlip,
    BagSlips,
    DeliveryRun,
    NotServed,
    ReliefTicks,
    SharingResult,
    ShoppingList,
    from_json,
)


@dataclass(frozen=True)
class Line:
    """A row of 60 px: what the thumb looks for, a quiet second line, a figure at the right."""

    title: str
    is_room: bool = False
    sub: str = ""
    number: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Section:
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ShortLink:
    """A sheet as its short code shows it. `current` is the number of the newest version."""

    short_code: ShortCode
    sheet: Sheet
    round: Round | None
    sections: tuple[Section, ...]
    current: int
    newest_file: str

    @property
    def is_current(self) -> bool:
        return self.sheet.version == self.current


def open_code(text: str, *, at: dt.datetime) -> ShortCode | None:
    """The code that was meant, however it was typed; None for unknown, run out and taken back alike. One statement."""
    code = read_short_code(text)
    if len(code) != CODE_LENGTH:
        return None
    codes = ShortCode.objects.filter(code=code, revoked_at=None, expires_at__gt=at)
    return codes.select_related("sheet__compound").first()


def short_link(*, short_code: ShortCode, is_member: bool) -> ShortLink:
    """The page's content. `is_member`: may open the sheet's file anyway, so the goods are no news. Three statements."""
    sheet = short_code.sheet
    versions = Sheet.objects.filter(group=sheet.group, kind=sheet.kind, part=sheet.part)
    current = versions.aggregate(current=Max("version"))["current"]
    newest = versions.filter(version=current).values_list("file_id", flat=True).first()
    return ShortLink(
        short_code=short_code,
        sheet=sheet,
        round=Round.objects.filter(pk=sheet.group).first(),
        sections=_sections(sheet, is_member=is_member),
        current=current,
        newest_file=str(newest),
    )


def _sections(sheet: Sheet, *, is_member: bool) -> tuple[Section, ...]:
    rows = from_json(sheet.rows)
    match rows:
        case ShoppingList():
            return _shopping(rows)
        case BagSlips():
            return (Section("", tuple(_bag(slip, is_member) for slip in rows.slips)),)
        case DeliveryRun():
            return _run(rows)
        case SharingResult():
            return (Section("", tuple(_shared(rows))),)
        case ReliefTicks():
            return _relief(rows)
        case NotServed():
            return (Section("", _left(rows, is_member=is_member)),)


def _shopping(rows: ShoppingList) -> tuple[Section, ...]:
    """Goods have no owner: everybody may see them."""
    by_section: dict[str, list[Line]] = {}
    for line in rows.lines:
        price = _("%(price)s yuan") % {"price": line.price} if line.price else ""
        wishes = listed(f"{variant.goods} {variant.quantity}{line.unit}" for variant in line.variants)
        sub = " · ".join(words for words in (price, wishes) if words)
        by_section.setdefault(line.section, []).append(Line(line.goods, sub=sub, number=line.quantity, unit=line.unit))
    return tuple(Section(name or _("Other goods"), tuple(lines)) for name, lines in by_section.items())


def _bag(slip: BagSlip, is_member: bool) -> Line:
    goods = listed(f"{line.goods} {line.quantity}{line.unit}" for line in slip.lines) if is_member else ""
    count = len(slip.lines)
    return Line(slip.room, True, goods, str(count), ngettext("good", "goods", count))


def _run(rows: DeliveryRun) -> tuple[Section, ...]:
    by_unit: dict[str, list[Line]] = {}
    for stop in rows.stops:
        by_unit.setdefault(stop.unit, []).append(
            Line(stop.room, True, number=str(stop.bags), unit=ngettext("bag", "bags", stop.bags))
        )
    sections = [
        Section(_("unit %(name)s") % {"name": unit} if unit else "", tuple(lines)) for unit, lines in by_unit.items()
    ]
    if silent := len(rows.without_order):
        words = ngettext("%(count)d household without an order", "%(count)d households without an order", silent)
        sections.append(Section("", (Line(words % {"count": silent}),)))
    return tuple(sections)


def _shared(rows: SharingResult) -> Iterator[Line]:
    """Who got how much; why stays on the paper and in the house: a tier tells of hardship or illness."""
    for line in rows.lines:
        wanted = _("wanted %(wanted)s") % {"wanted": line.wants} if line.wants != line.quantity else ""
        yield Line(line.room, True, wanted, line.quantity, rows.unit)


def _relief(rows: ReliefTicks) -> tuple[Section, ...]:
    by_unit: dict[str, list[Line]] = {}
    for stop in rows.stops:
        unit = ngettext("parcel", "parcels", stop.due)
        by_unit.setdefault(stop.unit, []).append(Line(stop.room, True, number=str(stop.due), unit=unit))
    return tuple(
        Section(_("unit %(name)s") % {"name": unit} if unit else "", tuple(lines)) for unit, lines in by_unit.items()
    )


def _left(rows: NotServed, *, is_member: bool) -> tuple[Line, ...]:
    """One line a door. Entries that nobody has read are the chat's own words and stay on the paper."""
    by_room: dict[str, list[str]] = {}
    for line in rows.lines:
        if line.room:
            by_room.setdefault(line.room, []).append(f"{line.goods} {line.quantity}{line.unit}".strip())
    return tuple(
        Line(room, True, listed(goods) if is_member else "", str(len(goods)), ngettext("good", "goods", len(goods)))
        for room, goods in by_room.items()
    )
