"""`{% round_tabs here as tabs %}`: the pages of one round side by side. Used by templates/orders/round_tabs.html."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compound.access import Standing, can_run_deliveries, can_run_money, can_run_orders, can_see_orders, can_shop
from orders.models import Round

register = template.Library()

# Key, word, page, who sees it. In the order in which a round goes through them.
TABS: tuple[tuple[str, Any, str, Callable[[Standing], bool]], ...] = (
    ("round", _("Orders"), "orders:round", can_see_orders),
    ("goods", _("Goods and prices"), "orders:goods", can_see_orders),
    ("words", _("Words to join"), "orders:words", can_run_orders),
    ("shopping", _("Shopping"), "orders:shopping", can_shop),
    ("receipts", _("Receipts"), "orders:receipts", can_shop),
    ("sharing", _("Sharing out"), "orders:sharing", can_run_deliveries),
    ("packing", _("Packing"), "orders:packing", can_shop),
    ("money", _("Money"), "money:round", can_run_money),
    ("notices", _("Chats"), "orders:notices", can_see_orders),
)


class Tab(NamedTuple):
    label: Any
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def round_tabs(context: Mapping[str, Any], here: str = "") -> list[Tab]:
    """No query. Empty where the page has no round."""
    membership, round = context.get("membership"), context.get("round")
    if not isinstance(membership, Standing) or not isinstance(round, Round):
        return []
    where = {"code": membership.compound.code, "round": round.pk}
    tabs = []
    for key, label, page, may in TABS:
        if may(membership):
            with suppress(NoReverseMatch):
                tabs.append(Tab(label, reverse(page, kwargs=where), key == here))
    return tabs
