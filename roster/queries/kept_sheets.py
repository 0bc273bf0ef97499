"""Which of the roster's sheets are kept for a day and its week, with all their versions."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet

from compound.models import Compound, Sheet
from roster.queries.board import monday_of
from roster.queries.sheet_rows import KINDS, DutyDay, DutyWeek, GroupList
from roster.services.paper import sheets_group


@dataclass(frozen=True)
class Kept:
    """One sheet, the newest version first."""

    versions: list[Sheet]

    @property
    def newest(self) -> Sheet:
        return self.versions[0]

    @property
    def older(self) -> list[Sheet]:
        return self.versions[1:]


def seen_sheets(compound: Compound, groups: Collection[uuid.UUID] | None) -> QuerySet[Sheet]:
    """Every sheet of the roster; for a leader (`groups`) those of the own groups and the plan of the week, which
    hangs on the wall."""
    sheets = Sheet.objects.filter(compound=compound, kind__in=KINDS)
    if groups is None:
        return sheets
    own = Q(rows__group_id__in=[str(group) for group in groups])
    return sheets.filter(own | Q(kind=DutyWeek.kind))


def kept_sheets(compound: Compound, day: dt.date, *, groups: Collection[uuid.UUID] | None) -> dict[str, list[Kept]]:
    """By kind; files and rows stay in the database. One query."""
    monday = monday_of(day)
    of = [sheets_group(compound, DutyDay.kind, day)]
    of += [sheets_group(compound, kind, monday) for kind in (DutyWeek.kind, GroupList.kind)]
    rows = seen_sheets(compound, groups).filter(group__in=of).select_related("file").defer("rows", "file__content")
    parts = groupby(rows.order_by("kind", "part", "-version"), key=lambda sheet: (sheet.kind, sheet.part))
    kept = [Kept(list(versions)) for _part, versions in parts]
    kept.sort(key=lambda one: one.newest.part_key)
    return {kind: [one for one in kept if one.newest.kind == kind] for kind in KINDS}
