"""The log of the gates leaves the house: who took it, and which day."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from compound.models import Compound, User
from compound.services import audit


def log_day_exported(*, compound: Compound, day: dt.date, by: User, at: dt.datetime) -> None:
    """One row in the audit log for each file."""
    text = _("Took the passages of a day as a file")
    audit.record(compound=compound, by=by, at=at, action="passages.exported", subject=day.isoformat(), text=text)
