"""Photos of acts."""

import datetime as dt
import hashlib
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from compound.access import RUN_DELIVERIES
from compound.models import Compound, User
from compound.refusals import Refusal
from compound.services.photos import clean_photo, store_photo
from orders.models import PhoneEvent, Picture

# A complaint about a torn bag or a bill comes within the month.
KEEP_DAYS = 30
MOST = 5


@transaction.atomic
def add_picture(
    *, compound: Compound, event: uuid.UUID, content: bytes, name: str, by: User, at: dt.datetime
) -> tuple[Picture, bool]:
    """The photo of an act of `by`, and whether it is new: the same one again is the one that is there.

    Raises `event_unknown` (also for an act of somebody else), `no_picture`, `picture_too_large`, `too_many_pictures`.
    """
    cleaned = clean_photo(content)
    act = PhoneEvent.objects.select_for_update(no_key=True).filter(pk=event, compound=compound, by=by).first()
    if act is None:
        raise Refusal("event_unknown", _("What this photo belongs to has not arrived yet: send it again later."))
    pictures = Picture.objects.filter(event=act)
    known = pictures.filter(file__sha256=hashlib.sha256(cleaned).hexdigest()).first()
    if known is not None:
        return known, False
    if pictures.count() >= MOST:
        raise Refusal("too_many_pictures", _("There are %(most)d photos of this already.") % {"most": MOST})
    file = store_photo(
        compound=compound,
        kind=f"photo.{act.kind}",
        content=cleaned,
        name=name,
        by=by,
        at=at,
        roles=[role.value for role in RUN_DELIVERIES],
        keep_until=compound.day_of(at) + dt.timedelta(days=KEEP_DAYS),
    )
    return Picture.objects.create(file=file, event=act), True
