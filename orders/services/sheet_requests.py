"""Asking for a round's sheets: at the cut-off, by hand, and whenever what is on them changes afterwards."""

import datetime as dt

from compound.models import Job, User
from compound.services import jobs
from orders.models import SHEETS_JOB, Round
from orders.services.round_goods import list_goods

# The goods of a later state are bought and packed: new paper would only confuse those who carry the old.
PAPER_MATTERS = (Round.State.CLOSED, Round.State.SHOPPING)


def request_sheets(*, round: Round, by: User | None, at: dt.datetime, offer: bool = True) -> Job:
    """Asks for the round's four sheets; the same rows as last time make no new version."""
    return jobs.request_job(kind=SHEETS_JOB, key=str(round.pk), compound=round.compound, by=by, at=at, offer=offer)


def renew_sheets(*, round: Round, by: User | None, at: dt.datetime) -> None:
    """Every writer of orders calls it: a round that has closed prints its next version by itself, and its shopping
    list has a line for each good."""
    if round.state in PAPER_MATTERS:
        list_goods(round)
        request_sheets(round=round, by=by, at=at)
