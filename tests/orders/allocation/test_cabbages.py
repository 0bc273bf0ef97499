"""70 cabbages for 368 households, as it happened: medical workers' families and households in hardship first."""

import hashlib
from collections import Counter
from decimal import Decimal

from orders.allocation import Claim, Kind, Problem, Rule, Tier, allocate

RULE = Rule(
    Kind.TIERS,
    (Tier("医护人员家庭", 30), Tier("困难户", 20), Tier("婴幼儿、独居老人", 20)),
    each=Decimal(1),
    name="按需要",
)
SEED = "3f1c0a9e77d24b18"
# 12 medical families, 18 in hardship, 60 with infants or lone elders, 278 others; every second one wants two.
TIERS = [0] * 12 + [1] * 18 + [2] * 60 + [3] * 278


def room(number: int) -> str:
    return f"{number // 16 + 1}-{number // 4 % 4 + 1}0{number % 4 + 1}"


def cabbages(missed=frozenset(), arrived=70) -> Problem:
    claims = tuple(
        Claim(
            id=str(number),
            household=room(number),
            wants=Decimal(1 + number % 2),
            tier=tier,
            missed=2 * (room(number) in missed),
        )
        for number, tier in enumerate(TIERS)
    )
    return Problem(Decimal(arrived), RULE, claims, SEED)


def lots(tier: int) -> list[str]:
    """The rooms of one tier as they were drawn, written out once more without the code under test."""
    rooms = [room(number) for number, own in enumerate(TIERS) if own == tier]
    return sorted(rooms, key=lambda name: hashlib.sha256(f"{SEED}:{name}".encode()).hexdigest())


def test_cabbages_when_shared_out_go_to_the_tiers_then_by_lot():
    result = allocate(cabbages())
    got = {share.household for share in result.shares if share.quantity}
    # 21 are kept for the 12 medical families and 14 for the 18 in hardship, so that all 30 get one. What they do not
    # need (9 and 14 make 23, less 18) is 5, and with its own 14 the third tier serves 19. The rest is 21.
    overflow = lots(2)[19:]
    everybody = sorted([*overflow, *lots(3)], key=lambda name: hashlib.sha256(f"{SEED}:{name}".encode()).hexdigest())
    assert got == {*lots(0), *lots(1), *lots(2)[:19], *everybody[:21]}
    assert {share.quantity for share in result.shares} == {Decimal(0), Decimal(1)}
    assert (sum(share.quantity for share in result.shares), result.left) == (Decimal(70), Decimal(0))


def test_cabbages_when_shared_out_say_how_it_went():
    result = allocate(cabbages())
    assert [(step.code, dict(step.params)) for step in result.steps] == [
        ("start", {"arrived": "70", "wanted": "552", "households": 368}),
        _tier(0, "医护人员家庭", 30, "21", 12, 12, "12"),
        _tier(1, "困难户", 20, "14", 18, 18, "18"),
        _tier(2, "婴幼儿、独居老人", 20, "14", 60, 19, "19"),
        ("everybody", {"households": 319, "served": 21, "given": "21"}),
    ]
    assert Counter(share.code for share in result.shares) == {"tier": 49, "everybody": 21, "used_up": 298}


def _tier(tier, name, percent, kept, households, served, given):
    facts = {"tier": tier, "name": name, "percent": percent, "kept": kept}
    return "tier", {**facts, "households": households, "served": served, "given": given}


def test_cabbages_when_shared_out_give_each_household_its_reason():
    shares = {share.household: share for share in allocate(cabbages()).shares}
    first = lots(2)[0]
    facts = {"tier": 2, "name": "婴幼儿、独居老人", "place": 1, "of": 60, "lot": True, "missed": False}
    assert (shares[first].code, dict(shares[first].params)) == ("tier", facts)
    last = max((share for share in shares.values() if share.code == "used_up"), key=lambda share: share.params["place"])
    assert dict(last.params) == {"place": 319, "of": 319, "missed": False}


def test_cabbages_a_second_time_go_first_to_who_went_away_empty():
    first = allocate(cabbages())
    empty = {share.household for share in first.shares if share.quantity == 0}
    second = allocate(cabbages(missed=empty))
    got = [share for share in second.shares if share.quantity]
    # All 41 of the third tier and as many others as there is; nobody outside the upper tiers has one twice.
    twice = {share.household for share in got} - empty
    assert twice == {*lots(0), *lots(1)}
    assert {*lots(2)[19:]} & {share.household for share in got} >= set(lots(2)[19:38])


def test_cabbages_for_everybody_when_enough_came_leave_the_rest():
    result = allocate(cabbages(arrived=600))
    assert {share.code for share in result.shares} == {"enough"}
    assert result.left == Decimal(48)


def test_cabbages_when_none_came_give_nobody_any():
    result = allocate(cabbages(arrived=0))
    assert {(share.code, share.quantity) for share in result.shares} == {("none", Decimal(0))}
