"""The number of a top-up: shown to whoever pays at the counter, each time with a trace."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from errands.models import Errand, TopUp


@transaction.atomic
def show_number(*, errand: Errand, by: User, at: dt.datetime) -> str:
    """The full number, written down in the audit log. Raises `number_gone` once the errand has ended, also where that
    was taken back."""
    top_up = TopUp.objects.filter(errand=errand).first()
    if top_up is None or not top_up.number:
        if errand.is_open:
            # It had ended, and that was taken back.
            raise Refusal(
                "number_gone", _("The number was erased when this errand had ended: ask the household again.")
            )
        raise Refusal("number_gone", _("The number is not kept any more: the errand has ended."))
    audit.record(
        compound=errand.compound,
        by=by,
        at=at,
        action="errand.number_shown",
        subject=str(errand.pk),
        text=_("%(name)s looked at the number of a top-up.") % {"name": by.name},
        room=errand.household.room,
    )
    return top_up.number
