"""The gate's log on paper: one A4 form for each shift, to be filled in by hand and typed in afterwards.

Black only. Rows of 8 mm for a hand in a glove; what is nearly always one of two or three things is printed and
gets a ring round it. Everything in the head may be blank, so that a pile lies ready for a power cut.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compound.days import WEEKDAYS
from compound.paper.fonts import width
from compound.paper.ink import MM, Ink
from compound.paper.page import BOTTOM, LEFT, RIGHT, TEXT, Frame
from compound.paper.text import clip, fit_size, wrap

ROW_HIGH: Final = 8.0 * MM
FEWEST_ROWS: Final = 25
LINE: Final = 15.0
HEAD_HIGH: Final = 15.0
SMALL: Final = 10.0
# Millimetres; the note takes what is left.
WIDTHS: Final = (("number", 8.0), ("time", 21.0), ("way", 18.0), ("room", 32.0), ("kind", 17.0), ("degrees", 21.0),
                 ("verdict", 33.0))  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogForm:
    """What is printed in the head; None and '' are left to be filled in. `url` is where the rows are typed in."""

    compound: str
    url: str
    gate: str = ""
    day: dt.date | None = None
    starts: dt.time | None = None
    ends: dt.time | None = None
    guards: str = ""
    # The rule in force, in one sentence; '' while there is none.
    rule: str = ""
    pages: int = 1


def draw_log_form(form: LogForm, *, language: str) -> bytes:
    """A PDF of `form.pages` pages; rows are numbered through them."""
    with translation.override(language):
        ink = Ink(_("Gate log"), subject=form.compound, language="en" if language == "en" else "zh-Hans")
        frame = Frame(_("Gate log"), (_head(form),), _("type in"), form.url, _page)
        for page in range(1, form.pages + 1):
            frame.draw(ink, page, form.pages)
            y = _above(ink, frame.top, form)
            _table(ink, y, first=(page - 1) * rows_on(frame, form) + 1)
            ink.end_page()
    return ink.finish()


def rows_on(frame: Frame, form: LogForm) -> int:
    """How many rows a page has under this head."""
    top = frame.top + _above_high(form) + HEAD_HIGH
    return int((BOTTOM - top) / ROW_HIGH)


def _page(page: int, pages: int) -> str:
    return _("Sheet %(number)d of %(pages)d") % {"number": page, "pages": pages}


def _head(form: LogForm) -> str:
    return form.compound


def _shift(form: LogForm) -> list[tuple[str, str, float]]:
    """(label, what is known of it, share of the line): gate, date, from–to, guards."""
    hours = ""
    if form.starts or form.ends:
        starts, ends = (f"{time:%H:%M}" if time else "      :      " for time in (form.starts, form.ends))
        hours = f"{starts}–{ends}"
    return [
        (_("Gate"), form.gate, 0.2),
        (_("Date"), _day(form.day), 0.24),
        (_("Shift"), hours, 0.24),
        (_("On duty"), form.guards, 0.32),
    ]


def _day(day: dt.date | None) -> str:
    if day is None:
        return ""
    facts = {"month": day.month, "day": day.day, "weekday": WEEKDAYS[day.weekday()]}
    # Translators: a date of this year with its weekday, for example 8月23日(周二)
    return _("%(month)d/%(day)d (%(weekday)s)") % facts


def _sentences(form: LogForm) -> list[tuple[str, bool]]:
    """The lines above the table: (text, bold)."""
    rule = form.rule or _("no rule is known: ask the coordinator")
    ring = _(
        "Ring what is so. Kind: blank household · 工 work · 医 medical · 访 visitor · 车 plate · 志 volunteer · 急"
    )
    texts = [
        (_("Rule: %(rule)s.") % {"rule": rule}, True),
        (_("Acutely ill: let them out at once, kind 急, say why in the note."), True),
        (ring, False),
    ]
    return [(line, bold) for text, bold in texts for line in wrap(text, RIGHT - LEFT, TEXT, bold)]


def _above_high(form: LogForm) -> float:
    return 21 + len(_sentences(form)) * LINE + 3


def _above(ink: Ink, top: float, form: LogForm) -> float:
    """Draws what stands between the frame and the table; where the table begins."""
    x, base = LEFT, top + 14
    for label, known, share in _shift(form):
        wide = (RIGHT - LEFT) * share
        used = ink.text(x, base, label, TEXT) + 4
        if known:
            room = wide - used - 8
            ink.text(x + used, base, clip(known, room, fit_size(known, room, 14, TEXT, bold=True), True),
                     fit_size(known, room, 14, TEXT, bold=True), bold=True)  # fmt: skip
        ink.line(x + used, base + 3, x + wide - 8, base + 3)
        x += wide
    y = top + 21
    for text, bold in _sentences(form):
        y += LINE
        ink.text(LEFT, y - 3, text, TEXT, bold=bold)
    return top + _above_high(form)


def _titles() -> dict[str, str]:
    return {
        "number": "",
        "time": _("Time"),
        "way": _("Out / in"),
        "room": _("Room"),
        "kind": _("Kind"),
        "degrees": "℃",
        "verdict": _("Verdict"),
        "note": _("Note"),
    }


def _table(ink: Ink, top: float, *, first: int) -> None:
    """Titles, hairlines, and in each row what gets a ring round it."""
    edges, x = {}, LEFT
    for name, wide in WIDTHS:
        edges[name] = (x, x + wide * MM)
        x += wide * MM
    edges["note"] = (x, RIGHT)
    ring = {
        # Translators: on the paper form, one of them gets a ring: going out, coming in
        "way": (pgettext("ring", "out"), pgettext("ring", "in")),
        # The sheets' font has no ✕.
        "verdict": ("✓", "×", pgettext("ring", "again")),
    }
    for name, title in _titles().items():
        left, right = edges[name]
        ink.text((left + right) / 2, top + HEAD_HIGH - 4, title, TEXT, align="center")
    y = top + HEAD_HIGH
    ink.line(LEFT, y, RIGHT, y, thick=1.0)
    count = int((BOTTOM - y) / ROW_HIGH)
    for row in range(count):
        base = y + ROW_HIGH / 2 + 4
        ink.text(edges["number"][1] - 3, base, str(first + row), SMALL, align="right")
        left, right = edges["time"]
        ink.text((left + right) / 2, base, ":", TEXT, bold=True, align="center")
        for name, words in ring.items():
            left, right = edges[name]
            each = (right - left) / len(words)
            for place, word in enumerate(words):
                size = fit_size(word, each - 4, 15 if word in "✓×" else TEXT, 9)
                ink.text(left + each * (place + 0.5), base, word, size, align="center")
        left, right = edges["degrees"]
        ink.text(right - width("9", TEXT) - 8, base, ".", TEXT, bold=True)
        y += ROW_HIGH
        ink.line(LEFT, y, RIGHT, y)
    for name, (left, _right) in edges.items():
        if name != "number":
            ink.line(left, top + 2, left, y)
