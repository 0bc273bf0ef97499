"""POST /api/v1/gate/incidents: somebody rushed the gate or was abusive, in two taps."""

import datetime as dt

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gate.api.device_view import DeviceView, Limit
from gate.api.fields import Remark
from gate.api.rows import EventRow, answer_each, rows_of
from gate.models import Device, Incident
from gate.queries.places import one_door, one_gate
from gate.services.incidents import record_incident
from gate.typed import room_or_plate


class IncidentLimit(Limit):
    scope, limit, seconds = "gate-incidents", 60, 60


class IncidentRow(EventRow):
    kind = serializers.ChoiceField(choices=Incident.Kind.choices)
    gate = serializers.CharField(required=False, allow_null=True, max_length=20)
    room = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=62)
    note = Remark(required=False, allow_null=True, allow_blank=True, max_length=200)


class Incidents(DeviceView):
    throttle_classes = [IncidentLimit]

    def post(self, request: Request) -> Response:
        given = rows_of(request, "incidents")
        return Response({"results": answer_each(request, given, IncidentRow, _take, received_at=timezone.now())})


def _take(device: Device, row: EventRow, received_at: dt.datetime) -> None:
    """A room that is none is no reason to lose what happened: it goes into the note."""
    data = row.validated_data
    room, note = data.get("room") or "", data.get("note") or ""
    household = one_door(device.compound, room) if room else None
    if room and household is None:
        note = f"{room_or_plate(room)} {note}".strip()[:200]
    record_incident(
        id=data["id"],
        compound=device.compound,
        gate=one_gate(device.compound, data.get("gate")) or device.gate,
        kind=data["kind"],
        household=household,
        note=note,
        at=row.moment(received_at),
        received_at=received_at,
        device=device,
    )
