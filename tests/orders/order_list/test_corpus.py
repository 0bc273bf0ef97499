"""Whole files: the sample, the layouts that the reader was made with, those that were written afterwards."""

import json
from pathlib import Path

import pytest

from compound.spreadsheet import load
from orders.order_list import Doors, read_orders
from orders.quantities import plain
from tests.orders.order_list import layouts_later, layouts_odd, layouts_seen, layouts_unseen
from tests.orders.order_list.measure import score

HERE = Path(__file__).parent
HOUSEHOLDS = HERE.parent.parent / "compound" / "household_lists" / "sample.truth.json"


@pytest.mark.parametrize(
    "make",
    [*layouts_seen.CASES, *layouts_odd.CASES, *layouts_unseen.CASES, *layouts_later.CASES],
    ids=lambda make: make.__name__,
)
def test_file_when_read_has_every_row_right(make):
    case = make()
    result = score(case)
    assert (result.right, result.doors, result.wrong_doors, result.extra) == (result.rows, result.rows, 0, 0)


def test_sample_when_read_is_as_its_truth():
    households = json.loads(HOUSEHOLDS.read_text())
    rooms = ["-".join(str(h[part]) for part in ("building", "unit", "room") if h[part]) for h in households]
    truth = json.loads((HERE / "sample.truth.json").read_text())
    reading = read_orders(load((HERE / "sample.xlsx").read_bytes()), Doors(rooms))
    read = [(row.row, row.room, row.goods, row.spec, plain(row.quantity or 0), row.cancelled) for row in reading.rows]
    assert read == [(t["row"], t["expect"], t["goods"], t["spec"], str(t["quantity"]), t["cancelled"]) for t in truth]
    assert reading.platform == "快团团"
    assert [(s.row, s.sheet, s.why) for s in reading.skipped] == [(122, "", "total"), (0, "说明", "sheet")]
