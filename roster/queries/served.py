"""How long somebody was on duty: the shift's hours, or less where they left before its end."""

import datetime as dt

from django.db.models import Case, DurationField, ExpressionWrapper, F, When
from django.db.models.functions import Greatest, Least

# Signed out so early that the seat was given up (services.assignments.attendance).
LEFT = {"state": "signed_out", "seat__isnull": True}


def served() -> Case:
    """A timedelta in SQL, for rows of Assignment in a counted state."""
    since = Least(Greatest("signed_in_at", "starts_at"), "ends_at")
    until = Greatest(Least("signed_out_at", "ends_at"), "starts_at")
    return Case(
        When(**LEFT, then=ExpressionWrapper(until - since, output_field=DurationField())),
        default=ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField()),
        output_field=DurationField(),
    )


def served_hours(
    starts_at: dt.datetime, ends_at: dt.datetime, signed_in_at: dt.datetime, signed_out_at: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """The same in Python, of somebody who left early: since when, until when. Both alike: it was no time at all."""
    return min(max(signed_in_at, starts_at), ends_at), max(min(signed_out_at, ends_at), starts_at)
