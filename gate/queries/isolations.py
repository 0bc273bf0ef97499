"""Which doors stay shut, and for how long."""

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from compound.models import Compound
from gate.models import Isolation


def isolated_now(compound: Compound, *, at: dt.datetime, only: Collection[int] | None = None) -> QuerySet[Isolation]:
    """In walking order. `only`: primary keys of the buildings that may be seen."""
    rows = Isolation.objects.filter(household__compound=compound, ended_at=None, until__gt=at)
    if only is not None:
        rows = rows.filter(household__building__in=only)
    return rows.select_related("household__building", "set_by").order_by("household__sort_key")


def days_left(compound: Compound, until: dt.datetime, at: dt.datetime) -> int:
    """Nights until then on the compound's wall; 0 for later today. Midnight belongs to the day before it."""
    return (compound.day_of(until - dt.timedelta(microseconds=1)) - compound.day_of(at)).days
