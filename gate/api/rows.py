"""A list of rows from a phone's outbox: each is a transaction of its own, and a bad one harms no other."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from compound.api.errors import first_words, its_id
from compound.api.fields import Moment
from compound.moments import event_moment
from compound.refusals import Refusal
from gate.models import Device

MOST_ROWS = 200
# Ten years: more than any clock is wrong, and short enough to be reckoned with.
FARTHEST_MS = 10 * 366 * 24 * 3600 * 1000


class EventRow(serializers.Serializer[Any]):
    """What every row has: its UUID, when it happened by the phone's clock, and how wrong that is."""

    id = serializers.UUIDField()
    at = Moment()
    clock_offset_ms = serializers.IntegerField(default=0, min_value=-FARTHEST_MS, max_value=FARTHEST_MS)

    def moment(self, received_at: dt.datetime) -> dt.datetime:
        row = self.validated_data
        return event_moment(row["at"], row["clock_offset_ms"], received_at)


def rows_of(request: Request, name: str) -> list[Any]:
    """The list that was sent as `name`. Raises DRF's ValidationError (400) for no list, an empty or too long one."""
    given = request.data.get(name) if isinstance(request.data, Mapping) else None
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ROWS:
        raise serializers.ValidationError({name: [_("A list of 1 to 200 rows.")]})
    return given


def answer_each(
    request: Request,
    given: list[Any],
    serializer: type[EventRow],
    take: Callable[[Device, EventRow, dt.datetime], None],
    *,
    received_at: dt.datetime,
    rank: Callable[[Any], int] = lambda row: 0,
) -> list[dict[str, Any]]:
    """`{"id", "ok": true}` or `{"id", "error": {"code", "text"}}` in the order given; taken in the order of `rank`."""
    device = cast(Device, request.auth)
    answers: dict[int, dict[str, Any]] = {}
    for place in sorted(range(len(given)), key=lambda place: rank(given[place])):
        row = serializer(data=given[place])
        answer: dict[str, Any] = {"id": its_id(given[place])}
        if not row.is_valid():
            answer["error"] = {"code": "invalid", "text": first_words(row.errors)}
        else:
            try:
                take(device, row, received_at)
                answer["ok"] = True
            except Refusal as refusal:
                answer["error"] = {"code": refusal.code, "text": refusal.message}
        answers[place] = answer
    return [answers[place] for place in range(len(given))]
