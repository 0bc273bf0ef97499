"""The day as a timeline: cut-offs and where each round stands. Pure: rounds in, lanes out."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from compound.days import Clock
from compound.listing import listed
from orders.models import Round

S = Round.State
QUARTERS = 96
# Quarter hours in which a word of four characters does not find room.
NARROW = 8
HOURS = tuple({"q": hour * 4, "text": f"{hour}:00"} for hour in range(0, 24, 3))


def quarter(at: dt.datetime, clock: Clock) -> int:
    """Quarter hours since the local midnight of the clock's day, kept within 0…96."""
    compound = clock.compound
    local = compound.local(at)
    days = (local.date() - compound.day_of(clock.now)).days
    return max(0, min(QUARTERS, days * QUARTERS + local.hour * 4 + local.minute // 15))


def lanes_of(rounds: Sequence[Round], clock: Clock, *, url: Callable[[Round], str]) -> list[dict[str, Any]]:
    """For templates/components/timeline.html: when orders are taken, the cut-offs, then each round under way.

    A round beside those of the schedule has a lane of its own, because it overlaps them.
    """
    daily = [round for round in rounds if round.schedule_id is not None]
    own = [round for round in rounds if round.schedule_id is None]
    lanes = [
        _lane(_("Orders"), [span for round in daily if (span := _open_span(round, clock, url))]),
        _lane(_("Cut-off"), _cutoffs(rounds, clock)),
    ]
    lanes += [_lane(round.name, [span]) for round in own if (span := _open_span(round, clock, url))]
    on_the_way = [span for round in rounds if (span := _state_span(round, clock, url))]
    lanes += [_lane(span["lane"], [span]) for span in on_the_way]
    return [lane for lane in lanes if lane["spans"]]


def _lane(label: str, spans: list[dict[str, Any]]) -> dict[str, Any]:
    return {"label": label, "spans": spans}


def _open_span(round: Round, clock: Clock, url: Callable[[Round], str]) -> dict[str, Any] | None:
    """The hours of today in which the round takes orders."""
    if round.state == S.CANCELLED:
        return None
    start, end = quarter(round.opens_at, clock), quarter(round.cutoff_at, clock)
    if start >= end:
        return None
    is_open = round.takes_orders(clock.now)
    kind = "now" if is_open else "done" if round.cutoff_at <= clock.now else "plain"
    return {
        "from_q": start,
        "to_q": end,
        "time": _span_time(round, clock),
        "text": round.name,
        "kind": kind,
        "url": url(round),
        "beside": "" if round.schedule_id else _beside(start, end),
    }


def _span_time(round: Round, clock: Clock) -> str:
    """`12:00–18:00`; a moment of another day with its day: `昨天 18:00–12:00`."""
    return f"{clock.near(round.opens_at)}–{clock.near(round.cutoff_at)}"


def _cutoffs(rounds: Sequence[Round], clock: Clock) -> list[dict[str, Any]]:
    """Today's cut-offs with the rounds that close then: two at the same minute once."""
    compound = clock.compound
    today = compound.day_of(clock.now)
    closing: dict[dt.datetime, list[str]] = {}
    for round in rounds:
        if round.state != S.CANCELLED and compound.day_of(round.cutoff_at) == today:
            closing.setdefault(round.cutoff_at, []).append(round.name)
    return [
        {
            "from_q": quarter(at, clock),
            "time": clock.time(at),
            "text": listed(sorted(names)),
            "kind": "done" if at <= clock.now else "plain",
            "url": "",
            "bare": True,
        }
        for at, names in sorted(closing.items())
    ]


def _state_span(round: Round, clock: Clock, url: Callable[[Round], str]) -> dict[str, Any] | None:
    """What is being done with a round since it closed; of earlier steps of the same day nothing is known."""
    if round.state in (S.OPEN, S.CANCELLED):
        return None
    start, now = quarter(round.state_at, clock), quarter(clock.now, clock)
    span = {
        "lane": round.name,
        "from_q": min(start, QUARTERS - 1),
        "time": clock.time(round.state_at),
        "text": round.get_state_display(),
        "kind": "done" if round.state == S.SETTLED else "now",
        "url": url(round),
    }
    if round.state != S.SETTLED and now > start:
        span |= {"to_q": now, "beside": _beside(start, now)}
    return span


def _beside(start: int, end: int) -> str:
    """Where the word of a bar stands: '' on it, "after" or "before" one that is too narrow."""
    if end - start >= NARROW:
        return ""
    return "after" if end < QUARTERS * 3 // 4 else "before"
