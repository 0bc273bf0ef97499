"""Entries as other entries see them: what one takes back in the end, what was written down before."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from compound.models import Compound
from money.models import Account, Entry

DAY = dt.timedelta(days=1)


def root_of(entry: Entry) -> Entry:
    """What stands at the bottom of a chain of reversals; the entry itself where it is none. A statement a step."""
    while entry.reverses is not None:
        entry = entry.reverses
    return entry


def taken_back_among(entries: Iterable[Entry]) -> set[UUID]:
    """Of entries that come with all their reversals (those of one account do), the ones that count no more: reversed,
    and the reversal not reversed in its turn. No statement.
    """
    entries = list(entries)
    reversal_of = {entry.reverses_id: entry.pk for entry in entries if entry.reverses_id}
    found = set()
    for entry in entries:
        counts, last = True, entry.pk
        while last in reversal_of:
            counts, last = not counts, reversal_of[last]
        if not counts:
            found.add(entry.pk)
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
        reversed_by=None,
    )
    return entries.select_related("entered_by").order_by("entered_at").first()
