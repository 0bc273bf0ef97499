"""What the tables of rounds, pastes and orders hold by themselves, whoever writes to them."""

import datetime as dt
from types import SimpleNamespace

import pytest

from orders.models import (
    ChainEntry,
    ChainImport,
    HouseholdReport,
    Nickname,
    Notice,
    NoticeSent,
    RoundSchedule,
    Section,
)
from tests import make
from tests.make import ELEVEN, NOON
from tests.named_constraints import again, changed, keys_targets, named_constraints, refused_by, rows_of
from tests.orders.test_constraints_to_the_door import TABLE as TO_THE_DOOR

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def good() -> SimpleNamespace:
    """One good row of each table; the paste is to review, the round open, the order placed."""
    compound = make.compound()
    by, door = make.member(compound), make.household(compound, "20-1702")
    round = make.round(compound)
    point = round.supply_point
    source = make.chain_source(compound)
    paste = ChainImport.objects.create(round=round, source=source, text="x", pasted_at=ELEVEN, pasted_by=by)
    order = make.order(round, door, ("鸡蛋", "2", "板"), by=by)
    other = make.compound("kanghuayuan", "康华苑")
    notice = Notice.objects.create(
        compound=compound, round=round, step="arrives", building=door.building, text="20栋：约15:00到", made_at=NOON,
        made_by=by,
    )  # fmt: skip
    schedule = RoundSchedule.objects.create(compound=compound, supply_point=point, cutoff=dt.time(12))
    round.schedule, round.scheduled_for = schedule, NOON
    round.save()
    return SimpleNamespace(
        by=by,
        round=round,
        point=point,
        section=Section.objects.create(supply_point=point, name="蔬菜"),
        schedule=schedule,
        offer=make.offer(round),
        source=source,
        nickname=Nickname.objects.create(
            compound=compound, name="真真-F区", household=door, learned_at=ELEVEN, learned_by=by
        ),
        paste=paste,
        entry=ChainEntry.objects.create(chain_import=paste, position=0, raw="1. x", status="order"),
        order=order,
        line=order.lines.get(),
        notice=notice,
        sent=NoticeSent.objects.create(notice=notice, source=source, at=NOON, by=by),
        report=HouseholdReport.objects.create(household=door, round=round, kind="wrong", text="少了一板鸡蛋", at=NOON),
        elsewhere=make.round(other),
        foreign=make.household(other, "3-2-501"),
    )


def marked(good: SimpleNamespace, outcome: str, delivered: int) -> None:
    changed(good.line, outcome=outcome, outcome_at=NOON, outcome_by=good.by, delivered=delivered)


TABLE = rows_of(
    # the shop
    ("supply_point_once", lambda good: again(good.point)),
    ("supply_point_has_name", lambda good: changed(good.point, name="")),
    ("section_once", lambda good: again(good.section)),
    ("item_once", lambda good: again(good.offer.item)),
    ("item_has_name", lambda good: changed(good.offer.item, name="")),
    ("schedule_once", lambda good: again(good.schedule)),
    # rounds
    ("round_once_per_cutoff", lambda good: again(good.round)),
    ("round_closes_after_opening", lambda good: changed(good.round, opens_at=NOON)),
    ("round_closed_at", lambda good: changed(good.round, state="closed")),
    ("round_closed_at", lambda good: changed(good.round, closed_at=NOON)),
    ("round_cancelled_with_reason", lambda good: changed(good.round, state="cancelled")),
    ("offer_once", lambda good: again(good.offer)),
    ("offer_price", lambda good: changed(good.offer, price=-1)),
    ("offer_cap", lambda good: changed(good.offer, cap=0)),
    # pastes
    ("source_once", lambda good: again(good.source)),
    ("source_has_name", lambda good: changed(good.source, name="")),
    ("nickname_once", lambda good: again(good.nickname)),
    ("nickname_not_empty", lambda good: changed(good.nickname, name="")),
    ("chain_one_review", lambda good: again(good.paste)),
    ("chain_confirmed_at_and_by", lambda good: changed(good.paste, state="confirmed", confirmed_at=ELEVEN)),
    ("chain_ended_at_and_by", lambda good: changed(good.paste, state="discarded", ended_at=ELEVEN)),
    ("chain_state_matches_times", lambda good: changed(good.paste, state="confirmed")),
    ("chain_state_matches_times", lambda good: changed(good.paste, confirmed_at=ELEVEN, confirmed_by=good.by)),
    ("chain_state_matches_times", lambda good: changed(good.paste, state="undone", ended_at=NOON, ended_by=good.by)),
    ("chain_entry_position", lambda good: again(good.entry)),
    ("chain_entry_decided_at_and_by", lambda good: changed(good.entry, decided_at=ELEVEN)),
    # orders
    ("order_ended_at_and_by", lambda good: changed(good.order, state="cancelled")),
    ("order_ended_at_and_by", lambda good: changed(good.order, ended_at=NOON, ended_by=good.by)),
    ("order_ended_at_and_by", lambda good: changed(good.order, state="cancelled", ended_at=NOON)),
    ("order_entered_by_somebody", lambda good: changed(good.order, entered_by=None)),
    ("order_entered_by_somebody", lambda good: changed(good.order, channel="household")),
    ("order_of_chain_has_import", lambda good: changed(good.order, channel="chain")),
    ("order_of_chain_has_import", lambda good: changed(good.order, chain_import=good.paste)),
    ("line_ordered_something", lambda good: changed(good.line, ordered=0)),
    ("line_has_goods", lambda good: changed(good.line, goods="")),
    ("line_delivered_not_negative", lambda good: marked(good, "delivered", -1)),
    ("line_outcome_at_and_by", lambda good: changed(good.line, outcome="delivered", delivered=2)),
    ("line_outcome_at_and_by", lambda good: changed(good.line, delivered=2)),
    ("line_not_handed_over", lambda good: marked(good, "refused", 1)),
    ("line_not_handed_over", lambda good: marked(good, "nobody_home", 2)),
    ("line_missing_is_less", lambda good: marked(good, "missing", 2)),
    ("line_closed_with_reason", lambda good: changed(good.line, closed_reason="x")),
    ("line_closed_with_reason", lambda good: changed(good.line, closed_at=NOON, closed_by=good.by)),
    # what was said to the chats, and what the households say
    ("notice_says_something", lambda good: changed(good.notice, text="")),
    ("notice_round_in_compound", lambda good: changed(good.notice, round=good.elsewhere)),
    ("notice_building_in_compound", lambda good: changed(good.notice, building=good.foreign.building)),
    ("notice_sent_once", lambda good: again(good.sent)),
    ("report_says_what", lambda good: changed(good.report, text="")),
    ("report_says_what", lambda good: changed(good.report, kind="received")),
    ("report_answered_at_and_by", lambda good: changed(good.report, answer="下午补送")),
)


@pytest.mark.parametrize(("constraint", "deed"), TABLE)
def test_bad_row_is_refused_by_the_database(good: SimpleNamespace, constraint: str, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) == constraint


@pytest.mark.parametrize(
    "deed",
    [
        lambda good: again(good.offer.item, unit="个"),
        lambda good: again(good.round, scheduled_for=NOON + HOUR),
        lambda good: changed(good.round, state="closed", closed_at=NOON),
        lambda good: changed(good.round, state="cancelled", cancel_reason="超市停业"),
        lambda good: changed(good.offer, price=0, cap="0.5"),
        lambda good: changed(good.paste, state="confirmed", confirmed_at=ELEVEN, confirmed_by=good.by),
        lambda good: again(good.paste, state="discarded", ended_at=NOON, ended_by_id=good.by.pk),
        lambda good: again(good.entry, position=1, decided_at=NOON, decided_by_id=good.by.pk),
        lambda good: changed(good.order, state="cancelled", ended_at=NOON, ended_by=good.by),
        lambda good: changed(good.order, channel="chain", chain_import=good.paste),
        lambda good: changed(good.order, channel="list", chain_import=good.paste),
        lambda good: marked(good, "missing", 1),
        lambda good: marked(good, "refused", 0),
        lambda good: changed(good.line, closed_at=NOON, closed_by=good.by, closed_reason="已退款"),
        lambda good: changed(good.order, channel="household", entered_by=None, state="cancelled", ended_at=NOON),
        lambda good: changed(good.notice, building=None),
        lambda good: changed(good.report, text="", line=good.line),
        lambda good: again(good.report, kind="received", text=""),
        lambda good: changed(good.report, answered_at=NOON, answered_by=good.by, answer="下午补送"),
    ],
)
def test_good_row_beside_it_goes_through(good: SimpleNamespace, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) is None


def test_every_named_constraint_stands_in_the_table() -> None:
    """The targets of composite keys cannot be broken: the first of their columns is the primary key. What a trigger
    holds is none of the catalogue's."""
    targets = {"round_with_compound"}
    assert targets <= keys_targets()
    held = {row.values[0] for row in [*TABLE, *TO_THE_DOOR]}
    assert named_constraints("orders") == held - {"allotments_within_arrived"} | targets
