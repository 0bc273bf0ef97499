"""Words of the page of a round's money."""

from collections.abc import Iterable
from decimal import Decimal

from django import template

from compound.listing import listed
from money.bills import Price, Some, Why
from money.models import Account, Entry
from money.queries.strips import price_words as price_of
from orders.quantities import plain

register = template.Library()


@register.filter
def somes(goods: Iterable[Some]) -> str:
    """猪肉 1.2斤、鸡蛋 1板"""
    return listed(f"{some.ware.name} {plain(some.quantity)}{some.ware.unit}" for some in goods)


@register.filter
def why_words(why: Why) -> str:
    return str(Entry.Why(why.value).label)


@register.filter
def price_words(price: Price) -> str:
    return price_of(price.shown)


@register.filter
def rest_of(entry: Entry) -> Decimal:
    """What an entry has put to the rest. Wants the postings with their accounts."""
    return sum((side.amount for side in entry.postings.all() if side.account.kind == Account.Kind.REST), Decimal(0))
