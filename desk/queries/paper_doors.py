"""The doors of a printed delivery run, for whoever holds the paper: rooms, and what has been entered from paper."""

from collections import defaultdict
from dataclasses import dataclass

from compound.models import Sheet
from orders.doors import order_of, outcome_of_door, standing
from orders.models import DoorMark, Order, OrderLine
from orders.services.paper_doors import rooms_on


@dataclass(frozen=True)
class PaperDoor:
    """`outcome`: what the paper has said, or all that is known for a member. `is_said`: something stands already."""

    room: str
    outcome: str = ""
    is_said: bool = False
    by_paper: bool = False


def paper_doors(sheet: Sheet, *, is_member: bool) -> tuple[PaperDoor, ...]:
    """The sheet's rooms in its order. Two statements.

    Without a login only what came from paper is told: whether somebody was at home is nobody's business.
    """
    rooms = rooms_on(sheet)
    said: dict[str, list[DoorMark]] = defaultdict(list)
    for mark in DoorMark.objects.filter(round=sheet.group, household__room__in=rooms).select_related("household"):
        said[mark.household.room].append(mark)
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    placed = OrderLine.objects.filter(order__round=sheet.group, order__state=Order.State.PLACED)
    for line in placed.filter(order__household__room__in=rooms).select_related("order__household", "item"):
        lines[line.order.household.room].append(line)
    made = []
    for room in rooms:
        outcome = outcome_of_door(line.outcome for line in lines[room])
        marks = sorted(said[room], key=order_of)
        stands = [now.mark for line in lines[room] if marks and (now := standing(line, marks)).outcome]
        by_paper = bool(stands) and all(mark and mark.source == DoorMark.Source.PAPER for mark in stands)
        made.append(PaperDoor(room, outcome if is_member or by_paper else "", bool(outcome), by_paper))
    return tuple(made)
