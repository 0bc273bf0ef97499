"""The sheets of a round: a snapshot under the round's lock, typed rows from it, one stored version of each."""

import datetime as dt
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from compound.jobs import Progress, job_kind
from compound.models import Job, Role, Sheet, User
from compound.rooms import sort_key
from compound.services.sheets import Content, Edition, one_maker, store_version
from orders.models import SHEETS_JOB, Round
from orders.queries.sheet_rows import SheetRows, checksum, from_json, sheets_of, to_json
from orders.queries.sheets import round_snapshot
from orders.services.locks import lock_round
from orders.sheets import Stamp, draw, title

# Who may open a sheet's file; its short code shows the rooms to anybody who holds the paper.
READERS = [Role.SECRETARY, Role.COORDINATOR, Role.SUPPLY, Role.CAPTAIN, Role.VOLUNTEER]


@job_kind(SHEETS_JOB)
def run_sheets_job(job: Job, progress: Progress) -> None:
    """Finds what an earlier, killed run has stored already, and goes on from there."""
    round = Round.objects.get(pk=uuid.UUID(job.key))
    make_sheets(round=round, at=timezone.now, by=job.created_by, progress=progress)


def make_sheets(
    *, round: Round, at: dt.datetime | Callable[[], dt.datetime], by: User | None, progress: Progress
) -> list[Sheet]:
    """All sheets of the round as it stands; returns those that are new versions.

    Every writer of orders holds the round's row, so the snapshot taken under it is consistent. Drawing, which takes
    seconds, happens after the lock is given back. `at` may be the clock: it is asked under the lock, so that the
    paper says when the snapshot was taken and not when somebody began to wait for it.
    """
    new = []
    with one_maker(round.pk):
        with transaction.atomic():
            round = lock_round(round.pk)
            at = at() if callable(at) else at
            snapshot = round_snapshot(round)
        all_rows = sheets_of(snapshot)
        for done, rows in enumerate(all_rows):
            progress(done, len(all_rows))
            sheet, is_new = _store(round, rows, at, by)
            if is_new:
                new.append(sheet)
        progress(len(all_rows), len(all_rows))
    return new


def _store(round: Round, rows: SheetRows, at: dt.datetime, by: User | None) -> tuple[Sheet, bool]:
    compound = round.compound
    content = Content(
        kind=rows.kind,
        part=rows.part,
        part_key=sort_key(rows.part) if rows.part else "",
        title=title(rows, compound.language),
        rows=to_json(rows),
        sha256=checksum(rows),
    )

    def draw_edition(edition: Edition) -> tuple[bytes, int]:
        stamp = Stamp(
            compound=compound.name,
            round=round.title,
            version=edition.version,
            made_at=edition.made_at,
            tz=compound.tz,
            code=edition.code,
            url=f"{settings.PUBLIC_URL}/s/{edition.code}",
            language=compound.language,
            previous=from_json(edition.previous) if edition.previous is not None else None,
        )
        return draw(rows, stamp)

    return store_version(
        compound=compound, group=round.pk, content=content, draw=draw_edition, made_at=at, by=by, roles=READERS
    )
