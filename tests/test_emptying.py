"""A test that committed leaves the database as it found it, whatever it wrote."""

import pytest
from django.contrib.auth.models import Permission

from compound.models import AuditEntry, Building, Compound, Household, Resident, Tag
from tests import make
from tests.emptying import MANY, Emptying


def rows() -> dict[str, int]:
    emptying = Emptying()
    emptying.remember()
    return {table: count for table, count in emptying._filled() if count}


@pytest.fixture
def emptying(transactional_db: None) -> Emptying:
    made = Emptying()
    made.remember()
    return made


def test_quickly_after_rows_that_point_at_one_another_and_only_grow_leaves_what_there_was(emptying: Emptying) -> None:
    before = rows()
    of = make.compound()
    by = make.member(of)
    door = make.household(of, "20-1702", tags=["infant"])
    make.resident(door)
    phone = make.device(make.gate(of))
    make.outing(make.check(door, phone=phone))
    AuditEntry.objects.create(compound=of, by=by, at=make.ELEVEN, action="x")
    assert (Compound.objects.count(), Household.objects.count(), Resident.objects.count()) == (1, 1, 1)
    assert emptying.quickly()
    assert rows() == before


def test_quickly_after_a_change_of_what_every_database_begins_with_says_no(emptying: Emptying) -> None:
    make.compound()
    Tag.objects.filter(code="infant").update(name="宝宝")
    assert not emptying.quickly()
    assert Compound.objects.count() == 1


def test_quickly_after_very_many_rows_says_no(emptying: Emptying) -> None:
    of = make.compound()
    Building.objects.bulk_create(Building(compound=of, name=str(number)) for number in range(MANY + 1))
    assert not emptying.quickly()


def test_what_the_test_before_committed_is_gone_and_permissions_are_there(transactional_db: None) -> None:
    assert (Compound.objects.count(), Permission.objects.filter(codename="change_tag").count()) == (0, 1)
    assert Tag.objects.get(code="infant").name == "婴幼儿"
