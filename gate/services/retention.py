"""What the gate forgets, and when. What is still true (somebody outside, a parcel that waits) is not forgotten.

Outings, passes and isolations that go move no roll (`shouwang.retention`, migration 0002): they are older than
anything that a roll holds. Records go before the checks that they point at.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from compound.models import Compound
from compound.services.retention import forgets

# A check stays while anything points at it: an outing that is still open, a record that has its own time.
POINTS_AT_CHECK = (
    ("gate_outing", "check_out_id"),
    ("gate_outing", "check_in_id"),
    ("gate_conflict", "earlier_id"),
    ("gate_conflict", "later_id"),
    ("gate_ratification", "check_ratified_id"),
    ("gate_temperaturerecord", "check_first_id"),
    ("gate_temperaturereading", "check_row_id"),
)
FOLLOWS = (("gate_conflict", "follows_id"),)
POINTS_AT_PASS = (("gate_check", "gate_pass_id"), ("gate_outing", "gate_pass_id"))
POINTS_AT_DEVICE = (("gate_check", "device_id"), ("gate_incident", "device_id"), ("gate_parcel", "device_id"))


def _free(pointing: Sequence[tuple[str, str]]) -> str:
    return " ".join(
        f"AND NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.{column} = old.id)"  # noqa: S608
        for table, column in pointing
    )


def _delete(table: str, which: str, compound: Compound, before: dt.datetime, limit: int) -> int:
    """`which` is a condition on `old`; `%(before)s` and `%(compound)s` stand in it. One statement."""
    sql = f"DELETE FROM {table} WHERE id IN (SELECT old.id FROM {table} old WHERE {which} LIMIT %(limit)s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, {"compound": compound.pk, "before": before, "limit": limit})
        return int(cursor.rowcount)


# An emergency costs nothing, so it is no use of the pass (gate/queries/facts).
END_USED_PASSES = """
UPDATE gate_pass p SET revoked_at = o.back_at FROM gate_outing o
WHERE o.gate_pass_id = p.id AND p.compound_id = %(compound)s AND p.single AND p.revoked_at IS NULL
AND o.out_at < %(before)s AND o.back_at < %(before)s AND o.void_at IS NULL AND o.kind <> 'emergency'
"""
MINE = "old.compound_id = %(compound)s AND "


@forgets("gate.temperatures", days="TEMPERATURE_DAYS")
def forget_temperatures(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Readings, then the records that have none left. A record goes as a whole, with its latest reading."""
    young = "SELECT 1 FROM gate_temperaturereading r WHERE r.record_id = old.record_id AND r.taken_at >= %(before)s"
    readings = MINE + f"old.taken_at < %(before)s AND NOT EXISTS ({young})"
    records = MINE + "old.opened_at < %(before)s " + _free([("gate_temperaturereading", "record_id")])
    return _delete("gate_temperaturereading", readings, compound, before, limit) + _delete(
        "gate_temperaturerecord", records, compound, before, limit
    )


@forgets("gate.passages", days="GATE_LOG_DAYS")
def forget_passages(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Checks and what was drawn from them."""
    old_check = "(SELECT event_at FROM gate_check WHERE id = old.{}) < %(before)s"
    ratified = (
        "EXISTS (SELECT 1 FROM gate_check c WHERE c.id = old.check_ratified_id"
        " AND c.compound_id = %(compound)s AND c.event_at < %(before)s)"
    )
    # A settlement that was taken back goes after the row that follows it.
    conflicts = MINE + old_check.format("earlier_id") + " AND " + old_check.format("later_id") + " " + _free(FOLLOWS)
    outings = MINE + "old.out_at < %(before)s AND (old.back_at < %(before)s OR old.void_at IS NOT NULL)"
    _end_used_passes(compound, before)
    return (
        _delete("gate_ratification", ratified, compound, before, limit)
        + _delete("gate_conflict", conflicts, compound, before, limit)
        + _delete("gate_outing", outings, compound, before, limit)
        + _delete("gate_check", MINE + "old.event_at < %(before)s " + _free(POINTS_AT_CHECK), compound, before, limit)
    )


def _end_used_passes(compound: Compound, before: dt.datetime) -> None:
    """A pass for one outing is used as long as that outing is known; it ends with it, and is never good again."""
    with connection.cursor() as cursor:
        cursor.execute(END_USED_PASSES, {"compound": compound.pk, "before": before})


@forgets("gate.incidents", days="GATE_LOG_DAYS")
def forget_incidents(compound: Compound, before: dt.datetime, limit: int) -> int:
    return _delete("gate_incident", MINE + "old.event_at < %(before)s", compound, before, limit)


@forgets("gate.parcels", days="PARCEL_DAYS")
def forget_parcels(compound: Compound, before: dt.datetime, limit: int) -> int:
    return _delete(
        "gate_parcel", MINE + "coalesce(old.handed_at, old.withdrawn_at) < %(before)s", compound, before, limit
    )


@forgets("gate.isolations", days="GATE_LOG_DAYS")
def forget_isolations(compound: Compound, before: dt.datetime, limit: int) -> int:
    of_door = (
        "EXISTS (SELECT 1 FROM compound_household h WHERE h.id = old.household_id AND h.compound_id = %(compound)s)"
    )
    over = " AND (old.ended_at < %(before)s OR old.until < %(before)s)"
    return _delete("gate_isolation", of_door + over, compound, before, limit)


@forgets("gate.passes", days="GATE_LOG_DAYS")
def forget_passes(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Revoked or run out; the card is not known any more then, and as little good."""
    over = MINE + "(old.revoked_at < %(before)s OR old.valid_until < %(before)s) " + _free(POINTS_AT_PASS)
    return _delete("gate_pass", over, compound, before, limit)


@forgets("gate.phones", days="GATE_LOG_DAYS")
def forget_phones(compound: Compound, before: dt.datetime, limit: int) -> int:
    return _delete("gate_device", MINE + "old.ends_at < %(before)s " + _free(POINTS_AT_DEVICE), compound, before, limit)
