"""A day of the demo: what the command promises is there, and the same seed and date give the same again."""

import datetime as dt
from collections import Counter

import pytest
from django.db.models import Count, Sum

from compound.models import Compound, Household, Role, Sheet, User
from desk.demo import cast, logins
from gate.models import Check, Conflict, Incident, Isolation, Outing, Parcel, Pass, Ratification, TemperatureRecord
from gate.services.passes import token_of
from orders.models import ChainEntry, ChainImport, Order, OrderLine, Purchase
from tests import make
from tests.desk.demo.dumps import everything_of

pytestmark = pytest.mark.django_db

AT_10_40 = dt.datetime(2022, 8, 23, 10, 40, tzinfo=make.SHANGHAI)
MADE = {"households": 400, "days": 2, "date": AT_10_40.date()}


def test_demo_prints_the_logins_that_work(made):
    assert [(login["role"], login["phone"], login["password"]) for login in made["logins"]] == logins()
    assert len(logins()) == len(Role)
    people = User.objects.in_bulk([login["phone"] for login in made["logins"]], field_name="phone")
    assert all(people[login["phone"]].check_password(login["password"]) for login in made["logins"])


def test_demo_room_20_1702_has_nothing_that_keeps_it_at_home(demo):
    door = Household.objects.get(compound__code="demo", room="20-1702")
    assert (door.occupancy, door.card, door.has_returnee) == ("occupied", "red", False)


def test_demo_today_has_something_of_everything(demo):
    closed = demo.rounds.filter(closed_at__isnull=False).order_by("-cutoff_at")
    cabbages, more = closed.get(title="爱心白菜"), closed.get(title="今天加单")
    last = closed.exclude(pk__in=[cabbages.pk, more.pk])[0]
    now = demo.rounds.get(title="8月23日 12:00")
    imports = Counter(ChainImport.objects.filter(round=now).values_list("state", flat=True))
    channels = set(Order.objects.filter(round=now, state="placed").values_list("channel", flat=True))

    every_day = {"shopping_list", "bag_slips", "delivery_run", "not_served"}
    assert {sheet.kind for sheet in Sheet.objects.filter(group=last.pk)} == every_day
    assert {sheet.kind for sheet in Sheet.objects.filter(group=cabbages.pk)} == every_day | {"sharing"}
    bought = Counter(Purchase.objects.filter(good__round=more).values_list("kind", flat=True))
    assert bought == {"bought": 6, "substitute": 1, "short": 1}
    given = OrderLine.objects.filter(order__round=cabbages).aggregate(given=Sum("allocated"), doors=Count("pk"))
    # 400 households, of which some stand empty: fewer cabbages in proportion.
    assert given["given"] == 70 * given["doors"] // 368
    assert imports == {"confirmed": 2, "review": 1}
    assert channels == {"chain", "household", "phone"}
    assert Order.objects.filter(round=last, state="late").count() == 1
    assert ChainEntry.objects.filter(chain_import__round=now, decision="open").count() >= 5
    assert now.takes_orders(AT_10_40)


def test_demo_has_a_pass_for_each_household_that_somebody_lives_in_and_some_of_every_other_kind(demo):
    valid = demo.passes.filter(revoked_at=None)
    rooms = list(
        valid.filter(kind="household").order_by("household__sort_key").values_list("household__room", flat=True)
    )
    assert rooms == list(demo.households.filter(occupancy="occupied").values_list("room", flat=True))
    assert {card.kind for card in valid} == set(Pass.Kind.values) - {"visitor"}
    assert all(token_of(card) for card in demo.passes.all())


def test_demo_at_the_gates_has_something_of_everything_and_nothing_of_20_1702(demo):
    checks = Check.objects.filter(compound=demo)
    outside = Outing.objects.filter(compound=demo, back_at=None, void_at=None)
    codes = {reason["code"] for check in checks for reason in check.reasons}

    assert set(checks.values_list("gate__name", flat=True)) == set(cast.GATES)
    assert checks.filter(event_at__gt=AT_10_40).count() == 0
    assert {"quota_used", "sealed_building", "overridden", "pass_unknown", "pass_revoked", "fever"} <= codes
    assert 10 <= outside.count() <= 30
    assert outside.filter(due_at__lt=AT_10_40).count() == 2
    assert list(TemperatureRecord.objects.order_by("opened_at").values_list("outcome", flat=True)) == ["cleared", ""]
    assert [conflict.code for conflict in Conflict.objects.filter(settled_at=None)] == ["quota_used"]
    assert (checks.filter(action="emergency").count(), Ratification.objects.count()) == (1, 0)
    assert Parcel.objects.filter(compound=demo, handed_at=None).count() > 5
    assert (Isolation.objects.count(), Incident.objects.count()) == (1, 3)
    assert not checks.filter(household__room="20-1702").exists()
    assert not Outing.objects.filter(household__room="20-1702").exists()


def test_demo_with_the_same_seed_and_date_is_the_same_again(demo, make_demo):
    first = everything_of(demo)
    make_demo(**MADE)
    assert everything_of(Compound.objects.get(code="demo")) == first
