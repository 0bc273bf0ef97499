"""`manage.py import_orders` as other programs use it: JSON on standard output, exit 0 only when all was done."""

import json

import pytest
from django.core.management import CommandError, call_command

from orders.models import ChainImport, Order
from tests import make
from tests.make import ELEVEN
from tests.orders.order_list import build
from tests.orders.order_list.build import GAO, HE, YANG, export

pytestmark = pytest.mark.django_db


@pytest.fixture
def compound():
    return build.compound()


@pytest.fixture
def by(compound):
    return make.member(compound)


@pytest.fixture
def run(compound, by, clock, tmp_path, capsys):
    clock(ELEVEN)

    def run(data: bytes, *options: str):
        file = tmp_path / "export.xlsx"
        file.write_bytes(data)
        code = 0
        try:
            call_command("import_orders", str(file), "--compound", "xingfuli", *options)
        except SystemExit as end:
            code = end.code
        return code, json.loads(capsys.readouterr().out)

    return run


def test_command_when_all_is_clear_places_and_exits_0(compound, run):
    round = make.round(compound)
    code, answer = run(export(GAO, [*HE[:5], "已取消", *HE[6:]]))
    assert code == 0
    row = {"sheet": "", "goods": "鸡蛋", "spec": "30枚/板", "warnings": []}
    assert answer["rows"] == [
        {"row": 2, "room": "20-1702", "quantity": "2", "cancelled": False, **row},
        {"row": 3, "room": "3-501", "quantity": "1", "cancelled": True, **row},
    ]
    assert (answer["errors"], answer["round"], answer["placed"]) == ([], str(round.pk), 1)


def test_command_when_a_unit_is_not_written_says_which_and_exits_1(compound, run):
    make.round(compound)
    code, answer = run(export(GAO, YANG))
    assert (code, answer["open"]) == (1, 1)
    row = answer["rows"][1]
    assert (row["room"], row["warnings"]) == (None, ["unit_ambiguous: 5-1-201|5-2-201"])


def test_command_when_dry_writes_nothing(compound, run):
    make.round(compound)
    code, answer = run(export(GAO), "--dry-run")
    assert (code, len(answer["rows"])) == (0, 1)
    assert not ChainImport.objects.exists()


def test_command_when_run_twice_changes_nothing(compound, run):
    make.round(compound)
    _code, first = run(export(GAO, HE))
    code, again = run(export(GAO, HE))
    assert (code, again["placed"], again["import"]) == (0, 0, first["import"])
    assert Order.objects.count() == 2


def test_command_when_no_round_is_named_takes_the_newest_open_one(compound, run):
    make.round(compound, opens_at=ELEVEN.replace(hour=8))
    newest = make.round(compound, "又一团", opens_at=ELEVEN.replace(hour=9))
    make.round(compound, "还没开", opens_at=ELEVEN.replace(hour=11, minute=30))
    _code, answer = run(export(GAO))
    assert answer["round"] == str(newest.pk)


def test_command_when_no_round_is_open_says_so_and_exits_1(run):
    code, answer = run(export(GAO))
    assert (code, [error["code"] for error in answer["errors"]]) == (1, ["no_open_round"])


def test_command_when_a_cell_is_bad_names_it(compound, run):
    make.round(compound)
    code, answer = run(export(GAO, [*HE[:4], "一堆", *HE[5:]]))
    assert code == 1
    assert [(error["cell"], error["code"]) for error in answer["errors"]] == [("E3", "quantity_unreadable")]
    assert answer["placed"] == 1


def test_command_when_the_file_has_no_orders_says_so(compound, run):
    make.round(compound)
    code, answer = run(export(["1"], head=["序号"]))
    assert (code, [error["code"] for error in answer["errors"]]) == (1, ["no_orders_header"])


def test_command_when_compound_or_round_is_not_there_is_refused(compound, tmp_path):
    file = tmp_path / "export.xlsx"
    file.write_bytes(export(GAO))
    with pytest.raises(CommandError):
        call_command("import_orders", str(file), "--compound", "nirgends")
    with pytest.raises(CommandError):
        call_command(
            "import_orders", str(file), "--compound", "xingfuli", "--round", "00000000-0000-4000-8000-000000000000"
        )
