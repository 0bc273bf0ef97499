"""What holds for every sharing out, whatever comes: hypothesis looks for a problem in which it does not."""

import random
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from orders.allocation import Claim, Kind, Problem, Rule, Tier, allocate

STEPS = [Decimal("1"), Decimal("0.5"), Decimal("0.1"), Decimal("2")]


@st.composite
def rules(draw, kinds=tuple(Kind)):
    left, tiers = 100, []
    for number in range(draw(st.integers(0, 3))):
        percent = draw(st.integers(0, left))
        left -= percent
        tiers.append(Tier(f"第{number + 1}", percent))
    step = draw(st.sampled_from(STEPS))
    each = draw(st.none() | st.integers(1, 4).map(lambda times: times * step))
    return Rule(draw(st.sampled_from(kinds)), tuple(tiers), each, draw(st.booleans()), step)


@st.composite
def problems(draw, kinds=tuple(Kind), whole=False):
    rule = draw(rules(kinds))
    quantities = st.integers(1, 12) if whole else st.integers(1, 6000)
    claims = []
    for number in range(draw(st.integers(1, 25))):
        wants = Decimal(draw(quantities)) * (rule.step if whole else Decimal("0.001"))
        claims.append(
            Claim(
                id=str(number),
                household=f"{draw(st.integers(1, 15))}-101",
                wants=wants,
                tier=draw(st.integers(0, len(rule.tiers))),
                people=draw(st.integers(0, 6)),
                missed=draw(st.sampled_from([0, 0, 1, 2, 4])),
                came=draw(st.sampled_from(["", "09:00", "09:01"])),
            )
        )
    arrived = Decimal(draw(st.integers(0, 60 if whole else 40_000))) * (rule.step if whole else Decimal("0.001"))
    return Problem(arrived, rule, tuple(claims), draw(st.text(max_size=4)))


def by_household(problem, result):
    wants, got = defaultdict(Decimal), defaultdict(Decimal)
    for claim in problem.claims:
        wants[claim.household] += claim.wants
    for share in result.shares:
        got[share.household] += share.quantity
    return wants, got


@settings(max_examples=50, deadline=None)
@given(problems())
def test_allocate_never_gives_more_than_arrived_nor_more_than_asked(problem):
    result = allocate(problem)
    wants = {claim.id: claim.wants for claim in problem.claims}
    assert sorted(share.id for share in result.shares) == sorted(wants)
    assert all(0 <= share.quantity <= wants[share.id] for share in result.shares)
    assert sum(share.quantity for share in result.shares) + result.left == problem.arrived


@settings(max_examples=50, deadline=None)
@given(problems())
def test_allocate_withholds_nothing_that_somebody_may_still_have(problem):
    result = allocate(problem)
    wants, got = by_household(problem, result)
    lacks = [wants[door] - got[door] for door in wants if wants[door] > got[door]]
    # What lies over is too small to be cut off, and too small to fill up anybody's wish.
    assert not lacks or result.left == 0 or (result.left < problem.rule.step and result.left < min(lacks))


@settings(max_examples=40, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_allocate_gives_the_same_in_whatever_order_the_claims_come(problem, shuffle: random.Random):
    claims = list(problem.claims)
    shuffle.shuffle(claims)
    again = allocate(replace(problem, claims=tuple(claims)))
    first = allocate(problem)
    assert again == first
    assert again.sha256 == first.sha256
    assert Problem.from_json(problem.to_json()) == problem


@settings(max_examples=50, deadline=None)
@given(problems((Kind.TIERS,)))
def test_allocate_by_tiers_serves_a_lower_tier_only_where_the_higher_has_had_its_part(problem):
    """A tier that lacks its first portion has used all that was kept for it, down to less than a part."""
    result, rule = allocate(problem), problem.rule
    wants, got = by_household(problem, result)
    tier = {}
    for claim in problem.claims:
        tier[claim.household] = min(claim.tier, tier.get(claim.household, claim.tier))
    for place, kept in enumerate(rule.tiers):
        own = [door for door in wants if tier[door] == place]
        first = {door: wants[door] if rule.each is None else min(rule.each, wants[door]) for door in own}
        if any(got[door] < first[door] for door in own):
            part = problem.arrived * kept.percent / 100
            assert sum(got[door] for door in own) > part - rule.step - Decimal("0.001")


@settings(max_examples=50, deadline=None)
@given(problems((Kind.TIERS, Kind.FIRST_COME), whole=True))
def test_allocate_in_turns_gives_nobody_a_second_portion_before_everybody_had_the_first(problem):
    each = problem.rule.each
    if each is None:
        return
    wants, got = by_household(problem, allocate(problem))
    if any(got[door] > each for door in wants):
        assert all(got[door] >= min(each, wants[door]) for door in wants)


@settings(max_examples=50, deadline=None)
@given(problems((Kind.EQUAL,), whole=True))
def test_allocate_equally_leaves_who_lacks_some_at_most_a_part_behind_anybody(problem):
    wants, got = by_household(problem, allocate(problem))
    most = max(got.values())
    assert all(got[door] >= most - problem.rule.step for door in wants if got[door] < wants[door])


@settings(max_examples=40, deadline=None)
@given(problems((Kind.PER_HEAD,), whole=True))
def test_allocate_by_heads_is_within_a_part_of_the_fair_share(problem):
    problem = replace(problem, rule=replace(problem.rule, each=None))
    wants, got = by_household(problem, allocate(problem))
    people = defaultdict(int)
    for claim in problem.claims:
        people[claim.household] = max(people[claim.household], claim.people, 1)
    lacking = [door for door in wants if got[door] < wants[door]]
    for short in lacking:
        for other in wants:
            # Nobody has a part more per head than somebody who lacks some, but for the part that could not be cut.
            fair = (got[short] + problem.rule.step) / people[short]
            assert got[other] - problem.rule.step <= fair * people[other]


@settings(max_examples=40, deadline=None)
@given(problems((Kind.PROPORTIONAL,), whole=True))
def test_allocate_by_order_gives_who_ordered_more_no_less(problem):
    problem = replace(
        problem,
        rule=replace(problem.rule, each=None, missed_first=False),
        claims=tuple(replace(claim, missed=0) for claim in problem.claims),
    )
    result = allocate(problem)
    wants, got = by_household(problem, result)
    for door in wants:
        for other in wants:
            if min(wants[door], problem.arrived) >= min(wants[other], problem.arrived):
                assert got[door] >= got[other] - problem.rule.step


@settings(max_examples=40, deadline=None)
@given(problems(whole=True))
def test_allocate_when_some_missed_last_time_never_puts_their_like_before_them(problem):
    """Two that differ only in what they missed: who missed more gets no less."""
    rule = replace(problem.rule, missed_first=True)
    one = Claim("a", "99-101", Decimal(2) * rule.step, 0, 2, 0, "08:00")
    two = replace(one, id="b", household="99-102", missed=6)
    result = allocate(replace(problem, rule=rule, claims=(*problem.claims, one, two)))
    got = {share.id: share.quantity for share in result.shares}
    assert got["b"] >= got["a"]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 12),
    st.integers(1, 40),
    st.sampled_from([Kind.TIERS, Kind.EQUAL, Kind.PER_HEAD, Kind.FIRST_COME]),
    st.text(max_size=3),
)
def test_allocate_round_after_round_serves_everybody_before_anybody_twice(arrived, doors, kind, seed):
    """Memory works: with k parts a round, n households have each had one after n/k rounds."""
    rule = Rule(kind, each=Decimal(1))
    missed, got = [0] * doors, [0] * doors
    for number in range(-(-doors // arrived)):
        claims = tuple(
            Claim(str(door), f"{door}-101", Decimal(1), people=1 + door % 5, missed=missed[door])
            for door in range(doors)
        )
        result = allocate(Problem(Decimal(arrived), rule, claims, f"{seed}{number}"))
        for share in result.shares:
            door = int(share.id)
            got[door] += int(share.quantity)
            missed[door] = 0 if share.quantity else missed[door] + 2
    assert min(got) >= 1
