"""What a household wants when its good cannot be had, once and for all."""

import datetime as dt

from django.db import transaction

from compound.models import Household, User
from compound.services import audit
from orders.models import SubstituteWish


@transaction.atomic
def set_wish(*, household: Household, wish: str, by: User | None, at: dt.datetime) -> SubstituteWish:
    """`wish`: one of `SubstituteWish.Wish`; `by` None: the household itself. The same again changes nothing."""
    known = SubstituteWish.objects.select_for_update().filter(household=household).first()
    if known is not None and known.wish == wish:
        return known
    made, _new = SubstituteWish.objects.update_or_create(
        household=household, defaults={"wish": wish, "set_at": at, "set_by": by}
    )
    audit.record(
        compound=household.compound,
        by=by,
        at=at,
        action="household.wish_set",
        subject=household.room,
        text=household.room,
        wish=wish,
    )
    return made
