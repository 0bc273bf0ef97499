"""Words of households that nobody has answered, for Today."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound import access
from compound.access import Standing
from compound.models import Compound
from desk.queries.reports import open_reports
from orders.models import HouseholdReport


def read_reports(compound: Compound, membership: Standing) -> list[HouseholdReport]:
    """One statement, none for whom it is no business of. A captain's doors are those of the own building."""
    if not access.can_type_orders(membership):
        return []
    only = None if access.sees_all_buildings(membership) else membership.buildings
    return open_reports(compound, only=only)


def need_rows(reports: list[HouseholdReport], url: Callable[..., str]) -> Iterator[tuple[str, str, str, str, str]]:
    """Text, detail, button, address, kind: one row, with the words that have waited longest."""
    if not reports:
        return
    first = reports[0]
    text = ngettext("%(count)d household says something is wrong", "%(count)d words of households wait", len(reports))
    goods = str(first.line) if first.line else ""
    words = " ".join(word for word in (first.household.room, goods, first.text) if word)
    yield text % {"count": len(reports)}, words, _("Answer"), url("desk:reports"), "ask"
