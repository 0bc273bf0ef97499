"""Since when a phone's copy of the roll is good: by transaction numbers, so that nothing that commits late is missed.

A cursor is the oldest transaction that was still open when the roll was read (`RollChange` says why that has no gap),
together with the database that counted it. Transaction numbers mean nothing elsewhere: after a dump was
restored, tables were swapped or the server was started on older files, every cursor is unknown and the roll full.
"""

import re
from dataclasses import dataclass

from django.db import connection

from gate.models import RollChange

# Goes up when the roll gets another shape: phones then fetch it whole.
SHAPE = 1
CURSOR = re.compile(r"([0-9a-f]{16})\.([0-9]{1,18})")
# A restored dump makes the table anew (another file), copied files need another start of the server.
MARK = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       left(md5(concat_ws(' ', %s::int, %s::bigint, extract(epoch FROM pg_postmaster_start_time()),
                          (SELECT oid FROM pg_database WHERE datname = current_database()),
                          'gate_rollchange'::regclass::oid, pg_relation_filenode('gate_rollchange'))), 16)
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    xid: int
    identity: str

    def __str__(self) -> str:
        return f"{self.identity}.{self.xid}"


@dataclass(frozen=True, slots=True)
class Changes:
    """Which doors may be new to the phone; `doors` None is all of them. `gone`: rooms that were taken away."""

    doors: tuple[int, ...] | None
    gone: tuple[str, ...] = ()


def cursor_now(compound_id: int) -> Cursor:
    """To be taken before anything else of the roll is read: what commits in between is then told twice, never not."""
    with connection.cursor() as sql:
        sql.execute(MARK, [SHAPE, compound_id])
        xid, identity = sql.fetchone()
    return Cursor(xid, identity)


def changes_since(*, compound_id: int, given: str, now: Cursor) -> Changes:
    """What may have changed since the roll with the cursor `given`, which is somebody's text. One query at the most.

    Everything, when it is no cursor of this compound and database, or when something of the whole compound changed.
    """
    match = CURSOR.fullmatch(given)
    if match is None or match[1] != now.identity or int(match[2]) > now.xid:
        return Changes(None)
    changed = RollChange.objects.filter(compound_id=compound_id, xid__gte=int(match[2]))
    rooms = dict(changed.values_list("household_id", "room"))
    if 0 in rooms:
        return Changes(None)
    return Changes(tuple(rooms), tuple(room for room in rooms.values() if room))
