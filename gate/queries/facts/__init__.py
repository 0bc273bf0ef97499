"""What the server's decision is made from: who was meant, under which rules, and what they have done lately.

Two statements a check, one before the locks (`ground_of`) and one behind them (`past_of`), in SQL because the ORM
would take six. `known_of` makes the decision's facts of both.
"""

from gate.queries.facts.ground import DECIDED_BY_PHONE, Card, Door, Ground, Question, Target, ground_of
from gate.queries.facts.moments import moment_of, ms_of, offsets_of
from gate.queries.facts.past import Known, known_of, past_of
from gate.queries.facts.rows import Past, Row

__all__ = [
    "DECIDED_BY_PHONE",
    "Card",
    "Door",
    "Ground",
    "Known",
    "Past",
    "Question",
    "Row",
    "Target",
    "ground_of",
    "known_of",
    "moment_of",
    "ms_of",
    "offsets_of",
    "past_of",
]
