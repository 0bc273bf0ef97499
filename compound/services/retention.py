"""Forgetting: a whole compound at once, and every day what has had its time."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.jobs import sweeper
from compound.models import Compound, Heartbeat, HouseholdKey, LoginToken, Message, StoredFile
from compound.services import audit

logger = logging.getLogger(__name__)

# A one-time login that is over is kept so long, for the question who got in.
LOGIN_DAYS = 7
FORGETTING = "forget"
# Rows of one transaction, and of one sweep: the rest is done 15 s later, so that what else the clock
# demands is not kept waiting. 2,000 checks take about a second.
BATCH = 2_000
MOST_ROWS = 10_000

# Deletes at most so many rows of the compound that are older than the moment; returns how many.
Delete = Callable[[Compound, dt.datetime, int], int]


@dataclass(frozen=True)
class Forgets:
    """Something that an app forgets. `days` names the setting that says after how many."""

    name: str
    days: str
    delete: Delete

    def before(self, at: dt.datetime) -> dt.datetime:
        return at - dt.timedelta(days=getattr(settings, self.days))


FORGETS: list[Forgets] = []


def forgets(name: str, *, days: str) -> Callable[[Delete], Delete]:
    """Registers what an app forgets and when; to be imported in its AppConfig's `ready`. In the order of the calls:
    what points at other rows comes before them.

    The function is called within a transaction in which append-only rows may be deleted, again and again until it
    returns 0, so it must not count rows that it leaves.
    """

    def register(delete: Delete) -> Delete:
        if any(known.name == name for known in FORGETS):
            raise RuntimeError(f"{name!r} is forgotten twice")
        FORGETS.append(Forgets(name, days, delete))
        return delete

    return register


@contextmanager
def deleting() -> Iterator[None]:
    """A transaction that holds the key to the append-only tables, for the statements within it alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL shouwang.retention = 'on'")
        yield
        cursor.execute("SET LOCAL shouwang.retention = 'off'")


@dataclass(frozen=True)
class _Step:
    """A table, how many tables away from the compound, and which of its rows are the compound's."""

    table: str
    distance: int
    where: str


def erase_compound(*, compound: Compound) -> int:
    """Deletes the compound with everything that belongs to it, in every app; returns how many rows.

    Users stay: they may work elsewhere, and without a membership a login opens nothing. One statement a table, the
    farthest tables first; the tables are found through their foreign keys, so that an app that is added later is
    not forgotten here. 1,760 households with a week of orders take about a second.
    """
    count = 0
    with deleting(), connection.cursor() as cursor:
        for step in sorted(_steps(), key=lambda step: -step.distance):
            cursor.execute(f'DELETE FROM "{step.table}" WHERE {step.where}', [compound.pk])  # noqa: S608
            count += cursor.rowcount
        # A row elsewhere that still points into this compound shows here, not at the caller's commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return count


def _steps() -> list[_Step]:
    """Every table with a way to the compound over foreign keys, and that way."""
    found: dict[type[models.Model], _Step] = {Compound: _Step(Compound._meta.db_table, 0, '"id" = %s')}
    every = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    # A column that may be empty leads only some of the rows home: it counts where nothing else does.
    while _widen(found, every, may_be_empty=False) or _widen(found, every, may_be_empty=True):
        pass
    return list(found.values())


def _widen(found: dict[type[models.Model], _Step], every: list[type[models.Model]], *, may_be_empty: bool) -> bool:
    """Adds the tables that are one foreign key away from those found; False when there are none."""
    new = {}
    for model in every:
        for field in model._meta.concrete_fields:
            target = field.related_model
            if model in found or not isinstance(field, models.ForeignKey) or field.null > may_be_empty:
                continue
            if isinstance(target, type) and target in found and target is not model:
                step = found[target]
                key = field.target_field.column
                where = f'"{field.column}" IN (SELECT "{key}" FROM "{step.table}" WHERE {step.where})'  # noqa: S608
                new[model] = _Step(model._meta.db_table, step.distance + 1, where)
                break
    found.update(new)
    return bool(new)


@forgets("compound.old_keys", days="OLD_KEY_DAYS")
def forget_old_keys(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Keys of households that open nothing any more."""
    old = HouseholdKey.objects.filter(household__compound=compound, revoked_at__lt=before)
    keys = list(old.values_list("pk", flat=True)[:limit])
    return HouseholdKey.objects.filter(pk__in=keys).delete()[0] if keys else 0


@forgets("compound.messages", days="MESSAGE_DAYS")
def forget_messages(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Sent, dropped or left lying: what they were about is over."""
    keys = list(Message.objects.filter(compound=compound, due_at__lt=before).values_list("pk", flat=True)[:limit])
    return Message.objects.filter(pk__in=keys).delete()[0] if keys else 0


@sweeper
def forget_due(at: dt.datetime) -> None:
    """Once a day: files past their date that no sheet was printed from, one-time logins a week past their end, and
    whatever the apps have registered with `forgets`.

    Called by the clock every 15 s; all but the first call of a day end after one statement. A day with very much to
    forget takes several calls.
    """
    if Heartbeat.objects.filter(name=FORGETTING, at__gt=at - dt.timedelta(days=1)).exists():
        return
    with transaction.atomic():
        Heartbeat.objects.update_or_create(name=FORGETTING, defaults={"at": at})
        over = at - dt.timedelta(days=LOGIN_DAYS)
        LoginToken.objects.filter(Q(expires_at__lt=over) | Q(used_at__lt=over) | Q(revoked_at__lt=over)).delete()
        for compound in Compound.objects.filter(files__keep_until__isnull=False).distinct():
            due = StoredFile.objects.filter(compound=compound, keep_until__lt=compound.day_of(at), sheet=None)
            # `delete()` fetches what it deletes: not the bytes.
            due.defer("content").delete()
    if not _forget_registered(at):
        Heartbeat.objects.filter(name=FORGETTING).update(at=at - dt.timedelta(days=1))


def _forget_registered(at: dt.datetime) -> bool:
    """False when there is more to do than one sweep may take. What fails in one app keeps no other from forgetting."""
    left = MOST_ROWS
    for compound in Compound.objects.all():
        for what in FORGETS:
            try:
                left -= _forget_one(what, compound, at, left)
            except Exception:
                logger.exception("could not forget %s of %s", what.name, compound.code)
            if left <= 0:
                return False
    return True


def _forget_one(what: Forgets, compound: Compound, at: dt.datetime, most: int) -> int:
    """Returns how many rows it deleted: `most`, or a batch more. The audit log certifies how many, and up to when."""
    before, count = what.before(at), 0
    while count < most:
        with deleting():
            deleted = what.delete(compound, before, BATCH)
        if not deleted:
            break
        count += deleted
    if count:
        audit.record(
            compound=compound,
            by=None,
            at=at,
            action="retention.forgot",
            subject=what.name,
            text=_("%(count)d rows from before %(day)s were deleted for good: their time was over")
            % {"count": count, "day": compound.day_of(before).isoformat()},
            rows=count,
            before=before.isoformat(),
        )
    return count
