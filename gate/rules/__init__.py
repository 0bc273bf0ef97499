"""The decision at the gate: may this person pass, and if not, every reason why. No clock, no database, no words.

`static/js/gate/rules.js` is the same in the phone's language; `gate/cases.json` holds both to it, and holds the table
code × direction → effect that both read. docs/gate.md says it in prose.
"""

from gate.rules.decision import EFFECTS, Decision, Effect, Reason, Slot, Verdict, decide
from gate.rules.facts import Direction, Facts, Household, Kind, Offsets, Outing, Outside, Pass, Rules
from gate.rules.quota import rules_in_force

__all__ = [
    "EFFECTS",
    "Decision",
    "Direction",
    "Effect",
    "Facts",
    "Household",
    "Kind",
    "Offsets",
    "Outing",
    "Outside",
    "Pass",
    "Reason",
    "Rules",
    "Slot",
    "Verdict",
    "decide",
    "rules_in_force",
]
