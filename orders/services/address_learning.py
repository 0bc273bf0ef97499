"""What is remembered of a door that somebody chose for an order of an export."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from compound.models import Compound, Household, User
from compound.rooms import clean
from compound.services import audit
from orders.models import AddressLayout, ChainEntry, Nickname
from orders.order_list import Layout, learn
from orders.order_list.layouts import shape_of


def learn_shapes(
    *, compound: Compound, doors: Iterable[tuple[str, str]], by: User, at: dt.datetime
) -> list[AddressLayout]:
    """Remembers how the addresses of `doors` (address, room) are written that one answer was given for together.

    Nobody looked at each of them: a shape is learned only where all that are written so agree on it, and never in the
    place of one that somebody put right by itself. Who lives there is not learned.
    """
    found: dict[str, set[Layout | None]] = defaultdict(set)
    for address, room in doors:
        found[shape_of(address)[0]].add(learn(address, room))
    layouts = [layout for (layout, *others) in map(list, found.values()) if layout is not None and not others]
    learned = []
    for layout in layouts:
        row, is_new = AddressLayout.objects.get_or_create(
            compound=compound,
            pattern=layout.pattern,
            defaults={**_columns(layout), "learned_at": at, "learned_by": by},
        )
        if is_new:
            learned.append(row)
            audit.record(
                compound=compound, by=by, at=at, action="address.learned", subject=row.pattern, text=row.pattern
            )
    return learned


def _columns(layout: Layout) -> dict[str, int | str | None]:
    return {
        "building": layout.building,
        "unit": layout.unit,
        "number": layout.number,
        "literal": layout.literal,
    }


def learn_door(*, entry: ChainEntry, household: Household, by: User, at: dt.datetime) -> None:
    """Remembers a door that a person chose: how such an address is written, and who at which words means which door."""
    facts = {"learned_at": at, "learned_by": by}
    layout = learn(entry.address, household.room) if entry.address else None
    if layout is not None:
        AddressLayout.objects.update_or_create(
            compound=household.compound, pattern=layout.pattern, defaults={**_columns(layout), **facts}
        )
    if name := clean(f"{entry.name} {entry.address}")[:80]:
        Nickname.objects.update_or_create(
            compound=household.compound, name=name, defaults={"household": household, **facts}
        )
    audit.record(
        compound=household.compound, by=by, at=at, action="address.learned", subject=household.room, text=household.room
    )
