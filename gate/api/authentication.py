"""`Authorization: Device <token>`: which phone at which gate asks, and what it may still do."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from gate.models import Device
from gate.queries.devices import device_behind

KEYWORD = "Device"
# So long after its end a phone may still send what happened before it.
UPLOAD_DAYS = 7


class DeviceAuthentication(BaseAuthentication):
    """Leaves the phone in `request.auth`, its compound and gate with it. One query.

    Nobody is logged in by it: `request.user` stays anonymous, so a token opens nothing but the views that name this
    class. Unknown, revoked, and ended for more than 7 days raise `AuthenticationFailed` (401) with `device_unknown`,
    `device_revoked`, `device_ended`; one that ended later than that passes, see the permissions below.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Device] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.lower().encode():
            return None
        # What is no ASCII is no token of ours.
        token = words[1].decode("ascii", "replace") if len(words) == 2 else ""
        device = device_behind(token)
        if device is None:
            raise AuthenticationFailed(
                _("This phone is not known. Let the coordinator bind it again."), "device_unknown"
            )
        if device.revoked_at is not None:
            raise AuthenticationFailed(
                _("This phone was taken off the gate. Let the coordinator bind it again."), "device_revoked"
            )
        if timezone.now() >= device.ends_at + dt.timedelta(days=UPLOAD_DAYS):
            raise AuthenticationFailed(ended_words(), "device_ended")
        return AnonymousUser(), device

    def authenticate_header(self, request: Request) -> str:
        """What makes an answer without a known phone a 401 and not a 403."""
        return KEYWORD


def ended_words() -> str:
    return _("The shift of this phone is over. Let the coordinator bind it again.")


class MayUpload(BasePermission):
    """A bound phone, also for 7 days after its end: whoever uses this must refuse each event from after `ends_at`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Device)


class IsDevice(MayUpload):
    """A bound phone that is still on duty; an ended one gets 403 `device_ended`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        device: Any = request.auth
        if timezone.now() >= device.ends_at:
            raise PermissionDenied(ended_words(), "device_ended")
        return True
