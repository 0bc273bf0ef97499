"""How it is at the gates now: the one page that a coordinator leaves open."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from compound.models import Compound, Gate
from gate.models import Device, TemperatureRecord
from gate.queries.conflicts import open_conflicts, unratified
from gate.queries.outside import OutsideCount, count_outside
from gate.queries.rulebooks import RulesPage, rules_page
from gate.queries.statistics import DayCounts, GateCount, Hour, day_counts
from roster.queries.at_gates import AtGate, at_gates


@dataclass(frozen=True)
class Phones:
    """The phones that may write at one gate now, and when the last of them was heard of."""

    bound: int = 0
    seen_at: dt.datetime | None = None


@dataclass(frozen=True)
class GateLine:
    gate: Gate
    count: GateCount
    phones: Phones
    # Who stands there by the roster.
    duty: AtGate | None = None

    @property
    def is_unmanned(self) -> bool:
        """Guarded, and no phone is bound to it."""
        return self.gate.kind == Gate.Kind.GUARDED and not self.phones.bound


@dataclass
class Overview:
    outside: OutsideCount
    gates: list[GateLine]
    day: DayCounts
    conflicts: int
    emergencies: int
    rules: RulesPage
    # None for who may not know.
    fevers: int | None = None

    @property
    def hours(self) -> list[tuple[Hour, list[int]]]:
        """Each hour with its counts at the gates of `columns`."""
        at = [list(self.day.gates).index(gate.pk) for gate in self.columns]
        return [(hour, [hour.counts[position] for position in at]) for hour in self.day.hours]

    @property
    def columns(self) -> list[Gate]:
        """The gates at which somebody passed today."""
        return [line.gate for line in self.gates if line.count.passed]

    @property
    def out(self) -> int:
        return self.day.total("out")

    @property
    def back(self) -> int:
        return self.day.total("back")

    @property
    def passed(self) -> int:
        return self.out + self.back

    @property
    def refused(self) -> int:
        return self.day.total("refused")

    @property
    def guarded(self) -> int:
        return sum(line.gate.kind == Gate.Kind.GUARDED for line in self.gates)

    @property
    def manned(self) -> int:
        return sum(line.gate.kind == Gate.Kind.GUARDED and bool(line.phones.bound) for line in self.gates)


def overview(*, compound: Compound, at: dt.datetime, sees_health: bool) -> Overview:
    """Today as it stands at `at`. Ten statements at the most, however much goes on."""
    gates = list(compound.gates.all())
    counts = day_counts(compound=compound, day=compound.day_of(at), gates=[gate.pk for gate in gates])
    phones = phones_by_gate(compound, at)
    duty = at_gates(compound, at)
    return Overview(
        outside=count_outside(compound, at),
        # Sealed gates have no passages: one that has is worth a line.
        gates=[
            GateLine(gate, counts.gates[gate.pk], phones.get(gate.pk, Phones()), duty.get(gate.pk))
            for gate in gates
            if gate.kind != Gate.Kind.SEALED or counts.gates[gate.pk].last_at or gate.pk in phones
        ],
        day=counts,
        conflicts=open_conflicts(compound).count(),
        emergencies=unratified(compound).count(),
        rules=rules_page(compound=compound, at=at),
        fevers=open_records(compound) if sees_health else None,
    )


def phones_by_gate(compound: Compound, at: dt.datetime) -> dict[int, Phones]:
    """Bound, not revoked, not over. One statement."""
    live = Q(bound_at__isnull=False, revoked_at__isnull=True, ends_at__gt=at)
    rows = (
        Device.objects.filter(live, compound=compound)
        .order_by()
        .values("gate_id")
        .annotate(bound=Count("pk"), seen=Max("last_seen_at"))
    )
    return {row["gate_id"]: Phones(row["bound"], row["seen"]) for row in rows}


def open_records(compound: Compound) -> int:
    """People whose temperature was out of line and of whom nobody has said yet how it ended."""
    return TemperatureRecord.objects.filter(compound=compound, closed_at__isnull=True).count()
