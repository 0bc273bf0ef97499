"""The rules of the gate as the page shows them: in force, to come, over."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from compound.models import Building, Compound, Rulebook
from compound.queries.rulebooks import rule_phrases, rule_sentence
from gate.rules import Rules, rules_in_force

# Rows that are over: the newest of them. The others stand in the admin and in the log of changes.
PAST = 30


@dataclass(frozen=True)
class RuleRow:
    """A row with its words. `until`: its own end, or when another row took its place; None while nobody knows."""

    rulebook: Rulebook
    until: dt.datetime | None = None

    @property
    def sentence(self) -> str:
        return rule_sentence(self.rulebook)

    @property
    def phrases(self) -> list[str]:
        return rule_phrases(self.rulebook)


@dataclass
class RulesPage:
    """`in_force`: the compound's row first, then those of buildings. None in force: nobody is refused by a rule."""

    in_force: list[RuleRow]
    to_come: list[RuleRow]
    past: list[RuleRow]

    @property
    def of_compound(self) -> RuleRow | None:
        return next((row for row in self.in_force if row.rulebook.building is None), None)

    @property
    def of_buildings(self) -> list[RuleRow]:
        return [row for row in self.in_force if row.rulebook.building is not None]


def rules_page(*, compound: Compound, at: dt.datetime) -> RulesPage:
    """Every row sorted by what it is now. One statement: a compound has some dozens of rows in a lockdown."""
    rows = list(compound.rulebooks.select_related("building", "created_by").order_by("starts_at", "pk"))
    ids = {row.pk for row in in_force(rows, at)}
    now = [row for row in rows if row.pk in ids]
    now.sort(key=lambda row: row.building.sort_key if row.building else "")
    past = [row for row in rows if row.pk not in ids and row.starts_at <= at]
    return RulesPage(
        in_force=[RuleRow(row, row.ends_at) for row in now],
        to_come=[RuleRow(row, row.ends_at) for row in rows if row.starts_at > at],
        past=[RuleRow(row, _ended(row, rows, at)) for row in reversed(past)][:PAST],
    )


def in_force(rows: Sequence[Rulebook], at: dt.datetime) -> list[Rulebook]:
    """The compound's row and each building's own, as `gate.rules` decides it."""
    rules = [_as_rules(row) for row in rows]
    buildings = {row.building.name for row in rows if row.building is not None}
    moment = _ms(at)
    ids = {rules_in_force(rules, name, moment).id for name in (None, *buildings)}
    return [row for row in rows if row.pk in ids]


def _as_rules(row: Rulebook) -> Rules:
    """What decides which row is in force, and nothing else."""
    return Rules(
        id=row.pk,
        starts_at=_ms(row.starts_at),
        ends_at=_ms(row.ends_at) if row.ends_at else None,
        building=row.building.name if row.building else None,
        ends_building_rows=row.ends_building_rows,
    )


def _ms(at: dt.datetime) -> int:
    return round(at.timestamp() * 1000)


def _ended(row: Rulebook, rows: Sequence[Rulebook], at: dt.datetime) -> dt.datetime | None:
    """Its end, or the start of the next row that took its place, whichever came first."""
    ends = [row.ends_at] if row.ends_at and row.ends_at <= at else []
    for other in rows:
        replaces = other.building_id == row.building_id or (row.building_id is not None and other.ends_building_rows)
        if replaces and row.starts_at < other.starts_at <= at:
            ends.append(other.starts_at)
    return min(ends, default=None)


def swept_buildings(compound: Compound, at: dt.datetime) -> list[Building]:
    """The buildings that have a row of their own now: a row that sweeps would end these."""
    rows = list(compound.rulebooks.select_related("building").filter(starts_at__lte=at))
    return [row.building for row in in_force(rows, at) if row.building is not None]
