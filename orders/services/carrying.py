"""Who carries a trip."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import Batch, Trip

TO_BE_CARRIED = (Batch.State.PLANNED, Batch.State.OUT)


@transaction.atomic
def take_trip(*, trip: Trip, by: User, at: dt.datetime, only: Collection[int] | None = None) -> None:
    """Of two who take it at once one has it. Again by the same is the same.

    `only`: the buildings of somebody who may see no others: a trip that goes further is not for them. Raises
    `trip_taken`, `trip_over`, `trip_too_far`.
    """
    if only is not None and trip.stops.filter(ended_at=None).exclude(household__building__in=only).exists():
        raise Refusal("trip_too_far", _("This trip goes to other buildings too: ask the coordinator."))
    free = Trip.objects.filter(pk=trip.pk, runner=None, batch__state__in=TO_BE_CARRIED)
    if not free.update(runner=by):
        now = Trip.objects.select_related("batch", "runner").get(pk=trip.pk)
        if now.runner_id == by.pk:
            return
        if now.runner is not None:
            raise Refusal(
                "trip_taken", _("%(name)s carries this trip.") % {"name": now.runner.name}, by=now.runner.name
            )
        raise Refusal("trip_over", _("This run is over: nothing of it is carried any more."))
    _note(trip, "trip.taken", by, at)


@transaction.atomic
def give_back_trip(*, trip: Trip, by: User, at: dt.datetime) -> None:
    """Only whoever has it. What is at its doors already stays as it is."""
    if Trip.objects.filter(pk=trip.pk, runner=by, batch__state__in=TO_BE_CARRIED).update(runner=None):
        _note(trip, "trip.given_back", by, at)


def _note(trip: Trip, action: str, by: User, at: dt.datetime) -> None:
    audit.record(
        compound=trip.batch.compound, by=by, at=at, action=action, subject=str(trip.pk), text=str(trip), runner=by.name
    )
