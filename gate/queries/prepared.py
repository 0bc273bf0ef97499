"""SQL that PostgreSQL plans once a connection: planning the statements of a check took three times their running."""

import re
import weakref
from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

# Which statements a connection knows. They end with it.
_known: "weakref.WeakKeyDictionary[Any, set[str]]" = weakref.WeakKeyDictionary()


class Prepared:
    """A statement with its parameters as psycopg2 writes them, `%(door)s`, and PostgreSQL's type of each.

    A pooler that changes the connection between two statements would have to know of prepared ones.
    """

    def __init__(self, name: str, sql: str, **types: str) -> None:
        self.name = name
        self.names = [n for n in types if f"%({n})s" in sql]
        numbers = {n: f"${place}" for place, n in enumerate(self.names, 1)}
        body = re.sub(r"%\((\w+)\)s", lambda match: numbers[match[1]], sql)
        of = f" ({', '.join(types[n] for n in self.names)})" if self.names else ""
        self.prepare = f"PREPARE {name}{of} AS {body}"
        self.call = f"EXECUTE {name} ({', '.join(f'%({n})s' for n in self.names)})"

    def rows(self, values: Mapping[str, Any], *, behind: "Prepared | None" = None) -> list[tuple[Any, ...]]:
        """`behind`: another statement that goes before it in the same message, for the price of one round trip; its
        rows are not seen. PostgreSQL reads anew for each of the two, so this one sees what those saw who held the
        locks that `behind` waited for.
        """
        found: list[tuple[Any, ...]] = self._run(values, behind).fetchall()
        return found

    def rows_at_first(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """`rows` of a statement that only reads, as the first of a request: it is the kept connection's health check
        itself. Where that has broken since, the statement is asked again of a new one.
        """
        own: Any = connections[DEFAULT_DB_ALIAS]
        if own.connection is None or own.in_atomic_block or not own.health_check_enabled or own.health_check_done:
            return self.rows(values)
        own.health_check_done = True
        try:
            return self.rows(values)
        except (OperationalError, InterfaceError):
            if own.is_usable():
                raise
            own.close()
            return self.rows(values)

    def count(self, values: Mapping[str, Any], *, behind: "Prepared | None" = None) -> int:
        """How many rows it wrote. Outside of a transaction, what `behind` locks is held until it is done."""
        return int(self._run(values, behind).rowcount)

    def _run(self, values: Mapping[str, Any], behind: "Prepared | None") -> Any:
        """What Django does around a statement, without its cursors: those were a tenth of a check."""
        # PostgreSQL's wrapper, of which Django's types know only what all have.
        own: Any = connections[DEFAULT_DB_ALIAS]
        own.close_if_health_check_failed()
        if own.connection is None:
            own.ensure_connection()
        own.validate_no_broken_transaction()
        plain = own.connection
        with own.wrap_database_errors:
            known = _known.get(plain)
            if known is None:
                known = _known[plain] = set()
            if behind is not None:
                behind._be_known(plain, known)
            self._be_known(plain, known)
        call = self.call if behind is None else f"{behind.call}; {self.call}"
        if own.queries_logged or own.execute_wrappers:
            # Somebody counts statements or looks at them.
            watched = own.cursor()
            watched.execute(call, values)
            return watched
        with own.wrap_database_errors:
            cursor = plain.cursor()
            cursor.tzinfo_factory = own.tzinfo_factory
            cursor.execute(call, values)
        return cursor

    def _be_known(self, plain: Any, known: set[str]) -> None:
        if self.name in known:
            return
        # Once a connection, and outside of what Django counts and logs.
        with plain.cursor() as cursor:
            if not known:
                # Left alone PostgreSQL plans some of them again each time, for a gain that no row here gives.
                cursor.execute("SET plan_cache_mode = force_generic_plan")
            cursor.execute(self.prepare)
        known.add(self.name)
