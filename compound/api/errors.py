"""How the JSON API says no: `{"error": {"code", "text"}}`, a stable code and a sentence in the asker's language."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from compound.refusals import Refusal

LONGEST = 200
# What DRF says by itself, in words for whoever holds the phone.
OWN_WORDS = {
    "not_authenticated": lambda: _("This phone is not bound to a gate."),
    "throttled": lambda: _("Too many requests. Please wait a minute."),
    "parse_error": lambda: _("The request could not be read."),
    "not_found": lambda: _("There is nothing here."),
}


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. A `Refusal` is 409; what is not ours is left to Django (500)."""
    if isinstance(error, Refusal):
        return Response({"error": {"code": error.code, "text": error.message}}, status=409)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    assert isinstance(error, exceptions.APIException)  # noqa: S101 - DRF's handler answers nothing else
    if isinstance(error, exceptions.ValidationError):
        response.data = {"error": {"code": "invalid", "text": first_words(error.detail), "fields": error.detail}}
        return response
    code = str(error.get_codes())
    words = OWN_WORDS.get(code)
    response.data = {"error": {"code": code, "text": words() if words else str(error.detail)}}
    return response


def first_words(detail: Any) -> str:
    """The first sentence of DRF's nested errors."""
    while isinstance(detail, dict | list) and detail:
        detail = next(iter(detail.values())) if isinstance(detail, dict) else detail[0]
    return answerable(str(detail))


def answerable(text: str) -> str:
    """DRF's sentences repeat what was sent: of that no more than a line, and no half characters, which no UTF-8 has."""
    return text[:LONGEST].encode("utf-8", "replace").decode()


def its_id(row: Any) -> str | None:
    """A bad row's own id, so that the phone knows it again; nothing that is no UUID is sent back."""
    given = row.get("id") if isinstance(row, Mapping) else None
    try:
        return str(uuid.UUID(given)) if isinstance(given, str) else None
    except ValueError:
        return None
