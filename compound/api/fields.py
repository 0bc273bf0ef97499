"""Fields of what phones send: when something happened."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

# PostgreSQL's and Python's years end somewhere, and nothing was written down before this one.
FIRST_YEAR = 2000


class Moment(serializers.Field[dt.datetime, str, str, Any]):
    """ISO 8601 with an offset."""

    default_error_messages = {
        "invalid": gettext_lazy("A moment with its offset, for example 2022-08-23T11:00:00+08:00.")
    }

    def to_internal_value(self, data: Any) -> dt.datetime:
        try:
            moment = dt.datetime.fromisoformat(data)
        except (TypeError, ValueError):
            self.fail("invalid")
        if moment.tzinfo is None or not FIRST_YEAR <= moment.year < 9999:
            self.fail("invalid")
        # PostgreSQL knows no offset of 23:59, which Python does.
        return moment.astimezone(dt.UTC)
