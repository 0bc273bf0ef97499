"""A relief round from its list to its end: whom it is for, what was counted, why it stays open, when it closes."""

import datetime as dt
import time
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from compound.models import AuditEntry, Building, Household
from compound.refusals import Refusal
from orders.models import Relief, ReliefCount, ReliefParcel
from orders.queries.relief import figures_of
from orders.services import relief as services
from tests import make
from tests.make import ELEVEN
from tests.orders.relief.conftest import HOUR, ROOMS, at_door, round_of, tap

pytestmark = pytest.mark.django_db


def refused(code):
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def count(relief, step, number, by, *, note="", at=ELEVEN, **more):
    return services.add_count(relief=relief, step=step, count=number, note=note, by=by, at=at, **more)


def figures(relief):
    relief.refresh_from_db()
    return figures_of([relief])[relief.pk]


def many_doors(compound, number):
    """`number` occupied flats in buildings of 44."""
    buildings = {}
    doors = []
    for place in range(number):
        name = str(100 + place // 44)
        if name not in buildings:
            buildings[name] = Building.objects.create(compound=compound, name=name)
        door = Household(compound=compound, building=buildings[name], number=str(101 + place % 44), head_count=3)
        door.name_room()
        doors.append(door)
    Household.objects.bulk_create(doors)


# ── whom it is for ────────────────────────────────


def test_round_for_every_occupied_household_has_one_row_each(relief):
    rows = relief.parcels.order_by("household__sort_key").values_list("household__room", "due", "outcome")
    assert list(rows) == [(room, 1, "") for room in ROOMS]


def test_round_by_head_counts_people(compound, coordinator):
    Household.objects.filter(room="20-1702").update(head_count=5)
    made = round_of(compound, coordinator, count_by="head", per_count=2)
    assert dict(made.parcels.values_list("household__room", "due")) == {
        "3-1-101": 4,
        "3-1-501": 4,
        "3-2-501": 4,
        "20-1702": 10,
    }


def test_round_for_some_buildings_and_tags_leaves_the_others_out(compound, coordinator):
    make.household(compound, "3-2-601", tags=["infant", "hardship"])
    make.household(compound, "20-1802", tags=["infant"])
    building = compound.buildings.get(name="3").pk
    who = {"occupied": True, "buildings": [building], "tags": ["infant", "hardship"]}
    made = round_of(compound, coordinator, who=who)
    assert list(made.parcels.values_list("household__room", flat=True)) == ["3-2-601"]
    assert made.filter == who


def test_round_with_empty_flats_takes_them_too(compound, coordinator):
    made = round_of(compound, coordinator, who={"occupied": False})
    assert made.parcels.filter(household__room="20-1703").count() == 1


def test_round_for_nobody_is_refused_and_leaves_no_round(compound, coordinator):
    with refused("relief_for_nobody"):
        round_of(compound, coordinator, who={"occupied": True, "tags": ["infant"]})
    assert not Relief.objects.exists()


def test_round_sent_twice_is_one_round(compound, coordinator):
    key = uuid.uuid4()
    assert round_of(compound, coordinator, id=key) == round_of(compound, coordinator, id=key)
    assert (Relief.objects.count(), ReliefParcel.objects.count()) == (1, 4)


def test_round_for_1760_households_is_made_in_few_statements_within_two_seconds(compound, coordinator):
    many_doors(compound, 1756)
    with CaptureQueriesContext(connection) as queries:
        begun = time.monotonic()
        made = round_of(compound, coordinator)
        took = time.monotonic() - begun
    assert made.parcels.count() == 1760
    assert len(queries) <= 14
    assert took < 2


# ── counting ──────────────────────────────────────


def test_counts_of_a_station_add_up_with_who_and_when(relief, coordinator, supply):
    count(relief, "sorted", 2, coordinator)
    count(relief, "sorted", 2, supply, at=ELEVEN + HOUR)
    assert figures(relief).steps == {"sorted": 4}
    rows = relief.counts.order_by("at").values_list("count", "by__name", "at")
    assert list(rows) == [(2, "林涛", ELEVEN), (2, "罗强", ELEVEN + HOUR)]


def test_wrong_count_is_put_right_by_a_further_one_with_a_note(relief, coordinator):
    count(relief, "arrived", 70, coordinator)
    with refused("count_without_note"):
        count(relief, "arrived", -66, coordinator)
    count(relief, "arrived", -66, coordinator, note="多打了一个零")
    assert figures(relief).balance.arrived == 4
    assert ReliefCount.objects.count() == 2


def test_step_is_never_below_zero(relief, coordinator):
    count(relief, "arrived", 2, coordinator)
    count(relief, "spoiled", 2, coordinator)
    with refused("count_too_low"):
        count(relief, "spoiled", -3, coordinator, note="数错了")
    count(relief, "spoiled", -2, coordinator, note="数错了")
    assert figures(relief).balance.spoiled == 0


@pytest.mark.parametrize("step", ["spoiled", "returned"])
def test_count_of_more_lost_than_arrived_needs_a_reason(relief, coordinator, step):
    count(relief, "arrived", 5, coordinator)
    count(relief, "spoiled", 2, coordinator)
    with refused("count_above_arrived"):
        count(relief, step, 4, coordinator)
    count(relief, step, 3, coordinator)
    count(relief, step, 1, coordinator, note="昨天没点到的一箱")
    assert figures(relief).gap == -1


def test_count_sent_twice_is_one_count(relief, coordinator):
    key = uuid.uuid4()
    for _ in range(2):
        count(relief, "arrived", 4, coordinator, id=key)
    assert figures(relief).balance.arrived == 4
    with refused("count_id_taken"):
        count(relief, "arrived", 5, coordinator, id=key)


def test_count_of_nothing_is_refused(relief, coordinator):
    with refused("count_nothing"):
        count(relief, "arrived", 0, coordinator)


# ── until it adds up ──────────────────────────────


def test_round_of_700_parcels_that_does_not_add_up_stays_open_until_it_is_explained(compound, coordinator, volunteer):
    many_doors(compound, 686)
    relief = round_of(compound, coordinator, title="七百份")
    count(relief, "arrived", 700, coordinator)
    relief.parcels.filter(household__building__name__startswith="1").update(
        outcome="handed", handed=1, outcome_at=ELEVEN, outcome_by=volunteer
    )
    for room in ROOMS[:3]:
        tap(relief, room, by=volunteer)
    tap(relief, "20-1702", "refused", by=volunteer)
    count(relief, "spoiled", 3, coordinator)
    count(relief, "returned", 2, coordinator)
    # 700 came; 689 at doors, 3 spoiled, 2 back: six of them are nowhere.
    now = figures(relief)
    assert (now.doors.all, now.doors.handed, now.doors.pending, now.gap, now.state) == (690, 689, 0, 6, "gap")

    with pytest.raises(Refusal) as refusal:
        services.close_relief(relief=relief, by=coordinator, at=ELEVEN)
    assert (refusal.value.code, refusal.value.params) == ("relief_gap", {"gap": 6})
    assert str(refusal.value) == (
        "还对不上账。有6份没有着落。到货700份；发出689份，破损3份，退回2份，已说明0份。请再清点，或者写明差数的原因。"
    )
    relief.refresh_from_db()
    assert relief.closed_at is None

    # PostgreSQL says the same to whoever goes past the service.
    with pytest.raises(IntegrityError, match="relief_closes_when_it_adds_up"), transaction.atomic():
        Relief.objects.filter(pk=relief.pk).update(
            closed_at=ELEVEN, closed_by=coordinator, arrived=700, handed_out=689, spoiled=3, returned=2, explained=0
        )

    with refused("gap_without_reason"):
        services.explain_gap(relief=relief, count=6, reason="", by=coordinator, at=ELEVEN)
    services.explain_gap(relief=relief, count=4, reason="给了东门值守的人", by=coordinator, at=ELEVEN)
    with refused("relief_gap"):
        services.close_relief(relief=relief, by=coordinator, at=ELEVEN)
    services.explain_gap(relief=relief, count=2, reason="车上压坏，当场扔了", by=coordinator, at=ELEVEN)

    services.close_relief(relief=relief, by=coordinator, at=ELEVEN + HOUR)
    now = figures(relief)
    closed = now.relief
    assert (closed.arrived, closed.handed_out, closed.spoiled, closed.returned, closed.explained) == (700, 689, 3, 2, 6)
    assert (closed.closed_at, closed.closed_by, now.state) == (ELEVEN + HOUR, coordinator, "closed")


def test_gap_is_explained_no_further_than_it_goes_and_taken_back_with_the_opposite_sign(relief, coordinator):
    count(relief, "arrived", 4, coordinator)
    for wrong in (5, -1):
        with refused("gap_not_there"):
            services.explain_gap(relief=relief, count=wrong, reason="不清楚", by=coordinator, at=ELEVEN)
    services.explain_gap(relief=relief, count=4, reason="在仓库", owed=True, by=coordinator, at=ELEVEN)
    services.explain_gap(relief=relief, count=-4, reason="不在仓库", by=coordinator, at=ELEVEN)
    assert figures(relief).gap == 4


def test_parcels_that_doors_are_still_to_get_are_explained_only_by_who_says_that_they_get_none(relief, coordinator):
    count(relief, "arrived", 6, coordinator)
    assert (figures(relief).doors.still_due, figures(relief).spare) == (4, 2)
    with refused("gap_owed"):
        services.explain_gap(relief=relief, count=3, reason="退回仓库", by=coordinator, at=ELEVEN)
    services.explain_gap(relief=relief, count=2, reason="退回仓库", by=coordinator, at=ELEVEN)
    with refused("gap_owed"):
        services.explain_gap(relief=relief, count=4, reason="不发了", by=coordinator, at=ELEVEN)
    services.explain_gap(relief=relief, count=4, reason="不发了", owed=True, by=coordinator, at=ELEVEN)
    assert figures(relief).gap == 0


def test_more_handed_out_than_came_is_a_gap_before_the_last_door(relief, coordinator, volunteer):
    tap(relief, "20-1702", by=volunteer)
    assert (figures(relief).gap, figures(relief).state) == (-1, "gap")
    services.explain_gap(relief=relief, count=-1, reason="上一批剩下的", by=coordinator, at=ELEVEN)
    assert (figures(relief).gap, figures(relief).state) == (0, "open")


def test_round_with_doors_left_closes_only_with_a_reason_which_is_kept(relief, coordinator, volunteer):
    count(relief, "arrived", 3, coordinator)
    for room in ROOMS[:3]:
        tap(relief, room, by=volunteer)
    with refused("relief_doors_left"):
        services.close_relief(relief=relief, by=coordinator, at=ELEVEN)
    services.close_relief(relief=relief, reason="20-1702在医院，家属代领", by=coordinator, at=ELEVEN)
    entry = AuditEntry.objects.get(action="relief.closed")
    assert (entry.params["reason"], entry.params["unserved"]) == ("20-1702在医院，家属代领", 1)


@pytest.fixture
def closed(relief, coordinator, volunteer):
    """Four came, three were handed out, the fourth came back."""
    count(relief, "arrived", 4, coordinator)
    for room in ROOMS[:3]:
        tap(relief, room, by=volunteer)
    count(relief, "returned", 1, coordinator)
    services.close_relief(relief=relief, reason="没人在家", by=coordinator, at=ELEVEN + HOUR)
    relief.refresh_from_db()
    return relief


def test_count_after_closing_is_refused_until_the_round_is_opened_again(closed, coordinator):
    with refused("relief_closed"):
        count(closed, "spoiled", 1, coordinator)
    with refused("reopen_without_reason"):
        services.reopen_relief(relief=closed, reason="", by=coordinator, at=ELEVEN)
    services.reopen_relief(relief=closed, reason="退回的数错了", by=coordinator, at=ELEVEN)
    count(closed, "returned", -1, coordinator, note="数错了")
    assert (figures(closed).gap, figures(closed).relief.arrived) == (1, None)


def test_parcel_handed_out_before_closing_and_sent_after_it_is_recorded_and_shown_as_a_difference(
    closed, coordinator, volunteer
):
    answer = tap(closed, "20-1702", by=volunteer, at=ELEVEN)
    assert (answer["outcome"], answer["flags"]) == ("handed", ["closed"])
    now = figures(closed)
    # With what it was closed stays as it was signed.
    assert (now.relief.handed_out, now.doors.handed, now.gap, now.state) == (3, 4, -1, "difference")

    with refused("gap_not_all"):
        services.explain_gap(relief=closed, count=-2, reason="补登", by=coordinator, at=ELEVEN + 2 * HOUR)
    reason = "数成了退回，其实已发到20-1702"
    services.explain_gap(relief=closed, count=-1, reason=reason, by=coordinator, at=ELEVEN + 2 * HOUR)
    now = figures(closed)
    assert (now.relief.handed_out, now.relief.explained, now.state) == (4, -1, "closed")
    assert now.relief.closed_at == ELEVEN + HOUR


def test_open_round_is_not_opened_again(relief, coordinator):
    with refused("relief_open"):
        services.reopen_relief(relief=relief, reason="想再看看", by=coordinator, at=ELEVEN)


# ── who is on the list ────────────────────────────


def test_household_that_moved_in_is_added_with_what_all_get(relief, compound, coordinator):
    door = make.household(compound, "3-2-601")
    services.add_household(relief=relief, household=door, by=coordinator, at=ELEVEN)
    assert relief.parcels.get(household=door).due == 1
    assert AuditEntry.objects.get(action="relief.door_added").subject == "3-2-601"
    with refused("door_there"):
        services.add_household(relief=relief, household=door, by=coordinator, at=ELEVEN)


def test_household_of_another_compound_is_not_added(relief, coordinator):
    with refused("door_elsewhere"):
        door = make.household(make.compound("dongyuan", "东园"), "1-101")
        services.add_household(relief=relief, household=door, by=coordinator, at=ELEVEN)


def test_household_that_left_is_removed_with_a_reason_but_not_one_that_has_its_parcel(relief, coordinator, volunteer):
    doors = {parcel.household.room: parcel.household for parcel in relief.parcels.select_related("household")}
    tap(relief, "20-1702", by=volunteer)

    def remove(room, reason="已搬走"):
        services.remove_household(relief=relief, household=doors[room], reason=reason, by=coordinator, at=ELEVEN)

    with refused("door_has_parcel"):
        remove("20-1702")
    with refused("door_without_reason"):
        remove("3-1-101", "")
    remove("3-1-101")
    with refused("door_not_there"):
        remove("3-1-101")
    assert list(relief.parcels.values_list("household__room", flat=True)) == ["3-1-501", "3-2-501", "20-1702"]
    entry = AuditEntry.objects.get(action="relief.door_removed")
    assert (entry.subject, entry.params["reason"]) == ("3-1-101", "已搬走")


def test_parcel_handed_out_at_a_door_that_was_taken_off_the_list_is_recorded(relief, coordinator, volunteer):
    door = relief.parcels.get(household__room="3-1-101").household
    services.remove_household(relief=relief, household=door, reason="已搬走", by=coordinator, at=ELEVEN)
    answer = tap(relief, "3-1-101", by=volunteer, at=ELEVEN - dt.timedelta(minutes=1))
    assert (answer["flags"], at_door(relief, "3-1-101")) == (["added"], ("handed", 1, "冯磊"))
    assert tap(relief, "20-1703", "nobody_home", by=volunteer)["flags"] == ["not_on_list"]


def test_ids_of_another_round_are_refused_and_ones_own_again_is_one_count(compound, relief, coordinator):
    other, key = round_of(compound, coordinator), uuid.uuid4()
    first = count(relief, "arrived", 4, coordinator, id=key)
    assert count(relief, "arrived", 4, coordinator, id=key) == first
    with refused("count_id_taken"):
        count(other, "arrived", 4, coordinator, id=key)
    with refused("count_id_taken"):
        services.explain_gap(relief=other, count=4, reason="在仓库", by=coordinator, at=ELEVEN, id=key)
    elsewhere = make.compound("dongyuan", "东苑")
    make.household(elsewhere, "1-101")
    with refused("id_taken"):
        round_of(elsewhere, coordinator, id=relief.pk)
    assert (ReliefCount.objects.count(), Relief.objects.count()) == (1, 2)


def test_count_sent_again_after_closing_is_the_one_that_is_there(relief, coordinator):
    key = uuid.uuid4()
    first = count(relief, "arrived", 4, coordinator, id=key)
    count(relief, "returned", 4, coordinator)
    services.close_relief(relief=relief, reason="全部退回", by=coordinator, at=ELEVEN)
    assert count(relief, "arrived", 4, coordinator, id=key) == first


def test_notes_of_counts_are_kept_without_anybodys_number(relief, coordinator):
    count(relief, "arrived", 5, coordinator, note="司机 13800001111")
    services.explain_gap(relief=relief, count=1, reason="给了 13800001111", by=coordinator, at=ELEVEN)
    assert list(ReliefCount.objects.order_by("step").values_list("note", flat=True)) == [
        "司机 （号码略）",
        "给了 （号码略）",
    ]
