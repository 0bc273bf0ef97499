"""POST /api/v1/orders/events: up to 100 acts of a shopper's or runner's phone, each with an answer of its own."""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compound.access import Standing
from compound.api.errors import first_words, its_id
from compound.api.fields import Moment
from compound.api.json_only import FlatJSONParser
from compound.refusals import Refusal
from orders.api.session_view import SessionView, standing_for
from orders.events import phone_act, take_act

logger = logging.getLogger(__name__)

MOST = 100
# Ten years: more than any clock is wrong, and short enough to be reckoned with.
FARTHEST_MS = 10 * 366 * 24 * 3600 * 1000


class EventForm(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Made by the phone before anything is sent.")
    kind = serializers.CharField(max_length=20, help_text="`purchase`, `relief`, `handover`, `door`.")
    at = Moment()
    clock_offset_ms = serializers.IntegerField(
        default=0, min_value=-FARTHEST_MS, max_value=FARTHEST_MS, help_text="Server minus phone."
    )
    body = serializers.DictField(default=dict, help_text="What belongs to the kind; docs/outbox.md.")


class Events(SessionView):
    parser_classes = [FlatJSONParser]

    @extend_schema(
        summary="Up to 100 acts, each with an answer of its own",
        description=(
            "Each act is a transaction of its own; a bad one harms no other. A known id gets its first answer again,"
            " equal but for `replayed`. What has happened is recorded and flagged, never refused."
        ),
        request=inline_serializer(
            "Events",
            {
                "compound": serializers.CharField(help_text="The code in the addresses."),
                "as": serializers.CharField(help_text="Of whom the rows are: `data-user` of the page."),
                "events": EventForm(many=True),
            },
        ),
        responses={
            200: inline_serializer(
                "EventResults",
                {
                    "results": serializers.ListField(
                        child=serializers.DictField(),
                        help_text='`{"id", "replayed", "flags"?, …}` or `{"id", "error": {"code", "text"}}`, in order.',
                    ),
                    "server_time": serializers.DateTimeField(),
                },
            ),
            400: OpenApiResponse(
                description="`invalid` (also without `as`), `parse_error`: the request, no row of it."
            ),
            403: OpenApiResponse(description="`not_logged_in`, or the CSRF token is not that of the session."),
            409: OpenApiResponse(description="`other_user`, `compound_unknown`."),
        },
        examples=[
            OpenApiExample(
                "bought",
                {
                    "compound": "demo",
                    "as": "0f3a9c1d5e7b2468",
                    "events": [
                        {
                            "id": "6f1c2a34-0d5e-4a7b-9c10-2b7f5c1d9e01",
                            "kind": "purchase",
                            "at": "2022-08-23T09:10:00.000+08:00",
                            "clock_offset_ms": -120,
                            "body": {"good": "0b6d1f0e-33a5-4b4e-8f51-5b0f9f6f8a10", "did": "bought", "quantity": "12"},
                        }
                    ],
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        data = request.data if isinstance(request.data, dict) else {}
        given = data.get("events")
        if not isinstance(given, list) or not 1 <= len(given) <= MOST:
            text = _('Send {"compound": …, "events": [...]} with 1 to %(most)s events.') % {"most": MOST}
            return Response({"error": {"code": "invalid", "text": text}}, status=400)
        if not isinstance(mark := data.get("as"), str) or not mark:
            text = _("This page is older than the server: load it again.")
            return Response({"error": {"code": "invalid", "text": text}}, status=400)
        standing = standing_for(request, data.get("compound"), mark)
        received_at = timezone.now()
        results = [_answer(standing, event, received_at) for event in given]
        return Response({"results": results, "server_time": timezone.now()})


def _answer(standing: Standing, given: Any, received_at: dt.datetime) -> dict[str, Any]:
    form = EventForm(data=given)
    if not isinstance(given, Mapping) or not form.is_valid():
        text = first_words(form.errors) if isinstance(given, Mapping) else _("The request could not be read.")
        return {"id": its_id(given), "error": {"code": "invalid", "text": text}}
    id = str(form.validated_data["id"])
    for attempt in (1, 2, 3):
        try:
            act = phone_act(standing=standing, received_at=received_at, **form.validated_data)
            answer, replayed = take_act(act)
            return {**answer, "id": id, "replayed": replayed}
        except Refusal as refusal:
            return {"id": id, "error": {"code": refusal.code, "text": refusal.message}}
        except (OperationalError, InterfaceError):
            # A deadlock gives its lock back and is tried again; a database that is gone is the whole request's matter.
            if attempt == 3 or not connection.is_usable():
                raise
        except Exception:
            # Whatever is wrong with this one, those behind it are taken.
            logger.exception("act %s could not be recorded", id)
            break
    text = _("This could not be recorded. Write it down and tell the coordinator.")
    return {"id": id, "error": {"code": "not_recorded", "text": text}}
