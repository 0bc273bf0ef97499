"""One line in the audit log, in the compound's language."""

import datetime as dt
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Compound, User
from compound.services.audit import record


def log(
    *, compound: Compound, by: User | None, at: dt.datetime, action: str, text: str, subject: str = "", **params: Any
) -> None:
    """`text` is a msgid (gettext_noop) with the placeholders of `params` and `%(subject)s`. No phone numbers in it."""
    with translation.override(compound.language):
        words = _(text) % {"subject": subject, **params}
    record(compound=compound, by=by, at=at, action=action, subject=subject, text=words, **params)
