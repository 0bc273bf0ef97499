"""Fields of what phones send: when something happened, and what somebody has typed."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from gate.typed import remark, visible

# PostgreSQL's and Python's years end somewhere, and no gate was watched before this one.
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


class Text(serializers.CharField):
    """What somebody has typed; '' when nothing of it can be seen."""

    def to_internal_value(self, data: Any) -> str:
        return visible(super().to_internal_value(data))


class Remark(serializers.CharField):
    """A sentence in somebody's own words, which others will read."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        # As it was sent: what is cut out of it makes no long one short.
        if self.max_length is not None and len(text) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return remark(text)
