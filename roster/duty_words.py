"""What the phone pages of volunteers and leaders say of shifts: states, reasons, lengths."""

from typing import Any

from django.utils.translation import gettext_lazy

from roster.models import Assignment

State = Assignment.State

# Sign and word of the chip, from the volunteer's side.
CHIPS: dict[str, tuple[str, Any]] = {
    State.PROPOSED: ("plain", gettext_lazy("proposed")),
    State.WAITING: ("wait", gettext_lazy("on the waiting list")),
    State.OFFERED: ("ask", gettext_lazy("a place for you")),
    State.PUBLISHED: ("ask", gettext_lazy("not confirmed yet")),
    State.CONFIRMED: ("done", gettext_lazy("confirmed")),
    State.SIGNED_IN: ("done", gettext_lazy("signed in")),
    State.SIGNED_OUT: ("done", gettext_lazy("signed out")),
    State.DECLINED: ("plain", gettext_lazy("not coming")),
    State.ABSENT: ("no", gettext_lazy("absent")),
    State.EXCUSED: ("plain", gettext_lazy("excused")),
}

# Why somebody cannot come: big buttons, and own words beside them. Kept in the compound's language.
WHYS: tuple[tuple[str, Any], ...] = (
    ("sick", gettext_lazy("I am not well")),
    ("work", gettext_lazy("I have to work")),
    ("family", gettext_lazy("I am needed at home")),
    ("tired", gettext_lazy("I need rest")),
    ("other", gettext_lazy("Something else")),
)


# What stands against a shift, or should be known of it, said to the person who reads it on the own phone.
OWN_REASONS: dict[str, Any] = {
    "rather_not": gettext_lazy("You have said that you would rather not at that time"),
    "cannot": gettext_lazy("You have said that you can't at that time"),
}


def number_words(hours: float) -> str:
    """`8`, `7.5`: a number of hours without a needless zero."""
    return f"{hours:.1f}".removesuffix(".0")
