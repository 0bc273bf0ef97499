"""The roster on the Today page: who is there and who is missing, what nobody has yet, and the shifts of the day.

Ten statements at the most for who runs it, five for who sees the gates, two for a volunteer, one where there is no
roster; however many posts, shifts and people there are.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from compound import access
from compound.access import Standing
from compound.days import Clock
from compound.listing import listed
from compound.models import Compound
from desk.queries.day import quarter
from roster.models import Assignment, Plan, Post, Shift, SignUp, StandIn, Volunteer
from roster.queries.on_duty import OnDuty, on_duty
from roster.services.house_rules import rules_of
from roster.words import span_words

DAY = dt.timedelta(days=1)
Url = Callable[..., str]
# So many missing people have a line of their own; of more the page of who is there now has them all.
LINES = 3


@dataclass(frozen=True)
class ShiftRow:
    """A shift of the day or of the hours ahead, with the names of who has a seat. `proposed`: people who are to have
    one, and of whom nobody has been told yet."""

    shift: Shift
    names: list[str]
    proposed: int = 0

    @property
    def gap(self) -> int:
        """Seats that nobody has, proposed or not."""
        return max(0, self.shift.minimum - len(self.names))

    @property
    def empty(self) -> int:
        """Those for which nobody is even proposed."""
        return max(0, self.gap - self.proposed)


@dataclass
class RosterFacts:
    """What concerns nobody who looks is left at its default."""

    now: list[OnDuty] = field(default_factory=list)
    # Of today and of the hours in which gaps are reported, in order of time.
    shifts: list[ShiftRow] = field(default_factory=list)
    alert_hours: int = 0
    searches: list[StandIn] = field(default_factory=list)
    sign_ups: int = 0
    ready: Plan | None = None
    # The own next shift, and how many ask the reader to stand in for them.
    mine: Assignment | None = None
    asked: int = 0

    @property
    def missing(self) -> list[tuple[OnDuty, Assignment]]:
        return [(row, person) for row in self.now for person in row.missing]

    def gaps(self, now: dt.datetime) -> list[ShiftRow]:
        """Short of somebody and still to come, or on now."""
        until = now + dt.timedelta(hours=self.alert_hours)
        return [row for row in self.shifts if row.gap and row.shift.ends_at > now and row.shift.starts_at <= until]

    @property
    def gates(self) -> tuple[int, int]:
        """Gates at which somebody is, or may still be expected; gates at which somebody should be."""
        manned: dict[int, bool] = {}
        for row in self.now:
            if row.post.gate_id is not None:
                is_there = len(row.people) > len(row.missing)
                manned[row.post.gate_id] = manned.get(row.post.gate_id, False) or is_there
        return sum(manned.values()), len(manned)


def read_roster(compound: Compound, membership: Standing, clock: Clock) -> RosterFacts:
    posts, volunteers, sign_ups = _counts(compound)
    facts = RosterFacts()
    if volunteers:
        _read_own(facts, compound, membership, clock.now)
    runs = access.can_run_roster(membership)
    if posts and (runs or access.can_see_gates(membership)):
        facts.now = on_duty(compound, clock.now)
    if runs:
        facts.sign_ups = sign_ups
    if runs and posts:
        facts.alert_hours = rules_of(compound).alert_hours
        facts.shifts = _shifts(compound, clock, facts.alert_hours)
        facts.searches = list(_searches(compound, clock.now))
        ready = Plan.objects.filter(compound=compound, state=Plan.State.READY, until_on__gte=compound.day_of(clock.now))
        facts.ready = ready.order_by("-asked_at").first()
    return facts


def _counts(compound: Compound) -> tuple[int, int, int]:
    """Posts, the reader's compound's volunteers, sign-ups that wait. One statement."""

    def number(rows: QuerySet[Any]) -> Subquery:
        return Subquery(rows.order_by().values("compound").annotate(count=Count("pk")).values("count"))

    row = (
        Compound.objects.filter(pk=compound.pk)
        .values_list(
            number(Post.objects.filter(compound=compound, ended_at=None)),
            number(Volunteer.objects.filter(compound=compound, ended_at=None)),
            number(SignUp.objects.filter(compound=compound, state=SignUp.State.WAITING)),
        )
        .get()
    )
    posts, volunteers, sign_ups = (count or 0 for count in row)
    return posts, volunteers, sign_ups


def _read_own(facts: RosterFacts, compound: Compound, membership: Standing, now: dt.datetime) -> None:
    """Two statements."""
    states = (Assignment.State.PUBLISHED, Assignment.State.CONFIRMED, Assignment.State.SIGNED_IN)
    rows = Assignment.objects.filter(compound=compound, user=membership.user, state__in=states, ends_at__gt=now)
    facts.mine = rows.select_related("shift__post").order_by("starts_at").first()
    asked = StandIn.objects.filter(state=StandIn.State.OPEN, to__user=membership.user, to__compound=compound)
    facts.asked = asked.filter(assignment__ends_at__gt=now).count()


def _shifts(compound: Compound, clock: Clock, alert_hours: int) -> list[ShiftRow]:
    """Two statements. A shift of the evening before that is still on after midnight is one of today too."""
    midnight = compound.moment(compound.day_of(clock.now), dt.time(0))
    until = max(midnight + DAY, clock.now + dt.timedelta(hours=alert_hours))
    rows = Shift.objects.filter(compound=compound, cancelled_at=None, ends_at__gt=midnight, starts_at__lte=until)
    shifts = list(rows.select_related("post").order_by("starts_at", "post__position", "post__name"))
    names: dict[uuid.UUID, list[str]] = defaultdict(list)
    proposed: dict[uuid.UUID, int] = defaultdict(int)
    # By their own hours, which are the shift's: the ids of 150 shifts would be a long statement.
    seated = Assignment.objects.filter(
        Q(seat__isnull=False) | Q(state=Assignment.State.PROPOSED, ends_at__gt=clock.now),
        compound=compound, ends_at__gt=midnight, starts_at__lte=until,
    )  # fmt: skip
    for shift_id, seat, name in seated.order_by("seat").values_list("shift_id", "seat", "user__name"):
        if seat is None:
            proposed[shift_id] += 1
        else:
            names[shift_id].append(name)
    return [ShiftRow(shift, names[shift.pk], proposed[shift.pk]) for shift in shifts]


def _searches(compound: Compound, now: dt.datetime) -> QuerySet[StandIn]:
    """At short notice, and nobody has said yes; the soonest first."""
    rows = StandIn.objects.filter(state=StandIn.State.OPEN, is_late=True, assignment__compound=compound)
    rows = rows.filter(assignment__ends_at__gt=now)
    return rows.select_related("assignment__user", "assignment__shift__post").order_by("assignment__starts_at")


# ── tiles ─────────────────────────────────────────


def tile_rows(facts: RosterFacts, clock: Clock, url: Url, *, runs: bool) -> Iterable[dict[str, Any]]:
    """Fields of `desk.queries.today.tiles.Tile`."""
    there, all_gates = facts.gates
    now_url = url("roster:now") if runs else ""
    if all_gates:
        nobody = all_gates - there
        yield {
            "word": _("Gates manned"),
            "number": f"{there}/{all_gates}",
            "trend": ngettext("nobody at %(count)d gate", "nobody at %(count)d gates", nobody) % {"count": nobody}
            if nobody
            else "",
            "kind": "no" if nobody else "",
            "url": now_url,
        }
    if facts.now:
        missing = facts.missing
        yield {
            "word": pgettext("people who should be on duty", "Missing"),
            "number": str(len(missing)),
            "unit": npgettext("unit", "person", "people", len(missing)),
            "trend": listed(dict.fromkeys(row.post.name for row, _person in missing)),
            "kind": "no" if missing else "",
            "url": now_url,
        }
    if facts.mine is not None:
        shift = facts.mine.shift
        is_on = shift.starts_at <= clock.now
        yield {
            "word": _("My shift now") if is_on else _("My next shift"),
            "number": clock.near(shift.starts_at),
            "trend": shift.post.name,
            "url": url("roster:my"),
        }


# ── what needs somebody ───────────────────────────


def need_rows(facts: RosterFacts, clock: Clock, url: Url, *, runs: bool) -> Iterable[tuple[str, ...]]:
    """Fields of `desk.queries.today.needs.Need`, the most urgent first: a post where somebody should be now."""
    if runs:
        yield from _missing(facts, clock, url)
    yield from _gaps(facts, clock, url)
    for request in facts.searches[:LINES]:
        shift = request.assignment.shift
        yield (
            _("%(name)s needs a stand-in at short notice") % {"name": request.assignment.user.name},
            _shift_words(shift, clock),
            _("Find somebody"),
            url("roster:shift", shift=shift.pk),
            "ask",
        )
    if facts.asked:
        text = ngettext("%(count)d person asks you to stand in", "%(count)d people ask you to stand in", facts.asked)
        yield text % {"count": facts.asked}, "", _("Answer"), url("roster:requests"), "ask"
    if facts.ready is not None:
        plan = facts.ready
        empty = plan.seats - plan.filled
        detail = ngettext("%(count)d seat is empty", "%(count)d seats are empty", empty) % {"count": empty}
        days = _("%(from)s to %(until)s") % {"from": clock.day(plan.from_on), "until": clock.day(plan.until_on)}
        yield (
            _("A plan is ready to be published"),
            f"{days} · {detail}" if empty else days,
            _("Look and publish"),
            url("roster:plan", plan=plan.pk),
            "info",
        )
    if facts.sign_ups:
        text = ngettext("%(count)d person wants to help", "%(count)d people want to help", facts.sign_ups)
        detail = _("They have signed up and wait for an answer.")
        yield text % {"count": facts.sign_ups}, detail, _("Confirm"), url("roster:sign_ups"), "info"


def _missing(facts: RosterFacts, clock: Clock, url: Url) -> Iterable[tuple[str, ...]]:
    missing = facts.missing
    for row, person in missing[:LINES]:
        yield (
            _("%(name)s is missing at %(post)s") % {"name": person.user.name, "post": row.post.name},
            _("on duty since %(time)s, not signed in") % {"time": clock.time(row.shift.starts_at)},
            _("Find somebody"),
            url("roster:shift", shift=row.shift.pk),
            "ask",
        )
    if (more := len(missing) - LINES) > 0:
        text = ngettext("%(count)d more person is missing", "%(count)d more people are missing", more)
        yield text % {"count": more}, "", _("See who"), url("roster:now"), "ask"


def _gaps(facts: RosterFacts, clock: Clock, url: Url) -> Iterable[tuple[str, ...]]:
    """One line for the posts that are empty now, one for those to come."""
    gaps = facts.gaps(clock.now)
    on_now = [row for row in gaps if row.shift.starts_at <= clock.now]
    for row in on_now[:LINES]:
        text = ngettext(
            "%(post)s is short of %(count)d person now", "%(post)s is short of %(count)d people now", row.gap
        )
        words = text % {"post": row.shift.post.name, "count": row.gap}
        yield words, _shift_words(row.shift, clock), _("Find somebody"), url("roster:shift", shift=row.shift.pk), "ask"
    ahead = [row for row in gaps if row.shift.starts_at > clock.now]
    empty = [row for row in ahead if row.empty]
    seats, proposed = sum(row.empty for row in ahead), sum(row.gap - row.empty for row in ahead)
    numbers = {"count": seats, "proposed": proposed, "hours": facts.alert_hours}
    if empty:
        text = ngettext(
            "%(count)d seat is empty in the next %(hours)d hours",
            "%(count)d seats are empty in the next %(hours)d hours",
            seats,
        )
        if proposed:
            text = ngettext(
                "%(count)d seat is empty in the next %(hours)d hours, %(proposed)d proposed",
                "%(count)d seats are empty in the next %(hours)d hours, %(proposed)d proposed",
                seats,
            )
        first = empty[0].shift
        detail = _("The first: %(shift)s") % {"shift": _shift_words(first, clock)}
        yield text % numbers, detail, _("Find somebody"), url("roster:shift", shift=first.pk), "ask"
    elif proposed:
        text = ngettext(
            "%(proposed)d seat of the next %(hours)d hours is proposed and not published yet",
            "%(proposed)d seats of the next %(hours)d hours are proposed and not published yet",
            proposed,
        )
        detail = _("The first: %(shift)s") % {"shift": _shift_words(ahead[0].shift, clock)}
        yield text % numbers, detail, _("Look and publish"), url("roster:board"), "ask"


def _shift_words(shift: Shift, clock: Clock) -> str:
    """`东门 今天 20:00–24:00`."""
    return f"{shift.post.name} {clock.day(shift.duty_on)} {_hours(shift, clock)}"


def _hours(shift: Shift, clock: Clock) -> str:
    return span_words(shift.starts_at, shift.ends_at, clock.compound.tz)


# ── the day ───────────────────────────────────────


def lanes_of_posts(facts: RosterFacts, clock: Clock, url: Url) -> list[dict[str, Any]]:
    """A lane for each post, for templates/components/timeline.html; an empty seat is said in words."""
    missing = {person.shift_id for _row, person in facts.missing}
    lanes: dict[uuid.UUID, dict[str, Any]] = {}
    today = clock.compound.day_of(clock.now)
    for row in sorted(facts.shifts, key=lambda one: (one.shift.post.position, one.shift.post.name)):
        shift = row.shift
        start, end = quarter(shift.starts_at, clock), quarter(shift.ends_at, clock)
        if start >= end or clock.compound.day_of(shift.starts_at) > today:
            continue
        lane = lanes.setdefault(shift.post_id, {"label": shift.post.name, "spans": []})
        lane["spans"].append(
            {
                "from_q": start,
                "to_q": end,
                "time": _span_hours(shift, clock),
                "text": _span_text(row, shift.pk in missing),
                "kind": _span_kind(row, clock.now, shift.pk in missing),
                "url": url("roster:shift", shift=shift.pk),
            }
        )
    return list(lanes.values())


def _span_hours(shift: Shift, clock: Clock) -> str:
    """`20:00–24:00`; of one that began yesterday its end: `–02:00`."""
    if shift.duty_on < clock.compound.day_of(clock.now):
        return f"–{clock.time(shift.ends_at)}"
    return _hours(shift, clock)


def _span_text(row: ShiftRow, is_missing: bool) -> str:
    words = list(row.names)
    if row.empty:
        words.append(_("%(count)d empty") % {"count": row.empty})
    if row.proposed:
        words.append(_("%(count)d proposed") % {"count": row.proposed})
    text = listed(words)
    return _("%(names)s: missing") % {"names": text} if is_missing else text


def _span_kind(row: ShiftRow, now: dt.datetime, is_missing: bool) -> str:
    if row.shift.ends_at <= now:
        return "done"
    is_on = row.shift.starts_at <= now
    if is_missing or (row.gap if is_on else row.empty):
        return "gap"
    return "now" if is_on else "plain"
