"""The demo's parts, each by itself, without a database."""

import datetime as dt
import random

import pytest

from compound.models import Compound
from desk.demo import cast, chains
from desk.demo.buildings import blocks_for
from desk.demo.days import past_slots
from desk.demo.ids import seeded_ids
from desk.demo.people import Families, head_counts
from orders.models import Order
from tests import make

AT_10_40 = dt.datetime(2022, 8, 23, 10, 40, tzinfo=make.SHANGHAI)


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
    heads = head_counts(count, total, random.Random(1))
    assert (len(heads), sum(heads)) == (count, sum_)


def test_families_phones_are_of_no_operator_and_never_the_casts():
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


def test_seeded_ids_afterwards_are_random_again():
    with seeded_ids(random.Random(1)):
        first = Order().pk
    with seeded_ids(random.Random(1)):
        assert Order().pk == first
    assert Order().pk != Order().pk
