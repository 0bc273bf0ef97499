"""A week as a grid, finer hours beside it, and single dates."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.days import WEEKDAYS
from roster.models import Availability
from roster.times_of_day import DAY, PART_HOURS, PART_NAMES, PARTS, Cell, Hours, Week

LEVELS = [("", _("not said")), *Availability.Level.choices]
# Other hours lie in this part of the day: nothing is said of all of it, and not nothing at all.
PARTLY = [("", _("partly")), *Availability.Level.choices]
SPARE_LINES = 2
MOST_OWN = 20


def minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def clock_words(start: int, until: int) -> str:
    """`20:00–次日08:00`, `06:00–24:00`."""
    end = until if until <= DAY else until - DAY
    end_words = f"{end // 60:02d}:{end % 60:02d}"
    next_day = str(_("next day ")) if until > DAY else ""
    return f"{start // 60:02d}:{start % 60:02d}–{next_day}{end_words}"


def _lies_in(row: Hours, day: int, part: str) -> bool:
    start, until = PARTS[part]
    return row.weekday == day and row.start < until and start < row.until


class WeekForm(forms.Form):
    """`cell-<weekday>-<part>` for the grid, `own-<n>-…` for finer hours; an own line without hours is none."""

    def __init__(self, data: Any = None, *, week: Week) -> None:
        super().__init__(data)
        self.week = week
        for day in range(7):
            for part in PARTS:
                partly = (day, part) not in week.cells and any(_lies_in(row, day, part) for row in week.own)
                self.fields[f"cell-{day}-{part}"] = forms.ChoiceField(
                    label=f"{WEEKDAYS[day]} {PART_NAMES[part]} {PART_HOURS[part]}",
                    choices=PARTLY if partly else LEVELS,
                    required=False,
                    initial=week.cells.get((day, part), ""),
                    widget=forms.Select(attrs={"data-cycle": "", **({"data-partly": ""} if partly else {})}),
                )
        self.own_lines = min(len(week.own) + SPARE_LINES, MOST_OWN)
        for number in range(self.own_lines):
            row = week.own[number] if number < len(week.own) else None
            self._own_line(number, row)

    def _own_line(self, number: int, row: Hours | None) -> None:
        days = [("", "—"), *((str(day), name) for day, name in enumerate(WEEKDAYS))]
        self.fields[f"own-{number}-day"] = forms.ChoiceField(
            label=_("Weekday"), choices=days, required=False, initial=str(row.weekday) if row else ""
        )
        for name, label, value in (
            ("start", _("from"), row.start if row else None),
            ("until", _("until"), row.until % DAY if row else None),
        ):
            self.fields[f"own-{number}-{name}"] = forms.TimeField(
                label=label,
                required=False,
                initial=None if value is None else dt.time(value // 60, value % 60),
                widget=forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
            )
        self.fields[f"own-{number}-level"] = forms.ChoiceField(
            label=_("I"),
            choices=Availability.Level.choices,
            required=False,
            initial=row.level if row else Availability.Level.CAN,
        )

    @property
    def grid(self) -> list[dict[str, Any]]:
        return [{"name": WEEKDAYS[day], "cells": [self[f"cell-{day}-{part}"] for part in PARTS]} for day in range(7)]

    @property
    def own_rows(self) -> list[list[Any]]:
        return [
            [self[f"own-{number}-{name}"] for name in ("day", "start", "until", "level")]
            for number in range(self.own_lines)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for number in range(self.own_lines):
            day, start, until = (data.get(f"own-{number}-{name}") for name in ("day", "start", "until"))
            if (day or start or until) and not (day and start is not None and until is not None):
                text = _("Day, from and until belong together. Empty all three to take the line away.")
                self.add_error(f"own-{number}-day", ValidationError(text, code="line_incomplete"))
        return data

    @property
    def cells(self) -> dict[Cell, str]:
        said = {(day, part): self.cleaned_data[f"cell-{day}-{part}"] for day in range(7) for part in PARTS}
        return {cell: level for cell, level in said.items() if level}

    @property
    def own(self) -> list[Hours]:
        rows = []
        for number in range(self.own_lines):
            day = self.cleaned_data.get(f"own-{number}-day")
            start, until = (self.cleaned_data.get(f"own-{number}-{name}") for name in ("start", "until"))
            if not day or start is None or until is None:
                continue
            level = self.cleaned_data.get(f"own-{number}-level") or Availability.Level.CAN
            rows.append(Hours(int(day), minutes(start), _end(start, until), level))
        return rows


def _end(start: dt.time, until: dt.time) -> int:
    """20:00 to 08:00 ends on the next day; until 00:00 is until midnight."""
    return minutes(until) + (DAY if until <= start else 0)


class DateForm(forms.Form):
    """One date: the whole day, or from–until."""

    on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date", "class": "short"}))
    level = forms.ChoiceField(
        label=_("On that day I"),
        choices=[
            (Availability.Level.CANNOT, _("cannot")),
            (Availability.Level.RATHER_NOT, _("rather not")),
            (Availability.Level.CAN, _("can")),
        ],
        initial=Availability.Level.CANNOT,
        widget=forms.RadioSelect,
    )
    start = forms.TimeField(
        label=_("from"),
        required=False,
        help_text=_("Empty: the whole day."),
        widget=forms.TimeInput(attrs={"type": "time", "class": "short"}),
    )
    until = forms.TimeField(
        label=_("until"), required=False, widget=forms.TimeInput(attrs={"type": "time", "class": "short"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("start") is None) != (data.get("until") is None):
            self.add_error("start", ValidationError(_("From and until belong together."), code="half"))
        return data

    @property
    def hours(self) -> tuple[int, int]:
        start, until = self.cleaned_data["start"], self.cleaned_data["until"]
        if start is None or until is None:
            return 0, DAY
        return minutes(start), _end(start, until)


class DateGoneForm(forms.Form):
    """Which line to take away."""

    on = forms.DateField()
    start = forms.IntegerField(min_value=0, max_value=DAY)
