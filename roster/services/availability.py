"""When somebody can: the week that repeats, and single dates that beat it."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import User
from compound.refusals import Refusal
from roster.models import Availability, Volunteer
from roster.rules.wishes import CARE
from roster.services.log import log
from roster.times_of_day import DAY, Cell, Hours, Week, rows_of, week_of

# Farther than that nobody plans, and a slip of the pen is likelier.
FARTHEST_DAYS = 120
MOST_DATES = 60


def kept_week(volunteer: Volunteer) -> Week:
    """One query."""
    rows = volunteer.availability.filter(weekday__isnull=False)
    return week_of(Hours(row.weekday or 0, row.from_minute, row.until_minute, row.level) for row in rows)


@transaction.atomic
def set_week(
    *, volunteer: Volunteer, cells: Mapping[Cell, str], own: Iterable[Hours], by: User, at: dt.datetime
) -> bool:
    """The whole week anew; own hours lie over the grid. False when nothing differs."""
    row = Volunteer.objects.select_for_update().select_related("compound", "user").get(pk=volunteer.pk)
    wanted = set(rows_of(cells, own))
    kept = {
        Hours(one.weekday or 0, one.from_minute, one.until_minute, one.level)
        for one in row.availability.filter(weekday__isnull=False)
    }
    if kept == wanted:
        return False
    row.availability.filter(weekday__isnull=False).delete()
    Availability.objects.bulk_create(
        [
            Availability(
                volunteer=row, weekday=one.weekday, from_minute=one.start, until_minute=one.until, level=one.level
            )
            for one in sorted(wanted)
        ]
    )
    _log(row, by, at)
    return True


@transaction.atomic
def set_date(
    *,
    volunteer: Volunteer,
    on: dt.date,
    start: int = 0,
    until: int = DAY,
    level: str,
    by: User,
    at: dt.datetime,
) -> None:
    """What holds on that date from minute to minute (`until` up to 2,880), in place of what was said for these hours;
    what was said for the rest of that day stays.

    Refuses with `date_over`, `date_far`, `dates_too_many`.
    """
    row = Volunteer.objects.select_for_update().select_related("compound", "user").get(pk=volunteer.pk)
    today = row.compound.day_of(at)
    if on < today:
        raise Refusal("date_over", _("That day is over. Choose today or a later one."))
    if on > today + dt.timedelta(days=FARTHEST_DAYS):
        raise Refusal("date_far", _("At most %(days)d days ahead.") % {"days": FARTHEST_DAYS}, days=FARTHEST_DAYS)
    start, until = _cut(row, on, start, until, level)
    if row.availability.filter(on__gte=today).count() >= MOST_DATES:
        raise Refusal("dates_too_many", _("%(count)d dates are the limit. Say it by weekday.") % {"count": MOST_DATES})
    Availability.objects.create(volunteer=row, on=on, from_minute=start, until_minute=until, level=level)
    _log(row, by, at)


def _cut(volunteer: Volunteer, on: dt.date, start: int, until: int, level: str) -> tuple[int, int]:
    """Makes room on that date: rows lose these hours and keep the rest. One that says the same goes, and its hours are
    added: the span to write."""
    rest: list[tuple[int, int, str]] = []
    since, end = start, until
    for row in volunteer.availability.filter(on=on, from_minute__lt=until, until_minute__gt=start):
        if row.level == level:
            since, end = min(since, row.from_minute), max(end, row.until_minute)
        else:
            rest += [(row.from_minute, start, row.level), (until, row.until_minute, row.level)]
        row.delete()
    for first, last, said in rest:
        if first < last:
            _keep(volunteer, on, first, last, said)
    return since, end


def _keep(volunteer: Volunteer, on: dt.date, start: int, until: int, level: str) -> None:
    """A rest of a row. After midnight it is the next day's, where of two words for the same hours the one that asks
    more care stays."""
    if start < DAY:
        Availability.objects.create(volunteer=volunteer, on=on, from_minute=start, until_minute=until, level=level)
        return
    on, start, until = on + dt.timedelta(days=1), start - DAY, until - DAY
    free = [(start, until)]
    for row in volunteer.availability.filter(on=on, from_minute__lt=until, until_minute__gt=start):
        if CARE[row.level] < CARE[level]:
            row.delete()
            for first, last in ((row.from_minute, start), (until, row.until_minute)):
                if first < last:
                    _keep(volunteer, on, first, last, row.level)
        else:
            ends = (row.from_minute, row.until_minute)
            free = [cut for since, end in free for cut in ((since, min(end, ends[0])), (max(since, ends[1]), end))]
            free = [cut for cut in free if cut[0] < cut[1]]
    for first, last in free:
        Availability.objects.create(volunteer=volunteer, on=on, from_minute=first, until_minute=last, level=level)


@transaction.atomic
def forget_date(*, volunteer: Volunteer, on: dt.date, start: int, by: User, at: dt.datetime) -> None:
    """That date follows its weekday again; nothing to do where it does already."""
    row = Volunteer.objects.select_for_update().select_related("compound", "user").get(pk=volunteer.pk)
    deleted, _by_model = row.availability.filter(on=on, from_minute=start).delete()
    if deleted:
        _log(row, by, at)


def _log(volunteer: Volunteer, by: User, at: dt.datetime) -> None:
    log(
        compound=volunteer.compound,
        by=by,
        at=at,
        action="availability.changed",
        subject=volunteer.user.name,
        text=gettext_noop("Hours at which %(subject)s can were changed"),
        volunteer=str(volunteer.pk),
    )
