"""One row for each thing that happens to an errand."""

import datetime as dt
import uuid
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import User
from errands.models import Errand, ErrandStep


def write_step(
    errand: Errand,
    step: str,
    *,
    by: User | None,
    at: dt.datetime,
    entered_at: dt.datetime | None = None,
    note: str = "",
    id: uuid.UUID | None = None,
    undoes: ErrandStep | None = None,
) -> ErrandStep:
    """`at` when it happened, `entered_at` when it came here (the same where nobody says); the caller holds the lock."""
    entered_at = entered_at or at
    return ErrandStep.objects.create(
        id=id or uuid.uuid4(),
        errand=errand,
        step=step,
        note=" ".join(note.split())[:200],
        at=min(at, entered_at),
        entered_at=entered_at,
        by=by,
        undoes=undoes,
    )


def sum_words(errand: Errand, amount: Decimal | None, note: str) -> str:
    """In the compound's language, as everything that is stored: `38.50 元`. Read again by `errands.rules.sum_said`."""
    if amount is None:
        return note.strip()
    with translation.override(errand.compound.language):
        words = _("%(amount)s yuan") % {"amount": amount}
    return f"{words} {note}".strip()
