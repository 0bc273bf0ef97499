"""Cards of a household that go along: given at the door, brought back, each time by somebody with a name."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from errands.models import CardLoan, Errand, ErrandStep
from errands.services.locks import lock_errand
from errands.services.written import write_step

Step = ErrandStep.Step


@transaction.atomic
def take_card(
    *,
    id: uuid.UUID,
    errand: Errand,
    kind: str,
    holder: str,
    given_by: str,
    by: User,
    at: dt.datetime,
    entered_at: dt.datetime | None = None,
) -> tuple[CardLoan, tuple[str, ...]]:
    """The card goes along with `by`, who has the errand from then on if nobody had it. `holder`: whose card it is.

    Returns (card, flags): `already` it is out by this errand, `ended` the errand had ended. Raises `card_unknown` for
    no kind of card, `holder_missing`, `given_by_missing`.
    """
    errand = lock_errand(errand.pk)
    holder, given_by = _name(holder), _name(given_by)
    if kind not in CardLoan.Kind.values:
        raise Refusal("card_unknown", _("Which card is it?"))
    if not holder:
        raise Refusal("holder_missing", _("Whose card is it? Write the name."))
    if not given_by:
        raise Refusal("given_by_missing", _("Who gave you the card? Write the name."))
    known = CardLoan.objects.filter(errand=errand, kind=kind, holder=holder, returned_at=None).first()
    if known is not None:
        return known, ("already",)
    flags = () if errand.is_open else ("ended",)
    if errand.taken_by is None and errand.is_open:
        errand.taken_by, errand.state = by, Errand.State.TAKEN
        errand.save(update_fields=["taken_by", "state"])
    card = CardLoan.objects.create(
        id=id, errand=errand, kind=kind, holder=holder, given_by=given_by, taken_at=at, taken_by=by
    )
    write_step(errand, Step.CARD_TAKEN, by=by, at=at, entered_at=entered_at, note=_words(card, "←", given_by), id=id)
    return card, flags


@transaction.atomic
def return_card(
    *,
    card: CardLoan,
    returned_to: str,
    by: User,
    at: dt.datetime,
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> tuple[CardLoan, tuple[str, ...]]:
    """The card is back with the household; also long after the errand has ended. Flag `already`: it was back before.

    Raises `returned_to_missing`.
    """
    errand = lock_errand(card.errand_id)
    card = CardLoan.objects.select_for_update(of=("self",)).get(pk=card.pk)
    returned_to = _name(returned_to)
    if card.returned_at is not None:
        return card, ("already",)
    card.errand = errand
    if not returned_to:
        raise Refusal("returned_to_missing", _("Who got the card back? Write the name."))
    # A phone's clock that was put right in between must not bring it back before it was taken.
    card.returned_at, card.returned_by, card.returned_to = max(at, card.taken_at), by, returned_to
    card.save(update_fields=["returned_at", "returned_by", "returned_to"])
    write_step(
        errand, Step.CARD_RETURNED, by=by, at=at, entered_at=entered_at, note=_words(card, "→", returned_to), id=id
    )
    return card, ()


def _words(card: CardLoan, sign: str, name: str) -> str:
    """In the compound's language, as everything that is stored: `王奶奶 医保卡 ← 王奶奶`."""
    with translation.override(card.errand.compound.language):
        return f"{card.holder} {card.get_kind_display()} {sign} {name}"


def _name(text: str) -> str:
    return " ".join(text.split())[:40]
