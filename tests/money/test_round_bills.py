"""Bills of a round out of its facts, the difference when facts change, and its receipts explained to the cent."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection

from compound.models import AuditEntry
from compound.refusals import Refusal
from money.models import Entry
from money.queries.rounds import bills_of, facts_of
from money.services.bills import Billed, bill_round, explain_rest, write_rest
from money.services.ledger import reverse
from orders.models import OrderLine
from orders.services.receipts import void_receipt
from tests.at_once import Other
from tests.money.scene import AFTER, Scene

D = Decimal


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def bill(scene: Scene) -> Billed:
    return bill_round(round=scene.round, by=scene.chief, at=AFTER)


def proposed(scene: Scene) -> dict[str, str]:
    return {part.why.value: str(part.amount) for part in facts_of(scene.round).proposals}


def explain(scene: Scene, parts: dict[str, str] | None = None, *, id: uuid.UUID | None = None) -> tuple[Decimal, int]:
    chosen = {why: D(amount) for why, amount in (proposed(scene) if parts is None else parts).items()}
    return explain_rest(round=scene.round, parts=chosen, by=scene.chief, at=AFTER, id=id or uuid.uuid4())


def refusal(deed, *args, **kwargs) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refused:
        deed(*args, **kwargs)
    return refused.value.code


# ── what volunteers are owed ──────────────────────


def test_receipt_when_it_is_written_down_is_owed_to_whoever_paid(scene: Scene) -> None:
    id = uuid.uuid4()
    scene.receipt("鸡蛋", total="25.00", id=id)
    scene.receipt("鸡蛋", total="25.00", id=id)

    assert (scene.owed(scene.luo), scene.left()) == ("25.00", "25.00")


def test_receipt_when_it_is_void_is_owed_to_nobody(scene: Scene) -> None:
    receipt = scene.receipt("鸡蛋", total="25.00")
    void_receipt(receipt=receipt, reason="输错了", by=scene.luo, at=AFTER)

    assert (scene.owed(scene.luo), scene.left()) == ("0.00", "0.00")
    assert Entry.objects.get(kind="reversal").reason == "输错了"


def test_void_receipt_whose_entry_was_taken_back_before_changes_nothing(scene: Scene) -> None:
    receipt = scene.receipt("鸡蛋", total="25.00")
    reverse(entry=Entry.objects.get(), reason="输错了", by=scene.chief, at=AFTER)
    void_receipt(receipt=receipt, reason="输错了", by=scene.luo, at=AFTER)
    assert scene.owed(scene.luo) == "0.00"

    # Taken back and brought back in force: then it is the last word that is taken back.
    again = scene.receipt("猪肉", total="16.00")
    entry = Entry.objects.get(receipt=again)
    back, _new = reverse(entry=entry, reason="误", by=scene.chief, at=AFTER)
    reverse(entry=back, reason="没有错", by=scene.chief, at=AFTER)
    void_receipt(receipt=again, reason="输错了", by=scene.luo, at=AFTER)
    assert scene.owed(scene.luo) == "0.00"


# ── what households owe ───────────────────────────


def test_settled_round_charges_each_door_what_it_got_at_the_tills_price(scene: Scene) -> None:
    scene.receipts()
    scene.weigh("20-1702", "猪肉", "2.3")
    scene.settle()

    assert scene.owes() == {"3-101": "12.50", "3-102": "16.50", "20-1702": "19.00"}
    assert scene.said("bill") == [
        ("小白菜", "1", "3.00"),
        ("猪肉", "2.3", "16.00"),
        ("菠菜", "1", "4.00"),
        ("鸡蛋", "1", "12.50"),
        ("鸡蛋", "1", "12.50"),
    ]
    assert (scene.left(), proposed(scene)) == ("0.00", {})


def test_bill_again_when_nothing_has_changed_writes_nothing(scene: Scene) -> None:
    scene.receipts()
    scene.settle()

    assert bill(scene) == Billed(0, D(0))
    assert Entry.objects.filter(kind="bill").count() == 3


def test_bill_after_a_refusal_gives_it_back_and_after_its_undo_charges_it_again(scene: Scene) -> None:
    scene.receipts()
    scene.settle()
    scene.mark("3-101", "refused", at=AFTER)

    assert bill(scene) == Billed(1, D("-12.50"))
    assert scene.owes()["3-101"] == "0.00"
    assert proposed(scene)["refused"] == "12.50"

    scene.mark("3-101", "", at=AFTER)
    scene.mark("3-101", "delivered", at=AFTER)
    assert bill(scene) == Billed(1, D("12.50"))
    assert proposed(scene) == {"surplus": "2.08", "rounding": "0.01"}


def test_bill_that_was_taken_back_by_hand_is_charged_anew(scene: Scene) -> None:
    scene.receipts()
    scene.settle()
    entry = Entry.objects.get(kind="bill", postings__account__household=scene.door("3-101"))
    reverse(entry=entry, reason="误", by=scene.chief, at=AFTER)
    assert scene.owes()["3-101"] == "0.00"

    assert bill(scene) == Billed(1, D("12.50"))


def test_bill_while_a_price_is_not_known_takes_the_lists_and_then_the_tills(scene: Scene) -> None:
    scene.buy("鸡蛋", "2", None)
    OrderLine.objects.filter(order__round=scene.round).update(outcome="missing", delivered=0, outcome_at=AFTER)
    scene.mark("3-101", "delivered")
    [first] = bills_of(facts_of(scene.round))
    assert (first.household.room, first.to_bill) == ("3-101", D("12.50"))
    bill(scene)

    scene.buy("鸡蛋", "2", "27.00")

    assert bill(scene) == Billed(1, D("0.50"))
    assert scene.owes() == {"3-101": "13.00"}
    change = Entry.objects.filter(kind="bill").order_by("pk").get(lines__amount="0.50").lines.get()
    assert (change.quantity, change.price) == (D(0), D("13.00000"))


def test_good_without_any_price_is_named_and_left_off_the_bill(scene: Scene) -> None:
    line = scene.line("3-101", "鸡蛋")
    OrderLine.objects.filter(pk=line.pk).update(goods="豆腐", item=None)
    scene.settle()

    [bill] = [row for row in bills_of(facts_of(scene.round)) if row.household.room == "3-101"]
    assert [(charge.key.goods, charge.amount) for charge in bill.unknown] == [("豆腐", D(0))]
    assert "3-101" not in scene.owes()


def test_receipt_from_before_there_was_a_ledger_is_posted_with_the_bills(scene: Scene) -> None:
    receipt = scene.receipt("鸡蛋", total="25.00")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL shouwang.retention = 'on'")
    for entry in Entry.objects.filter(receipt=receipt):
        entry.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL shouwang.retention = 'off'")

    bill(scene)

    assert scene.owed(scene.luo) == "25.00"


def test_bill_says_in_the_audit_log_who_pressed_it(scene: Scene) -> None:
    scene.settle()

    entry = AuditEntry.objects.get(action="round.billed")
    assert (entry.by, entry.params) == (scene.chief, {"households": 3, "amount": "45.91"})


@pytest.mark.django_db(transaction=True)
def test_two_who_bill_at_once_charge_once() -> None:
    scene = Scene()
    OrderLine.objects.update(outcome="delivered", delivered=1, outcome_at=AFTER)

    both = [Other(lambda: bill(scene)), Other(lambda: bill(scene))]

    assert sorted(one.ended().households for one in both) == [0, 3]
    assert Entry.objects.filter(kind="bill").count() == 3


# ── where the rest went ───────────────────────────


def test_receipts_are_explained_to_the_cent_once_the_proposed_parts_are_posted(scene: Scene) -> None:
    scene.receipt("鸡蛋", "猪肉", total="41.30")
    scene.receipt("菠菜", "小白菜", total="7.00", paid_by=scene.feng)
    scene.weigh("20-1702", "猪肉", "2.1")
    scene.mark("3-101", "refused")
    scene.settle()
    assert scene.left() == "14.20"
    assert proposed(scene) == {"surplus": "1.39", "refused": "12.50", "rounding": "0.01", "till": "0.30"}
    id = uuid.uuid4()

    assert explain(scene, id=id) == (D("14.20"), 4)

    assert (scene.left(), proposed(scene), facts_of(scene.round).unexplained) == ("0.00", {}, D(0))
    reasons = dict(Entry.objects.filter(kind="rest").values_list("why", "reason"))
    assert reasons["refused"] == "鸡蛋 1板"
    assert reasons["surplus"] == "猪肉 0.2斤"


def test_rest_posted_twice_under_one_id_is_posted_once(scene: Scene) -> None:
    scene.receipts()
    scene.settle()
    id, parts = uuid.uuid4(), proposed(scene)

    assert explain(scene, parts, id=id) == (D("2.09"), 2)
    assert explain(scene, parts, id=id) == (D(0), 0)
    assert refusal(explain, scene, parts) == "rest_changed"
    assert refusal(explain, scene, {}) == "nothing_ticked"


def test_rest_while_something_is_not_billed_waits_for_the_bill(scene: Scene) -> None:
    scene.receipts()
    scene.settle()
    parts = proposed(scene)
    scene.mark("3-101", "refused", at=AFTER)
    assert refusal(explain, scene, parts) == "bill_first"

    bill(scene)
    assert explain(scene) == (D("14.59"), 3)
    assert scene.left() == "0.00"


def test_rest_that_was_explained_comes_back_when_the_facts_change(scene: Scene) -> None:
    scene.receipts()
    scene.mark("3-101", "refused")
    scene.settle()
    explain(scene)
    scene.mark("3-101", "", at=AFTER)
    scene.mark("3-101", "delivered", at=AFTER)
    bill(scene)
    assert (scene.left(), proposed(scene)) == ("-12.50", {"refused": "-12.50"})

    explain(scene)
    assert scene.left() == "0.00"


def test_rest_taken_back_by_hand_is_proposed_again(scene: Scene) -> None:
    scene.receipts()
    scene.settle()
    explain(scene)
    entry = Entry.objects.get(why="surplus")
    back, _new = reverse(entry=entry, reason="误", by=scene.chief, at=AFTER)
    assert proposed(scene) == {"surplus": "2.08"}

    reverse(entry=back, reason="没有错", by=scene.chief, at=AFTER)
    assert proposed(scene) == {}


def test_purchase_on_no_receipt_stays_unexplained_until_somebody_says_what_it_was(scene: Scene) -> None:
    scene.receipt("鸡蛋", "猪肉", total="41.00")
    scene.settle()
    facts = facts_of(scene.round)
    assert (facts.explained.unreceipted, facts.unexplained) == (D("7.00"), D("-7.00"))
    explain(scene)
    words = {"why": "other", "amount": D("-7.00"), "reason": "小票丢了，冯磊不要了"}
    facts_ = {"round": scene.round, "by": scene.chief, "at": AFTER, "id": uuid.uuid4()}

    assert write_rest(**facts_, **words)[1] is False
    assert write_rest(**facts_, **words)[1] is True
    assert scene.left() == "0.00"
    assert refusal(write_rest, **facts_, **words | {"reason": " "}) == "reason_missing"
    assert refusal(write_rest, **facts_, **words | {"why": "magic"}) == "why_unknown"


def test_facts_of_a_round_cost_the_same_for_more_households(scene: Scene, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    scene.receipts()
    scene.settle()

    with django_assert_max_num_queries(8):
        facts_of(scene.round)


def test_billing_costs_the_same_for_more_households(scene: Scene, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    scene.receipts()
    for room in scene.doors:
        scene.mark(room, "delivered")

    with django_assert_max_num_queries(26):
        assert bill(scene).households == 3
