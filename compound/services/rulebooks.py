"""Writing rules. PostgreSQL refuses those that start before they are written."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Rulebook, User
from compound.services.audit import record


@transaction.atomic
def save_rulebook(*, rulebook: Rulebook, by: User, at: dt.datetime) -> None:
    """A new rulebook, or a changed one that has not begun; of one that has begun only the end may differ.

    A start within the last minute counts as now: that long a form may be on its way.
    """
    is_new = rulebook.pk is None
    if is_new:
        rulebook.created_at, rulebook.created_by = at, by
        if dt.timedelta(0) <= at - rulebook.starts_at < dt.timedelta(minutes=1):
            rulebook.starts_at = at
    rulebook.save()
    with translation.override(rulebook.compound.language):
        words = _("Rules: %(notice)s") % {"notice": rulebook.notice}
    record(
        compound=rulebook.compound,
        by=by,
        at=at,
        action="rulebook.added" if is_new else "rulebook.changed",
        subject=rulebook.notice,
        text=words,
        rulebook=rulebook.pk,
        building=rulebook.building.name if rulebook.building else None,
        starts_at=rulebook.starts_at.isoformat(),
        ends_at=rulebook.ends_at.isoformat() if rulebook.ends_at else None,
    )
