"""Packing: what goes into a bag, the second look, a whole building at once."""

from decimal import Decimal

import pytest

from compound.refusals import Refusal
from orders.models import Allotment, Bag, OrderLine, RoundGood, Sharing
from orders.queries.labels import labels_of
from orders.queries.packing import packing_page
from orders.services import packing
from tests import make
from tests.orders.runs.conftest import NOON, TWO


def refused(code):
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def pack(house, room, *quantities, bags=1, by=None):
    lines = house.lines(room)
    return packing.pack_household(
        round=house.round,
        household=house.doors[room],
        packed={line.pk: Decimal(quantity) for line, quantity in zip(lines, quantities, strict=True)},
        bags=bags,
        by=by or house.packer,
        at=NOON,
    )


def packed(house, room):
    return [str(line.packed.normalize()) if line.packed is not None else None for line in house.lines(room)]


def test_pack_household_writes_each_line_and_the_bag_beside_what_was_ordered(house):
    bag = pack(house, "2-101", "2", "0", bags=3)
    assert (bag.bags, bag.packed_by, packed(house, "2-101")) == (3, house.packer, ["2", "0"])
    assert [str(line.ordered.normalize()) for line in house.lines("2-101")] == ["2", "1"]


def test_pack_household_more_than_is_due_is_refused_unless_it_is_weighed(house):
    with refused("packed_too_much"):
        pack(house, "2-101", "2.3", "1")
    OrderLine.objects.filter(order__household=house.doors["2-101"], goods="鸡蛋").update(item=house.item)
    pack(house, "2-101", "2.3", "1")
    assert packed(house, "2-101") == ["2.3", "1"]


def test_pack_household_more_than_it_was_allotted_is_refused_and_the_share_fits(house):
    OrderLine.objects.filter(order__household=house.doors["2-101"], goods="鸡蛋").update(allocated=1)
    with refused("packed_too_much"):
        pack(house, "2-101", "2", "1")
    pack(house, "2-101", "1", "1")
    assert packed(house, "2-101") == ["1", "1"]


def test_weighed_goods_that_were_shared_out_are_capped_by_the_share_and_a_little(house):
    lines = OrderLine.objects.filter(order__household=house.doors["2-101"], goods="鸡蛋")
    lines.update(item=house.item, allocated=1)
    with pytest.raises(Refusal) as refused_with:
        pack(house, "2-101", "1.3", "1")
    assert (refused_with.value.code, refused_with.value.message) == (
        "packed_over_share",
        "鸡蛋已经分配：这一户分到1板，过秤最多1.25板。多的请拿出来，或者先重新分配。",
    )
    pack(house, "2-101", "1.25", "1")
    assert packed(house, "2-101") == ["1.25", "1"]

    # What was given to others is in no bag of this door.
    lines.update(allocated=0)
    Allotment.objects.create(
        sharing=Sharing.objects.create(
            good=RoundGood.objects.create(round=house.round, goods="鸡蛋", unit="板"),
            arrived=1, rule={}, claims={}, seed="1", result_sha256="0",
            made_at=NOON, made_by=house.by, applied_at=NOON, applied_by=house.by,
        ),
        line=lines.get(), quantity=0, code="all", position=1,
    )  # fmt: skip
    with refused("packed_over_share"):
        pack(house, "2-101", "0.1", "1")
    pack(house, "2-101", "0", "1")
    assert packed(house, "2-101") == ["0", "1"]


def test_packed_bag_says_who_and_when_as_its_reader_writes_lists(house, client):
    pack(house, "2-101", "2", "1")
    client.force_login(house.packer, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/c/xingfuli/rounds/{house.round.pk}/packing/?building=2"
    assert f"{house.packer.name}、今天 12:00" in client.get(url).content.decode()


def test_pack_household_with_another_order_meanwhile_is_refused(house):
    line = house.lines("2-101")[0]
    with refused("line_not_named"):
        packing.pack_household(
            round=house.round,
            household=house.doors["2-101"],
            packed={line.pk: Decimal(2)},
            bags=1,
            by=house.packer,
            at=NOON,
        )


@pytest.mark.parametrize("state", ["open", "settled"])
def test_pack_household_outside_the_round_is_refused(house, state):
    house.to(state)
    with refused("round_not_packed"):
        pack(house, "2-101", "2", "1")


def test_check_bag_by_another_person_counts_and_by_the_packer_says_so(house):
    pack(house, "2-101", "2", "1")
    pack(house, "2-501", "2", "1")
    other = {"round": house.round, "by": house.by, "at": TWO}
    assert packing.check_bag(household=house.doors["2-101"], **other) is True
    assert packing.check_bag(household=house.doors["2-501"], **other | {"by": house.packer}) is False
    assert [bag.checked_by for bag in Bag.objects.order_by("household__sort_key")] == [house.by, house.packer]


def test_check_bag_that_is_not_packed_is_refused(house):
    with refused("bag_not_packed"):
        packing.check_bag(round=house.round, household=house.doors["2-101"], by=house.by, at=TWO)


def test_packing_the_same_again_keeps_the_check_and_anything_else_takes_it_back(house):
    pack(house, "2-101", "2", "1")
    packing.check_bag(round=house.round, household=house.doors["2-101"], by=house.by, at=TWO)
    assert pack(house, "2-101", "2", "1").checked_by == house.by
    assert pack(house, "2-101", "2", "0").checked_by is None


def test_pack_building_packs_all_others_as_due_and_names_what_waits_for_a_weight(house):
    pack(house, "2-101", "2", "0")
    make.household(house.compound, "2-301")
    OrderLine.objects.filter(order__household=house.doors["2-501"], goods="鸡蛋").update(item=house.item)
    assert packing.pack_building(round=house.round, building=house.building("2"), by=house.packer, at=NOON)[:2] == (
        0,
        ["2-501"],
    )
    assert packing.pack_building(round=house.round, building=house.building("3"), by=house.packer, at=NOON)[:2] == (
        2,
        [],
    )
    assert {room: packed(house, room) for room in ("2-101", "2-501", "3-201", "3-601")} == {
        "2-101": ["2", "0"],
        "2-501": [None, None],
        "3-201": ["2", "1"],
        "3-601": ["2", "1"],
    }


def test_unpack_household_takes_bag_and_amounts_back_but_not_from_a_trip(house):
    pack(house, "2-101", "2", "1")
    same = {"round": house.round, "household": house.doors["2-101"], "by": house.by, "at": TWO}
    batch = house.plan()
    with refused("bag_on_its_way"):
        packing.unpack_household(**same)
    batch.trips.get().stops.all().delete()
    packing.unpack_household(**same)
    assert (Bag.objects.count(), packed(house, "2-101")) == (0, [None, None])


def test_packing_more_bags_while_the_run_is_planned_goes_along(house):
    pack(house, "2-101", "2", "1")
    batch = house.plan()
    pack(house, "2-101", "2", "1", bags=3)
    assert [stop.bags for stop in batch.trips.get().stops.all()] == [3]


def test_labels_stand_in_walking_order_with_their_number_and_station(house):
    house.station("南区", "2")
    pack(house, "2-101", "2", "1", bags=2)
    OrderLine.objects.filter(order__household=house.doors["3-201"]).update(allocated=0)
    assert [(label.room, label.number, label.bags, label.station) for label in labels_of(house.round)] == [
        ("2-101", 1, 2, "南区"),
        ("2-101", 2, 2, "南区"),
        ("2-501", 1, 1, "南区"),
        ("3-601", 1, 1, ""),
        ("20-1702", 1, 1, ""),
    ]


def test_labels_are_not_made_for_a_door_that_was_written_down_with_nothing(house):
    OrderLine.objects.filter(order__household=house.doors["3-201"]).update(allocated=0)
    pack(house, "3-201", "0", "0")
    assert Bag.objects.filter(household=house.doors["3-201"]).exists()
    assert [label.room for label in labels_of(house.round, house.building("3"))] == ["3-601"]


def test_packing_page_counts_doors_for_which_nothing_is_due(house):
    OrderLine.objects.filter(order__household=house.doors["3-201"]).update(allocated=0)
    assert packing_page(house.round, "3").empty == 1
    pack(house, "3-201", "0", "0")
    assert packing_page(house.round, "3").empty == 0
