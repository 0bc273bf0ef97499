"""What the desk writes: only who has looked."""

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Household, User
from compound.services.audit import record


def log_phones_shown(*, household: Household, by: User, at: dt.datetime) -> None:
    """Every time that telephone numbers of a household are shown: who, whose, when."""
    with translation.override(household.compound.language):
        words = _("Phone numbers of %(room)s shown") % {"room": household.room}
    record(
        compound=household.compound,
        by=by,
        at=at,
        action="phones.shown",
        subject=household.room,
        text=words,
        room=household.room,
    )
