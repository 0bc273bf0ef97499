"""Who has printed passes: a card is a key to the gate."""

import datetime as dt

from django.utils import translation
from django.utils.translation import ngettext

from compound.models import Compound, User
from compound.services.audit import record


def log_printed(*, compound: Compound, count: int, part: str, by: User, at: dt.datetime) -> None:
    """`part`: the building, or whose the single card is; empty for all."""
    with translation.override(compound.language):
        words = ngettext("%(count)d pass printed", "%(count)d passes printed", count) % {"count": count}
    text = f"{words}: {part}" if part else words
    record(compound=compound, by=by, at=at, action="passes.printed", subject=part, text=text, count=count)
