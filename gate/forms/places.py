"""A box for a room, or for a building: what somebody types becomes the row, and never a guess."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.listing import listed
from compound.models import Building, Compound, Household
from compound.queries.doors import doors_for
from gate.queries.places import one_building


def door_of(compound: Compound, text: str, *, only: frozenset[int] | None = None) -> Household:
    """The household. Raises ValidationError for none and for several. `only`: keys of the buildings that are seen."""
    found = doors_for(compound, text, only=only)
    if len(found) == 1:
        return found[0]
    if found:
        rooms = listed(door.room for door in found)
        raise ValidationError(
            _("Several doors have this number: %(rooms)s. Write the whole room."), "several", {"rooms": rooms}
        )
    raise ValidationError(_("There is no room “%(room)s” in the list of households."), "room_unknown", {"room": text})


class DoorField(forms.CharField):
    """A room box that gives the household. The form sets `compound`, and `only` where not all doors are seen."""

    compound: Compound
    only: frozenset[int] | None = None

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "short", "autocomplete": "off"}
        kwargs.setdefault("help_text", _("20-1702, 3-2-501, or the number alone."))
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return door_of(self.compound, text, only=self.only) if text else None


class PlaceField(DoorField):
    """A room or a building: gives `(building, household or None)`."""

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        if not text:
            return None
        building: Building | None = one_building(self.compound, text)
        if building is not None and (self.only is None or building.pk in self.only):
            return building, None
        door = door_of(self.compound, text, only=self.only)
        return door.building, door
