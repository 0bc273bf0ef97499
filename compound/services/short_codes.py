"""Taking back the short link of a sheet that was lost."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import ShortCode, User
from compound.services.audit import record


@transaction.atomic
def revoke_short_code(*, short_code: ShortCode, by: User, at: dt.datetime) -> bool:
    """True when it opened something until now. The code itself is a bearer's key and stays out of the log."""
    if not ShortCode.objects.filter(pk=short_code.pk, revoked_at=None).update(revoked_at=at, revoked_by=by):
        return False
    sheet = short_code.sheet
    with translation.override(sheet.compound.language):
        words = _("Short link of %(sheet)s taken back") % {"sheet": str(sheet)}
    record(
        compound=sheet.compound,
        by=by,
        at=at,
        action="short_code.revoked",
        subject=str(sheet),
        text=words,
        sheet=str(sheet.pk),
    )
    return True
