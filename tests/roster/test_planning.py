"""The planner at work in the database: asked for, run, stopped, killed, published, dropped."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from compound.jobs import Cancelled
from compound.models import AuditEntry, Job
from compound.refusals import Refusal
from compound.services.jobs import cancel_job, run_job
from roster.models import Assignment, Plan
from roster.services import planning
from roster.services.assignments import assign
from tests import make
from tests.at_once import Other
from tests.make import ELEVEN, NOON

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TODAY = ELEVEN.date()
State = Plan.State


@pytest.fixture
def of(clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def small(of):
    """Two posts and four shifts, three people, one of them a nurse; the night of the second post has nobody left."""
    gate, desk = make.post(of, "东门岗"), make.post(of, "医护点", needs={"医护": 1})
    make.volunteer(of, "冯磊", "13000000007")
    make.volunteer(of, "吴敏", "13000000008", skills=["医护"])
    make.volunteer(of, "孙丽", "13000000009")
    return [
        make.shift(gate, NOON),
        make.shift(gate, NOON + 4 * HOUR),
        make.shift(desk, NOON),
        make.shift(desk, NOON + 4 * HOUR),
    ]


def ask(of, *, by=None, seconds=5, until=TODAY):
    by = by or make.member(of)
    return planning.request_plan(compound=of, from_on=TODAY, until_on=until, seconds=seconds, by=by, at=timezone.now())


def proposals(of):
    rows = Assignment.objects.filter(compound=of, state="proposed").order_by("starts_at", "shift__post__name")
    return [(row.shift.post.name, row.starts_at, row.volunteer.user.name) for row in rows]


# -- from the question to the proposal --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_plan_fills_what_can_be_filled_and_says_why_a_seat_is_empty(of, small, run_jobs):
    plan = ask(of)
    assert run_jobs() == 1
    plan.refresh_from_db()
    assert [row[:2] for row in proposals(of)] == [
        ("东门岗", NOON), ("医护点", NOON), ("东门岗", NOON + 4 * HOUR),
    ] or [row[:2] for row in proposals(of)] == [
        ("东门岗", NOON), ("东门岗", NOON + 4 * HOUR), ("医护点", NOON + 4 * HOUR),
    ]  # fmt: skip
    assert (plan.state, plan.seats, plan.filled, plan.is_optimal, plan.bound) == (State.READY, 4, 3, True, plan.cost)
    assert [(one["missing"], one["skilled"], one["reasons"]) for one in plan.empty] == [(1, 1, {"rests": 1})]
    assert plan.job.state == Job.State.DONE
    assert plan.greedy_cost >= plan.cost
    assert AuditEntry.objects.filter(action="roster.planned").get().params == {
        "filled": 3, "seats": 4, "plan": str(plan.pk),
    }  # fmt: skip


@pytest.mark.django_db
def test_plan_when_made_again_replaces_the_proposals_and_keeps_the_people(of, small, run_jobs):
    first = ask(of)
    run_jobs()
    before = proposals(of)
    second = ask(of, by=make.user("许琳", "13000000020"))
    run_jobs()
    first.refresh_from_db()
    second.refresh_from_db()
    assert proposals(of) == before
    assert (first.state, second.state) == (State.DROPPED, State.READY)
    assert set(Assignment.objects.values_list("plan", flat=True)) == {second.pk}


@pytest.mark.django_db
def test_plan_when_days_are_over_too_many_or_without_shifts_is_refused(of):
    coordinator = make.member(of)

    def code(first, last):
        with pytest.raises(Refusal) as refused:
            planning.request_plan(compound=of, from_on=first, until_on=last, seconds=5, by=coordinator, at=ELEVEN)
        return refused.value.code

    assert code(TODAY - 3 * DAY, TODAY - DAY) == "plan_in_the_past"
    assert code(TODAY, TODAY + 31 * DAY) == "plan_too_long"
    assert code(TODAY + DAY, TODAY) == "plan_too_long"
    assert code(TODAY, TODAY) == "nothing_to_plan"
    make.shift(make.post(of), NOON)
    assert planning.request_plan(
        compound=of, from_on=TODAY, until_on=TODAY, seconds=5, by=coordinator, at=ELEVEN
    ).state == State.RUNNING  # fmt: skip


@pytest.mark.django_db
def test_plan_when_another_is_at_work_says_whose(of, small):
    ask(of)
    with pytest.raises(Refusal) as refused:
        ask(of, by=make.user("许琳", "13000000020"))
    assert (refused.value.code, "林涛" in refused.value.message, "11:00" in refused.value.message) == (
        "plan_running", True, True,
    )  # fmt: skip
    assert Job.objects.count() == 1


# -- cancelled, killed ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_plan_when_cancelled_at_work_proposes_the_best_so_far(of, small):
    plan = ask(of)

    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        planning.run_plan(plan=plan, progress=stop, at=ELEVEN)
    plan.refresh_from_db()
    assert (plan.state, plan.filled, len(proposals(of))) == (State.READY, 3, 3)


@pytest.mark.django_db
def test_plan_when_cancelled_before_it_begins_proposes_nothing(of, small, run_jobs):
    plan = ask(of)
    cancel_job(job=plan.job, at=ELEVEN)
    planning.end_lost_plans(ELEVEN)
    plan.refresh_from_db()
    assert (run_jobs(), plan.state, proposals(of)) == (0, State.DROPPED, [])


@pytest.mark.django_db
def test_plan_when_the_worker_was_killed_is_made_by_the_next_one(of, small):
    """What a killed attempt leaves: a job at work, a plan at work with the best so far."""
    plan = ask(of)
    Job.objects.filter(pk=plan.job_id).update(state="running", attempts=1, done=3, total=5)
    Plan.objects.filter(pk=plan.pk).update(pairs=[[str(small[0].pk), str(uuid.uuid4())]], filled=1)
    assert run_job(job_id=plan.job_id) == Job.State.DONE
    plan.refresh_from_db()
    assert (plan.state, plan.filled, len(proposals(of))) == (State.READY, 3, 3)


@pytest.mark.django_db
def test_plan_when_run_a_second_time_after_its_end_changes_nothing(of, small, run_jobs):
    plan = ask(of)
    run_jobs()
    before = list(Assignment.objects.values_list("pk", flat=True))
    planning.run_plan_job(plan.job, lambda done, total: None)
    assert list(Assignment.objects.values_list("pk", flat=True)) == before


@pytest.mark.django_db
def test_plan_when_its_job_was_given_up_is_ended_and_a_new_one_may_begin(of, small, run_jobs):
    plan = ask(of)
    Job.objects.filter(pk=plan.job_id).update(state="failed", finished_at=ELEVEN, error="killed")
    again = ask(of, by=make.user("许琳", "13000000020"))
    plan.refresh_from_db()
    assert (plan.state, again.state) == (State.FAILED, State.RUNNING)


# -- the world changes meanwhile --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_plan_when_a_seat_was_taken_meanwhile_leaves_that_one_out(of):
    coordinator = make.member(of)
    on = make.shift(make.post(of), NOON)
    make.volunteer(of, "冯磊", "13000000007")
    quick = make.volunteer(of, "吴敏", "13000000008", always=False)
    plan = ask(of, by=coordinator)

    problem, mapping = planning.plan_problem.build(of, TODAY, TODAY, ELEVEN)
    made = planning.solve(problem, seconds=2)
    assign(shift=on, volunteer=quick, by=coordinator, at=ELEVEN)
    planning.propose(plan=plan, mapping=mapping, made=made, first_cost=1.0, at=ELEVEN)
    plan.refresh_from_db()
    assert (plan.filled, proposals(of)) == (0, [])


@pytest.mark.django_db
def test_publish_when_the_seat_was_taken_refuses_that_one_and_publishes_the_rest(of, run_jobs):
    coordinator, at_post = make.member(of), make.post(of)
    first, second = make.shift(at_post, NOON), make.shift(at_post, NOON + DAY)
    make.volunteer(of, "冯磊", "13000000007")
    plan = ask(of, by=coordinator, until=TODAY + DAY)
    run_jobs()
    quick = make.volunteer(of, "吴敏", "13000000008")
    assign(shift=first, volunteer=quick, by=coordinator, at=ELEVEN)
    published = planning.publish_plan(plan=plan, by=coordinator, at=ELEVEN)
    plan.refresh_from_db()
    assert [row.shift_id for row in published.done] == [second.pk]
    assert [(row.shift_id, refusal.code) for row, refusal in published.refused] == [(first.pk, "full")]
    assert (plan.state, plan.decided_by) == (State.READY, coordinator)


@pytest.mark.django_db
def test_publish_when_somebody_has_left_refuses_them(of, run_jobs):
    coordinator = make.member(of)
    make.shift(make.post(of), NOON)
    gone = make.volunteer(of)
    plan = ask(of, by=coordinator)
    run_jobs()
    type(gone).objects.filter(pk=gone.pk).update(ended_at=ELEVEN, ended_by=coordinator)
    published = planning.publish_plan(plan=plan, by=coordinator, at=ELEVEN)
    assert [refusal.code for _row, refusal in published.refused] == ["not_active"]


# -- publish and drop -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_publish_a_group_then_a_day_then_chosen_ones_ends_the_plan(of, run_jobs):
    coordinator = make.member(of)
    shopping = make.duty_group(of, "采买组")
    at_gate, at_shop = make.post(of), make.post(of, "超市", group=shopping)
    for number in range(3):
        make.volunteer(of, f"志愿者{number}", f"1300000003{number}")
    shifts = [make.shift(at_shop, NOON), make.shift(at_gate, NOON), make.shift(at_gate, NOON + DAY)]
    plan = ask(of, by=coordinator, until=TODAY + DAY)
    run_jobs()

    def published(**chosen):
        done = planning.publish_plan(plan=plan, by=coordinator, at=ELEVEN, **chosen).done
        plan.refresh_from_db()
        return [row.shift_id for row in done], plan.state

    assert published(group=shopping.pk) == ([shifts[0].pk], State.READY)
    assert published(day=TODAY) == ([shifts[1].pk], State.READY)
    last = plan.assignments.get(state="proposed")
    assert published(only=[last.pk]) == ([shifts[2].pk], State.PUBLISHED)


@pytest.mark.django_db
def test_drop_takes_back_proposals_and_the_second_reads_who_was_quicker(of, small, run_jobs):
    coordinator = make.member(of)
    plan = ask(of, by=coordinator)
    run_jobs()
    planning.drop_plan(plan=plan, by=coordinator, at=ELEVEN)
    assert proposals(of) == []
    with pytest.raises(Refusal) as refused:
        planning.publish_plan(plan=plan, by=make.user("许琳", "13000000020"), at=ELEVEN)
    assert (refused.value.code, "林涛" in refused.value.message) == ("plan_decided", True)


@pytest.mark.django_db(transaction=True)
def test_two_start_at_once_and_one_reads_that_the_other_did(of, small):
    people = [make.member(of), make.user("许琳", "13000000020")]
    outcomes = [other.ended() for other in [Other(lambda by=by: ask(of, by=by).state) for by in people]]
    assert sorted(outcomes) == ["plan_running", "running"]
    assert (Plan.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_publish_at_once_and_one_reads_that_it_is_done(of, small, run_jobs):
    people = [make.member(of), make.user("许琳", "13000000020")]
    plan = ask(of, by=people[0])
    run_jobs()

    def publish(by):
        return len(planning.publish_plan(plan=Plan.objects.get(pk=plan.pk), by=by, at=ELEVEN).done)

    outcomes = [other.ended() for other in [Other(lambda by=by: publish(by)) for by in people]]
    assert sorted(outcomes, key=str) == [3, "plan_decided"]
    assert Assignment.objects.filter(state="published").count() == 3
