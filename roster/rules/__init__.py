"""May this person take this place, and why not: one validator for sign-up, leader, swap and planner alike.

Pure: no database, no clock, no words. `roster.queries.facts` gathers the facts, `roster.words` says the reasons.
"""

from roster.rules.facts import Hours, Limits, Person, Place, Turn
from roster.rules.fitness import Candidate, ranked
from roster.rules.nights import is_night
from roster.rules.reasons import ASK, REFUSE, TELL, Reason, week_of
from roster.rules.verdict import reasons_against

__all__ = [
    "ASK",
    "REFUSE",
    "TELL",
    "Candidate",
    "Hours",
    "Limits",
    "Person",
    "Place",
    "Reason",
    "Turn",
    "is_night",
    "ranked",
    "reasons_against",
    "week_of",
]
