"""The planner at work for a compound: asked for, run as a job, its result kept as proposals, published or dropped.

A plan that runs is one row a compound (constraint `plan_one_at_a_time`). Its job may be killed at any statement: until
the last transaction nothing but `Plan.pairs` has changed, so the next attempt begins anew. Lock order: the plan's
row → shifts → people → assignments (`roster.services.seats`).
"""

import datetime as dt
import threading
import time
import uuid
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.jobs import Cancelled, Progress, job_kind, sweeper
from compound.models import Compound, Job, User
from compound.refusals import Refusal
from compound.services.jobs import request_job
from roster.models import Assignment, Plan, Shift, Volunteer
from roster.planner import Pair, Problem
from roster.planner import Plan as Made
from roster.planner import plan as solve
from roster.planner.checker import cost_of
from roster.planner.greedy import greedy
from roster.queries.plans import PLAN_JOB
from roster.rules import Person
from roster.services import plan_problem
from roster.services.assignments import Published
from roster.services.assignments import publish as publish_assignments
from roster.services.log import log
from roster.services.plan_problem import Mapping
from roster.services.seats import asked, lock_shifts, refused, scene

MOST_DAYS = 31
MOST_SECONDS = 120
# How often a running job looks whether somebody has cancelled it, and shows how far it is.
LOOK = 0.5
SAVE = 2.0
BATCH = 500
State = Plan.State
# What a run writes into its row.
RESULT = (
    "pairs", "seats", "filled", "cost", "bound", "greedy_cost", "is_optimal", "took_seconds", "empty", "state",
    "decided_at",
)  # fmt: skip


def request_plan(
    *, compound: Compound, from_on: dt.date, until_on: dt.date, seconds: int, by: User, at: dt.datetime
) -> Plan:
    """Asks for a plan. Raises `plan_in_the_past`, `plan_too_long`, `nothing_to_plan`, `plan_running`."""
    _check_days(compound, from_on, until_on, at)
    end_lost_plans(at)
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                compound=compound,
                from_on=from_on,
                until_on=until_on,
                seconds=min(seconds, MOST_SECONDS),
                asked_at=at,
                asked_by=by,
            )
            plan.job = request_job(kind=PLAN_JOB, key=str(plan.pk), by=by, at=at, compound=compound)
            plan.save(update_fields=["job"])
            log(
                compound=compound, by=by, at=at, action="roster.plan_asked", subject=str(plan),
                text=gettext_noop("A plan for %(subject)s asked for"), plan=str(plan.pk),
            )  # fmt: skip
    except IntegrityError as error:
        raise _running(compound) from error
    return plan


def _check_days(compound: Compound, from_on: dt.date, until_on: dt.date, at: dt.datetime) -> None:
    if until_on < compound.day_of(at):
        raise Refusal("plan_in_the_past", _("These days are over. Choose days that are still to come."))
    if not 0 <= (until_on - from_on).days < MOST_DAYS:
        raise Refusal(
            "plan_too_long",
            _("At most %(days)d days at once, and the last not before the first. Plan the rest afterwards.")
            % {"days": MOST_DAYS},
        )
    days = Shift.objects.filter(compound=compound, duty_on__range=(from_on, until_on), cancelled_at=None)
    if not days.filter(starts_at__gt=at).exists():
        raise Refusal(
            "nothing_to_plan",
            _("There are no shifts to come on these days. Give the posts a shift pattern first, or choose other days."),
        )


def _running(compound: Compound) -> Refusal:
    plan = Plan.objects.filter(compound=compound, state=State.RUNNING).select_related("asked_by").first()
    if plan is None:
        return Refusal("plan_running", _("Another plan has just ended. Look at it first."))
    name = plan.asked_by.name if plan.asked_by else ""
    clock = compound.local(plan.asked_at).strftime("%H:%M")
    return Refusal(
        "plan_running",
        _("%(name)s started a plan at %(clock)s, and it is still at work. Wait for it, or stop it.")
        % {"name": name, "clock": clock},
        plan=str(plan.pk),
    )


@sweeper
def end_lost_plans(at: dt.datetime) -> None:
    """A plan whose job is over without having said so: cancelled while it waited, or given up."""
    lost = Plan.objects.filter(state=State.RUNNING)
    lost.filter(job__state=Job.State.CANCELLED).update(state=State.DROPPED, decided_at=at)
    lost.filter(job__state__in=[Job.State.FAILED, Job.State.DONE]).update(state=State.FAILED, decided_at=at)


# -- the job ------------------------------------------------------------------------------------------------------


@job_kind(PLAN_JOB)
def run_plan_job(job: Job, progress: Progress) -> None:
    """From the start each time. What a killed attempt had found is on the page until this one has found something."""
    plan = Plan.objects.select_related("compound", "asked_by").filter(pk=job.key, state=State.RUNNING).first()
    if plan is not None:
        run_plan(plan=plan, progress=progress, at=timezone.now())


def run_plan(*, plan: Plan, progress: Progress, at: dt.datetime) -> None:
    """Searches for `plan.seconds` at most, then writes the proposals. Cancelled, it proposes the best so far and raises
    Cancelled again."""
    problem, mapping = plan_problem.build(plan.compound, plan.from_on, plan.until_on, at)
    search = Search(problem, plan.seconds)
    cancelled: Cancelled | None = None
    try:
        progress(0, plan.seconds)
        search.start()
        _watch(plan, mapping, search, progress)
    except Cancelled as asked_for:
        cancelled = asked_for
    finally:
        # Also when the database is gone: no thread goes on without anybody to hear it.
        search.end()
    made = search.result()
    propose(plan=plan, mapping=mapping, made=made, first_cost=search.first_cost, at=at)
    if cancelled is not None:
        raise cancelled


class Search:
    """The solver in a thread of its own, which knows no database; this one watches it."""

    def __init__(self, problem: Problem, seconds: float) -> None:
        self.problem, self.seconds = problem, seconds
        self.first_cost: float | None = None
        self.best: set[Pair] = set()
        self._stop = threading.Event()
        self._made: Made | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="planner", daemon=True)

    def start(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def _run(self) -> None:
        try:
            self.best = greedy(self.problem, seconds=self.seconds / 10)
            self.first_cost = cost_of(self.problem, self.best)
            self._made = solve(
                self.problem, seconds=self.seconds, should_stop=self._stop.is_set, on_better=self._better
            )
        except BaseException as error:
            self._error = error

    def _better(self, pairs: set[Pair], cost: float) -> None:
        self.best = pairs

    def is_over(self, wait: float) -> bool:
        self._thread.join(wait)
        return not self._thread.is_alive()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    def end(self) -> None:
        """Also of one that never began: then it has the first answer and no more."""
        self._stop.set()
        if self._thread.ident is None:
            self.start()
        self._thread.join()

    def result(self) -> Made:
        """Raises what the search raised."""
        if self._error is not None:
            raise self._error
        assert self._made is not None  # noqa: S101
        return self._made


def _watch(plan: Plan, mapping: Mapping, search: Search, progress: Progress) -> None:
    """Shows how far it is, and keeps the best plan so far. Raises Cancelled."""
    shown: set[Pair] = set()
    saved_at = -SAVE
    while not search.is_over(LOOK):
        progress(min(int(search.elapsed), plan.seconds), plan.seconds)
        best = search.best
        if best is not shown and search.elapsed - saved_at >= SAVE:
            shown, saved_at = best, search.elapsed
            rows = mapping.rows(best)
            Plan.objects.filter(pk=plan.pk, state=State.RUNNING).update(
                pairs=_pairs(rows), seats=mapping.open_seats, filled=len(rows)
            )


def _pairs(rows: Collection[tuple[Shift, Person]]) -> list[list[str]]:
    return [[str(shift.pk), str(person.id)] for shift, person in rows]


@transaction.atomic
def propose(*, plan: Plan, mapping: Mapping, made: Made, first_cost: float | None, at: dt.datetime) -> None:
    """Writes the proposals in place of all older ones of these days. Each is judged once more by the rules, on the
    facts of this moment: who was given a shift or went away meanwhile is left out. Does nothing the second time.

    Some twenty-five queries.
    """
    if not Plan.objects.select_for_update(no_key=True).filter(pk=plan.pk, state=State.RUNNING).exists():
        return
    rows = mapping.rows(made.assignments)
    older = Assignment.objects.filter(
        compound=plan.compound, state=Assignment.State.PROPOSED, shift__duty_on__range=(plan.from_on, plan.until_on)
    )
    shifts = {shift.pk for shift, _person in rows} | set(older.values_list("shift", flat=True))
    kept = _written(plan, rows, shifts, older, at) if shifts else []
    Plan.objects.filter(compound=plan.compound, state=State.READY).exclude(pk=plan.pk).exclude(
        assignments__state=Assignment.State.PROPOSED
    ).update(state=State.DROPPED, decided_at=at)
    plan.pairs, plan.seats, plan.filled = _pairs(kept), mapping.open_seats, len(kept)
    plan.cost, plan.bound, plan.greedy_cost = made.cost, made.bound, first_cost
    plan.is_optimal, plan.took_seconds = made.status == "optimal", round(made.seconds, 2)
    plan.empty = [_empty(one, mapping) for one in made.empty]
    plan.state = State.READY if kept else State.DROPPED
    plan.decided_at = None if kept else at
    plan.save(update_fields=RESULT)
    log(
        compound=plan.compound, by=plan.asked_by, at=at, action="roster.planned", subject=str(plan),
        text=gettext_noop("Plan for %(subject)s: %(filled)d of %(seats)d seats filled"),
        filled=plan.filled, seats=plan.seats, plan=str(plan.pk),
    )  # fmt: skip


def _written(
    plan: Plan, rows: list[tuple[Shift, Person]], shifts: set[uuid.UUID], older: Any, at: dt.datetime
) -> list[tuple[Shift, Person]]:
    locked = lock_shifts(shifts)
    volunteers = Volunteer.objects.in_bulk({person.id for _shift, person in rows})
    on = scene(locked, volunteers.values(), at)
    older.delete()
    # Waiting or offered: whoever is on the list of that shift in another way keeps that.
    there = set(
        Assignment.objects.filter(shift__in=shifts).exclude(state__in=Assignment.OVER).values_list("shift", "volunteer")
    )
    made, kept = [], []
    for shift, person in rows:
        if person.id not in on.people or (shift.pk, person.id) in there:
            continue
        reasons = on.reasons(shift.pk, person.id)
        if refused(reasons) or asked(reasons):
            continue
        now = locked[shift.pk]
        row = Assignment(
            compound=plan.compound, shift=now, volunteer=volunteers[person.id], user_id=person.user_id,
            starts_at=now.starts_at, ends_at=now.ends_at, plan=plan, made_at=at, made_by=plan.asked_by,
        )  # fmt: skip
        on.sat_down(row)
        made.append(row)
        kept.append((shift, person))
    Assignment.objects.bulk_create(made, batch_size=BATCH)
    return kept


def _empty(one: Any, mapping: Mapping) -> dict[str, Any]:
    seat = mapping.seats[int(one.shift)]
    return {
        "shift": str(seat.shift.pk),
        "skill": str(seat.skill) if seat.skill else "",
        "missing": one.missing,
        "skilled": one.skilled,
        "reasons": dict(one.reasons),
    }


# -- what becomes of it -------------------------------------------------------------------------------------------


def publish_plan(
    *,
    plan: Plan,
    by: User,
    at: dt.datetime,
    day: dt.date | None = None,
    group: uuid.UUID | None = None,
    only: Collection[uuid.UUID] | None = None,
) -> Published:
    """Publishes what this plan proposes: all, a day, a group's posts, or `only` these. What a rule is against by now
    stays a proposal and is told.

    Raises `plan_decided` when there is nothing left to publish: it says who was quicker.
    """
    wanted = plan.assignments.filter(state=Assignment.State.PROPOSED)
    if day is not None:
        wanted = wanted.filter(shift__duty_on=day)
    if group is not None:
        wanted = wanted.filter(shift__post__group=group)
    if only is not None:
        wanted = wanted.filter(pk__in=only)
    published = publish_assignments(assignments=list(wanted.values_list("pk", flat=True)), by=by, at=at)
    if not published.done and not published.refused:
        raise _decided(plan)
    with suppress(Plan.DoesNotExist), transaction.atomic():
        mine = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk, state=State.READY)
        if published.done:
            # The last one to publish is the one who is named, and the plan is over when nothing is left of it.
            is_over = not mine.assignments.filter(state=Assignment.State.PROPOSED).exists()
            mine.state = State.PUBLISHED if is_over else State.READY
            mine.decided_at, mine.decided_by = at, by
            mine.save(update_fields=["state", "decided_at", "decided_by"])
    return published


def drop_plan(*, plan: Plan, by: User, at: dt.datetime) -> None:
    """Takes back what is still proposed; what was published stays. Raises `plan_decided`."""
    with transaction.atomic():
        mine = Plan.objects.select_for_update(no_key=True).filter(pk=plan.pk, state=State.READY).first()
        if mine is None:
            raise _decided(plan)
        proposed = mine.assignments.filter(state=Assignment.State.PROPOSED)
        if not (shifts := set(proposed.values_list("shift", flat=True))):
            raise _decided(plan)
        lock_shifts(shifts)
        count = proposed.delete()[0]
        mine.state, mine.decided_at, mine.decided_by = State.DROPPED, at, by
        mine.save(update_fields=["state", "decided_at", "decided_by"])
        log(
            compound=mine.compound, by=by, at=at, action="roster.plan_dropped", subject=str(mine),
            text=gettext_noop("Plan for %(subject)s dropped: %(count)d proposals"), count=count, plan=str(mine.pk),
        )  # fmt: skip


def _decided(plan: Plan) -> Refusal:
    """Somebody was quicker; or the plan was replaced."""
    now = Plan.objects.select_related("decided_by", "compound").get(pk=plan.pk)
    facts = {
        "name": now.decided_by.name if now.decided_by else "",
        "clock": now.compound.local(now.decided_at).strftime("%H:%M") if now.decided_at else "",
    }
    if now.state == State.RUNNING:
        return Refusal("plan_decided", _("The plan is still at work. Wait for it, or stop it."))
    if not now.decided_by:
        return Refusal("plan_decided", _("Nothing is left of this plan to publish or drop. Start a new one."))
    if now.state == State.DROPPED:
        return Refusal("plan_decided", _("%(name)s dropped this plan at %(clock)s. Start a new one.") % facts)
    return Refusal("plan_decided", _("%(name)s published this at %(clock)s already; nothing was done twice.") % facts)
