"""The statistics as a table for a spreadsheet and as a drawing. They name nobody."""

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from compound.days import day_with_year
from desk.charts import Bar, bar_chart, days_per_bar, together
from desk.queries.statistics import Figure, Statistics


@dataclass(frozen=True)
class DayRow:
    """One bar in figures: `11/20` or `11/20–11/26`, and what as many days before had in its place."""

    label: str
    number: Decimal
    before: Decimal
    text: str
    text_before: str


def rows_of_days(found: Statistics, figure: Figure) -> list[DayRow]:
    """By day, or by weeks where there are more days than bars."""
    size = days_per_bar(found.period.length)
    days = found.period.days
    rows = zip(together(figure.days, size), together(figure.days_before, size), strict=True)
    labels = [_days_words(days[start : start + size]) for start in range(0, len(days), size)]
    return [
        DayRow(label, number, before, figure.say(number), figure.say(before))
        for label, (number, before) in zip(labels, rows, strict=True)
    ]


def _days_words(days: list[Any]) -> str:
    first, last = days[0], days[-1]
    words = f"{first.month}/{first.day}"
    return words if first == last else f"{words}–{last.month}/{last.day}"


def chart_of(found: Statistics, figure: Figure, *, ink: str = "") -> str:
    """SVG. Every word in it is escaped."""
    period = found.period
    first, last = day_with_year(period.first), day_with_year(period.last)
    facts = {"figure": figure.label, "unit": figure.unit, "first": first, "last": last}
    title = _("%(figure)s (%(unit)s), %(first)s to %(last)s") % facts
    before = found.before_words
    bars = [
        Bar(
            row.label,
            row.number,
            row.before,
            row.text,
            _("%(day)s: %(number)s, before: %(before)s")
            % {"day": row.label, "number": row.text, "before": row.text_before},
        )
        for row in rows_of_days(found, figure)
    ]
    return bar_chart(bars, title=title, names=(title, before), ink=ink)


def statistics_file(found: Statistics) -> bytes:
    """An .xlsx in the active language: all figures with the days before, then every day of each."""
    book = Workbook(write_only=True)
    sums = book.create_sheet(_("In all"))
    for letter, wide in zip("ABCDEF", (16, 26, 8, 12, 16, 12), strict=True):
        sums.column_dimensions[letter].width = wide
    period = found.period
    sums.append([_cell(sums, f"{period.compound.name} {period.first} – {period.last}", bold=True)])
    heads = ("", _("What"), _("Unit"), _("In numbers"), found.before_words, _("More or fewer"))
    sums.append([_cell(sums, word, bold=True) for word in heads])
    for group in found.groups:
        for figure in group.figures:
            change = figure.number - figure.before
            row = (group.label, figure.label, figure.unit, figure.number, figure.before, change)
            sums.append([_cell(sums, value) for value in row])
    daily = book.create_sheet(_("Day by day"))
    daily.column_dimensions["A"].width = 26
    drawn = [figure for figure in found.figures if figure.has_days]
    daily.append([_cell(daily, word, bold=True) for word in (_("What"), _("Unit"), *map(str, period.days))])
    for figure in drawn:
        daily.append([_cell(daily, value) for value in (figure.label, figure.unit, *figure.days)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """Numbers as numbers, words as text whatever they begin with: a compound's name must not become a formula."""
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value=float(value))
    else:
        cell = WriteOnlyCell(sheet, value=str(value))
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
