"""Off a delivery run without an account: exceptions, all the others, corrections; on that sheet and nowhere else."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from compound.models import AuditEntry, Role, ShortCode
from compound.services.sheets import CODE_LIFE
from desk.views import paper_doors
from desk.views import short_link as page
from orders.models import DoorMark, OrderLine, Round
from orders.services import rounds
from orders.services.doors import Teller, Try, record_tries
from orders.services.orders import Line, enter_order
from orders.services.sheets import make_sheets
from tests import make
from tests.make import NOON
from tests.orders.doors.conftest import HOUR, THREE, log_in, outcomes, tap

QUARTER = dt.timedelta(minutes=15)


@pytest.fixture
def code(round):
    """That on the paper of building 3."""
    return sheets(round)


def sheets(round, kind="delivery_run", part="3", version=1):
    make_sheets(round=round, at=THREE, by=None, progress=lambda done, total: None)
    codes = ShortCode.objects.filter(sheet__group=round.pk, sheet__kind=kind, sheet__version=version)
    return (codes.filter(sheet__part=part) if part else codes).get().code


@pytest.fixture
def client():
    """Whoever found the paper."""
    return Client()


def look(client, code, **form):
    return client.post(f"/s/{code}/doors/", form)


def send(client, code, **form):
    """The first page, the second, and its button."""
    second = look(client, code, **form)
    assert second.status_code == 200
    hidden = re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', second.content.decode())
    assert hidden, second.context["form"].errors
    return client.post(f"/s/{code}/doors/", dict(hidden) | {"do": "send"})


def test_paper_with_ticks_and_a_count_writes_exceptions_and_all_others(round, code, client):
    answer = send(client, code, **{"door-3-1-501": "refused", "count": "2"})
    assert answer.url == f"/s/{code}"
    assert [outcomes(room)[0][1:] for room in ("3-1-501", "3-1-502", "3-2-501", "20-1702")] == [
        ("refused", "0"), ("delivered", "1"), ("delivered", "1"), ("", None),
    ]  # fmt: skip
    marks = set(DoorMark.objects.values_list("source", "by", "paper", "is_rest"))
    assert marks == {("paper", None, code, False), ("paper", None, code, True)}
    assert OrderLine.objects.get(order__household__room="3-1-502").outcome_by is None


def test_paper_with_the_runners_words_is_the_same(round, code, client):
    send(client, code, words="除3-1-501拒收、502没人外，其他都送了")
    assert [outcomes(room)[0][1] for room in ("3-1-501", "3-1-502", "3-2-501")] == [
        "refused",
        "nobody_home",
        "delivered",
    ]


def test_paper_with_an_exception_alone_says_nothing_of_the_others(round, code, client):
    send(client, code, words="502没人")
    assert [outcomes(room)[0][1] for room in ("3-1-501", "3-1-502", "3-2-501")] == ["", "nobody_home", ""]


def test_paper_is_looked_over_before_anything_is_written(round, code, client):
    second = look(client, code, words="502没人", count="2")
    assert [(door.room, what) for door, what in second.context["form"].said] == [("3-1-502", "nobody_home")]
    assert "其余2户已送达" in second.content.decode()
    assert DoorMark.objects.count() == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("除502都已送", "502：怎么了？请在房号旁选，或写在房号后面。"),
        ("501没人", "501：是3-1-501、3-2-501中的哪一个？"),
        ("9-999拒收", "9-999不在这张单子上。"),
        ("20-1702拒收", "20-1702不在这张单子上。"),
        ("502不知道", "“502 不知道”看不懂：请写房号加拒收、没人、破损、放门口。"),
    ],
)
def test_paper_with_unclear_words_asks_and_writes_nothing(round, code, client, words, error):
    form = look(client, code, words=words, do="send").context["form"]
    assert (form.errors["words"], form["words"].value(), DoorMark.objects.count()) == ([error], words, 0)


def test_paper_with_unclear_words_and_the_answer_ticked_is_clear(round, code, client):
    send(client, code, words="除502都已送", **{"door-3-1-502": "damaged"})
    assert [outcomes(room)[0][1] for room in ("3-1-501", "3-1-502", "3-2-501")] == ["delivered", "damaged", "delivered"]


def test_paper_with_a_count_that_does_not_add_up_is_asked_about(round, code, client):
    form = look(client, code, words="502没人", count="3").context["form"]
    assert form.errors["count"] == ["这张单子上有3户，其中1户例外：应余2户，不是3户。"]


def test_paper_with_nothing_filled_in_says_so(round, code, client):
    assert look(client, code).context["form"].non_field_errors() == ["还什么都没填。"]


def test_paper_sent_twice_is_written_once(round, code, client):
    second = look(client, code, words="502没人", count="2")
    hidden = dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', second.content.decode()))
    for _ in range(2):
        client.post(f"/s/{code}/doors/", hidden | {"do": "send"})
    assert (DoorMark.objects.count(), AuditEntry.objects.filter(action="doors.from_paper").count()) == (3, 1)


@pytest.mark.parametrize(("has_account", "stands"), [(False, "delivered"), (True, "refused")])
def test_paper_after_the_phone_stands_with_an_account_only(round, code, client, runner, has_account, stands):
    tap(round, "3-1-501", "delivered", runner, NOON + HOUR)
    tap(round, "3-1-502", "nobody_home", runner, NOON + HOUR)
    send(log_in(runner) if has_account else client, code, words="3-1-501拒收", count="2")
    # What the phone said of 502 is kept: "all the others" knows of nobody.
    assert [outcomes(room)[0][1] for room in ("3-1-501", "3-1-502", "3-2-501")] == [stands, "nobody_home", "delivered"]
    assert DoorMark.objects.get(outcome="refused").source == "paper"


def test_paper_that_the_phone_contradicts_says_so_and_is_taken_over_at_the_desk(
    round, code, client, runner, coordinator
):
    tap(round, "3-1-501", "delivered", runner, NOON + HOUR)
    send(client, code, words="3-1-501拒收")
    assert "3-1-501：已有别的记录（手机上）。您写的协调员会看到。" in client.get(f"/s/{code}").content.decode()
    at_the_desk, url = log_in(coordinator), f"/c/xingfuli/rounds/{round.pk}/delivery/3/"
    page = at_the_desk.get(url)
    assert [(door.room, door.paper_says.outcome) for door in page.context["walk"].contradicted] == [
        ("3-1-501", "refused")
    ]
    assert "纸上写的是：拒收" in page.content.decode()
    assert "纸上写的是" not in log_in(runner).get(url).content.decode()
    at_the_desk.post(f"{url}mark/", {"round": str(round.pk), "room": "3-1-501", "do": "refused"})
    assert outcomes("3-1-501")[0] == ("鸡蛋", "refused", "0")
    assert at_the_desk.get(url).context["walk"].contradicted == ()


def test_paper_before_a_phone_that_comes_in_later_with_an_earlier_word_gives_way(round, code, client, runner):
    send(client, code, words="3-1-501拒收")
    tap(round, "3-1-501", "delivered", runner, NOON + HOUR, received=THREE + HOUR)
    assert outcomes("3-1-501") == [("鸡蛋", "delivered", "2"), ("土豆", "delivered", "4")]


def test_paper_taking_back_is_of_what_came_from_paper(round, code, client, runner):
    send(client, code, words="502没人 3-1-501拒收")
    tap(round, "3-1-501", "nobody_home", runner)
    teller = Teller(source="paper", at=THREE + HOUR, received_at=THREE + HOUR, paper=code)
    with transaction.atomic():
        for door in round.compound.households.filter(room__in=["3-1-501", "3-1-502"]):
            record_tries(round=round, tries=[Try(door.pk, "")], teller=teller)
    assert [outcomes(room)[0][1] for room in ("3-1-501", "3-1-502")] == ["nobody_home", ""]


@pytest.mark.parametrize(("has_account", "stands"), [(False, "delivered"), (True, "refused")])
def test_paper_of_a_settled_round_without_an_account_is_refused_in_words(
    round, code, client, coordinator, runner, clock, has_account, stands
):
    form = {"words": "3-2-501拒收", "do": "send"}
    rounds.advance_round(round=round, to="settled", by=coordinator, at=THREE)
    clock(THREE + HOUR)
    who = log_in(runner) if has_account else client
    answer = look(who, code, **form)
    assert outcomes("3-2-501") == [("盐", stands, "1" if stands == "delivered" else "0")]
    page = who.get(f"/s/{code}")
    assert (page.context["form"] is None) is not has_account
    if not has_account:
        words = "这一批已结清：有什么不一样，请告诉协调员。"
        assert answer.context["form"].non_field_errors() == [words]
        assert words in page.content.decode()


def test_paper_by_somebody_who_may_not_deliver_is_as_without_an_account(compound, round, code, runner):
    tap(round, "3-1-501", "delivered", runner, NOON + HOUR)
    send(log_in(make.member(compound, Role.GATE)), code, words="3-1-501拒收")
    assert outcomes("3-1-501")[0][1] == "delivered"


@pytest.mark.parametrize("form", [{"count": "3"}, {"words": "3-2-501拒收"}])
def test_paper_from_before_a_good_was_taken_in_late_says_nothing_of_that_good(
    compound, round, code, client, coordinator, form
):
    late(round, "3-2-501", ("药", "1", "盒"), by=coordinator)
    send(client, code, **form)
    line = OrderLine.objects.get(goods="药")
    assert (outcomes("3-2-501")[0][1] != "", line.outcome) == (True, "")
    assert "3-2-501：清单上比这张单子多" in client.get(f"/s/{code}").content.decode()


def late(round, room, *goods, by):
    """An order that came after the cut-off and was taken into its own round at a quarter past three."""
    Round.objects.filter(pk=round.pk).update(state="closed")
    round.refresh_from_db()
    order = enter_order(
        round=round, household=round.compound.households.get(room=room), remark="", channel="desk", by=by, at=THREE,
        lines=[Line(name, Decimal(quantity), unit) for name, quantity, unit in goods],
    )  # fmt: skip
    return rounds.take_late_order(order=order, into=round, by=by, at=THREE + QUARTER)


def test_phone_that_comes_in_after_the_paper_with_an_earlier_refusal_is_not_lost(round, code, client, runner):
    send(client, code, count="3")
    tap(round, "3-1-502", "refused", runner, NOON + HOUR, received=THREE + HOUR)
    assert outcomes("3-1-502") == [("盐", "refused", "0")]


def test_paper_is_taken_back_by_whoever_holds_it_and_by_the_coordinator(round, code, client, coordinator):
    send(client, code, words="502没人 3-1-501拒收")
    send(client, code, **{"door-3-1-502": "undo"})
    [seen] = DoorMark.objects.filter(household__room="3-1-501").values_list("pk", flat=True)
    url = f"/c/xingfuli/rounds/{round.pk}/delivery/3/"
    desk = log_in(coordinator)
    assert re.findall(r'name="of"\s+value="([^"]+)"', desk.get(url).content.decode()).count(str(seen)) == 1
    desk.post(f"{url}mark/", {"room": "3-1-501", "do": "undo", "of": str(seen)})
    assert [outcomes(room)[0][1] for room in ("3-1-501", "3-1-502")] == ["", ""]


def test_paper_tells_a_stranger_what_came_from_paper_and_not_who_was_at_home(round, code, client, runner):
    tap(round, "3-1-501", "nobody_home", runner, NOON + HOUR)
    send(client, code, words="502拒收")
    doors = {door.room: (door.outcome, door.is_said) for door, _field in client.get(f"/s/{code}").context["form"].rows}
    assert doors == {"3-1-501": ("", True), "3-1-502": ("refused", True), "3-2-501": ("", False)}
    member = log_in(runner).get(f"/s/{code}").context["form"].rows
    assert [door.outcome for door, _field in member] == ["nobody_home", "refused", ""]


def test_paper_is_in_the_audit_without_its_code(round, code, client):
    send(client, code, words="502没人", count="2")
    entry = AuditEntry.objects.get(action="doors.from_paper")
    assert (entry.by, entry.subject, entry.params["doors"], entry.params["lines"]) == (
        None,
        "3",
        {"3-1-502": "nobody_home"},
        3,
    )
    assert code not in f"{entry.text}{entry.params}"


def test_paper_of_an_older_version_says_so_and_can_still_be_written(compound, round, code, client, coordinator):
    make.order(round, make.household(compound, "3-1-601"), ("盐", "1", "包"), by=coordinator)
    sheets(round, version=2)
    assert "现在是第2版" in client.get(f"/s/{code}").content.decode()
    send(client, code, count="3")
    assert outcomes("3-1-601") == [("盐", "", None)]


def test_paper_of_another_round_does_not_know_this_rounds_rooms(compound, round, code, client, coordinator):
    other = make.round(compound, "8月24日 12:00")
    make.order(other, compound.households.get(room="20-1702"), ("盐", "1", "包"), by=coordinator)
    Round.objects.filter(pk=other.pk).update(state="delivering", closed_at=NOON)
    theirs = sheets(other, part="20")
    form = look(client, theirs, **{"door-3-1-501": "refused", "words": "3-1-501拒收"}).context["form"]
    assert form.errors["words"] == ["3-1-501不在这张单子上。"]
    send(client, theirs, count="1")
    rounds = DoorMark.objects.values_list("round", "household__room")
    assert list(rounds) == [(other.pk, "20-1702")]


@pytest.mark.parametrize("kind", ["shopping_list", "bag_slips", "not_served"])
def test_paper_of_another_kind_takes_nothing(round, client, kind):
    code = sheets(round, kind, part="")
    assert look(client, code, words="502没人", do="send").status_code == 404
    assert (client.get(f"/s/{code}").context["form"], DoorMark.objects.count()) == (None, 0)


def test_paper_taken_back_run_out_or_unknown_takes_nothing(round, code, client, clock, coordinator):
    assert look(client, "0000000000", count="3", do="send").status_code == 404
    ShortCode.objects.filter(code=code).update(revoked_at=THREE, revoked_by=coordinator)
    assert look(client, code, count="3", do="send").status_code == 404
    ShortCode.objects.filter(code=code).update(revoked_at=None, revoked_by=None)
    clock(THREE + CODE_LIFE)
    assert look(client, code, count="3", do="send").status_code == 404
    clock(THREE + CODE_LIFE - dt.timedelta(seconds=1))
    assert look(client, code, count="3", do="send").status_code == 302
    assert DoorMark.objects.count() == 3


def test_paper_after_too_many_forms_waits(round, code, client, monkeypatch):
    monkeypatch.setattr(paper_doors, "WRITES", 2)
    other = Client(REMOTE_ADDR="10.0.0.8")
    assert [look(one, code, count="3").status_code for one in (client, other, other)] == [200, 200, 429]
    monkeypatch.setattr(page, "TRIES", 1)
    assert look(Client(REMOTE_ADDR="10.0.0.9"), "0000000000").status_code == 404
    assert look(Client(REMOTE_ADDR="10.0.0.9"), "0000000001").status_code == 429


def test_paper_by_somebody_logged_in_says_who(round, code, runner):
    send(log_in(runner), code, words="502没人")
    assert DoorMark.objects.get().by == runner
