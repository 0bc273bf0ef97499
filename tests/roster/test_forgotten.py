"""What is forgotten of shifts, reasons and messages, when, and what stays."""

import datetime as dt

import pytest

from compound.models import AuditEntry, Message, Sheet, StoredFile
from compound.services.retention import forget_due
from roster.models import Assignment, Availability, Plan, Shift, StandIn
from roster.services.assignments import cannot_come, unassign
from roster.services.generation import generate
from roster.services.paper import make_day_sheets, make_group_lists, make_week_plan
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def of():
    return make.compound(at=ELEVEN - 500 * DAY)


@pytest.fixture
def post(of):
    return make.post(of)


def lived(post, at, phone="13000000071"):
    """Somebody declined a shift at `at` with a reason, and a neighbour stood in."""
    on = make.shift(post, at)
    person = make.volunteer(post.compound, "张喆", phone, always=False)
    other = make.volunteer(post.compound, "李昕", phone[:-1] + "9", always=False)
    declined = make.assignment(on, person, "declined", ended_why="孩子发烧", ended_by=person.user)
    result = make.assignment(on, other, "signed_out")
    StandIn.objects.create(
        assignment=declined,
        why="孩子发烧",
        asked_at=at,
        asked_by=person.user,
        state="accepted",
        answered_at=at,
        answered_by=other.user,
        result=result,
    )
    Availability.objects.create(volunteer=person, on=at.date(), level="cannot")
    Plan.objects.create(compound=post.compound, from_on=at.date(), until_on=at.date(), state="published", asked_at=at)
    when = {"made_at": at, "due_at": at, "not_before": at}
    Message.objects.create(compound=post.compound, kind="reminder", key=str(at), channel="chat", text="x", **when)
    return on


def counts():
    return [model.objects.count() for model in (Shift, Assignment, StandIn, Plan, Availability, Message)]


def test_forget_due_after_a_month_forgets_reasons_single_days_and_messages_and_keeps_who_stood_where(post):
    lived(post, ELEVEN - 31 * DAY)
    forget_due(ELEVEN)
    assert counts() == [1, 2, 1, 1, 0, 0]
    assert set(Assignment.objects.values_list("state", "ended_why")) == {("declined", ""), ("signed_out", "")}
    assert StandIn.objects.get().why == ""


def test_forget_due_before_a_month_keeps_all_of_it(post):
    lived(post, ELEVEN - 29 * DAY)
    forget_due(ELEVEN)
    assert counts() == [1, 2, 1, 1, 1, 1]
    assert StandIn.objects.get().why == Assignment.objects.get(state="declined").ended_why == "孩子发烧"


def reasons():
    whys = StandIn.objects.values_list("why", flat=True)
    return {*whys, *Assignment.objects.values_list("ended_why", flat=True)}


@pytest.mark.parametrize("early", [True, False])
def test_why_somebody_could_not_come_is_in_no_row_of_the_audit_log(of, post, early):
    at = ELEVEN - 34 * DAY
    duty = make.assignment(make.shift(post, at + (2 * DAY if early else DAY / 4)), make.volunteer(of))
    cannot_come(assignment=duty, by=duty.user, at=at, why="发烧39度")
    assert "发烧39度" in reasons()
    [entry] = AuditEntry.objects.all()
    assert entry.action == ("roster.declined" if early else "roster.stand_in_asked")
    assert "发烧" not in f"{entry.text}{entry.subject}{entry.params}"
    forget_due(ELEVEN)
    assert reasons() == {""}


def test_why_somebody_was_taken_off_is_in_no_row_of_the_audit_log(of, post):
    duty = make.assignment(make.shift(post, ELEVEN + DAY), make.volunteer(of))
    unassign(assignment=duty, by=duty.user, at=ELEVEN, why="发烧39度")
    assert "发烧" not in "".join(f"{entry.text}{entry.params}" for entry in AuditEntry.objects.all())


@pytest.mark.parametrize(("days", "left"), [(366, 3), (375, 0)])
def test_forget_due_after_a_year_forgets_the_sheets_with_the_shifts(of, post, days, left):
    duty = make.assignment(make.shift(post, ELEVEN - days * DAY), make.volunteer(of))
    day, at = duty.shift.duty_on, ELEVEN - days * DAY
    make_day_sheets(compound=of, day=day, by=None, at=at)
    make_week_plan(compound=of, day=day, by=None, at=at)
    make_group_lists(compound=of, day=day, groups=[post.group], by=None, at=at)
    assert Sheet.objects.count() == StoredFile.objects.count() == 3
    forget_due(ELEVEN)
    assert (Sheet.objects.count(), StoredFile.objects.count()) == (left, left)
    assert AuditEntry.objects.filter(action="retention.forgot", subject="roster.sheets").exists() is (left == 0)


def test_forget_due_keeps_why_a_rule_was_set_aside(post):
    on = make.shift(post, ELEVEN - 40 * DAY)
    person = make.volunteer(post.compound)
    make.assignment(
        on, person, "signed_out", overridden=[{"code": "rest"}], overridden_by=person.user, overridden_why="没有别人"
    )  # fmt: skip
    forget_due(ELEVEN)
    assert Assignment.objects.get().overridden_why == "没有别人"


def test_forget_due_after_a_year_forgets_the_shift_with_all_that_hangs_on_it_and_certifies_it(post):
    lived(post, ELEVEN - 367 * DAY)
    young = lived(post, ELEVEN - 365 * DAY, "13000000081")
    forget_due(ELEVEN)
    assert counts() == [1, 2, 1, 1, 0, 0]
    assert Shift.objects.get() == young
    audit = AuditEntry.objects.get(action="retention.forgot", subject="roster.shifts")
    assert audit.params["rows"] == 5


def test_forget_due_of_a_pattern_makes_no_forgotten_shift_again(post):
    long_ago = ELEVEN - 370 * DAY
    make.pattern(post, starts_on=long_ago.date(), ends_on=long_ago.date() + 2 * DAY)
    generate(compound=post.compound, until=long_ago.date() + 2 * DAY, by=None, at=long_ago)
    assert Shift.objects.exists()
    forget_due(ELEVEN)
    assert not Shift.objects.exists()
    generate(compound=post.compound, until=ELEVEN.date(), by=None, at=ELEVEN)
    assert not Shift.objects.exists()
