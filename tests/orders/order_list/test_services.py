"""An export into a round: beyond doubt, in doubt, again, changed, gone, undone; two at once."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection

from compound.models import AuditEntry
from compound.refusals import Refusal
from orders.models import AddressLayout, ChainEntry, ChainImport, ChainSource, Nickname, Order, OrderLine
from orders.services import chains, order_lists
from orders.services.order_lists import export_source
from tests import make
from tests.make import ELEVEN, NOON
from tests.orders.order_list import build
from tests.orders.order_list.build import GAO, HE, YANG, export, take

pytestmark = pytest.mark.django_db

LATER = ELEVEN + dt.timedelta(minutes=10)


@pytest.fixture
def compound():
    return build.compound()


@pytest.fixture
def by(compound):
    return make.member(compound)


@pytest.fixture
def round(compound):
    return make.round(compound)


def placed():
    rows = OrderLine.objects.filter(order__state="placed").order_by("order__household__sort_key")
    return [(line.order.household.room, str(line)) for line in rows.select_related("order__household")]


def counts(placed=0, late=0, replaced=0, cancelled=0, open=0):
    return {"placed": placed, "late": late, "replaced": replaced, "cancelled": cancelled, "open": open}


def test_import_when_two_are_clear_and_one_has_no_unit_places_two(round, by):
    imported, done = take(round, export(GAO, HE, YANG), by=by)
    assert done == counts(placed=2, open=1)
    assert placed() == [("3-501", "鸡蛋（30枚/板） 1板"), ("20-1702", "鸡蛋（30枚/板） 2板")]
    waiting = imported.entries.get(decision="open")
    assert (waiting.name, waiting.warnings) == ("杨明", ["unit_ambiguous: 5-1-201|5-2-201"])
    assert set(Order.objects.values_list("channel", flat=True)) == {"list"}


def test_import_when_kept_holds_no_telephone_and_no_receiver(round, by):
    imported, _done = take(round, export(GAO), by=by)
    raw = " | ".join(
        f"{head}：{cell}" for head, cell in zip(build.HEAD, GAO, strict=True) if head not in ("收货人", "联系电话")
    )
    assert (imported.text, imported.entries.get().raw) == (f"2\t{raw}", raw)


def test_import_when_the_same_file_comes_twice_writes_nothing(round, by):
    first, _done = take(round, export(GAO, HE, YANG), by=by)
    rows = (ChainImport.objects.count(), ChainEntry.objects.count(), Order.objects.count(), AuditEntry.objects.count())
    again, done = take(round, export(GAO, HE, YANG), by=by, at=LATER)
    assert (again, done) == (first, counts(open=1))
    assert rows == (
        ChainImport.objects.count(), ChainEntry.objects.count(), Order.objects.count(), AuditEntry.objects.count()
    )  # fmt: skip


def test_import_when_a_quantity_has_changed_replaces_the_order(round, by):
    take(round, export(GAO, HE), by=by)
    _imported, done = take(round, export([*GAO[:4], 5, *GAO[5:]], HE), by=by, at=LATER)
    assert done == counts(placed=1, replaced=1)
    assert placed() == [("3-501", "鸡蛋（30枚/板） 1板"), ("20-1702", "鸡蛋（30枚/板） 5板")]


def test_import_when_an_order_is_absent_asks_and_keeps_it_until_somebody_says(round, by):
    take(round, export(GAO, HE), by=by)
    imported, done = take(round, export(GAO), by=by, at=LATER)
    assert (done, len(placed())) == (counts(open=1), 2)
    gone = imported.entries.get(change="gone")
    chains.decide_entry(entry=gone, decision="take", by=by, at=LATER)
    assert placed() == [("20-1702", "鸡蛋（30枚/板） 2板")]


def test_import_when_an_order_is_marked_cancelled_withdraws_it(round, by):
    take(round, export(GAO, HE), by=by)
    _imported, done = take(round, export(GAO, [*HE[:5], "已取消", *HE[6:]]), by=by, at=LATER)
    assert done == counts(cancelled=1)
    assert placed() == [("20-1702", "鸡蛋（30枚/板） 2板")]


def test_import_when_cancelled_from_the_start_places_nothing_and_asks_nothing(round, by):
    _imported, done = take(round, export([*GAO[:5], "已退款", *GAO[6:]]), by=by)
    assert (done, placed()) == (counts(), [])


def test_import_when_numbered_anew_still_knows_each_order(round, by):
    """群接龙 numbers its lines anew when somebody leaves."""
    take(round, export(GAO, HE), by=by)
    imported, done = take(round, export(["1", *HE[1:]]), by=by, at=LATER)
    assert done == counts(open=1)
    assert [(e.name, e.change) for e in imported.entries.all()] == [("何敏", "same"), ("高平", "gone")]


def test_import_when_several_rows_are_one_order_makes_one_order(round, by):
    milk = [*GAO[:2], "纯牛奶", "24盒/箱", 1, *GAO[5:]]
    _imported, done = take(round, export(GAO, milk), by=by)
    assert done == counts(placed=1)
    assert [str(line) for line in Order.objects.get().lines.all()] == ["鸡蛋（30枚/板） 2板", "纯牛奶（24盒/箱） 1箱"]


def test_import_when_the_good_is_on_offer_in_this_unit_takes_the_catalogues_word(round, by):
    make.offer(round, "鸡蛋", unit="板")
    take(round, export(GAO), by=by)
    line = OrderLine.objects.get()
    assert (line.goods, line.unit, line.ordered, line.item.name) == ("鸡蛋", "板", Decimal(2), "鸡蛋")


def test_import_when_over_the_cap_asks(round, by):
    make.offer(round, "鸡蛋", unit="板", cap="1")
    imported, done = take(round, export(GAO, HE), by=by)
    assert done == counts(placed=1, open=1)
    assert imported.entries.get(decision="open").warnings == ["over_cap: 鸡蛋 2板 > 1板"]


def test_import_when_the_round_has_closed_is_late(round, by):
    _imported, done = take(round, export(GAO), by=by, at=NOON)
    assert done == counts(late=1)


def test_import_when_the_round_was_cancelled_is_refused(round, by):
    round.state, round.cancel_reason = "cancelled", "没货"
    round.save()
    with pytest.raises(Refusal) as refused:
        take(round, export(GAO), by=by)
    assert refused.value.code == "round_cancelled"


def test_import_when_undone_takes_its_orders_back(round, by):
    take(round, export(GAO), by=by)
    imported, _done = take(round, export([*GAO[:4], 5, *GAO[5:]]), by=by, at=LATER)
    chains.undo_chain(chain_import=imported, by=by, at=LATER)
    assert placed() == [("20-1702", "鸡蛋（30枚/板） 2板")]


def test_source_when_a_chat_group_has_the_name_is_refused_and_else_made(compound):
    ChainSource.objects.create(compound=compound, name="三号楼群")
    with pytest.raises(Refusal) as refused:
        export_source(compound=compound, name="三号楼群")
    assert refused.value.code == "source_is_chat"
    assert export_source(compound=compound, name="快团团").kind == "list"


def test_door_when_put_right_by_hand_is_known_in_the_next_round(compound, round, by):
    imported, _done = take(round, export(YANG), by=by)
    door = compound.households.get(room="5-2-201")
    chains.decide_entry(entry=imported.entries.get(), decision="take", household=door, by=by, at=LATER)
    assert placed() == [("5-2-201", "鸡蛋（30枚/板） 3板")]
    assert Nickname.objects.get().name == "杨明 5-201 5号 201"
    later = make.round(compound, title="又一团")
    _imported, done = take(later, export(["9", *YANG[1:]]), by=by, at=LATER)
    assert done == counts(placed=1)


def test_layout_when_one_address_was_put_right_reads_the_others_of_its_shape(compound, round, by):
    head = ["下单人", "商品", "数量", "收货地址"]
    one, other = ["高平", "鸡蛋", 1, "1702/20"], ["何敏", "鸡蛋", 1, "501/3"]
    imported, done = take(round, export(one, head=head), by=by)
    assert done == counts(open=1)
    door = compound.households.get(room="20-1702")
    chains.decide_entry(entry=imported.entries.get(), decision="take", household=door, by=by, at=LATER)
    layout = AddressLayout.objects.get()
    assert (layout.pattern, layout.building, layout.unit, layout.number) == ("#/#", 1, None, 0)
    later = make.round(compound, title="又一团")
    _imported, done = take(later, export(other, head=head), by=by, at=LATER)
    assert done == counts(placed=1)
    assert placed() == [("3-501", "鸡蛋 1"), ("20-1702", "鸡蛋 1")]


HALF = ["下单人", "商品", "数量", "收货地址"]


def test_layout_when_one_answer_was_given_for_several_lines_is_learned_as_from_one_line(compound, round, by):
    make.household(compound, "5-1-202")
    make.household(compound, "5-2-202")
    imported, done = take(
        round, export(["高平", "鸡蛋", 1, "5号201(2)"], ["何敏", "鸡蛋", 1, "5号202(2)"], head=HALF), by=by
    )
    assert done == counts(open=2)
    assert order_lists.decide_unit(chain_import=imported, building="5", unit="2", by=by, at=LATER) == 2
    assert [door for door, _line in placed()] == ["5-2-201", "5-2-202"]
    layout = AddressLayout.objects.get()
    assert (layout.pattern, layout.building, layout.unit, layout.number) == ("#号#(#", 0, 2, 1)
    assert AuditEntry.objects.filter(action="address.learned").count() == 1
    assert not Nickname.objects.exists()
    later = make.round(compound, title="又一团")
    _imported, done = take(later, export(["钱芳", "鸡蛋", 1, "5号202(1)"], head=HALF), by=by, at=LATER)
    assert done == counts(placed=1)
    assert "5-1-202" in [door for door, _line in placed()]


@pytest.mark.parametrize("other", ["5号202(1)", "5号202(3)"])
def test_layout_when_lines_of_one_answer_disagree_is_not_learned(compound, round, by, other):
    make.household(compound, "5-1-202")
    make.household(compound, "5-2-202")
    imported, _done = take(
        round, export(["高平", "鸡蛋", 1, "5号201(2)"], ["何敏", "鸡蛋", 1, other], head=HALF), by=by
    )
    assert order_lists.decide_unit(chain_import=imported, building="5", unit="2", by=by, at=LATER) == 2
    assert not AddressLayout.objects.exists()


def test_layout_that_was_put_right_by_hand_stays_when_one_answer_for_several_says_another(compound, round, by):
    facts = {"learned_at": ELEVEN, "learned_by": by}
    AddressLayout.objects.create(compound=compound, pattern="#号#(#", building=2, number=1, **facts)
    imported, _done = take(round, export(["高平", "鸡蛋", 1, "5号201(2)"], head=HALF), by=by)
    order_lists.decide_unit(chain_import=imported, building="5", unit="2", by=by, at=LATER)
    assert AddressLayout.objects.get().building == 2


def test_import_when_the_address_of_an_order_has_changed_moves_it_to_the_other_door(round, by):
    take(round, export(GAO), by=by)
    _imported, done = take(round, export([*GAO[:8], "3-501", "3", "501"]), by=by, at=LATER)
    assert done == counts(placed=1, replaced=1)
    assert placed() == [("3-501", "鸡蛋（30枚/板） 2板")]


@pytest.mark.django_db(transaction=True)
def test_import_when_two_bring_the_same_file_at_once_orders_once():
    compound = build.compound()
    by, round = make.member(compound), make.round(compound)
    data, done, ready = export(GAO, HE), [], threading.Barrier(2)

    def bring():
        try:
            ready.wait(5)
            done.append(take(round, data, by=by)[1]["placed"])
        finally:
            connection.close()

    threads = [threading.Thread(target=bring) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == [0, 2]
    assert len(placed()) == 2
    assert ChainImport.objects.count() == 1
