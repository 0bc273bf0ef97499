"""A leader's list of the own people: what each can do and when they are on duty this week. No telephone numbers."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.days import WEEKDAYS
from compound.paper.flow import BOX, LINE, ROOM, Block, Column, Columns, draw_pages, space, text_lines
from compound.paper.ink import Ink
from compound.paper.page import LEFT, TEXT, Frame
from compound.paper.text import fit_size, wrap
from roster.models import GroupMember
from roster.queries.sheet_rows import GroupList, GroupShift, Member
from roster.sheets.stamp import span

TICK, NAME, SKILLS = BOX + 8, 108.0, 112.0


def _columns() -> Columns:
    return Columns(
        Column("", TICK),
        Column(_("Name"), NAME),
        Column(_("Skills"), SKILLS),
        Column(_("Shifts this week"), ROOM - TICK - NAME - SKILLS),
    )


def draw_group(ink: Ink, frame: Frame, rows: GroupList, tz: ZoneInfo) -> None:
    columns = _columns()
    blocks = [_member(member, columns, tz) for member in rows.members]
    if not blocks:
        blocks = text_lines(_("Nobody belongs to this group yet."), size=14)
    count = len(rows.members)
    people = ngettext("%(count)d person", "%(count)d people", count) % {"count": count}
    draw_pages(ink, frame, [*blocks, space(8), *text_lines(people, size=14, bold=True)], columns.head())


def _member(member: Member, columns: Columns, tz: ZoneInfo) -> Block:
    part = "" if member.part == GroupMember.Part.MEMBER else str(GroupMember.Part(member.part).label)
    skills = wrap(_(", ").join(member.skills), columns.room(2), TEXT)
    shifts = [line for shift in member.shifts for line in wrap(_shift(shift, tz), columns.room(3), TEXT)]
    shifts = shifts or [_("none")]
    size = fit_size(member.name, columns.room(1), 16, TEXT, bold=True)
    names = wrap(member.name, columns.room(1), size, True)
    tall: Final = max(BOX + 10, (len(names) + bool(part)) * LINE + 10, len(skills) * LINE + 10, len(shifts) * LINE + 10)

    def paint(ink: Ink, y: float) -> None:
        ink.box(LEFT, y + 6)
        for number, text in enumerate(names):
            columns.write(ink, 1, y + 19 + number * LINE, text, size, bold=True)
        columns.write(ink, 1, y + 18 + len(names) * LINE, part, TEXT)
        for index, lines in ((2, skills), (3, shifts)):
            for number, text in enumerate(lines):
                columns.write(ink, index, y + 18 + number * LINE, text, TEXT)
        columns.rules(ink, y, tall)

    return Block(tall, paint)


def _shift(shift: GroupShift, tz: ZoneInfo) -> str:
    """`周二 8/23 20:00–次日08:00 东门岗 夜班`"""
    day = dt.datetime.fromisoformat(shift.starts_at).date()
    words = [f"{WEEKDAYS[day.weekday()]} {day.month}/{day.day}", span(shift.starts_at, shift.ends_at, tz), shift.post]
    return " ".join([*words, _("Night")] if shift.is_night else words)
