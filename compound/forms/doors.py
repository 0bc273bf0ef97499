"""A room box, and the choice between doors where what was typed can mean several."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, Household
from compound.queries.doors import doors_for


class RoomField(forms.CharField):
    """A room as people write it: `20-1702`, `20栋1702`, or the number alone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Room"))
        kwargs.setdefault("help_text", _("20-1702, 3-2-501, or the number alone."))
        kwargs.setdefault("max_length", 40)
        super().__init__(
            widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "autofocus": True}), **kwargs
        )


class FindsDoor(forms.Form):
    """After `find_door` `household` is the door; else `room` has the error and `doors` are what can be chosen from.

    `only`: keys of the buildings that are seen.
    """

    def __init__(self, *args: Any, compound: Compound, only: frozenset[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.compound, self.only = compound, only
        self.doors: list[Household] = []
        self.household: Household | None = None

    def find_door(self, room: str, chosen: str) -> None:
        self.doors = doors_for(self.compound, room, only=self.only)
        rooms = [door.room for door in self.doors]
        if chosen in rooms:
            self.doors = [self.doors[rooms.index(chosen)]]
        if not self.doors:
            text = _("There is no room “%(room)s” in the list of households.") % {"room": room}
            self.add_error("room", ValidationError(text, code="room_unknown"))
        elif len(self.doors) > 1:
            self.add_error("room", ValidationError(_("Several doors have this number: choose one."), code="several"))
        else:
            self.household = self.doors[0]
