"""A household list between its upload and its confirmation, kept as a grid: never the file itself.

The grid has no identity numbers in it (see compound.household_list.privacy), a spreadsheet often has. It is deleted
when the import is confirmed or given up, and after seven days whatever happens.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from compound.household_list import Book, Choice, Problem, Section, book_from_bytes, book_to_bytes
from compound.models import Compound, Role, StoredFile, User
from compound.models.kit import FIVE_MEGABYTES
from compound.refusals import Refusal
from compound.spreadsheet.labels import label

KIND = "household_list"
# What was said by hand about headings, one row for each compound: the next list with the same headings asks no more.
LEARNED = "household_headings"
# The cells that an import left out, for the page that follows it: what the preview said, no more.
LEFT_OUT = "household_left_out"
KEPT_DAYS = 7
ROLES = [Role.SECRETARY, Role.COORDINATOR]


@dataclass(frozen=True)
class Upload:
    file: StoredFile
    book: Book
    choices: dict[str, Choice]

    @property
    def id(self) -> uuid.UUID:
        return self.file.id

    @property
    def name(self) -> str:
        return self.file.name


@transaction.atomic
def keep_upload(*, compound: Compound, book: Book, name: str, by: User, at: dt.datetime) -> StoredFile:
    """Keeps the grid for seven days; lists of this compound that are past that go. Refuses with `list_too_large`."""
    today = compound.day_of(at)
    StoredFile.objects.filter(compound=compound, kind__in=(KIND, LEFT_OUT), keep_until__lt=today).delete()
    content = _packed(book_to_bytes(book), {})
    if len(content) > FIVE_MEGABYTES:
        raise Refusal("list_too_large", _("The list is too large. Split it, for example by building."))
    return StoredFile.objects.create(
        compound=compound,
        kind=KIND,
        name=name[-120:],
        content_type="application/octet-stream",
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        roles=list(ROLES),
        created_at=at,
        created_by=by,
        keep_until=today + dt.timedelta(days=KEPT_DAYS),
    )


def upload_of(compound: Compound, upload: uuid.UUID, *, on: dt.date) -> Upload | None:
    """The kept list with the choices made so far and those learned earlier; None when it is gone. Two queries."""
    file = StoredFile.objects.filter(compound=compound, kind=KIND, id=upload, keep_until__gte=on).first()
    if file is None:
        return None
    content = bytes(file.content)
    length = int.from_bytes(content[:4], "big")
    said = json.loads(content[4 : 4 + length])
    book = book_from_bytes(content[4 + length :])
    headings = learned_headings(compound)
    choices = {}
    for sheet in book:
        one = said.get(sheet.title, {})
        fields = {int(column): word for column, word in one.get("fields", {}).items()}
        choices[sheet.title] = Choice(one.get("header_row"), fields, headings)
    return Upload(file, book, choices)


def learned_headings(compound: Compound) -> dict[str, str]:
    file = StoredFile.objects.filter(compound=compound, kind=LEARNED).first()
    return json.loads(bytes(file.content)) if file else {}


@transaction.atomic
def choose_columns(
    *, upload: Upload, choices: Mapping[str, Choice], sections: list[Section], by: User, at: dt.datetime
) -> None:
    """Keeps what somebody said by hand: for this list by column, for later ones by heading."""
    Compound.objects.select_for_update().get(pk=upload.file.compound_id)
    said = {
        title: {"header_row": choice.header_row, "fields": {str(c): word for c, word in choice.fields.items()}}
        for title, choice in choices.items()
    }
    _replace(upload.file, _packed(book_to_bytes(upload.book), said))
    words = {
        label(column.heading): choices[section.sheet].fields[column.index]
        for section in sections
        if section.sheet in choices
        for column in section.columns
        if column.heading and column.index in choices[section.sheet].fields
    }
    if not words:
        return
    file, _created = StoredFile.objects.get_or_create(
        compound=upload.file.compound,
        kind=LEARNED,
        defaults={
            "name": LEARNED,
            "content_type": "application/json",
            "content": b"{}",
            "size": 2,
            "sha256": hashlib.sha256(b"{}").hexdigest(),
            "roles": list(ROLES),
            "created_at": at,
            "created_by": by,
        },
    )
    known = {**json.loads(bytes(file.content)), **words}
    _replace(file, json.dumps(dict(list(known.items())[-500:]), ensure_ascii=False).encode())


@transaction.atomic
def finish_upload(*, upload: Upload, errors: Sequence[Problem]) -> uuid.UUID | None:
    """The list is imported and goes. Of it the cells that were left out stay, for as long as the list would have."""
    if not errors:
        drop_upload(upload=upload)
        return None
    said = [[problem.code, problem.row, problem.cell, problem.sheet, problem.params] for problem in errors]
    upload.file.kind = LEFT_OUT
    upload.file.save(update_fields=["kind"])
    _replace(upload.file, zlib.compress(json.dumps(said, ensure_ascii=False).encode()))
    return upload.id


def left_out_of(compound: Compound, upload: uuid.UUID, *, on: dt.date) -> tuple[Problem, ...]:
    """What `finish_upload` has kept, as long as it is kept; else nothing. One query."""
    file = StoredFile.objects.filter(compound=compound, kind=LEFT_OUT, id=upload, keep_until__gte=on).first()
    if file is None:
        return ()
    return tuple(Problem(*one) for one in json.loads(zlib.decompress(bytes(file.content))))


def drop_upload(*, upload: Upload) -> None:
    StoredFile.objects.filter(pk=upload.file.pk, kind=KIND).delete()


def _replace(file: StoredFile, content: bytes) -> None:
    file.content, file.size, file.sha256 = content, len(content), hashlib.sha256(content).hexdigest()
    file.save(update_fields=["content", "size", "sha256"])


def _packed(book: bytes, said: Mapping[str, object]) -> bytes:
    choices = json.dumps(said, ensure_ascii=False).encode()
    return len(choices).to_bytes(4, "big") + choices + book
