"""Writes where things are bought, when rounds close, and which chat groups there are."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from compound.models import Building, Compound
from desk.demo import cast
from desk.demo.goods import GOODS, PHARMACY, SHOP, Good
from orders.models import ChainSource, Item, Offer, Round, RoundSchedule, Section, SupplyPoint
from orders.services.rounds import DEFAULT_CUTOFFS


@dataclass(frozen=True)
class Shop:
    """`items` by the good's name; `groups` by the chat group's name; `schedules` by their cut-off."""

    point: SupplyPoint
    items: dict[str, Item]
    schedules: dict[dt.time, RoundSchedule]
    groups: dict[str, ChainSource]


# The compound's two groups, and that of the sealed building, where a bare 301 is a room.
FIRST_GROUP, SECOND_GROUP, SEALED_GROUP = "业主一群", "业主二群", f"{cast.SEALED_BUILDING}栋互助群"


def write_shop(compound: Compound, buildings: dict[str, Building]) -> Shop:
    point, _pharmacy = SupplyPoint.objects.bulk_create(
        [
            SupplyPoint(compound=compound, name=SHOP, position=1, address="幸福路88号"),
            SupplyPoint(compound=compound, name=PHARMACY, position=2, kind=SupplyPoint.Kind.PHARMACY),
        ]
    )
    names = list(dict.fromkeys(good.section for good in GOODS))
    sections = {
        section.name: section
        for section in Section.objects.bulk_create(
            Section(supply_point=point, name=name, position=place) for place, name in enumerate(names, start=1)
        )
    }
    items = Item.objects.bulk_create(_item(point, sections, good) for good in GOODS)
    schedules = RoundSchedule.objects.bulk_create(
        RoundSchedule(compound=compound, supply_point=point, cutoff=cutoff) for cutoff in DEFAULT_CUTOFFS
    )
    groups = ChainSource.objects.bulk_create(
        ChainSource(compound=compound, name=name, building=buildings.get(building))
        for name, building in ((FIRST_GROUP, ""), (SECOND_GROUP, ""), (SEALED_GROUP, cast.SEALED_BUILDING))
        if not building or building in buildings
    )
    return Shop(
        point,
        {item.name: item for item in items},
        {schedule.cutoff: schedule for schedule in schedules},
        {group.name: group for group in groups},
    )


def _item(point: SupplyPoint, sections: dict[str, Section], good: Good) -> Item:
    return Item(
        supply_point=point,
        section=sections[good.section],
        name=good.name,
        unit=good.unit,
        aliases=list(good.aliases),
    )


def write_offers(rounds: list[Round], shop: Shop) -> None:
    """Every good in every round, with its price where it is known before the till."""
    Offer.objects.bulk_create(
        [
            Offer(
                round=round,
                item=shop.items[good.name],
                price=Decimal(good.price) if good.price else None,
                cap=Decimal(good.cap) if good.cap else None,
                position=place,
            )
            for round in rounds
            for place, good in enumerate(GOODS)
        ],
        batch_size=2000,
    )
