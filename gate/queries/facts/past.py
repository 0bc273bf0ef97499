"""What a household and a pass have done lately: read behind the locks, and made into facts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compound.models import Compound
from gate.queries.facts.ground import Card, Ground
from gate.queries.facts.moments import moment_of
from gate.queries.facts.rows import COLUMNS, Past, Row, joined, rows_in
from gate.queries.missed import MISSED_SQL
from gate.queries.prepared import Prepared
from gate.rules import Facts, Household, Kind, Outing, Outside, Pass, Rules
from gate.rules.clock import DAY
from gate.rules.quota import SKEW, is_missed

# One row at least, so that the numbers of the first columns always come. An outing may come twice.
PAST = f"""
SELECT seen.known_in, seen.changes, {{outside}}, {COLUMNS}
FROM (
    SELECT max(compound_id) FILTER (WHERE id = %(id)s) AS known_in,
        count(*) FILTER (WHERE (id = %(root)s OR refers_to = %(root)s) AND compound_id = %(compound)s) AS changes
    FROM gate_check WHERE id = %(id)s OR id = %(root)s OR refers_to = %(root)s
) AS seen
{joined(household="%(household)s", card="%(card)s", since="%(since)s")}"""  # noqa: S608
NOBODY_COUNTED = "0, 0"
# Seldom more than some dozens, by the index outing_open.
COUNTED = f"""
(SELECT count(*) FROM gate_outing x WHERE x.compound_id = %(compound)s AND x.back_at IS NULL AND x.void_at IS NULL
    AND NOT x.is_exempt AND NOT {MISSED_SQL}),
(SELECT count(*) FROM gate_outing x JOIN compound_household h ON h.id = x.household_id
    WHERE x.compound_id = %(compound)s AND x.back_at IS NULL AND x.void_at IS NULL AND NOT x.is_exempt
    AND h.building_id = %(building)s AND NOT {MISSED_SQL})
"""  # noqa: S608


TYPES = {
    "id": "uuid", "root": "uuid", "compound": "bigint", "household": "bigint", "building": "bigint", "card": "uuid",
    "since": "timestamptz",
}  # fmt: skip
ASK_PAST = Prepared("gate_past", PAST.format(outside=NOBODY_COUNTED), **TYPES)
ASK_PAST_AND_OUTSIDE = Prepared("gate_past_and_outside", PAST.format(outside=COUNTED), **TYPES)


def past_of(
    compound: Compound,
    ground: Ground,
    *,
    check: uuid.UUID,
    now: int,
    count_outside: bool,
    since: int | None = None,
    root: uuid.UUID | None = None,
    locks: tuple[Prepared, Mapping[str, Any]] | None = None,
) -> Past:
    """One statement. `root`: the passage that the check is about, by default itself. `locks`: taken first, in the same
    message.

    `since` (ms): from when on finished outings are wanted; by default what the decision needs."""
    door, card = ground.door, ground.card
    given: dict[str, Any] = {
        "id": check,
        "root": root or check,
        "compound": compound.pk,
        "household": door.id if door else None,
        "building": door.building if door else None,
        "card": card.id if card else None,
        "since": moment_of(window_start(ground.rows, now) if since is None else since),
    }
    take_locks, of_locks = locks or (None, {})
    ask = ASK_PAST_AND_OUTSIDE if count_outside else ASK_PAST
    found = ask.rows({**of_locks, **given}, behind=take_locks)
    rows = rows_in(row[4:] for row in found)
    return Past(found[0][0], found[0][1], rows, Outside(found[0][2], found[0][3]))


def window_start(rows: Sequence[Rules], now: int) -> int:
    """Twice the longest window of the rows in force or to come, for a forfeit doubles it; a day for the wall's days."""
    days = max((row.per_days for row in rows if row.ends_at is None or row.ends_at > now), default=1)
    return now - (2 * days + 1) * DAY


@dataclass(frozen=True, slots=True)
class Known:
    """The facts, and which row each of their outings is. `home`, `own`: the door's and the pass's, later ones too."""

    facts: Facts
    rows: tuple[tuple[Outing, Row], ...]
    home: tuple[Row, ...]
    own: tuple[Row, ...]

    def row_of(self, outing: Outing) -> Row:
        return next(row for shape, row in self.rows if shape is outing)


def known_of(ground: Ground, past: Past, facts: Facts, *, without_later: bool) -> Known:
    """`facts` (about the act itself) completed by who it is and what they have done.

    `without_later`: outings after the event are left out altogether, not only those after two minutes: of two that
    were decided offline the earlier one is not blamed, however close they are. Of a kind that is not
    the household's own only this pass's outings are of that kind: a colleague's return closes another one.
    """
    now, card, door = facts.now, ground.card, ground.door
    kind = facts.kind if card is None or facts.kind == "emergency" else card.shape.kind
    latest = now if without_later else now + SKEW
    own = tuple(row for row in past.rows if card is not None and row.card == card.id)
    of_home = tuple(row for row in past.rows if door is not None and row.household == door.id)
    pairs = tuple((row.shape(_seen_kind(row, kind, card)), row) for row in of_home if row.out <= latest)
    home = None
    if door is not None:
        home = Household(
            building=str(door.building),
            no_outing_until=door.no_outing_until,
            has_returnee=door.has_returnee,
            outings=tuple(shape for shape, _ in pairs),
        )
    whole = replace(
        facts,
        pass_=None if card is None else _with_past(card.shape, [row for row in own if row.out <= latest]),
        household=home,
        rulebooks=ground.rows,
        outside=past.outside,
    )
    return Known(whole, pairs, of_home, own)


def _seen_kind(row: Row, kind: str, card: Card | None) -> Kind:
    others = kind not in ("household", "emergency") and row.kind == kind and (card is None or row.card != card.id)
    return "household" if others else row.kind


def _with_past(card: Pass, own: Sequence[Row]) -> Pass:
    """An emergency costs nothing, so it is no use of the pass; whoever is out is out, and one pass is out once."""
    used = [row.out for row in own if row.kind != "emergency"]
    shapes = [row.shape() for row in own]
    outside = [o.out for o in shapes if o.back is None and not is_missed(o, shapes, 1)]
    return replace(card, last_out=max(used, default=None), outside_since=min(outside, default=None))
