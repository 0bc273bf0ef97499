"""Runs, trips and hand-overs as the pages say them."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.listing import listed
from orders.models import Batch, OrderLine
from orders.queries.gone import NOTHING
from orders.queries.handovers import Place
from orders.queries.runs import RunBuilding, RunStop
from orders.queries.totals import building_words
from orders.templatetags.orders import chip_word

register = template.Library()

KINDS = {
    Batch.State.PLANNED: "plain",
    Batch.State.OUT: "info",
    Batch.State.DONE: "done",
    Batch.State.CANCELLED: "no",
}


@register.filter
def run_kind(state: str) -> str:
    return KINDS.get(Batch.State(state), "plain")


@register.simple_tag
def run_sums(
    *, trips: int | None = None, doors: int | None = None, bags: int | None = None, floors: int | None = None
) -> str:
    """`4趟、14户、14袋`, `1 trip, 13 floors on foot`: those that are given."""
    words = []
    if trips is not None:
        words.append(ngettext("%(count)d trip", "%(count)d trips", trips) % {"count": trips})
    if doors is not None:
        words.append(ngettext("%(count)d household", "%(count)d households", doors) % {"count": doors})
    if bags is not None:
        words.append(ngettext("%(count)d bag", "%(count)d bags", bags) % {"count": bags})
    if floors is not None:
        words.append(ngettext("%(count)d floor on foot", "%(count)d floors on foot", floors) % {"count": floors})
    return listed(words)


@register.filter
def place_words(place: Place) -> str:
    """卡口, 南区中转站, 8栋"""
    if place.leg == "gate":
        return _("At the gate")
    return building_words(place.name) if place.leg == "building" else place.name


@register.simple_tag
def stops_of(building: RunBuilding, is_planned: bool) -> SafeString:
    """The doors of one building. Written here and not in a template: a run has up to 1,760, and each would cost the
    template as much as a small page."""
    again = escape(_("once more"))
    return mark_safe("".join(_stop(stop, is_planned, again) for stop in building.stops))  # noqa: S308 - escaped below


def _stop(stop: RunStop, is_planned: bool, again: str) -> str:
    can_move = is_planned and not stop.outcome
    box = f'<input type="checkbox" name="stop" value="{stop.id}" form="move">' if can_move else ""
    facts = [f"×{stop.bags}"] if stop.bags > 1 else []
    if stop.is_again:
        facts.append(again)
    state = ""
    if stop.outcome == OrderLine.Outcome.DELIVERED:
        state = " stop--done"
        facts.append("✓")
    elif stop.outcome == NOTHING:
        facts.append(escape(_("nothing to carry")))
    elif stop.outcome:
        state = " stop--back"
        facts.append(escape(chip_word(stop.outcome)))
    small = f"<small>{' '.join(facts)}</small>" if facts else ""
    return f'<label class="stop{state}">{box}{escape(stop.room)}{small}</label>'
