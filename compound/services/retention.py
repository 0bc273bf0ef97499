"""Forgetting: a whole compound at once, and every day what has had its time."""

import datetime as dt
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q

from compound.jobs import sweeper
from compound.models import Compound, Heartbeat, LoginToken, StoredFile

# A one-time login that is over is kept so long, for the question who got in.
LOGIN_DAYS = 7
FORGETTING = "forget"


@dataclass(frozen=True)
class _Step:
    """A table, how many tables away from the compound, and which of its rows are the compound's."""

    table: str
    distance: int
    where: str


@transaction.atomic
def erase_compound(*, compound: Compound) -> int:
    """Deletes the compound with everything that belongs to it, in every app; returns how many rows.

    Users stay: they may work elsewhere, and without a membership a login opens nothing. One statement a table, the
    farthest tables first; the tables are found through their foreign keys, so that an app that is added later is
    not forgotten here. 1,760 households with a week of orders take about a second.
    """
    count = 0
    with connection.cursor() as cursor:
        # The key to the append-only tables, for these statements only.
        cursor.execute("SET LOCAL shouwang.retention = 'on'")
        for step in sorted(_steps(), key=lambda step: -step.distance):
            cursor.execute(f'DELETE FROM "{step.table}" WHERE {step.where}', [compound.pk])  # noqa: S608
            count += cursor.rowcount
        # A row elsewhere that still points into this compound shows here, not at the caller's commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL shouwang.retention = 'off'")
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


@sweeper
def forget_due(at: dt.datetime) -> None:
    """Once a day: files past their date that no sheet was printed from, and one-time logins a week past their end.

    Called by the clock every 15 s; all but the first call of a day end after one statement.
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
