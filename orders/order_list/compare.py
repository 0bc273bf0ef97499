"""An export beside the last one of the same source. Pure: plain values in, pairs of indexes out.

Unlike a chat, an export numbers its orders. A number is believed while orderer or address go with it (群接龙
numbers anew when somebody leaves), a long one by itself. What has no such twin is known by who it is and what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from orders.chain_review import Change, Comparison

# A platform's own order number, which nobody else has.
LONG = 10


@dataclass(frozen=True)
class Order:
    """`said`: goods, quantities, state and remark; two equal ones say the same."""

    reference: str
    buyer: str
    place: str
    said: Hashable


def compare_orders(old: Sequence[Order], new: Sequence[Order]) -> Comparison:
    """Pairs the orders of two exports. Linear in their number."""
    pairs: dict[int, int] = {}
    free = dict.fromkeys(range(len(old)))

    def pair(key: Callable[[Order], Hashable | None], *, alone: bool) -> None:
        by_key: dict[Hashable, list[int]] = defaultdict(list)
        for index in free:
            if (of := key(old[index])) is not None:
                by_key[of].append(index)
        here: dict[Hashable, list[int]] = defaultdict(list)
        for index, order in enumerate(new):
            if index not in pairs and (of := key(order)) is not None:
                here[of].append(index)
        for of, indexes in here.items():
            there = by_key.get(of, [])
            if alone and (len(indexes) > 1 or len(there) > 1):
                continue
            for mine, its in zip(indexes, there, strict=False):
                pairs[mine] = its
                free.pop(its)

    pair(lambda o: (o.reference, o.buyer, o.place, o.said) if o.reference else None, alone=False)
    pair(lambda o: (o.reference, o.buyer) if o.reference and o.buyer else None, alone=True)
    pair(lambda o: (o.reference, o.place) if o.reference and o.place else None, alone=True)
    pair(lambda o: (o.buyer, o.place, o.said) if o.buyer or o.place else o.said, alone=False)
    pair(lambda o: o.reference if len(o.reference) >= LONG else None, alone=True)
    pair(lambda o: (o.buyer, o.place) if o.buyer or o.place else None, alone=True)

    marks: list[tuple[Change, int | None, bool]] = []
    for index, order in enumerate(new):
        its = pairs.get(index)
        if its is None:
            marks.append(("new", None, False))
        else:
            same = old[its].said == order.said and old[its].place == order.place
            marks.append(("same" if same else "changed", its, False))
    return Comparison(tuple(marks), tuple(sorted(free)))
