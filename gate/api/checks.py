"""POST /api/v1/gate/checks: up to 200 checks of a gate's phone, each with an answer of its own."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, cast

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response

from compound.api.errors import answerable, its_id
from compound.api.fields import Moment
from compound.api.json_only import json_answer
from compound.moments import event_moment
from gate.api.authentication import MayUpload, ended_words
from gate.api.device_view import DeviceView
from gate.api.fields import Remark, Text
from gate.models import Check, Device
from gate.models.passages import Direction, Kind, Verdict
from gate.services.checks import NewCheck, record_checks
from gate.services.passes import clean_plate

MOST = 200
# A thermometer shows one decimal, or none. Above and below these it measured no person.
TEMPERATURE = re.compile(r"[0-9]{1,3}(?:\.[0-9])?")
COLDEST, HOTTEST = Decimal("30.0"), Decimal("45.0")
# Further off than this no clock is only wrong.
FURTHEST_OFFSET_MS = 50 * 365 * 24 * 3_600_000


class Temperature(serializers.Field[Decimal | str, str, str, Any]):
    """A decimal string of °C. A number that is no temperature of a person stays a text: `NewCheck.implausible`."""

    default_error_messages = {
        "invalid": gettext_lazy("A temperature from 30.0 to 45.0 with one decimal, for example 36.6.")
    }

    def to_internal_value(self, data: Any) -> Decimal | str:
        text = str(data)
        if isinstance(data, bool) or TEMPERATURE.fullmatch(text) is None:
            self.fail("invalid")
        value = Decimal(text).quantize(Decimal("0.1"))
        return value if COLDEST <= value <= HOTTEST else str(value)


def _text(most: int) -> Text:
    return Text(max_length=most, required=False, allow_null=True, allow_blank=True)


def _remark() -> Remark:
    return Remark(max_length=200, required=False, allow_null=True, allow_blank=True)


class CheckForm(serializers.Serializer[None]):
    """One check of the wire; `contracts.md` names the fields."""

    id = serializers.UUIDField()
    at = Moment()
    direction = serializers.ChoiceField(Direction.choices, default=Direction.OUT.value)
    action = serializers.ChoiceField(Check.Action.choices, default=Check.Action.CHECK.value)
    kind = serializers.ChoiceField(Kind.choices, required=False, allow_null=True)
    household = _text(60)
    plate = _text(40)
    temperature = Temperature(required=False, allow_null=True)
    verdict = serializers.ChoiceField(Verdict.choices, required=False, allow_null=True)
    clock_offset_ms = serializers.IntegerField(
        required=False, allow_null=True, min_value=-FURTHEST_OFFSET_MS, max_value=FURTHEST_OFFSET_MS
    )
    override = _remark()
    gate = _text(20)
    refers_to = serializers.UUIDField(required=False, allow_null=True)
    reason = _remark()
    method = _text(20)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # DRF: what a nested form takes its data from
        [(s.value, s.label) for s in (Check.Source.PHONE, Check.Source.PAPER)], default=Check.Source.PHONE.value
    )

    def get_fields(self) -> dict[str, Any]:
        # `pass` is a word of Python.
        return {**super().get_fields(), "pass": _text(64)}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Reads only what was sent: a phone sends seven of the seventeen fields."""
        if not isinstance(data, dict):
            return cast(dict[str, Any], super().to_internal_value(data))
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name not in data and not field.required:
                if field.default is not empty:
                    values[name] = field.default
                continue
            try:
                values[name] = field.run_validation(data.get(name, empty))
            except ValidationError as error:
                errors[name] = error.detail
        if "temperature" in errors and values.get("verdict"):
            # Somebody has passed already: that is written down, whatever the thermometer is said to have shown.
            del errors["temperature"]
            values["temperature"] = ""
        if errors:
            raise ValidationError(errors)
        return values

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        action = given["action"]
        about = given.get("refers_to")
        if (action in ("reading", "undo", "correct")) != (about is not None):
            raise ValidationError({"refers_to": _("Which check is this about?")})
        if action in ("undo", "correct") and not given.get("reason"):
            raise ValidationError({"reason": _("Why?")})
        if action == "reading" and given.get("temperature") is None:
            raise ValidationError({"temperature": _("Which temperature?")})
        if action == "check" and not (given.get("pass") or given.get("household") or given.get("plate")):
            raise ValidationError({"pass": _("Who is it? A pass, a room or a plate.")})
        return given


# Making a form anew for each check costs more than reading it; this one keeps nothing of what it reads.
FORM = CheckForm()


def new_check(given: Any) -> NewCheck:
    """Raises ValidationError."""
    values = {name: value for name, value in FORM.run_validation(given).items() if value is not None}
    if isinstance(values.get("temperature"), str):
        values["implausible"] = values.pop("temperature")
    return NewCheck(token=values.pop("pass", ""), plate=clean_plate(values.pop("plate", "")), **values)


class Checks(DeviceView):
    """For 7 days after its end a phone may still send what happened before it, and nothing else."""

    permission_classes = [MayUpload]

    def post(self, request: Request) -> Response | HttpResponse:
        given = request.data.get("checks") if isinstance(request.data, dict) else None
        if not isinstance(given, list) or not 1 <= len(given) <= MOST:
            text = _('Send {"checks": [...]} with 1 to %(most)s checks.') % {"most": MOST}
            return Response({"error": {"code": "invalid", "text": text}}, status=400)
        device: Any = request.auth
        at = timezone.now()
        read = [_read(check, device, at) for check in given]
        good = [check for check in read if isinstance(check, NewCheck)]
        results = iter(record_checks(compound=device.compound, gate=device.gate, checks=good, at=at, device=device))
        answers = [next(results).as_json() if isinstance(check, NewCheck) else check for check in read]
        return json_answer({"results": answers})


def _read(given: Any, device: Device, at: dt.datetime) -> NewCheck | dict[str, Any]:
    """The check, or the answer that says why it is not recorded at all; it harms no other."""
    try:
        check = new_check(given)
    except ValidationError as error:
        detail: Any = error.detail  # of a form: a list of sentences by field
        name, errors = next(iter(detail.items()))
        text = str(errors[0]) if name == "non_field_errors" else f"{name}: {errors[0]}"
        return {"id": its_id(given), "error": {"code": "invalid", "text": answerable(text)}}
    if at >= device.ends_at and event_moment(check.at, check.clock_offset_ms, at) >= device.ends_at:
        return {"id": str(check.id), "error": {"code": "device_ended", "text": ended_words()}}
    return check
