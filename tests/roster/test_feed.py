"""The calendar: stable entries on the right day, what changes them, what they keep to themselves, and who may read."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from icalendar import Calendar

from compound.accesslog import masked
from compound.models import AuditEntry
from roster.models import Assignment, Shift, Volunteer
from roster.services.assignments import cannot_come, sign_in, unassign, undo_attendance, wait, withdraw
from roster.services.shifts import cancel_shift
from roster.services.tokens import link_token
from tests import make
from tests.roster.phones import DAY, DUTY, ELEVEN, HOUR, feng, moment, phone, song


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def me(of):
    return feng(of)


@pytest.fixture
def post(of):
    return make.post(of, "东门岗", place="东门岗亭", seats=2)


def address(person):
    token = link_token("feed", person.pk, person.feed_version)
    return f"/c/xingfuli/feed/{person.pk}/{token}.ics"


def events(person):
    answer = Client().get(address(person))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def only(person):
    (event,) = events(person).values()
    return event


def test_feed_of_a_shift_after_midnight_stands_on_the_right_day(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 0, 30), hours=7, is_night=True), me, "confirmed")
    event = only(me)
    assert (event["UID"], event["SUMMARY"], event["STATUS"]) == (str(row.pk), "值班：东门岗", "CONFIRMED")
    assert event.to_ical().decode().count("DTSTART:20220823T163000Z") == 1
    start, end = event["DTSTART"].dt.astimezone(of.tz), event["DTEND"].dt.astimezone(of.tz)
    assert (start, end) == (moment(24, 0, 30), moment(24, 7, 30))
    assert start.date() == row.shift.duty_on == dt.date(2022, 8, 24)


def test_feed_keeps_the_entry_when_hours_change_and_counts_the_change(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    before = only(me)
    shift = row.shift
    shift.starts_at, shift.edited_at, shift.edited_by = shift.starts_at + HOUR, ELEVEN + HOUR, me.user
    shift.save(update_fields=["starts_at", "edited_at", "edited_by"])
    after = only(me)
    assert (after["UID"], after["DTSTART"].dt.astimezone(of.tz)) == (before["UID"], moment(24, 9))
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["LAST-MODIFIED"].dt == ELEVEN + HOUR


def test_feed_counts_on_when_a_change_is_taken_back(of, me, post):
    row = make.assignment(make.shift(post, moment(23, 11)), me)
    numbers = [int(only(me)["SEQUENCE"])]
    sign_in(assignment=row, by=me.user, at=ELEVEN)
    numbers.append(int(only(me)["SEQUENCE"]))
    undo_attendance(assignment=row, by=me.user, at=ELEVEN)
    numbers.append(int(only(me)["SEQUENCE"]))
    assert numbers == sorted(set(numbers))


def test_revision_when_the_same_is_written_again_stays(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    row.save()
    Shift.objects.update(note="")
    assert (Assignment.objects.get().revision, Shift.objects.get().revision) == (0, 0)
    Shift.objects.update(note="带雨衣")
    assert Shift.objects.get().revision == 1


def test_feed_says_cancelled_for_four_weeks_when_i_cannot_come(of, me, post, clock):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    cannot_come(assignment=row, by=me.user, at=ELEVEN, why="要上班")
    assert only(me)["STATUS"] == "CANCELLED"
    clock(moment(24, 12) + 28 * DAY)
    assert events(me) == {}


def test_feed_says_cancelled_when_the_shift_is(of, me, post):
    make.assignment(make.shift(post, moment(24, 8), cancelled_at=ELEVEN), me)
    event = only(me)
    assert (event["STATUS"], event.walk("VALARM")) == ("CANCELLED", [])


def test_feed_is_silent_about_proposals_waiting_lists_and_leaving_them(of, me, post):
    make.assignment(make.shift(post, moment(24, 8)), me, "proposed")
    full = make.shift(post, moment(25, 8), seats=1)
    make.assignment(full, song(of))
    row = wait(shift=full, volunteer=me, by=me.user, at=ELEVEN)
    assert events(me) == {}
    withdraw(assignment=row, by=me.user, at=ELEVEN)
    assert events(me) == {}


@pytest.mark.parametrize("state", ["proposed", "waiting", "offered"])
@pytest.mark.parametrize("is_cancelled", [False, True])
def test_feed_is_silent_about_who_was_taken_off_and_had_no_duty(of, me, post, state, is_cancelled):
    by, shift = make.member(of), make.shift(post, moment(24, 8))
    row = make.assignment(shift, me, state)
    if is_cancelled:
        cancel_shift(shift=shift, why="下雨", by=by, at=ELEVEN)
    else:
        unassign(assignment=row, by=by, at=ELEVEN, why="满了")
    assert events(me) == {}


def test_feed_names_no_other_person_no_phone_and_no_note(of, me, post):
    other = song(of)
    shift = make.shift(post, moment(24, 8), note="钥匙在宋佳那里 13900001111")
    make.assignment(shift, me)
    make.assignment(shift, other, seat=2)
    make.assignment(make.shift(post, moment(26, 8)), other)
    text = Client().get(address(me)).content.decode().replace("\r\n ", "")
    assert [part in text for part in ("宋佳", "冯磊", "13000000", "13900001111", "钥匙")] == [False] * 5
    assert len(events(me)) == 1


def test_feed_when_nothing_changed_is_not_sent_again(me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    first = Client().get(address(me))
    again = Client().get(address(me), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, first.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    Assignment.objects.filter(pk=row.pk).update(state="confirmed", confirmed_at=ELEVEN)
    changed = Client().get(address(me), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_feed_speaks_the_compounds_language_whatever_the_program_asks_for(me, post):
    make.assignment(make.shift(post, moment(24, 8)), me)
    answers = [Client().get(address(me), headers={"Accept-Language": each}).content for each in ("en", "zh-CN")]
    assert answers[0] == answers[1]


def test_feed_at_a_wrong_old_or_ended_address_is_not_found(of, me):
    old, other = address(me), song(of)
    assert Client().get(old).status_code == 200
    assert Client().get(old.replace(str(me.pk), str(other.pk))).status_code == 404
    assert Client().get(old.replace("xingfuli", "dongyuan")).status_code == 404
    phone(me).post(f"{DUTY}calendar/reset/")
    assert Client().get(old).status_code == 404
    me.refresh_from_db()
    assert Client().get(address(me)).status_code == 200
    assert AuditEntry.objects.filter(action="roster.feed_reset", by=me.user).count() == 1
    Volunteer.objects.update(ended_at=ELEVEN)
    assert Client().get(address(me)).status_code == 404


def test_feed_when_guessed_too_often_is_throttled_and_good_addresses_still_answer(me):
    cache.clear()
    wrong = address(me)[:-8] + "0000.ics"
    codes = [Client().get(wrong).status_code for _ in range(122)]
    assert (codes[0], codes[119], codes[-1]) == (404, 404, 429)
    assert Client().get(address(me)).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_feed_takes_two_queries_for_any_number_of_shifts(me, post, rows, django_assert_num_queries):
    for number in range(rows):
        make.assignment(make.shift(post, moment(24, 8) + number * DAY), me)
    with django_assert_num_queries(2):
        Client().get(address(me))


def test_address_of_the_feed_stands_in_no_log(me):
    assert masked(address(me)) == f"/c/xingfuli/feed/{me.pk}/…"


def test_page_of_the_calendar_shows_my_address_and_is_not_kept(me):
    answer = phone(me).get(DUTY + "calendar/")
    assert answer.context["url"].endswith(address(me))
    assert answer.context["webcal"].startswith("webcal://")
    assert "no-store" in answer.headers["Cache-Control"]
