"""What the views of /api/v1/orders/ share: who is logged in, and how they say no."""

from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from compound.access import Standing, standing_of
from compound.api.json_only import JsonOnly
from compound.models import User
from compound.phone_pages import user_mark
from compound.refusals import Refusal


class SessionView(APIView):
    """401 does not exist here: without a session, or with a CSRF token that is too old, it is 403."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]
    content_negotiation_class = JsonOnly

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        if not request.successful_authenticator:
            raise NotLoggedIn
        raise PermissionDenied(message, code)


class NotLoggedIn(PermissionDenied):
    """403 `not_logged_in`."""

    def __init__(self) -> None:
        super().__init__(_("Log in again: what you have ticked is kept on this phone."), "not_logged_in")


def standing_for(request: Request, code: Any, mark: Any) -> Standing:
    """What whoever is logged in is in the compound `code`. One query.

    `mark`: of whom the rows are, by the page that sends them. Raises `other_user` for somebody else's, and
    `compound_unknown` for no such compound and for strangers to it alike.
    """
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - IsAuthenticated has let nobody else in
    if mark and mark != user_mark(user):
        raise Refusal("other_user", _("Somebody else is logged in on this phone now: load the page again."))
    standing = standing_of(user, code) if isinstance(code, str) and "\0" not in code else None
    if standing is None:
        raise Refusal("compound_unknown", _("You have nothing to do in this compound. Ask the coordinator."))
    return standing
