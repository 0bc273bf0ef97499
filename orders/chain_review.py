"""What a paste means beside the last one of the same chat group. Pure: plain values in, plain values out.

Everybody re-sends the whole list, and a deletion renumbers it: an entry is known by who wrote it (nickname and
room), never by its number. So each entry of the new paste is new, changed or the same, and entries of the last paste
that nobody repeats are gone. Where one name stands twice nothing is guessed: equal contents are paired, and the
rest is asked about.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from compound.rooms import clean

Change = Literal["new", "changed", "same", "gone"]


@dataclass(frozen=True)
class Content:
    """What makes two entries of two pastes the same: who, what, and what was said beside it."""

    name: str
    room: str
    items: tuple[tuple[str, str | None, str], ...]  # goods, quantity, unit
    note: str
    status: str

    @property
    def who(self) -> tuple[object, ...]:
        # Nobody knows who wrote it: two such entries are the same only when they say the same.
        nobody = () if self.name or self.room else self.said
        return clean(self.name).casefold(), self.room, nobody

    @property
    def said(self) -> tuple[object, ...]:
        goods = sorted((clean(g).casefold(), q or "", clean(u)) for g, q, u in self.items)
        return tuple(goods), clean(self.note), self.status


@dataclass(frozen=True)
class Comparison:
    """`new[i]` is (change, index in the old paste or None, same name more than once); `gone` are old indexes."""

    new: tuple[tuple[Change, int | None, bool], ...]
    gone: tuple[int, ...]


def compare(old: Sequence[Content], new: Sequence[Content]) -> Comparison:
    """Pairs the entries of two pastes. Linear in their number."""
    old_by_who: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, content in enumerate(old):
        old_by_who[content.who].append(index)
    new_by_who: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, content in enumerate(new):
        new_by_who[content.who].append(index)

    marks: dict[int, tuple[Change, int | None, bool]] = {}
    gone: list[int] = []
    for who, here in new_by_who.items():
        left = list(old_by_who.pop(who, []))
        rest: list[int] = []
        for index in here:
            twin = next((o for o in left if old[o].said == new[index].said), None)
            if twin is None:
                rest.append(index)
            else:
                left.remove(twin)
                marks[index] = ("same", twin, False)
        twice = len(here) > 1
        if len(rest) == 1 and len(left) == 1 and not twice:
            marks[rest[0]] = ("changed", left.pop(), False)
        for index in rest:
            marks.setdefault(index, ("new", None, twice))
        gone += left
    for indexes in old_by_who.values():
        gone += indexes
    return Comparison(tuple(marks[i] for i in range(len(new))), tuple(sorted(gone)))
