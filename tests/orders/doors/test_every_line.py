"""Any round, bought, shared out or not, carried as it comes: every line ends in one place, and is paid once."""

import datetime as dt
import random
import uuid
from collections import defaultdict
from contextlib import nullcontext, suppress
from decimal import ROUND_FLOOR, Decimal

import pytest

from compound.access import standing_of
from compound.models import Role
from compound.refusals import Refusal
from money.queries.rounds import facts_of
from money.services.bills import bill_round
from orders import rules
from orders.events import phone_act, take_act
from orders.models import OrderLine, Purchase, Round, RoundGood
from orders.queries.delivery import owed_lines
from orders.queries.undecided import undecided_lines
from orders.services import delivery, packing, rounds, sharing
from orders.services.round_goods import list_goods
from tests import make
from tests.orders.sharing.scene import AFTER, closed_round, purchase

pytestmark = pytest.mark.django_db

ROOMS = ("3-101", "3-102", "3-201", "3-202", "20-1702")
GOODS = (("大白菜", "颗"), ("盐", "包"), ("猪肉", "斤"))
PRICE = Decimal("3.33")
MINUTE = dt.timedelta(minutes=1)
NEXT_DAY = AFTER + dt.timedelta(days=1)
SERVED, NOT = ("delivered", "left"), ("refused", "nobody_home", "damaged")


class Story:
    """One round whose every step is thrown by `rng`."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.compound = make.compound()
        self.by = make.member(self.compound, Role.COORDINATOR)
        self.runner = make.member(self.compound, Role.VOLUNTEER)
        self.round = closed_round(self.compound)
        self.at = AFTER
        for room in ROOMS:
            goods = [(name, str(rng.randint(1, 3)), unit) for name, unit in GOODS if rng.random() < 0.8]
            make.order(self.round, make.household(self.compound, room), *(goods or [("盐", "1", "包")]), by=self.by)
        list_goods(self.round)

    def lines(self):
        return OrderLine.objects.filter(order__round=self.round).order_by("pk")

    def now(self) -> dt.datetime:
        self.at += MINUTE
        return self.at

    def buy(self) -> None:
        for good in RoundGood.objects.filter(round=self.round).order_by("goods"):
            needed = sum((line.ordered for line in self.lines().filter(goods=good.goods)), Decimal(0))
            bought = Decimal(self.rng.randint(0, int(needed)))
            if self.rng.random() < 0.2:
                continue
            if not bought:
                purchase(good, Purchase.Kind.SHORT, by=self.by)
                continue
            purchase(good, Purchase.Kind.BOUGHT, str(bought), amount=bought * PRICE, by=self.by)
            if bought < needed and self.rng.random() < 0.5:
                draft = sharing.make_sharing(good=good, by=self.by, at=self.now())
                applied = sharing.apply_sharing(sharing=draft, by=self.by, at=self.now())
                if self.rng.random() < 0.3:
                    sharing.withdraw_sharing(sharing=applied, reason="称错了", by=self.by, at=self.now())

    def pack(self) -> None:
        for building in self.compound.buildings.order_by("name"):
            if self.rng.random() < 0.5:
                packing.pack_building(round=self.round, building=building, by=self.by, at=self.now())

    def tap(self) -> None:
        """A door, by a runner's phone; some hear of it hours later, some take it back."""
        room = self.rng.choice(ROOMS)
        do = self.rng.choice([*SERVED, *NOT, "missing", "undo"])
        body = {"round": str(self.round.pk), "room": room, "do": do}
        if do == "missing":
            line = self.rng.choice(list(self.lines().filter(order__household__room=room)))
            body |= {"line": str(line.pk), f"arrived-{line.pk}": str(self.rng.randint(0, int(line.ordered) - 1))}
        # Of what nobody has shared out no more is given than came.
        with suppress(Refusal) if do == "missing" else nullcontext():
            self.act(body)

    def act(self, body: dict[str, object]) -> None:
        received = self.now()
        said = received - self.rng.choice([0, 0, 5, 30]) * MINUTE
        take_act(
            phone_act(
                id=uuid.uuid4(), standing=standing_of(self.runner, "xingfuli"), kind="door", at=said,
                clock_offset_ms=0, received_at=received, body=body,
            )
        )  # fmt: skip

    def sweep(self) -> None:
        building = self.rng.choice(list(self.compound.buildings.order_by("name")))
        undecided = set(undecided_lines([self.round.pk]).values_list("pk", flat=True))
        if self.rng.random() < 0.5:
            delivery.deliver_building(round=self.round, building=building, by=self.by, at=self.now())
        else:
            self.act({"building": building.name, "round": str(self.round.pk), "bags": "3", "taken_by": "郭芳"})
        assert not self.lines().filter(pk__in=undecided).exclude(outcome="").exists()

    def close_some(self) -> None:
        for line in owed_lines(self.compound, at=NEXT_DAY):
            if self.rng.random() < 0.3:
                delivery.close_line(line=line, reason="下轮补", by=self.by, at=self.now())


def places_of(story: Story) -> dict[int, list[str]]:
    """By line every place in which it is found. `owed`: on "not served yet", of which the refused are told apart."""
    owed = set(owed_lines(story.compound, at=NEXT_DAY).values_list("pk", flat=True))
    return {
        line.pk: [
            place
            for place, is_there in (
                ("delivered", line.outcome in SERVED and line.delivered is not None),
                ("refused", line.pk in owed and line.outcome == "refused"),
                ("not served yet", line.pk in owed and line.outcome != "refused"),
                ("given to others", is_given_to_others(line) and line.pk not in owed and line.closed_at is None),
                ("closed", line.closed_at is not None and bool(line.closed_reason)),
            )
            if is_there
        ]
        for line in story.lines()
    }


def is_given_to_others(line: OrderLine) -> bool:
    return line.allocated == 0 and not line.allocated_instead and not line.delivered


@pytest.mark.parametrize("seed", range(6))
def test_every_line_of_any_round_ends_in_one_place_and_is_paid_as_it_was_delivered(seed):
    story = Story(random.Random(seed))
    story.buy()
    story.pack()
    Round.objects.filter(pk=story.round.pk).update(state="delivering")
    story.round.refresh_from_db()
    for _ in range(story.rng.randint(3, 10)):
        story.rng.choice([story.tap, story.tap, story.sweep])()
        assert {len(places) for places in places_of(story).values()} == {1}
    rounds.advance_round(round=story.round, to="settled", by=story.by, at=story.now())
    assert all(is_given_to_others(line) for line in story.lines().filter(outcome=""))
    story.tap()
    story.close_some()
    places = places_of(story)
    assert {len(found) for found in places.values()} == {1}
    assert_paid(story)


def assert_paid(story: Story) -> None:
    bill_round(round=story.round, by=story.by, at=story.now())
    facts = facts_of(story.round)
    bought = set(Purchase.objects.filter(kind="bought").values_list("good__goods", flat=True))
    owes: dict[int, Decimal] = defaultdict(Decimal)
    for line in story.lines().select_related("order"):
        if line.goods in bought and line.delivered:
            assert line.delivered <= max(line.ordered, rules.due(line))
            owes[line.order.household_id] += (line.delivered * PRICE).quantize(Decimal("0.01"), ROUND_FLOOR)
    charged: dict[int, Decimal] = defaultdict(Decimal)
    for key, posted in facts.posted.items():
        charged[key.household] += posted.amount
    assert {door: sum_ for door, sum_ in charged.items() if sum_} == {door: sum_ for door, sum_ in owes.items() if sum_}
    assert facts.to_bill == 0
