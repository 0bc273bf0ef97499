"""Empties the database after a test that committed.

Django truncates every table and writes content types and permissions anew: a second for a hundred tables, of which such
a test has filled ten. Here rows are deleted where there are any; and if a test changed what every database begins with
(tags, permissions), or wrote very much, it is done Django's way.
"""

from collections.abc import Callable

from django.db import connection, transaction
from django.test import TransactionTestCase

# Deleting a row asks every key that points at it; beyond this many in one table truncating is quicker.
MANY = 500


class Emptying:
    def __init__(self) -> None:
        self.tables: list[str] = []
        self.digests: dict[str, str] = {}

    def remember(self) -> None:
        """What this database begins with, and after Django's flush again."""
        self.tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self.digests = self._digests([table for table, rows in self._filled() if rows])

    def quickly(self) -> bool:
        """Whether the database is as it began; else nothing is deleted."""
        with transaction.atomic(), connection.cursor() as cursor:
            # As TRUNCATE would: waits for what other connections have begun to write, and lets nobody write more.
            cursor.execute(f"LOCK TABLE {', '.join(map(quoted, self.tables))} IN SHARE ROW EXCLUSIVE MODE")
            if self._digests(list(self.digests)) != self.digests:
                return False
            filled = [(table, rows) for table, rows in self._filled() if rows and table not in self.digests]
            if any(rows > MANY for _table, rows in filled):
                return False
            # Foreign keys wait for the end of the transaction.
            cursor.execute("SET LOCAL shouwang.retention = 'on'")
            # The roll notes what is deleted in this table, so it comes last.
            for table in sorted({name for name, _rows in filled} | {"gate_rollchange"}, key="gate_rollchange".__eq__):
                cursor.execute(f"DELETE FROM {quoted(table)}")
        return True

    def _filled(self) -> list[tuple[str, int]]:
        counts = (
            f"SELECT '{table}', (SELECT count(*) FROM (SELECT FROM {quoted(table)} LIMIT {MANY + 1}) AS counted)"
            for table in self.tables
        )
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(counts))
            return cursor.fetchall()

    def _digests(self, tables: list[str]) -> dict[str, str]:
        digests = (
            f"SELECT '{table}', (SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {quoted(table)} AS t)"
            for table in tables
        )
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(digests))
            return dict(cursor.fetchall())


def quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def replace_flush(emptying: Emptying) -> None:
    flush: Callable[[TransactionTestCase], None] = TransactionTestCase._fixture_teardown

    def tear_down(case: TransactionTestCase) -> None:
        if case.available_apps is not None or case.serialized_rollback or not emptying.quickly():
            flush(case)
            emptying.remember()

    TransactionTestCase._fixture_teardown = tear_down
