"""GET /api/schema/: what the devices' API takes and gives, as OpenAPI, apart from the views that do it.

Imported through SPECTACULAR_SETTINGS; the classes below register themselves with drf-spectacular.
"""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
    OpenApiViewExtension,
)
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from gate.rules import EFFECTS
from gate.words import WORDS

# The table's, and what the server says of a row besides.
REASONS = [*EFFECTS, *sorted({words.code for words in WORDS} - EFFECTS.keys())]
NO_ID = "Null, with `error`, where what was sent as one is no UUID."
CHECK = "6f1c2a34-0d5e-4a7b-9c10-2b7f5c1d9e01"


def only_the_api(endpoints: list[Any]) -> list[Any]:
    """drf-spectacular's hook: addresses below /api/v1/ alone."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


class DeviceScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "gate.api.authentication.DeviceAuthentication"
    name = "device"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Device <token>`, from `POST /api/v1/gate/devices` or `manage.py device`.",
        }


class ErrorWords(serializers.Serializer[None]):
    code = serializers.CharField(help_text="Stable, for programs.")
    text = serializers.CharField(help_text="For people, in the language of Accept-Language, else Chinese.")


class ErrorAnswer(serializers.Serializer[None]):
    error = ErrorWords()


class Reason(serializers.Serializer[None]):
    code = serializers.ChoiceField(choices=REASONS)
    text = serializers.CharField()
    effect = serializers.ChoiceField(choices=["refuse", "recheck", "warn", "inform"])
    params = serializers.DictField(help_text="The facts behind it; moments as ISO 8601.")


class CheckResult(serializers.Serializer[None]):
    """In the order of the checks; either `error`, or all of the others."""

    id = serializers.UUIDField(allow_null=True, help_text=NO_ID)
    verdict = serializers.ChoiceField(choices=["allow", "refuse", "recheck"], required=False)
    amber = serializers.BooleanField(required=False, help_text="The verdict stands, but look twice.")
    reasons = Reason(many=True, required=False)
    conflict = serializers.BooleanField(required=False)
    next_out_on = serializers.DateField(required=False, allow_null=True)
    next_out_at = serializers.DateTimeField(required=False, allow_null=True)
    room = serializers.CharField(required=False, help_text="Empty where it led to no door.")
    surname = serializers.CharField(required=False, help_text="Empty where it is not known, or not said.")
    kind = serializers.CharField(required=False)
    direction = serializers.ChoiceField(choices=["out", "in"], required=False)
    replayed = serializers.BooleanField(required=False, help_text="The id was known: this is its first answer again.")
    error = ErrorWords(required=False)


class RowResult(serializers.Serializer[None]):
    """In the order of the rows; either `ok` or `error`."""

    id = serializers.UUIDField(allow_null=True, help_text=NO_ID)
    ok = serializers.BooleanField(required=False)
    error = ErrorWords(required=False)


class Refused:
    """The answers that every address has besides its own."""

    UNKNOWN = OpenApiResponse(
        ErrorAnswer, "`not_authenticated`, `device_unknown`, `device_revoked`; `device_ended` for more than 7 days."
    )
    ENDED = OpenApiResponse(ErrorAnswer, "`device_ended`: the shift is over.")
    OFTEN = OpenApiResponse(ErrorAnswer, "`throttled`.")
    WRONG = OpenApiResponse(ErrorAnswer, "`invalid`, `parse_error`: the request itself, not a row of it.")


def described(view: Any, **methods: Any) -> type:
    """A view that is the same and says more."""
    same: type = type(view.__name__, (view,), {})
    return extend_schema_view(**methods)(same)


class MomentField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "compound.api.fields.Moment"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class TemperatureField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "gate.api.checks.Temperature"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "example": "36.6"}


class ChecksSchema(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    target_class = "gate.api.checks.Checks"

    def view_replacement(self) -> type:
        from gate.api.checks import CheckForm

        example = {
            "id": CHECK,
            "at": "2022-08-23T11:00:00.000+08:00",
            "direction": "out",
            "pass": "7K3M9QZT4B8XW2C6V1NRHE",
            "temperature": "36.6",
            "verdict": None,
            "clock_offset_ms": -120,
        }
        result = {
            "id": CHECK,
            "verdict": "refuse",
            "amber": False,
            "reasons": [
                {
                    "code": "quota_used",
                    "text": "20-1702 昨天 09:02 由东门出过，下次 8月24日(周三)。",
                    "effect": "refuse",
                    "params": {"of": "household", "out": "2022-08-22T01:02:00Z", "gate": "东门"},
                }
            ],
            "conflict": False,
            "next_out_on": "2022-08-24",
            "next_out_at": "2022-08-23T16:00:00Z",
            "room": "20-1702",
            "surname": "周",
            "kind": "household",
            "direction": "out",
            "replayed": False,
        }
        return described(
            self.target_class,
            post=extend_schema(
                summary="Up to 200 passages, each with an answer of its own",
                description=(
                    "Each check is a transaction of its own; a bad one harms no other. A known id gets its first answer"
                    " again. With `verdict` the phone has acted already: that is recorded and never refused."
                ),
                request=inline_serializer("Checks", {"checks": CheckForm(many=True)}),
                responses={
                    200: inline_serializer("CheckResults", {"results": CheckResult(many=True)}),
                    400: Refused.WRONG,
                    401: Refused.UNKNOWN,
                    429: Refused.OFTEN,
                },
                examples=[
                    OpenApiExample("a scanned pass", {"checks": [example]}, request_only=True),
                    OpenApiExample("out yesterday", {"results": [result]}, response_only=True, status_codes=["200"]),
                ],
            ),
        )


class RollSchema(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    target_class = "gate.api.roll.Roll"

    def view_replacement(self) -> type:
        rows = serializers.ListField(child=serializers.DictField())
        answer: dict[str, Any] = {
            "cursor": serializers.CharField(help_text="For the next request; means nothing else."),
            "full": serializers.BooleanField(help_text="False: only what changed since the cursor."),
            "server_time": serializers.DateTimeField(),
            "ends_at": serializers.DateTimeField(help_text="When this phone's shift ends."),
            "compound": serializers.DictField(child=serializers.CharField()),
            "gate": serializers.CharField(),
            "gates": serializers.ListField(child=serializers.CharField()),
            "offsets": _offsets(),
            "rules": rows,
            "outside": serializers.DictField(),
            "households": rows,
            "passes": rows,
            "plates": rows,
            "deleted": serializers.ListField(child=serializers.CharField()),
        }
        example = {
            "cursor": "82d2e96ecef87061.817",
            "full": True,
            "server_time": "2022-08-23T03:00:00Z",
            "ends_at": "2022-08-23T15:00:00Z",
            "compound": {"code": "demo", "name": "幸福里", "language": "zh-hans"},
            "gate": "东门",
            "gates": ["东门", "南门", "西门", "北门"],
            "offsets": [[0, 480]],
            "rules": [{"id": 1, "starts_at": "2022-08-16T03:00:00Z", "longest_minutes": 120}],
            "outside": {"compound": 1, "buildings": {"20": 1}},
            "households": [
                {
                    "room": "20-1702",
                    "surname": "周",
                    "outside_since": "2022-08-23T02:00:00Z",
                    "no_outing_until": None,
                    "outings": [{"out": "2022-08-23T02:00:00Z", "due": "2022-08-23T04:00:00Z", "gate": "东门"}],
                    "passes": [{"kind": "household", "from": None, "until": None, "hash": "C1KIzSmbn5vTb8Es"}],
                }
            ],
            "passes": [],
            "plates": [],
            "deleted": [],
        }
        cursor = OpenApiParameter("cursor", str, description="Of the last roll; without one, or unknown: everything.")
        return described(
            self.target_class,
            get=extend_schema(
                summary="What a phone needs to decide alone",
                description="Households and passes always have the fields of the example; of the others is left out "
                "what equals its default. docs/gate.md has every field.",
                parameters=[cursor],
                responses={
                    200: inline_serializer("Roll", answer),
                    401: Refused.UNKNOWN,
                    403: Refused.ENDED,
                    429: Refused.OFTEN,
                },
                examples=[OpenApiExample("one household", example, response_only=True, status_codes=["200"])],
            ),
        )


class DevicesSchema(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    target_class = "gate.api.devices.Devices"

    def view_replacement(self) -> type:
        answer: dict[str, Any] = {
            "token": serializers.CharField(),
            "compound": serializers.DictField(child=serializers.CharField()),
            "gate": serializers.CharField(),
            "gates": serializers.ListField(child=serializers.CharField()),
            "ends_at": serializers.DateTimeField(),
            "offsets": _offsets(),
        }
        example = {
            "token": "kP1v…",
            "compound": {"code": "demo", "name": "幸福里"},
            "gate": "东门",
            "gates": ["东门", "南门"],
            "ends_at": "2022-08-23T15:00:00Z",
            "offsets": [[0, 480]],
        }
        return described(
            self.target_class,
            post=extend_schema(
                summary="A code from the coordinator's screen becomes this phone's token, once",
                auth=[],
                request=inline_serializer("Code", {"code": serializers.CharField(max_length=40)}),
                responses={
                    200: inline_serializer("Binding", answer),
                    404: OpenApiResponse(ErrorAnswer, "`code_over`: wrong, used, run out and revoked look alike."),
                    429: Refused.OFTEN,
                },
                examples=[
                    OpenApiExample("code", {"code": "7K3M9QZT4B"}, request_only=True),
                    OpenApiExample("bound", example, response_only=True, status_codes=["200"]),
                ],
            ),
            delete=extend_schema(
                summary="This phone leaves the gate: its shift ends now",
                request=None,
                responses={204: None, 401: Refused.UNKNOWN},
            ),
        )


class IncidentsSchema(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    target_class = "gate.api.incidents.Incidents"

    def view_replacement(self) -> type:
        from gate.api.incidents import IncidentRow

        row = {"id": CHECK, "at": "2022-08-23T11:00:00+08:00", "clock_offset_ms": 0, "kind": "rushed", "room": None}
        return described(
            self.target_class,
            post=extend_schema(
                summary="Somebody rushed the gate or was abusive",
                request=inline_serializer("Incidents", {"incidents": IncidentRow(many=True)}),
                responses=_rows("IncidentResults"),
                examples=[OpenApiExample("rushed", {"incidents": [{**row, "note": "推门闯出"}]}, request_only=True)],
            ),
        )


class ParcelsSchema(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    target_class = "gate.api.parcels.Parcels"

    def view_replacement(self) -> type:
        from gate.api.parcels import ParcelRow

        waiting: dict[str, Any] = {
            "id": serializers.UUIDField(),
            "gate": serializers.CharField(),
            "building": serializers.CharField(),
            "room": serializers.CharField(allow_null=True),
            "count": serializers.IntegerField(),
            "dropped_at": serializers.DateTimeField(),
            "disinfected_at": serializers.DateTimeField(allow_null=True),
        }
        row = {"id": CHECK, "action": "drop", "at": "2022-08-23T11:00:00+08:00", "building": "20", "room": "20-1702"}
        return described(
            self.target_class,
            get=extend_schema(
                summary="What waits at the outer line, oldest first",
                responses={
                    200: inline_serializer(
                        "WaitingParcels", {"parcels": inline_serializer("WaitingParcel", waiting, many=True)}
                    ),
                    401: Refused.UNKNOWN,
                    403: Refused.ENDED,
                },
            ),
            post=extend_schema(
                summary="Dropped, disinfected, handed over, withdrawn",
                request=inline_serializer("Parcels", {"parcels": ParcelRow(many=True)}),
                responses=_rows("ParcelResults"),
                examples=[OpenApiExample("dropped", {"parcels": [{**row, "count": 2}]}, request_only=True)],
            ),
        )


def _offsets() -> serializers.ListField:
    pair = serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    return serializers.ListField(child=pair, help_text="[[from ms, minutes east of UTC], …] of the compound's clock.")


def _rows(name: str) -> dict[int, Any]:
    return {
        200: inline_serializer(name, {"results": RowResult(many=True)}),
        400: Refused.WRONG,
        401: Refused.UNKNOWN,
        403: Refused.ENDED,
        429: Refused.OFTEN,
    }
