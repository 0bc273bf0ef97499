"""`manage.py issue_pass`: one line on success, a sentence and exit 1 otherwise."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from gate.models import Pass
from gate.services.tokens import token_hash
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(clock):
    clock(ELEVEN)
    found = make.compound()
    make.household(found, "20-1702")
    return found


def issue(capsys, household="20-1702", **options):
    call_command("issue_pass", compound="xingfuli", household=household, **options)
    printed = capsys.readouterr()
    assert printed.err == ""
    token, end = printed.out.split("\n")
    assert end == ""
    return token


@pytest.mark.parametrize("room", ["20-1702", "20栋1702", "２０＃１７０２", "1702"])
def test_issue_pass_for_a_room_in_any_spelling_prints_its_token(of, capsys, room):
    token = issue(capsys, room)
    made = Pass.objects.get()
    assert (made.household.room, made.kind, made.token_hash) == ("20-1702", "household", token_hash(token))
    assert (made.issued_by, made.issued_at) == (None, ELEVEN)


def test_issue_pass_twice_revokes_the_first(of, capsys):
    first, second = issue(capsys), issue(capsys)
    revoked = dict(Pass.objects.values_list("token_hash", "revoked_at"))
    assert revoked == {token_hash(first): ELEVEN, token_hash(second): None}


@pytest.mark.parametrize("kind", Pass.Kind.values)
def test_issue_pass_of_each_kind_needs_no_more_than_the_contract_says(of, capsys, kind):
    issue(capsys, kind=kind, plate="沪a·12345" if kind == "vehicle" else "")
    made = Pass.objects.get()
    assert (made.kind, made.plate, made.consent) == (kind, "沪A12345" if kind == "vehicle" else "", kind == "visitor")


def test_issue_pass_with_a_schedule_and_an_end_keeps_both(of, capsys):
    issue(capsys, kind="medical", every_days=2, until="2022-08-31")
    made = Pass.objects.get()
    assert (made.every_days, made.valid_until) == (2, of.moment(dt.date(2022, 9, 1), dt.time(0)))


@pytest.mark.parametrize(
    ("text", "end"),
    [("2022-08-31T18:00", "2022-08-31T18:00+08:00"), ("2022-08-31T18:00+00:00", "2022-09-01T02:00+08:00")],
)
def test_issue_pass_until_a_moment_reads_the_compounds_clock_unless_an_offset_is_written(of, capsys, text, end):
    issue(capsys, until=text)
    assert Pass.objects.get().valid_until == dt.datetime.fromisoformat(end)


def test_issue_pass_of_a_visitor_whom_nobody_has_agreed_to_says_so(of, capsys):
    issue(capsys, kind="visitor", no_consent=True)
    assert Pass.objects.get().consent is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"compound": "nowhere"}, "no compound"),
        ({"household": "20-1703"}, "no room"),
        ({"household": "501"}, "3-1-501, 3-2-501"),
        ({"household": None}, "哪一户"),
        ({"kind": "tourist"}, "household, essential"),
        ({"kind": "vehicle"}, "车牌"),
        ({"kind": "vehicle", "plate": "沪"}, "车牌"),
        ({"plate": "沪A12345"}, "车牌"),
        ({"every_days": 2}, "就医"),
        ({"kind": "medical", "every_days": 40}, "31"),
        ({"until": "tomorrow"}, "neither"),
        ({"until": "2022-08-22"}, "已经过了"),
    ],
)
def test_issue_pass_with_something_wrong_is_an_error_in_words_and_issues_nothing(of, capsys, options, message):
    for room in ("3-1-501", "3-2-501"):
        make.household(of, room)
    with pytest.raises(CommandError, match=message):
        call_command("issue_pass", **({"compound": "xingfuli", "household": "20-1702"} | options))
    assert (Pass.objects.count(), capsys.readouterr().out) == (0, "")
