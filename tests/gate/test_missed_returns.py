"""A return that nobody saw: it costs nothing later, is shown as such, and counts for nobody outside."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from compound.models import Compound
from gate.models import Device, Outing
from gate.queries.outside import count_outside, open_outings, outside_page
from gate.queries.roll import roll_for
from gate.services.tokens import pass_token
from tests import make
from tests.gate.phones import Phone, codes
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)


@pytest.fixture
def compound(clock) -> Compound:
    clock(ELEVEN)
    return make.compound()


def phone_under(of: Compound, **rules: object) -> Phone:
    start = ELEVEN - 30 * DAY
    make.rulebook(of, starts_at=start, longest_minutes=120, overstay="forfeit", **rules)
    make.household(of, "20-1702")
    return Phone(of)


def rows() -> list[tuple[dt.datetime, dt.datetime | None]]:
    return [(o.out_at, o.back_at) for o in Outing.objects.order_by("out_at")]


@pytest.mark.parametrize("persons", [1, 2])
def test_outings_after_a_missed_return_are_never_late(compound, persons, clock):
    """Out on the first day, not seen coming back; every outing after it is in time and costs what it costs."""
    phone = phone_under(compound, persons=persons)
    first = ELEVEN - 12 * DAY
    clock(first)
    phone.one("20-1702", at=first)
    seen = []
    for day in (4, 6, 8, 10):
        at = first + day * DAY
        clock(at)
        out = phone.one("20-1702", at=at)
        clock(at + HOUR)
        back = phone.one("20-1702", "in", at=at + HOUR)
        seen.append((out["verdict"], back["verdict"], [c for c in codes(back) if c != "no_rulebook"]))

    assert seen == [("allow", "allow", [])] * 4
    assert rows() == [(first, None), *((first + day * DAY, first + day * DAY + HOUR) for day in (4, 6, 8, 10))]


def test_return_when_two_are_out_in_time_ends_the_one_that_went_first(compound):
    phone = phone_under(compound, persons=2)
    phone.one("20-1702", at=ELEVEN - HOUR)
    phone.one("20-1702", at=ELEVEN - 30 * MINUTE)

    phone.one("20-1702", "in")

    assert rows() == [(ELEVEN - HOUR, ELEVEN), (ELEVEN - 30 * MINUTE, None)]


def test_return_of_a_worker_ends_the_last_exit_of_the_pass(compound, clock):
    phone = phone_under(compound, exempt_kinds=["essential"])
    token = pass_token(make.gate_pass(compound, make.household(compound, "20-1703"), "essential").pk)
    for at, way in ((ELEVEN - DAY, "out"), (ELEVEN - HOUR, "out"), (ELEVEN, "in")):
        clock(at)
        answer = phone.one(direction=way, card=token, at=at)
    clock(ELEVEN + HOUR)
    again = phone.one(card=token, at=ELEVEN + HOUR)

    assert rows()[:2] == [(ELEVEN - DAY, None), (ELEVEN - HOUR, ELEVEN)]
    assert (codes(answer), codes(again)) == ([], [])


def test_return_sent_late_ends_its_own_outing_although_it_was_taken_for_missed(compound, clock):
    phone = phone_under(compound)
    clock(ELEVEN - 5 * DAY)
    phone.one("20-1702", at=ELEVEN - 5 * DAY)
    clock(ELEVEN)
    phone.one("20-1702", at=ELEVEN - HOUR)
    phone.one("20-1702", "in", at=ELEVEN - 30 * MINUTE)

    phone.one("20-1702", "in", at=ELEVEN - 5 * DAY + HOUR, verdict="allow")

    assert rows() == [(ELEVEN - 5 * DAY, ELEVEN - 5 * DAY + HOUR), (ELEVEN - HOUR, ELEVEN - 30 * MINUTE)]


@pytest.fixture
def missed(compound, clock) -> Compound:
    """20-1702 out five days ago, never seen back, and out again an hour ago; 20-1703 overdue since yesterday."""
    phone = phone_under(compound)
    make.household(compound, "20-1703")
    for room, at in (("20-1702", ELEVEN - 5 * DAY), ("20-1703", ELEVEN - DAY), ("20-1702", ELEVEN - HOUR)):
        clock(at)
        assert phone.one(room, at=at)["verdict"] == "allow"
    clock(ELEVEN)
    return compound


def test_outside_when_a_return_was_missed_shows_it_apart_and_not_as_overdue(missed):
    page = outside_page(compound=missed, at=ELEVEN)

    assert [(p.room, p.outing.out_at) for p in page.missed] == [("20-1702", ELEVEN - 5 * DAY)]
    assert ([p.room for p in page.overdue], page.people) == (["20-1703"], 2)
    counted = count_outside(missed, ELEVEN)
    assert (counted.all, counted.overdue) == (2, 1)


def test_outside_page_when_a_return_was_missed_says_so(missed, client: Client):
    client.force_login(make.member(missed))
    url = reverse("gate:outside", kwargs={"code": missed.code})
    assert "漏记" in client.get(url).content.decode()
    Outing.objects.filter(out_at=ELEVEN - 5 * DAY).update(back_at=ELEVEN - 5 * DAY + HOUR)
    assert "漏记" not in client.get(url).content.decode()


def test_cap_when_a_return_was_missed_counts_who_is_outside(missed):
    make.rulebook(missed, "上限通告", starts_at=ELEVEN - MINUTE, max_outside=3)
    for room in ("20-1704", "20-1705"):
        make.household(missed, room)
    other = Phone(missed, "西门")

    answers = [other.one(room, at=ELEVEN) for room in ("20-1704", "20-1705")]

    assert [(answer["verdict"], codes(answer)) for answer in answers] == [
        ("allow", []),
        ("refuse", ["too_many_outside"]),
    ]


def test_roll_when_a_return_was_missed_counts_and_lists_who_is_outside(missed):
    device = Device.objects.select_related("compound", "gate").first()
    roll = roll_for(device=device, cursor="", at=ELEVEN)
    home = next(row for row in roll["households"] if row["room"] == "20-1702")

    assert roll["outside"] == {"compound": 2, "buildings": {"20": 2}}
    assert len(home["outings"]) == 1 < open_outings(missed).filter(household__number="1702").count()
    assert home["outside_since"] == "2022-08-23T02:00:00Z"
