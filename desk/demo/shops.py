"""The shop as a shopper finds it: hours and contact, what is weighed or comes by the case, what the neighbours say."""

import datetime as dt
from decimal import Decimal

from compound.models import User
from desk.demo.shop import Shop
from orders.models import GoodsWord, Item, ItemPrice, Offer, Round

# What is weighed at the till, and what comes by the pack: how many, and what the pack is called.
WEIGHED = ("鲫鱼", "五花肉", "生姜")
PACKS = {"84消毒液": (Decimal(12), "箱"), "酱油": (Decimal(6), "箱"), "挂面": (Decimal(20), "件")}
# In the residents' mouths, once the coordinator has said which good is meant.
WORDS = {"卷心菜": "大白菜", "土鸡蛋": "鸡蛋", "消毒水": "84消毒液", "抽纸": "卷纸"}
# What each had cost days ago, before the prices of today.
PAST = {"青菜": ("2.80", "3.20", "3.80"), "鸡蛋": ("23.50", "25.00"), "五花肉": ("16.80", "19.90"), "鲫鱼": ("14.60",)}
# Group buys: one that still grows, one that did not come about.
PORK, PORK_AT_LEAST = "平价猪肉", Decimal(600)
FISH, FISH_AT_LEAST = "鲫鱼", Decimal(2000)


def write_shop_facts(shop: Shop, *, by: User, now: dt.datetime) -> None:
    """Called once the rounds are there."""
    point = shop.point
    point.opens, point.closes = dt.time(7, 30), dt.time(20, 30)
    point.contact, point.contact_phone = "马店长", "13000009001"
    point.sells = "蔬菜水果、肉禽蛋、粮油、奶、日用；不卖烟酒"
    point.save(update_fields=["opens", "closes", "contact", "contact_phone", "sells"])
    for name, item in shop.items.items():
        item.is_weighed = name in WEIGHED
        item.pack_size, item.pack_name = PACKS.get(name, (None, ""))
    Item.objects.bulk_update(shop.items.values(), ["is_weighed", "pack_size", "pack_name"])
    GoodsWord.objects.bulk_create(
        GoodsWord(
            supply_point=point,
            word=word,
            item=shop.items[name],
            learned_at=now - dt.timedelta(days=days),
            learned_by=by,
        )
        for days, (word, name) in enumerate(WORDS.items(), start=1)
    )
    _write_prices(shop, by=by, now=now)
    _write_minimums(shop)


def _write_prices(shop: Shop, *, by: User, now: dt.datetime) -> None:
    offered = {
        offer.item_id: offer.price
        for offer in Offer.objects.filter(item__in=shop.items.values(), price__isnull=False).order_by(
            "round__cutoff_at"
        )
    }
    rows = []
    for name, item in shop.items.items():
        past = PAST.get(name, ())
        for days, price in zip(range(len(past), 0, -1), past, strict=True):
            at = now - dt.timedelta(days=days, hours=2)
            rows.append(ItemPrice(item=item, price=Decimal(price), source="till", at=at, by=by))
        if (price_now := offered.get(item.pk)) is not None:
            rows.append(ItemPrice(item=item, price=price_now, source="offer", at=now - dt.timedelta(hours=6), by=by))
    ItemPrice.objects.bulk_create(rows)


def _write_minimums(shop: Shop) -> None:
    """The pork is bought from 600 斤 on; in a round that has just closed too few wanted fish: somebody must decide."""
    Offer.objects.filter(item__supply_point=shop.point, item__name=PORK, round__state=Round.State.OPEN).update(
        minimum=PORK_AT_LEAST
    )
    Offer.objects.filter(item=shop.items[FISH], round__state=Round.State.CLOSED).update(minimum=FISH_AT_LEAST)
