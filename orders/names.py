"""What a round is called to whoever reads. Pure: its title was given once, in the compound's language."""

import datetime as dt
import re
from typing import Final

from django.utils.translation import gettext as _

# A title as the schedule gives it, in either language: 8月23日 12:00 or 8/23 12:00, perhaps with a supply point's name.
_SCHEDULED: Final = re.compile(
    r"(?:(?P<month>\d{1,2})月(?P<day>\d{1,2})日|(?P<en_month>\d{1,2})/(?P<en_day>\d{1,2}))"
    r" (?P<time>\d{2}:\d{2})(?P<rest>\s.+)?"
)


def scheduled_title(local: dt.datetime) -> str:
    """`8月23日 12:00`, in the active language."""
    return _title(local.month, local.day, f"{local:%H:%M}")


def round_name(title: str) -> str:
    """A title that only says when the round closes, in the active language; any other as somebody wrote it."""
    found = _SCHEDULED.fullmatch(title)
    if found is None:
        return title
    month, day = (int(found[name] or found[f"en_{name}"]) for name in ("month", "day"))
    return _title(month, day, found["time"]) + (found["rest"] or "")


def _title(month: int, day: int, time: str) -> str:
    # Translators: title of a daily order round, for example 8月23日 12:00
    return _("%(month)d/%(day)d %(time)s") % {"month": month, "day": day, "time": time}
