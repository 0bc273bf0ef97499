"""How every errand ends, whichever way."""

import datetime as dt

from compound.models import User
from errands.models import Errand, TopUp
from errands.services.alerts import take_back_urgent
from errands.signals import errand_ended


def end(errand: Errand, state: str, *, by: User | None, at: dt.datetime, now: dt.datetime, reason: str = "") -> None:
    """Ends an open errand whose row the caller holds. Nobody needs the number of a card any more: it is blanked."""
    errand.state, errand.ended_at, errand.end_reason = state, at, " ".join(reason.split())[:100]
    errand.save(update_fields=["state", "ended_at", "end_reason"])
    TopUp.objects.filter(errand=errand).exclude(number="").update(number="")
    take_back_urgent(errand=errand, at=now)
    errand_ended.send(sender=Errand, errand=errand, by=by, at=at, now=now)
