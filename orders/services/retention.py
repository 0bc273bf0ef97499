"""What the way to the door leaves behind, and when it is forgotten.

Who tried which door when, who counted which pile: asked about for some weeks. What was ordered, bought and handed over
stays with the round, on the lines.
"""

import datetime as dt
import uuid

from django.db import models
from django.db.models import Exists, OuterRef

from compound.models import Compound
from compound.services.retention import forgets
from orders.models import (
    Batch,
    DoorMark,
    Handover,
    HouseholdReport,
    Notice,
    PhoneEvent,
    Picture,
    Purchase,
    ReliefParcel,
)

POINTS_AT_EVENT: tuple[type[models.Model], ...] = (Purchase, Handover, ReliefParcel, Picture)


def _delete(model: type[models.Model], ids: list[uuid.UUID]) -> int:
    return model._base_manager.filter(pk__in=ids).delete()[0]


@forgets("orders.doors", days="DOOR_DAYS")
def forget_doors(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Tries at doors, with their notes. How it ended stays on the line."""
    old = DoorMark.objects.filter(round__compound=compound, received_at__lt=before)
    return _delete(DoorMark, list(old.values_list("pk", flat=True)[:limit]))


@forgets("orders.hand_overs", days="DOOR_DAYS")
def forget_hand_overs(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Counts of the runs that are over, with what was said about their gaps."""
    over = [Batch.State.DONE, Batch.State.CANCELLED]
    old = Handover.objects.filter(batch__compound=compound, batch__state__in=over, event__received_at__lt=before)
    ids = list(old.values_list("pk", flat=True)[:limit])
    return _delete(Handover, ids)


@forgets("orders.phone_events", days="DOOR_DAYS")
def forget_phone_events(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Acts that no phone sends again and nothing points at; what was bought keeps its own."""
    acts = PhoneEvent.objects.filter(compound=compound, received_at__lt=before)
    for pointing in POINTS_AT_EVENT:
        acts = acts.filter(~Exists(pointing._base_manager.filter(event=OuterRef("pk"))))
    ids = list(acts.values_list("pk", flat=True)[:limit])
    return _delete(PhoneEvent, ids)


@forgets("orders.notices", days="MESSAGE_DAYS")
def forget_notices(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Texts for the chat, with the groups that they were sent to."""
    old = Notice.objects.filter(compound=compound, made_at__lt=before)
    return _delete(Notice, list(old.values_list("pk", flat=True)[:limit]))


@forgets("orders.reports", days="DOOR_DAYS")
def forget_reports(compound: Compound, before: dt.datetime, limit: int) -> int:
    """What households said about a round. What nobody has answered in that time is over, too."""
    old = HouseholdReport.objects.filter(household__compound=compound, at__lt=before)
    return _delete(HouseholdReport, list(old.values_list("pk", flat=True)[:limit]))
