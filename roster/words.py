"""What the planner's codes say, in the reader's language."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from roster.planner.empty import Empty, Reason


def why_empty(empty: Empty) -> str:
    """“Of 4 people with the skill 3 are in their rest time, 1 has not said that they can.” in the active language."""
    if not empty.skilled:
        return _("Nobody else has the skill.")
    who = ngettext("%(count)d other person has the skill", "%(count)d other people have the skill", empty.skilled)
    parts = [words(count) % {"count": count} for reason, count in empty.reasons.items() for words in [REASONS[reason]]]
    return _("%(who)s: %(why)s.") % {"who": who % {"count": empty.skilled}, "why": _(", ").join(parts)}


REASONS: dict[Reason, Callable[[int], str]] = {
    "away": lambda n: ngettext("%(count)d has not said that they can", "%(count)d have not said that they can", n),
    "works": lambda n: ngettext("%(count)d is on duty then", "%(count)d are on duty then", n),
    "rests": lambda n: ngettext("%(count)d is in their rest time", "%(count)d are in their rest time", n),
    "week_full": lambda n: ngettext(
        "%(count)d has as many shifts this week as they may", "%(count)d have as many shifts this week as they may", n
    ),
    "apart": lambda n: ngettext(
        "%(count)d would be without their partner", "%(count)d would be without their partner", n
    ),
    "price": lambda n: ngettext(
        "%(count)d would have too much elsewhere", "%(count)d would have too much elsewhere", n
    ),
}
