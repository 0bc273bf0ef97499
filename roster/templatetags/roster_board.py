"""A shift as a box of the week board, drawn without a template: there are 840 of them, with twice as many names."""

from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from roster.queries.board import Slot

register = template.Library()
NOTHING = SafeString("")


@register.filter
def slot_box(slot: Slot, board_url: str) -> SafeString:
    """The link that opens the panel: hours, then names and gaps. What is written by people comes escaped out of the two
    cached parts; a UUID and an address of ours have nothing to escape. A twentieth of the time of template nodes.
    """
    words: tuple[str, ...] = (_("night"),) if slot.is_night else ()
    if slot.is_cancelled:
        words += (_("cancelled"),)
    seats = "".join([_seat(seat.kind, seat.name, seat.mark) for seat in slot.seats])
    return SafeString(
        f'<a class="slot{slot.css}" id="s-{slot.id}" href="{board_url}shifts/{slot.id}/" data-panel-link>'
        f"{_hours(slot.hours, words)}{seats}</a>"
    )


@lru_cache(maxsize=4096)
def _hours(hours: str, words: tuple[str, ...]) -> SafeString:
    marks = format_html_join("", " <b>{}</b>", ((word,) for word in words))
    return format_html('<span class="slot-hours">{}{}</span>', hours, marks)


@lru_cache(maxsize=4096)
def _seat(kind: str, name: str, mark: str) -> SafeString:
    words = format_html(" <small>{}</small>", mark) if mark else NOTHING
    return format_html('<span class="seat seat--{}">{}{}</span>', kind, name, words)
