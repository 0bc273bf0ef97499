"""Writes what the chats were told about the rounds that are being bought: one step everywhere, the next in part."""

import datetime as dt
from itertools import product

from compound.models import Role
from desk.demo.registry import Registry
from orders.models import Notice, Round
from orders.queries.notices import groups_of
from orders.services.notices import make_notices, mark_sent

MINUTE = dt.timedelta(minutes=1)


def write_notices(registry: Registry, *, now: dt.datetime) -> None:
    """Closed: every group knows. Arrives: told to all but the first group."""
    by = registry.people[Role.COORDINATOR]
    groups = list(groups_of(registry.compound))
    steps = ((Notice.Step.CLOSED, 50, groups), (Notice.Step.ARRIVES, 20, groups[1:]))
    rounds = registry.compound.rounds.filter(state=Round.State.SHOPPING, orders__isnull=False).distinct()
    for round, (step, minutes, whom) in product(rounds, steps):
        at = max(now - minutes * MINUTE, round.cutoff_at)
        about = now + 60 * MINUTE if step == Notice.Step.ARRIVES else None
        texts = {one.building_id: one for one in make_notices(round=round, step=step, about=about, by=by, at=at)}
        for minute, group in enumerate(whom):
            if group.building_id in texts:
                mark_sent(notice=texts[group.building_id], source=group, by=by, at=at + minute * MINUTE)
