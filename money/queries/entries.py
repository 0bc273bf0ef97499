"""Entries as other entries see them: what one takes back in the end, what was written down before."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from compound.models import Compound
from money.models import Account, Entry

DAY = dt.timedelta(days=1)


def root_of(entry: Entry) -> Entry:
    """What stands at the bottom of a chain of reversals; the entry itself where it is none. A statement a step."""
    while entry.reverses is not None:
        entry = entry.reverses
    return entry


def chain_of(entry: Entry) -> list[Entry]:
    """What stands at the bottom of a chain of reversals, and each that takes back the one before it. A statement a
    step; it counts where their number is odd."""
    chain = [root_of(entry)]
    entries = Entry.objects.select_related("entered_by", "reverses")
    while (later := entries.filter(reverses=chain[-1]).first()) is not None:
        chain.append(later)
    return chain


def taken_back_among(entries: Iterable[tuple[UUID, UUID | None]]) -> set[UUID]:
    """Of entries, each with what it reverses, that come with all their reversals (those of one account do), the ones
    that count no more: reversed, and the reversal not reversed in its turn. No statement.
    """
    entries = list(entries)
    reversal_of = {reverses: key for key, reverses in entries if reverses}
    found = set()
    for key, _reverses in entries:
        counts, last = True, key
        while last in reversal_of:
            counts, last = not counts, reversal_of[last]
        if not counts:
            found.add(key)
    return found


def in_force(entries: QuerySet[Entry]) -> list[Entry]:
    """Of each entry that counts, what has to be reversed so that it counts no more: itself, or the last of an even
    number of reversals. One statement a step."""
    found = []
    for entry in entries.order_by("entered_at", "pk"):
        counts, last = True, entry
        while (later := Entry.objects.filter(reverses=last).first()) is not None:
            counts, last = not counts, later
        if counts:
            found.append(last)
    return found


def paid_the_same(account: Account, amount: Decimal, *, compound: Compound, at: dt.datetime) -> Entry | None:
    """A payment of just this sum by the account's household on the same day of the compound, not taken back."""
    start = compound.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    entries = Entry.objects.filter(
        compound=compound,
        kind=Entry.Kind.PAYMENT,
        postings__account=account,
        postings__amount=-amount,
        at__gte=start,
        at__lt=start + DAY,
    ).order_by("entered_at")
    return next((root_of(last) for last in in_force(entries)), None)
