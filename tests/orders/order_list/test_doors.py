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


@pytest.mark.parametrize(("text", "room"), [("幸福里", "3-501"), ("1-501", "1-2-501"), ("20-20-1702", "20-1702")])
def test_layout_when_the_text_does_not_hold_the_room_once_is_not_learned(text, room):
    assert learn(text, room) is None
