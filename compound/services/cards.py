"""三色门牌: the coloured card on a door."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Household, User
from compound.refusals import Refusal
from compound.services.audit import record


@transaction.atomic
def set_card(*, household: Household, card: str, reason: str, by: User, at: dt.datetime) -> bool:
    """Changes colour and reason, with author and trace; True when anything changed.

    Refuses with `card_reason`: every colour but red says why.
    """
    row = Household.objects.select_for_update(of=("self",)).select_related("compound").get(pk=household.pk)
    if (row.card, row.card_reason) == (card, reason):
        return False
    if card != Household.Card.RED and not reason:
        raise Refusal("card_reason", _("Why this colour? Give a reason."), room=row.room)
    before = row.card
    for target in (row, household):
        target.card, target.card_reason, target.card_at, target.card_by = card, reason, at, by
    Household.objects.filter(pk=row.pk).update(card=card, card_reason=reason, card_at=at, card_by=by)
    with translation.override(row.compound.language):
        words = _("Door card of %(room)s is now: %(card)s") % {"room": row.room, "card": row.get_card_display()}
    record(
        compound=row.compound,
        by=by,
        at=at,
        action="card.set",
        subject=row.room,
        text=words,
        room=row.room,
        before=before,
        card=card,
    )
    return True
