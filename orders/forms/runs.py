"""Forms of the runs: planning one, changing its trips, stations, vehicles, times."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.models import Building, Compound, User
from orders.models import Batch, HandoverGap, OrderRules, Stop, TransitStation, Trip, Vehicle
from orders.queries.runs import runners_of
from orders.trips import times_between

MOST_TIMES = 96


class PlanForm(forms.Form):
    """When, who, what; and `also`, the ticked doors that came back."""

    leaves_at = MomentField(label=_("Leaves the gate at"))
    is_medicine = forms.BooleanField(label=_("Medicine only: from pharmacies, at any hour"), required=False)
    reason = forms.CharField(
        label=_("Why in the quiet hours"),
        max_length=100,
        required=False,
        help_text=_("Only then, and only when it is not medicine."),
    )
    runners = forms.ModelMultipleChoiceField(
        label=_("Runners"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The trips are shared out among them. Without anybody you choose later."),
    )

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = runners_of(compound)
        field = self.fields["runners"]
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])  # type: ignore[attr-defined]
        # The list is read once: the boxes are made of it, not of the query.
        field.choices = [(person.pk, person.name) for person in people]  # type: ignore[attr-defined]
        set_clock(self, compound, at)


class MoveForm(forms.Form):
    """`stop`s (or all of `building` on `trip`) `to` a trip's number, `new`, or `off`."""

    NEW, OFF = "new", "off"
    stop = forms.ModelMultipleChoiceField(
        queryset=Stop.objects.none(), error_messages={"required": _("Tick the doors first.")}
    )
    to = forms.CharField(max_length=40)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.fields["stop"].queryset = Stop.objects.filter(trip__batch=batch)  # type: ignore[attr-defined]

    def clean_to(self) -> Trip | str:
        to = self.cleaned_data["to"]
        if to in (self.NEW, self.OFF):
            return str(to)
        trip = self.batch.trips.filter(position=int(to)).first() if to.isdecimal() and len(to) < 5 else None
        if trip is None:
            raise ValidationError(_("This trip is not there any more. Load the page again."))
        return trip


class TripForm(forms.Form):
    """Who and with what; empty: nobody yet, on foot."""

    trip = forms.ModelChoiceField(queryset=Trip.objects.none())
    vehicle = forms.ModelChoiceField(queryset=Vehicle.objects.none(), required=False)
    runner = forms.ModelChoiceField(queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trip"].queryset = batch.trips.select_related("batch")  # type: ignore[attr-defined]
        self.fields["vehicle"].queryset = batch.compound.vehicles.all()  # type: ignore[attr-defined]
        people = [person.pk for person in runners_of(batch.compound)]
        self.fields["runner"].queryset = User.objects.filter(pk__in=people)  # type: ignore[attr-defined]


class GapForm(forms.Form):
    count = forms.UUIDField()
    reason = forms.CharField(
        label=_("Why"),
        max_length=HandoverGap._meta.get_field("reason").max_length,
        error_messages={"required": _("Say where the bags are: the reason stays in the record.")},
    )


class StationForm(forms.Form):
    """A station and its buildings. `station` names the one that is changed."""

    station = forms.ModelChoiceField(queryset=TransitStation.objects.none(), required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=40)
    buildings = forms.ModelMultipleChoiceField(
        label=_("Buildings"),
        queryset=Building.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A building that another station served comes over to this one."),
    )
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = compound.transit_stations.all()  # type: ignore[attr-defined]
        self.fields["buildings"].queryset = compound.buildings.order_by("sort_key")  # type: ignore[attr-defined]


class VehicleForm(forms.Form):
    vehicle = forms.ModelChoiceField(queryset=Vehicle.objects.none(), required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=40)
    capacity = forms.IntegerField(
        label=_("Bags at once"),
        min_value=1,
        max_value=10_000,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vehicle"].queryset = compound.vehicles.all()  # type: ignore[attr-defined]


class RulesForm(forms.Form):
    """Times as people write them: `10:00, 16:00`, or `9:00-17:30/30` for every half hour."""

    run_times = forms.CharField(
        label=_("Runs leave at"),
        required=False,
        max_length=400,
        help_text=_("For example 10:00, 16:00. Every half hour: 9:00-17:30/30"),
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time", "class": "short"})
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"), widget=forms.TimeInput(attrs={"type": "time", "class": "short"})
    )
    bags_a_trip = forms.IntegerField(
        label=_("Bags that one person carries in one go"),
        min_value=1,
        max_value=1_000,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    floor_weight = forms.DecimalField(
        label=_("A floor without a lift counts as so many bags"),
        min_value=0,
        max_value=20,
        max_digits=4,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "decimal", "step": "0.1"}),
    )

    def clean_run_times(self) -> list[dt.time]:
        text = self.cleaned_data["run_times"].replace("：", ":").replace("，", ",").replace("、", ",").replace("–", "-")
        times: list[dt.time] = []
        for part in filter(None, (part.strip() for part in text.replace(" ", ",").split(","))):
            try:
                times += _times(part)
            except ValueError as wrong:
                raise ValidationError(_("“%(text)s” is no time. Write 10:00."), params={"text": part}) from wrong
        if len(set(times)) > MOST_TIMES:
            raise ValidationError(_("At most %(count)d runs a day."), params={"count": MOST_TIMES})
        return sorted(set(times))

    @classmethod
    def of(cls, rules: OrderRules) -> dict[str, Any]:
        """What the form begins with."""
        return {
            "run_times": ", ".join(f"{time:%H:%M}" for time in rules.run_times),
            "quiet_from": f"{rules.quiet_from:%H:%M}",
            "quiet_until": f"{rules.quiet_until:%H:%M}",
            "bags_a_trip": rules.bags_a_trip,
            "floor_weight": rules.floor_weight,
        }


def _times(part: str) -> list[dt.time]:
    """`9:00` or `9:00-17:30/30`; ValueError for anything else."""
    span, slash, every = part.partition("/")
    first, dash, last = span.partition("-")
    if not dash and not slash:
        return [_time(first)]
    step = int(every) if slash else 0
    if not dash or not 5 <= step <= 720:
        raise ValueError(part)
    return times_between(_time(first), _time(last), step)


def _time(text: str) -> dt.time:
    hour, _colon, minute = text.partition(":")
    return dt.time(int(hour), int(minute))
