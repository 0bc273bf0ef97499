"""A settlement that was wrong: taken back by a row of its own, settled anew, and nobody's word is lost."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from compound.models import AuditEntry, Role
from compound.refusals import Refusal
from gate.models import Conflict, Outing
from gate.queries.conflicts import open_conflicts
from gate.services.checks import NewCheck, record_checks
from gate.services.conflicts import settle_conflict, take_settlement_back
from gate.services.retention import forget_passages
from tests import make
from tests.at_once import Other
from tests.gate.phones import Phone
from tests.make import ELEVEN

CONFLICTS = "/c/xingfuli/conflicts/"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
AFTER = ELEVEN + HOUR


def at_the_gates(of, *exits, back=0, **rules):
    """Exits of 20-1702 without network, in the order of their upload: (gate, hours ago). `back`: hours ago, or none."""
    make.rulebook(of, "第9号通告", starts_at=ELEVEN - 3 * DAY, **rules)
    make.household(of, "20-1702")
    phones = {gate: Phone(of, gate) for gate, _hours in exits}
    for gate, hours in exits:
        phones[gate].one("20-1702", at=ELEVEN - hours * HOUR, verdict="allow")
    if back:
        phones[exits[0][0]].one("20-1702", "in", at=ELEVEN - back * HOUR)


@pytest.fixture
def pair(of):
    at_the_gates(of, ("东门", 4), ("西门", 3), back=1)
    return Conflict.objects.get()


def linting():
    return make.User.objects.filter(name="林涛").first() or make.user()


def settle(pair, outcome, note="", *, at=ELEVEN):
    return settle_conflict(conflict=pair, outcome=outcome, note=note, by=linting(), at=at)


def take_back(pair, reason="问过本人", *, at=AFTER):
    by = make.User.objects.filter(name="赵六").first() or make.user("赵六", "13000000066")
    return take_settlement_back(conflict=pair, reason=reason, by=by, at=at)


def went():
    """(hours ago, place, hours ago it ended or None) of every outing that took place."""
    rows = Outing.objects.filter(void_at=None).order_by("out_at")
    return [((ELEVEN - row.out_at) // HOUR, row.slot, row.back_at and (ELEVEN - row.back_at) // HOUR) for row in rows]


def test_taking_back_writes_a_row_that_follows_and_leaves_the_settlement_as_it_was(pair, of):
    settle(pair, "later_wrong", "刷错了")
    before = Conflict.objects.filter(pk=pair.pk).values().get()

    opened = take_back(pair)

    assert Conflict.objects.filter(pk=pair.pk).values().get() == before
    assert (opened.follows_id, opened.reopened_at, opened.reopened_by.name, opened.reopened_why) == (
        pair.pk,
        AFTER,
        "赵六",
        "问过本人",
    )
    assert (opened.earlier_id, opened.later_id, opened.found_at, opened.settled_at) == (
        pair.earlier_id,
        pair.later_id,
        pair.found_at,
        None,
    )
    assert list(open_conflicts(of)) == [opened]
    entry = AuditEntry.objects.get(action="conflict.taken_back")
    assert (entry.by.name, entry.subject, entry.text, entry.params["outcome"]) == (
        "赵六",
        "20-1702",
        "问过本人",
        "later_wrong",
    )


@pytest.mark.parametrize(
    ("wrong", "settled", "stand"),
    [
        ("earlier", [(3, 1, 1)], [(4, None, None), (3, 1, 1)]),
        ("later", [(4, 1, 1)], [(4, 1, 1), (3, None, None)]),
    ],
)
def test_what_had_fallen_away_stands_again_and_costs_nothing(pair, wrong, settled, stand):
    settle(pair, f"{wrong}_wrong")
    assert went() == settled
    take_back(pair)
    assert went() == stand


@pytest.mark.parametrize(("first", "then", "left"), [("earlier", "later", (4, 1, 1)), ("later", "earlier", (3, 1, 1))])
def test_settled_anew_the_other_way_is_as_if_it_had_been_settled_so_at_once(pair, first, then, left):
    settle(pair, f"{first}_wrong")
    again = settle(take_back(pair), f"{then}_wrong", at=AFTER)
    assert went() == [left]
    assert [(row.outcome, row.settled_at) for row in Conflict.objects.order_by("settled_at")] == [
        (f"{first}_wrong", ELEVEN),
        (f"{then}_wrong", AFTER),
    ]
    assert again.follows_id == pair.pk


def facts():
    fields = ("out_at", "slot", "period", "due_at", "forfeit", "released_at", "back_at", "check_in", "void_at")
    return list(Outing.objects.order_by("out_at").values_list(*fields))


@pytest.mark.parametrize("first", ["earlier_wrong", "later_wrong"])
@pytest.mark.parametrize("heard", [("东门", "西门"), ("西门", "东门")])
def test_settled_anew_as_both_real_leaves_both(of, first, heard):
    """As if that had been said at once: the place, what lateness costs and the return are where they had been."""
    hours = {"东门": 4, "西门": 3}
    at_the_gates(of, *((gate, hours[gate]) for gate in heard), back=1, longest_minutes=90, overstay="forfeit")
    pair, before = Conflict.objects.get(), facts()
    assert went() == ([(4, 1, 1), (3, None, None)] if heard[0] == "东门" else [(4, None, None), (3, 1, 1)])
    settle(pair, first)
    settle(take_back(pair), "both_real", at=AFTER)
    assert facts() == before


@pytest.mark.parametrize("anew", ["later_wrong", "both_real"])
def test_return_that_came_while_its_exit_was_void_is_found_when_that_stands_again(pair, of, clock, anew):
    settle(pair, "later_wrong")
    clock(AFTER)
    Phone(of, "北门").one("20-1702", "in", at=ELEVEN + HOUR // 2)
    opened = take_back(pair)
    assert went() == [(4, 1, 1), (3, None, -1)]
    settle(opened, anew, at=AFTER)
    assert went() == [(4, 1, 1), (3, None, -1)][: 1 if anew == "later_wrong" else 2]


def test_both_returns_are_where_they_would_have_been_when_both_were_real_after_all(pair, of, clock):
    settle(pair, "earlier_wrong")
    clock(AFTER)
    Phone(of, "北门").one("20-1702", "in", at=ELEVEN + HOUR // 2)
    opened = take_back(pair)
    assert went() == [(4, None, -1), (3, 1, 1)]
    settle(opened, "both_real", at=AFTER)
    assert went() == [(4, 1, 1), (3, None, -1)]


def test_exit_moved_to_its_room_at_the_desk_stays_away_where_its_phone_undid_it(of):
    make.rulebook(of, "第9号通告", starts_at=ELEVEN - 3 * DAY)
    make.household(of, "20-1702")
    make.household(of, "20-1703")
    east, west = Phone(of, "东门"), Phone(of, "西门")
    out = east.one("20-1703", at=ELEVEN - 4 * HOUR, verdict="allow")
    moved = NewCheck(
        id=make.uuid.uuid4(), at=ELEVEN, action="correct", refers_to=make.uuid.UUID(out["id"]),
        household="20-1702", reason="看错房号", source="desk",
    )  # fmt: skip
    (result,) = record_checks(compound=of, gate=east.device.gate, checks=[moved], at=ELEVEN, by=linting())
    assert result.error is None
    west.one("20-1702", at=ELEVEN - 3 * HOUR, verdict="allow")
    pair = Conflict.objects.get()
    assert pair.earlier.action == "correct"
    settle(pair, "earlier_wrong")
    undone = east.one(
        "", at=ELEVEN - 4 * HOUR + MINUTE, action="undo", refers_to=out["id"], reason="没有出去", verdict="allow"
    )
    assert "error" not in undone
    take_back(pair)
    assert went() == [(3, 1, None)]


def test_pair_without_a_household_is_settled_behind_the_lock_of_its_pass(of):
    phone, card = make.device(make.gate(of, "东门")), make.gate_pass(of, kind="volunteer", holder="冯磊")
    exits = [
        make.check(None, at=ELEVEN - hours * HOUR, phone=phone, gate_pass=card, kind="volunteer") for hours in (4, 3)
    ]
    for out in exits:
        make.outing(out, slot=None)
    pair = Conflict.objects.create(
        compound=of, earlier=exits[0], later=exits[1], code="quota_used", found_at=ELEVEN - HOUR
    )
    for deed in (lambda: settle(pair, "later_wrong"), lambda: take_back(pair)):
        with CaptureQueriesContext(connection) as queries:
            deed()
        locks = [one["sql"] for one in queries if "FOR NO KEY UPDATE" in one["sql"] or "FOR UPDATE" in one["sql"]]
        assert ['"gate_pass"' in locks[0], "FOR NO KEY UPDATE" in locks[0]] == [True, True]


def test_both_real_taken_back_changes_no_outing(pair):
    before = went()
    settle(pair, "both_real")
    take_back(pair)
    assert went() == before


def test_settled_anew_is_taken_back_again(pair):
    """A chain as long as it needs to be: each row follows the one before it."""
    second = settle(take_back(settle(pair, "later_wrong")), "earlier_wrong", at=AFTER)
    third = take_back(second, at=AFTER + HOUR)
    assert (third.follows_id, went()) == (second.pk, [(4, None, None), (3, 1, 1)])
    settle(third, "later_wrong", at=AFTER + HOUR)
    assert went() == [(4, 1, 1)]


def test_passage_that_another_settlement_calls_wrong_stays_away_until_that_is_taken_back_too(of):
    at_the_gates(of, ("东门", 4), ("西门", 3), ("北门", 2))
    first, second = Conflict.objects.order_by("later__event_at")
    settle(first, "earlier_wrong")
    settle(second, "earlier_wrong", at=ELEVEN + MINUTE)
    assert went() == [(3, 1, None), (2, None, None)]
    take_back(first)
    assert went() == [(3, 1, None), (2, None, None)]
    take_back(second)
    assert went() == [(4, None, None), (3, 1, None), (2, None, None)]


@pytest.mark.parametrize("change", [{"action": "undo"}, {"action": "correct", "verdict": "refuse"}])
def test_passage_that_was_undone_or_corrected_since_stays_away(pair, of, change):
    settle(pair, "later_wrong")
    asked = NewCheck(
        id=make.uuid.uuid4(), at=ELEVEN + MINUTE, refers_to=pair.later_id, reason="没有出去", source="desk", **change
    )
    (result,) = record_checks(compound=of, gate=pair.later.gate, checks=[asked], at=ELEVEN + MINUTE, by=linting())
    assert result.error is None
    take_back(pair)
    assert went() == [(4, 1, 1)]


def test_rows_that_moved_nothing_since_leave_the_passage_where_it_was(pair, of, clock):
    """A reading that only the phone calls too high, and a correction that comes after a later one of its passage."""
    west = Phone(of, "西门", token="tok-west")

    def correct(verdict, *, at, received):
        asked = NewCheck(
            id=make.uuid.uuid4(), at=at, action="correct", refers_to=pair.later_id, verdict=verdict, reason="问过",
            source="desk",
        )  # fmt: skip
        (result,) = record_checks(compound=of, gate=pair.later.gate, checks=[asked], at=received, by=linting())
        assert result.error is None

    correct("allow", at=ELEVEN - HOUR, received=ELEVEN - MINUTE)
    settle(pair, "later_wrong")
    clock(ELEVEN + MINUTE)
    correct("refuse", at=ELEVEN - 2 * HOUR, received=ELEVEN + MINUTE)
    read = west.one(
        "", at=ELEVEN - 2 * HOUR, action="reading", refers_to=str(pair.later_id), temperature="36.5", verdict="recheck"
    )
    assert read["verdict"] == "recheck"
    take_back(pair)
    assert went() == [(4, 1, 1), (3, None, None)]


def test_fever_that_was_measured_since_keeps_the_passage_away(pair, of, clock):
    settle(pair, "later_wrong")
    clock(ELEVEN + MINUTE)
    Phone(of, "西门", token="tok-west").one(
        "", at=ELEVEN + MINUTE, action="reading", refers_to=str(pair.later_id), temperature="38.5"
    )
    take_back(pair)
    assert went() == [(4, 1, 1)]


def test_household_whose_outing_fell_away_may_go_only_once_after_it_was_taken_back(pair, of):
    settle(pair, "later_wrong")
    take_back(pair)
    assert Phone(of, "北门").one("20-1702")["verdict"] == "refuse"


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (lambda pair: take_back(pair), "conflict_open"),
        (lambda pair: take_back(settle(pair, "both_real"), "  "), "reason_missing"),
        (lambda pair: [take_back(settle(pair, "both_real")), take_back(pair)], "conflict_taken_back"),
    ],
)
def test_taking_back_what_is_open_or_without_a_reason_or_twice_is_refused(pair, deed, code):
    with pytest.raises(Refusal) as refused, transaction.atomic():
        deed(pair)
    assert (refused.value.code, Conflict.objects.count()) == (code, 1)


def test_forgetting_takes_a_chain_from_its_end(pair, of):
    settle(take_back(settle(pair, "later_wrong")), "both_real", at=AFTER)
    while forget_passages_of(of):
        pass
    assert Conflict.objects.count() == 0


def forget_passages_of(of):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL shouwang.retention = 'on'")
        deleted = forget_passages(of, ELEVEN + DAY, 1)
        connection.check_constraints()
    return deleted


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_take_it_back_once(clock):
    clock(ELEVEN)
    of = make.compound()
    at_the_gates(of, ("东门", 4), ("西门", 3))
    pair = settle(Conflict.objects.get(), "later_wrong")
    users = [make.user("赵六", "13000000066"), make.user("钱七", "13000000077")]
    start = threading.Barrier(2)

    def one(user):
        start.wait(20)
        try:
            return take_settlement_back(conflict=pair, reason="问过本人", by=user, at=AFTER).reopened_why
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    others = [Other(lambda user=user: one(user)) for user in users]
    assert sorted(other.ended() for other in others) == ["conflict_taken_back", "问过本人"]
    assert (Conflict.objects.filter(follows=pair).count(), went()) == (1, [(4, 1, None), (3, None, None)])


# ── the pages ──────────────────────────────────────


def test_settled_conflict_is_taken_back_with_a_reason_and_both_words_stay_visible(log_in, pair):
    settle(pair, "later_wrong", "刷错了")
    coordinator = log_in()
    answer = coordinator.post(f"{CONFLICTS}{pair.pk}/take-back/", {"reason": "妈妈也出门了"}, follow=True)

    opened = Conflict.objects.get(settled_at=None)
    assert answer.redirect_chain == [(f"{CONFLICTS}#c{opened.pk}", 302)]
    assert [str(message) for message in answer.context["messages"]] == ["已撤回：这两次需要重新处理。"]
    for page in (answer, coordinator.get(CONFLICTS, {"settled": "1"})):
        words = page.content.decode()
        said = ["较晚的一次没有发生", "刷错了", "已撤回", "妈妈也出门了"]
        assert [word for word in said if word not in words] == []
    assert "处理错了" not in words
    words = coordinator.get(f"/c/xingfuli/passages/{pair.later_id}/").content.decode()
    assert "今天 11:00 由林涛撤回：妈妈也出门了" in words


def test_coordinator_is_told_that_what_was_undone_since_stays_away(log_in, pair, of):
    settle(pair, "later_wrong")
    undo = NewCheck(
        id=make.uuid.uuid4(), at=ELEVEN, action="undo", refers_to=pair.later_id, reason="没有出去", source="desk"
    )
    record_checks(compound=of, gate=pair.later.gate, checks=[undo], at=ELEVEN, by=linting())
    answer = log_in().post(f"{CONFLICTS}{pair.pk}/take-back/", {"reason": "妈妈也出门了"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "已撤回：这两次需要重新处理。",
        "没有发生的那次仍然不算：之后它已被撤销或更改，或者另一次处理也这样认定。",
    ]


def test_settled_conflict_without_a_reason_stays_settled(log_in, pair):
    settle(pair, "later_wrong")
    answer = log_in().post(f"{CONFLICTS}{pair.pk}/take-back/", {"reason": " "}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["请写明原因：原因会留在这次处理里。"]
    assert Conflict.objects.count() == 1


@pytest.mark.parametrize("role", [Role.GATE, Role.VOLUNTEER, Role.MEDICAL, Role.SUPPLY])
def test_settlement_is_not_taken_back_by_another_role(log_in, pair, role):
    settle(pair, "later_wrong")
    client = log_in(role)
    answer = client.post(f"{CONFLICTS}{pair.pk}/take-back/", {"reason": "x"})
    assert (answer.status_code, Conflict.objects.count()) == (404, 1)


def test_guard_sees_a_settlement_without_the_way_back(log_in, pair):
    settle(pair, "later_wrong")
    words = [log_in(role).get(CONFLICTS, {"settled": "1"}).content.decode() for role in (Role.GATE, Role.COORDINATOR)]
    assert ["/take-back/" in page for page in words] == [False, True]
