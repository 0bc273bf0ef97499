"""A reading out of line: measured again up to three times, closed by a normal one or by somebody's word.

The gate's phone says how it ended by `reason` on its last row (`sent_home` or `hospital`, see `follow_outcome`);
everybody else by `close_record`. Readings taken at home are in gate/services/home_readings.py.
"""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from gate.models import Check, TemperatureReading, TemperatureRecord

# "Up to three readings" (lessons.md): what is measured after that stands in its Check alone.
ATTEMPTS = 3
Outcome = TemperatureRecord.Outcome
# What a gate's phone may say about the end of a record. `cleared` is said by a normal reading, never by a word.
GATE_OUTCOMES = frozenset({Outcome.SENT_HOME.value, Outcome.HOSPITAL.value})


def follow_reading(
    *,
    check: Check,
    first_check_id: uuid.UUID,
    is_fever: bool,
    is_implausible: bool,
    recheck_minutes: int,
    at: dt.datetime,
) -> TemperatureRecord | None:
    """The record to which the reading of `check` belongs, written; None where a normal reading has none.

    `check` is saved and has a temperature; `first_check_id` is the check that it measures again (its `refers_to`),
    or its own id. To be called in the check's own transaction, for every reading out of line and for each
    `reading` that is normal again: the first one out of line opens a record, two more join it. Whoever is at the
    line once is a fever case. A normal reading, later than all the others, closes it as cleared; a fever after that
    opens it again. A third fever leaves it open: somebody says how it ended. A fourth reading joins nothing.
    Safe to repeat. Locks the record. One statement where there is none and none is needed, else up to seven.
    """
    if check.temperature is None:
        return None
    taken_at = min(check.event_at, at)
    found = _of_check(check, first_check_id)
    record = TemperatureRecord.objects.select_for_update(no_key=True).get(pk=found) if found else None
    if record is None:
        if not (is_fever or is_implausible):
            return None
        record = _opened(check, first_check_id, is_fever, taken_at, dt.timedelta(minutes=recheck_minutes))
    readings = list(record.readings.all())
    if any(reading.check_row_id == check.pk for reading in readings):
        return record
    if len(readings) < ATTEMPTS:
        TemperatureReading.objects.create(
            compound_id=check.compound_id,
            household_id=check.household_id,
            record=record,
            attempt=len(readings) + 1,
            check_row=check,
            source=TemperatureReading.Source.GATE,
            value=check.temperature,
            method=check.method,
            taken_at=taken_at,
        )
    if all(reading.taken_at <= taken_at for reading in readings):
        if is_fever or is_implausible:
            _goes_on(record, is_fever, taken_at, taken_at + dt.timedelta(minutes=recheck_minutes))
        elif record.closed_at is None:
            _close(record, Outcome.CLEARED, taken_at)
    elif is_fever and not record.is_fever:
        # An earlier reading that was sent late: it changes what the record is, not how it ended.
        record.is_fever = True
        record.save(update_fields=["is_fever"])
    return record


def follow_outcome(*, check: Check, first_check_id: uuid.UUID, at: dt.datetime) -> TemperatureRecord | None:
    """Closes the record of `first_check_id` when the gate says in `check.reason` how it ended; None if it says nothing.

    `check.reason` is `sent_home` or `hospital`, on a `reading` (the last one) or on a `correct`. A record that
    somebody has closed stays as it is, but for one that a normal reading had closed by itself.
    """
    if check.reason not in GATE_OUTCOMES:
        return None
    found = _of_check(check, first_check_id)
    if found is None:
        return None
    record = TemperatureRecord.objects.select_for_update(no_key=True).get(pk=found)
    if record.closed_at is None or (record.closed_by_id is None and record.outcome == Outcome.CLEARED):
        _close(record, Outcome(check.reason), min(check.event_at, at))
    return record


@transaction.atomic
def close_record(
    *, record: TemperatureRecord, outcome: str, note: str = "", by: User, at: dt.datetime
) -> TemperatureRecord:
    """How it ended, as the medical group, the coordinator or the gate found out. The same again changes nothing.

    Nothing follows from it by itself: who stays at home is set on the page of the isolations. Raises `record_closed`.
    """
    rows = TemperatureRecord.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("household", "compound").get(pk=record.pk)
    if row.closed_at is not None:
        if row.outcome == outcome:
            return row
        raise Refusal(
            "record_closed",
            _("Somebody has closed this record already: %(outcome)s.") % {"outcome": row.get_outcome_display()},
            outcome=row.outcome,
        )
    row.outcome, row.outcome_note, row.closed_at, row.closed_by = Outcome(outcome), note.strip()[:200], at, by
    row.save(update_fields=["outcome", "outcome_note", "closed_at", "closed_by"])
    # The audit log is read by more people than a temperature: it says that, not how.
    room = row.household.room if row.household else ""
    audit.record(
        compound=row.compound, by=by, at=at, action="temperature.closed", subject=room, text=room, record=str(row.pk)
    )
    return row


def _of_check(check: Check, first_check_id: uuid.UUID) -> uuid.UUID | None:
    """The record that began with that check, or with a reading of it that arrived before the check itself."""
    records = TemperatureRecord.objects.filter(compound=check.compound_id)
    began = Q(check_first=first_check_id) | Q(check_first__refers_to=first_check_id)
    return records.filter(began).order_by("opened_at").values_list("pk", flat=True).first()


def _opened(
    check: Check, first_check_id: uuid.UUID, is_fever: bool, taken_at: dt.datetime, wait: dt.timedelta
) -> TemperatureRecord:
    """The new record, locked: the same one for two phones that open it at the same time."""
    known = first_check_id == check.pk or Check.objects.filter(pk=first_check_id, compound=check.compound_id).exists()
    first = first_check_id if known else check.pk
    row = TemperatureRecord(
        compound_id=check.compound_id,
        household_id=check.household_id,
        check_first_id=first,
        is_fever=is_fever,
        opened_at=taken_at,
        recheck_at=taken_at + wait,
    )
    TemperatureRecord.objects.bulk_create([row], ignore_conflicts=True)
    return TemperatureRecord.objects.select_for_update(no_key=True).get(check_first=first)


def _goes_on(record: TemperatureRecord, is_fever: bool, taken_at: dt.datetime, recheck_at: dt.datetime) -> None:
    """The latest reading is out of line: wait again; what was cleared before it is open again."""
    record.is_fever = record.is_fever or is_fever
    record.recheck_at = recheck_at
    if record.outcome == Outcome.CLEARED and is_fever and record.closed_at and record.closed_at <= taken_at:
        record.outcome, record.outcome_note, record.closed_at, record.closed_by = "", "", None, None
    record.save(update_fields=["is_fever", "recheck_at", "outcome", "outcome_note", "closed_at", "closed_by"])


def _close(record: TemperatureRecord, outcome: Outcome, at: dt.datetime) -> None:
    """By the gate itself: no user stands behind it."""
    record.outcome, record.closed_at, record.closed_by = outcome, at, None
    record.save(update_fields=["outcome", "closed_at", "closed_by"])
