"""Where a line stands after all that was said: by when it happened, whatever order it came in."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import rules
from orders.doors import order_of, outcome_of_door, standing
from orders.models import DoorMark, OrderLine
from tests.make import NOON

MINUTE = dt.timedelta(minutes=1)


def line(**more):
    return OrderLine(pk=1, goods="白菜", ordered=Decimal(2), **more)


def mark(outcome, minute=0, **more):
    return DoorMark(outcome=outcome, at=NOON + minute * MINUTE, received_at=NOON + 60 * MINUTE, **more)


def said(*marks, of=None):
    now = standing(of or line(), sorted(marks, key=order_of))
    return now.outcome, now.delivered


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ({}, "2"),
        ({"allocated": Decimal(1)}, "1"),
        ({"allocated": Decimal(0), "allocated_instead": Decimal(1)}, "1"),
        ({"allocated_instead": Decimal(2)}, "2"),
        ({"allocated": Decimal(1), "packed": Decimal("2.3")}, "2.3"),
    ],
)
def test_due_is_what_was_packed_else_shared_out_else_ordered(more, due):
    assert rules.due(line(**more)) == Decimal(due)


@pytest.mark.parametrize("outcome", ["delivered", "left"])
def test_standing_when_all_that_was_due_was_handed_over_is_that_outcome(outcome):
    assert said(mark(outcome)) == (outcome, Decimal(2))


@pytest.mark.parametrize("outcome", ["delivered", "left"])
def test_standing_when_less_was_due_than_ordered_is_missing_the_rest(outcome):
    assert said(mark(outcome), of=line(allocated=Decimal(1))) == ("missing", Decimal(1))


@pytest.mark.parametrize("outcome", ["refused", "nobody_home", "damaged"])
def test_standing_when_nothing_was_handed_over_is_none_of_it(outcome):
    assert said(mark(outcome)) == (outcome, Decimal(0))


def test_standing_after_undo_is_open_again():
    assert said(mark("delivered"), mark("", 1)) == ("", None)


def test_standing_is_the_later_word_though_it_came_first():
    assert said(mark("delivered", 5), mark("nobody_home", 2)) == ("delivered", Decimal(2))


def test_standing_after_all_the_others_keeps_what_was_said_before():
    assert said(mark("refused"), mark("delivered", 1, is_rest=True)) == ("refused", Decimal(0))
    assert said(mark("delivered", 1, is_rest=True)) == ("delivered", Decimal(2))


def test_standing_of_a_line_that_another_missing_names_not_counts_as_handed_over_unless_it_was_said():
    missing = mark("missing", 1, arrived={"7": "0"})
    assert said(missing) == ("delivered", Decimal(2))
    assert said(mark("refused"), missing) == ("refused", Decimal(0))


def test_standing_of_marks_of_other_lines_is_open():
    assert said(mark("refused", only=[7])) == ("", None)


@pytest.mark.parametrize(
    ("outcomes", "door"),
    [
        (["delivered", "delivered"], "delivered"),
        (["left", "missing"], "missing"),
        (["delivered", "refused"], "mixed"),
        (["delivered", ""], ""),
        ([], ""),
    ],
)
def test_outcome_of_door_is_that_of_all_its_lines(outcomes, door):
    assert outcome_of_door(outcomes) == door


OUTCOMES = st.sampled_from(["", "delivered", "missing", "refused", "nobody_home", "damaged", "left"])


@given(st.lists(st.tuples(OUTCOMES, st.integers(0, 30)), max_size=8, unique_by=lambda one: one[1]), st.randoms())
def test_standing_is_the_same_in_whatever_order_the_marks_came(told, shuffler):
    marks = [mark(outcome, minute, arrived={"1": "1"} if outcome == "missing" else {}) for outcome, minute in told]
    mixed = list(marks)
    shuffler.shuffle(mixed)
    assert said(*mixed) == said(*marks)
