"""The lock that every writer of orders takes first. Order in this app: Round, ChainImport, Order, OrderLine."""

import uuid
from collections.abc import Iterable

from orders.models import Round


def lock_round(round_id: uuid.UUID) -> Round:
    """The round, locked until the transaction ends. Other rows may still refer to it meanwhile."""
    return Round.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=round_id)


def lock_rounds(round_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Round]:
    """Several rounds, locked in one statement and one order: who needs more than one takes them all at once, here."""
    rounds = Round.objects.select_for_update(of=("self",), no_key=True).select_related("compound")
    return {round.pk: round for round in rounds.filter(pk__in=set(round_ids)).order_by("pk")}
