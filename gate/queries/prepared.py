"""SQL that PostgreSQL plans once a connection: planning the statements of a check took three times their running."""

import re
import weakref
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

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

    def run(self, cursor: CursorWrapper, values: Mapping[str, Any], *, behind: "Prepared | None" = None) -> None:
        """`behind`: another statement that goes before it in the same message, for the price of one round trip; its
        rows are not seen. PostgreSQL reads anew for each of the two, so this one sees what those saw who held the
        locks that `behind` waited for.
        """
        first = (behind,) if behind else ()
        for statement in (*first, self):
            statement.be_known()
        cursor.execute("; ".join(statement.call for statement in (*first, self)), values)

    def be_known(self) -> None:
        own = connection.connection
        known = _known.setdefault(own, set())
        if self.name in known:
            return
        # Once a connection, and outside of what Django counts and logs.
        with own.cursor() as plain:
            if not known:
                # Left alone PostgreSQL plans some of them again each time, for a gain that no row here gives.
                plain.execute("SET plan_cache_mode = force_generic_plan")
            plain.execute(self.prepare)
        known.add(self.name)
