"""Photos of acts."""

import datetime as dt
import hashlib
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from compound.access import RUN_DELIVERIES
from compound.models import Compound, StoredFile, User
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
    act = _act_of(compound, event, by)
    known = Picture.objects.filter(event=act, file__sha256=hashlib.sha256(cleaned).hexdigest()).first()
    if known is not None:
        return known, False
    _refuse_too_many(act)
    file = _stored(compound, act.kind, cleaned, name, by, at, KEEP_DAYS)
    return Picture.objects.create(file=file, event=act), True


def keep_picture(*, compound: Compound, kind: str, content: bytes, name: str, by: User, at: dt.datetime) -> StoredFile:
    """A photo of an act that is still asked about: until tomorrow, unless the act is made (`add_kept_picture`).

    Raises `no_picture`, `picture_too_large`.
    """
    return _stored(compound, kind, clean_photo(content), name, by, at, 1)


@transaction.atomic
def add_kept_picture(*, compound: Compound, event: uuid.UUID, file: uuid.UUID, by: User, at: dt.datetime) -> bool:
    """What `keep_picture` kept belongs to its act now; whether there was such a photo of `by`, of no other act.

    Raises `event_unknown`, `too_many_pictures`.
    """
    act = _act_of(compound, event, by)
    kept = StoredFile.objects.filter(pk=file, compound=compound, created_by=by, kind=f"photo.{act.kind}")
    found = kept.select_for_update(no_key=True).first()
    if found is None or Picture.objects.filter(file=found).exists():
        return False
    _refuse_too_many(act)
    found.keep_until = compound.day_of(at) + dt.timedelta(days=KEEP_DAYS)
    found.save(update_fields=["keep_until"])
    Picture.objects.create(file=found, event=act)
    return True


def _act_of(compound: Compound, event: uuid.UUID, by: User) -> PhoneEvent:
    act = PhoneEvent.objects.select_for_update(no_key=True).filter(pk=event, compound=compound, by=by).first()
    if act is None:
        raise Refusal("event_unknown", _("What this photo belongs to has not arrived yet: send it again later."))
    return act


def _refuse_too_many(act: PhoneEvent) -> None:
    if Picture.objects.filter(event=act).count() >= MOST:
        raise Refusal("too_many_pictures", _("There are %(most)d photos of this already.") % {"most": MOST})


def _stored(
    compound: Compound, kind: str, cleaned: bytes, name: str, by: User, at: dt.datetime, days: int
) -> StoredFile:
    return store_photo(
        compound=compound,
        kind=f"photo.{kind}",
        content=cleaned,
        name=name,
        by=by,
        at=at,
        roles=[role.value for role in RUN_DELIVERIES],
        keep_until=compound.day_of(at) + dt.timedelta(days=days),
    )
