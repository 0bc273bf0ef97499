"""What a round offers, and the shop behind it: sections, goods, prices, caps."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Building, Compound, User
from compound.refusals import Refusal
from compound.services import audit
from orders.goods_lines import GoodsLine
from orders.models import ChainSource, Item, ItemPrice, Offer, Round, RoundSchedule, Section, SupplyPoint
from orders.services.locks import lock_round
from orders.services.prices import note_price
from orders.services.rounds import schedule_rounds
from orders.services.sheet_requests import renew_sheets

OVER = (Round.State.SETTLED, Round.State.CANCELLED)


def _lock_open_books(round: Round) -> Round:
    """The round, locked, while its goods may still change: prices often are known only at the till."""
    round = lock_round(round.pk)
    if round.state in OVER:
        raise Refusal("round_over", _("This round is over: its goods stay as they were."))
    return round


@transaction.atomic
def add_offers(*, round: Round, goods: Sequence[GoodsLine], by: User, at: dt.datetime) -> int:
    """Adds goods to a round; one that is offered already gets the new price, cap and section. Returns how many lines.

    Raises `no_goods`, `goods_unclear`, `round_over`.
    """
    if not goods:
        raise Refusal("no_goods", _("Write at least one good."))
    if unclear := [line for line in goods if line.problem]:
        raise Refusal(
            "goods_unclear",
            _("Line %(line)d: “%(word)s” was not understood.") % {"line": unclear[0].line, "word": unclear[0].problem},
        )
    round = _lock_open_books(round)
    point = round.supply_point
    for line in goods:
        section = None
        if line.section:
            section, _new = Section.objects.get_or_create(
                supply_point=point, name=line.section, defaults={"position": point.sections.count() + 1}
            )
        item, _new = Item.objects.get_or_create(supply_point=point, name=line.name, unit=line.unit)
        _describe(item, line, section)
        facts = {"price": line.price, "cap": line.cap}
        offer = Offer.objects.filter(round=round, item=item).first()
        if line.minimum is not None and (offer is None or not offer.fate):
            facts["minimum"] = line.minimum
        if offer is None:
            offer = Offer.objects.create(round=round, item=item, position=round.offers.count() + 1, **facts)
        else:
            Offer.objects.filter(pk=offer.pk).update(**facts)
        if line.price is not None:
            note_price(item=item, price=line.price, source=ItemPrice.Source.OFFER, by=by, at=at)
    _record(round, "goods.added", by, at, goods=[line.name for line in goods])
    return len(goods)


def _describe(item: Item, line: GoodsLine, section: Section | None) -> None:
    """What the line says of the good itself; what it does not mention stays as it was."""
    facts: dict[str, object] = {}
    if section is not None:
        facts["section"] = section
    if line.pack_size is not None:
        facts |= {"pack_size": line.pack_size, "pack_name": line.pack_name}
    if line.is_weighed:
        facts["is_weighed"] = True
    changed = {name: value for name, value in facts.items() if getattr(item, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(item, name, value)
        item.save(update_fields=list(changed))


@transaction.atomic
def copy_offers(*, round: Round, source: Round, by: User, at: dt.datetime) -> int:
    """Takes over what another round of the same supply point offers; what is here already stays. Returns how many."""
    round = _lock_open_books(round)
    if source.supply_point_id != round.supply_point_id:
        raise Refusal("supply_point_elsewhere", _("That round was of another supply point."))
    here = set(round.offers.values_list("item_id", flat=True))
    new = [
        Offer(
            round=round,
            item_id=offer.item_id,
            price=offer.price,
            cap=offer.cap,
            minimum=offer.minimum,
            rounding=offer.rounding,
            surplus=offer.surplus,
            position=offer.position,
        )
        for offer in source.offers.order_by("position", "id")
        if offer.item_id not in here
    ]
    Offer.objects.bulk_create(new)
    _record(round, "goods.copied", by, at, source=str(source.pk), count=len(new))
    return len(new)


@transaction.atomic
def change_offer(
    *,
    offer: Offer,
    price: Decimal | None,
    cap: Decimal | None,
    minimum: Decimal | None = None,
    rounding: str = Offer.Rounding.UP,
    surplus: str = Offer.Surplus.STOCK,
    by: User,
    at: dt.datetime,
) -> Offer:
    """A new price, cap, minimum, or rule for packs. Orders that were written before stay as they are.

    Raises `round_over`, and `fate_decided` for another minimum once somebody has decided about the old one.
    """
    round = _lock_open_books(offer.round)
    offer = Offer.objects.select_related("item").get(pk=offer.pk)
    if offer.fate and minimum != offer.minimum:
        raise Refusal(
            "fate_decided",
            _("It has been decided what happens to %(goods)s below its minimum: the minimum stays.")
            % {"goods": offer.item.name},
        )
    if price is not None and price != offer.price:
        note_price(item=offer.item, price=price, source=ItemPrice.Source.OFFER, by=by, at=at)
    packs = (offer.rounding, offer.surplus) != (rounding, surplus)
    offer.price, offer.cap, offer.minimum, offer.rounding, offer.surplus = price, cap, minimum, rounding, surplus
    offer.save(update_fields=["price", "cap", "minimum", "rounding", "surplus"])
    _record(
        round,
        "goods.changed",
        by,
        at,
        goods=offer.item.name,
        price=price and str(price),
        cap=cap and str(cap),
        minimum=minimum and str(minimum),
    )
    if packs:
        renew_sheets(round=round, by=by, at=at)
    return offer


@transaction.atomic
def remove_offer(*, offer: Offer, by: User, at: dt.datetime) -> None:
    """Takes a good off the round's list. What was ordered of it stays ordered. Raises `round_over`, `fate_decided`."""
    round = _lock_open_books(offer.round)
    name = offer.item.name
    if offer.fate:
        raise Refusal("fate_decided", _("%(goods)s stays: it was decided about below its minimum.") % {"goods": name})
    offer.delete()
    _record(round, "goods.removed", by, at, goods=name)


def _record(round: Round, action: str, by: User, at: dt.datetime, **facts: object) -> None:
    audit.record(compound=round.compound, by=by, at=at, action=action, subject=str(round.pk), text=round.title, **facts)


# ── what rounds are made of ───────────────────────


@transaction.atomic
def add_schedule(
    *, compound: Compound, supply_point: SupplyPoint, cutoff: dt.time, by: User, at: dt.datetime
) -> RoundSchedule:
    """A further cut-off each day (or one that was switched off, on again), and the rounds that come of it."""
    schedule, _new = RoundSchedule.objects.update_or_create(
        compound=compound, supply_point=supply_point, cutoff=cutoff, defaults={"is_active": True}
    )
    schedule_rounds(compound=compound, at=at)
    audit.record(compound=compound, by=by, at=at, action="schedule.added", subject=str(schedule), text=str(schedule))
    return schedule


@transaction.atomic
def switch_schedule(*, schedule: RoundSchedule, is_active: bool, by: User, at: dt.datetime) -> RoundSchedule:
    """Switched off it makes no further rounds, and those that have not opened yet go: see `schedule_rounds`."""
    schedule.is_active = is_active
    schedule.save(update_fields=["is_active"])
    schedule_rounds(compound=schedule.compound, at=at)
    audit.record(
        compound=schedule.compound,
        by=by,
        at=at,
        action="schedule.switched",
        subject=str(schedule),
        text=str(schedule),
        is_active=is_active,
    )
    return schedule


@transaction.atomic
def add_supply_point(*, compound: Compound, name: str, kind: str, by: User, at: dt.datetime) -> SupplyPoint:
    """Raises `supply_point_known`."""
    if compound.supply_points.filter(name=name).exists():
        raise Refusal("supply_point_known", _("There is a supply point of this name already."))
    position = compound.supply_points.count() + 1
    point = SupplyPoint.objects.create(compound=compound, name=name, kind=kind, position=position)
    audit.record(compound=compound, by=by, at=at, action="supply_point.added", subject=name, text=name)
    return point


@transaction.atomic
def add_source(*, compound: Compound, name: str, building: Building | None, by: User, at: dt.datetime) -> ChainSource:
    """A further chat group; one of the same name is the same group."""
    source, _new = ChainSource.objects.get_or_create(compound=compound, name=name, defaults={"building": building})
    if not source.is_active:
        source.is_active = True
        source.save(update_fields=["is_active"])
    return source
