"""The sheets of a round as they are kept: each once, each version for ever."""

import datetime as dt
import hashlib
import io
import threading

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone
from pypdf import PdfReader

from compound.models import Job, Sheet, ShortCode, StoredFile
from compound.services import jobs
from compound.services.sheets import CROCKFORD, read_short_code
from orders.models import Order, Round
from orders.services import rounds, sheets
from orders.services.locks import lock_round
from orders.services.orders import Line, cancel_order, enter_order
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN, NOON, Decimal

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def no_progress(done: int, total: int) -> None:
    pass


def text_of(sheet: Sheet) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(sheet.file.content))).pages)


class Evening:
    """Two buildings, three households that ordered, one that did not, an empty flat; the round has closed."""

    def __init__(self):
        self.compound = make.compound()
        self.coordinator = make.member(self.compound)
        self.doors = {room: make.household(self.compound, room) for room in ("2-101", "10-101", "10-102", "10-201")}
        make.household(self.compound, "10-301", head_count=0)
        self.round = make.round(self.compound)
        self.order("2-101", ("鸡蛋", "2", "板"))
        self.order("10-101", ("鸡蛋", "1", "板"), ("大米", "1.5", "斤"))
        self.last = self.order("10-201", ("鸡蛋", "1", "板"))
        rounds.close_due_rounds(NOON)
        self.round.refresh_from_db()

    def order(self, room, *goods):
        return make.order(self.round, self.doors[room], *goods, by=self.coordinator)

    def make(self, at=NOON):
        return sheets.make_sheets(round=self.round, at=at, by=None, progress=no_progress)


@pytest.fixture
def evening():
    return Evening()


def test_make_sheets_of_a_closed_round_makes_each_kind_and_a_run_per_building_in_natural_order(evening):
    evening.make()
    made = [(s.kind, s.part, s.version) for s in Sheet.objects.order_by("kind", "part_key")]
    assert made == [
        ("bag_slips", "", 1),
        ("delivery_run", "2", 1),
        ("delivery_run", "10", 1),
        ("not_served", "", 1),
        ("shopping_list", "惠民超市", 1),
    ]


def test_make_sheets_prints_every_room_that_ordered_and_names_who_did_not(evening):
    evening.make()
    texts = {(s.kind, s.part): text_of(s) for s in Sheet.objects.select_related("file")}
    assert [room in texts["bag_slips", ""] for room in ("2-101", "10-101", "10-201", "10-102")] == [
        True,
        True,
        True,
        False,
    ]
    assert [room in texts["delivery_run", "10"] for room in ("10-101", "10-102", "10-201", "10-301", "2-101")] == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_make_sheets_twice_makes_nothing_new(evening):
    first = evening.make()
    assert (len(first), evening.make(NOON + MINUTE), Sheet.objects.count(), StoredFile.objects.count()) == (5, [], 5, 5)


def test_make_sheets_after_an_order_was_cancelled_makes_second_versions_of_what_changed_only(evening):
    evening.make()
    cancel_order(order=evening.last, reason="不要了", by=evening.coordinator, at=NOON)
    changed = evening.make(NOON + MINUTE)
    assert sorted((s.kind, s.part, s.version) for s in changed) == [
        ("bag_slips", "", 2),
        ("delivery_run", "10", 2),
        ("shopping_list", "惠民超市", 2),
    ]


def test_make_sheets_after_a_building_lost_its_last_order_makes_a_second_version_of_its_run_without_a_bag(evening):
    evening.make()
    cancel_order(order=Order.objects.get(household__room="2-101"), reason="不要了", by=evening.coordinator, at=NOON)
    evening.make(NOON + MINUTE)

    run = Sheet.objects.filter(kind="delivery_run", part="2").select_related("file").latest("version")
    assert (run.version, run.rows["stops"], run.rows["without_order"]) == (2, [], ["2-101"])
    assert "取消1处" in text_of(run)
    # The run names the household: the slips need not name the building.
    slips = Sheet.objects.filter(kind="bag_slips").latest("version")
    assert (slips.rows["without_order"], slips.rows["silent_buildings"]) == (2, [])
    assert evening.make(NOON + 2 * MINUTE) == []


def test_make_sheets_after_the_supply_point_got_another_name_empties_the_list_under_the_old_one(evening):
    evening.make()
    evening.compound.supply_points.update(name="惠民生鲜")
    evening.make(NOON + MINUTE)
    lists = Sheet.objects.filter(kind="shopping_list").order_by("version").values_list("part", "version", "rows__lines")
    assert [(part, version, len(lines)) for part, version, lines in lists.order_by("part", "version")] == [
        ("惠民生鲜", 1, 2),
        ("惠民超市", 1, 2),
        ("惠民超市", 2, 0),
    ]


def test_make_sheets_of_a_round_that_was_read_before_it_changed_prints_it_as_it_is(evening):
    Round.objects.update(title="改名的团")
    evening.make()
    assert "改名的团" in text_of(Sheet.objects.get(kind="bag_slips"))


def test_make_sheets_keeps_the_file_with_its_checksum_and_a_code_for_fourteen_days(evening):
    evening.make()
    sheet = Sheet.objects.select_related("file", "short_code").get(kind="bag_slips")
    pdf = bytes(sheet.file.content)
    assert pdf.startswith(b"%PDF")
    assert (sheet.file.sha256, sheet.file.size) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    assert sheet.pages == len(PdfReader(io.BytesIO(pdf)).pages)
    assert set(sheet.short_code.code) <= set(CROCKFORD)
    assert sheet.short_code.code in text_of(sheet).replace(" ", "")
    assert sheet.short_code.expires_at == NOON + dt.timedelta(days=14)


def test_make_sheets_prints_no_phone_number_that_somebody_wrote_into_a_remark(evening):
    make.order(
        evening.round,
        evening.doors["10-102"],
        ("鸡蛋", "1", "板"),
        by=evening.coordinator,
        remark="打 13800001234 找王姐",
    )
    evening.make()
    assert "13800001234" not in "".join(text_of(s) for s in Sheet.objects.select_related("file"))
    assert "13800001234" not in str(list(Sheet.objects.values_list("rows", flat=True)))


def test_store_version_that_fails_half_way_leaves_neither_file_nor_sheet(evening):
    """The code is the last insert: when it fails, file and sheet go with it."""
    from compound.services import sheets as kit

    taken = iter(["0123456789"] * 20)
    evening.make()
    ShortCode.objects.filter(sheet__kind="bag_slips").update(code="0123456789")
    before = (Sheet.objects.count(), StoredFile.objects.count())
    cancel_order(order=evening.last, reason="不要了", by=evening.coordinator, at=NOON)
    original = kit.new_short_code
    kit.new_short_code = lambda: next(taken)
    try:
        with pytest.raises(IntegrityError), transaction.atomic():
            evening.make(NOON + MINUTE)
    finally:
        kit.new_short_code = original
    assert (Sheet.objects.count(), StoredFile.objects.count()) == before


def test_sheet_cannot_be_changed_or_deleted(evening):
    evening.make()
    sheet = Sheet.objects.first()
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        Sheet.objects.filter(pk=sheet.pk).update(title="x")
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        Sheet.objects.filter(pk=sheet.pk).delete()


def test_read_short_code_as_a_tired_hand_types_it():
    assert read_short_code(" o1il-abc de9z ") == "0111ABCDE9Z"


def test_sheets_job_runs_from_the_closing_to_the_paper(evening):
    job = Job.objects.get()
    assert jobs.run_job(job_id=job.pk) == "done"
    job.refresh_from_db()
    assert (job.done, job.total, Sheet.objects.count()) == (5, 5, 5)


@pytest.mark.django_db(transaction=True)
def test_make_sheets_by_two_workers_at_once_stores_each_sheet_once():
    evening = Evening()
    barrier = threading.Barrier(2)
    errors = []

    def work():
        try:
            barrier.wait(10)
            sheets.make_sheets(round=Round.objects.get(), at=NOON, by=None, progress=no_progress)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert errors == []
    assert list(Sheet.objects.values_list("version", flat=True)) == [1] * 5
    assert StoredFile.objects.count() == 5
    assert evening.round.state == "closed"


@pytest.mark.django_db(transaction=True)
def test_make_sheets_from_an_older_snapshot_never_becomes_the_newest_version():
    """One has taken its snapshot and draws; an order is cancelled; another makes the sheets without it."""
    evening = Evening()
    drawing, go_on = threading.Event(), threading.Event()

    def stop(done, total):
        if done == 0:
            drawing.set()
            assert go_on.wait(20)

    older = Other(lambda: sheets.make_sheets(round=evening.round, at=NOON, by=None, progress=stop))
    assert drawing.wait(10)
    cancel_order(order=evening.last, reason="不要了", by=evening.coordinator, at=NOON)
    newer = Other(lambda: evening.make(NOON + MINUTE))
    until_blocked(newer)
    go_on.set()
    assert (len(older.ended()), len(newer.ended())) == (5, 3)

    newest = Sheet.objects.filter(kind="bag_slips").latest("version")
    assert ([slip["room"] for slip in newest.rows["slips"]], newest.version) == (["2-101", "10-101"], 2)


@pytest.mark.django_db(transaction=True)
def test_make_sheets_that_waited_for_a_writer_bears_the_moment_of_its_snapshot():
    evening = Evening()
    with transaction.atomic():
        lock_round(evening.round.pk)
        maker = Other(lambda: evening.make(timezone.now))
        assert until_blocked(maker)
        written = timezone.now()
    assert len(maker.ended()) == 5
    assert all(made_at > written for made_at in Sheet.objects.values_list("made_at", flat=True))


class Noon:
    """A round with a coordinator at the telephone."""

    def __init__(self):
        self.compound = make.compound()
        self.coordinator = make.member(self.compound)
        self.door = make.household(self.compound, "2-101")
        self.round = make.round(self.compound)

    def phone(self):
        return enter_order(
            round=self.round,
            household=self.door,
            lines=[Line("鸡蛋", Decimal(2), "板")],
            remark="",
            channel=Order.Channel.PHONE,
            by=self.coordinator,
            at=ELEVEN,
        )

    def rooms(self):
        made = sheets.make_sheets(round=self.round, at=NOON, by=None, progress=no_progress)
        slips = next(s for s in made if s.kind == "bag_slips")
        return [slip["room"] for slip in slips.rows["slips"]]


@pytest.mark.django_db(transaction=True)
def test_enter_order_that_is_being_written_when_the_round_closes_is_on_the_sheets():
    noon = Noon()
    with transaction.atomic():
        noon.phone()
        closing = Other(lambda: rounds.close_due_rounds(NOON))
        assert until_blocked(closing)
        assert Round.objects.get().state == "open"
    assert closing.ended() is None
    assert (Round.objects.get().state, Order.objects.get().state, noon.rooms()) == ("closed", "placed", ["2-101"])


@pytest.mark.django_db(transaction=True)
def test_enter_order_that_comes_while_the_round_is_being_closed_is_kept_as_late():
    noon = Noon()
    with transaction.atomic():
        rounds.close_due_rounds(NOON)
        writer = Other(noon.phone)
        assert until_blocked(writer)
    assert writer.ended().state == "late"
    assert (Round.objects.get().state, Order.objects.get().state, noon.rooms()) == ("closed", "late", [])


def test_change_after_the_cutoff_asks_for_the_next_version_by_itself(evening, run_jobs):
    run_jobs()
    cancel_order(order=evening.last, reason="不要了", by=evening.coordinator, at=NOON)
    run_jobs()
    versions = sorted((s.kind, s.part) for s in Sheet.objects.filter(version=2))
    assert versions == [("bag_slips", ""), ("delivery_run", "10"), ("shopping_list", "惠民超市")]


def test_late_change_taken_into_its_own_round_takes_the_place_of_what_it_changes(evening):
    late = make.order(evening.round, evening.doors["10-201"], ("鸡蛋", "3", "板"), by=evening.coordinator)
    late.state, late.instead_of = Order.State.LATE, evening.last
    late.save(update_fields=["state", "instead_of"])
    rounds.take_late_order(order=late, into=evening.round, by=evening.coordinator, at=NOON + MINUTE)
    states = list(Order.objects.filter(household=evening.doors["10-201"]).order_by("state").values_list("state", "pk"))
    assert states == [("placed", late.pk), ("replaced", evening.last.pk)]
