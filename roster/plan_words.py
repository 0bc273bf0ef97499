"""What the planner's codes say of an empty seat, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from roster.words import REASONS


def why_seat_empty(empty: Mapping[str, Any], skill: str) -> str:
    """`empty` as a Plan keeps it; `skill` is the name of what the seat asks for, "" for nothing.

    “Of 4 people with 医护 3 are in their rest time, 1 has not said that they can.”
    """
    people = empty["skilled"]
    if not people:
        return _("Nobody else has the skill %(skill)s.") % {"skill": skill} if skill else _("There is nobody else.")
    facts = {"count": people, "skill": skill}
    if skill:
        who = ngettext("%(count)d other person has %(skill)s", "%(count)d other people have %(skill)s", people) % facts
    else:
        who = ngettext("%(count)d other person", "%(count)d other people", people) % facts
    parts = [REASONS[reason](count) % {"count": count} for reason, count in empty["reasons"].items()]
    return _("%(who)s: %(why)s.") % {"who": who, "why": _(", ").join(parts)}
