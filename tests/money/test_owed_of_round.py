"""The notice of what a round costs says how much of it is still open, and names nobody."""

import uuid
from decimal import Decimal

import pytest

from compound.models import Compound
from money.queries.owing import owed_of_round
from money.services.bills import bill_round
from money.services.payments import take_payment
from orders.models import Notice, OrderLine, Round, Sharing
from orders.open_bills import OpenBills, Owed
from orders.services.notices import make_notices
from tests.money.scene import AFTER, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Everything is handed over; nothing is billed."""
    made = Scene()
    made.receipts()
    Sharing.objects.update(claims={"claims": []})
    for room in made.doors:
        made.mark(room, "delivered")
    return made


def told(scene: Scene, step: str = Notice.Step.MONEY) -> dict[str, list[str]]:
    """By building (`""`: everybody), the lines below the first that say something of sums or of who has paid."""
    made = make_notices(round=scene.round, step=step, by=scene.chief, at=AFTER)
    return {
        notice.building.name if notice.building else "": [
            line for line in notice.text.splitlines()[1:] if any(word in line for word in ("元", "付清", "以后再算"))
        ]
        for notice in made
    }


def pay(scene: Scene, room: str, amount: str) -> None:
    take_payment(
        household=scene.doors[room], amount=Decimal(amount), method="cash", taken_by=None, id=uuid.uuid4(),
        by=scene.chief, at=AFTER,
    )  # fmt: skip


def test_notice_of_what_it_costs_before_anything_is_billed_says_nothing_of_who_owes(scene: Scene) -> None:
    receipts = ["2张小票，一共48.00元。"]
    assert (owed_of_round(scene.round), told(scene)) == (None, {"": receipts, "3": receipts, "20": receipts})


def test_notice_of_what_it_costs_counts_who_still_owes_and_adds_it_up_and_names_no_room(scene: Scene) -> None:
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    owes = {room: Decimal(sum) for room, sum in scene.owes().items()}
    in_three, in_all = owes["3-101"] + owes["3-102"], sum(owes.values())
    receipts = "2张小票，一共48.00元。"
    assert told(scene) == {
        "": [receipts, f"还有3户没付清，共{in_all}元（含以前没付的）。"],
        "3": [receipts, f"3栋：还有2户没付清，共{in_three}元（含以前没付的）。"],
        "20": [receipts, f"20栋：还有1户没付清，共{owes['20-1702']}元（含以前没付的）。"],
    }
    # One pays, one a part, one too much: what is too much pays for nobody else.
    pay(scene, "3-101", str(owes["3-101"]))
    pay(scene, "3-102", "10.00")
    pay(scene, "20-1702", "100.00")
    left = owes["3-102"] - 10
    assert told(scene) == {
        "": [receipts, f"还有1户没付清，共{left}元（含以前没付的）。"],
        "3": [receipts, f"3栋：还有1户没付清，共{left}元（含以前没付的）。"],
        "20": [receipts, "20栋：都付清了，谢谢大家。"],
    }
    pay(scene, "3-102", str(left))
    assert told(scene)[""] == [receipts, "都付清了，谢谢大家。"]
    texts = Notice.objects.values_list("text", flat=True)
    assert [text for text in texts if any(room in text for room in scene.doors)] == []


def test_notice_of_what_it_costs_thanks_nobody_for_all_while_something_has_no_price(scene: Scene) -> None:
    tofu = scene.line("20-1702", "猪肉")
    OrderLine.objects.filter(pk=tofu.pk).update(goods="豆腐", unit="块", item=None)
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    for room, owes in scene.owes().items():
        pay(scene, room, owes)
    receipts = "2张小票，一共48.00元。"
    assert told(scene) == {
        "": [receipts, "已定价的都付清了，谢谢大家。还没定价的以后再算。"],
        "3": [receipts, "3栋：都付清了，谢谢大家。"],
        "20": [receipts, "20栋：已定价的都付清了，谢谢大家。还没定价的以后再算。"],
    }
    Compound.objects.update(language="en")
    scene.round = Round.objects.get()
    texts = [made.text for made in make_notices(round=scene.round, step="money", by=scene.chief, at=AFTER)]
    said = "%s has paid what has a price, thank you. What has none yet is charged later."
    assert [said % "Everybody" in texts[0], said % "building 20" in "".join(texts)] == [True, True]


def test_notice_of_what_it_costs_names_no_building_as_paid_where_nothing_had_a_price(scene: Scene) -> None:
    OrderLine.objects.filter(pk=scene.line("20-1702", "猪肉").pk).update(goods="豆腐", unit="块", item=None)
    OrderLine.objects.filter(pk=scene.line("20-1702", "菠菜").pk).update(delivered=0, outcome="refused")
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    for room, owes in scene.owes().items():
        pay(scene, room, owes)
    made = told(scene)
    assert made[""][1:] == ["已定价的都付清了，谢谢大家。还没定价的以后再算。"]
    assert made["20"][1:] == ["20栋：还没定价的以后再算。"]


def test_owed_of_a_round_counts_only_its_own_households(scene: Scene) -> None:
    OrderLine.objects.filter(pk=scene.line("20-1702", "猪肉").pk).update(delivered=0)
    scene.mark("20-1702", "refused")
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    building = scene.doors["3-101"].building_id
    owes = sum(Decimal(owed) for owed in scene.owes().values())
    assert owed_of_round(scene.round) == OpenBills({building: Owed(2, owes)})


def test_notice_of_another_step_asks_for_no_bills(scene: Scene) -> None:
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    assert [any("没付清" in line for line in lines) for lines in told(scene, Notice.Step.DONE).values()] == [False] * 3
