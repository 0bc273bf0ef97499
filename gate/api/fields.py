"""Fields of what phones send: what somebody has typed."""

from typing import Any

from rest_framework import serializers

from gate.typed import remark, visible


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
