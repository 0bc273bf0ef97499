"""What is still owed to doors: what was tried there, and why it got less."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from orders.doors import SERVED, leaves_open
from orders.models import Allotment, DoorMark, OrderLine
from orders.sharing_words import reason

Key = tuple[uuid.UUID, int]


@dataclass(frozen=True)
class Owed:
    """A line that somebody is still owed. `tries` at its door that came to nothing; `share`: why it got less."""

    line: OrderLine
    tries: list[DoorMark]
    share: str = ""


def owed_rows(lines: Sequence[OrderLine]) -> list[Owed]:
    """Two statements for a page of lines."""
    tries, shares = tries_of(lines), shares_of(lines)
    return [Owed(line, [one for one in tries[line.pk] if _is_vain(one)], shares.get(line.pk, "")) for line in lines]


def _is_vain(mark: DoorMark) -> bool:
    """A "delivered" of the door is not said of the line that is owed: what came short, the line's own state says."""
    return bool(mark.outcome) and not mark.is_rest and mark.outcome not in SERVED


def tries_of(lines: Sequence[OrderLine]) -> dict[int, list[DoorMark]]:
    """By line, what was said at its door that speaks of it, in the order in which it happened. One statement."""
    pairs = {(line.order.round_id, line.order.household_id) for line in lines}
    if not pairs:
        return {}
    marks = DoorMark.objects.filter(
        round__in={round for round, _household in pairs}, household__in={household for _round, household in pairs}
    )
    by_door: dict[Key, list[DoorMark]] = defaultdict(list)
    for mark in marks.select_related("by").order_by("at", "received_at"):
        by_door[mark.round_id, mark.household_id].append(mark)
    return {
        line.pk: [
            mark
            for mark in by_door[line.order.round_id, line.order.household_id]
            if (not mark.only or line.pk in mark.only) and not leaves_open(mark, line)
        ]
        for line in lines
    }


def shares_of(lines: Sequence[OrderLine]) -> dict[int, str]:
    """By line that came short in a sharing out, in words why it got what it got. One statement where there is any."""
    short = [line.pk for line in lines if line.allocated is not None and line.allocated < line.ordered]
    if not short:
        return {}
    rows = Allotment.objects.filter(
        line__in=short, sharing__applied_at__isnull=False, sharing__replaced_at__isnull=True, sharing__instead=""
    )
    return {row.line_id: reason(row.code, row.params) for row in rows}
