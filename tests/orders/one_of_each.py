"""A good row in each table between the closed round and the door, for tests that go through all of them."""

import datetime as dt
import uuid
from types import SimpleNamespace

from compound.models import Household, StoredFile, User
from orders.models import (
    AddressLayout,
    Allotment,
    Bag,
    Batch,
    ChainSource,
    Donation,
    DoorMark,
    GoodsWord,
    Handover,
    HandoverGap,
    HouseholdReport,
    ItemPrice,
    Notice,
    NoticeSent,
    OrderRules,
    PhoneEvent,
    Picture,
    Purchase,
    Receipt,
    Relief,
    ReliefCount,
    ReliefParcel,
    RoundGood,
    Sharing,
    SharingRule,
    StationBuilding,
    Stop,
    SubstituteWish,
    TransitStation,
    Trip,
    Vehicle,
)
from tests import make
from tests.make import ELEVEN, NOON


def phone_event(door: Household, kind: str, *, by: User, at: dt.datetime = NOON) -> PhoneEvent:
    return PhoneEvent.objects.create(
        id=uuid.uuid4(), compound=door.compound, kind=kind, by=by, at=at, received_at=at, answer={}
    )


def one_of_each(door: Household, *, by: User, number: int = 1) -> SimpleNamespace:
    """One order from its shop to its door, a relief round, a donation; `number` tells two of them apart."""
    of = door.compound
    round = make.round(of, f"第{number}轮到户")
    offer = make.offer(round, f"白菜{number}", "颗")
    order = make.order(round, door, (offer.item.name, "2", "颗"), by=by)
    line = order.lines.get()
    good = RoundGood.objects.create(round=round, item=offer.item, goods=offer.item.name, unit="颗")
    receipt = Receipt.objects.create(
        round=round, paid_by=by, total="12.50", paid_at=NOON, entered_at=NOON, entered_by=by
    )
    bought = Purchase.objects.create(
        event=phone_event(door, "purchase", by=by), good=good, kind="bought", quantity=1, amount="3.50", by=by, at=NOON
    )
    rule = SharingRule.objects.create(compound=of, name=f"按需{number}", is_default=number == 1)
    sharing = Sharing.objects.create(
        good=good, arrived=1, rule={}, claims={}, seed="x", result_sha256="x", made_at=NOON, made_by=by,
        applied_at=NOON, applied_by=by,
    )  # fmt: skip
    station = TransitStation.objects.create(compound=of, name=f"{number}号中转站")
    vehicle = Vehicle.objects.create(compound=of, name=f"{number}号三轮车", capacity=40)
    batch = Batch.objects.create(compound=of, leaves_at=NOON, number=number, day=of.day_of(NOON), state_at=NOON)
    trip = Trip.objects.create(batch=batch, position=1, station=station, vehicle=vehicle, runner=by)
    counted = Handover.objects.create(
        event=phone_event(door, "handover", by=by), batch=batch, leg="station", station=station, bags=9, by=by, at=NOON
    )
    donation = Donation.objects.create(
        compound=of, donor="城东食品厂", goods="挂面", quantity=20, unit="箱", received_at=ELEVEN, received_by=by
    )
    relief = Relief.objects.create(compound=of, title=f"第{number}次物资", made_at=ELEVEN, made_by=by)
    event = phone_event(door, "relief", by=by)
    file = StoredFile.objects.create(
        compound=of, kind="photo", name="1.jpg", content_type="image/jpeg", content=b"x", size=1, sha256="",
        created_at=NOON, created_by=by,
    )  # fmt: skip
    notice = Notice.objects.create(
        compound=of, round=round, step="arrives", building=door.building, text="约15:00到", made_at=NOON, made_by=by
    )
    return SimpleNamespace(
        by=by,
        door=door,
        round=round,
        offer=offer,
        line=line,
        good=good,
        receipt=receipt,
        bought=bought,
        layout=AddressLayout.objects.create(
            compound=of, pattern=f"#弄#支弄#号#{number}", building=3, number=4, learned_at=NOON, learned_by=by
        ),
        word=GoodsWord.objects.create(
            supply_point=round.supply_point, word=f"大白菜{number}", item=offer.item, learned_at=NOON, learned_by=by
        ),
        price=ItemPrice.objects.create(item=offer.item, price="3.50", source="till", at=NOON, by=by),
        wish=SubstituteWish.objects.create(household=door, wish="similar", set_at=NOON, set_by=by),
        rules=OrderRules.objects.get_or_create(compound=of)[0],
        rule=rule,
        sharing=sharing,
        allotment=Allotment.objects.create(sharing=sharing, line=line, quantity=1, code="drawn", position=0),
        station=station,
        served=StationBuilding.objects.create(station=station, building=door.building),
        vehicle=vehicle,
        batch=batch,
        trip=trip,
        bag=Bag.objects.create(round=round, household=door, packed_at=NOON, packed_by=by),
        stop=Stop.objects.create(trip=trip, round=round, household=door),
        counted=counted,
        gap=HandoverGap.objects.create(batch=batch, handover=counted, missing=1, reason="袋子破了", at=NOON, by=by),
        mark=DoorMark.objects.create(
            round=round, household=door, outcome="refused", source="phone", by=by, at=NOON, received_at=NOON
        ),
        donation=donation,
        relief=relief,
        count=ReliefCount.objects.create(relief=relief, step="arrived", count=20, at=NOON, by=by),
        parcel=ReliefParcel.objects.create(relief=relief, household=door, due=1),
        notice=notice,
        sent=NoticeSent.objects.create(
            notice=notice, source=ChainSource.objects.create(compound=of, name=f"业主{number}群"), at=NOON, by=by
        ),
        report=HouseholdReport.objects.create(household=door, round=round, kind="wrong", text="少了一颗", at=NOON),
        event=event,
        picture=Picture.objects.create(file=file, event=event),
    )
