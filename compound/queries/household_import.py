"""What the preview of a household import shows, as rows. Made of the plan alone: no query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from compound.household_list import Line, Problem
from compound.models import Tag
from compound.services.household_import import CODE_OF, Change, Changed, Plan


@dataclass(frozen=True)
class NewRow:
    room: str
    people: int | None
    tags: str
    state: str
    name: str
    remark: str


@dataclass(frozen=True)
class NewBuilding:
    building: str
    households: int
    people: int
    rows: Sequence[NewRow]


@dataclass(frozen=True)
class ChangedRow:
    room: str
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Preview:
    new: Sequence[NewBuilding]
    changed: Sequence[ChangedRow]
    # Sentences by kind, so that two hundred alike can be folded.
    warnings: Sequence[Problem]
    skipped: Sequence[tuple[str, str, str]]
    people: int
    total: int
    # Whether any new household has a remark: only then the table has a column for it.
    remarks: bool


def preview_of(plan: Plan) -> Preview:
    """One query, for the names of the tags in the language of the page."""
    names = {tag.code: str(tag) for tag in Tag.objects.all()}
    new = [
        NewBuilding(building, len(rows), sum(line.people or 0 for line in rows), [_new(line, names) for line in rows])
        for building, group in groupby(plan.new, key=lambda line: line.room.building)
        for rows in [list(group)]
    ]
    skipped = [
        (
            problem.place or _("line %(row)s") % {"row": problem.row},
            problem.sentence,
            str(problem.params.get("text", "")),
        )
        for problem in plan.reading.skipped
        if problem.code != "blank"
    ]
    return Preview(
        new,
        [_changed(one, names) for one in plan.changed],
        plan.reading.warnings,
        skipped,
        sum(line.people or 0 for line in plan.new),
        len(plan.reading.lines),
        any(line.remark for line in plan.new),
    )


def _new(line: Line, names: Mapping[str, str]) -> NewRow:
    tags = "、".join(names.get(CODE_OF[tag], tag) for tag in line.tags)
    return NewRow(str(line.room), line.people, tags, _state(line.empty, line.returned), line.name, line.remark)


def _state(empty: bool, returned: bool) -> str:
    if empty:
        return _("empty flat")
    return _("come back from elsewhere") if returned else ""


def _changed(one: Changed, names: Mapping[str, str]) -> ChangedRow:
    return ChangedRow(one.known.room, [_change(change, names) for change in one.changes])


def _change(change: Change, names: Mapping[str, str]) -> tuple[str, str, str]:
    words = {
        "people": _("People"),
        "empty": _("Flat"),
        "returned": _("Come back from elsewhere"),
        "tags": _("Special groups"),
        "name": _("Householder"),
        "phone": _("Phone"),
        "remark": _("Remark"),
    }
    return words[change.field], _value(change.field, change.before, names), _value(change.field, change.after, names)


def _value(field: str, value: Any, names: Mapping[str, str]) -> str:
    if field == "tags":
        return "、".join(names.get(code, code) for code in value) or "—"
    if field == "empty":
        return _("empty flat") if value else _("lived in")
    if field == "returned":
        return _("yes") if value else _("no")
    if field == "phone" and value:
        # Enough to tell two numbers apart; the whole one is not needed to confirm a list.
        return f"…{value[-4:]}"
    return str(value) if value != "" else "—"
