"""Temperatures taken at a door and not at a gate: by the captain, the medical group, or the household on the phone."""

import datetime as dt
import uuid
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Household, Rulebook, User
from compound.refusals import Refusal
from compound.services import audit
from gate.models import TemperatureReading, TemperatureRecord
from gate.queries.temperature import rulebook_for
from gate.services.temperature import ATTEMPTS, Outcome

# A normal reading so soon after one at the line is the second look at it; later it is another reading, and somebody
# who knows about fevers says how that one ended.
SECOND_LOOK = dt.timedelta(hours=1)


@transaction.atomic
def hand_in_reading(
    *,
    id: uuid.UUID,
    household: Household,
    value: Decimal,
    person: str = "",
    method: str = "",
    source: str = TemperatureReading.Source.HOME,
    taken_at: dt.datetime,
    by: User,
    at: dt.datetime,
) -> TemperatureReading:
    """Writes down one reading; the same `id` again gives back the first one.

    At the line it opens a record, or joins the one that is open for the same person of the household: that is what
    the medical group, coordinator and secretary are alerted by. Locks the household. Raises `reading_implausible`
    (measure again before it is written down), `not_yet`, `id_taken`.
    """
    if taken_at > at:
        raise Refusal("not_yet", _("This moment has not come yet: look at the time."))
    door = (
        Household.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=household.pk)
    )
    known = TemperatureReading.objects.filter(pk=id).first()
    if known is not None:
        if known.household_id != door.pk:
            raise Refusal("id_taken", _("This number belongs to something else already. Start again."))
        return known
    rules = rulebook_for(door, taken_at)
    if value < rules.low_line:
        raise Refusal(
            "reading_implausible",
            _("%(value)s °C is too low to be true. Please measure again.") % {"value": value},
            value=str(value),
        )
    is_fever = value > rules.fever_line or (rules.fever_at_line and value == rules.fever_line)
    person = person.strip()[:40]
    record, attempt = _record_for(door, person, is_fever, taken_at, rules)
    reading = TemperatureReading.objects.create(
        id=id,
        compound=door.compound,
        household=door,
        record=record,
        attempt=attempt,
        source=source,
        value=value,
        method=method,
        person=person,
        taken_at=taken_at,
        by=by,
    )
    if record is not None and not is_fever:
        record.outcome, record.closed_at, record.closed_by = Outcome.CLEARED, at, by
        record.save(update_fields=["outcome", "closed_at", "closed_by"])
    # No value: the audit log is read by more people than a temperature.
    audit.record(compound=door.compound, by=by, at=at, action="reading.handed_in", subject=door.room, text=door.room)
    return reading


def _record_for(
    door: Household, person: str, is_fever: bool, taken_at: dt.datetime, rules: Rulebook
) -> tuple[TemperatureRecord | None, int | None]:
    """The record that the reading belongs to and which one of it it is; (None, None) for one that stands alone."""
    wait = dt.timedelta(minutes=rules.recheck_minutes)
    open_records = TemperatureRecord.objects.filter(household=door, check_first=None, closed_at=None)
    record = open_records.filter(readings__person=person).distinct().first()
    if record is None:
        if not is_fever:
            return None, None
        return (
            TemperatureRecord.objects.create(
                compound=door.compound,
                household=door,
                is_fever=True,
                opened_at=taken_at,
                recheck_at=taken_at + wait,
            ),
            1,
        )
    readings = list(record.readings.order_by("attempt"))
    latest = max(reading.taken_at for reading in readings)
    second_look = latest <= taken_at <= latest + SECOND_LOOK
    if len(readings) >= ATTEMPTS or not (is_fever or second_look):
        return None, None
    if is_fever:
        record.recheck_at = max(record.recheck_at, taken_at + wait)
        record.save(update_fields=["recheck_at"])
    return record, len(readings) + 1
