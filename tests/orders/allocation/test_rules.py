"""Each rule on a case that can be done by hand, its limits, and what makes no sense."""

import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from orders.allocation import Claim, Kind, Problem, ProblemError, Rule, Tier, allocate, draw
from orders.quantities import plain
from orders.sharing_words import reason


def shared(kind, arrived, *wants, seed="a", each=None, step="1", tiers=(), **columns):
    """What each claim gets, in the order in which they were written. `people=(1, 3)` and so on: one for each claim."""
    rule = Rule(kind, tuple(tiers), None if each is None else Decimal(each), step=Decimal(step))
    claims = []
    for place, quantity in enumerate(wants):
        more = {name: values[place] for name, values in columns.items()}
        claims.append(Claim(**{"id": str(place), "household": f"{place}-101", "wants": Decimal(quantity)} | more))
    result = allocate(Problem(Decimal(arrived), rule, tuple(claims), seed))
    got = {share.id: str(share.quantity.normalize()) for share in result.shares}
    return [got[str(place)] for place in range(len(wants))], str(result.left.normalize())


def reasons(kind, arrived, *wants, step="1", rule_each=None):
    """By place what the claim got and what its reason says of parts that did not come out even."""
    claims = tuple(Claim(str(n), f"{n}-101", Decimal(one), came=f"{n:02d}") for n, one in enumerate(wants))
    rule = Rule(kind, each=rule_each, step=Decimal(step))
    shares = sorted(allocate(Problem(Decimal(arrived), rule, claims, "a")).shares)
    return [
        (plain(one.quantity), one.code, {name for name in ("odd", "uneven") if one.params.get(name)}) for one in shares
    ]


def test_reason_says_what_did_not_come_out_even_in_order_of_coming():
    # 0.3 is left after the first: too little to cut a part of, and all that the third wants.
    assert reasons(Kind.FIRST_COME, "2", "1.7", "1", "0.3") == [
        ("1.7", "came", {"odd"}),
        ("0", "used_up", {"uneven"}),
        ("0.3", "came", {"odd"}),
    ]
    assert reasons(Kind.FIRST_COME, "2.5", "1", "2", "1") == [
        ("1", "came", set()),
        ("1", "came", {"uneven"}),
        ("0", "used_up", {"uneven"}),
    ]


def test_reason_says_what_did_not_come_out_even_where_all_get_the_same():
    shares = reasons(Kind.EQUAL, "4", "1.7", "1.7", "1.7")
    assert sorted((got, *marks) for got, _code, marks in shares) == [
        ("1", "uneven"),
        ("1", "uneven"),
        ("1.7", "odd"),
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_reason_when_all_is_whole_parts_says_nothing_of_it(kind):
    assert {marks for *_facts, marks in map(_frozen, reasons(kind, "4", "1", "2", "3"))} == {frozenset()}


def _frozen(row):
    return (*row[:2], frozenset(row[2]))


@pytest.mark.parametrize(
    ("code", "params", "words"),
    [
        ("came", {"place": 1, "of": 3, "odd": True}, "先到先得第 1 位（共 3 户）；有一份不足最小份，没能分整"),
        ("came", {"place": 2, "of": 3, "uneven": True}, "先到先得第 2 位（共 3 户）；轮到时剩下的不够一份，没能分整"),
        ("used_up", {"place": 2, "of": 3, "uneven": True}, "排第 2 位（共 3 户），轮到时剩下的不够一份，没能分整"),
        ("used_up", {"place": 2, "of": 3}, None),
    ],
)
def test_reason_of_a_part_smaller_than_the_step_says_that_it_did_not_come_out_even(code, params, words):
    assert ("没能分整" in reason(code, params)) is (words is not None)
    assert words in (None, reason(code, params))


def test_equal_gives_small_wishes_whole_and_the_same_to_the_rest():
    assert shared(Kind.EQUAL, 10, "1", "6", "6", "6") == (["1", "3", "3", "3"], "0")


def test_equal_of_weighed_goods_cuts_down_to_the_smallest_part():
    assert shared(Kind.EQUAL, 10, "6", "6", "6", step="0.1") == (["3.4", "3.3", "3.3"], "0")


def test_per_head_gives_by_people():
    assert shared(Kind.PER_HEAD, 12, "9", "9", "9", people=(1, 2, 3)) == (["2", "4", "6"], "0")


def test_per_head_when_one_wants_less_gives_the_rest_to_the_others():
    assert shared(Kind.PER_HEAD, 12, "9", "9", "2", people=(1, 2, 3)) == (["3", "7", "2"], "0")


def test_proportional_gives_by_what_was_ordered():
    assert shared(Kind.PROPORTIONAL, 10, "4", "6", "10") == (["2", "3", "5"], "0")


def test_proportional_gives_the_uneven_part_to_who_has_least():
    assert shared(Kind.PROPORTIONAL, 5, "1", "9", "9") == (["1", "2", "2"], "0")


def test_proportional_counts_no_more_than_arrived():
    assert shared(Kind.PROPORTIONAL, 6, "500", "6") == (["3", "3"], "0")


def test_first_come_serves_by_the_time_of_the_order():
    assert shared(Kind.FIRST_COME, 5, "3", "3", "3", came=("12:00", "09:00", "10:00")) == (["0", "3", "2"], "0")


def test_first_come_with_a_portion_gives_everybody_one_first():
    came = ("12:00", "09:00", "10:00")
    assert shared(Kind.FIRST_COME, 5, "3", "3", "3", each="1", came=came) == (["1", "2", "2"], "0")


def test_tiers_serve_the_higher_one_within_what_is_kept_for_it_only():
    tiers = (Tier("医护", 50),)
    # The two of the tier use its 2; the third of it is in the draw with everybody, for the other 2.
    got, left = shared(Kind.TIERS, 4, "1", "1", "1", "1", "1", "1", each="1", tiers=tiers, tier=(0, 0, 0, 1, 1, 1))
    assert (got[:3].count("1") >= 2, got.count("1"), left) == (True, 4, "0")


def test_tiers_where_all_is_kept_for_the_first_serve_strictly_in_order():
    tiers = (Tier("医护", 100), Tier("困难", 0))
    got = shared(Kind.TIERS, 3, "1", "1", "1", "1", each="1", tiers=tiers, tier=(2, 1, 0, 0))
    assert got == (["0", "1", "1", "1"], "0")


def test_tiers_in_a_second_pass_begin_again_with_the_highest():
    tiers = (Tier("医护", 50),)
    assert shared(Kind.TIERS, 4, "2", "2", "1", each="1", tiers=tiers, tier=(0, 1, 1)) == (["2", "1", "1"], "0")


def test_a_household_with_two_orders_has_one_lot_and_its_first_order_is_met_first():
    got = shared(Kind.TIERS, 1, "1", "1", each="1", household=("3-101", "3-101"), came=("12:00", "09:00"))
    assert got == (["0", "1"], "0")


def test_who_asked_for_less_than_the_smallest_part_gets_just_that():
    assert shared(Kind.EQUAL, 2, "0.5", "0.5", "5") == (["0.5", "0.5", "1"], "0")


def test_what_is_smaller_than_the_smallest_part_is_left_over():
    assert shared(Kind.TIERS, "1.7", "1", "1", each="1")[1] == "0.7"


def test_a_lot_is_the_sha256_of_seed_and_room_in_any_version_of_python():
    assert draw("3f1c", "20-1702").hex() == "e3d4ceb87b6454256f858a56639f601f05af6b59c16ab6ecbd7d99a6e7a06bcb"


def test_lots_of_two_seeds_are_not_the_same():
    rooms = [f"{number}-101" for number in range(30)]
    assert sorted(rooms, key=lambda room: draw("a", room)) != sorted(rooms, key=lambda room: draw("b", room))


GOOD = {
    "arrived": "2",
    "seed": "s",
    "rule": {"kind": "tiers", "tiers": [{"name": "医护", "percent": 50}], "each": "1"},
    "claims": [
        {"id": "1", "household": "3-101", "wants": "2", "tier": 0},
        {"id": "2", "household": "3-102", "wants": "1", "tier": 1},
    ],
}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"arrived": "-1"}, "-1 is no quantity"),
        ({"arrived": "NaN"}, "NaN is no quantity"),
        ({"arrived": "0.0001"}, "0.0001 is finer than a thousandth"),
        ({"arrived": "viel"}, "'viel' is no number"),
        ({"rule": {"kind": "loudest"}}, "there is no rule 'loudest'"),
        ({"rule": {"kind": "tiers", "tiers": [{"name": "", "percent": 101}]}}, "more than 100 % is kept"),
        ({"rule": {"kind": "equal", "step": "0"}}, "the smallest part is nothing"),
        (
            {"rule": {"kind": "equal", "each": "1.5"}},
            "what each gets first must be some of the smallest parts",
        ),
        ({"claims": [{"id": "1", "household": "3-101"}]}, "wants is missing"),
        ({"claims": [{"id": "1", "household": "3-101", "wants": "0"}]}, "the claim 1 is to nothing"),
        ({"claims": [{"id": "1", "household": "", "wants": "1"}]}, "a claim of nobody"),
        ({"claims": [GOOD["claims"][0], GOOD["claims"][0]]}, "two claims have one id"),
        (
            {"claims": [{"id": "1", "household": "3-101", "wants": "1", "tier": 2}]},
            "a claim is of a tier that the rule does not have",
        ),
        ({"claims": 5}, "a list or an object stands where something else belongs"),
    ],
)
def test_problem_that_makes_no_sense_is_refused_in_words(wrong, words):
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(GOOD | wrong)
    assert str(refused.value) == words


def test_share_command_runs_a_file_again(tmp_path, capsys):
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(GOOD), encoding="utf-8")
    call_command("share", str(file))
    answer = json.loads(capsys.readouterr().out)
    assert answer == json.loads(json.dumps(allocate(Problem.from_json(GOOD)).to_json()))
    assert {share["id"]: share["quantity"] for share in answer["shares"]} == {"1": "1", "2": "1"}


def test_share_command_with_a_file_that_is_none_says_so_in_one_line(tmp_path):
    file = tmp_path / "problem.json"
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("share", str(file))
    assert str(refused.value) == f"{file}: no problem: an object with arrived, seed, rule and claims is expected"


@pytest.mark.parametrize(
    ("arrived", "kept"), [(1, ["1", "0", "0"]), (2, ["1", "0", "1"]), (7, ["3", "1", "1"]), (70, ["21", "14", "14"])]
)
def test_tiers_of_what_does_not_come_out_even_keep_whole_parts_the_higher_first(arrived, kept):
    rule = Rule(Kind.TIERS, (Tier("医护", 30), Tier("困难", 20), Tier("老幼", 20)), Decimal(1))
    claims = tuple(Claim(str(n), f"{n}-101", Decimal(1), n % 4) for n in range(400))
    steps = allocate(Problem(Decimal(arrived), rule, claims, "a")).steps
    assert [step.params["kept"] for step in steps if step.code == "tier"] == kept
