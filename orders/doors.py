"""Where a line stands after all that was said about its door. Pure: rows in, outcome out; no database, no clock.

What was said is kept as it came (`DoorMark`, append-only) and read in the order in which it happened, not in which it
arrived: of two runners who ticked one door without a network the later word stands, whoever's phone was first to find
the network again.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from orders import rules
from orders.models import DoorMark, OrderLine

Outcome = OrderLine.Outcome
NOT_HANDED_OVER = (Outcome.REFUSED, Outcome.NOBODY_HOME, Outcome.DAMAGED)
# Everything that was due is with the household.
SERVED = (Outcome.DELIVERED, Outcome.LEFT)
# In `DoorMark.arrived` of an undo: the ids of the words that it takes back.
UNDONE = "of"
# In `DoorMark.arrived`: the lines that came short and were not shared out when the word was said. It does not hand them
# over.
LEFT_OPEN = "open"


@dataclass(frozen=True)
class Standing:
    """Outcome and quantity of one line, and the mark that says so; none where nothing was said."""

    outcome: str = ""
    delivered: Decimal | None = None
    mark: DoorMark | None = None


def order_of(mark: DoorMark) -> tuple[dt.datetime, dt.datetime]:
    """By when it happened; what happened in the same moment, as it came."""
    return mark.at, mark.received_at


def speaks_of(mark: DoorMark, line: OrderLine, since: dt.datetime | None = None) -> bool:
    """A word about the whole door is about what was there when it was said. `since`: when a line came that was late."""
    if mark.only:
        return line.pk in mark.only
    return since is None or since <= mark.at or str(line.pk) in mark.arrived


def leaves_open(mark: DoorMark, line: OrderLine) -> bool:
    """Whether this word was said of what else the door had coming, and not of this line."""
    return line.pk in mark.arrived.get(LEFT_OPEN, ())


def is_unsigned(mark: DoorMark) -> bool:
    """Off paper, without an account: whoever found the sheet could have said so."""
    return mark.source == DoorMark.Source.PAPER and mark.by_id is None


def _has_no_say(mark: DoorMark, now: Standing) -> bool:
    """What a phone or the desk has said stands against unsigned paper; paper takes back only what paper has said."""
    if not now.outcome:
        return False
    if is_unsigned(mark):
        return now.mark is None or not is_unsigned(now.mark)
    is_taking_back = mark.source == DoorMark.Source.PAPER and not mark.outcome
    return is_taking_back and (now.mark is None or now.mark.source != DoorMark.Source.PAPER)


def _takes_back(undo: DoorMark, now: Standing) -> bool:
    """Whether an undo is of the word that stands: it names those that it takes back, or (at the desk) takes any."""
    named = undo.arrived.get(UNDONE)
    return named is None or now.mark is None or str(now.mark.pk) in named


def standing(
    line: OrderLine, marks: Iterable[DoorMark], *, before: Standing | None = None, since: dt.datetime | None = None
) -> Standing:
    """The line after `marks`, which come in the order of `order_of`.

    The latest word stands, but for these: "all the others" (`is_rest`), and the lines of a door that were not named
    when another was missing, both of which count only where nothing was said before them; unsigned paper; and an empty
    outcome, which takes back the words that it names and no other. `before`: what stood before the first mark.
    `since`: when the line came into the round, if after its cut-off. A word that left the line open (`LEFT_OPEN`)
    hands nothing of it over.
    """
    now = before or Standing()
    for mark in marks:
        if not speaks_of(mark, line, since) or (mark.is_rest and now.outcome) or _has_no_say(mark, now):
            continue
        if leaves_open(mark, line):
            # Somebody was there after all.
            if now.outcome in NOT_HANDED_OVER:
                now = Standing(mark=mark)
        elif mark.outcome == Outcome.PENDING:
            if _takes_back(mark, now):
                now = Standing(mark=mark)
        elif mark.outcome in NOT_HANDED_OVER:
            now = Standing(mark.outcome, Decimal(0), mark)
        elif mark.outcome in SERVED:
            now = _served(mark.outcome, line, mark)
        elif (arrived := mark.arrived.get(str(line.pk))) is not None:
            # Somebody says that it is too little: then it is, on whatever scales.
            part = rules.handed_over(Outcome.DELIVERED, ordered=line.ordered, quantity=Decimal(arrived))
            now = Standing(*part, mark)
        elif not now.outcome:
            now = _served(Outcome.DELIVERED, line, mark)
    return now


def _served(outcome: str, line: OrderLine, mark: DoorMark) -> Standing:
    is_weighed = rules.is_weighed(line)
    handed = rules.handed_over(outcome, ordered=line.ordered, quantity=rules.due(line), is_weighed=is_weighed)
    return Standing(*handed, mark)


def outcome_of_door(outcomes: Iterable[str]) -> str:
    """That of all lines of a door, `mixed`, or '' while one is open."""
    found = set(outcomes)
    if not found or Outcome.PENDING in found:
        return ""
    if Outcome.MISSING in found and found <= {Outcome.MISSING, *SERVED}:
        return Outcome.MISSING
    return found.pop() if len(found) == 1 else "mixed"
