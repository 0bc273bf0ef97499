"""The decision at the gate in Python: gate/cases.json, and what must hold for every person at every moment."""

import datetime as dt
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.rules import EFFECTS, Decision, Facts, Household, Outing, Pass, Rules, decide, rules_in_force
from gate.rules.clock import day_start, first_showing, tenths, wall
from gate.rules.decision import CASES
from gate.rules.reasons import REASONS
from tests.gate.cases import WrittenCase, differences, said, written_cases
from tests.gate.people import facts as some_facts

WRITTEN = list(written_cases())
MINUTE = 60_000


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.name)
def test_decide_when_a_case_is_written_says_what_is_written(case: WrittenCase) -> None:
    assert said(decide(Facts.from_json(case.facts)).as_json(), case.then) == case.then


def test_cases_when_counted_are_at_least_150_with_names_of_their_own() -> None:
    assert len({case.name for case in WRITTEN}) == len(WRITTEN) >= 150


def test_cases_when_read_word_by_word_speak_only_of_what_a_decision_has() -> None:
    """A misspelt key under `then` would otherwise expect nothing."""
    known = {"verdict", "amber", "reasons", "params", *Decision.__dataclass_fields__}
    book = json.loads(CASES.read_text(encoding="utf-8"))
    cases = [case for group in book["groups"] for case in group["cases"]]
    assert {key for case in cases for key in case["then"]} - known == set()
    assert {key for case in cases for key in case} == {"name", "given", "rule", "rows", "then"}


def test_table_of_effects_when_compared_has_the_reasons_in_their_order() -> None:
    assert list(EFFECTS) == [reason.__name__ for reason in REASONS]


def test_table_of_effects_when_explained_is_explained_as_it_is() -> None:
    lines = (CASES.parents[1] / "docs/gate.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ")[:3] for line in lines if line.startswith("| `") and line.count(" | ") == 3]
    shown = [
        [f"| `{code}`", *(effects[way].replace("none", "–") for way in ("out", "in"))]
        for code, effects in EFFECTS.items()
    ]
    assert rows == shown


def test_table_of_effects_when_somebody_comes_in_refuses_nobody() -> None:
    assert {effects["in"] for effects in EFFECTS.values()} == {"none", "inform", "warn", "recheck"}


@pytest.mark.parametrize(
    ("code", "direction"),
    [(code, way) for code, effects in EFFECTS.items() for way, effect in effects.items() if effect != "none"],
)
def test_reason_when_it_stands_alone_has_a_twin_without_it(code: str, direction: str) -> None:
    """A case in which only this reason is given, and one that differs in a single fact and passes without any."""
    verdict = {"refuse": "refuse", "recheck": "recheck"}.get(EFFECTS[code][direction], "allow")
    same_way = [case for case in WRITTEN if case.facts["direction"] == direction]
    alone = [case for case in same_way if case.then["reasons"] == [code] and case.then["verdict"] == verdict]
    free = [case for case in same_way if case.then["reasons"] == [] and case.then["verdict"] == "allow"]
    assert any(differences(one.facts, other.facts) == 1 for one in alone for other in free)


# ── what holds always ─────────────────────────────


@settings(max_examples=400)
@given(some_facts())
def test_decide_when_anybody_comes_in_never_refuses(facts: Facts) -> None:
    assert decide(replace(facts, direction="in")).verdict != "refuse"


@settings(max_examples=300)
@given(some_facts())
def test_decide_when_it_is_an_emergency_always_allows_and_takes_no_slot(facts: Facts) -> None:
    decision = decide(replace(facts, kind="emergency"))
    assert (decision.verdict, decision.slot) == ("allow", None)


@settings(max_examples=400)
@given(some_facts())
def test_decide_when_it_refuses_has_a_refusing_reason_and_takes_no_slot(facts: Facts) -> None:
    decision = decide(facts)
    effects = {reason.effect for reason in decision.reasons}
    assert (decision.verdict == "refuse") == ("refuse" in effects)
    assert (decision.verdict == "allow") == effects.isdisjoint({"refuse", "recheck"})
    assert decision.slot is None or (decision.verdict == "allow" and facts.direction == "out")


def settled(facts: Facts) -> Facts:
    """The same person without what another moment would change by itself: the cap, a fever, somebody overdue."""
    home = facts.household or Household()
    outings = tuple(replace(o, back=o.back or facts.now) for o in home.outings if o.out <= facts.now)
    rows = tuple(replace(row, max_outside=None) for row in facts.rulebooks)
    home = replace(home, outings=outings)
    return replace(facts, direction="out", household=home, rulebooks=rows, temperature=None, plate=None, override=None)


@settings(max_examples=600)
@given(some_facts(), st.data())
def test_next_outing_when_it_is_told_is_the_first_moment_that_lets_out(facts: Facts, data: st.DataObject) -> None:
    """Refused now: at the moment told the same exit is allowed, at every moment before it is refused."""
    facts = settled(facts)
    decision = decide(facts)
    if decision.verdict != "refuse" or (facts.pass_ is not None and facts.pass_.kind == "visitor"):
        return
    last = facts.now + 40 * 24 * 60 * MINUTE if decision.next_out_at is None else decision.next_out_at - 1
    if decision.next_out_at is not None:
        assert decide(replace(facts, now=decision.next_out_at)).verdict == "allow"
    earlier = data.draw(st.lists(st.integers(facts.now, last), max_size=5)) if last >= facts.now else []
    for moment in (last, *earlier):
        assert decide(replace(facts, now=moment)).verdict == "refuse"


@settings(max_examples=300)
@given(some_facts())
def test_slot_when_taken_refuses_the_household_until_its_period_ends(facts: Facts) -> None:
    """Taking all slots at once: until the first ends nobody of the household goes, then somebody may."""
    facts = replace(settled(facts), rulebooks=(Rules(id=1, starts_at=0, persons=2),), pass_=None, by="room")
    facts = replace(facts, kind="household", household=Household(building="20"))
    slots = []
    for _ in range(2):
        slot = decide(facts).slot
        assert slot is not None
        slots.append(slot)
        assert facts.household is not None
        facts = replace(
            facts, household=replace(facts.household, outings=(*facts.household.outings, Outing(out=facts.now)))
        )
    assert decide(facts).verdict == "refuse"
    assert decide(replace(facts, now=slots[0].until - 1)).verdict == "refuse"
    assert decide(replace(facts, now=slots[0].until)).verdict == "allow"


# ── the parts ─────────────────────────────────────


@pytest.mark.parametrize(("text", "number"), [("36.6", 366), ("37", 370), ("35.0", 350), ("9.9", 99), ("102.4", 1024)])
def test_tenths_when_a_temperature_is_typed_counts_in_whole_numbers(text: str, number: int) -> None:
    assert tenths(text) == number


@pytest.mark.parametrize("text", ["", "36,6", "36.65", " 36.6", "36.6\n", "-3", "３６.6", "1e1", "nan", "36."])
def test_tenths_when_it_is_no_temperature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no temperature"):
        tenths(text)


def test_facts_when_a_key_is_misspelt_are_refused() -> None:
    with pytest.raises(TypeError):
        Facts.from_json({"now": 0, "direction": "out", "by": "room", "rulebooks": [{"id": 1, "start_at": 0}]})


def test_facts_when_given_as_json_or_as_objects_are_the_same() -> None:
    given = {
        "now": 5, "direction": "out", "by": "pass", "offsets": [[0, 480], [9, 540]],
        "pass": {"kind": "medical", "every_days": 2},
        "household": {"building": "20", "outings": [{"out": 1, "gate": "东门"}]},
        "rulebooks": [{"id": 1, "starts_at": 0, "exempt_kinds": ["medical"]}],
    }  # fmt: skip
    assert Facts.from_json(given) == Facts(
        now=5,
        direction="out",
        by="pass",
        offsets=((0, 480), (9, 540)),
        pass_=Pass(kind="medical", every_days=2),
        household=Household(building="20", outings=(Outing(out=1, gate="东门"),)),
        rulebooks=(Rules(id=1, starts_at=0, exempt_kinds=("medical",)),),
    )


def test_rules_in_force_when_asked_alone_names_the_row() -> None:
    rows = [Rules(id=1, starts_at=0), Rules(id=2, starts_at=10, building="20", persons=0)]
    assert [rules_in_force(rows, building, 10).id for building in ("20", "21", None)] == [2, 1, 1]


OFFSETS = st.lists(st.tuples(st.integers(0, 500_000), st.integers(-12 * 60, 14 * 60)), min_size=1, max_size=3).map(
    lambda table: tuple(sorted((start * MINUTE, minutes) for start, minutes in dict(table).items()))
)


@given(OFFSETS, st.integers(0, 700_000), st.integers(0, 700_000))
def test_first_showing_when_clocks_change_is_the_first_moment_and_no_earlier_one(
    offsets: tuple[tuple[int, int], ...], shown: int, after: int
) -> None:
    shown, after = shown * MINUTE, after * MINUTE
    found = first_showing(offsets, shown, after)
    assert found >= after
    assert wall(offsets, found) >= shown
    # The wall only runs ahead between changes, so a moment and the last one before each change stand for all.
    turns = [start for start, _ in offsets[1:] if after < start <= found]
    for earlier in (found, *turns):
        assert earlier - 1 < after or wall(offsets, earlier - 1) < shown


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2037, 1, 1)), st.integers(0, 40))
def test_day_start_when_the_offset_never_changes_is_midnight_as_datetime_knows_it(at: dt.datetime, days: int) -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    moment = round(at.replace(tzinfo=zone).timestamp() * 1000)
    midnight = dt.datetime.combine(at.date() + dt.timedelta(days=days), dt.time(), tzinfo=zone)
    assert day_start(((0, 480),), moment, days) == round(midnight.timestamp() * 1000)


def test_reasons_when_several_are_given_stand_in_the_order_of_the_table() -> None:
    order = list(EFFECTS)
    for case in WRITTEN:
        places = [order.index(code) for code in case.then["reasons"]]
        assert all(one < other for one, other in pairwise(places)), case.name
