"""What a reason is called in a table. The sentence for a passage is said by gate/words.py."""

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Any] = {
    "pass_unknown": _("pass not known"),
    "household_unknown": _("room not known"),
    "pass_revoked": _("pass revoked"),
    "pass_not_yet_valid": _("pass not valid yet"),
    "pass_expired": _("pass expired"),
    "sealed_building": _("sealed: nobody goes out"),
    "isolation": _("no outing until a set date"),
    "vehicle_not_allowed": _("vehicle not allowed"),
    "visitor_not_allowed": _("visitor not allowed"),
    "quota_used": _("household has been out already"),
    "outside_hours": _("outside the hours"),
    "too_many_outside": _("too many people outside"),
    "fever": _("fever"),
    "reading_implausible": _("reading too low to be true"),
    "already_out": _("out already"),
    "not_out": _("came in without having gone out"),
    "overstay": _("came back late"),
    "clock_skew": _("clock was wrong"),
    "no_rulebook": _("no rules in force"),
    "overridden": _("let through against the rule"),
    "reported_late": _("reported late"),
}

# Shown to nobody but gate, medical group, coordinator and secretary.
HEALTH = frozenset({"fever", "reading_implausible"})


# What a phone gives as the reason of a row that it writes by itself; everything else is somebody's own words.
GIVEN: dict[str, Any] = {
    "hospital": _("to hospital"),
    "sent_home": _("sent home and reported"),
    "decided_by_phone": _("the phone had decided before the server answered"),
}


def given_reason(text: str) -> str:
    """The reason of an undoing, a correction or a last reading, in the reader's language."""
    return str(GIVEN.get(text, text))


def reason_name(code: str) -> str:
    """The code itself for one that is newer than this page."""
    return str(NAMES.get(code, code))
