"""What an entry is called on a page, in a file."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from money.models import Entry


def entry_words(entry: Entry) -> str:
    """`付款`; of a reversal what it takes back: `冲销：付款`. Wants `reverses` loaded."""
    words = str(entry.get_kind_display())
    if entry.reverses is not None:
        words = _("taken back: %(what)s") % {"what": entry.reverses.get_kind_display()}
    elif entry.kind == Entry.Kind.REST and entry.why:
        words = _("%(what)s (%(why)s)") % {"what": words, "why": entry.get_why_display()}
    return str(capfirst(words))
