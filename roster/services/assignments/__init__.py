"""Every write of an assignment, from the proposal to the end of duty.

The lock order is written in `roster.services.seats`: shifts → people → assignments, each by id. Every function is one
transaction, takes the locks first and judges what it then reads; the loser of a race reads a Refusal with the reason.
"""

from roster.services.assignments.attendance import excuse, mark_absent, sign_in, sign_out, undo_attendance
from roster.services.assignments.leaving import Outcome, cannot_come, unassign
from roster.services.assignments.publishing import Published, confirm, publish
from roster.services.assignments.taking import assign, take
from roster.services.waiting import accept_offer, expire_offers, offer_next, wait, withdraw

__all__ = [
    "Outcome",
    "Published",
    "accept_offer",
    "assign",
    "cannot_come",
    "confirm",
    "excuse",
    "expire_offers",
    "mark_absent",
    "offer_next",
    "publish",
    "sign_in",
    "sign_out",
    "take",
    "unassign",
    "undo_attendance",
    "wait",
    "withdraw",
]
