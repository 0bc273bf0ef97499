"""GET /api/v1/gate/roll: the phone's copy, whole or what changed since its cursor."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from rest_framework.request import Request
from rest_framework.response import Response

from gate.api.device_view import DeviceView, Limit
from gate.queries.roll import roll_for
from gate.services.devices import see_device

SEEN_EVERY = dt.timedelta(minutes=1)


class RollLimit(Limit):
    """A phone asks every half minute and after a flush."""

    scope, limit, seconds = "gate-roll", 60, 60


# Compressed in spite of BREACH: the answer depends on no cookie, holds no secret that opens anything, and repeats
# nothing of the request. Django adds random bytes of length as well.
@method_decorator(gzip_page, name="dispatch")
class Roll(DeviceView):
    throttle_classes = [RollLimit]

    def get(self, request: Request) -> Response:
        device: Any = request.auth
        now = timezone.now()
        if device.last_seen_at is None or now - device.last_seen_at >= SEEN_EVERY:
            see_device(device=device, at=now)
        return Response(roll_for(device=device, cursor=request.query_params.get("cursor", ""), at=now))
