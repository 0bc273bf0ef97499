"""Quantities, money, states and kinds of sheets as the pages say them."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compound.listing import listed
from compound.models import Sheet
from orders.models import OrderLine, Round
from orders.quantities import plain as plain_quantity
from orders.queries.doors import Door
from orders.queries.totals import building_words as words_of_building
from orders.sheets import kind_name, name_of

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
    Outcome.DAMAGED: "ask",
    Outcome.LEFT: "done",
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
    "blank": _("nothing in it"),
    "sheet": _("sheet without orders"),
    "hidden": _("hidden sheet"),
    "heading": _("building heading"),
    "no_goods": _("nothing ordered"),
}


@register.filter
def plain(quantity: Decimal | None) -> str:
    """`2.000` → `2`"""
    return "" if quantity is None else plain_quantity(quantity)


@register.filter
def money(amount: Decimal | None) -> str:
    """`1234.5` → `1,234.50`, `-5` → `−5.00`"""
    return "" if amount is None else f"{amount:,.2f}".replace("-", "−")


@register.filter
def building_words(name: str) -> str:
    """`3` → `3栋`"""
    return words_of_building(name)


@register.filter
def listed_after(text: str, first: str) -> str:
    """`冯磊、今天 22:32`: a word and what stands before it, if anything, as the parts of a list."""
    return listed(filter(None, [first, text]))


@register.filter
def chip_kind(state: str) -> str:
    return KINDS.get(state, "plain")


@register.filter
def chip_word(state: str) -> str:
    return str(WORDS.get(state, state))


@register.filter
def chip_of(state: str) -> SafeString:
    """The chip of a state: hundreds of doors have the same few."""
    return _chip(state, get_language() or "")


@lru_cache(maxsize=64)
def _chip(state: str, language: str) -> SafeString:
    return render_to_string("components/chip.html", {"kind": chip_kind(state), "word": chip_word(state)})


@register.simple_tag
def door_states() -> list[str]:
    """What a door can say, for the page's module to take its chips from."""
    return [*(outcome.value for outcome in Outcome if outcome), "mixed"]


@register.simple_tag(takes_context=True)
def door_parts(context: Context) -> dict[str, SafeString]:
    """What is the same at every door: a page has hundreds, and rendering it once halves the page's time."""
    rendered = get_template("orders/door_parts.html").render(context.flatten())  # type: ignore[arg-type]
    head, buttons, others = rendered.split("<!-- part -->")
    return {"head": SafeString(head), "buttons": SafeString(buttons), "others": SafeString(others)}


@register.simple_tag
def door_goods(door: Door) -> SafeString:
    """What is in its bags. Here and not in the template: a page of doors has a thousand lines."""
    return format_html_join(
        " ",
        '<span class="nowrap{}">{} <b>{}</b>{}</span>',
        (
            (" door-short" if line.is_less else "", line.goods, line.amount, f" ({line.note})" if line.note else "")
            for line in door.lines
        ),
    )


@register.simple_tag
def door_lines(door: Door, came: str) -> SafeString:
    """A box for each of its lines, and one for what did come."""
    return format_html_join(
        "",
        '<div class="door-line"><label><input type="checkbox" name="line" value="{0}"> {1} <b>{2}</b></label>'
        '<label>{3} <input class="input short" name="arrived-{0}" placeholder="0" inputmode="decimal"'
        ' autocomplete="off"></label></div>',
        ((line.line.pk, line.goods, line.amount, came) for line in door.lines),
    )


@register.filter
def is_sentence(text: str) -> bool:
    """Whether somebody wrote it to be read: a job's error is a refusal's sentence, or what the machine said."""
    return text.endswith(("。", "！", "？", ".", "!", "?"))


@register.filter
def sheet_kind(kind: str) -> str:
    return kind_name(kind)


@register.filter
def sheet_name(sheet: Sheet) -> str:
    """What a printed sheet is called, in the reader's language."""
    return name_of(sheet)


@register.filter
def why_skipped(why: str) -> str:
    return str(WHY_SKIPPED.get(why, why))
