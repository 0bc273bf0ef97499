"""The journal: every entry with its sides, newest first, by day, kind, room, person."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from compound.models import Compound, User
from money.models import Entry, Posting

ENTRIES_PER_PAGE = 50
# What one file takes: more is asked for by days.
MOST_IN_FILE = 20_000


@dataclass(frozen=True)
class Filter:
    """Empty or None: everything. `person`: the volunteer's account, or who wrote it down. Days are the compound's."""

    first: dt.date | None = None
    last: dt.date | None = None
    kind: str = ""
    room: str = ""
    person: User | None = None
    words: str = ""


def journal(compound: Compound, wanted: Filter) -> QuerySet[Entry]:
    """Three statements for a page: entries, their sides, the accounts' owners come with them."""
    entries = Entry.objects.filter(compound=compound)
    if wanted.first:
        entries = entries.filter(entered_at__gte=compound.moment(wanted.first, dt.time.min))
    if wanted.last:
        entries = entries.filter(entered_at__lt=compound.moment(wanted.last + dt.timedelta(days=1), dt.time.min))
    if wanted.kind:
        entries = entries.filter(kind=wanted.kind)
    if wanted.room:
        entries = entries.filter(pk__in=_touching(compound, account__household__room=wanted.room))
    if wanted.person:
        own = _touching(compound, account__user=wanted.person)
        entries = entries.filter(Q(pk__in=own) | Q(entered_by=wanted.person))
    if wanted.words:
        entries = entries.filter(Q(reason__icontains=wanted.words) | Q(round__title__icontains=wanted.words))
    sides = Posting.objects.select_related("account__household", "account__user").order_by("-amount", "pk")
    return (
        entries.select_related("round", "entered_by", "reversed_by", "reverses", "errand__household")
        .prefetch_related(Prefetch("postings", queryset=sides))
        .order_by("-entered_at", "pk")
    )


def journal_page(compound: Compound, wanted: Filter, page: str | int) -> Page[Entry]:
    return Paginator(journal(compound, wanted), ENTRIES_PER_PAGE).get_page(page)


def _touching(compound: Compound, **account: Any) -> QuerySet[Posting, Any]:
    return Posting.objects.filter(compound=compound, **account).values("entry")
