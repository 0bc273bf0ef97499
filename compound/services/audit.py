"""The audit log's one writer."""

import datetime as dt
from typing import Any

from django.utils import translation

from compound.models import AuditEntry, Compound, User


def record(
    *,
    compound: Compound | None,
    by: User | None,
    at: dt.datetime,
    action: str,
    subject: str = "",
    text: Any = "",
    **params: Any,
) -> AuditEntry:
    """Writes one row in the caller's transaction: the deed and its trace stand or fall together.

    `action` is a stable code such as `login.issued`; `params` must be JSON-serialisable and hold no health words, no
    tokens and no phone numbers. `text` may be lazy; it is kept in the compound's language.
    """
    with translation.override(compound.language if compound else "zh-hans"):
        words = str(text)
    return AuditEntry.objects.create(
        compound=compound, by=by, at=at, action=action, subject=subject[:120], params=params, text=words
    )
