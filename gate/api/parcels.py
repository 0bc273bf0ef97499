"""POST and GET /api/v1/gate/parcels: what happens to goods at the outer line, and what waits there."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compound.models import Building, Household
from compound.refusals import Refusal
from gate.api.device_view import DeviceView, Limit
from gate.api.fields import Remark
from gate.api.rows import EventRow, answer_each, rows_of
from gate.models import Device
from gate.queries.parcels import waiting_parcels
from gate.queries.places import one_building, one_door, one_gate
from gate.services import parcels as services
from gate.typed import room_or_plate

# In the order in which they can have happened, so that one batch may tell of them in any.
ACTIONS = ("drop", "disinfect", "hand_over", "withdraw")


class ParcelLimit(Limit):
    """A batch takes 200 rows: more requests than these look rooms up."""

    scope, limit, seconds = "gate-parcels", 120, 60


class ParcelRow(EventRow):
    action = serializers.ChoiceField(choices=ACTIONS)
    gate = serializers.CharField(required=False, allow_null=True, max_length=20)
    building = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=40)
    room = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=62)
    count = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=99)
    to = Remark(required=False, allow_null=True, allow_blank=True, max_length=40)
    reason = Remark(required=False, allow_null=True, allow_blank=True, max_length=100)
    note = Remark(required=False, allow_null=True, allow_blank=True, max_length=100)


class Parcels(DeviceView):
    throttle_classes = [ParcelLimit]

    def get(self, request: Request) -> Response:
        """What waits in the whole compound, oldest first: rooms, no names. Two statements."""
        waiting = [
            {
                "id": str(parcel.pk),
                "gate": parcel.gate.name,
                "building": parcel.building.name,
                "room": parcel.household.room if parcel.household else None,
                "count": parcel.count,
                "dropped_at": parcel.dropped_at,
                "disinfected_at": parcel.disinfected_at,
            }
            for parcel in waiting_parcels(cast(Device, request.auth).compound).order_by("dropped_at")
        ]
        return Response({"parcels": waiting})

    def post(self, request: Request) -> Response:
        given = rows_of(request, "parcels")
        return Response(
            {"results": answer_each(request, given, ParcelRow, _take, received_at=timezone.now(), rank=_rank)}
        )


def _rank(row: Any) -> int:
    action = row.get("action") if isinstance(row, Mapping) else None
    return ACTIONS.index(action) if action in ACTIONS else len(ACTIONS)


def _take(device: Device, row: EventRow, received_at: dt.datetime) -> None:
    data = row.validated_data
    at, compound = row.moment(received_at), device.compound
    step: dict[str, Any] = {"compound": compound, "at": at, "received_at": received_at, "device": device}
    if data["action"] == "disinfect":
        services.disinfect_parcel(parcel_id=data["id"], **step)
    elif data["action"] == "hand_over":
        services.hand_over_parcel(parcel_id=data["id"], to=data.get("to") or "", **step)
    elif data["action"] == "withdraw":
        services.withdraw_parcel(parcel_id=data["id"], why=data.get("reason") or "", **step)
    else:
        building, household, note = _place(device, data)
        services.drop_parcel(
            id=data["id"],
            gate=one_gate(compound, data.get("gate")) or device.gate,
            building=building,
            household=household,
            count=data.get("count") or 1,
            note=note,
            **step,
        )


def _place(device: Device, data: dict[str, Any]) -> tuple[Building, Household | None, str]:
    """Door, or building with what could not be read as a note. Raises `building_unknown`."""
    room, name, note = data.get("room") or "", data.get("building") or "", data.get("note") or ""
    household = one_door(device.compound, room) if room else None
    if household is not None:
        return household.building, household, note
    building = one_building(device.compound, name) if name else None
    if building is not None:
        return building, None, f"{room_or_plate(room)} {note}".strip()[:100]
    raise Refusal("building_unknown", _("There is no such building or room. Look at the parcel again."))
