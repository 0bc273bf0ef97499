"""One text about a door, or several that say the same, more, or something else."""

import pytest

from compound.spreadsheet import Cell
from orders.order_list import Doors, Layout, learn
from orders.order_list.dates import what_it_was
from orders.order_list.layouts import read_with
from orders.order_list.settling import Said, settle
from tests.orders.order_list.corpus import ROOMS

DOORS = Doors(ROOMS)


def settled(doors=DOORS, *, nickname="", remark="", kind="text", **cells):
    said = {name: [("X2", Cell(text, kind))] for name, text in cells.items()}
    found = settle([Said(said, nickname=nickname, remark=remark)], doors)[0]
    return found.room, list(found.warnings)


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("20栋1702", "20-1702"),
        ("1-2-501", "1-2-501"),
        ("3号楼501室张三", "3-501"),
        ("3幢5楼501", "3-501"),
        ("三号楼五零一", "3-501"),
        ("二十栋1702", "20-1702"),
        ("20号楼17楼02", "20-1702"),
        ("3 501", "3-501"),
        ("1.2.501", "1-2-501"),
        ("1/2/501", "1-2-501"),
        ("501室3号楼", "3-501"),
        ("3号楼302a", "3-302A"),
        ("9弄9号9室", "9-9"),
        ("幸福路88号3栋501", "3-501"),
        ("1号楼2门501", "1-2-501"),
        ("1号楼 2单元 5层 501", "1-2-501"),
        ("商务楼 3楼 301", "商务楼-301"),
        ("三栋五楼501", "3-501"),
        ("幸福里20-1702李女士收", "20-1702"),
        ("浦东大道100号幸福里小区10号楼1102室", "10-1102"),
        ("1102（10号楼）", "10-1102"),
        ("Building 10 Room 1102", "10-1102"),
        ("３号楼５０１", "3-501"),
        ("3号楼501 13800001111", "3-501"),
        ("5号楼201", "5-1-201"),
        ("放3-501门口", "3-501"),
        ("1#2#501", "1-2-501"),
        ("1#1#501", "1-1-501"),
        ("1幢2座501", "1-2-501"),
        ("1栋501（2单元）", "1-2-501"),
        ("1号501室，二单元", "1-2-501"),
        ("1幢2单元 5楼 01室", "1-2-501"),
        ("幸福路168-3-501", "3-501"),
        ("幸福路10号3-501", "3-501"),
        ("幸福路10号3号楼501", "3-501"),
        ("Room 1102, Building 10", "10-1102"),
        ("12 Xingfu Road, Building 1, Unit 2, Room 501", "1-2-501"),
    ],
)
def test_address_when_it_names_one_door_is_that_door_without_a_doubt(text, room):
    assert settled(address=text) == (room, [])


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("1-501", "unit_ambiguous: 1-1-501|1-2-501"),
        ("3号楼999", "room_unknown: 3-999"),
        ("3号楼", "building_only: 3"),
        ("3号楼501、502", "room_conflict: 3-501|3-502"),
        ("3-501转11-303", "room_conflict: 11-303|3-501"),
        ("幸福里小区", "no_room: 幸福里小区"),
        # A unit is no building, though 3-501 is there.
        ("3单元501", "room_only: 501"),
        ("501室3单元", "room_only: 501"),
        ("3门501", "room_only: 501"),
        ("单元3 501", "room_only: 501"),
        # Two buildings that no unit brings together, or a street's number and a building.
        ("10栋3座501", "room_conflict: 10-501|3-501"),
        ("1号2号楼501", "room_conflict: 1-2-501|2-1-501|2-2-501"),
        ("幸福路3-10-501", "room_conflict: 10-501|3-501"),
        # The unit behind a door is that of the next one.
        ("1栋501、2单元201", "unit_ambiguous: 1-1-501|1-2-501"),
        ("1-501，2单元 502", "unit_ambiguous: 1-1-501|1-2-501"),
        ("1栋501/2单元-201", "unit_ambiguous: 1-1-501|1-2-501"),
        ("1栋501、2单元２０１", "unit_ambiguous: 1-1-501|1-2-501"),
        ("1栋501、2单元二零一", "unit_ambiguous: 1-1-501|1-2-501"),
    ],
)
def test_address_when_it_names_none_or_several_is_no_door(text, warning):
    assert settled(address=text) == (None, [warning])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"building": "1号楼2单元", "room": "501"}, ("1-2-501", [])),
        ({"building": "1", "room": "2单元501"}, ("1-2-501", [])),
        ({"building": "11室", "room": "302", "address": "11栋302"}, ("11-302", [])),
        ({"building": "20", "floor": "17", "room": "02"}, ("20-1702", [])),
        ({"building": "1", "room": "501", "remark": "2单元"}, ("1-2-501", [])),
        ({"building": "1", "room": "501", "nickname": "1-2-501王"}, ("1-2-501", ["by_nickname: 1-2-501王"])),
        ({"address": "幸福里小区", "remark": "3-501"}, ("3-501", [])),
        ({"building": "10", "room": "501", "address": "3-501"}, (None, ["columns_conflict: X2/X2/X2 10-501|3-501"])),
        ({"building": "30", "room": "501", "address": "3-501"}, ("3-501", ["columns_conflict: X2/X2/X2 3-501"])),
        ({"building": "3", "room": "501", "remark": "放10-1102门口"}, ("3-501", ["remark_room: 10-1102"])),
        ({"building": "3", "room": "501-502"}, (None, ["room_conflict: 3-501|3-502"])),
        ({"building": "3", "unit": "2", "room": "501"}, ("3-501", ["unit_ignored: 3-501"])),
        ({"room": "1702"}, ("20-1702", ["by_number: 20-1702"])),
        ({"address": "3501"}, ("3-501", ["glued: 3501"])),
        ({"room": "1702", "pickup": "20号楼大堂"}, ("20-1702", ["place_hint: 20-1702"])),
    ],
)
def test_boxes_when_put_together_are_one_door_or_a_doubt(said, expected):
    assert settled(**said) == expected


def below(building, text):
    found = settle([Said({"address": [("X2", Cell(text))]}, building=building)], DOORS)[0]
    return found.room, list(found.warnings)


@pytest.mark.parametrize(
    ("building", "text", "expected"),
    [
        # 2-501 of building 1, and no room of building 2.
        ("1", "2单元501", ("1-2-501", [])),
        ("3", "501室", ("3-501", [])),
        ("3", "3-501", ("3-501", [])),
        ("1", "1-2-501", ("1-2-501", [])),
        ("1", "20号楼1702", ("20-1702", [])),
        # Nothing in building 1 is meant, or the line above is wrong.
        ("1", "20-1702", ("20-1702", ["columns_conflict: 1 20-1702"])),
    ],
)
def test_address_below_a_line_with_the_building_is_in_it_unless_it_names_another(building, text, expected):
    assert below(building, text) == expected


def test_unit_of_nought_is_none():
    assert settled(building="3", unit="0", room="501") == ("3-501", [])


def test_date_when_one_door_can_have_been_meant_is_recovered_and_else_named():
    assert settled(address="2022-09-05", kind="date") == ("9-5", ["date_recovered: X2 2022-09-05"])
    assert settled(address="2022-03-05", kind="date") == (None, ["room_is_date: X2 2022-03-05"])


def test_date_when_turned_back_is_all_that_it_may_have_been():
    assert what_it_was("2022-03-02") == ["3-2", "22-3-2"]
    assert what_it_was("1901-12-01") == ["12-1", "12-1901", "12-1", "1-12-1"]
    assert what_it_was("3月2日") == ["3-2"]
    assert what_it_was("2-Mar") == ["3-2"]


def test_layout_when_learned_from_one_address_reads_another_of_its_shape():
    layout = learn("1702/20室", "20-1702")
    assert layout == Layout("#/#", 1, None, 0)
    assert read_with(layout, "501/3") == ("3", None, "501")
    assert read_with(layout, "3-501") is None
    assert settled(Doors(ROOMS, layouts=[layout]), address="501/3") == ("3-501", ["by_layout: 501/3"])


def test_layout_when_it_holds_the_unit_says_which_of_the_rooms_that_were_read_it_is():
    layout = learn("1号501(2)", "1-2-501")
    assert layout == Layout("#号#(#", 0, 2, 1)
    learned = Doors(ROOMS, layouts=[layout])
    assert settled(learned, address="1号601（1）") == ("1-1-601", ["by_layout: 1号601(1)"])
    assert settled(learned, building="1号", room="601(1)") == ("1-1-601", ["by_layout: 1号 601(1)"])
    # There is no unit 3, and 2 portions are no unit.
    assert settled(learned, address="1号601(3)") == (None, ["unit_ambiguous: 1-1-601|1-2-601"])
    assert settled(learned, address="1号601(2份)") == (None, ["unit_ambiguous: 1-1-601|1-2-601"])


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("幸福里", "3-501"), ("1-501", "1-2-501"), ("20-20-1702", "20-1702"), ("1号501 2", "1-2-501"),
        ("1号501 2份", "1-2-501"), ("1号501，2人", "1-2-501"),
    ],
)  # fmt: skip
def test_layout_when_the_text_does_not_hold_the_room_once_is_not_learned(text, room):
    assert learn(text, room) is None
