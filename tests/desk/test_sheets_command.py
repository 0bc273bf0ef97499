"""`manage.py sheets`: a day's files."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from compound.models import Job, Sheet
from orders.models import Order, Round
from orders.queries.rounds import sheets_of
from orders.services import rounds
from orders.services.orders import cancel_order
from orders.services.sheet_requests import request_sheets
from tests import make
from tests.make import ELEVEN, NOON

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture
def of(db, clock):
    clock(NOON + HOUR)
    return make.compound()


def ordered(of, **times):
    round = make.round(of, **times)
    by = make.user("罗强", "13000000088") if not make.User.objects.exists() else make.User.objects.get()
    for room in ("2-101", "10-101"):
        door = of.households.filter(room=room).first() or make.household(of, room)
        make.order(round, door, ("鸡蛋", "2", "板"), by=by)
    return round


def run(capsys, tmp_path, date="2022-08-23"):
    call_command("sheets", "--compound", "xingfuli", "--date", date, "--out", str(tmp_path))
    return capsys.readouterr().out.splitlines()


NAMES = [
    "2022-08-23_1200_8月23日-12-00_采买单_惠民超市_v1.pdf",
    "2022-08-23_1200_8月23日-12-00_分装单_v1.pdf",
    "2022-08-23_1200_8月23日-12-00_送货单_02_v1.pdf",
    "2022-08-23_1200_8月23日-12-00_送货单_10_v1.pdf",
    "2022-08-23_1200_8月23日-12-00_未送达_v1.pdf",
]


def test_sheets_closes_what_is_due_and_writes_every_sheet_once(of, capsys, tmp_path):
    round = ordered(of)

    paths = run(capsys, tmp_path / "out")

    assert paths == [str(tmp_path / "out" / name) for name in NAMES]
    assert [(tmp_path / "out" / name).read_bytes()[:5] for name in NAMES] == [b"%PDF-"] * 5
    round.refresh_from_db()
    assert round.state == "closed"


def test_sheets_again_writes_the_same_files_and_makes_nothing(of, capsys, tmp_path):
    ordered(of)
    first = run(capsys, tmp_path)
    before = {path: Path(path).read_bytes() for path in first}
    assert run(capsys, tmp_path) == first
    assert {path: Path(path).read_bytes() for path in first} == before
    assert Sheet.objects.count() == 5


def test_sheets_of_the_schedule_are_named_without_the_title(of, capsys, tmp_path):
    round = ordered(of)
    Round.objects.filter(pk=round.pk).update(
        schedule=of.round_schedules.create(supply_point=round.supply_point, cutoff=dt.time(12))
    )
    assert run(capsys, tmp_path)[0] == str(tmp_path / "2022-08-23_1200_采买单_惠民超市_v1.pdf")


def test_sheets_of_a_round_that_is_open_are_made_as_it_stands(of, capsys, tmp_path, clock):
    clock(ELEVEN)
    round = ordered(of)
    assert len(run(capsys, tmp_path)) == 5
    round.refresh_from_db()
    assert round.state == "open"
    assert len(sheets_of(round)) == 5


def test_sheets_made_by_hand_before_the_cutoff_are_made_anew_after_it(of, capsys, tmp_path, clock, run_jobs):
    clock(ELEVEN)
    round = ordered(of)
    request_sheets(round=round, by=None, at=ELEVEN)
    assert run_jobs() == 1
    make.order(round, make.household(of, "10-102"), ("鸡蛋", "1", "板"), by=make.User.objects.get())

    clock(NOON + HOUR)
    paths = run(capsys, tmp_path)

    slips = Sheet.objects.filter(kind="bag_slips").latest("version")
    assert ([slip["room"] for slip in slips.rows["slips"]], slips.version) == (["2-101", "10-101", "10-102"], 2)
    assert [Path(path).stem[-2:] for path in paths] == ["v2", "v2", "v1", "v2", "v1"]


def test_sheets_that_the_closing_has_made_keep_their_version_whatever_came_after(of, capsys, tmp_path, run_jobs):
    ordered(of)
    rounds.close_due_rounds(NOON)
    assert run_jobs() == 1
    cancel_order(order=Order.objects.first(), reason="不要了", by=make.User.objects.get(), at=NOON)
    assert run(capsys, tmp_path) == [str(tmp_path / name) for name in NAMES]


def test_sheets_leaves_the_rounds_of_other_compounds_alone(of, capsys, tmp_path):
    ordered(of)
    other = make.round(make.compound("heping", "和平里"))
    run(capsys, tmp_path)
    assert list(Round.objects.order_by("state").values_list("compound__code", "state")) == [
        ("xingfuli", "closed"),
        ("heping", "open"),
    ]
    rounds.close_due_rounds(NOON)
    other.refresh_from_db()
    assert other.state == "closed"


def test_sheets_asks_nothing_of_redis(of, capsys, tmp_path, django_capture_on_commit_callbacks):
    """The sweep of a running installation finds the closing's job; where nothing runs, a warning would be noise."""
    ordered(of)
    with django_capture_on_commit_callbacks() as offers:
        run(capsys, tmp_path)
    assert (offers, list(Job.objects.values_list("state", flat=True))) == ([], ["queued"])


def test_sheets_count_the_day_in_the_compounds_zone(of, capsys, tmp_path, clock):
    """00:30 in Shanghai is the day before in UTC."""
    clock(NOON + DAY)
    half_past = dt.datetime(2022, 8, 24, 0, 30, tzinfo=make.SHANGHAI)
    ordered(of, opens_at=half_past - 6 * HOUR, cutoff_at=half_past)
    with pytest.raises(CommandError):
        run(capsys, tmp_path)
    assert len(run(capsys, tmp_path, "2022-08-24")) == 5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--compound", "weg", "--date", "2022-08-23"], "no compound"),
        (["--compound", "xingfuli", "--date", "2021-01-01"], "No round"),
    ],
)
def test_sheets_of_nothing_say_so(of, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("sheets", *options)
