"""What a household orders by itself, on its own page: placed, changed and withdrawn until the cut-off.

Nobody stands between: `entered_by` is empty and the channel says so. A household has one such order in a round at a
time; what was ordered for it in the chat or by telephone stands beside it and is not touched from here.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Household
from compound.refusals import Refusal
from compound.services import audit
from orders.models import Order, Round
from orders.services.locks import lock_round
from orders.services.orders import Catalogue, Line, end_orders, enter_order, is_same_order, new_lines

S = Order.State


def own_orders(round: Round, household: Household) -> QuerySet[Order]:
    """What the household has ordered in the round on its own page and not taken back: one at the most."""
    return Order.objects.filter(
        round=round, household=household, channel=Order.Channel.HOUSEHOLD, state__in=[S.PLACED, S.LATE]
    )


@transaction.atomic
def order_as_household(
    *,
    round: Round,
    household: Household,
    lines: Sequence[Line],
    remark: str,
    at: dt.datetime,
    id: uuid.UUID,
    instead_of: uuid.UUID | None = None,
) -> Order:
    """The household's order in the round: a first one, or a change of the one that it has (`instead_of`).

    The same form sent twice is one order; sent again after that one was withdrawn it is ordered again. After the
    cut-off it is kept as `late` and changes nothing that is placed.
    Raises `ordered_already` where another order of the page came in between, and what `enter_order` raises.
    """
    round = lock_round(round.pk)
    known = Order.objects.select_related("household").filter(pk=id, household=household).first()
    catalogue = Catalogue(round)

    def is_same(order: Order) -> bool:
        return is_same_order(order, round, household, None, remark, new_lines(order, lines, catalogue))

    own_id = id
    if known is not None and is_same(known):
        if known.state in (S.PLACED, S.LATE):
            return known
        # Nothing is bought of an order that has ended: whoever sends its form again wants it after all.
        own_id = uuid.uuid4()
    mine = own_orders(round, household).select_for_update(of=("self",)).order_by("state", "pk")
    before = {order.state: order for order in mine}
    for order in before.values():
        # Whoever goes back to the form and sends another order there sends the first one's id with it.
        if order.pk not in (instead_of, id):
            if known is not None and is_same(order):
                return order
            raise Refusal(
                "ordered_already",
                _("You have ordered in this round already. Look at that order first: you can change it."),
            )
    if round.takes_orders(at):
        replaced = list(before.values())
    else:
        replaced = [order for order in before.values() if order.state == S.LATE]
    with translation.override(round.compound.language):
        reason = _("changed by the household")
    end_orders(replaced, state=S.REPLACED, reason=reason, by=None, at=at)
    made = enter_order(
        round=round,
        household=household,
        lines=lines,
        remark=remark,
        channel=Order.Channel.HOUSEHOLD,
        by=None,
        at=at,
        id=own_id,
    )
    if made.state == S.LATE and (placed := before.get(S.PLACED)):
        made.instead_of = placed
        made.save(update_fields=["instead_of"])
    return made


@transaction.atomic
def withdraw_as_household(*, order: Order, at: dt.datetime) -> Order:
    """Takes back what the household ordered on its page. Twice is once. Raises `order_closed` after the cut-off."""
    round = lock_round(order.round_id)
    rows = Order.objects.select_for_update(of=("self",)).select_related("household")
    order = rows.get(pk=order.pk, channel=Order.Channel.HOUSEHOLD)
    if order.state == S.CANCELLED:
        return order
    if order.state == S.REPLACED or (order.state == S.PLACED and not round.takes_orders(at)):
        raise Refusal(
            "order_closed",
            _("The cut-off has passed: this order is being bought. If you do not want it, tell your building captain."),
        )
    with translation.override(round.compound.language):
        reason = _("withdrawn by the household")
    end_orders([order], state=S.CANCELLED, reason=reason, by=None, at=at)
    audit.record(
        compound=round.compound,
        by=None,
        at=at,
        action="order.withdrawn",
        subject=order.household.room,
        text=order.household.room,
        order=str(order.pk),
    )
    return order
