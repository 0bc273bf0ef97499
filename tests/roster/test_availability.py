"""When somebody can: the arithmetic of the week, the service, and the page on the own phone."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compound.models import AuditEntry, Role
from compound.refusals import Refusal
from roster.models import Availability
from roster.services.availability import forget_date, kept_week, set_date, set_week
from roster.times_of_day import Hours, rows_of, rows_of_ticks, week_of
from tests import make
from tests.make import ELEVEN

URL = "/c/xingfuli/duty/when/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = dt.timedelta(days=1)


# ── pure ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_of_neighbouring_parts_of_one_level_are_one_row():
    cells = {(0, "night"): "can", (0, "morning"): "can", (0, "afternoon"): "cannot", (2, "evening"): "can"}
    assert rows_of(cells, ()) == [
        Hours(0, 0, 720, "can"),
        Hours(0, 720, 1080, "cannot"),
        Hours(2, 1080, 1440, "can"),
    ]


def test_rows_of_own_hours_lie_over_the_grid():
    rows = rows_of({(0, "morning"): "can"}, [Hours(0, 480, 540, "cannot")])
    assert rows == [Hours(0, 360, 480, "can"), Hours(0, 480, 540, "cannot"), Hours(0, 540, 720, "can")]


def test_rows_of_hours_over_midnight_go_on_in_the_small_hours_of_the_next_day_also_on_sunday():
    assert rows_of({}, [Hours(6, 1200, 1920, "can")]) == [Hours(0, 0, 480, "can"), Hours(6, 1200, 1440, "can")]


def test_week_of_what_was_made_of_a_grid_is_that_grid():
    cells = {(day, part): "can" for day in range(5) for part in ("morning", "evening")}
    assert week_of(rows_of(cells, ())) == (cells, [])


def test_week_of_odd_hours_are_own_hours():
    rows = [Hours(1, 0, 1440, "can"), Hours(2, 500, 700, "can")]
    week = week_of(rows)
    assert week.own == [Hours(2, 500, 700, "can")]
    assert sorted(week.cells) == [(1, "afternoon"), (1, "evening"), (1, "morning"), (1, "night")]


def test_week_of_hours_that_fill_a_part_and_more_are_that_part_and_the_rest():
    row = Hours(0, 360, 840, "can")
    week = week_of([row])
    assert (week.cells, week.own) == ({(0, "morning"): "can"}, [Hours(0, 720, 840, "can")])
    assert rows_of(week.cells, week.own) == [row]


def test_rows_of_ticks_are_these_parts_on_each_of_these_days():
    assert rows_of_ticks([2, 0, 2], ["evening", "nonsense"], "can") == [
        Hours(0, 1080, 1440, "can"),
        Hours(2, 1080, 1440, "can"),
    ]


# ── the service ───────────────────────────────────────────────────────────────────────────────────────────────────


def kept(volunteer):
    rows = Availability.objects.filter(volunteer=volunteer).order_by("weekday", "on", "from_minute")
    return [(row.weekday, row.on, row.from_minute, row.until_minute, row.level) for row in rows]


@pytest.mark.django_db
def test_set_week_replaces_the_week_and_keeps_the_dates():
    person = make.volunteer(make.compound())
    set_date(volunteer=person, on=ELEVEN.date() + DAY, level="cannot", by=person.user, at=ELEVEN)
    changed = set_week(volunteer=person, cells={(1, "evening"): "rather_not"}, own=(), by=person.user, at=ELEVEN)
    assert changed is True
    assert kept(person) == [
        (1, None, 1080, 1440, "rather_not"),
        (None, dt.date(2022, 8, 24), 0, 1440, "cannot"),
    ]
    assert AuditEntry.objects.filter(action="availability.changed").count() == 2


@pytest.mark.django_db
def test_set_week_with_what_is_kept_already_writes_nothing():
    person = make.volunteer(make.compound())
    week = kept_week(person)
    before = set(Availability.objects.values_list("pk", flat=True))
    assert set_week(volunteer=person, cells=week.cells, own=week.own, by=person.user, at=ELEVEN) is False
    assert set(Availability.objects.values_list("pk", flat=True)) == before
    assert not AuditEntry.objects.filter(action="availability.changed").exists()


@pytest.mark.django_db
def test_set_date_takes_the_place_of_what_was_said_for_these_hours():
    person = make.volunteer(make.compound(), always=False)
    on = ELEVEN.date()
    for start, until, level in ((0, 600, "can"), (600, 900, "can"), (480, 720, "cannot")):
        set_date(volunteer=person, on=on, start=start, until=until, level=level, by=person.user, at=ELEVEN)
    assert kept(person) == [
        (None, on, 0, 480, "can"),
        (None, on, 480, 720, "cannot"),
        (None, on, 720, 900, "can"),
    ]
    forget_date(volunteer=person, on=on, start=480, by=person.user, at=ELEVEN)
    assert kept(person) == [(None, on, 0, 480, "can"), (None, on, 720, 900, "can")]


def said(person, *dates):
    """The rows after these words: (days from today, from, until, level)."""
    for days, start, until, level in dates:
        on = ELEVEN.date() + days * DAY
        set_date(volunteer=person, on=on, start=start, until=until, level=level, by=person.user, at=ELEVEN)
    return [((on - ELEVEN.date()).days, start, until, level) for _week, on, start, until, level in kept(person)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("dates", "rows"),
    [
        pytest.param(
            [(1, 0, 1440, "cannot"), (1, 480, 600, "can")],
            [(1, 0, 480, "cannot"), (1, 480, 600, "can"), (1, 600, 1440, "cannot")],
            id="some hours of a day that cannot",
        ),
        pytest.param([(1, 0, 1440, "cannot"), (1, 480, 600, "cannot")], [(1, 0, 1440, "cannot")], id="the same again"),
        pytest.param([(1, 480, 600, "can"), (1, 540, 720, "can")], [(1, 480, 720, "can")], id="more of the same"),
        pytest.param(
            [(1, 1200, 1920, "cannot"), (1, 1320, 1500, "can")],
            [(1, 1200, 1320, "cannot"), (1, 1320, 1500, "can"), (2, 60, 480, "cannot")],
            id="a night loses its middle: the rest is the next day's",
        ),
        pytest.param(
            [(2, 0, 120, "can"), (2, 120, 240, "cannot"), (1, 1200, 1800, "rather_not"), (1, 1200, 1440, "can")],
            [(1, 1200, 1440, "can"), (2, 0, 120, "rather_not"), (2, 120, 240, "cannot"), (2, 240, 360, "rather_not")],
            id="on the next day what asks more care stays",
        ),
    ],
)  # fmt: skip
def test_set_date_over_a_part_of_what_was_said_keeps_the_rest_of_it(dates, rows):
    assert said(make.volunteer(make.compound(), always=False), *dates) == rows


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "code"), [(-1, "date_over"), (121, "date_far")])
def test_set_date_of_a_day_that_is_over_or_far_is_refused(days, code):
    person = make.volunteer(make.compound(), always=False)
    with pytest.raises(Refusal) as refused:
        set_date(volunteer=person, on=ELEVEN.date() + days * DAY, level="can", by=person.user, at=ELEVEN)
    assert refused.value.code == code
    assert kept(person) == []


@pytest.mark.django_db
def test_set_date_just_after_midnight_on_the_wall_is_today_not_yesterday():
    person = make.volunteer(make.compound(), always=False)
    half_past = dt.datetime(2022, 8, 24, 0, 30, tzinfo=make.SHANGHAI)
    with pytest.raises(Refusal):
        set_date(volunteer=person, on=dt.date(2022, 8, 23), level="can", by=person.user, at=half_past)
    set_date(volunteer=person, on=dt.date(2022, 8, 24), level="can", by=person.user, at=half_past)
    assert len(kept(person)) == 1


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def login(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def posted(**more):
    data = {f"cell-{day}-{part}": "" for day in range(7) for part in ("night", "morning", "afternoon", "evening")}
    return {**data, **more}


@pytest.mark.django_db
def test_page_when_a_volunteer_ticks_evenings_and_own_hours_keeps_both(clock):
    clock(ELEVEN)
    person = make.volunteer(make.compound(), always=False)
    own = {"own-0-day": "1", "own-0-start": "20:00", "own-0-until": "08:00", "own-0-level": "can"}
    response = login(person.user).post(URL, posted(**{"cell-5-evening": "can", **own}))
    assert (response.status_code, response["Location"]) == (302, URL)
    assert kept(person) == [
        (1, None, 1200, 1440, "can"),
        (2, None, 0, 480, "can"),
        (5, None, 1080, 1440, "can"),
    ]


@pytest.mark.django_db
def test_page_with_half_a_line_says_what_is_missing_and_keeps_nothing(clock):
    clock(ELEVEN)
    person = make.volunteer(make.compound(), always=False)
    response = login(person.user).post(URL, posted(**{"own-0-day": "1", "own-0-start": "20:00"}))
    assert response.status_code == 422
    assert "星期、从、到要一起填" in response.content.decode()
    assert kept(person) == []


@pytest.mark.django_db
def test_page_adds_and_takes_away_a_date(clock):
    clock(ELEVEN)
    person = make.volunteer(make.compound(), always=False)
    client = login(person.user)
    client.post(URL + "dates/", {"on": "2022-08-25", "level": "cannot", "start": "20:00", "until": "06:00"})
    assert kept(person) == [(None, dt.date(2022, 8, 25), 1200, 1800, "cannot")]
    assert "20:00–次日06:00" in client.get(URL).content.decode()
    client.post(URL + "dates/gone/", {"on": "2022-08-25", "start": "1200"})
    assert kept(person) == []


@pytest.mark.django_db
def test_page_of_somebody_else_is_the_coordinators_alone(clock):
    clock(ELEVEN)
    of = make.compound()
    person, other = make.volunteer(of), make.volunteer(of, "高山", "13000000008")
    url = f"/c/xingfuli/roster/volunteers/{person.pk}/when/"
    assert login(other.user).get(url).status_code == 404
    assert login(person.user).get(url).status_code == 404
    coordinator = login(make.member(of))
    assert coordinator.get(url).status_code == 200
    coordinator.post(url, posted(**{"cell-0-morning": "cannot"}))
    assert kept(person) == [(0, None, 360, 720, "cannot")]


@pytest.mark.django_db
def test_page_for_a_member_who_is_no_volunteer_is_not_there(clock):
    clock(ELEVEN)
    assert login(make.member(make.compound(), Role.GATE)).get(URL).status_code == 404


@pytest.mark.django_db
def test_page_asks_as_often_for_three_dates_as_for_one(clock):
    clock(ELEVEN)
    person = make.volunteer(make.compound())
    client, counts = login(person.user), []
    for days in ((1,), (2, 3)):
        for day in days:
            set_date(volunteer=person, on=ELEVEN.date() + day * DAY, level="can", by=person.user, at=ELEVEN)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
