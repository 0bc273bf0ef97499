"""A form that asks for one door."""

from typing import Any

from django import forms

from compound.forms.doors import FindsDoor, RoomField
from compound.rooms import clean


class DoorForm(FindsDoor):
    """A form with the boxes `room` and `chosen`; after `is_valid` `household` is the door, None where none is needed.

    `doors`, when there are several, are what the page offers to choose from (templates/components/which_door.html).
    """

    room = RoomField()
    chosen = forms.CharField(max_length=62, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if room := clean(data.get("room") or ""):
            self.find_door(room, data.get("chosen") or "")
        return data
