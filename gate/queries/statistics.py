"""Counts of one day at the gates: passages per hour and gate, verdicts, refusals by reason."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncHour

from compound.models import Compound
from gate.models import Check
from gate.models.passages import Direction, Kind, Verdict
from gate.queries.passages import day_bounds, passages_between

# The longest bar of the page, in signs.
BAR = 12


@dataclass
class GateCount:
    """One gate's day. `last_at` is its last passage of the day, whatever the verdict."""

    out: int = 0
    back: int = 0
    refused: int = 0
    rechecked: int = 0
    last_at: dt.datetime | None = None

    @property
    def passed(self) -> int:
        return self.out + self.back


@dataclass(frozen=True)
class Hour:
    """`07:00`, and how many passed at each gate in it, in the order of the gates."""

    text: str
    counts: list[int]
    longest: int

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def bar(self) -> str:
        """The total as a row of signs: paper and a screen reader's braille line need no picture."""
        return "▇" * (-(-self.total * BAR // self.longest) if self.longest else 0)


@dataclass
class DayCounts:
    """What happened on one day; what was undone is not in it, what was corrected is as corrected."""

    gates: dict[int, GateCount] = field(default_factory=dict)
    hours: list[Hour] = field(default_factory=list)
    overridden: int = 0
    # code → how many were refused for it; one passage may have several.
    refusals: list[tuple[str, int]] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(getattr(gate, name) for gate in self.gates.values())


def day_counts(*, compound: Compound, day: dt.date, gates: list[int]) -> DayCounts:
    """`gates`: primary keys in the order of the columns. Two statements over the passages of that day."""
    start, until = day_bounds(compound, day)
    passages = passages_between(compound, start, until).filter(is_undone=False)
    rows = (
        passages.annotate(hour=TruncHour("event_at", tzinfo=compound.tz))
        .order_by()
        .values("gate_id", "hour", "direction", "verdict_now")
        .annotate(count=Count("pk"), last=Max("event_at"), overridden=Count("pk", filter=~Q(override="")))
    )
    counts = DayCounts(gates={gate: GateCount() for gate in gates})
    hours: dict[int, Counter[int]] = {}
    for row in rows:
        gate = counts.gates.setdefault(row["gate_id"], GateCount())
        if row["verdict_now"] == Verdict.REFUSE:
            gate.refused += row["count"]
        elif row["verdict_now"] == Verdict.RECHECK:
            gate.rechecked += row["count"]
        else:
            if row["direction"] == Direction.OUT:
                gate.out += row["count"]
            else:
                gate.back += row["count"]
            hours.setdefault(row["hour"].hour, Counter())[row["gate_id"]] += row["count"]
        gate.last_at = max(gate.last_at or row["last"], row["last"])
        counts.overridden += row["overridden"]
    counts.hours = _hours(hours, list(counts.gates))
    if counts.total("refused"):
        counts.refusals = _refusals(passages.filter(verdict_now=Verdict.REFUSE).values_list("reasons", flat=True))
    return counts


def _hours(found: dict[int, Counter[int]], gates: list[int]) -> list[Hour]:
    """From the first hour with a passage to the last one, empty ones between them too."""
    if not found:
        return []
    longest = max(sum(hour.values()) for hour in found.values())
    return [
        Hour(f"{hour:02d}:00", [found.get(hour, Counter())[gate] for gate in gates], longest)
        for hour in range(min(found), max(found) + 1)
    ]


def _refusals(answers: Iterable[Sequence[Mapping[str, Any]]]) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for reasons in answers:
        counted.update({str(reason["code"]) for reason in reasons if reason.get("effect", "refuse") == "refuse"})
    return counted.most_common()


def count_refused(compound: Compound, start: dt.datetime, until: dt.datetime) -> int:
    """How often somebody was refused: a room that is none, mistyped, was nobody. One statement; for a tile.

    Only passages that were refused or changed are looked at more closely.
    """
    # A phone's clock may have been put right between a passage and what was said about it.
    since = start - dt.timedelta(days=1)
    changed = Check.objects.filter(compound=compound, event_at__gte=since, refers_to__isnull=False)
    may_be = Q(verdict=Verdict.REFUSE) | Q(pk__in=changed.values("refers_to"))
    somebody = Q(household__isnull=False) | Q(gate_pass__isnull=False) | Q(kind=Kind.VISITOR)
    passages = passages_between(compound, start, until).filter(may_be, somebody)
    return passages.filter(is_undone=False, verdict_now=Verdict.REFUSE).count()
