"""A run that has not left yet: its first word is asked about, without a script too; and one that nobody sent."""

import datetime as dt
import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from compound.models import Role, StoredFile
from orders.models import Batch, DoorMark, Picture
from orders.queries.carrying import trips_to_carry
from tests import make
from tests.orders.doors.conftest import ROOMS, THREE, log_in, outcomes, tap, trip
from tests.orders.doors.test_carrying_pages import get, text_of, url


@pytest.fixture
def planned(round, runner):
    made = trip(round, *ROOMS, runner=runner)
    Batch.objects.update(
        state="planned", state_at=THREE - dt.timedelta(hours=1), leaves_at=THREE + dt.timedelta(days=1)
    )
    made.batch.refresh_from_db()
    return made


def fields_of(page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in page.context["fields"]:
        found.setdefault(name, []).append(value)
    return found


def test_first_word_without_a_script_is_asked_about_and_nothing_of_it_is_lost(planned, round, runner):
    client, id = log_in(runner), str(uuid.uuid4())
    form = {"id": id, "round": str(round.pk), "room": "3-1-501", "do": "damaged", "note": "袋子破了"}
    asked = client.post(url("trip_mark", trip=planned.pk), form)
    assert (asked.status_code, DoorMark.objects.count()) == (200, 0)
    text = text_of(asked)
    assert [
        words in text for words in ("3-1-501：破损。", "这一趟还没有出发：明天 15:00出发。", "仍要现在登记吗？")
    ] == [True] * 3
    assert fields_of(asked) == {name: [value] for name, value in form.items()}

    sure = client.post(url("trip_mark", trip=planned.pk), fields_of(asked) | {"sure": "1"})
    assert sure.url == f"{url('trip', trip=planned.pk)}#d3-1-502"
    mark = DoorMark.objects.get()
    assert (str(mark.pk), mark.outcome, mark.note) == (id, "damaged", "袋子破了")

    # Once is enough, of whoever has answered.
    page = get(runner, "trip", trip=planned.pk)
    assert ("data-early" in text_of(page), "还没有出发" in text_of(page)) == (False, True)
    client.post(url("trip_mark", trip=planned.pk), form | {"id": str(uuid.uuid4()), "room": "3-1-502"})
    assert DoorMark.objects.count() == 2
    other = log_in(make.member(round.compound, Role.SUPPLY))
    assert "fields" in other.post(url("trip_mark", trip=planned.pk), form | {"room": "3-2-501"}).context


def test_photo_of_a_word_that_is_asked_about_goes_with_it_and_without_an_answer_is_soon_forgotten(
    planned, round, runner
):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    client = log_in(runner)

    def ask():
        photo = SimpleUploadedFile("bag.png", out.getvalue(), "image/png")
        form = {"id": str(uuid.uuid4()), "round": str(round.pk), "room": "3-1-501", "do": "damaged", "photo": photo}
        return client.post(url("trip_mark", trip=planned.pk), form)

    asked = ask()
    file = StoredFile.objects.get()
    today = round.compound.day_of(THREE)
    assert (Picture.objects.count(), file.keep_until) == (0, today + dt.timedelta(days=1))

    client.post(url("trip_mark", trip=planned.pk), fields_of(asked) | {"sure": "1"})
    file.refresh_from_db()
    assert (Picture.objects.get().file, file.keep_until) == (file, today + dt.timedelta(days=30))

    # Of somebody else, or a made-up one: the act is taken, no photo with it.
    client.post(
        url("trip_mark", trip=planned.pk),
        {"id": str(uuid.uuid4()), "round": str(round.pk), "room": "3-1-502", "do": "damaged", "kept": str(file.pk)},
    )
    assert (DoorMark.objects.count(), Picture.objects.count()) == (2, 1)


def test_run_that_has_left_asks_nothing(planned, round, runner):
    Batch.objects.update(state="out")
    form = {"round": str(round.pk), "room": "3-1-501", "do": "delivered"}
    assert log_in(runner).post(url("trip_mark", trip=planned.pk), form).status_code == 302
    assert outcomes("3-1-501")[0][1] == "delivered"


def test_sealed_building_of_a_run_that_has_not_left_is_asked_about_too(planned, round, runner):
    make.rulebook(round.compound, persons=0, building=round.compound.buildings.get(name="3"))
    form = {"building": "3", "round": str(round.pk), "bags": "3", "taken_by": "郭芳", "batch": str(planned.batch_id)}
    asked = log_in(runner).post(url("trip_mark", trip=planned.pk), form)
    assert (asked.context["said"], DoorMark.objects.count()) == ("3栋", 0)
    log_in(runner).post(url("trip_mark", trip=planned.pk), fields_of(asked) | {"sure": "1"})
    assert {mark.note for mark in DoorMark.objects.all()} == {"在楼门口统一交接，3袋，接收人：郭芳"}


# ── finished, and nobody ever sent it ─────────────


def test_finished_trip_says_what_to_bring_back_also_where_nobody_sent_the_run(planned, round, runner):
    for room, do in zip(ROOMS, ("delivered", "nobody_home", "refused"), strict=True):
        tap(round, room, do, runner, THREE)
    text = text_of(get(runner, "trip", trip=planned.pk))
    said = ("送完了，可以回去", "没交到住户手里的要带回来：", "还没有出发")
    assert [words in text for words in said] == [True, True, False]
    assert '<span data-rooms data-between="、">3-1-502、3-2-501</span>' in text
    page = get(runner, "carrying")
    assert (page.context["mine"], [row.trip for row in page.context["finished"]]) == ([], [planned])
    assert "送完了 · 3栋 · 已送达 1、无人在家 1、拒收 1" in text_of(page)


def test_finished_trip_with_nothing_left_says_nothing_of_bringing_back(planned, round, runner):
    for room in ROOMS:
        tap(round, room, "delivered", runner, THREE)
    assert re.search(r"data-bring-back\s+hidden", text_of(get(runner, "trip", trip=planned.pk)))


def test_trip_that_nobody_took_and_that_is_done_is_of_whoever_did_it(planned, round, runner):
    planned.runner = None
    planned.save()
    for room in ROOMS:
        tap(round, room, "delivered", runner, THREE)
    mine, free = trips_to_carry(round.compound, runner=runner.pk, only=None)
    assert ([(row.trip, row.open) for row in mine], free) == ([(planned, 0)], [])
    other = make.member(round.compound, Role.SUPPLY)
    assert trips_to_carry(round.compound, runner=other.pk, only=None) == ([], [])
