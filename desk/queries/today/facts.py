"""What the Today page is made of, read once: a fixed number of statements, however much goes on."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse

from compound import access
from compound.access import Standing
from compound.days import Clock
from compound.models import Compound, Household, Job, Sheet
from desk.queries.today.errands import ErrandFacts, read_errands
from desk.queries.today.gates import GateFacts, read_gates
from desk.queries.today.relief import read_relief
from desk.queries.today.reports import read_reports
from desk.queries.today.roster import RosterFacts, read_roster
from orders.models import SHEETS_JOB, ChainEntry, ChainImport, HouseholdReport, Order, Round
from orders.names import round_name
from orders.queries.delivery import owed_lines
from orders.queries.minimums import Minimum, waiting_minimums
from orders.queries.relief import Figures

S = Round.State
# A failed job is nobody's business any more after two days.
FAILED_FOR = dt.timedelta(days=2)
ON_THE_WAY = (S.DELIVERING, S.SHOPPING, S.CLOSED)


@dataclass(frozen=True)
class Review:
    """A paste with entries that nobody has decided yet."""

    paste: Any
    source: str
    open: int
    is_confirmed: bool


@dataclass
class Facts:
    """What the statements brought."""

    compound: Compound
    membership: Standing
    clock: Clock
    doors: dict[str, int]
    rounds: list[Round]
    placed: dict[Any, tuple[int, int]]  # round → orders, households
    late: dict[Any, int]  # round → orders
    late_titles: dict[Any, str]
    minimums: list[Minimum]
    reviews: list[Review]
    left: dict[str, Any]
    sheets: dict[Any, int]  # round → sheets
    jobs: dict[str, Job]  # round → the newest job that makes its sheets
    gates: GateFacts | None
    roster: RosterFacts
    relief: list[Figures]
    reports: list[HouseholdReport]
    errands: ErrandFacts | None

    @property
    def open(self) -> list[Round]:
        now = self.clock.now
        return [round for round in self.rounds if round.takes_orders(now)]

    @property
    def being_brought(self) -> list[Round]:
        """What runners carry now, then what they will carry next."""
        return [round for state in (S.DELIVERING, S.SHOPPING) for round in self.rounds if round.state == state]

    def url(self, name: str, **kwargs: Any) -> str:
        return reverse(name, kwargs={"code": self.compound.code, **kwargs})


def count_doors(compound: Compound) -> dict[str, int]:
    occupied = Q(occupancy=Household.Occupancy.OCCUPIED)
    found: dict[str, int] = compound.households.aggregate(
        all=Count("pk"),
        occupied=Count("pk", filter=occupied),
        pink=Count("pk", filter=Q(card=Household.Card.PINK)),
        yellow=Count("pk", filter=Q(card=Household.Card.YELLOW)),
    )
    return found


def read_facts(compound: Compound, membership: Standing, clock: Clock, doors: dict[str, int]) -> Facts:
    midnight = compound.moment(compound.day_of(clock.now), dt.time(0))
    under_way = Q(opens_at__lt=midnight + dt.timedelta(days=1)) & ~Q(state__in=[S.SETTLED, S.CANCELLED])
    of_today = Q(state=S.SETTLED, state_at__gte=midnight)
    rounds = list(compound.rounds.filter(under_way | of_today).select_related("supply_point").order_by("cutoff_at"))
    for round in rounds:
        round.compound = compound
    ids = [round.pk for round in rounds]
    placed, late, titles = _orders(compound, ids)
    return Facts(
        compound=compound,
        membership=membership,
        clock=clock,
        doors=doors,
        rounds=rounds,
        placed=placed,
        late=late,
        late_titles=titles,
        minimums=waiting_minimums(compound, clock.now) if access.can_run_orders(membership) else [],
        reviews=_reviews(compound),
        left=_left(compound, membership, clock.now),
        sheets=_sheets(ids),
        jobs=_jobs(compound, clock.now),
        gates=read_gates(compound, membership, clock),
        roster=read_roster(compound, membership, clock),
        relief=read_relief(compound, membership, clock.now),
        reports=read_reports(compound, membership),
        errands=read_errands(compound, membership),
    )


def _orders(compound: Compound, ids: list[Any]) -> tuple[dict[Any, tuple[int, int]], dict[Any, int], dict[Any, str]]:
    rows = (
        Order.objects.filter(round__compound=compound)
        .filter(Q(round__in=ids, state=Order.State.PLACED) | Q(state=Order.State.LATE))
        .values("round", "round__title", "state")
        .annotate(orders=Count("pk"), households=Count("household", distinct=True))
        .order_by("round__cutoff_at")
    )
    placed, late, titles = {}, {}, {}
    for row in rows:
        if row["state"] == Order.State.LATE:
            late[row["round"]], titles[row["round"]] = row["orders"], round_name(row["round__title"])
        else:
            placed[row["round"]] = (row["orders"], row["households"])
    return placed, late, titles


def _reviews(compound: Compound) -> list[Review]:
    """Oldest first. Of rounds that are over nobody needs to look at a line any more."""
    states = [ChainImport.State.REVIEW, ChainImport.State.CONFIRMED]
    rows = (
        ChainImport.objects.filter(round__compound=compound, state__in=states)
        .current()
        .exclude(round__state__in=[S.SETTLED, S.CANCELLED])
        .annotate(open=Count("entries", filter=Q(entries__decision=ChainEntry.Decision.OPEN)))
        .order_by("pasted_at")
        .values_list("pk", "source__name", "open", "state")
    )
    confirmed = ChainImport.State.CONFIRMED
    return [
        Review(pk, source, count, state == confirmed)
        for pk, source, count, state in rows
        if count or state != confirmed
    ]


def _left(compound: Compound, membership: Standing, now: dt.datetime) -> dict[str, Any]:
    """A captain's own building only."""
    only = None if access.sees_all_buildings(membership) else membership.buildings
    found: dict[str, Any] = owed_lines(compound, at=now, only=only).aggregate(
        lines=Count("pk"),
        households=Count("order__household", distinct=True),
        since=Min("order__round__cutoff_at"),
    )
    return found


def _sheets(ids: list[Any]) -> dict[Any, int]:
    return dict(
        Sheet.objects.filter(group__in=ids, version=1).values_list("group").annotate(count=Count("pk")).order_by()
    )


def _jobs(compound: Compound, now: dt.datetime) -> dict[str, Job]:
    """The newest of each round: one that failed and was asked for again has not failed."""
    jobs = Job.objects.filter(compound=compound, kind=SHEETS_JOB, created_at__gte=now - FAILED_FOR)
    return {job.key: job for job in jobs.order_by("created_at")}


def round_url(facts: Facts) -> Callable[[Round], str]:
    """Address of a round's page for those who may open it."""
    if not access.can_see_orders(facts.membership):
        return lambda round: ""
    return lambda round: facts.url("orders:round", round=round.pk)
