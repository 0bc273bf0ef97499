"""Supply points: hours and contact, the sections as they are walked, the goods on the shelves."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import Item, OrderLine, Round, Section, SupplyPoint

FACTS = ("kind", "address", "opens", "closes", "contact", "contact_phone", "sells", "is_active")
ITEM_FACTS = ("name", "unit", "section", "aliases", "is_weighed", "pack_size", "pack_name", "is_active")


@transaction.atomic
def change_supply_point(*, point: SupplyPoint, facts: Mapping[str, Any], by: User, at: dt.datetime) -> SupplyPoint:
    """Writes those of `FACTS` that are in `facts`. Raises `hours_half`."""
    point = _lock(point)
    for name in FACTS:
        if name in facts:
            setattr(point, name, facts[name])
    if (point.opens is None) != (point.closes is None):
        raise Refusal("hours_half", _("Write when it opens and when it closes, or neither."))
    point.save(update_fields=list(FACTS))
    # A contact's name and number are no business of the log.
    _record(point, "supply_point.changed", by, at, is_active=point.is_active)
    return point


@transaction.atomic
def add_section(*, point: SupplyPoint, name: str, by: User, at: dt.datetime) -> Section:
    """A section at the end of the walk. Raises `section_known`."""
    point = _lock(point)
    if point.sections.filter(name=name).exists():
        raise Refusal("section_known", _("There is a section “%(name)s” already.") % {"name": name})
    section = Section.objects.create(supply_point=point, name=name, position=point.sections.count() + 1)
    _record(point, "section.added", by, at, section=name)
    return section


@transaction.atomic
def move_section(*, section: Section, by_steps: int, by: User, at: dt.datetime) -> None:
    """Moves a section towards the front of the walk (`by_steps` < 0) or its end; beyond either it stays there."""
    point = _lock(section.supply_point)
    walk = list(point.sections.order_by("position", "name", "pk"))
    place = next((index for index, one in enumerate(walk) if one.pk == section.pk), None)
    if place is None:
        return
    moved = walk.pop(place)
    walk.insert(min(max(place + by_steps, 0), len(walk)), moved)
    for position, one in enumerate(walk, start=1):
        one.position = position
    Section.objects.bulk_update(walk, ["position"])
    _record(point, "section.moved", by, at, walk=[one.name for one in walk])


@transaction.atomic
def remove_section(*, section: Section, by: User, at: dt.datetime) -> None:
    """Takes a section out of the walk; its goods stay, at the end of the list. Gone already: nothing happens."""
    point = _lock(section.supply_point)
    if Section.objects.filter(pk=section.pk).delete()[0]:
        _record(point, "section.removed", by, at, section=section.name)


@transaction.atomic
def add_item(*, point: SupplyPoint, facts: Mapping[str, Any], by: User, at: dt.datetime) -> Item:
    """A further good on the shelves. Raises `item_known`, `pack_half`, `section_elsewhere`."""
    point = _lock(point)
    item = Item(supply_point=point)
    _set(item, point, facts)
    _record(point, "item.added", by, at, goods=item.name)
    return item


@transaction.atomic
def change_item(*, item: Item, facts: Mapping[str, Any], by: User, at: dt.datetime) -> Item:
    """Writes those of `ITEM_FACTS` that are in `facts`.

    Name and unit stay while a round under way has orders of it: they stand on its lists.
    Raises `item_in_use`, `item_known`, `pack_half`, `section_elsewhere`.
    """
    point = _lock(item.supply_point)
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    renamed = any(name in facts and facts[name] != getattr(item, name) for name in ("name", "unit"))
    over = [Round.State.SETTLED, Round.State.CANCELLED]
    if renamed and OrderLine.objects.filter(item=item).exclude(order__round__state__in=over).exists():
        raise Refusal(
            "item_in_use",
            _("%(goods)s is ordered in a round under way: its name and unit stay until that is over.")
            % {"goods": item.name},
        )
    _set(item, point, facts)
    _record(point, "item.changed", by, at, goods=item.name)
    return item


def _set(item: Item, point: SupplyPoint, facts: Mapping[str, Any]) -> None:
    for name in ITEM_FACTS:
        if name in facts:
            setattr(item, name, facts[name])
    if item.section is not None and item.section.supply_point_id != point.pk:
        raise Refusal("section_elsewhere", _("This section belongs to another supply point."))
    if (item.pack_size is None) != (not item.pack_name) or (item.pack_size or Decimal(1)) <= 0:
        raise Refusal("pack_half", _("Write how many are in a pack and what the pack is called, or neither."))
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise Refusal(
            "item_known", _("%(goods)s is on the shelves already in this unit.") % {"goods": item.name}
        ) from None


def _lock(point: SupplyPoint) -> SupplyPoint:
    """The supply point's row: who changes its walk or its shelves takes turns. After it no round is locked."""
    return SupplyPoint.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=point.pk)


def _record(point: SupplyPoint, action: str, by: User, at: dt.datetime, **facts: object) -> None:
    audit.record(compound=point.compound, by=by, at=at, action=action, subject=point.name, text=point.name, **facts)
