"""POST /api/v1/gate/devices: a code from the coordinator's screen becomes the token of this phone. DELETE: it ends."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from compound.models import Gate
from compound.refusals import Refusal
from gate.api.authentication import DeviceAuthentication, MayUpload
from gate.api.device_view import DeviceView, Limit
from gate.queries.facts import offsets_of
from gate.services import devices


class BindingLimit(Limit):
    """A shift comes through one address of the office; 50 bits of code allow for many more tries than these."""

    scope, limit, seconds = "gate-binding", 30, 600


class CodeForm(serializers.Serializer[None]):
    code = serializers.CharField(max_length=40)


class Devices(DeviceView):
    """Binding has no token yet; ending needs one."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [DeviceAuthentication()] if self._is_ending() else []

    def get_permissions(self) -> list[BasePermission]:
        return [MayUpload()] if self._is_ending() else [AllowAny()]

    def _is_ending(self) -> bool:
        # Without a request where the schema is drawn up.
        return self.request is not None and self.request.method == "DELETE"

    def get_throttles(self) -> list[BindingLimit]:  # type: ignore[override]
        return [] if self._is_ending() else [BindingLimit()]

    def post(self, request: Request) -> Response:
        """Wrong, used, run out and revoked codes, and no code at all, get the same 404."""
        form = CodeForm(data=request.data)
        code = form.validated_data["code"] if form.is_valid() else ""
        now = timezone.now()
        try:
            device, token = devices.bind_device(code=code, at=now)
        except Refusal as refusal:
            error = {"code": refusal.code, "text": refusal.message}
            return Response({"error": error}, status=status.HTTP_404_NOT_FOUND)
        open_gates = device.compound.gates.exclude(kind=Gate.Kind.SEALED)
        return Response(
            {
                "token": token,
                "compound": {"code": device.compound.code, "name": device.compound.name},
                "gate": device.gate.name,
                "gates": [gate.name for gate in open_gates],
                "ends_at": device.ends_at,
                "offsets": offsets_of(device.compound, now),
            }
        )

    def delete(self, request: Request) -> Response:
        """The volunteer leaves the gate: nothing is let through with this token any more."""
        device: Any = request.auth
        devices.end_device(device=device, by=None, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
