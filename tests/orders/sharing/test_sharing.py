"""Made, looked at, applied: what each step writes, and what it refuses."""

import datetime as dt
import hashlib
from decimal import Decimal

import pytest

from compound.models import AuditEntry, Job
from compound.refusals import Refusal
from orders.allocation import allocate
from orders.models import Allotment, Item, OrderLine, Purchase, Round, RoundGood, Sharing
from orders.queries.sharing import file_of, goods_rows, problem_of
from orders.queries.sharing_memory import memory_of
from orders.queries.shopping import shelf_now
from orders.services import sharing as services
from orders.services import sharing_rules
from orders.shelf import Stand
from tests import make
from tests.orders.sharing.scene import AFTER, cabbages, cancelled, closed_round, more_cabbages, purchase, wish

pytestmark = pytest.mark.django_db

FOUR = (("3-101", "1"), ("3-102", "2"), ("3-201", "1"), ("3-202", "1"))
TAGS = {"3-202": "medical_family", "3-201": "hardship"}


def made(scene, at=AFTER, **more):
    return services.make_sharing(good=scene.good, by=scene.coordinator, at=at, **more)


def applied(scene, at=AFTER, **more):
    sharing = made(scene, at, **more)
    return services.apply_sharing(sharing=sharing, by=scene.coordinator, at=at + dt.timedelta(minutes=1))


def refusal(deed, *args, **kwargs):
    with pytest.raises(Refusal) as refused:
        deed(*args, **kwargs)
    return refused.value.code


def test_make_sharing_when_too_few_came_is_a_draft_and_gives_nobody_anything():
    scene = cabbages("2", *FOUR, tags=TAGS)
    sharing = made(scene)
    assert (sharing.applied_at, sharing.arrived, sharing.rule["name"]) == (None, Decimal(2), "按需要")
    assert set(scene.got().values()) == {None}
    by_room = {share.line.order.household.room: share.quantity for share in sharing.allotments.all()}
    # Of two one is kept for medical families; the other is nobody's of the third tier and goes by lot.
    assert (by_room["3-202"], sum(by_room.values())) == (1, 2)
    assert list(AuditEntry.objects.filter(action="sharing.made").values_list("params__seed", flat=True)) == [
        sharing.seed
    ]


def test_make_sharing_takes_tier_people_and_order_from_the_registry():
    scene = cabbages("2", *FOUR, tags=TAGS)
    sharing = made(scene)
    assert [
        (claim["household"], claim["wants"], claim["tier"], claim["people"]) for claim in sharing.claims["claims"]
    ] == [
        ("3-101", "1", 3, 2),
        ("3-102", "2", 3, 2),
        ("3-201", "1", 1, 2),
        ("3-202", "1", 0, 2),
    ]


def test_make_sharing_has_the_seed_of_round_and_good_however_often_it_is_made():
    scene = cabbages("2", *FOUR)
    text = f"{scene.round.pk}|大白菜|颗|"
    expected = hashlib.sha256(text.encode()).hexdigest()[:16]
    first = [(a.line_id, a.quantity) for a in made(scene).allotments.all()]
    again = made(scene)
    assert again.seed == expected
    assert [(a.line_id, a.quantity) for a in again.allotments.all()] == first
    assert Sharing.objects.count() == 1


def test_apply_sharing_when_looked_at_writes_the_lines_and_asks_for_sheets():
    scene = cabbages("4", *FOUR, tags=TAGS)
    sharing = applied(scene)
    assert scene.got() == {"3-101": "1", "3-102": "1", "3-201": "1", "3-202": "1"}
    assert (sharing.applied_by, sharing.replaced_at) == (scene.coordinator, None)
    assert Job.objects.filter(kind="round_sheets", key=str(scene.round.pk)).count() == 1


def test_apply_sharing_when_applied_already_changes_nothing():
    scene = cabbages("4", *FOUR)
    sharing = applied(scene)
    again = services.apply_sharing(sharing=sharing, by=scene.coordinator, at=AFTER + dt.timedelta(hours=1))
    assert again.applied_at == sharing.applied_at
    assert AuditEntry.objects.filter(action="sharing.applied").count() == 1


def test_apply_sharing_when_a_new_one_holds_replaces_the_earlier_one():
    scene = cabbages("4", *FOUR)
    first = applied(scene)
    purchase(scene.good, Purchase.Kind.BOUGHT, "1", by=scene.coordinator)
    assert [row.is_stale for row in goods_rows(scene.round)] == [True]
    later = AFTER + dt.timedelta(hours=1)
    second = services.make_sharing(good=scene.good, by=scene.coordinator, at=later)
    services.apply_sharing(sharing=second, by=scene.coordinator, at=later)
    first.refresh_from_db()
    assert first.replaced_at == later
    # Five came for five: nobody lacks any, and the lines say so because they had been cut before.
    assert scene.got() == {"3-101": "1", "3-102": "2", "3-201": "1", "3-202": "1"}


@pytest.mark.parametrize("bought_since", [True, False])
def test_apply_sharing_when_more_was_bought_since_is_stale(bought_since):
    scene = cabbages("2", *FOUR)
    sharing = made(scene)
    if bought_since:
        purchase(scene.good, Purchase.Kind.BOUGHT, "1", by=scene.coordinator)
        assert refusal(services.apply_sharing, sharing=sharing, by=scene.coordinator, at=AFTER) == "sharing_stale"
        assert set(scene.got().values()) == {None}
    else:
        services.apply_sharing(sharing=sharing, by=scene.coordinator, at=AFTER)
        assert sum(map(int, scene.got().values())) == 2


def test_apply_sharing_when_an_order_was_cancelled_since_is_stale():
    scene = cabbages("2", *FOUR)
    sharing = made(scene)
    cancelled(scene, "3-101")
    assert refusal(services.apply_sharing, sharing=sharing, by=scene.coordinator, at=AFTER) == "sharing_stale"


def test_apply_sharing_when_another_draft_was_applied_meanwhile_is_overtaken():
    scene = cabbages("2", *FOUR)
    first = made(scene)
    second = Sharing.objects.get(pk=first.pk)
    second.pk, second._state.adding = None, True
    second.pk = "7b0f9a52-9d0c-4a8e-9a1e-0f3f7b0f9a52"
    second.save()
    services.apply_sharing(sharing=first, by=scene.coordinator, at=AFTER + dt.timedelta(minutes=1))
    assert refusal(services.apply_sharing, sharing=second, by=scene.coordinator, at=AFTER) == "sharing_overtaken"


def test_apply_sharing_when_a_result_was_tampered_with_is_refused():
    scene = cabbages("2", *FOUR)
    sharing = made(scene)
    got = sharing.allotments.filter(quantity=1).first()
    Allotment.objects.filter(pk=got.pk).update(quantity=0)
    assert not services.is_repeatable(sharing)
    assert refusal(services.apply_sharing, sharing=sharing, by=scene.coordinator, at=AFTER) == "result_differs"


def test_apply_sharing_when_doors_have_been_served_is_refused():
    scene = cabbages("2", *FOUR)
    sharing = made(scene)
    OrderLine.objects.filter(pk=scene.lines["3-101"].pk).update(
        outcome="delivered", delivered=1, outcome_at=AFTER, outcome_by=scene.coordinator
    )
    assert refusal(services.apply_sharing, sharing=sharing, by=scene.coordinator, at=AFTER) == "doors_marked"


def test_sharing_when_run_again_from_its_file_gives_the_same():
    scene = cabbages("2", *FOUR, tags=TAGS)
    sharing = applied(scene)
    assert services.is_repeatable(sharing)
    assert allocate(problem_of(sharing)).sha256 == sharing.result_sha256
    assert file_of(sharing)["arrived"] == "2"


def test_make_sharing_of_what_is_enough_is_refused():
    assert refusal(made, cabbages("5", *FOUR)) == "enough"


def test_make_sharing_of_what_nobody_said_anything_about_is_refused_while_shopping():
    scene = cabbages("", *FOUR)
    assert refusal(made, scene) == "nothing_said"
    Round.objects.filter(pk=scene.round.pk).update(state=Round.State.DELIVERING)
    applied(scene)
    assert set(scene.got().values()) == {"0"}


def test_make_sharing_of_what_could_not_be_had_gives_everybody_none():
    scene = cabbages("0", *FOUR)
    sharing = applied(scene)
    assert set(scene.got().values()) == {"0"}
    assert set(sharing.allotments.values_list("code", flat=True)) == {"none"}


@pytest.mark.parametrize(("state", "code"), [("settled", "round_state"), ("shopping", None)])
def test_make_sharing_in_a_round_that_is_over_is_refused(state, code):
    scene = cabbages("2", *FOUR)
    Round.objects.filter(pk=scene.round.pk).update(state=state)
    assert (refusal(made, scene) if code else made(scene).rule_reason) == (code or "")


def test_make_sharing_counts_what_was_not_taken_back():
    scene = cabbages("1", *FOUR)
    wrong = purchase(scene.good, Purchase.Kind.BOUGHT, "9", by=scene.coordinator)
    purchase(scene.good, Purchase.Kind.VOID, by=scene.coordinator, refers_to=wrong)
    assert made(scene).arrived == Decimal(1)


# ── the rule ──────────────────────────────────────


def equal_rule(scene):
    facts = sharing_rules.RuleFacts("人人一样", "equal", [], None, True, Decimal(1))
    return sharing_rules.save_rule(compound=scene.compound, rule=None, facts=facts, by=scene.coordinator, at=AFTER)


def test_make_sharing_by_another_rule_without_a_reason_is_refused():
    scene = cabbages("2", *FOUR)
    assert refusal(made, scene, rule=equal_rule(scene)) == "reason_missing"


def test_make_sharing_by_another_rule_with_a_reason_keeps_and_logs_it():
    scene = cabbages("2", *FOUR)
    sharing = applied(scene, rule=equal_rule(scene), reason="全小区都断菜三天")
    assert (sharing.rule["kind"], sharing.rule_reason) == ("equal", "全小区都断菜三天")
    logged = AuditEntry.objects.filter(action="sharing.applied").values_list("params__rule_reason", flat=True)
    assert list(logged) == ["全小区都断菜三天"]


def test_choose_rule_after_the_cut_off_is_refused_and_before_it_stands():
    scene = cabbages("2", *FOUR)
    rule = equal_rule(scene)
    facts = {"rule": rule, "by": scene.coordinator}
    assert refusal(sharing_rules.choose_rule, round=scene.round, at=AFTER, **facts) == "rule_fixed"
    open_round = make.round(scene.compound, "明天", cutoff_at=AFTER + dt.timedelta(days=1))
    chosen = sharing_rules.choose_rule(round=open_round, at=AFTER, **facts)
    assert sharing_rules.rule_of(round=chosen) == rule


def test_save_rule_under_a_round_past_its_cut_off_leaves_it_the_old_one():
    scene = cabbages("2", *FOUR)
    usual = sharing_rules.default_rule(compound=scene.compound)
    facts = sharing_rules.RuleFacts("按需要", "equal", [], None, True, Decimal(1))
    sharing_rules.save_rule(compound=scene.compound, rule=usual, facts=facts, by=scene.coordinator, at=AFTER)
    scene.round.refresh_from_db()
    old = sharing_rules.rule_of(round=scene.round)
    assert (old.kind, old.is_active, sharing_rules.default_rule(compound=scene.compound).kind) == (
        "tiers",
        False,
        "equal",
    )
    assert made(scene).rule["kind"] == "tiers"


def test_make_default_under_a_round_past_its_cut_off_leaves_it_the_old_one():
    scene = cabbages("2", *FOUR)
    before = sharing_rules.default_rule(compound=scene.compound)
    rule = equal_rule(scene)
    sharing_rules.make_default(rule=rule, by=scene.coordinator, at=AFTER)
    scene.round.refresh_from_db()
    assert (sharing_rules.rule_of(round=scene.round), sharing_rules.default_rule(compound=scene.compound)) == (
        before,
        rule,
    )


def test_default_rule_on_first_use_has_the_tiers_of_need():
    rule = sharing_rules.default_rule(compound=make.compound())
    assert [(tier["name"], tier["tags"], tier["percent"]) for tier in rule.tiers] == [
        ("医护人员家庭", ["medical_family"], 30),
        ("困难户", ["hardship"], 20),
        ("婴幼儿、独居老人", ["infant", "lone_elder"], 20),
    ]
    assert (rule.each, rule.step, rule.missed_first, rule.is_default) == (1, 1, True, True)


@pytest.mark.parametrize(("percents", "code"), [((60, 50), "rule_senseless"), ((60, 40), None)])
def test_save_rule_that_keeps_more_than_there_is_is_refused(percents, code):
    scene = cabbages("2", *FOUR)
    tiers = [{"name": str(p), "tags": ["infant"], "percent": p} for p in percents]
    facts = sharing_rules.RuleFacts("新", "tiers", tiers, Decimal(1), True, Decimal(1))
    save = {"compound": scene.compound, "rule": None, "facts": facts, "by": scene.coordinator, "at": AFTER}
    assert (refusal(sharing_rules.save_rule, **save) if code else sharing_rules.save_rule(**save).name) == (
        code or "新"
    )


# ── memory ────────────────────────────────────────


def test_memory_when_some_went_away_empty_puts_them_first_next_time():
    ones = tuple((room, "1") for room, _ in FOUR)
    first = cabbages("2", *ones, days=1)
    compound, by = first.compound, first.coordinator
    applied(first)
    empty = {room for room, got in first.got().items() if got == "0"}
    second = more_cabbages(compound, by, closed_round(compound, "今天"), "2", *ones)
    missed = {claim["household"]: claim["missed"] for claim in made(second).claims["claims"]}
    assert missed == {room: 2 if room in empty else 0 for room, _ in ones}
    applied(second)
    assert {room for room, got in second.got().items() if got == "1"} == empty


def test_memory_when_somebody_went_away_empty_twice_counts_it_twice_and_a_part_once():
    first = cabbages("0", ("3-101", "1"), days=2)
    compound, by = first.compound, first.coordinator
    applied(first)
    applied(more_cabbages(compound, by, closed_round(compound, "昨天", days=1), "1", ("3-101", "1"), ("3-102", "2")))
    third = more_cabbages(compound, by, closed_round(compound, "今天"), "0", ("3-101", "1"), ("3-102", "2"))
    # 3-101 was first the second time, because it had missed; so 3-102 got nothing.
    doors = dict(compound.households.values_list("room", "pk"))
    assert memory_of(third.good) == {doors["3-102"]: 2}
    applied(third)
    fourth = more_cabbages(compound, by, closed_round(compound, "明天", days=-1), "2", ("3-101", "1"), ("3-102", "2"))
    assert memory_of(fourth.good) == {doors["3-101"]: 2, doors["3-102"]: 4}


def test_memory_when_there_was_enough_in_between_is_forgotten():
    first = cabbages("0", ("3-101", "1"), days=2)
    applied(first)
    between = more_cabbages(
        first.compound, first.coordinator, closed_round(first.compound, "昨天", days=1), "1", ("3-101", "1")
    )
    last = more_cabbages(first.compound, first.coordinator, closed_round(first.compound, "今天"), "0", ("3-101", "1"))
    door = first.compound.households.get(room="3-101").pk
    assert memory_of(last.good) == {door: 2}
    Round.objects.filter(pk=between.round.pk).update(state=Round.State.SETTLED)
    assert memory_of(last.good) == {}


# ── instead ───────────────────────────────────────


def with_substitute(bought="2", quantity="3"):
    scene = cabbages(bought, *FOUR)
    purchase(scene.good, Purchase.Kind.SUBSTITUTE, quantity, instead="娃娃菜", by=scene.coordinator)
    for room, what in (("3-101", "similar"), ("3-102", "similar"), ("3-201", "none")):
        wish(scene, room, what)
    return scene


def test_make_sharing_of_a_substitute_before_the_good_is_refused():
    assert refusal(made, with_substitute(), instead="娃娃菜") == "good_first"


def test_substitute_goes_to_who_lacks_some_and_takes_it():
    scene = with_substitute("0")
    applied(scene)
    applied(scene, instead="娃娃菜")
    # 3-201 wants nothing instead, 3-202 has not been called.
    assert scene.instead() == {"3-101": "1", "3-102": "2", "3-201": None, "3-202": None}
    assert set(scene.got().values()) == {"0"}


def test_substitute_goes_to_who_was_called_as_well():
    scene = with_substitute("0", "4")
    applied(scene)
    applied(scene, instead="娃娃菜", called=["3-202", "3-201"])
    assert scene.instead() == {"3-101": "1", "3-102": "2", "3-201": None, "3-202": "1"}


def test_second_substitute_goes_to_who_lacks_some_after_the_first():
    scene = with_substitute("0", "1")
    purchase(scene.good, Purchase.Kind.SUBSTITUTE, "9", instead="青菜", by=scene.coordinator)
    applied(scene)
    applied(scene, instead="娃娃菜")
    applied(scene, instead="青菜", called=["3-202"])
    assert scene.instead() == {"3-101": "1", "3-102": "2", "3-201": None, "3-202": "1"}


def test_new_sharing_of_the_good_takes_back_what_stood_in_for_it():
    scene = with_substitute("0")
    applied(scene)
    substitute = applied(scene, instead="娃娃菜")
    purchase(scene.good, Purchase.Kind.BOUGHT, "5", by=scene.coordinator)
    applied(scene, AFTER + dt.timedelta(hours=1))
    substitute.refresh_from_db()
    assert substitute.replaced_at is not None
    assert set(scene.instead().values()) == {None}


@pytest.mark.parametrize(
    ("bought", "is_weighed", "short"),
    [("1.9", True, "0"), ("1.5", True, "0"), ("1.4", True, "0.6"), ("0", True, "2"), ("1.9", False, "0.1")],
)
def test_goods_rows_count_weighed_goods_as_short_where_the_shopping_list_does(bought, is_weighed, short):
    scene = cabbages(bought, ("3-101", "1"), ("3-102", "1"))
    item = Item.objects.create(supply_point=scene.round.supply_point, name="肉", unit="颗", is_weighed=is_weighed)
    RoundGood.objects.filter(pk=scene.good.pk).update(item=item)
    (row,) = goods_rows(scene.round)
    assert (row.short, row.is_to_do, row.is_left_short) == (Decimal(short), short != "0", short != "0")
    assert (shelf_now(row.good).stand is Stand.DONE) is (short == "0")
