"""Which rows of the rules a decision may still turn on, from a moment on."""

import datetime as dt

from compound.models import Compound, Rulebook


def rules_that_matter(compound: Compound, at: dt.datetime) -> list[Rulebook]:
    """The rows in force at `at`, those to come, and those that come into force again when another one ends.

    A superset of what `gate.rules.rules_in_force` can choose from for any moment from `at` on, the latest first, and
    no more: a phone need not know last month's rules. One query.
    """
    rows = list(Rulebook.objects.filter(compound=compound).select_related("building").order_by("-starts_at"))
    begun = [row for row in rows if row.starts_at <= at]
    swept = next((row for row in begun if row.ends_building_rows), None)
    kept = {swept} if swept else set()
    for row in (row for row in begun if row.building_id is None):
        if _holds(row, at):
            kept.add(row)
            if row.ends_at is None:
                # Those before it never hold again.
                break
    latest: dict[int, Rulebook] = {}
    for row in begun:
        if row.building_id is not None:
            latest.setdefault(row.building_id, row)
    # A replaced row of a building does not come back, even where its successor has ended.
    kept |= {row for row in latest.values() if _holds(row, at) and (not swept or row.starts_at >= swept.starts_at)}
    return [row for row in rows if row.starts_at > at or row in kept]


def _holds(row: Rulebook, at: dt.datetime) -> bool:
    return row.ends_at is None or at < row.ends_at
