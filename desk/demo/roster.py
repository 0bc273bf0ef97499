"""Writes the demo's roster: a week behind with who came and who did not, a week ahead, and a proposal for the next.

Straight into the tables and in bulk, as the roster's services would have written it. What is out of the ordinary comes
in `desk.demo.roster_cases`, through the services.
"""

import datetime as dt
import random

from compound.models import AuditEntry, Role, User
from desk.demo.registry import Registry
from desk.demo.roster_cases import Roster, write_cases
from desk.demo.roster_people import FENG_LEI, write_sign_ups, write_team
from desk.demo.roster_plan import Answer, plan_shifts
from desk.demo.roster_posts import shifts_to_fill, write_posts
from roster.models import Assignment, Plan, Post, Shift, StandIn

State = Assignment.State
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
BEHIND, AHEAD = 7, 7
ABSENT, ILL = 3, 2
# Whoever has a shift that begins within so long has said that they come, nearly all of them.
CONFIRMED_FOR = 36 * HOUR
ILL_WHY = "感冒发热，在家休息"
STOOD_IN_WHY = "孩子发烧，要陪去医院"
# Somebody who should stand at a gate by now and has not come: the coordinator's page begins with it.
MISSING_AFTER = 20 * MINUTE


def write_roster(registry: Registry, *, seed: int, start: dt.datetime, now: dt.datetime) -> Roster:
    """About 60 statements, however many households."""
    compound = registry.compound
    today = compound.day_of(now)
    first = max(compound.day_of(start), today - BEHIND * DAY)
    team = write_team(registry, seed=seed, start=start)
    posts = write_posts(registry, team, first=first, now=now)
    shifts = [shift for shift in shifts_to_fill(registry) if shift.duty_on < today + (AHEAD + 7) * DAY]
    answer = plan_shifts(compound, team, shifts)
    weeks = [(first, today), (today, today + AHEAD * DAY), (today + AHEAD * DAY, today + (AHEAD + 7) * DAY)]
    plans = _write_plans(registry, shifts, answer, weeks, start, now)
    roster = Roster(team, posts, shifts, [], plans)
    _seat(registry, roster, answer, weeks, now)
    rng = random.Random(f"{seed}:attendance")
    stand_in = _stand_in(roster, rng, now)
    _attend(roster, rng, now)
    Assignment.objects.bulk_create(roster.assignments, batch_size=1000)
    if stand_in:
        stand_in.save()
    write_sign_ups(registry, team, seed=seed, now=now)
    write_cases(registry, roster, now=now)
    return roster


def _write_plans(
    registry: Registry,
    shifts: list[Shift],
    answer: Answer,
    weeks: list[tuple[dt.date, dt.date]],
    start: dt.datetime,
    now: dt.datetime,
) -> list[Plan]:
    """One for each week; the last is still a proposal."""
    by = registry.people[Role.COORDINATOR]
    made = []
    for number, (since, until) in enumerate(weeks):
        if since >= until:
            continue
        places = [at for at, shift in enumerate(shifts) if since <= shift.duty_on < until]
        mine = range(places[0], places[-1] + 1)
        cost, greedy_cost = answer.costs(mine)
        is_last = number == len(weeks) - 1
        evening_before = registry.compound.moment(since, dt.time()) - 5 * HOUR
        asked_at = now - 3 * HOUR if is_last else max(start + HOUR, evening_before)
        decided_at = None if is_last else asked_at + 20 * MINUTE
        made.append(
            Plan(
                compound=registry.compound,
                from_on=since,
                until_on=until - DAY,
                state=Plan.State.READY if is_last else Plan.State.PUBLISHED,
                seats=sum(shifts[at].minimum for at in mine),
                filled=sum(at in mine for at, _ in answer.pairs),
                cost=cost,
                greedy_cost=greedy_cost,
                took_seconds=1.0,
                empty=[
                    {
                        "shift": str(shifts[at].pk),
                        "missing": one.missing,
                        "skilled": one.skilled,
                        "reasons": dict(one.reasons),
                    }
                    for at, one in answer.empty
                    if at in mine
                ],
                asked_at=asked_at,
                asked_by=by,
                decided_at=decided_at,
                decided_by=by if decided_at else None,
            )
        )
    Plan.objects.bulk_create(made)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            compound=registry.compound,
            at=plan.decided_at,
            by=by,
            action="roster.published",
            params={"count": plan.filled},
            text=f"发布排班 {plan.from_on} 至 {plan.until_on}：{plan.filled} 人次",
        )
        for plan in made
        if plan.decided_at
    )
    return made


def _seat(
    registry: Registry, roster: Roster, answer: Answer, weeks: list[tuple[dt.date, dt.date]], now: dt.datetime
) -> None:
    """The rows as they were published; the last week's are proposed and have no seat."""
    proposed_from = weeks[-1][0]
    by = registry.people[Role.COORDINATOR]
    taken: dict[int, int] = {}
    for at, person in answer.pairs:
        shift, volunteer = roster.shifts[at], roster.team.volunteers[person]
        plan = next(plan for plan in roster.plans if plan.from_on <= shift.duty_on <= plan.until_on)
        taken[at] = taken.get(at, 0) + 1
        row = Assignment(
            compound=registry.compound,
            shift=shift,
            volunteer=volunteer,
            user=volunteer.user,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            state=State.PROPOSED if shift.duty_on >= proposed_from else State.PUBLISHED,
            plan=plan,
            made_at=min(now, plan.decided_at or plan.asked_at),
            made_by=by,
        )
        row.seat = None if row.state == State.PROPOSED else taken[at]
        roster.assignments.append(row)


def _stand_in(roster: Roster, rng: random.Random, now: dt.datetime) -> StandIn | None:
    """Once a neighbour came in somebody's stead: the one says why, the other has the hours."""
    over = [
        row
        for row in roster.assignments
        if row.state == State.PUBLISHED and row.ends_at <= now - DAY and row.shift.post.kind == Post.Kind.GATE
    ]
    for row in rng.sample(over, min(len(over), 20)):
        free = [person for person in roster.team.volunteers if roster.could(person, row.shift)]
        if not free:
            continue
        asked_at = row.starts_at - 4 * HOUR
        instead = Assignment(
            compound=row.compound, shift=row.shift, volunteer=free[0], user=free[0].user, starts_at=row.starts_at,
            ends_at=row.ends_at, seat=row.seat, state=State.PUBLISHED, made_at=asked_at + 40 * MINUTE,
            made_by=free[0].user,
        )  # fmt: skip
        row.state, row.seat, row.ended_at = State.DECLINED, None, instead.made_at
        row.ended_by, row.ended_why = row.user, STOOD_IN_WHY
        roster.assignments.append(instead)
        return StandIn(
            assignment=row, why=STOOD_IN_WHY, is_late=True, state=StandIn.State.ACCEPTED, asked_at=asked_at,
            asked_by=row.user, answered_at=instead.made_at, answered_by=instead.user, result=instead,
        )  # fmt: skip
    return None


def _attend(roster: Roster, rng: random.Random, now: dt.datetime) -> None:
    """Signed in and out where the time has come, by themselves at the post or by the group's leader."""
    over = [row for row in roster.assignments if row.state == State.PUBLISHED and row.ends_at <= now]
    odd = rng.sample(range(len(over)), min(len(over), ABSENT + ILL))
    for place in odd:
        _did_not_come(roster, over[place], is_ill=place in odd[ABSENT:])
    gone = _missing_now(roster, now)
    for row in roster.assignments:
        if row.state != State.PUBLISHED:
            continue
        if row is gone:
            row.state, row.confirmed_at = State.CONFIRMED, row.starts_at - 9 * HOUR
            continue
        if row.starts_at <= now:
            at = min(now, row.starts_at + rng.randrange(-9, 5) * MINUTE)
            row.confirmed_at = row.starts_at - rng.randrange(9, 40) * HOUR
            row.state, row.signed_in_at = State.SIGNED_IN, at
            row.signed_in_by = _leader(roster, row) if rng.random() < 0.25 else row.user
            if row.ends_at <= now:
                row.state = State.SIGNED_OUT
                row.signed_out_at = min(now, row.ends_at + rng.randrange(0, 9) * MINUTE)
                row.signed_out_by = row.signed_in_by
        elif row.starts_at <= now + CONFIRMED_FOR and rng.random() < 0.85:
            row.state, row.confirmed_at = State.CONFIRMED, now - rng.randrange(20, 600) * MINUTE
        row.confirmed_at = row.confirmed_at and max(row.confirmed_at, row.made_at)


def _missing_now(roster: Roster, now: dt.datetime) -> Assignment | None:
    """The last of the gates at which guard was changed a while ago; never 冯磊."""
    at_gates = [
        row
        for row in roster.assignments
        if row.shift.post.kind == Post.Kind.GATE
        and row.starts_at <= now - MISSING_AFTER
        and row.ends_at > now
        and row.user.phone != FENG_LEI
    ]
    return at_gates[-1] if at_gates else None


def _did_not_come(roster: Roster, row: Assignment, *, is_ill: bool) -> None:
    row.state, row.seat = (State.EXCUSED if is_ill else State.ABSENT), None
    row.ended_at = row.starts_at + (-90 if is_ill else 25) * MINUTE
    row.ended_by, row.ended_why = _leader(roster, row), ILL_WHY if is_ill else ""


def _leader(roster: Roster, row: Assignment) -> User:
    groups = roster.team.groups.items()
    return roster.team.leader(next(kind for kind, group in groups if group.pk == row.shift.post.group_id))
