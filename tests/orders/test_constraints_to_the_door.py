"""What the tables between the closed round and the door hold by themselves, whoever writes to them."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.db import InternalError, connection, transaction
from django.db.models import Model
from django.db.utils import IntegrityError

from tests import make
from tests.make import NOON
from tests.named_constraints import again, changed, refused_by, rows_of
from tests.orders.one_of_each import one_of_each, phone_event

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def good() -> SimpleNamespace:
    compound = make.compound()
    made = one_of_each(make.household(compound, "20-1702"), by=make.member(compound))
    made.more = make.order(made.round, made.door, ("白菜1", "1", "颗"), by=made.by).lines.get()
    return made


def purchase(good: SimpleNamespace, **differs: object) -> None:
    """A second row like the purchase: the first may not be changed."""
    again(good.bought, event_id=phone_event(good.door, "purchase", by=good.by).pk, **differs)


def handover(good: SimpleNamespace, **differs: object) -> None:
    again(good.counted, event_id=phone_event(good.door, "handover", by=good.by).pk, **differs)


def closed(good: SimpleNamespace, **sums: int) -> None:
    full = {"arrived": 20, "handed_out": 15, "spoiled": 2, "returned": 2, "explained": 1}
    changed(good.relief, closed_at=NOON, closed_by=good.by, **{**full, **sums})


# What an UPDATE would meet the append-only trigger for, a second row shows.
TABLE = rows_of(
    # the shop
    ("supply_point_opens_and_closes", lambda good: changed(good.round.supply_point, opens=dt.time(8))),
    ("item_pack_size_and_name", lambda good: changed(good.offer.item, pack_size=12)),
    ("offer_minimum", lambda good: changed(good.offer, minimum=0)),
    ("offer_fate_at_and_by", lambda good: changed(good.offer, minimum=5, fate="cancel")),
    ("goods_word_once", lambda good: again(good.word)),
    ("goods_word_not_empty", lambda good: changed(good.word, word="")),
    ("price_not_negative", lambda good: again(good.price, price=-1)),
    ("address_layout_once", lambda good: again(good.layout)),
    ("address_layout_names_building", lambda good: changed(good.layout, literal="商务楼")),
    # acts at phones and what was bought
    ("phone_event_not_in_the_future", lambda good: again(good.event, id=uuid.uuid4(), at=NOON + MINUTE)),
    ("round_good_once", lambda good: again(good.good)),
    ("round_good_has_name", lambda good: changed(good.good, goods="")),
    ("receipt_of_something", lambda good: changed(good.receipt, total=0)),
    ("receipt_void_with_reason", lambda good: changed(good.receipt, void_at=NOON, void_by=good.by)),
    ("purchase_of_something", lambda good: purchase(good, quantity=0)),
    ("purchase_amount", lambda good: purchase(good, amount=-1)),
    ("purchase_instead_named", lambda good: purchase(good, kind="substitute")),
    ("purchase_void_of_one", lambda good: purchase(good, kind="void", quantity=0, amount=None)),
    ("purchase_not_of_itself", lambda good: of_itself(good)),
    # sharing out
    ("sharing_rule_once", lambda good: again(good.rule, is_default=False)),
    ("sharing_rule_one_default", lambda good: again(good.rule, name="平均")),
    ("sharing_rule_step", lambda good: changed(good.rule, step=0)),
    ("sharing_rule_each", lambda good: changed(good.rule, each=0)),
    ("sharing_one_in_force", lambda good: again(good.sharing)),
    ("sharing_of_what_arrived", lambda good: changed(good.sharing, arrived=-1)),
    ("sharing_applied_at_and_by", lambda good: changed(good.sharing, applied_by=None)),
    ("sharing_withdrawn_with_reason", lambda good: changed(good.sharing, replaced_at=NOON, withdrawn_by=good.by)),
    ("allotment_once", lambda good: again(good.allotment)),
    ("allotment_not_negative", lambda good: changed(good.allotment, quantity=-1)),
    ("allotments_within_arrived", lambda good: changed(good.allotment, quantity="1.001")),
    ("allotments_within_arrived", lambda good: again(good.allotment, line_id=good.more.pk, quantity="0.001")),
    ("line_allocated_within_ordered", lambda good: changed(good.line, allocated=3)),
    ("line_packed_at_and_by", lambda good: changed(good.line, packed=2)),
    # delivery
    ("order_rules_some_bags", lambda good: changed(good.rules, bags_a_trip=0)),
    ("order_rules_floor_weight", lambda good: changed(good.rules, floor_weight=-1)),
    ("station_once", lambda good: again(good.station)),
    ("station_has_name", lambda good: changed(good.station, name="")),
    ("vehicle_once", lambda good: again(good.vehicle)),
    ("vehicle_holds_something", lambda good: changed(good.vehicle, capacity=0)),
    ("batch_number_once", lambda good: again(good.batch)),
    ("batch_from_one", lambda good: changed(good.batch, number=0)),
    ("trip_position", lambda good: again(good.trip)),
    ("bag_of_household_once", lambda good: again(good.bag)),
    ("bag_at_least_one", lambda good: changed(good.bag, bags=0)),
    ("bag_checked_at_and_by", lambda good: changed(good.bag, checked_at=NOON)),
    ("stop_on_one_trip", lambda good: again(good.stop)),
    ("stop_with_bags", lambda good: changed(good.stop, bags=0)),
    ("handover_has_its_place", lambda good: handover(good, leg="gate")),
    ("gap_of_something_with_reason", lambda good: changed(good.gap, reason="")),
    ("door_mark_of_somebody", lambda good: again(good.mark, by_id=None)),
    ("door_mark_rest_is_delivered", lambda good: again(good.mark, is_rest=True)),
    ("door_mark_not_in_the_future", lambda good: again(good.mark, at=NOON + MINUTE)),
    # relief
    ("donation_of_whom_and_what", lambda good: changed(good.donation, donor="")),
    ("donation_of_something", lambda good: changed(good.donation, quantity=0)),
    ("donation_weight", lambda good: changed(good.donation, weight_kg=0)),
    ("donation_thanked_at_and_by", lambda good: changed(good.donation, thanked_at=NOON)),
    ("relief_has_title", lambda good: changed(good.relief, title="")),
    ("relief_some_parcels", lambda good: changed(good.relief, per_count=0)),
    ("relief_closes_when_it_adds_up", lambda good: closed(good, explained=0)),
    ("relief_count_of_something", lambda good: again(good.count, count=0, note="写错了")),
    ("relief_count_explained", lambda good: again(good.count, step="explained", count=3)),
    ("relief_once_per_household", lambda good: again(good.parcel)),
    ("relief_parcel_due", lambda good: changed(good.parcel, due=0)),
    ("relief_handed_is_counted", lambda good: changed(good.parcel, handed=1)),
    ("relief_outcome_at_and_by", lambda good: changed(good.parcel, outcome="refused")),
)


def of_itself(good: SimpleNamespace) -> None:
    event = phone_event(good.door, "purchase", by=good.by).pk
    again(good.bought, event_id=event, kind="void", quantity=0, amount=None, refers_to_id=event)


@pytest.mark.parametrize(("constraint", "deed"), TABLE)
def test_bad_row_is_refused_by_the_database(good: SimpleNamespace, constraint: str, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) == constraint


@pytest.mark.parametrize(
    "deed",
    [
        lambda good: changed(good.round.supply_point, opens=dt.time(8), closes=dt.time(2)),
        lambda good: changed(good.offer.item, pack_size=12, pack_name="箱"),
        lambda good: changed(good.offer, minimum=5, fate="cancel", fate_at=NOON, fate_by=good.by),
        lambda good: again(good.word, unit="斤"),
        lambda good: purchase(good, kind="substitute", instead="娃娃菜", amount=None),
        lambda good: purchase(good, kind="short", quantity=0, amount=None),
        lambda good: purchase(good, kind="void", quantity=0, amount=None, refers_to_id=good.bought.pk),
        lambda good: again(good.sharing, replaced_at=NOON, withdrawn_by_id=good.by.pk, withdrawn_reason="买错了"),
        lambda good: again(good.allotment, line_id=good.more.pk, quantity=0),
        lambda good: again(good.sharing, instead="娃娃菜"),
        lambda good: changed(good.line, allocated=0, allocated_instead=2),
        lambda good: changed(good.line, packed="2.3", packed_at=NOON, packed_by=good.by),
        lambda good: again(good.stop, ended_at=NOON),
        lambda good: handover(good, bags=0),
        lambda good: handover(good, leg="gate", station_id=None),
        lambda good: again(good.mark, is_rest=True, outcome="delivered"),
        lambda good: again(good.layout, pattern="商务楼#", building=None, literal="商务楼"),
        lambda good: again(good.mark, by_id=None, source="paper", paper="7K2M9QX4TB"),
        lambda good: closed(good),
        lambda good: closed(good, arrived=19, explained=0),
        lambda good: again(good.count, step="explained", count=-3, note="在门口找到"),
        lambda good: changed(good.parcel, outcome="handed", handed=1, outcome_at=NOON, outcome_by=good.by),
    ],
)
def test_good_row_beside_it_goes_through(good: SimpleNamespace, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) is None


@pytest.mark.parametrize("name", ["event", "bought", "counted", "mark", "count", "price"])
def test_rows_that_only_grow_refuse_change_and_deletion(good: SimpleNamespace, name: str) -> None:
    row: Model = getattr(good, name)
    table = row._meta.db_table
    for statement in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}"):
        with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)
