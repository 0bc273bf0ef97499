"""Importing household lists: what is new, changed, untouched and absent; once, together, and repeatable."""

import io
import json
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from compound.household_list import load
from compound.models import AuditEntry, Building, Compound, Household, Resident, Role, Tag, Unit
from compound.refusals import Refusal
from compound.services.household_import import Imported, Plan, apply_import, plan_import
from tests import make
from tests.compound.household_lists import problems_said, text, xlsx

pytestmark = pytest.mark.django_db
HEAD = ["楼栋", "单元", "房号", "户主", "电话", "人数", "特殊人群", "居住状态"]


def plan(of: Compound, *rows: list[object], name: str = "名册.csv") -> Plan:
    return plan_import(compound=of, book=load(text([HEAD, *rows])), name=name)


def run(of: Compound, *rows: list[object]) -> Imported:
    return apply_import(plan=plan(of, *rows), by=None, at=make.ELEVEN)


def registered(of: Compound) -> list[tuple[object, ...]]:
    return [
        (h.room, h.head_count, h.occupancy, h.has_returnee, [t.code for t in h.tags.all()])
        for h in Household.objects.filter(compound=of).prefetch_related("tags")
    ]


ZHAO = ["1栋", "1", "101", "赵一", "13000001111", "2", "独居老人、慢性病", "常住"]
QIAN = ["1栋", "2", "101", "钱二", "", "3", "", "返乡"]
VACANT = ["2栋", "/", "10A", "", "", "0", "", "空户"]


def test_import_when_registry_is_empty_makes_buildings_units_households_contacts() -> None:
    of = make.compound()
    done = run(of, ZHAO, QIAN, VACANT)
    assert done == Imported(new=3, changed=0, same=0, absent=0, left_out=0)
    assert registered(of) == [
        ("1-1-101", 2, "occupied", False, ["lone_elder", "chronic_illness"]),
        ("1-2-101", 3, "occupied", True, []),
        ("2-10A", 0, "empty", False, []),
    ]
    assert list(Building.objects.values_list("name", "sort_key")) == [("1", "1011"), ("2", "1012")]
    assert list(Unit.objects.values_list("building__name", "name")) == [("1", "1"), ("1", "2")]
    assert list(Resident.objects.values_list("household__room", "name", "phone", "is_contact")) == [
        ("1-1-101", "赵一", "13000001111", True),
        ("1-2-101", "钱二", "", True),
    ]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject) == ("households.imported", "名册.csv")
    assert entry.params == {"new": 3, "changed": 0, "same": 0, "absent": 0, "left_out": 0}


def test_import_when_the_same_list_comes_twice_changes_nothing() -> None:
    of = make.compound()
    run(of, ZHAO, QIAN, VACANT)
    before = registered(of)
    assert run(of, ZHAO, QIAN, VACANT) == Imported(new=0, changed=0, same=3, absent=0, left_out=0)
    assert registered(of) == before
    assert AuditEntry.objects.count() == 1


def test_import_when_facts_differ_names_each_field_and_writes_it() -> None:
    of = make.compound()
    run(of, ZHAO, QIAN, VACANT)
    changed = plan(
        of,
        ["1栋", "1", "101", "赵一", "13000009999", "1", "独居老人", "常住"],
        ["1栋", "2", "101", "", "", "0", "", "空户"],
        ["2栋", "/", "10A", "孙三", "", "4", "婴幼儿", "常住"],
    )
    assert [(c.known.room, [(x.field, x.before, x.after) for x in c.changes]) for c in changed.changed] == [
        (
            "1-1-101",
            [
                ("people", 2, 1),
                ("tags", ["chronic_illness", "lone_elder"], ["lone_elder"]),
                ("phone", "13000001111", "13000009999"),
            ],
        ),
        ("1-2-101", [("people", 3, 0), ("empty", False, True), ("returned", True, False)]),
        ("2-10A", [("people", 0, 4), ("empty", True, False), ("tags", [], ["infant"]), ("name", "", "孙三")]),
    ]
    apply_import(plan=changed, by=None, at=make.ELEVEN)
    assert registered(of) == [
        ("1-1-101", 1, "occupied", False, ["lone_elder"]),
        ("1-2-101", 0, "empty", False, []),
        ("2-10A", 4, "occupied", False, ["infant"]),
    ]
    assert list(Resident.objects.order_by("household__sort_key").values_list("name", "phone")) == [
        ("赵一", "13000009999"),
        ("钱二", ""),
        ("孙三", ""),
    ]


def test_import_when_the_list_has_no_such_column_leaves_the_fact_alone() -> None:
    of = make.compound()
    door = make.household(of, "3-101", head_count=5, tags=["hardship"])
    make.resident(door)
    book = load(text([["楼栋", "房号"], ["3", "101"], ["3", "102"]]))
    apply_import(plan=plan_import(compound=of, book=book), by=None, at=make.ELEVEN)
    assert registered(of) == [("3-101", 5, "occupied", False, ["hardship"]), ("3-102", 0, "occupied", False, [])]


def test_import_when_a_household_has_a_tag_of_the_compounds_own_keeps_it() -> None:
    of = make.compound()
    Tag.objects.create(code="dog", name="养狗", name_en="dog")
    make.household(of, "1-1-101", tags=["dog", "infant"])
    make.household(of, "1-2-101")
    run(of, ZHAO)
    tags = Household.objects.get(room="1-1-101").tags
    assert sorted(tag.code for tag in tags.all()) == ["chronic_illness", "dog", "lone_elder"]


def test_import_when_rooms_are_absent_from_the_list_names_and_keeps_them() -> None:
    of = make.compound()
    make.household(of, "9-101")
    made = plan(of, ZHAO, QIAN)
    assert made.absent == ("9-101",)
    apply_import(plan=made, by=None, at=make.ELEVEN)
    assert Household.objects.filter(room="9-101").count() == 1


def test_import_when_a_line_is_wrong_leaves_it_out_and_takes_the_rest() -> None:
    of = make.compound()
    made = plan(of, ["1栋", "1", "101", "赵一", "", "约三", "", ""], QIAN)
    assert [p.message for p in made.errors] == ["F2: 人数不是数字（写的是“约三”）"]
    assert apply_import(plan=made, by=None, at=make.ELEVEN).left_out == 1
    assert [row[0] for row in registered(of)] == ["1-2-101"]


def test_import_when_a_registered_room_is_wrong_in_the_list_does_not_call_it_absent() -> None:
    of = make.compound()
    make.household(of, "1-1-101")
    make.household(of, "1-2-101")
    made = plan(of, ["1栋", "1", "101", "赵一", "", "约三", "", ""])
    assert made.absent == ("1-2-101",)


def test_import_when_the_registry_has_units_finds_the_only_unit_that_has_the_room() -> None:
    of = make.compound()
    for room in ("5-1-101", "5-2-101", "5-2-102"):
        make.household(of, room)
    made = plan_import(compound=of, book=load(text([["房号", "人数"], ["5-102", "4"], ["5-101", "3"], ["5-103", "1"]])))
    assert [str(line.room) for line in made.reading.lines] == ["5-2-102"]
    assert problems_said(made.errors) == ["A3 unit_ambiguous", "A4 unit_missing"]
    assert made.errors[0].params["rooms"] == "5-1-101|5-2-101"


def test_import_when_a_door_has_no_unit_though_its_building_has_finds_the_door_itself() -> None:
    compound = make.compound()
    make.household(compound, "5-1-101")
    for room in ("5-101", "5-102"):
        make.household(compound, room, head_count=2)
    book = load(text([["房号", "人数"], ["5-101", "3"], ["5-102", "4"], ["5-103", "1"]]))
    made = plan_import(compound=compound, book=book)
    assert [(one.known.room, one.changes[0].after) for one in made.changed] == [("5-101", 3), ("5-102", 4)]
    assert problems_said(made.errors) == ["A4 unit_missing"]


def test_import_when_the_registry_has_no_units_ignores_a_single_unit() -> None:
    of = make.compound()
    make.household(of, "5-101")
    made = plan(of, ["5栋", "2单元", "101", "", "", "2", "", ""])
    assert made.same == ("5-101",)
    assert problems_said(made.reading.warnings) == ["C2 unit_ignored"]


def test_import_when_somebody_else_changed_the_registry_is_shown_again() -> None:
    of = make.compound()
    made = plan(of, ZHAO, QIAN)
    make.household(of, "1-2-101", head_count=1)
    with pytest.raises(Refusal) as refused:
        apply_import(plan=made, by=None, at=make.ELEVEN)
    assert refused.value.code == "plan_stale"
    assert Household.objects.count() == 1


def test_import_when_the_change_in_between_has_nothing_to_do_with_it_goes_on() -> None:
    of = make.compound()
    make.household(of, "9-101")
    made = plan(of, ZHAO, QIAN)
    Household.objects.filter(room="9-101").update(head_count=7)
    assert apply_import(plan=made, by=None, at=make.ELEVEN).new == 2


def test_import_when_the_last_write_fails_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    of = make.compound()
    made = plan(of, [*ZHAO[:6], "婴幼儿", "常住"], QIAN)
    Tag.objects.filter(code="infant").delete()
    with pytest.raises(KeyError):
        apply_import(plan=made, by=None, at=make.ELEVEN)
    assert (Household.objects.count(), Building.objects.count()) == (0, 0)


def test_import_when_another_name_is_written_keeps_a_resident_with_a_login() -> None:
    of = make.compound()
    contact = make.resident(make.household(of, "1-1-101"), name="周旻")
    contact.user = make.member(of, Role.VOLUNTEER)
    contact.save(update_fields=["user"])
    make.household(of, "1-2-101")
    run(of, ZHAO)
    assert list(Resident.objects.order_by("id").values_list("name", "is_contact")) == [("周旻", False), ("赵一", True)]


def test_import_queries_when_the_list_is_longer_stay_the_same(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    of = make.compound()
    for number, queries in ((1, 16), (4, 16)):
        rows = [
            ["8栋" if number == 1 else "9栋", str(1 + n % 2), str(101 + n), "赵一", "13000001111", "2", "孕妇", ""]
            for n in range(number + 1)
        ]
        made = plan(of, *rows)
        with django_assert_num_queries(queries):
            apply_import(plan=made, by=None, at=make.ELEVEN)


# ── remarks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_remarks(of: Compound, *remarks: str) -> Plan:
    rows = [["3", str(101 + n), "2", remark] for n, remark in enumerate(remarks)]
    return plan_import(compound=of, book=load(text([["楼栋", "房号", "人数", "备注"], *rows])))


def remarks_of(of: Compound) -> list[tuple[str, str]]:
    return list(Household.objects.filter(compound=of).values_list("room", "remark"))


def test_import_when_it_has_remarks_keeps_them_and_the_same_list_changes_nothing() -> None:
    of = make.compound()
    long = "猫" * 250
    apply_import(plan=plan_remarks(of, "糖尿病，需胰岛素", "儿子13000041234", long), by=None, at=make.ELEVEN)
    written = [("3-101", "糖尿病，需胰岛素"), ("3-102", "儿子"), ("3-103", "猫" * 200)]
    assert remarks_of(of) == written
    assert Household.objects.get(room="3-101").tags.get().code == "chronic_illness"
    again = plan_remarks(of, "糖尿病，需胰岛素", "儿子13000041234", long)
    assert (again.new, again.changed, len(again.same)) == ((), (), 3)
    assert remarks_of(of) == written


def test_import_when_only_the_remark_differs_changes_it_and_an_empty_one_wipes_nothing_out() -> None:
    of = make.compound()
    for room in ("3-101", "3-102"):
        make.household(of, room, head_count=2)
    Household.objects.update(remark="有狗")
    made = plan_remarks(of, "有电梯卡", "")
    assert [(c.known.room, [(x.field, x.before, x.after) for x in c.changes]) for c in made.changed] == [
        ("3-101", [("remark", "有狗", "有电梯卡")])
    ]
    assert apply_import(plan=made, by=None, at=make.ELEVEN).changed == 1
    assert remarks_of(of) == [("3-101", "有电梯卡"), ("3-102", "有狗")]


def test_import_when_the_registered_remark_changed_meanwhile_is_shown_again() -> None:
    of = make.compound()
    make.household(of, "3-101", head_count=2)
    made = plan_remarks(of, "有电梯卡")
    Household.objects.update(remark="有狗")
    with pytest.raises(Refusal) as refused:
        apply_import(plan=made, by=None, at=make.ELEVEN)
    assert refused.value.code == "plan_stale"


def test_import_when_a_remark_names_a_group_adds_it_to_those_that_are_registered() -> None:
    of = make.compound()
    make.household(of, "3-101", head_count=2, tags=["infant"])
    made = plan_remarks(of, "独居老人")
    apply_import(plan=made, by=None, at=make.ELEVEN)
    assert sorted(tag.code for tag in Household.objects.get().tags.all()) == ["infant", "lone_elder"]


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────


def command(path: Path, *options: str) -> tuple[int, dict[str, object]]:
    out = io.StringIO()
    code = 0
    try:
        call_command("import_households", str(path), "--compound", "xingfuli", *options, stdout=out)
    except SystemExit as end:
        code = int(str(end.code))
    return code, json.loads(out.getvalue())


def test_command_when_all_is_right_exits_0_with_rows(tmp_path: Path) -> None:
    make.compound()
    file = tmp_path / "list.xlsx"
    file.write_bytes(xlsx(("x", [HEAD, ZHAO, QIAN])))
    code, answer = command(file)
    assert code == 0
    assert (answer["new"], answer["changed"], answer["same"], answer["absent"], answer["errors"]) == (2, 0, 0, [], [])
    assert answer["rows"] == [
        {
            "row": 2,
            "room": "1-1-101",
            "people": 2,
            "tags": ["独居老人", "慢性病"],
            "empty": False,
            "returned": False,
            "sheet": "",
        },
        {"row": 3, "room": "1-2-101", "people": 3, "tags": [], "empty": False, "returned": True, "sheet": ""},
    ]
    assert command(file)[1]["same"] == 2


def test_command_when_a_cell_is_wrong_exits_1_and_imports_the_rest(tmp_path: Path) -> None:
    make.compound()
    file = tmp_path / "list.csv"
    file.write_bytes(
        text(
            [HEAD, ["1栋", "", "101", "", "", "?", "", ""], ["1栋", "", "102", "", "", "2", "", ""]], encoding="gb18030"
        )
    )
    code, answer = command(file)
    assert code == 1
    assert answer["errors"] == [
        {"cell": "F2", "message": "F2: 人数不是数字（写的是“?”）", "code": "people_unreadable", "row": 2, "sheet": ""}
    ]
    assert [h.room for h in Household.objects.all()] == ["1-102"]


def test_command_when_dry_writes_nothing(tmp_path: Path) -> None:
    make.compound()
    file = tmp_path / "list.csv"
    file.write_bytes(text([HEAD, ZHAO, QIAN]))
    assert command(file, "--dry-run")[1]["new"] == 2
    assert Household.objects.count() == 0


def test_command_when_the_file_is_no_list_says_so(tmp_path: Path) -> None:
    make.compound()
    file = tmp_path / "list.pdf"
    file.write_bytes(b"%PDF-1.7 ...")
    code, answer = command(file)
    assert (code, answer["rows"]) == (1, [])
    assert answer["errors"] == [
        {
            "cell": None,
            "message": "这是 PDF 文件。请找到做成它的表格，或把表格复制到 Excel 里再存成 .xlsx。",
            "code": "pdf",
        }
    ]


def test_command_when_given_the_sample_says_what_its_truth_says_and_then_nothing_new(tmp_path: Path) -> None:
    make.compound()
    sample = Path(__file__).parent / "household_lists" / "sample.xlsx"
    truth = json.loads(sample.with_name("sample.truth.json").read_text())
    code, answer = command(sample)
    assert (code, answer["new"], answer["errors"]) == (0, 159, [])
    rows = answer["rows"]
    assert isinstance(rows, list)
    assert [(r["row"], r["people"], r["tags"], r["empty"], r["returned"]) for r in rows] == [
        (r["row"], r["people"], r["tags"], r["empty"], r["returned"]) for r in truth
    ]
    assert list(Household.objects.order_by("id").values_list("room", flat=True)) == [
        "-".join(part for part in (r["building"], r["unit"], r["room"]) if part) for r in truth
    ]
    code, answer = command(sample)
    assert (code, answer["new"], answer["changed"], answer["same"], answer["absent"]) == (0, 0, 0, 159, [])


@pytest.mark.django_db(transaction=True)
def test_import_when_another_one_holds_the_lock_waits_and_then_sees_what_it_wrote() -> None:
    of = make.compound()
    made = plan(of, ZHAO, QIAN)
    seen: list[str] = []

    def second() -> None:
        try:
            apply_import(plan=made, by=None, at=make.ELEVEN)
        except Refusal as refusal:
            seen.append(refusal.code)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        Compound.objects.select_for_update().get(pk=of.pk)
        thread.start()
        thread.join(0.5)
        waiting = thread.is_alive()
        make.household(of, "1-1-101", head_count=9)
        make.household(of, "1-2-101", head_count=9)
    thread.join(10)
    assert (waiting, seen) == (True, ["plan_stale"])
