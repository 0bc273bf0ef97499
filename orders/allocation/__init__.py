"""Sharing out what came short: who gets how much, and why. Pure: no database, no clock, no random state.

`allocate` takes what arrived, a rule that was chosen before anybody knew who would come short, the claims, and a
seed. It gives every claim a quantity with a reason and says step by step how it went. The same problem gives the same
result in any version of Python, in whatever order the claims come: lots are drawn by SHA-256 (see `draw`).
docs/allocation.md says it in words; `manage.py share FILE` runs it on a file.
"""

from orders.allocation.model import Claim, Kind, Problem, ProblemError, Result, Rule, Share, Step, Tier
from orders.allocation.run import allocate, draw, shared_among

__all__ = [
    "Claim",
    "Kind",
    "Problem",
    "ProblemError",
    "Result",
    "Rule",
    "Share",
    "Step",
    "Tier",
    "allocate",
    "draw",
    "shared_among",
]
