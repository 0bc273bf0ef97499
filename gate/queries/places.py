"""From what a phone calls a door or a building to the row; never a guess."""

from compound.models import Building, Compound, Gate, Household
from compound.queries.doors import doors_for
from compound.rooms import building_name


def one_door(compound: Compound, room: str) -> Household | None:
    """The household of `room`, however it is written; None when there is none or it may be several."""
    exact = compound.households.select_related("building").filter(room=room).first()
    if exact is not None:
        return exact
    found = doors_for(compound, room)
    return found[0] if len(found) == 1 else None


def one_building(compound: Compound, name: str) -> Building | None:
    """`20`, `20栋`, `20号楼`."""
    return compound.buildings.filter(name__in={name, building_name(name) or name}).first()


def one_gate(compound: Compound, name: str | None) -> Gate | None:
    return compound.gates.filter(name=name).first() if name else None
