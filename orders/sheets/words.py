"""The words on the sheets, in the language that is active while they are drawn."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from orders.queries.sheet_rows import Change, Summary, Walk, Why

_WEEKDAYS: Final = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)


def day(date: dt.date) -> str:
    """`8月23日(周二)`; digits and one weekday, without the year: a sheet lives for days."""
    return _("%(month)d/%(day)d (%(weekday)s)") % {
        "weekday": _(_WEEKDAYS[date.weekday()]),
        "month": date.month,
        "day": date.day,
    }


def short_day(date: dt.date) -> str:
    return _("%(month)d/%(day)d") % {"month": date.month, "day": date.day}


def day_and_time(at: dt.datetime) -> str:
    """`at` must already be in the compound's zone."""
    return f"{day(at.date())} {at:%H:%M}"


def page(number: int, pages: int) -> str:
    return _("Page %(number)d of %(pages)d") % {"number": number, "pages": pages}


def building(name: str) -> str:
    """`20栋`, but `商务楼` as it is: only a building with a mere number or letter needs the word."""
    return _("building %(name)s") % {"name": name} if name.isascii() else name


def unit(name: str) -> str:
    return _("unit %(name)s") % {"name": name}


def walk(way: Walk) -> str:
    if way is Walk.DOWN:
        return _("from the top floor down")
    return _("from the ground floor up")


def why(reason: Why) -> str:
    return {
        Why.MISSING: pgettext("not served because", "not available"),
        Why.REFUSED: pgettext("not served because", "refused at the door"),
        Why.NOBODY_HOME: pgettext("not served because", "nobody home"),
        Why.DAMAGED: pgettext("not served because", "damaged"),
        Why.NOT_DELIVERED: pgettext("not served because", "not delivered yet"),
        Why.LATE: pgettext("not served because", "came after the cut-off"),
        Why.UNREAD: pgettext("not served because", "chat entry not checked yet"),
    }[reason]


def mark(change: Change, *, served: bool = False) -> str:
    """The mark of a changed row; `served` for lists where a gone row is good news."""
    match change:
        case Change.NEW:
            return pgettext("mark of a row", "▲new")
        case Change.CHANGED:
            return pgettext("mark of a row", "▲changed")
        case Change.GONE:
            return pgettext("mark of a row", "done") if served else pgettext("mark of a row", "cancelled")
    return ""


def wanted(text: str) -> str:
    """Beside what a household gets of a good that came short: how much it had ordered."""
    return _("(wanted %(amount)s)") % {"amount": text}


def in_bag(goods: str, instead_of: str) -> str:
    """A good's name, and what it stands for where it is a substitute."""
    if not instead_of:
        return goods
    return _("%(goods)s (instead of %(wanted)s)") % {"goods": goods, "wanted": instead_of}


def was(text: str) -> str:
    """What stood in the version before."""
    return _("(was %(before)s)") % {"before": text}


def changes(version: int, before: int, counted: Summary, *, served: bool = False) -> str:
    """`第2版：新3处、改1处、取消2处（与第1版相比）`."""
    if not counted:
        return _("Version %(version)d: the same as version %(before)d") % {"version": version, "before": before}
    parts = []
    if counted.new:
        parts.append(_("%(count)d new") % {"count": counted.new})
    if counted.changed:
        parts.append(_("%(count)d changed") % {"count": counted.changed})
    if counted.gone:
        text = _("%(count)d done") if served else _("%(count)d cancelled")
        parts.append(text % {"count": counted.gone})
    return _("Version %(version)d: %(changes)s (since version %(before)d)") % {
        "version": version,
        "changes": pgettext("between two counts", ", ").join(parts),
        "before": before,
    }
