"""A filled-in log form as it is typed in: which sheet, and its rows. Nothing typed is ever lost."""

import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.listing import listed
from compound.models import Compound, Gate
from compound.queries.doors import doors_for, near_rooms
from compound.rooms import clean
from gate import rules
from gate.models.passages import Direction, Kind, Verdict
from gate.services.checks import NewCheck

ROWS = 20
MOST_ROWS = 100
MOST_PAGES = 20
OLDEST = dt.timedelta(days=31)
# A shift with no end written down is taken to be that long.
USUAL = dt.timedelta(hours=12)
NAMES = ("id", "time", "direction", "room", "kind", "temperature", "verdict", "note")
SHORTEST, LONGEST = Decimal("30.0"), Decimal("45.0")


class SheetForm(forms.Form):
    """Which sheet: gate, date, hours of the shift. For printing it all but the gate may be blank."""

    gate = forms.ModelChoiceField(label=gettext_lazy("Gate"), queryset=Gate.objects.none(), empty_label=None)
    on = forms.DateField(
        label=gettext_lazy("Date on which the shift began"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts = forms.TimeField(
        label=gettext_lazy("Shift from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )
    ends = forms.TimeField(
        label=gettext_lazy("until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.compound, self.at = compound, at
        gates: Any = self.fields["gate"]
        gates.queryset = compound.gates.exclude(kind=Gate.Kind.SEALED).order_by("position", "name")
        gates.to_field_name = "name"

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on > self.compound.day_of(self.at):
            raise ValidationError(_("This day has not come yet."), code="future")
        if on < self.compound.day_of(self.at - OLDEST):
            raise ValidationError(
                _("Longer ago than %(days)d days: too late to type in.") % {"days": OLDEST.days}, "old"
            )
        return on


class PrintForm(SheetForm):
    """What is printed in the head of the form."""

    guards = forms.CharField(label=gettext_lazy("On duty"), max_length=60, required=False)
    pages = forms.IntegerField(
        label=gettext_lazy("How many sheets"),
        min_value=1,
        max_value=MOST_PAGES,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gate: Any = self.fields["gate"]
        gate.required, gate.empty_label = False, _("leave blank")
        gate.widget.choices = gate.choices
        self.fields["on"].required = False

    def clean_on(self) -> Any:
        return self.cleaned_data["on"]


@dataclass(frozen=True)
class TypedRow:
    """A row as it was typed, what it means, and what is wrong with it, by box."""

    id: uuid.UUID
    time: str = ""
    direction: str = Direction.OUT.value
    room: str = ""
    kind: str = Kind.HOUSEHOLD.value
    temperature: str = ""
    verdict: str = Verdict.ALLOW.value
    note: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    check: NewCheck | None = None

    def get_direction_display(self) -> str:
        return str(Direction(self.direction).label)

    def get_kind_display(self) -> str:
        return str(Kind(self.kind).label)

    def get_verdict_display(self) -> str:
        return str(Verdict(self.verdict).label)

    @property
    def is_empty(self) -> bool:
        """What has a value of its own in every row says nothing."""
        return not (self.time or self.room or self.temperature or self.note)


def empty_rows(count: int) -> list[TypedRow]:
    return [TypedRow(uuid.uuid4()) for _number in range(count)]


def typed_rows(data: QueryDict) -> list[TypedRow]:
    """The rows that are not empty, unread. A row without a good number (one that was added in the page) gets one."""
    columns = [data.getlist(name)[:MOST_ROWS] for name in NAMES]
    height = max((len(column) for column in columns), default=0)
    rows = []
    seen: set[uuid.UUID] = set()
    for cells in zip(*(column + [""] * (height - len(column)) for column in columns), strict=True):
        key, time, direction, room, kind, temperature, verdict, note = (clean(cell)[:200] for cell in cells)
        number = _uuid(key)
        if number is None or number in seen:
            number = uuid.uuid4()
        seen.add(number)
        row = TypedRow(
            id=number,
            time=time,
            direction=direction if direction in Direction.values else Direction.OUT.value,
            room=room,
            kind=kind if kind in Kind.values else Kind.HOUSEHOLD.value,
            temperature=temperature,
            verdict=verdict if verdict in Verdict.values else Verdict.ALLOW.value,
            note=note,
        )
        if not row.is_empty:
            rows.append(row)
    return rows


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class Sheet:
    """A sheet of which `SheetForm` is valid: reads its rows."""

    def __init__(
        self,
        compound: Compound,
        *,
        gate: Gate,
        on: dt.date,
        starts: dt.time | None,
        ends: dt.time | None,
        at: dt.datetime,
    ) -> None:
        self.compound, self.gate, self.at = compound, gate, at
        self.on = on
        self.begins = compound.moment(on, starts or dt.time(0))
        if starts is None and ends is None:
            self.ends = compound.moment(on + dt.timedelta(days=1), dt.time(0))
        elif ends is None:
            self.ends = self.begins + USUAL
        else:
            over = starts is not None and ends <= starts
            self.ends = compound.moment(on + dt.timedelta(days=1 if over else 0), ends)

    def read(self, rows: list[TypedRow]) -> list[TypedRow]:
        """Each with its check, or with what is wrong in words."""
        return [self._read(row) for row in rows]

    def _read(self, row: TypedRow) -> TypedRow:
        problems: dict[str, str] = {}
        moment, problems["time"] = self._moment(row.time)
        temperature, problems["temperature"] = read_temperature(row.temperature)
        room, problems["room"] = self._room(row)
        if row.kind == Kind.EMERGENCY and row.direction == Direction.OUT and not row.note:
            problems["note"] = _("Why was it an emergency? Write it as on the sheet.")
        problems = {name: text for name, text in problems.items() if text}
        if problems or moment is None:
            return replace(row, problems=problems)
        is_plate = row.kind == Kind.VEHICLE
        is_emergency = row.kind == Kind.EMERGENCY and row.direction == Direction.OUT
        check = NewCheck(
            id=row.id,
            at=moment,
            direction=cast(rules.Direction, row.direction),
            household="" if is_plate else room,
            plate=room if is_plate else "",
            kind=cast(rules.Kind, row.kind),
            action="emergency" if is_emergency else "check",
            temperature=temperature,
            verdict=row.verdict,
            reason=row.note,
            source="paper",
        )
        return replace(row, room=room, check=check)

    def _moment(self, text: str) -> tuple[dt.datetime | None, str]:
        """The moment of this time that is nearest to the shift: after midnight that is the next day."""
        if not text:
            return None, _("When? Write the time, for example 902 or 9:02.")
        time = read_time(text)
        if time is None:
            return None, _("“%(text)s” is no time. Write 902 for 09:02.") % {"text": text}
        near = [self.compound.moment(self.on + dt.timedelta(days=days), time) for days in (0, 1, -1)]
        moment = min(near, key=self._distance)
        if moment > self.at:
            return None, _("This time has not come yet. Check the date and the hours of the shift.")
        return moment, ""

    def _distance(self, moment: dt.datetime) -> dt.timedelta:
        if moment < self.begins:
            return self.begins - moment
        return max(moment - self.ends, dt.timedelta(0))

    def _room(self, row: TypedRow) -> tuple[str, str]:
        if row.kind == Kind.VEHICLE:
            return row.room, "" if row.room else _("Which vehicle? Write its plate.")
        if not row.room:
            return "", _("Which room?")
        doors = doors_for(self.compound, row.room)
        if len(doors) == 1:
            return doors[0].room, ""
        if doors:
            rooms = listed(door.room for door in doors)
            return row.room, _("Several doors have this number: %(rooms)s. Write the whole room.") % {"rooms": rooms}
        if near := near_rooms(self.compound, row.room):
            text = _("There is no room “%(room)s” in the list of households. Perhaps %(near)s?")
            return row.room, text % {"room": row.room, "near": listed(near)}
        return row.room, _("There is no room “%(room)s” in the list of households.") % {"room": row.room}


def read_time(text: str) -> dt.time | None:
    """`902`, `0902`, `9:02`, `9：02`, `9点02`, `21.30`; None for what is no time. A bare `9` is nine o'clock."""
    text = unicodedata.normalize("NFKC", text).strip().rstrip("分")
    found = re.fullmatch(r"(\d{1,2})(?:\s*[:.;,时点]\s*|(?=\d\d$))(\d{2})?|(\d{1,2})", text)
    if found is None:
        return None
    hour, minute = int(found[1] or found[3]), int(found[2] or 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def read_temperature(text: str) -> tuple[Decimal | None, str]:
    """`365`, `36.5`, `36。5`, `37`; (None, '') for an empty box, (None, words) for what is no temperature."""
    if not text:
        return None, ""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".").replace(",", ".").rstrip("°C℃度 ")
    found = re.fullmatch(r"(\d{2})\.?(\d)?", plain)
    value = Decimal(f"{found[1]}.{found[2] or 0}") if found else None
    if value is None or not SHORTEST <= value <= LONGEST:
        return None, _("“%(text)s” is no temperature. Write 365 for 36.5; a reading above 45 is not to be trusted.") % {
            "text": text
        }
    return value, ""
