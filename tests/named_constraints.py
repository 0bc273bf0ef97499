"""What PostgreSQL refuses, as tables: a constraint's name and a deed that breaks nothing but it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

# Named by us: Django puts the table's name in front of those that it names itself.
NAMED = """
SELECT conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE relname LIKE %(tables)s AND contype IN ('c', 'u', 'x', 'f') AND conname NOT LIKE %(tables)s
UNION
SELECT unique_index.relname FROM pg_index JOIN pg_class own ON own.oid = indrelid
JOIN pg_class unique_index ON unique_index.oid = indexrelid
WHERE own.relname LIKE %(tables)s AND indisunique AND unique_index.relname NOT LIKE %(tables)s
"""


def named_constraints(app: str) -> set[str]:
    """Checks, unique constraints (with a condition they are indexes), exclusions, composite keys of an app's tables."""
    with connection.cursor() as cursor:
        cursor.execute(NAMED, {"tables": app + r"\_%"})
        return {name for (name,) in cursor.fetchall()}


def keys_targets() -> set[str]:
    """The unique constraints that composite foreign keys point to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT target.relname FROM pg_constraint JOIN pg_class target ON target.oid = conindid "
            "WHERE contype = 'f' AND cardinality(conkey) > 1"
        )
        return {name for (name,) in cursor.fetchall()}


def refused_by(deed: Callable[[], Any]) -> str | None:
    """The name of the constraint that refuses `deed` at once or at the transaction's end; None when it goes through."""
    try:
        with transaction.atomic():
            deed()
            connection.check_constraints()
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return None


def changed(row: models.Model, **wrong: Any) -> None:
    """Past `save()`, which would put some of it right."""
    assert type(row)._base_manager.filter(pk=row.pk).update(**wrong) == 1


def again(row: models.Model, **differs: Any) -> None:
    """A second row like `row`."""
    model = type(row)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    if isinstance(model._meta.pk, models.UUIDField):
        values[model._meta.pk.attname] = model._meta.pk.get_default()
    elif isinstance(model._meta.pk, models.AutoField):
        del values[model._meta.pk.attname]
    model._base_manager.bulk_create([model(**values | differs)])


def rows_of(*table: tuple[str, Callable[[Any], Any]]) -> list[Any]:
    """Parameters of the test, each under the constraint's name."""
    return [pytest.param(name, deed, id=name) for name, deed in table]
