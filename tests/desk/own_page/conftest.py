"""20-1702 holds its slip, a round is open until noon, and eggs and milk are on the list. 20-1703 lives next door."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from compound.models import Compound, Household, User
from compound.services.household_keys import issue_key, token_of_key
from orders.models import Offer, Round
from tests import make
from tests.make import ELEVEN


@dataclass
class Scene:
    of: Compound
    home: Household
    next_door: Household
    round: Round
    eggs: Offer
    milk: Offer
    chief: User
    token: str

    def url(self, rest: str = "") -> str:
        return f"/h/{self.token}/{rest}"

    @property
    def order_url(self) -> str:
        return self.url(f"order/{self.round.pk}/")


@pytest.fixture
def scene(of: Compound) -> Scene:
    # A member of the compound once `log_in` has made the coordinator one.
    chief = make.user()
    home, next_door = make.household(of, "20-1702"), make.household(of, "20-1703")
    round = make.round(of)
    eggs = make.offer(round, "鸡蛋", "板", section="蛋奶", price="18.50", cap="2")
    milk = make.offer(round, "牛奶", "箱", section="蛋奶")
    key = issue_key(household=home, by=chief, at=ELEVEN)
    return Scene(of, home, next_door, round, eggs, milk, chief, token_of_key(key))


@pytest.fixture
def token_of(scene: Scene) -> Callable[[Household], str]:
    return lambda household: token_of_key(issue_key(household=household, by=scene.chief, at=ELEVEN))


@pytest.fixture
def phone() -> Client:
    """A phone that is logged in nowhere and keeps no cookies worth anything."""
    return Client(enforce_csrf_checks=True)
