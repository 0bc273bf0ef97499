"""The row of tiles: a number, its word, and what it means. None that is always empty."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from compound import access
from compound.listing import listed
from desk.queries.today import errands, roster
from desk.queries.today.facts import ON_THE_WAY, Facts, round_url
from desk.queries.today.gates import tile_rows


@dataclass(frozen=True)
class Tile:
    """See templates/components/tile.html."""

    word: str
    number: str
    unit: str = ""
    trend: str = ""
    kind: str = ""
    url: str = ""


def tiles_of(facts: Facts) -> Iterable[Tile]:
    member, clock = facts.membership, facts.clock
    url = round_url(facts)
    for row in roster.tile_rows(facts.roster, clock, facts.url, runs=access.can_run_roster(member)):
        yield Tile(**row)
    if facts.gates is not None:
        for row in tile_rows(facts.gates, facts.url):
            yield Tile(**row)
    if facts.errands is not None:
        for row in errands.tile_rows(facts.errands, facts.url):
            yield Tile(**row)
    if facts.open:
        first = facts.open[0]
        more = len(facts.open) - 1
        trend = _("closes in %(time)s") % {"time": duration(first.cutoff_at - clock.now)}
        if more:
            trend += " · " + ngettext("%(count)d more round open", "%(count)d more rounds open", more) % {"count": more}
        yield Tile(_("Orders until"), clock.near(first.cutoff_at), trend=trend, url=url(first))
    if access.can_see_orders(member):
        yield from _order_tiles(facts)
    yield from _sheet_tiles(facts)
    pink, yellow = facts.doors["pink"], facts.doors["yellow"]
    if access.can_see_health(member) and (pink or yellow):
        yield Tile(
            _("Pink cards"),
            str(pink),
            unit=npgettext("unit", "door", "doors", pink),
            trend=_("%(count)d yellow") % {"count": yellow},
            url=facts.url("desk:search") + "?card=pink",
        )


def _order_tiles(facts: Facts) -> Iterable[Tile]:
    url = round_url(facts)
    if facts.open:
        first = facts.open[0]
        orders, households = facts.placed.get(first.pk, (0, 0))
        trend = _("%(some)d of %(all)d households") % {"some": households, "all": facts.doors["occupied"]}
        yield Tile(_("Orders so far"), str(orders), trend=trend, url=url(first))
    lines = sum(review.open for review in facts.reviews)
    if lines and access.can_run_orders(facts.membership):
        groups = _joined(review.source for review in facts.reviews if review.open)
        yield Tile(
            _("To look at"),
            str(lines),
            unit=npgettext("unit", "line", "lines", lines),
            trend=_("in %(groups)s") % {"groups": groups},
            kind="ask",
            url=facts.url("orders:review", paste=next(review.paste for review in facts.reviews if review.open)),
        )
    late = sum(facts.late.values())
    if late and access.can_run_orders(facts.membership):
        yield Tile(
            _("Too late"),
            str(late),
            unit=npgettext("unit", "order", "orders", late),
            trend=_("kept for the next round"),
            kind="wait",
        )
    if facts.left["lines"]:
        since = facts.clock.day(facts.compound.day_of(facts.left["since"]))
        yield Tile(
            _("Not served yet"),
            str(facts.left["households"]),
            unit=npgettext("unit", "household", "households", facts.left["households"]),
            trend=_("%(lines)d lines, the oldest of %(day)s") % {"lines": facts.left["lines"], "day": since},
            kind="ask",
            url=facts.url("orders:not_served"),
        )


def _sheet_tiles(facts: Facts) -> Iterable[Tile]:
    """The sheets of the newest round that has closed and is not over."""
    closed = [round for round in facts.rounds if round.state in ON_THE_WAY]
    if not closed or not access.can_deliver(facts.membership):
        return
    newest = closed[-1]
    made = facts.sheets.get(newest.pk, 0)
    unit = npgettext("unit", "sheet", "sheets", made)
    job = facts.jobs.get(str(newest.pk))
    if job is not None and job.is_open:
        words = _("being made")
        if job.total:
            words = _("%(done)d of %(total)d made") % {"done": job.done, "total": job.total}
        url = round_url(facts)(newest)
        yield Tile(_("Sheets"), str(made), unit=unit, trend=f"{newest.name} · {words}", kind="wait", url=url)
    elif made:
        url = facts.url("orders:round_sheets", round=newest.pk) if access.can_see_orders(facts.membership) else ""
        trend = _("%(round)s, ready to print") % {"round": newest.name}
        yield Tile(_("Sheets"), str(made), unit=unit, trend=trend, kind="done", url=url)


def _joined(names: Iterable[str]) -> str:
    return listed(dict.fromkeys(names))


def duration(left: dt.timedelta) -> str:
    """`1小时20分`, `45分`; the last minute is still one."""
    minutes = max(1, round(left.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": rest}
