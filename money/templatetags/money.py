"""`{% money_tabs here as tabs %}`, what an entry is, and its sides."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compound.access import Standing, can_run_money, can_take_payments
from compound.listing import listed
from compound.models import Compound
from money.models import Entry, Posting
from money.queries import statements
from money.queries.corrections import Correction
from money.queries.unpriced import Unpriced, goods_words
from money.words import correction_words, entry_words, plain_words

register = template.Library()

# Key, word, page.
TABS: tuple[tuple[str, Any, str], ...] = (
    ("overview", _("Where it stands"), "money:overview"),
    ("volunteers", _("Volunteers"), "money:volunteers"),
    ("cash", _("Cash box"), "money:cash"),
    ("donations", _("Donated money"), "money:donations"),
    ("journal", _("Journal"), "money:journal"),
    ("mine", _("My own"), "money:mine"),
)
# What follows from receipts and hand-overs, and is put right there.
FOLLOWS = (Entry.Kind.BILL, Entry.Kind.ADVANCE)


class Tab(NamedTuple):
    label: Any
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def money_tabs(context: Mapping[str, Any], here: str = "") -> list[Tab]:
    """No query. Who only takes payments has the first and the own page, who does not even that the own alone."""
    membership = context.get("membership")
    if not isinstance(membership, Standing):
        return []
    runs, takes, tabs = can_run_money(membership), can_take_payments(membership), []
    for key, label, name in TABS:
        if runs or key == "mine" or (takes and key == "overview"):
            with suppress(NoReverseMatch):
                tabs.append(Tab(label, reverse(name, kwargs={"code": membership.compound.code}), key == here))
    return tabs


@register.filter
def what(entry: Entry) -> str:
    return entry_words(entry)


@register.filter
def plain_what(entry: Entry) -> str:
    return plain_words(entry)


@register.filter
def put_right(one: Correction) -> str:
    return correction_words(one)


@register.filter
def plus(amount: Decimal | None) -> str:
    """`+1,200.00`, `−35.00`"""
    return "" if amount is None else f"{amount:+,.2f}".replace("-", "−")


@register.filter
def pay_lines(compound: Compound) -> list[str]:
    """How, to whom and until when to pay, line by line."""
    return statements.pay_lines(compound)


@register.filter
def unpriced_goods(rows: Iterable[Unpriced]) -> str:
    return goods_words(rows)


@register.filter
def turned(amount: Decimal) -> Decimal:
    """From the other side: what stands below zero on an account of gifts is there to be spent."""
    return -amount


@register.filter
def others(posting: Posting) -> str:
    """Who is on the other sides of a posting's entry."""
    sides = posting.entry.postings.all()
    return listed(side.account for side in sides if side.account_id != posting.account_id)


@register.filter
def may_be_taken_back(entry: Entry) -> bool:
    """Not what follows from facts, and not what is taken back already. Wants both ends of `reverses` loaded."""
    if hasattr(entry, "reversed_by"):
        return False
    root = entry.reverses or entry
    return root.kind not in FOLLOWS


@register.simple_tag
def new_id() -> UUID:
    """For a small form that is written by hand: sent twice, it is one row."""
    return uuid4()
