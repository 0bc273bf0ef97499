"""Home isolation: the service, the roll that follows, and its page."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import AuditEntry, Household, Membership, Role
from compound.refusals import Refusal
from gate.models import Isolation, RollChange
from gate.queries.isolations import days_left, isolated_now
from gate.services.isolations import end_isolation, isolate
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN

DAY = dt.timedelta(days=1)


@pytest.fixture
def compound(db):
    return make.compound()


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


@pytest.fixture
def doctor(compound):
    return make.member(compound, Role.MEDICAL)


def rows():
    return list(Isolation.objects.order_by("pk").values_list("until", "note", "ended_at", "ended_by"))


def test_isolate_sets_the_date_and_moves_the_households_line_of_the_roll(compound, door, doctor):
    RollChange.objects.all().delete()
    isolate(household=door, until=ELEVEN + 7 * DAY, note="返乡", by=doctor, at=ELEVEN)
    assert rows() == [(ELEVEN + 7 * DAY, "返乡", None, None)]
    assert list(RollChange.objects.values_list("household_id", flat=True)) == [door.pk]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.by, entry.params) == (
        "isolation.set",
        "20-1702",
        doctor,
        {"until": (ELEVEN + 7 * DAY).isoformat()},
    )


def test_isolate_again_ends_the_row_before_it_and_the_same_again_changes_nothing(door, doctor):
    isolate(household=door, until=ELEVEN + 7 * DAY, by=doctor, at=ELEVEN)
    later = ELEVEN + DAY
    for _ in range(2):
        isolate(household=door, until=ELEVEN + 14 * DAY, by=doctor, at=later)
    assert rows() == [(ELEVEN + 7 * DAY, "", later, doctor.pk), (ELEVEN + 14 * DAY, "", None, None)]
    assert AuditEntry.objects.count() == 2


def test_isolate_until_a_moment_that_is_over_is_refused(door, doctor):
    with pytest.raises(Refusal) as refused:
        isolate(household=door, until=ELEVEN, by=doctor, at=ELEVEN)
    assert (refused.value.code, rows()) == ("until_passed", [])


def test_end_isolation_twice_ends_it_once(compound, door, doctor):
    row = isolate(household=door, until=ELEVEN + 7 * DAY, by=doctor, at=ELEVEN)
    end_isolation(isolation=row, by=doctor, at=ELEVEN + DAY)
    end_isolation(isolation=row, by=make.member(compound), at=ELEVEN + 2 * DAY)
    assert rows() == [(ELEVEN + 7 * DAY, "", ELEVEN + DAY, doctor.pk)]
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == ["isolation.set", "isolation.ended"]


def test_isolated_now_leaves_out_what_is_over_and_what_was_ended(compound, door, doctor):
    over, ended = make.household(compound, "3-501"), make.household(compound, "3-502")
    isolate(household=door, until=ELEVEN + DAY, by=doctor, at=ELEVEN - DAY)
    isolate(household=over, until=ELEVEN, by=doctor, at=ELEVEN - DAY)
    end_isolation(
        isolation=isolate(household=ended, until=ELEVEN + DAY, by=doctor, at=ELEVEN - DAY), by=doctor, at=ELEVEN
    )
    assert [row.household for row in isolated_now(compound, at=ELEVEN)] == [door]


@pytest.mark.parametrize(
    ("until", "days"),
    [
        (dt.datetime(2022, 8, 24, 0, 0, tzinfo=make.SHANGHAI), 0),
        (dt.datetime(2022, 8, 24, 0, 30, tzinfo=make.SHANGHAI), 1),
        (dt.datetime(2022, 9, 7, 0, 0, tzinfo=make.SHANGHAI), 14),
    ],
)
def test_days_left_counts_days_on_the_wall_and_midnight_as_the_end_of_a_day(compound, until, days):
    assert days_left(compound, until, ELEVEN) == days


@pytest.mark.django_db(transaction=True)
def test_two_who_isolate_a_household_at_once_leave_one_open_row():
    compound = make.compound()
    door, by = make.household(compound, "20-1702"), make.member(compound)
    with transaction.atomic():
        Household.objects.select_for_update().get(pk=door.pk)
        others = [
            Other(lambda days=days: isolate(household=door, until=ELEVEN + days * DAY, by=by, at=ELEVEN))
            for days in (7, 14)
        ]
        assert until_blocked(*others)
    assert all(isinstance(other.ended(), Isolation) for other in others)
    assert Isolation.objects.filter(ended_at=None).count() == 1
    assert Isolation.objects.count() == 2


# ── the page ──────────────────────────────────────


def url(name):
    return reverse(f"gate:{name}", kwargs={"code": "xingfuli"})


@pytest.fixture
def client(client, doctor, clock):
    clock(ELEVEN)
    client.force_login(doctor)
    return client


def test_page_sets_a_date_and_says_until_when(client, door):
    form = {"room": "20栋1702", "until": "2022-09-06T00:00", "note": "密接"}
    page = client.post(url("isolation_set"), form, follow=True).content.decode()
    assert rows() == [(dt.datetime(2022, 9, 6, 0, 0, tzinfo=make.SHANGHAI), "密接", None, None)]
    assert "20-1702：9月6日(周二) 00:00 前不能外出。" in page
    assert "密接" in page


def test_page_with_a_room_that_is_none_or_a_day_that_is_over_says_so_and_keeps_what_was_typed(client, door):
    answer = client.post(url("isolation_set"), {"room": "9-901", "until": "2022-08-20T00:00", "note": "密接"})
    assert answer.context["form"].errors == {"room": ["住户名单里没有“9-901”。"]}
    answer = client.post(url("isolation_set"), {"room": "20-1702", "until": "2022-08-20T00:00", "note": "密接"})
    assert list(answer.context["form"].errors) == ["until"]
    assert 'value="密接"' in answer.content.decode()
    assert rows() == []


def test_page_ends_an_isolation(client, door, doctor):
    row = isolate(household=door, until=ELEVEN + DAY, by=doctor, at=ELEVEN - DAY)
    client.post(url("isolation_end"), {"isolation": row.pk})
    assert Isolation.objects.get().ended_at == ELEVEN
    other = make.household(make.compound("dongyuan", "东园"), "1-101")
    foreign = isolate(household=other, until=ELEVEN + DAY, by=doctor, at=ELEVEN - DAY)
    assert client.post(url("isolation_end"), {"isolation": foreign.pk}).status_code == 404
    assert Isolation.objects.get(pk=foreign.pk).ended_at is None


def test_captain_sees_the_own_building_without_the_note_and_sets_nothing(client, compound, door, doctor):
    other = make.household(compound, "3-501")
    for place in (door, other):
        isolate(household=place, until=ELEVEN + DAY, note="密接", by=doctor, at=ELEVEN - DAY)
    client.force_login(make.member(compound, Role.CAPTAIN, building=other.building))

    page = client.get(url("isolations")).content.decode()

    assert ("3-501" in page, "20-1702" in page, "密接" in page) == (True, False, False)
    assert client.post(url("isolation_set"), {}).status_code == 404
    assert client.post(url("isolation_end"), {}).status_code == 404


def test_gate_sees_every_building_without_the_note(client, compound, door, doctor):
    isolate(household=door, until=ELEVEN + DAY, note="密接", by=doctor, at=ELEVEN - DAY)
    assert "密接" in client.get(url("isolations")).content.decode()
    client.force_login(make.member(compound, Role.GATE))
    page = client.get(url("isolations")).content.decode()
    assert ("20-1702" in page, "密接" in page) == (True, False)


@pytest.mark.parametrize(
    ("role", "see", "change"),
    [
        (Role.SECRETARY, 200, 200),
        (Role.COORDINATOR, 200, 200),
        (Role.MEDICAL, 200, 200),
        (Role.GATE, 200, 404),
        (Role.SUPPLY, 404, 404),
        (Role.VOLUNTEER, 404, 404),
    ],
)
def test_isolations_are_for_those_who_answer_for_health(client, compound, role, see, change):
    Membership.objects.all().delete()
    client.force_login(make.member(compound, role))
    assert client.get(url("isolations")).status_code == see
    assert client.post(url("isolation_set"), {}).status_code == change


def test_page_of_one_and_of_three_rows_asks_the_database_equally_often(client, compound, doctor):
    counts = []
    for rooms in (("1-101",), ("1-102", "2-201")):
        for room in rooms:
            isolate(household=make.household(compound, room), until=ELEVEN + DAY, by=doctor, at=ELEVEN - DAY)
        with CaptureQueriesContext(connection) as caught:
            client.get(url("isolations"))
        counts.append(len(caught))
    assert counts[0] == counts[1]
