"""Quantities, money, states and kinds of sheets as the pages say them."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from orders.models import OrderLine, Round
from orders.quantities import plain as plain_quantity
from orders.queries.totals import building_words as words_of_building
from orders.sheets import kind_name

register = template.Library()
S, Outcome = Round.State, OrderLine.Outcome

# Sign of the chip by phase of a round (orders.queries.rounds.phase_of) and by outcome at a door.
KINDS = {
    "open": "done",
    "upcoming": "plain",
    "closing": "wait",
    S.CLOSED: "wait",
    S.SHOPPING: "wait",
    S.DELIVERING: "info",
    S.SETTLED: "done",
    S.CANCELLED: "no",
    Outcome.DELIVERED: "done",
    Outcome.MISSING: "ask",
    Outcome.REFUSED: "no",
    Outcome.NOBODY_HOME: "wait",
    "mixed": "ask",
}
WORDS: dict[str, Any] = {
    **{state.value: state.label for state in S},
    **{outcome.value: outcome.label for outcome in Outcome},
    "upcoming": _("not open yet"),
    "closing": _("cut-off passed"),
    "mixed": _("in part"),
}
# Why a pasted line is no order, by the reader's code.
WHY_SKIPPED = {
    "header": _("heading"),
    "example": _("example"),
    "menu": _("list of goods"),
    "instruction": _("instruction"),
    "remark": _("remark"),
    "copy": _("older copy"),
    "total": _("total"),
}


@register.filter
def plain(quantity: Decimal | None) -> str:
    """`2.000` → `2`"""
    return "" if quantity is None else plain_quantity(quantity)


@register.filter
def money(amount: Decimal | None) -> str:
    """`1234.5` → `1,234.50`"""
    return "" if amount is None else f"{amount:,.2f}"


@register.filter
def building_words(name: str) -> str:
    """`3` → `3栋`"""
    return words_of_building(name)


@register.filter
def chip_kind(state: str) -> str:
    return KINDS.get(state, "plain")


@register.filter
def chip_word(state: str) -> str:
    return str(WORDS.get(state, state))


@register.filter
def is_sentence(text: str) -> bool:
    """Whether somebody wrote it to be read: a job's error is a refusal's sentence, or what the machine said."""
    return text.endswith(("。", "！", "？", ".", "!", "?"))


@register.filter
def sheet_kind(kind: str) -> str:
    return kind_name(kind)


@register.filter
def why_skipped(why: str) -> str:
    return str(WHY_SKIPPED.get(why, why))
