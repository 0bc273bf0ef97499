"""How many rows come out right. A row is right when room, goods, specification, quantity and state all are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from compound.spreadsheet import load
from orders.order_list import Doors, OrderRow, read_orders
from orders.quantities import plain
from tests.orders.order_list.corpus import Case, Truth


@dataclass
class Score:
    """`doors`: rows at the right door (or rightly at none); `wrong_doors`: rows at somebody else's, the worst."""

    name: str
    rows: int
    right: int
    doors: int
    wrong_doors: int
    extra: int
    missed: list[tuple[Truth, OrderRow | None]] = field(default_factory=list)


def score(case: Case) -> Score:
    reading = read_orders(load(case.data), Doors(case.rooms), goods=case.goods)
    found: dict[tuple[int, str, str], list[OrderRow]] = {}
    for row in reading.rows:
        found.setdefault((row.row, row.goods, row.spec), []).append(row)
    by_row: dict[int, list[OrderRow]] = {}
    for row in reading.rows:
        by_row.setdefault(row.row, []).append(row)
    # Sheets have the same row numbers: rows are looked up by number and goods, each once.
    result = Score(case.name, len(case.truth), 0, 0, 0, len(reading.rows) - len(case.truth))
    used: Counter[int] = Counter()
    for truth in case.truth:
        number, room, goods, spec, quantity, cancelled = truth
        rows = found.get((number, goods, spec)) or by_row.get(number, [])
        rows = [row for row in rows if not used[id(row)]]
        best = next((row for row in rows if row.room == room), rows[0] if rows else None)
        if best is None:
            result.missed.append((truth, None))
            continue
        used[id(best)] += 1
        result.doors += best.room == room
        result.wrong_doors += best.room is not None and best.room != room
        said = (best.goods, best.spec, None if best.quantity is None else plain(best.quantity), best.cancelled)
        if best.room == room and said == (goods, spec, quantity, cancelled):
            result.right += 1
        else:
            result.missed.append((truth, best))
    return result
