"""The planner: allowed plans only, the best one of small problems, and why a seat is empty."""

import itertools
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.planner import Problem, ProblemError, plan
from roster.planner.checker import cost_of, faults
from roster.planner.conflicts import at_most_one, clash
from roster.planner.greedy import greedy
from roster.planner.improve import improve
from roster.planner.merge import Merged
from roster.planner.programme import Programme
from roster.words import why_empty


def problem(**changes: Any) -> Problem:
    """Two people, three four-hour shifts of one day at 8, 12 and 20 o'clock, the last at night; everybody can all."""
    given: dict[str, Any] = {
        "horizon_days": 14,
        "rest_hours": 8,
        "weights": {"empty": 1000, "load": 1, "night": 1, "wish": 1},
        "volunteers": [
            {"id": 0, "skills": ["gate"], "max_shifts_per_week": 4},
            {"id": 1, "skills": ["gate"], "max_shifts_per_week": 4},
        ],
        "shifts": [
            {"id": 0, "start": 8.0, "end": 12.0, "skill": "gate", "need": 1, "night": False},
            {"id": 1, "start": 12.0, "end": 16.0, "skill": "gate", "need": 1, "night": False},
            {"id": 2, "start": 20.0, "end": 24.0, "skill": "gate", "need": 1, "night": True},
        ],
    } | changes
    if "can" not in given:
        given["can"] = [[v["id"], s["id"], 0] for v in given["volunteers"] for s in given["shifts"]]
    return Problem.from_json(given)


# ── rules, each with a twin that differs in one fact ──


def test_plan_when_rest_is_eight_hours_gives_the_early_and_the_late_shift_to_one_person() -> None:
    made = plan(problem(), seconds=5)
    assert (made.cost, made.bound, made.status, made.empty) == (6.0, 6.0, "optimal", ())


def test_plan_when_rest_is_nine_hours_leaves_a_seat_empty() -> None:
    made = plan(problem(rest_hours=9), seconds=5)
    assert (made.cost, len(made.assignments), [one.missing for one in made.empty]) == (1002.0, 2, [1])


def test_plan_when_rest_after_a_night_is_longer_keeps_it_after_nights_only() -> None:
    shifts = [
        {"id": "night", "start": 0, "end": 4, "skill": "gate", "need": 1, "night": True},
        {"id": "noon", "start": 12, "end": 16, "skill": "gate", "need": 1},
    ]
    one = [{"id": "a", "skills": ["gate"]}]
    assert len(plan(problem(volunteers=one, shifts=shifts), seconds=5).assignments) == 2
    assert len(plan(problem(volunteers=one, shifts=shifts, night_rest_hours=8.5), seconds=5).assignments) == 1


def test_plan_when_shifts_touch_and_no_rest_is_asked_gives_both_to_one_person() -> None:
    one = [{"id": 0, "skills": ["gate"]}]
    assert len(plan(problem(volunteers=one, rest_hours=0), seconds=5).assignments) == 3


def test_plan_when_hours_are_tenths_does_not_lose_a_second() -> None:
    shifts = [
        {"id": 0, "start": 0.1, "end": 0.3, "skill": "gate", "need": 1},
        {"id": 1, "start": 0.4, "end": 0.5, "skill": "gate", "need": 1},
    ]
    one = [{"id": 0, "skills": ["gate"]}]
    assert len(plan(problem(volunteers=one, shifts=shifts, rest_hours=0.1), seconds=5).assignments) == 2


def test_plan_when_somebody_lacks_the_skill_does_not_assign_them() -> None:
    volunteers = [{"id": 0, "skills": []}, {"id": 1, "skills": ["gate"], "max_shifts_per_week": 1}]
    made = plan(problem(volunteers=volunteers), seconds=5)
    assert [pair[0] for pair in made.assignments] == [1]


def test_plan_when_the_week_is_full_counts_by_the_start_of_the_shift() -> None:
    """A shift over the edge of the week is of the week in which it starts."""
    shifts = [
        {"id": 0, "start": 20, "end": 24, "skill": "gate", "need": 1},
        {"id": 1, "start": 166, "end": 170, "skill": "gate", "need": 1},
        {"id": 2, "start": 190, "end": 194, "skill": "gate", "need": 1},
    ]
    one = [{"id": 0, "skills": ["gate"], "max_shifts_per_week": 1}]
    made = plan(problem(volunteers=one, shifts=shifts), seconds=5)
    assert [shift for _volunteer, shift in made.assignments if shift == 2] == [2]
    assert len(made.assignments) == 2


def test_plan_when_pinned_keeps_it_also_against_the_rest_rule() -> None:
    made = plan(problem(rest_hours=9, pinned=[[0, 0], [0, 1]]), seconds=5)
    assert {(0, 0), (0, 1)} <= set(made.assignments)
    assert (1, 2) in made.assignments


def test_plan_when_two_keep_together_takes_both_or_neither() -> None:
    shifts = [
        {"id": 0, "start": 8, "end": 12, "skill": "gate", "need": 2},
        {"id": 1, "start": 32, "end": 36, "skill": "gate", "need": 1},
    ]
    made = plan(problem(shifts=shifts, together=[[0, 1]]), seconds=5)
    assert set(made.assignments) == {(0, 0), (1, 0)}
    assert made.empty[0].reasons == {"apart": 2}


def test_plan_when_hours_are_carried_over_gives_the_shift_to_who_had_fewer() -> None:
    one_shift = [{"id": 0, "start": 8, "end": 12, "skill": "gate", "need": 1}]
    made = plan(problem(shifts=one_shift, carry=[{"volunteer": 0, "shifts": 3}]), seconds=5)
    assert (made.assignments, made.cost) == (((1, 0),), 1.0)


def test_plan_when_somebody_still_rests_from_before_the_horizon_leaves_them_out() -> None:
    one_shift = [{"id": 0, "start": 3, "end": 7, "skill": "gate", "need": 1}]
    one = [{"id": 0, "skills": ["gate"]}]
    rests = problem(volunteers=one, shifts=one_shift, carry={"0": {"last_end": -4}})
    rested = problem(volunteers=one, shifts=one_shift, carry={"0": {"last_end": -5}})
    assert plan(rests, seconds=5).assignments == ()
    assert plan(rested, seconds=5).assignments == ((0, 0),)


def test_plan_when_an_empty_seat_is_cheaper_leaves_it_empty_and_says_so() -> None:
    cheap = {"empty": 2, "load": 1, "night": 1, "wish": 1}
    one = [{"id": 0, "skills": ["gate"]}]
    made = plan(problem(volunteers=one, weights=cheap), seconds=5)
    assert (made.cost, len(made.assignments)) == (5.0, 1)
    assert {reason for one in made.empty for reason in one.reasons} <= {"price", "rests"}


# ── against every plan there is ──


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    hours = st.integers(0, 60)
    shifts = [
        {
            "id": n,
            "start": (start := draw(hours)),
            "end": start + draw(st.sampled_from([4, 5, 8])),
            "skill": draw(st.sampled_from(["gate", "drive"])),
            "need": draw(st.integers(1, 2)),
            "night": draw(st.booleans()),
        }
        for n in range(draw(st.integers(1, 4)))
    ]
    volunteers = [
        {
            "id": n,
            "skills": draw(st.sampled_from([["gate"], ["gate", "drive"]])),
            "max_shifts_per_week": draw(st.sampled_from([None, 1, 2])),
        }
        for n in range(draw(st.integers(1, 3)))
    ]
    pairs = [[v["id"], s["id"]] for v in volunteers for s in shifts]
    can = [[*pair, draw(st.integers(0, 5))] for pair in pairs if draw(st.integers(0, 4))]
    carry = {str(v["id"]): {"shifts": draw(st.integers(0, 3))} for v in volunteers if draw(st.booleans())}
    together = [[0, 1]] if len(volunteers) > 1 and draw(st.integers(0, 3)) == 0 else []
    return problem(
        shifts=shifts,
        volunteers=volunteers,
        can=can,
        carry=carry,
        together=together,
        rest_hours=draw(st.sampled_from([0, 8])),
        night_rest_hours=draw(st.sampled_from([8, 11])),
        weights={"empty": draw(st.sampled_from([1000, 3])), "load": 1, "night": draw(st.integers(0, 2)), "wish": 1},
    )


def cheapest(of: Problem) -> float:
    """By trying every set of pairs: for a dozen pairs at the most."""
    pairs = list(of.can)
    sets = itertools.chain.from_iterable(itertools.combinations(pairs, n) for n in range(len(pairs) + 1))
    return min(cost_of(of, chosen) for chosen in sets if not any(faults(of, chosen)))


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_plan_of_a_small_problem_costs_what_the_best_of_all_plans_costs(of: Problem) -> None:
    made = plan(of, seconds=10)
    assert list(faults(of, made.assignments)) == []
    assert (made.status, made.cost) == ("optimal", pytest.approx(cheapest(of)))


@settings(max_examples=200, deadline=None)
@given(small_problems())
def test_greedy_and_improve_keep_every_rule_and_never_get_dearer(of: Problem) -> None:
    first = greedy(of)
    second = improve(of, first, seconds=5)
    assert [list(faults(of, first)), list(faults(of, second))] == [[], []]
    assert cost_of(of, second) <= cost_of(of, first) + 1e-9


@settings(max_examples=200, deadline=None)
@given(small_problems())
def test_sets_of_which_one_may_be_taken_say_what_clashing_pairs_say(of: Problem) -> None:
    by_sets = {
        frozenset((one.id, other.id))
        for group in at_most_one(of, of.shifts)
        for one, other in itertools.combinations(group, 2)
    }
    by_pairs = {
        frozenset((one.id, other.id)) for one, other in itertools.combinations(of.shifts, 2) if clash(of, one, other)
    }
    assert by_sets == by_pairs


# ── the checker finds each fault by itself ──


@pytest.mark.parametrize(
    ("assignments", "changes", "fault"),
    [
        ([(0, 0), (0, 1)], {}, "0 has too little rest between 0 and 1"),
        ([(0, 0), (1, 0)], {}, "shift 0 has 2 people for 1 seats"),
        ([(0, 0), (0, 0)], {}, "somebody is assigned to the same shift twice"),
        ([(0, 0)], {"can": [[1, 0, 0]]}, "(0, 0) cannot be assigned"),
        ([(0, 0)], {"pinned": [[1, 1]]}, "pinned (1, 1) is missing"),
        ([(0, 0)], {"together": [[0, 1]]}, "0 and 1 are not together at shift 0"),
        ([(0, 0)], {"carry": {"0": {"last_end": 1}}}, "0 still rests at shift 0"),
        (
            [(0, 0), (0, 2)],
            {"volunteers": [{"id": 0, "skills": ["gate"], "max_shifts_per_week": 1}]},
            "0 has 2 shifts in week 0, 1 at the most",
        ),
    ],
)
def test_faults_when_one_rule_is_broken_names_it(
    assignments: list[tuple[int, int]], changes: dict[str, Any], fault: str
) -> None:
    assert list(faults(problem(**changes), assignments)) == [fault]


# ── why ──


def test_empty_seat_says_how_many_have_the_skill_and_what_keeps_them() -> None:
    volunteers = [
        {"id": "works", "skills": ["gate"]},
        {"id": "rests", "skills": ["gate"]},
        {"id": "away", "skills": ["gate"]},
        {"id": "other", "skills": ["drive"]},
    ]
    shifts = [
        {"id": "early", "start": 8, "end": 12, "skill": "gate", "need": 1},
        {"id": "beside", "start": 14, "end": 18, "skill": "gate", "need": 1},
        {"id": "short", "start": 16, "end": 20, "skill": "gate", "need": 1},
    ]
    made = plan(
        problem(
            volunteers=volunteers,
            shifts=shifts,
            can=[["rests", "early", 0], ["works", "beside", 0], ["rests", "short", 0], ["works", "short", 0]],
            pinned=[["rests", "early"], ["works", "beside"]],
        ),
        seconds=5,
    )
    assert [(one.shift, one.missing, one.skilled, one.reasons) for one in made.empty] == [
        ("short", 1, 3, {"works": 1, "rests": 1, "away": 1})
    ]


def test_why_empty_in_both_languages() -> None:
    from django.utils import translation

    from roster.planner import Empty

    with translation.override("zh-hans"):
        assert why_empty(Empty(1, 1, 3, {"rests": 2, "away": 1})) == "另有 3 人会：2 人在休息时间内、1 人没有说能来。"
        assert why_empty(Empty(1, 1, 0, {})) == "没有别人会。"
    with translation.override("en"):
        assert (
            why_empty(Empty(1, 1, 3, {"rests": 2, "away": 1}))
            == "3 other people have the skill: 2 are in their rest time, 1 has not said that they can."
        )


# ── what cannot be read ──


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"volunteers": None}, "volunteers: a list of objects is needed"),
        ({"shifts": [{"id": 0, "start": 4, "end": 4}]}, "shift 0: it ends before it starts"),
        ({"can": [[7, 0, 0]]}, "can: [7, 0, 0] names somebody or something that is not there"),
        ({"can": [[0, 0, 0], [0, 0, 1]]}, "can: [0, 0] stands there twice"),
        ({"weights": {"empty": "much"}}, "weights.empty: 'much' is no number"),
        ({"pinned": [[0]]}, "pinned: [0] is no pair"),
        ({"together": [[0, 0]]}, "together: [0, 0] is not two volunteers"),
        ({"rest_hours": None}, "rest_hours: None is no number"),
        ({"carry": [1]}, "carry: a list of objects with volunteer, shifts, nights, last_end, last_night is needed"),
    ],
)
def test_problem_when_it_cannot_be_read_says_where(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        problem(**{"can": []} | changes)
    assert str(caught.value) == message


# ── limits of hours and nights ──


def test_plan_when_hours_a_week_are_limited_gives_no_more() -> None:
    """Three shifts of four hours that one person could all take."""
    assert len(plan(problem(volunteers=[{"id": 0, "skills": ["gate"]}], rest_hours=0), seconds=5).assignments) == 3
    one = [{"id": 0, "skills": ["gate"], "max_hours_per_week": 8}]
    made = plan(problem(volunteers=one, rest_hours=0), seconds=5)
    assert (len(made.assignments), made.empty[0].reasons) == (2, {"week_full": 1})


def test_plan_when_hours_a_day_are_limited_gives_no_more() -> None:
    one = [{"id": 0, "skills": ["gate"], "max_hours_per_day": 8}]
    made = plan(problem(volunteers=one, rest_hours=0), seconds=5)
    assert (len(made.assignments), made.empty[0].reasons) == (2, {"day_full": 1})


def test_plan_when_nights_a_week_are_limited_gives_no_more() -> None:
    one = [{"id": 0, "skills": ["gate"], "max_nights_per_week": 0}]
    made = plan(problem(volunteers=one, rest_hours=0), seconds=5)
    assert [pair[1] for pair in made.assignments] == [0, 1]


def test_plan_when_pinned_shifts_pass_a_limit_keeps_them_and_adds_none() -> None:
    one = [{"id": 0, "skills": ["gate"], "max_hours_per_day": 4}]
    made = plan(problem(volunteers=one, rest_hours=0, pinned=[[0, 0], [0, 1]]), seconds=5)
    assert made.assignments == ((0, 0), (0, 1))


@pytest.mark.parametrize("limit", ["max_hours_per_week", "max_hours_per_day", "max_nights_per_week"])
def test_checker_when_a_limit_is_passed_says_so(limit: str) -> None:
    one = problem(volunteers=[{"id": 0, "skills": ["gate"], limit: 0}], rest_hours=0)
    assert len(list(faults(one, [(0, 2)]))) == 1


# ── shifts that are alike ──


def test_merged_shifts_are_split_into_one_seat_each_first() -> None:
    alike = [{"id": name, "start": 8, "end": 12, "skill": "gate", "need": 2} for name in ("east", "west")]
    merged = Merged(problem(shifts=alike))
    assert [(one.id, one.need) for one in merged.problem.shifts] == [("east", 4)]
    assert merged.split({(0, "east"), (1, "east")}) == {(0, "east"), (1, "west")}


def test_merged_leaves_apart_what_differs_in_hours_people_wishes_or_is_pinned() -> None:
    alike = [{"id": number, "start": 8, "end": 12, "skill": "gate", "need": 1} for number in range(3)]
    can = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 2, 1], [1, 2, 0]]
    assert len(Merged(problem(shifts=alike, can=can)).problem.shifts) == 2
    assert len(Merged(problem(shifts=alike, can=can, pinned=[[0, 0]])).problem.shifts) == 3
    assert len(Merged(problem(shifts=alike, can=can, together=[[0, 1]])).problem.shifts) == 3


# ── stopping ──


def test_plan_when_stopped_at_once_is_the_first_answer_without_a_bound() -> None:
    made = plan(problem(), seconds=60, should_stop=lambda: True)
    assert (made.status, made.bound, len(made.assignments)) == ("feasible", None, 3)


def test_bound_is_never_above_the_cost_whatever_the_prices_are() -> None:
    one = Merged(problem(rest_hours=9)).problem
    programme = Programme(one)
    rows = programme.core.over(programme.rests)
    best = plan(one, seconds=5).cost
    pick = random.Random(1)
    for _ in range(50):
        assert programme.bound(rows, np.array([pick.uniform(-50, 1500) for _ in range(len(rows))])) <= best
