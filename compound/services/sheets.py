"""Keeping every version of every printed sheet, exactly once.

A sheet is known by (group, kind, part): the delivery run of building 3 in one round. Its content is its rows; the
same rows as the last version make no new version, whoever asks however often. What a version is drawn from is stored
with it.
"""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from compound.models import Compound, Sheet, ShortCode, StoredFile, User

# Crockford's base 32: no I, L, O, U to misread on wet paper. Ten characters are 50 bits.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
CODE_LIFE = dt.timedelta(days=14)
# First half of the two-key advisory lock: "sht".
LOCK_SPACE = 0x736874


@dataclass(frozen=True)
class Content:
    """What a sheet says, apart from when it was made: JSON-serialisable rows and their checksum."""

    kind: str
    part: str
    part_key: str
    title: str
    rows: Any
    sha256: str


@dataclass(frozen=True)
class Edition:
    """What one version adds to the rows: its number, its short code, the moment of the snapshot, the rows before."""

    version: int
    code: str
    made_at: dt.datetime
    previous: Any | None


Draw = Callable[[Edition], tuple[bytes, int]]
# An app's sheets of one day, made if need be; the moment is now.
DaySheets = Callable[[Compound, dt.date, dt.datetime], list[Sheet]]

DAY_SHEETS: list[DaySheets] = []


def day_sheets(make: DaySheets) -> DaySheets:
    """Registers what an app adds to `manage.py sheets`, beside the sheets of the rounds."""
    DAY_SHEETS.append(make)
    return make


def new_short_code() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH))


def read_short_code(text: str) -> str:
    """A code as somebody typed it: small letters, spaces and hyphens, O for 0, I and L for 1."""
    kept = "".join(c for c in text.upper() if c.isalnum())
    return kept.replace("O", "0").replace("I", "1").replace("L", "1")


@contextmanager
def one_maker(group: uuid.UUID) -> Iterator[None]:
    """Waits until nobody else makes sheets of this group, and keeps others waiting: snapshot to last sheet belong
    together, else what an older snapshot says could be stored as the newest version.

    An advisory lock of the connection, taken before any row: no transaction stays open while sheets are drawn, and a
    killed worker's ends with it.
    """
    keys = [LOCK_SPACE, int.from_bytes(group.bytes[:4], "big", signed=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", keys)
    try:
        yield
    finally:
        # After a lost connection there is nothing to give back, and asking would hide what went wrong.
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)


def is_short_code(text: str) -> bool:
    """Whether this is a code off a sheet and cannot be a room or a name: ten characters, among them no hyphen."""
    code = read_short_code(text)
    return "-" not in text and len(code) == CODE_LENGTH and set(code) <= set(CROCKFORD)


def latest_version(*, group: uuid.UUID, kind: str, part: str) -> Sheet | None:
    return Sheet.objects.filter(group=group, kind=kind, part=part).order_by("-version").first()


def store_version(
    *,
    compound: Compound,
    group: uuid.UUID,
    content: Content,
    draw: Draw,
    made_at: dt.datetime,
    by: User | None,
    roles: Sequence[str],
) -> tuple[Sheet, bool]:
    """The sheet with this content: the last version when nothing changed, else a new one. Returns (sheet, is new).

    Drawing happens outside of any transaction; file, sheet and code are then one insert, so a worker that is killed
    leaves nothing behind. Who takes a snapshot first and stores it later holds `one_maker` from before the snapshot;
    of two that did not, one loses at the unique constraint and takes the other's version.
    """
    while True:
        last = latest_version(group=group, kind=content.kind, part=content.part)
        if last is not None and last.rows_sha256 == content.sha256:
            return last, False
        edition = Edition(
            version=last.version + 1 if last else 1,
            code=new_short_code(),
            made_at=made_at,
            previous=last.rows if last else None,
        )
        pdf, pages = draw(edition)
        try:
            return _insert(compound, group, content, edition, pdf, pages, by, roles), True
        except IntegrityError:
            if latest_version(group=group, kind=content.kind, part=content.part) == last:
                raise


@transaction.atomic
def _insert(
    compound: Compound,
    group: uuid.UUID,
    content: Content,
    edition: Edition,
    pdf: bytes,
    pages: int,
    by: User | None,
    roles: Sequence[str],
) -> Sheet:
    day = compound.day_of(edition.made_at)
    name = f"{day:%Y-%m-%d} {content.title}" + (f" v{edition.version}" if edition.version > 1 else "")
    file = StoredFile.objects.create(
        compound=compound,
        kind=f"sheet.{content.kind}",
        name=f"{name[:110]}.pdf",
        content_type="application/pdf",
        content=pdf,
        size=len(pdf),
        sha256=hashlib.sha256(pdf).hexdigest(),
        roles=list(roles),
        created_at=edition.made_at,
        created_by=by,
    )
    sheet = Sheet.objects.create(
        compound=compound,
        kind=content.kind,
        group=group,
        part=content.part,
        part_key=content.part_key,
        version=edition.version,
        title=content.title[:120],
        language=compound.language,
        rows=content.rows,
        rows_sha256=content.sha256,
        pages=pages,
        file=file,
        made_at=edition.made_at,
    )
    ShortCode.objects.create(code=edition.code, sheet=sheet, expires_at=edition.made_at + CODE_LIFE)
    return sheet
