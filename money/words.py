"""What an entry is called on a page, in a file; to a household, in words that are no bookkeeper's."""

from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from money.models import Entry
from money.queries.corrections import Correction
from orders.quantities import plain


def entry_words(entry: Entry) -> str:
    """`付款`; of a reversal what it takes back: `冲销：付款`. Wants `reverses` loaded."""
    words = str(entry.get_kind_display())
    if entry.reverses is not None:
        words = _("taken back: %(what)s") % {"what": entry.reverses.get_kind_display()}
    elif entry.kind == Entry.Kind.REST and entry.why:
        words = _("%(what)s (%(why)s)") % {"what": words, "why": entry.get_why_display()}
    return str(capfirst(words))


def plain_words(entry: Entry) -> str:
    """To the household itself: `免付` and not `核销`."""
    words = {
        Entry.Kind.WRITE_OFF: _("need not be paid"),
        Entry.Kind.DONATION: _("paid out of donations"),
        Entry.Kind.REFUND: _("given back to you"),
    }.get(Entry.Kind(entry.kind))
    return str(capfirst(words or entry.get_kind_display()))


def correction_words(one: Correction) -> str:
    """`鸡蛋 多算了12.50元，已减去：原来2板 25.00元，改为1板 12.50元`."""
    facts = {
        "goods": one.goods,
        "amount": f"{abs(one.amount):,.2f}",
        "before": _much(one.before, one.unit),
        "now": _much(one.now, one.unit),
    }
    if not one.now[1]:
        words = _("%(goods)s %(before)s: written down by mistake, and cancelled.")
    elif not one.before[1]:
        words = _("%(goods)s %(now)s: not charged before, and added.")
    elif one.amount < 0:
        words = _("%(goods)s: %(amount)s yuan too much, taken off. It was %(before)s and is %(now)s.")
    else:
        words = _("%(goods)s: %(amount)s yuan too little, added. It was %(before)s and is %(now)s.")
    return words % facts


def _much(charged: tuple[Decimal, Decimal], unit: str) -> str:
    """`2板 25.00元`."""
    quantity, amount = charged
    return _("%(quantity)s%(unit)s for %(amount)s yuan") % {
        "quantity": plain(quantity),
        "unit": unit,
        "amount": f"{amount:,.2f}",
    }
