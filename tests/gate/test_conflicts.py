"""Settling a collision, and looking at an emergency: what falls away, what counts instead, who may."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import AuditEntry, Role
from compound.refusals import Refusal
from gate.models import Conflict, Outing, Ratification
from gate.services.conflicts import settle_conflict
from gate.services.emergencies import ratify
from tests import make
from tests.gate.phones import Phone
from tests.make import ELEVEN

CONFLICTS, EMERGENCIES = "/c/xingfuli/conflicts/", "/c/xingfuli/emergencies/"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def east(of):
    return make.device(make.gate(of, "东门"), "east")


@pytest.fixture
def west(of):
    return make.device(make.gate(of, "西门"), "west")


def collision(of, east, west, *, first="earlier", **more):
    """Two exits of one household, an hour apart; the one heard `first` took the place. `more`: of the later one."""
    rules, door = make.rulebook(of), make.household(of, "20-1702")
    earlier = make.check(door, at=ELEVEN - 2 * HOUR, phone=east, decided_offline=True, rulebook=rules)
    given = {"decided_offline": True, "conflict": True, "rulebook": rules, "clock_offset_ms": 65_000, **more}
    later = make.check(door, at=ELEVEN - HOUR, phone=west, **given)
    make.outing(earlier, slot=1 if first == "earlier" else None)
    make.outing(later, slot=1 if first == "later" else None)
    return Conflict.objects.create(
        compound=of, household=door, earlier=earlier, later=later, code="quota_used", found_at=ELEVEN
    )


@pytest.fixture
def pair(of, east, west):
    return collision(of, east, west)


def outings():
    """(went out, place, what became of it) of every outing, the earliest first."""
    rows = Outing.objects.order_by("out_at")
    return [(row.slot, row.released_why, row.void_at is not None) for row in rows]


def settle(pair, outcome, note=""):
    by = make.User.objects.filter(name="林涛").first() or make.user()
    return settle_conflict(conflict=pair, outcome=outcome, note=note, by=by, at=ELEVEN)


def test_both_went_out_leaves_everything_as_it_is(pair):
    settle(pair, "both_real", "两人都出去了")
    pair.refresh_from_db()
    assert (pair.outcome, pair.note, pair.settled_at, pair.settled_by.name) == (
        "both_real",
        "两人都出去了",
        ELEVEN,
        "林涛",
    )
    assert outings() == [(1, "", False), (None, "", False)]


def test_later_one_wrong_takes_it_off_the_list_of_those_outside(pair):
    settle(pair, "later_wrong")
    assert outings() == [(1, "", False), (None, "settled", True)]


def test_earlier_one_wrong_makes_the_later_one_count_instead(pair, of):
    settle(pair, "earlier_wrong")
    assert outings() == [(1, "settled", True), (1, "", False)]
    period = Outing.objects.get(check_out=pair.later_id).period
    midnight = of.moment(of.day_of(ELEVEN), dt.time(0))
    assert (period.lower, period.upper) == (midnight, midnight + 2 * DAY)


def test_later_one_wrong_makes_the_earlier_one_count_where_the_later_was_heard_first(of, east, west):
    settle(collision(of, east, west, first="later"), "later_wrong")
    assert outings() == [(1, "", False), (1, "settled", True)]


def test_earlier_one_wrong_leaves_the_later_its_place_where_that_was_heard_first(of, east, west):
    settle(collision(of, east, west, first="later"), "earlier_wrong")
    assert outings() == [(None, "settled", True), (1, "", False)]


def test_earlier_one_wrong_under_rolling_hours_counts_from_the_later_exit(pair, of):
    pair.later.rulebook.window = "rolling"
    pair.later.rulebook.save(update_fields=["window"])
    settle(pair, "earlier_wrong")
    period = Outing.objects.get(check_out=pair.later_id).period
    assert (period.lower, period.upper) == (ELEVEN - HOUR, ELEVEN - HOUR + 2 * DAY)


def test_earlier_one_wrong_gives_an_overridden_exit_the_place_that_is_free_then(of, east, west):
    """As at the gate (docs/decisions/0006): what was overridden may have been the hours."""
    settle(collision(of, east, west, override="说是去医院"), "earlier_wrong")
    assert outings() == [(1, "settled", True), (1, "", False)]


def at_the_gates(of, *exits, rules=None):
    """Exits of 20-1702 that were decided without network, in the order of their upload: (gate, hours ago)."""
    make.rulebook(of, "第9号通告", starts_at=ELEVEN - 3 * DAY, **(rules or {}))
    make.household(of, "20-1702")
    phones = {gate: Phone(of, gate) for gate, _hours in exits}
    for gate, hours in exits:
        phones[gate].one("20-1702", at=ELEVEN - hours * HOUR, verdict="allow")
    return phones


def went():
    """(hours ago, place, hours ago it ended or None) of every outing that took place."""
    rows = Outing.objects.filter(void_at=None).order_by("out_at")
    hours = [(ELEVEN - row.out_at) // HOUR for row in rows]
    return [
        (ago, row.slot, row.back_at and (ELEVEN - row.back_at) // HOUR) for ago, row in zip(hours, rows, strict=True)
    ]


@pytest.mark.parametrize(("wrong", "left"), [("earlier", 3), ("later", 4)])
def test_one_of_two_wrong_gives_its_return_to_the_other(of, wrong, left):
    phones = at_the_gates(of, ("东门", 4), ("西门", 3))
    phones["东门"].one("20-1702", "in", at=ELEVEN - HOUR)
    settle(Conflict.objects.get(), f"{wrong}_wrong")
    assert went() == [(left, 1, 1)]


def test_earlier_one_wrong_gives_the_later_one_its_due_and_what_lateness_costs(of):
    phones = at_the_gates(of, ("东门", 4), ("西门", 3), rules={"longest_minutes": 90, "overstay": "forfeit"})
    phones["东门"].one("20-1702", "in", at=ELEVEN - HOUR)
    settle(Conflict.objects.get(), "earlier_wrong")
    outing = Outing.objects.get(void_at=None)
    assert (outing.due_at, outing.forfeit, outing.back_at) == (ELEVEN - 90 * MINUTE, True, ELEVEN - HOUR)
    midnight = of.moment(of.day_of(ELEVEN), dt.time(0))
    assert (outing.period.lower, outing.period.upper) == (midnight, midnight + 4 * DAY)


def test_earlier_one_wrong_counts_the_later_one_by_the_rules_of_its_own_time(of):
    at_the_gates(of, ("东门", 4), ("西门", 3), rules={"longest_minutes": 90})
    make.rulebook(of, "第10号通告", starts_at=ELEVEN - HOUR, per_days=5, longest_minutes=30)
    settle(Conflict.objects.get(), "earlier_wrong")
    outing = Outing.objects.get(void_at=None)
    assert (outing.due_at, outing.period.upper - outing.period.lower) == (ELEVEN - 90 * MINUTE, 2 * DAY)


def test_last_of_three_wrong_leaves_the_first_two_as_a_pair(of):
    """The last one is heard first, so it is in the way of both, and nobody has said which of those two it was."""
    at_the_gates(of, ("北门", 2), ("东门", 4), ("西门", 3))
    for pair in Conflict.objects.order_by("earlier__event_at"):
        settle(pair, "later_wrong")
    assert went() == [(4, 1, None), (3, None, None)]
    left = Conflict.objects.get(settled_at=None)
    assert [check.gate.name for check in (left.earlier, left.later)] == ["东门", "西门"]
    settle(left, "earlier_wrong")
    assert went() == [(3, 1, None)]


def test_first_of_three_wrong_makes_the_second_count_and_pairs_the_third_with_it(of):
    at_the_gates(of, ("东门", 4), ("西门", 3), ("北门", 2))
    for pair in Conflict.objects.order_by("later__event_at"):
        settle(pair, "earlier_wrong")
    assert went() == [(3, 1, None), (2, None, None)]
    left = Conflict.objects.get(settled_at=None)
    assert [check.gate.name for check in (left.earlier, left.later)] == ["西门", "北门"]


def test_settling_twice_is_refused_and_changes_nothing(pair):
    settle(pair, "both_real")
    with pytest.raises(Refusal) as refused:
        settle(pair, "later_wrong")
    assert refused.value.code == "conflict_settled"
    assert outings() == [(1, "", False), (None, "", False)]


def test_settling_leaves_a_trace(pair):
    settle(pair, "later_wrong", "妈妈没有出门")
    entry = AuditEntry.objects.get(action="conflict.settled")
    assert (entry.by.name, entry.subject, entry.text, entry.params["outcome"]) == (
        "林涛",
        "20-1702",
        "较晚的一次没有发生",
        "later_wrong",
    )


# ── the page ──────────────────────────────────────


def test_conflicts_show_both_gates_in_order_of_the_events_with_both_clocks(of, log_in, pair):
    answer = log_in().get(CONFLICTS)
    shown = answer.context["page"].object_list
    assert [
        (one.earlier.check.gate.name, one.earlier.counts, one.later.check.gate.name, one.later.counts) for one in shown
    ] == [("东门", True, "西门", False)]
    words = answer.content.decode()
    assert "慢1分钟" in words
    assert "相差1小时" in words


def test_conflict_settled_by_a_button_goes_to_the_settled_ones(of, log_in, pair):
    coordinator, asked = log_in(), {"outcome": "later_wrong", "note": "点错"}
    answer = coordinator.post(f"{CONFLICTS}{pair.pk}/settle/", {**asked, "sure": "1"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["已处理。"]
    assert answer.context["page"].paginator.count == 0
    settled = coordinator.get(CONFLICTS, {"settled": "1"}).context["page"].object_list
    assert [(one.conflict.outcome, one.conflict.note) for one in settled] == [("later_wrong", "点错")]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("earlier_wrong", ["09:00 东门</b>那次没有发生", "10:00 西门</b>那次保留，按当时的规则计入"]),
        ("later_wrong", ["10:00 西门</b>那次没有发生", "09:00 东门</b>那次保留，按当时的规则计入"]),
        ("both_real", ["09:00 东门</b>那次保留，计入本户外出", "10:00 西门</b>那次保留，不占本户次数"]),
    ],
)
def test_conflict_says_what_follows_before_it_is_settled(of, log_in, pair, outcome, words):
    answer = log_in().post(f"{CONFLICTS}{pair.pk}/settle/", {"outcome": outcome, "note": "点错"})
    pair.refresh_from_db()
    assert (answer.status_code, pair.settled_at) == (200, None)
    assert [word for word in [*words, "备注：点错"] if word not in answer.content.decode()] == []


@pytest.mark.parametrize("outcome", ["", "nonsense"])
def test_conflict_with_an_answer_that_is_none_stays_open(of, log_in, pair, outcome):
    log_in().post(f"{CONFLICTS}{pair.pk}/settle/", {"outcome": outcome, "sure": "1"})
    pair.refresh_from_db()
    assert pair.settled_at is None


@pytest.mark.parametrize("role", [Role.GATE, Role.VOLUNTEER, Role.MEDICAL, Role.SUPPLY])
def test_conflict_is_not_settled_by_another_role(of, log_in, pair, role):
    answer = log_in(role).post(f"{CONFLICTS}{pair.pk}/settle/", {"outcome": "later_wrong", "sure": "1"})
    pair.refresh_from_db()
    assert (answer.status_code, pair.settled_at) == (404, None)


def test_guard_sees_a_conflict_without_buttons(of, log_in, pair):
    words = log_in(Role.GATE).get(CONFLICTS).content.decode()
    assert "20-1702" in words
    assert 'name="outcome"' not in words


def test_conflict_of_another_compound_is_not_there(of, log_in, pair):
    make.compound("dongyuan", "东园")
    client = log_in()
    make.Membership.objects.update(compound=make.Compound.objects.get(code="dongyuan"))
    assert client.post(f"/c/dongyuan/conflicts/{pair.pk}/settle/", {"outcome": "later_wrong"}).status_code == 404


def test_conflicts_cost_the_same_with_one_and_with_three(of, log_in, pair, east, west):
    coordinator = log_in()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(CONFLICTS).status_code == 200
        return len(queries)

    one = cost()
    for room in ("20-1703", "20-1704"):
        door = make.household(of, room)
        first, second = make.check(door, at=ELEVEN - HOUR, phone=east), make.check(door, phone=west)
        make.outing(first)
        Conflict.objects.create(
            compound=of, household=door, earlier=first, later=second, code="quota_used", found_at=ELEVEN
        )
    assert (cost(), one <= 7) == (one, True)


# ── emergencies ───────────────────────────────────


@pytest.fixture
def emergency(of, east):
    door = make.household(of, "9-101")
    return make.check(
        door, at=ELEVEN - HOUR, phone=east, kind="emergency", action="emergency", reason="孩子39.3℃去医院"
    )


def test_emergency_waits_until_it_is_ratified(of, log_in, emergency):
    coordinator = log_in()
    assert [check.pk for check in coordinator.get(EMERGENCIES).context["waiting"]] == [emergency.pk]

    coordinator.post(f"{EMERGENCIES}{emergency.pk}/ratify/", {"verdict": "accept"})

    row = Ratification.objects.get()
    assert (row.check_ratified_id, row.is_accepted, row.by.name, row.at) == (emergency.pk, True, "林涛", ELEVEN)
    answer = coordinator.get(EMERGENCIES)
    assert (answer.context["waiting"], len(answer.context["page"].object_list)) == ([], 1)
    assert AuditEntry.objects.get(action="emergency.ratified").subject == "9-101"


def test_way_home_of_an_emergency_waits_for_nobody(of, log_in, emergency, east):
    make.check(emergency.household, "in", phone=east, kind="emergency")
    assert [check.pk for check in log_in().get(EMERGENCIES).context["waiting"]] == [emergency.pk]


def test_emergency_whose_room_was_corrected_stands_there_with_the_right_one(of, log_in, emergency, east):
    for minutes, room in ((9, "9-102"), (5, "9-103")):
        make.check(
            make.household(of, room), at=ELEVEN - minutes * MINUTE, phone=east, kind="emergency", action="correct",
            refers_to=emergency.pk, reason="输错房号",
        )  # fmt: skip
    coordinator = log_in()
    rooms = [room in coordinator.get(EMERGENCIES).content.decode() for room in ("9-101", "9-102", "9-103")]
    assert rooms == [False, False, True]
    ratify(check=emergency, is_accepted=True, note="", by=make.user("赵六", "13000000066"), at=ELEVEN)
    assert [one.room_now for one in coordinator.get(EMERGENCIES).context["page"].object_list] == ["9-103"]


def test_emergency_doubted_needs_a_note(of, log_in, emergency):
    coordinator = log_in()
    answer = coordinator.post(f"{EMERGENCIES}{emergency.pk}/ratify/", {"verdict": "doubt"})
    assert answer.context["wrong_form"].errors == {"note": ["请写明有什么疑问：理由会留在这次通行记录里。"]}
    assert not Ratification.objects.exists()

    coordinator.post(f"{EMERGENCIES}{emergency.pk}/ratify/", {"verdict": "doubt", "note": "没有去医院"})

    row = Ratification.objects.get()
    assert (row.is_accepted, row.note) == (False, "没有去医院")


def test_emergency_ratified_twice_is_refused(of, emergency):
    by = make.user()
    ratify(check=emergency, is_accepted=True, note="", by=by, at=ELEVEN)
    with pytest.raises(Refusal) as refused:
        ratify(check=emergency, is_accepted=False, note="x", by=by, at=ELEVEN)
    assert refused.value.code == "emergency_ratified"
    assert AuditEntry.objects.count() == 1


def test_passage_that_was_no_emergency_is_not_ratified(of, east):
    check = make.check(make.household(of, "9-101"), phone=east)
    with pytest.raises(Refusal) as refused:
        ratify(check=check, is_accepted=True, note="", by=make.user(), at=ELEVEN)
    assert refused.value.code == "not_an_emergency"


def test_emergency_that_was_undone_waits_all_the_same_and_says_so(of, log_in, emergency, east):
    make.check(
        emergency.household, phone=east, kind="emergency", action="undo", refers_to=emergency.pk, reason="点错了"
    )
    waiting = log_in().get(EMERGENCIES).context["waiting"]
    assert [(check.pk, check.is_undone) for check in waiting] == [(emergency.pk, True)]


@pytest.mark.parametrize("role", [Role.GATE, Role.VOLUNTEER])
def test_emergency_is_not_ratified_by_another_role(of, log_in, emergency, role):
    answer = log_in(role).post(f"{EMERGENCIES}{emergency.pk}/ratify/", {"verdict": "accept"})
    assert (answer.status_code, Ratification.objects.count()) == (404, 0)


def test_emergencies_cost_the_same_with_one_and_with_three(of, log_in, emergency, east):
    coordinator = log_in()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(EMERGENCIES).status_code == 200
        return len(queries)

    def again(at):
        return make.check(emergency.household, at=at, phone=east, kind="emergency", action="emergency", reason="急")

    ratify(check=again(ELEVEN - 9 * HOUR), is_accepted=True, note="", by=make.user("赵六", "13000000066"), at=ELEVEN)
    one = cost()
    for hours in (2, 3):
        again(ELEVEN - hours * HOUR)
        ratify(
            check=again(ELEVEN - 5 * hours * HOUR),
            is_accepted=True,
            note="",
            by=make.user(f"赵{hours}", f"1300000006{hours}"),
            at=ELEVEN,
        )
    assert cost() == one
