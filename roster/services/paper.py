"""The roster's sheets as kept versions: a day's duty sheets, the week plan, the groups' lists. Drawn within a second.

A sheet is known by its kind, its day or week, and its part (the post, the group). Nothing new, no new version.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Compound, Role, Sheet, User
from compound.services import audit
from compound.services.sheets import Content, Edition, day_sheets, one_maker, store_version
from roster.models import DutyGroup, Post
from roster.queries.board import monday_of
from roster.queries.sheet_rows import (
    DutyDay,
    DutyWeek,
    GroupList,
    SheetRows,
    checksum,
    duty_days,
    duty_week,
    group_list,
    to_json,
)
from roster.services.tokens import link_token
from roster.sheets import Stamp, draw, title
from roster.sheets.sign_in import SignIn, draw_sign_ins

# Beside the leaders of the group (roster/views/sheets.py).
READERS = [Role.SECRETARY, Role.COORDINATOR]
# For `uuid5`: the days and weeks of the roster are what its sheets were made for.
SPACE = uuid.UUID("6d0b1d0e-2c1f-4f0e-9d53-1f6a0f7f6a54")


@dataclass(frozen=True)
class Made:
    sheet: Sheet
    is_new: bool


def sheets_group(compound: Compound, kind: str, day: dt.date) -> uuid.UUID:
    """What the sheets of this kind and day (of a week: its Monday) have in common."""
    return uuid.uuid5(SPACE, f"{compound.pk} {kind} {day.isoformat()}")


def make_day_sheets(
    *, compound: Compound, day: dt.date, by: User | None, at: dt.datetime, groups: Iterable[uuid.UUID] | None = None
) -> list[Made]:
    """One for each post with a shift on that day; of `groups` only their posts. Two queries and five a sheet."""
    with one_maker(sheets_group(compound, DutyDay.kind, day)):
        rows = duty_days(compound, day, groups=groups)
        return list(_store_all(compound, rows, day, by, at))


@day_sheets
def sheets_of_day(compound: Compound, day: dt.date, at: dt.datetime) -> list[Sheet]:
    """The day's duty sheets, for `manage.py sheets`."""
    return [made.sheet for made in make_day_sheets(compound=compound, day=day, by=None, at=at)]


def make_week_plan(*, compound: Compound, day: dt.date, by: User | None, at: dt.datetime) -> Made:
    """The plan of the week in which `day` is."""
    monday = monday_of(day)
    with one_maker(sheets_group(compound, DutyWeek.kind, monday)):
        [made] = _store_all(compound, [duty_week(compound, monday)], monday, by, at)
    return made


def make_group_lists(
    *, compound: Compound, day: dt.date, groups: Sequence[DutyGroup], by: User | None, at: dt.datetime
) -> list[Made]:
    """The lists of these groups with the shifts of the week in which `day` is."""
    monday = monday_of(day)
    with one_maker(sheets_group(compound, GroupList.kind, monday)):
        rows = [group_list(group, monday) for group in groups]
        return list(_store_all(compound, rows, monday, by, at))


def _store_all(
    compound: Compound, rows: Sequence[SheetRows], day: dt.date, by: User | None, at: dt.datetime
) -> Iterator[Made]:
    for place, row in enumerate(rows):
        yield Made(*_store(compound, row, place, day, by, at))


def _store(
    compound: Compound, rows: SheetRows, place: int, day: dt.date, by: User | None, at: dt.datetime
) -> tuple[Sheet, bool]:
    part = {DutyDay: "post", GroupList: "group"}.get(type(rows))
    content = Content(
        kind=rows.kind,
        part=getattr(rows, part) if part else "",
        part_key=f"{place:04}",
        title=title(rows, compound.language),
        rows=to_json(rows),
        sha256=checksum(rows),
    )

    def draw_edition(edition: Edition) -> tuple[bytes, int]:
        stamp = Stamp(
            compound=compound.name,
            version=edition.version,
            made_at=edition.made_at,
            tz=compound.tz,
            code=edition.code,
            url=f"{settings.PUBLIC_URL}/s/{edition.code}",
            language=compound.language,
        )
        return draw(rows, stamp)

    return store_version(
        compound=compound,
        group=sheets_group(compound, rows.kind, day),
        content=content,
        draw=draw_edition,
        made_at=at,
        by=by,
        roles=READERS,
    )


def sign_in_pages(*, compound: Compound, posts: Sequence[Post], by: User, at: dt.datetime) -> bytes:
    """The QR codes of these posts as a PDF, kept nowhere; who printed them is in the audit log."""
    content = draw_sign_ins(
        [SignIn(post.name, post.place, sign_in_url(compound, post), post.sign_in_version) for post in posts],
        compound=compound.name,
        language=compound.language,
    )
    with translation.override(compound.language):
        names = _(", ").join(post.name for post in posts)
        words = _("Sign-in codes printed: %(posts)s") % {"posts": names}
    audit.record(compound=compound, by=by, at=at, action="roster.codes_printed", subject=names, text=words)
    return content


def sign_in_url(compound: Compound, post: Post) -> str:
    token = link_token("post", post.pk, post.sign_in_version)
    return f"{settings.PUBLIC_URL}/c/{compound.code}/duty/at/{post.pk}/{token}/"
