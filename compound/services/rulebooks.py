"""Writing rules. PostgreSQL refuses those that start before they are written."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.models import Rulebook, User
from compound.refusals import Refusal
from compound.services.audit import record

Level = Rulebook.Level
# What every row says about temperatures until somebody writes otherwise.
TEMPERATURE: dict[str, Any] = {
    "fever_line": Decimal("37.3"),
    "fever_at_line": True,
    "low_line": Decimal("35.0"),
    "recheck_minutes": 5,
}
# Risk level → what fills a new row, to be changed before it is written. High: service comes to the door, only who must
# be treated goes, and who stands guard. Medium: the compound is closed, one person fetches what is needed. Low:
# the gates are watched.
PRESETS: dict[str, dict[str, Any]] = {
    Level.HIGH: {
        "persons": 0,
        "per_days": 1,
        "window": Rulebook.Window.CALENDAR,
        "longest_minutes": None,
        "overstay": Rulebook.Overstay.NOTHING,
        "opens": None,
        "closes": None,
        "max_outside": None,
        "vehicles": Rulebook.Vehicles.NONE,
        "visitors": Rulebook.Visitors.REFUSED,
        "exempt_kinds": ["medical", "volunteer"],
        "returnee_voids_pass": True,
        **TEMPERATURE,
    },
    Level.MEDIUM: {
        "persons": 1,
        "per_days": 2,
        "window": Rulebook.Window.CALENDAR,
        "longest_minutes": 120,
        "overstay": Rulebook.Overstay.FORFEIT,
        "opens": dt.time(6),
        "closes": dt.time(20),
        "max_outside": None,
        "vehicles": Rulebook.Vehicles.NONE,
        "visitors": Rulebook.Visitors.REFUSED,
        "exempt_kinds": ["essential", "medical", "volunteer"],
        "returnee_voids_pass": True,
        **TEMPERATURE,
    },
    Level.LOW: {
        "persons": 2,
        "per_days": 1,
        "window": Rulebook.Window.CALENDAR,
        "longest_minutes": None,
        "overstay": Rulebook.Overstay.NOTHING,
        "opens": None,
        "closes": None,
        "max_outside": None,
        "vehicles": Rulebook.Vehicles.BOTH,
        "visitors": Rulebook.Visitors.CONSENT,
        "exempt_kinds": ["essential", "medical", "volunteer"],
        "returnee_voids_pass": True,
        **TEMPERATURE,
    },
}


def preset_of(level: str) -> dict[str, Any]:
    """What fills a new row of this risk level; nothing for own rules. A copy: it may be changed."""
    return {key: list(value) if isinstance(value, list) else value for key, value in PRESETS.get(level, {}).items()}


@transaction.atomic
def save_rulebook(*, rulebook: Rulebook, by: User, at: dt.datetime) -> None:
    """A new rulebook, or a changed one that has not begun; of one that has begun only the end may differ.

    A start within the last minute counts as now: that long a form may be on its way.
    """
    is_new = rulebook.pk is None
    if is_new:
        rulebook.created_at, rulebook.created_by = at, by
        if dt.timedelta(0) <= at - rulebook.starts_at < dt.timedelta(minutes=1):
            rulebook.starts_at = at
    rulebook.save()
    with translation.override(rulebook.compound.language):
        words = _("Rules: %(notice)s") % {"notice": rulebook.notice}
    record(
        compound=rulebook.compound,
        by=by,
        at=at,
        action="rulebook.added" if is_new else "rulebook.changed",
        subject=rulebook.notice,
        text=words,
        rulebook=rulebook.pk,
        building=rulebook.building.name if rulebook.building else None,
        starts_at=rulebook.starts_at.isoformat(),
        ends_at=rulebook.ends_at.isoformat() if rulebook.ends_at else None,
    )


@transaction.atomic
def end_rulebook(*, rulebook: Rulebook, ends_at: dt.datetime, by: User, at: dt.datetime) -> None:
    """Rules that have begun hold until `ends_at` from now on; what they judged before stays judged by them.

    An end within the last minute counts as now. Raises `rulebook_not_begun`, `end_in_the_past`, `rulebook_over`.
    """
    rulebook = (
        Rulebook.objects.select_for_update(of=("self",)).select_related("compound", "building").get(pk=rulebook.pk)
    )
    if rulebook.starts_at >= at:
        raise Refusal("rulebook_not_begun", _("These rules have not begun: withdraw them instead."))
    if rulebook.ends_at is not None and rulebook.ends_at <= at:
        raise Refusal("rulebook_over", _("These rules have ended already."))
    if dt.timedelta(0) <= at - ends_at < dt.timedelta(minutes=1):
        ends_at = at
    if ends_at < at:
        raise Refusal("end_in_the_past", _("The end is in the past already: choose a minute from now on."))
    rulebook.ends_at = ends_at
    save_rulebook(rulebook=rulebook, by=by, at=at)


@transaction.atomic
def withdraw_rulebook(*, rulebook: Rulebook, by: User, at: dt.datetime) -> None:
    """Rules that have not begun are taken back; nobody was judged by them. Raises `rulebook_begun`."""
    rulebook = (
        Rulebook.objects.select_for_update(of=("self",)).select_related("compound", "building").get(pk=rulebook.pk)
    )
    if rulebook.starts_at <= at:
        raise Refusal("rulebook_begun", _("These rules have begun: they can be ended, not taken back."))
    record(
        compound=rulebook.compound,
        by=by,
        at=at,
        action="rulebook.withdrawn",
        subject=rulebook.notice,
        text=gettext_lazy("Rules withdrawn before they began"),
        building=rulebook.building.name if rulebook.building else None,
        starts_at=rulebook.starts_at.isoformat(),
    )
    rulebook.delete()
