"""What is remembered of a door that somebody chose for an order of an export."""

import datetime as dt

from compound.models import Household, User
from compound.rooms import clean
from compound.services import audit
from orders.models import AddressLayout, ChainEntry, Nickname
from orders.order_list import learn


def learn_door(*, entry: ChainEntry, household: Household, by: User, at: dt.datetime) -> None:
    """Remembers a door that a person chose: how such an address is written, and who at which words means which door."""
    facts = {"learned_at": at, "learned_by": by}
    layout = learn(entry.address, household.room) if entry.address else None
    if layout is not None:
        AddressLayout.objects.update_or_create(
            compound=household.compound,
            pattern=layout.pattern,
            defaults={
                "building": layout.building,
                "unit": layout.unit,
                "number": layout.number,
                "literal": layout.literal,
                **facts,
            },
        )
    if name := clean(f"{entry.name} {entry.address}")[:80]:
        Nickname.objects.update_or_create(
            compound=household.compound, name=name, defaults={"household": household, **facts}
        )
    audit.record(
        compound=household.compound, by=by, at=at, action="address.learned", subject=household.room, text=household.room
    )
