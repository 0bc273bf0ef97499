"""The demo as large as the story has it."""

import datetime as dt

import pytest
from django.db.models import Count, Sum

from compound.models import Resident, Rulebook
from desk.demo import cast
from orders.models import OrderLine, Round

pytestmark = pytest.mark.django_db

MADE = {"households": 1300, "days": 4, "date": dt.date(2022, 8, 23)}


def test_demo_of_1300_has_the_figures_of_the_story(demo, made):
    assert {key: made[key] for key in ("compound", "households", "people", "buildings")} == {
        "compound": "demo",
        "households": 1300,
        "people": 4500,
        "buildings": 24,
    }
    sealed = demo.buildings.get(name=cast.SEALED_BUILDING)
    assert sealed.households.aggregate(doors=Count("pk"), people=Sum("head_count")) == {"doors": 42, "people": 163}
    assert [gate.name for gate in demo.gates.all()] == ["东门", "南门", "西门", "北门"]
    assert Resident.objects.filter(household__compound=demo).count() == 4500
    assert list(Rulebook.objects.filter(building=sealed).values_list("persons", flat=True)) == [0]
    assert demo.rounds.get(cutoff_at__day=22, title="8月22日 18:00").state == Round.State.SHOPPING


def test_demo_past_leaves_some_unserved_and_some_closed_with_a_reason(demo):
    left = OrderLine.objects.filter(
        order__round__compound__code="demo", outcome__in=["missing", "refused", "nobody_home"]
    )
    assert left.filter(closed_at=None).exists()
    assert left.exclude(closed_at=None).exclude(closed_reason="").exists()
