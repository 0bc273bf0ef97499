"""A phone undoes for 15 minutes, by the server's clock: a wrong clock of its own does not open yesterday's passages."""

import datetime as dt

import pytest

from gate.models import Check, Outing
from tests import make
from tests.gate.phones import Phone, a_check, codes
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def phone(clock, of) -> Phone:
    clock(ELEVEN)
    make.rulebook(of, starts_at=ELEVEN - 9 * DAY)
    make.household(of, "20-1702")
    return Phone(of)


def undone(phone, passage, *, at, **more):
    (answer,) = phone.send(a_check(at=at, action="undo", refers_to=passage["id"], reason="扫错了", **more))
    return answer.get("error", {}).get("code") or codes(answer)


def is_void() -> bool:
    return Outing.objects.get().void_at is not None


@pytest.mark.parametrize(
    ("said", "offset"), [(ELEVEN + MINUTE, 0), (ELEVEN + DAY, -DAY // dt.timedelta(milliseconds=1))]
)
def test_undo_of_yesterday_s_passage_by_a_phone_whose_clock_is_wrong_comes_too_late(phone, clock, said, offset):
    passage = phone.one("20-1702")
    clock(ELEVEN + DAY)

    assert undone(phone, passage, at=said, clock_offset_ms=offset) == "too_late"
    assert (is_void(), Check.objects.filter(action="undo").exists()) == (False, False)


def test_undo_by_a_phone_whose_clock_was_wrong_at_the_passage_too_is_in_time(phone, clock):
    """The server was asked both times: it knows when, and no clock of a phone takes the 15 minutes away."""
    passage = phone.one("20-1702", at=ELEVEN - DAY)
    clock(ELEVEN + 14 * MINUTE)

    assert undone(phone, passage, at=ELEVEN - DAY + 14 * MINUTE) == ["undone", "reported_late"]
    assert is_void()


@pytest.mark.parametrize(("minutes", "code"), [(15, ["undone"]), (16, "too_late")])
def test_undo_that_is_asked_for_counts_from_when_the_passage_was_asked_for(phone, clock, minutes, code):
    passage = phone.one("20-1702", at=ELEVEN - MINUTE)
    clock(ELEVEN + minutes * MINUTE)

    assert undone(phone, passage, at=ELEVEN + minutes * MINUTE) == code


def test_undo_of_a_passage_that_was_sent_late_counts_from_the_passage(phone, clock):
    passage = phone.one("20-1702", at=ELEVEN - 16 * MINUTE, verdict="allow")

    assert undone(phone, passage, at=ELEVEN) == "too_late"


def test_undo_without_network_is_recorded_hours_later_and_marked(phone, clock):
    passage = phone.one("20-1702", verdict="allow")
    clock(ELEVEN + 5 * HOUR)

    assert undone(phone, passage, at=ELEVEN + 4 * MINUTE, verdict="allow") == ["undone", "reported_late"]
    row = Check.objects.get(action="undo")
    assert (is_void(), row.event_at, row.reasons[-1]["params"], row.is_late) == (
        True,
        ELEVEN + 4 * MINUTE,
        {"minutes": 296},
        True,
    )


@pytest.mark.parametrize(("at", "code"), [(ELEVEN + 16 * MINUTE, "too_late"), (ELEVEN - HOUR, "too_late")])
def test_undo_without_network_that_was_too_late_or_before_its_passage_is_not_taken(phone, clock, at, code):
    passage = phone.one("20-1702")
    clock(ELEVEN + DAY)

    assert undone(phone, passage, at=at, verdict="allow") == code
    assert not is_void()


def test_undo_that_was_sent_late_says_so_on_the_page_of_its_passage(phone, clock, log_in):
    passage = phone.one("20-1702")
    clock(ELEVEN + 5 * HOUR)
    undone(phone, passage, at=ELEVEN + 4 * MINUTE, verdict="allow")

    words = log_in().get(f"/c/xingfuli/passages/{passage['id']}/").content.decode()

    assert "今天 16:00 才报到" in words


@pytest.mark.parametrize(("minutes", "code"), [(15, ["undone", "reported_late"]), (16, "too_late")])
def test_undo_without_network_counts_by_the_clock_of_the_phone_from_the_passage_by_the_same(
    phone, clock, minutes, code
):
    """The server heard of the passage an hour later by its own clock: that is no time for the phone."""
    passage = phone.one("20-1702", at=ELEVEN - HOUR)
    clock(ELEVEN + 5 * HOUR)

    assert undone(phone, passage, at=ELEVEN - HOUR + minutes * MINUTE, verdict="allow") == code


def corrected(phone, passage, *, at, **more):
    asked = a_check(at=at, action="correct", refers_to=passage["id"], **{"reason": "又回去了", **more})
    (answer,) = phone.send(asked)
    return answer.get("error", {}).get("code") or codes(answer)


def test_correction_that_comes_a_day_later_is_recorded_and_marked_for_it_may_have_waited(phone, clock, log_in):
    """Nothing on the wire tells a correction that was made without the server from one that is asked for now."""
    passage = phone.one("20-1702")
    clock(ELEVEN + DAY)

    assert corrected(phone, passage, at=ELEVEN + MINUTE, verdict="refuse") == ["corrected", "reported_late"]
    assert (is_void(), Check.objects.get(action="correct").is_late) == (True, True)
    assert "才报到" in log_in().get(f"/c/xingfuli/passages/{passage['id']}/").content.decode()


def test_correction_counts_by_the_clock_of_the_phone_from_the_passage_by_the_same(phone, clock):
    passage = phone.one("20-1702", at=ELEVEN - HOUR)
    clock(ELEVEN + DAY)

    assert corrected(phone, passage, at=ELEVEN - HOUR + 16 * MINUTE, verdict="refuse") == "too_late"
    assert not is_void()
