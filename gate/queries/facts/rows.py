"""Outings as the decision reads them: one shape, wherever they are asked for."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gate.queries.facts.moments import ms_of
from gate.queries.missed import MISSED_SQL
from gate.rules import Direction, Kind, Outing, Outside


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

    `changes`: as in `Ground`, at the moment of this reading.
    """

    known_in: int | None
    changes: int
    rows: tuple[Row, ...]
    outside: Outside


NOBODY = Outside(0, 0)

# The fields of `Row`, in their order; `o` is the outing. Moments as they are: PostgreSQL reckons with epochs slowly.
COLUMNS = """
    o.id, o.household_id, o.gate_pass_id, o.kind, o.out_at, o.back_at, o.due_at, o.forfeit,
    o.slot, o.slot IS NOT NULL AND o.released_at IS NULL, lower(o.period), upper(o.period),
    g.name, o.check_out_id, o.check_in_id, c.rulebook_id, c.refers_to,
    i.refers_to, o.is_exempt
"""


def joined(*, household: str, card: str, since: str) -> str:
    """SQL behind a FROM that has one row at least: an outing of these a row, nulls for none. It may come twice.

    All outings of the household since then and those that are open, and the last twenty of the pass.
    """
    return f"""
LEFT JOIN LATERAL (
    SELECT * FROM gate_outing WHERE household_id = {household} AND out_at >= {since} AND void_at IS NULL
    UNION ALL
    SELECT * FROM gate_outing x WHERE household_id = {household} AND back_at IS NULL AND void_at IS NULL
        AND NOT {MISSED_SQL}
    UNION ALL
    (SELECT * FROM gate_outing WHERE gate_pass_id = {card} AND void_at IS NULL ORDER BY out_at DESC LIMIT 20)
) o ON true
LEFT JOIN gate_check c ON c.id = o.check_out_id
LEFT JOIN gate_check i ON i.id = o.check_in_id
LEFT JOIN compound_gate g ON g.id = c.gate_id
"""  # noqa: S608 - names of our own


def rows_in(found: Iterable[Sequence[Any]]) -> tuple[Row, ...]:
    """Of rows that are `COLUMNS` and nothing else: each outing once, by when it began."""
    rows = {row[0]: _row(*row) for row in found if row[0] is not None}
    return tuple(sorted(rows.values(), key=lambda row: (row.out, row.id)))


def _row(
    key: int, household: Any, card: Any, kind: Any, out: Any, back: Any, due: Any, forfeit: bool, slot: Any,
    counts: bool, start: Any, until: Any, *more: Any,
) -> Row:  # fmt: skip
    return Row(
        key,
        household,
        card,
        kind,
        ms_of(out),
        _ms(back),
        _ms(due),
        forfeit,
        slot,
        counts,
        _ms(start),
        _ms(until),
        *more,
    )


def _ms(moment: dt.datetime | None) -> int | None:
    return None if moment is None else ms_of(moment)
