"""What goes on at the gates, for the Today page: six statements at the most, none for who does not see them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from compound import access
from compound.access import Standing
from compound.days import Clock
from compound.models import Compound, Gate
from gate.models import Conflict, Isolation, TemperatureRecord
from gate.queries.conflicts import unratified
from gate.queries.outside import OutsideCount, count_outside
from gate.queries.overview import phones_by_gate
from gate.queries.passages import day_bounds
from gate.queries.statistics import count_refused


@dataclass(frozen=True)
class GateFacts:
    """`fevers` and `ending` are None for who may not know. `guarded` 0: the compound has no gate that is guarded."""

    guarded: int
    manned: int
    outside: OutsideCount
    refused: int
    emergencies: int
    emergency_since: dt.datetime | None
    conflicts: int
    fevers: int | None = None
    overdue_rechecks: int = 0
    # Households whose isolation ends today or tomorrow.
    ending: int | None = None
    ends_first: dt.datetime | None = None


def read_gates(compound: Compound, membership: Standing, clock: Clock) -> GateFacts | None:
    """None for who sees neither gates nor temperatures, and where there is no gate."""
    sees_gates, sees_health = access.can_see_gates(membership), access.can_see_health(membership)
    if not (sees_gates or sees_health):
        return None
    gates = list(compound.gates.values_list("pk", "kind"))
    if not gates:
        return None
    facts: dict[str, Any] = {
        "guarded": 0,
        "manned": 0,
        "outside": OutsideCount(0, 0),
        "refused": 0,
        "emergencies": 0,
        "emergency_since": None,
        "conflicts": 0,
    }
    if sees_gates:
        facts |= _of_gates(compound, clock, [pk for pk, kind in gates if kind == Gate.Kind.GUARDED])
    if sees_health:
        facts |= _of_health(compound, clock)
    return GateFacts(**facts)


def _of_gates(compound: Compound, clock: Clock, guarded: list[int]) -> dict[str, Any]:
    phones = phones_by_gate(compound, clock.now)
    waiting = unratified(compound).order_by().aggregate(count=Count("pk"), since=Min("event_at"))
    return {
        "guarded": len(guarded),
        "manned": sum(1 for gate in guarded if gate in phones),
        "outside": count_outside(compound, clock.now),
        "refused": count_refused(compound, *day_bounds(compound, compound.day_of(clock.now))),
        "emergencies": waiting["count"],
        "emergency_since": waiting["since"],
        "conflicts": Conflict.objects.filter(compound=compound, settled_at__isnull=True).count(),
    }


def _of_health(compound: Compound, clock: Clock) -> dict[str, Any]:
    records = TemperatureRecord.objects.filter(compound=compound, closed_at__isnull=True).aggregate(
        count=Count("pk"), late=Count("pk", filter=Q(recheck_at__lt=clock.now))
    )
    _start, tomorrow_ends = day_bounds(compound, compound.day_of(clock.now) + dt.timedelta(days=1))
    ending = Isolation.objects.filter(
        household__compound=compound, ended_at__isnull=True, until__gt=clock.now, until__lte=tomorrow_ends
    ).aggregate(count=Count("pk"), first=Min("until"))
    return {
        "fevers": records["count"],
        "overdue_rechecks": records["late"],
        "ending": ending["count"],
        "ends_first": ending["first"],
    }


def tile_rows(facts: GateFacts, url: Any) -> Iterable[dict[str, Any]]:
    """Fields of `desk.queries.today.tiles.Tile`. A figure that is nought and asks nobody anything is left out."""
    if facts.guarded:
        missing = facts.guarded - facts.manned
        yield {
            "word": _("Gates with a phone"),
            "number": f"{facts.manned}/{facts.guarded}",
            "trend": ngettext("%(count)d gate has none", "%(count)d gates have none", missing) % {"count": missing}
            if missing
            else "",
            "kind": "ask" if missing else "",
            "url": url("gate:overview"),
        }
        late = facts.outside.overdue
        yield {
            "word": _("Outside"),
            "number": str(facts.outside.all),
            "unit": npgettext("unit", "person", "people", facts.outside.all),
            "trend": ngettext("%(count)d overdue", "%(count)d overdue", late) % {"count": late} if late else "",
            "kind": "no" if late else "",
            "url": url("gate:outside"),
        }
    if facts.refused:
        yield {
            "word": _("Not let through today"),
            "number": str(facts.refused),
            "unit": npgettext("unit", "time", "times", facts.refused),
            "url": url("gate:passages") + "?verdict=refuse",
        }
    if facts.fevers:
        late = facts.overdue_rechecks
        yield {
            "word": _("Temperature to follow up"),
            "number": str(facts.fevers),
            "unit": npgettext("unit", "person", "people", facts.fevers),
            "trend": ngettext("%(count)d to measure again", "%(count)d to measure again", late) % {"count": late}
            if late
            else "",
            "kind": "ask",
            "url": url("gate:temperatures"),
        }


def need_rows(facts: GateFacts, membership: Standing, clock: Clock, url: Any) -> Iterable[tuple[str, ...]]:
    """Fields of `desk.queries.today.needs.Need`, the most urgent first: an illness, then what only somebody can say."""
    if facts.fevers:
        text = ngettext("%(count)d temperature to follow up", "%(count)d temperatures to follow up", facts.fevers) % {
            "count": facts.fevers
        }
        yield text, _("Nobody has said yet how it ended."), _("Look"), url("gate:temperatures"), "ask"
    if access.can_run_gates(membership):
        if missing := facts.guarded - facts.manned:
            text = ngettext("%(count)d guarded gate has no phone", "%(count)d guarded gates have no phone", missing) % {
                "count": missing
            }
            detail = _("Nothing that happens there is known at the other gates.")
            yield text, detail, _("Bind a phone"), url("gate:phone_new"), "ask"
        if facts.emergencies and facts.emergency_since is not None:
            text = ngettext(
                "%(count)d emergency went out at once", "%(count)d emergencies went out at once", facts.emergencies
            ) % {"count": facts.emergencies}
            detail = _("The first %(when)s; nobody has looked at it yet.") % {"when": clock.when(facts.emergency_since)}
            yield text, detail, _("Ratify"), url("gate:emergencies"), "ask"
        if facts.conflicts:
            text = ngettext(
                "%(count)d pair of passages does not go together",
                "%(count)d pairs of passages do not go together",
                facts.conflicts,
            ) % {"count": facts.conflicts}
            yield text, _("Two gates did not know of each other."), _("Settle"), url("gate:conflicts"), "ask"
    if facts.outside.overdue and access.can_see_gates(membership):
        text = ngettext(
            "%(count)d person should be back already",
            "%(count)d people should be back already",
            facts.outside.overdue,
        ) % {"count": facts.outside.overdue}
        yield text, _("With a text for the chat of each building."), _("See who"), url("gate:outside"), "wait"
    if facts.ending and facts.ends_first is not None:
        text = ngettext(
            "The isolation of %(count)d household ends soon",
            "The isolation of %(count)d households ends soon",
            facts.ending,
        ) % {"count": facts.ending}
        detail = _("The first %(when)s") % {"when": clock.when(facts.ends_first)}
        yield text, detail, _("See who"), url("gate:isolations"), "info"
