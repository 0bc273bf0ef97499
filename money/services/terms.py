"""How, to whom and until when households pay: one text of the compound, which every statement ends with."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Compound, User
from compound.refusals import Refusal
from compound.services import audit
from orders.queries.sheet_rows import without_numbers

LONGEST = 300


@transaction.atomic
def say_how_to_pay(*, compound: Compound, text: str, by: User, at: dt.datetime) -> str:
    """Keeps the text, line by line without idle space; empty: nothing is said. Returns what is kept.

    Raises `number_in_it` (it stands in every chat and on paper), `too_long`.
    """
    text = "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))
    if without_numbers(text) != text:
        raise Refusal("number_in_it", _("There is a telephone or card number in it: leave it out."))
    if len(text) > LONGEST:
        raise Refusal("too_long", _("At most %(most)d characters.") % {"most": LONGEST})
    if Compound.objects.filter(pk=compound.pk).exclude(how_to_pay=text).update(how_to_pay=text):
        audit.record(compound=compound, by=by, at=at, action="money.how_to_pay", subject=compound.code, text=text[:200])
    compound.how_to_pay = text
    return text
