"""Relief rounds on Today: what does not add up, and how many doors have nothing yet."""

import datetime as dt
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound import access
from compound.access import Standing
from compound.models import Compound
from orders.queries.relief import Figures, reliefs_of_concern
from orders.queries.relief_words import gap_words


def read_relief(compound: Compound, membership: Standing, at: dt.datetime) -> list[Figures]:
    """Three statements at most, none for whom it is no business of. A captain's doors are those of the own building."""
    if not access.can_deliver(membership):
        return []
    only = None if access.sees_all_buildings(membership) else membership.buildings
    return reliefs_of_concern(compound, at=at, only=only)


def need_rows(
    rounds: list[Figures], membership: Standing, url: Callable[..., str]
) -> Iterator[tuple[str, str, str, str, str]]:
    """Text, detail, button, address, kind. Gaps for who keeps the balance; doors left for whoever carries."""
    runs = access.can_run_relief(membership)
    for figures in rounds:
        title, where = figures.relief.title, url("orders:relief", relief=figures.relief.pk)
        if runs and figures.state == "difference":
            text = _("“%(relief)s” was closed with a difference") % {"relief": title}
            yield text, gap_words(figures.balance), _("Explain"), where, "ask"
        elif runs and figures.state == "gap":
            text = _("“%(relief)s” does not add up") % {"relief": title}
            yield text, gap_words(figures.balance), _("Explain"), where, "ask"
        if figures.relief.closed_at is None and (left := figures.doors.unserved):
            words = ngettext("%(count)d door has nothing yet", "%(count)d doors have nothing yet", left)
            yield _("Relief “%(relief)s”") % {"relief": title}, words % {"count": left}, _("Hand out"), where, "info"
