"""A round that has closed, and cabbages of which too few came."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from compound.models import Compound, Role, User
from orders.models import Order, OrderLine, PhoneEvent, Purchase, Round, RoundGood, SubstituteWish
from tests import make

AFTER = make.NOON + dt.timedelta(hours=2)


@dataclass
class Scene:
    compound: Compound
    coordinator: User
    round: Round
    good: RoundGood
    lines: dict[str, OrderLine] = field(default_factory=dict)

    def got(self) -> dict[str, str | None]:
        """By room what its line has been allotted."""
        rows = OrderLine.objects.filter(order__round=self.round, goods=self.good.goods)
        return {
            room: None if got is None else str(got.normalize())
            for room, got in rows.values_list("order__household__room", "allocated")
        }

    def instead(self) -> dict[str, str | None]:
        rows = OrderLine.objects.filter(order__round=self.round, goods=self.good.goods)
        return {
            room: None if got is None else str(got.normalize())
            for room, got in rows.values_list("order__household__room", "allocated_instead")
        }


def closed_round(of: Compound, title: str = "8月23日 12:00", *, days: int = 0) -> Round:
    """Closed at noon, `days` before 23 August."""
    noon = make.NOON - dt.timedelta(days=days)
    made = make.round(of, title, opens_at=noon - dt.timedelta(hours=18), cutoff_at=noon)
    made.state, made.closed_at = Round.State.SHOPPING, noon
    made.save(update_fields=["state", "closed_at"])
    return made


def cabbages(bought: str = "2", *rooms: tuple[str, str], tags: dict[str, str] | None = None, days: int = 0) -> Scene:
    """`cabbages("2", ("3-101", "1"), …)`: who ordered how many, of which so many came.

    `tags`: by room. `days`: so long ago.
    """
    compound = make.compound()
    coordinator = make.member(compound, Role.COORDINATOR)
    return more_cabbages(compound, coordinator, closed_round(compound, days=days), bought, *rooms, tags=tags or {})


def more_cabbages(compound, coordinator, round, bought, *rooms, tags=None) -> Scene:
    good = RoundGood.objects.create(round=round, goods="大白菜", unit="颗")
    scene = Scene(compound, coordinator, round, good)
    for room, quantity in rooms:
        door = compound.households.filter(room=room).first()
        if door is None:
            door = make.household(compound, room, tags=[tags[room]] if tags and room in tags else [])
        at = round.cutoff_at - dt.timedelta(hours=1)
        order = make.order(round, door, ("大白菜", quantity, "颗"), by=coordinator, at=at)
        scene.lines[room] = order.lines.get()
    if bought:
        purchase(good, Purchase.Kind.BOUGHT if Decimal(bought) else Purchase.Kind.SHORT, bought, by=coordinator)
    return scene


def purchase(good: RoundGood, kind: str, quantity: str = "0", *, by: User, instead: str = "", **more) -> Purchase:
    at = good.round.cutoff_at + dt.timedelta(hours=1)
    event = PhoneEvent.objects.create(
        id=uuid.uuid4(), compound=good.round.compound, kind="purchase", by=by, at=at, received_at=at
    )
    return Purchase.objects.create(
        event=event, good=good, kind=kind, quantity=Decimal(quantity), instead=instead, by=by, at=at, **more
    )


def wish(scene: Scene, room: str, what: str) -> None:
    door = scene.compound.households.get(room=room)
    SubstituteWish.objects.create(household=door, wish=what, set_at=AFTER)


def cancelled(scene: Scene, room: str) -> None:
    Order.objects.filter(lines=scene.lines[room]).update(
        state=Order.State.CANCELLED, ended_at=AFTER, ended_by=scene.coordinator
    )
