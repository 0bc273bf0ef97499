"""What a household and a pass have done lately: read behind the locks, and made into facts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compound.models import Compound
from gate.queries.facts.ground import Card, Ground
from gate.queries.facts.moments import moment_of
from gate.queries.missed import MISSED_SQL
from gate.queries.prepared import Prepared
from gate.rules import Direction, Facts, Household, Kind, Outing, Outside, Pass, Rules
from gate.rules.clock import DAY
from gate.rules.quota import SKEW, is_missed


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `Outing` that took place. Moments in ms; `counts`: it has a slot that was not released.

    `refers_to`: what the check that let them out was about (a reading: its passage).
    """

    id: int
    household: int | None
    card: uuid.UUID | None
    kind: Kind
    out: int
    back: int | None
    due: int | None
    forfeit: bool
    slot: int | None
    counts: bool
    start: int | None
    until: int | None
    gate: str
    check_out: uuid.UUID
    check_in: uuid.UUID | None
    rulebook: int | None
    refers_to: uuid.UUID | None
    in_refers_to: uuid.UUID | None
    is_exempt: bool

    def is_of(self, root: uuid.UUID, direction: Direction) -> bool:
        """Whether this passage, a reading or a correction of it made the outing (going out) or ended it."""
        out, back = (self.check_out, self.refers_to), (self.check_in, self.in_refers_to)
        return root in (out if direction == "out" else back)

    def shape(self, kind: Kind | None = None) -> Outing:
        return Outing(
            out=self.out, back=self.back, due=self.due, forfeit=self.forfeit, counts=self.counts,
            kind=kind or self.kind, gate=self.gate,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """`rows`: the household's outings, open ones and those of the window, and the last ones of the pass.

    `changes`: as in `Ground`, behind the locks.
    """

    known_in: int | None
    changes: int
    rows: tuple[Row, ...]
    outside: Outside


_MS = "floor(extract(epoch FROM {0}) * 1000)::bigint".format
_COLUMNS = f"""
    o.id, o.household_id, o.gate_pass_id, o.kind, {_MS("o.out_at")}, {_MS("o.back_at")}, {_MS("o.due_at")}, o.forfeit,
    o.slot, o.slot IS NOT NULL AND o.released_at IS NULL, {_MS("lower(o.period)")}, {_MS("upper(o.period)")},
    g.name, o.check_out_id, o.check_in_id, c.rulebook_id, c.refers_to,
    i.refers_to, o.is_exempt
"""
# One row at least, so that the numbers of the first columns always come. An outing may come twice.
PAST = f"""
SELECT seen.known_in, seen.changes, {{outside}}, {_COLUMNS}
FROM (
    SELECT max(compound_id) FILTER (WHERE id = %(id)s) AS known_in,
        count(*) FILTER (WHERE (id = %(root)s OR refers_to = %(root)s) AND compound_id = %(compound)s) AS changes
    FROM gate_check WHERE id = %(id)s OR id = %(root)s OR refers_to = %(root)s
) AS seen
LEFT JOIN (
    SELECT * FROM gate_outing WHERE household_id = %(household)s AND out_at >= %(since)s AND void_at IS NULL
    UNION ALL
    SELECT * FROM gate_outing x WHERE household_id = %(household)s AND back_at IS NULL AND void_at IS NULL
        AND NOT {MISSED_SQL}
    UNION ALL
    (SELECT * FROM gate_outing WHERE gate_pass_id = %(card)s AND void_at IS NULL ORDER BY out_at DESC LIMIT 20)
) o ON true
LEFT JOIN gate_check c ON c.id = o.check_out_id
LEFT JOIN gate_check i ON i.id = o.check_in_id
LEFT JOIN compound_gate g ON g.id = c.gate_id
"""  # noqa: S608
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
        "since": moment_of(_window_start(ground.rows, now) if since is None else since),
    }
    take_locks, of_locks = locks or (None, {})
    ask = ASK_PAST_AND_OUTSIDE if count_outside else ASK_PAST
    found = ask.rows({**of_locks, **given}, behind=take_locks)
    rows = {row[4]: Row(*row[4:]) for row in found if row[4] is not None}
    in_order = sorted(rows.values(), key=lambda row: (row.out, row.id))
    return Past(found[0][0], found[0][1], tuple(in_order), Outside(found[0][2], found[0][3]))


def _window_start(rows: Sequence[Rules], now: int) -> int:
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
