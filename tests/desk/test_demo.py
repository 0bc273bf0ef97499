"""The demo: figures as promised, the same twice, nothing else touched."""

import datetime as dt
import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum

from compound.models import Compound, Household, Membership, Resident, Role, Rulebook, Sheet, User
from desk.demo import cast, chains, logins
from desk.demo.buildings import blocks_for
from desk.demo.days import past_slots
from desk.demo.ids import seeded_ids
from desk.demo.people import Families, head_counts
from gate.models import (
    Check,
    Conflict,
    Incident,
    Isolation,
    Outing,
    Parcel,
    Pass,
    Ratification,
    TemperatureReading,
    TemperatureRecord,
)
from gate.services.passes import token_of
from orders.models import ChainEntry, ChainImport, Order, OrderLine, Purchase, Round
from tests import make

TUESDAY = dt.date(2022, 8, 23)
AT_10_40 = dt.datetime(2022, 8, 23, 10, 40, tzinfo=make.SHANGHAI)


def make_demo(capsys, households=200, days=2, **options):
    call_command("demo", households=households, days=days, date=TUESDAY, **options)
    return json.loads(capsys.readouterr().out)


# ── pure ──────────────────────────────────────────


def test_cast_is_that_of_the_tests():
    assert {role: tuple(person) for role, person in cast.CAST.items()} == make.CAST
    assert cast.PASSWORD == make.PASSWORD


@pytest.mark.parametrize("households", [1, 2, 7, 8, 30, 167, 1300, 1760])
def test_blocks_for_any_number_have_so_many_doors_and_20_1702(households):
    doors = [(block.name, door.unit, door.number) for block in blocks_for(households) for door in block.doors]
    assert len(doors) == households
    assert len(set(doors)) == households
    assert ("20", "", "1702") in doors


def test_blocks_for_1300_are_24_with_a_sealed_one_of_42():
    blocks = blocks_for(1300)
    assert len(blocks) == 24
    assert [len(block.doors) for block in blocks if block.name == cast.SEALED_BUILDING] == [42]


@pytest.mark.parametrize(("count", "total", "sum_"), [(0, 0, 0), (3, 1, 3), (10, 34, 34), (2, 99, 18)])
def test_head_counts_sum_up_as_near_as_one_to_nine_allows(count, total, sum_):
    import random

    heads = head_counts(count, total, random.Random(1))
    assert (len(heads), sum(heads)) == (count, sum_)


def test_families_phones_are_of_no_operator_and_never_the_casts():
    import random

    families = Families(random.Random(1))
    phones = [families.phone() for _ in range(39_601)]
    assert phones.pop() == ""
    assert len(set(phones)) == 39_600
    assert not set(phones) & {person.phone for person in cast.CAST.values()}


def test_rooms_written_are_found_in_every_spelling():
    assert {"20-1702", "20-302", "3-2-501", "3-1-302", "商务楼-305"} <= chains.rooms_written()


@pytest.mark.parametrize(
    ("hour", "minute", "last"),
    [(10, 40, ("18:00", "shopping")), (12, 0, ("12:00", "closed")), (15, 30, ("12:00", "delivering"))],
)
def test_past_slots_by_the_hour_end_with_the_last_cutoff(hour, minute, last):
    now = AT_10_40.replace(hour=hour, minute=minute)
    slots = past_slots(Compound(code="x"), days=1, now=now)
    newest = slots[-1]
    assert (f"{newest.cutoff:%H:%M}", newest.state) == last
    assert all(slot.state_at <= now for slot in slots)


# ── with the database ─────────────────────────────


@pytest.mark.django_db
def test_demo_of_1300_has_the_figures_of_the_story(capsys):
    answer = make_demo(capsys, households=1300, days=1)

    assert {key: answer[key] for key in ("compound", "households", "people", "buildings")} == {
        "compound": "demo",
        "households": 1300,
        "people": 4500,
        "buildings": 24,
    }
    compound = Compound.objects.get(code="demo")
    sealed = compound.buildings.get(name=cast.SEALED_BUILDING)
    assert sealed.households.aggregate(doors=Count("pk"), people=Sum("head_count")) == {"doors": 42, "people": 163}
    assert [gate.name for gate in compound.gates.all()] == ["东门", "南门", "西门", "北门"]
    assert Resident.objects.filter(household__compound=compound).count() == 4500
    assert list(Rulebook.objects.filter(building=sealed).values_list("persons", flat=True)) == [0]
    assert compound.rounds.get(cutoff_at__day=22, title="8月22日 18:00").state == Round.State.SHOPPING


@pytest.mark.django_db
def test_demo_prints_the_logins_that_work(capsys):
    answer = make_demo(capsys)
    assert [(login["role"], login["phone"], login["password"]) for login in answer["logins"]] == logins()
    assert len(logins()) == len(Role)
    people = User.objects.in_bulk([login["phone"] for login in answer["logins"]], field_name="phone")
    assert all(people[login["phone"]].check_password(login["password"]) for login in answer["logins"])


@pytest.mark.django_db
def test_demo_room_20_1702_has_nothing_that_keeps_it_at_home(capsys):
    make_demo(capsys)
    door = Household.objects.get(compound__code="demo", room="20-1702")
    assert (door.occupancy, door.card, door.has_returnee) == ("occupied", "red", False)


@pytest.mark.django_db
def test_demo_today_has_something_of_everything(capsys):
    make_demo(capsys, households=400)
    compound = Compound.objects.get(code="demo")
    closed = compound.rounds.filter(closed_at__isnull=False).order_by("-cutoff_at")
    cabbages, more = closed.get(title="爱心白菜"), closed.get(title="今天加单")
    last = closed.exclude(pk__in=[cabbages.pk, more.pk])[0]
    now = compound.rounds.get(title="8月23日 12:00")
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
    assert channels == {"chain", "phone"}
    assert Order.objects.filter(round=last, state="late").count() == 1
    assert ChainEntry.objects.filter(chain_import__round=now, decision="open").count() >= 5
    assert now.takes_orders(AT_10_40)


@pytest.mark.django_db
def test_demo_past_leaves_some_unserved_and_some_closed_with_a_reason(capsys):
    make_demo(capsys, households=1300, days=4)
    left = OrderLine.objects.filter(
        order__round__compound__code="demo", outcome__in=["missing", "refused", "nobody_home"]
    )
    assert left.filter(closed_at=None).exists()
    assert left.exclude(closed_at=None).exclude(closed_reason="").exists()


@pytest.mark.django_db
def test_demo_has_a_pass_for_each_household_that_somebody_lives_in_and_some_of_every_other_kind(capsys):
    make_demo(capsys, households=400)
    compound = Compound.objects.get(code="demo")
    valid = compound.passes.filter(revoked_at=None)
    rooms = list(
        valid.filter(kind="household").order_by("household__sort_key").values_list("household__room", flat=True)
    )
    assert rooms == list(compound.households.filter(occupancy="occupied").values_list("room", flat=True))
    assert {card.kind for card in valid} == set(Pass.Kind.values) - {"visitor"}
    assert all(token_of(card) for card in compound.passes.all())


@pytest.mark.django_db
def test_demo_at_the_gates_has_something_of_everything_and_nothing_of_20_1702(capsys):
    make_demo(capsys, households=400)
    compound = Compound.objects.get(code="demo")
    checks = Check.objects.filter(compound=compound)
    outside = Outing.objects.filter(compound=compound, back_at=None, void_at=None)
    codes = {reason["code"] for check in checks for reason in check.reasons}

    assert set(checks.values_list("gate__name", flat=True)) == set(cast.GATES)
    assert checks.filter(event_at__gt=AT_10_40).count() == 0
    assert {"quota_used", "sealed_building", "overridden", "pass_unknown", "pass_revoked", "fever"} <= codes
    assert 10 <= outside.count() <= 30
    assert outside.filter(due_at__lt=AT_10_40).count() == 2
    assert list(TemperatureRecord.objects.order_by("opened_at").values_list("outcome", flat=True)) == ["cleared", ""]
    assert [conflict.code for conflict in Conflict.objects.filter(settled_at=None)] == ["quota_used"]
    assert (checks.filter(action="emergency").count(), Ratification.objects.count()) == (1, 0)
    assert Parcel.objects.filter(compound=compound, handed_at=None).count() > 5
    assert (Isolation.objects.count(), Incident.objects.count()) == (1, 3)
    assert not checks.filter(household__room="20-1702").exists()
    assert not Outing.objects.filter(household__room="20-1702").exists()


def dump(compound):
    """Everything that one seed and date promise, in the tables' order; short codes and counters are left out."""
    doors = list(
        compound.households.values_list(
            "room", "head_count", "card", "card_reason", "card_at", "has_returnee", "occupancy"
        )
    )
    people = list(
        Resident.objects.filter(household__compound=compound)
        .order_by("id")
        .values_list("household__room", "name", "phone", "is_contact")
    )
    tags = sorted(compound.households.filter(tags__isnull=False).values_list("room", "tags__code"))
    rounds = list(
        compound.rounds.order_by("id").values_list("id", "title", "opens_at", "cutoff_at", "state", "state_at")
    )
    orders = list(
        Order.objects.filter(round__compound=compound)
        .order_by("id")
        .values_list("id", "round", "household__room", "state", "channel", "remark", "entered_at", "chain_import")
    )
    lines = list(
        OrderLine.objects.filter(order__round__compound=compound)
        .order_by("order", "position")
        .values_list("order", "goods", "unit", "ordered", "delivered", "outcome", "closed_reason")
    )
    entries = list(
        ChainEntry.objects.filter(chain_import__round__compound=compound)
        .order_by("chain_import", "position")
        .values_list("chain_import", "raw", "household__room", "decision", "order")
    )
    # A sharing's checksum is over claims that are named by the lines' numbers, and those are counters.
    sheets = [
        (key, name, rows if kind != "sharing" else "")
        for key, name, kind, rows in Sheet.objects.filter(compound=compound)
        .order_by("id")
        .values_list("id", "title", "kind", "rows_sha256")
    ]
    members = sorted(Membership.objects.filter(compound=compound).values_list("user__name", "role", "building__name"))
    rules = list(compound.rulebooks.order_by("starts_at").values_list("notice", "starts_at", "persons"))
    passes = list(Pass.objects.filter(compound=compound).order_by("id").values_list("id", "household__room", "kind"))
    checks = list(
        Check.objects.filter(compound=compound)
        .order_by("id")
        .values_list("id", "event_at", "gate__name", "household__room", "verdict", "reasons", "temperature")
    )
    outings = list(
        Outing.objects.filter(compound=compound)
        .order_by("check_out")
        .values_list("check_out", "slot", "period", "back_at", "due_at", "released_why")
    )
    readings = list(TemperatureReading.objects.filter(compound=compound).order_by("id").values_list("id", "value"))
    gate = passes, checks, outings, readings
    return doors, people, tags, rounds, orders, lines, entries, sheets, members, rules, gate


@pytest.mark.django_db
def test_demo_with_the_same_seed_and_date_is_the_same_again(capsys):
    make_demo(capsys)
    first = dump(Compound.objects.get(code="demo"))
    make_demo(capsys)
    assert dump(Compound.objects.get(code="demo")) == first


@pytest.mark.django_db
def test_demo_with_another_seed_is_another(capsys):
    make_demo(capsys, households=50, days=1)
    first = dump(Compound.objects.get(code="demo"))[1]
    make_demo(capsys, households=50, days=1, seed=2)
    assert dump(Compound.objects.get(code="demo"))[1] != first


@pytest.mark.django_db
def test_demo_again_leaves_another_compound_as_it_was(capsys):
    other = make.compound()
    coordinator = make.user("陈立", "13000000099")
    Membership.objects.create(user=coordinator, compound=other, role=Role.COORDINATOR)
    round = make.round(other)
    make.resident(make.household(other, "20-1702"))
    make.order(round, other.households.get(), ("鸡蛋", "2", "板"), by=coordinator)
    make_demo(capsys, households=40, days=1)
    before = dump(other)

    make_demo(capsys, households=60, days=1)

    assert dump(Compound.objects.get(pk=other.pk)) == before
    assert Compound.objects.get(code="demo").households.count() == 60


@pytest.mark.django_db
def test_demo_where_a_real_compound_has_its_code_is_refused(capsys):
    make.compound(code="demo")
    with pytest.raises(CommandError, match="real one"):
        make_demo(capsys, households=10)
    assert Compound.objects.get().is_demo is False


@pytest.mark.django_db
def test_demo_where_one_of_its_numbers_opens_a_real_compound_is_refused_and_nothing_changes(capsys):
    make.member(make.compound(), Role.COORDINATOR)
    password = User.objects.get(phone="13000000002").password
    with pytest.raises(CommandError, match="13000000002"):
        make_demo(capsys, households=10)
    assert [compound.code for compound in Compound.objects.all()] == ["xingfuli"]
    assert User.objects.get(phone="13000000002").password == password


@pytest.mark.django_db
def test_logins_without_a_demo_are_none():
    make.member(make.compound())
    assert logins() == []


def test_seeded_ids_afterwards_are_random_again():
    import random

    with seeded_ids(random.Random(1)):
        first = Order().pk
    with seeded_ids(random.Random(1)):
        assert Order().pk == first
    assert Order().pk != Order().pk
