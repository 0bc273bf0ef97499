"""A coordinator looks at an emergency, afterwards."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from gate.models import Check, Ratification


def ratify(*, check: Check, is_accepted: bool, note: str, by: User, at: dt.datetime) -> Ratification:
    """Accepts an emergency, or doubts it with a note. It changes nothing about the passage itself.

    Raises `not_an_emergency`, `doubt_without_note`, `emergency_ratified` (somebody else was quicker).
    """
    if check.kind != "emergency" or check.action not in (Check.Action.CHECK, Check.Action.EMERGENCY):
        raise Refusal("not_an_emergency", _("This passage was no emergency."))
    if not is_accepted and not note:
        raise Refusal("doubt_without_note", _("Say what is doubtful: the reason stays with the passage."))
    try:
        with transaction.atomic():
            made = Ratification.objects.create(check_ratified=check, is_accepted=is_accepted, note=note, at=at, by=by)
            audit.record(
                compound=check.compound,
                by=by,
                at=at,
                action="emergency.ratified" if is_accepted else "emergency.doubted",
                subject=check.household.room if check.household else check.shown,
                text=gettext_lazy("Emergency ratified") if is_accepted else gettext_lazy("Emergency doubted"),
                check=str(check.pk),
            )
    except IntegrityError as error:
        raise Refusal(
            "emergency_ratified", _("Somebody else has looked at this already. Load the page again.")
        ) from error
    return made
