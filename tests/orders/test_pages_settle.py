"""Settling counts what nobody marked as delivered: not before somebody has said that all runs are back."""

import pytest
from django.test import Client

from orders.models import OrderLine, Round
from orders.services import delivery, rounds
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening(client: Client):
    """Two buildings on their way, the first one marked."""
    compound = make.compound()
    coordinator = make.member(compound)
    round = make.round(compound)
    doors = [make.household(compound, room) for room in ("1-101", "2-101")]
    for door in doors:
        make.order(round, door, ("鸡蛋", "1", "板"), by=coordinator)
    rounds.close_due_rounds(NOON)
    for step in ("shopping", "delivering"):
        rounds.advance_round(round=round, to=step, by=coordinator, at=NOON)
    delivery.mark_door(round=round, household=doors[0], outcome="refused", by=coordinator, at=NOON)
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    return round


def settle(client: Client, round: Round, **data: str):
    return client.post(f"/c/xingfuli/rounds/{round.pk}/advance/settled/", data)


def test_settle_while_a_building_is_unmarked_asks_first_and_names_it(client, evening):
    answer = settle(client, evening)
    evening.refresh_from_db()
    assert (evening.state, answer.status_code) == ("delivering", 200)
    assert [building.name for building in answer.context["buildings"]] == ["2"]
    assert "送货单都收回来了吗？" in answer.content.decode()


def test_settle_when_somebody_has_said_so_counts_the_rest_as_delivered(client, evening):
    assert settle(client, evening, sure="1").status_code == 302
    evening.refresh_from_db()
    assert evening.state == "settled"
    assert sorted(OrderLine.objects.values_list("outcome", flat=True)) == ["delivered", "refused"]


def test_settle_when_every_door_is_marked_asks_nothing(client, evening):
    OrderLine.objects.filter(outcome="").update(
        outcome="delivered", delivered=1, outcome_at=NOON, outcome_by=evening.compound.memberships.get().user
    )
    assert settle(client, evening).status_code == 302
    evening.refresh_from_db()
    assert evening.state == "settled"
