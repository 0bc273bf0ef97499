"""When a round adds up, and which of two acts at one door stands."""

import datetime as dt
import uuid

import pytest

from orders.relief_rules import Balance, Mark, parcels_due, stands, takes_back
from tests.make import ELEVEN

FIRST, SECOND = uuid.UUID(int=1), uuid.UUID(int=2)
LATER = ELEVEN + dt.timedelta(minutes=5)


def mark(outcome, at=ELEVEN, id=FIRST):
    return Mark(outcome, at, id)


@pytest.mark.parametrize(
    ("balance", "gap"),
    [
        (Balance(arrived=700, handed_out=688), 12),
        (Balance(arrived=700, handed_out=655, spoiled=30, returned=3, explained=12), 0),
        (Balance(arrived=700, handed_out=701), -1),
        (Balance(arrived=700, handed_out=701, explained=-1), 0),
    ],
)
def test_gap_is_what_arrived_less_all_that_is_known(balance, gap):
    assert balance.gap == gap


@pytest.mark.parametrize(
    ("new", "standing", "answer"),
    [
        (mark("handed"), None, (True, [])),
        (mark("handed"), mark("", LATER), (True, [])),
        (mark("nobody_home", LATER), mark("refused"), (True, [])),
        (mark("nobody_home"), mark("refused", LATER), (False, ["overtaken"])),
        (mark("handed", LATER), mark("nobody_home"), (True, [])),
        (mark("handed"), mark("nobody_home", LATER), (True, ["late"])),
        (mark("nobody_home", LATER), mark("handed"), (False, ["handed_already"])),
        (mark("handed", LATER, SECOND), mark("handed"), (True, ["already"])),
        (mark("handed"), mark("handed", LATER, SECOND), (False, ["already"])),
        # Two phones at the same moment: the ids decide, in whichever order they arrive.
        (mark("handed", id=SECOND), mark("handed"), (True, ["already"])),
        (mark("handed"), mark("handed", id=SECOND), (False, ["already"])),
    ],
)
def test_mark_against_the_standing_one(new, standing, answer):
    assert stands(new, standing) == answer


def test_undo_takes_back_the_act_that_it_names():
    assert takes_back(mark("", LATER, SECOND), FIRST, mark("handed")) == (True, [])


def test_undo_of_an_act_that_another_has_followed_leaves_the_later_one():
    assert takes_back(mark("", LATER), FIRST, mark("handed", id=SECOND)) == (False, ["overtaken"])


def test_undo_without_a_name_takes_back_what_stands_before_it_and_no_later_act():
    assert takes_back(mark("", LATER, SECOND), None, mark("handed")) == (True, [])
    assert takes_back(mark("", ELEVEN), None, mark("handed", LATER)) == (False, ["overtaken"])


def test_undo_where_nothing_stands_changes_nothing():
    assert takes_back(mark("", LATER), FIRST, None) == (False, ["nothing_to_undo"])


@pytest.mark.parametrize(("count_by", "people", "due"), [("household", 5, 2), ("head", 5, 10), ("head", 0, 2)])
def test_parcels_due_by_household_and_by_head(count_by, people, due):
    assert parcels_due(count_by=count_by, per_count=2, head_count=people) == due
