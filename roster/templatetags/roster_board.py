"""A shift as a box of the week board, drawn without a template: there are 840 of them, with twice as many names."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from roster.queries.board import Slot

register = template.Library()
NOTHING = SafeString("")


@register.filter
def slot_box(slot: Slot, board_url: str) -> SafeString:
    """The link that opens the panel: hours, then names and gaps. A tenth of the time of nodes of a template."""
    hours = slot.hours
    if slot.is_night:
        hours = format_html("{} <b>{}</b>", hours, _("night"))
    if slot.is_cancelled:
        hours = format_html("{} <b>{}</b>", hours, _("cancelled"))
    seats = NOTHING
    for seat in slot.seats:
        seats += _seat(seat.kind, seat.name, seat.mark)
    return format_html(
        '<a class="slot{}" id="s-{}" href="{}shifts/{}/" data-panel-link><span class="slot-hours">{}</span>{}</a>',
        slot.css, slot.id, board_url, slot.id, hours, seats,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _seat(kind: str, name: str, mark: str) -> SafeString:
    words = format_html(" <small>{}</small>", mark) if mark else NOTHING
    return format_html('<span class="seat seat--{}">{}{}</span>', kind, name, words)
