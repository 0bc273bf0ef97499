"""Who waits to be taken in, with what the coordinator has to know before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count

from compound.models import Compound, Household, User
from roster.models import SignUp
from roster.queries.known_people import KnownPerson, people_behind
from roster.queries.rooms import doors_of
from roster.times_of_day import PART_NAMES, PARTS

ON_A_PAGE = 25
SHOWN_DAYS = 30


@dataclass(frozen=True)
class Waiting:
    """`doors`: what the room that was written can mean; `known`: whose number it is already; `others`: how many more
    wait with the same number."""

    row: SignUp
    doors: list[Household]
    known: KnownPerson | None
    others: int = 0

    @property
    def days(self) -> list[int]:
        return sorted(day for day in (self.row.when or {}).get("days", []) if day in range(7))

    @property
    def times(self) -> list[str]:
        said = (self.row.when or {}).get("times", [])
        return [str(PART_NAMES[part]) for part in PARTS if part in said]

    @property
    def is_other_name(self) -> bool:
        return self.known is not None and self.known.name not in ("", self.row.name)


def waiting(compound: Compound, *, page: str) -> "Page[SignUp]":
    """Newest first, 25 a page. Three queries."""
    rows = SignUp.objects.filter(compound=compound, state=SignUp.State.WAITING).prefetch_related("skills")
    return Paginator(rows.order_by("-asked_at", "pk"), ON_A_PAGE).get_page(page)


def looked_up(compound: Compound, rows: Sequence[SignUp], *, by: User) -> list[Waiting]:
    """These with what has to be known of them. Seven queries whatever their number."""
    doors = doors_of(compound, (row.room for row in rows))
    known = people_behind(compound, (row.phone for row in rows), by=by)
    same = SignUp.objects.filter(
        compound=compound, state=SignUp.State.WAITING, phone__in={row.phone for row in rows}
    ).order_by()
    number = dict(same.values_list("phone").annotate(count=Count("pk")))
    return [Waiting(row, doors.get(row.room, []), known.get(row.phone), number.get(row.phone, 1) - 1) for row in rows]


def answered(compound: Compound, *, at: dt.datetime) -> list[SignUp]:
    """The last ones that were confirmed or refused. One query."""
    rows = SignUp.objects.filter(compound=compound, decided_at__gt=at - dt.timedelta(days=SHOWN_DAYS))
    return list(rows.select_related("decided_by", "volunteer__user").order_by("-decided_at")[:20])
