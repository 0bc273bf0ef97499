"""The tick-off sheets of a relief round: kept versions, one a building. Drawn at once: 57 buildings within seconds."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from compound.models import Sheet, User
from compound.rooms import sort_key
from compound.services.sheets import Content, Edition, one_maker, store_version
from orders.models import Relief
from orders.queries.relief_sheets import tick_sheets
from orders.queries.sheet_rows import ReliefTicks, checksum, from_json, to_json
from orders.services.relief import lock_relief
from orders.services.sheets import READERS
from orders.sheets import Stamp, draw, title


def make_tick_sheets(*, relief: Relief, by: User | None, at: dt.datetime) -> list[Sheet]:
    """Every building's sheet as the round stands; returns those that are new versions. What is ticked since the last
    one leaves the list, so the paper of the second walk has only the doors that are left."""
    new = []
    with one_maker(relief.pk):
        with transaction.atomic():
            relief = lock_relief(relief.pk)
            all_rows = tick_sheets(relief)
        for rows in all_rows:
            sheet, is_new = _store(relief, rows, at, by)
            if is_new:
                new.append(sheet)
    return new


def _store(relief: Relief, rows: ReliefTicks, at: dt.datetime, by: User | None) -> tuple[Sheet, bool]:
    compound = relief.compound
    content = Content(
        kind=rows.kind,
        part=rows.part,
        part_key=sort_key(rows.part),
        title=title(rows, compound.language),
        rows=to_json(rows),
        sha256=checksum(rows),
    )

    def draw_edition(edition: Edition) -> tuple[bytes, int]:
        stamp = Stamp(
            compound=compound.name,
            round=relief.title,
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
        compound=compound, group=relief.pk, content=content, draw=draw_edition, made_at=at, by=by, roles=READERS
    )
