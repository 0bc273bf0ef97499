"""Taking back what was said by mistake: a wrong button at the door, in gloves.

Nothing is erased: a step of its own says who took back what, when and why, and the errand, its cards and the ledger
stand again where they stood before.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from errands.models import CardLoan, Errand, ErrandStep, Medicine
from errands.rules import in_order, paid, standing
from errands.services.alerts import tell_urgent
from errands.services.locks import lock_errand
from errands.services.steps import Told
from errands.services.written import write_step
from errands.signals import errand_ended, errand_paid
from orders.models import Picture

Kind, State, Step = Errand.Kind, Errand.State, ErrandStep.Step
# Later somebody at the desk takes it back, with a reason.
OWN_TIME = dt.timedelta(minutes=15)
# So much later a phone that had no network is still believed when it said so.
MOST_BEHIND = dt.timedelta(days=1)
# What can be taken back, as pages name it.
BOUGHT, ENDED, CARD = "bought", "ended", "card"
WHAT: dict[str, tuple[str, ...]] = {
    BOUGHT: (Step.BOUGHT,),
    ENDED: (Step.HANDED_OVER, Step.REFUSED, Step.NOT_TO_BE_HAD),
    CARD: (Step.CARD_RETURNED,),
}


def done_of(act: uuid.UUID) -> uuid.UUID:
    """The step "done" of an act that has also said what it cost: the sum has the act's own id."""
    return uuid.uuid5(act, "done")


@dataclass(frozen=True)
class _Found:
    """Steps to be taken back, and the cards that are out again then."""

    steps: list[ErrandStep]
    cards: list[CardLoan]


@transaction.atomic
def take_back(
    *,
    errand: Errand,
    what: str,
    by: User,
    at: dt.datetime,
    is_desk: bool = False,
    reason: str = "",
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """`what` was said last of this kind (BOUGHT, ENDED, CARD) did not happen: by whoever said it within `OWN_TIME`
    and received at most `MOST_BEHIND` after that was; by `is_desk` of anybody and at any time, with a reason.

    Flags: `already` it was taken back before; `stays` somebody else has said the same, so it stands where it stood;
    `earlier` so has `by` himself, earlier. The sum and the photo are then those of what is left. Raises
    `malformed`, `nothing_to_take_back`, `too_late_to_take_back`, `reason_missing`, `card_elsewhere` (the card has gone
    along once more since).
    """
    errand = lock_errand(errand.pk)
    now, reason = entered_at or at, " ".join(reason.split())
    if what not in WHAT:
        raise Refusal("malformed", _("This page is older than the server: load it again."))
    steps = in_order(errand.steps.exclude(step=Step.TAKEN_BACK).select_related("undone_by"))
    live = [step for step in steps if not hasattr(step, "undone_by")]
    said = _said_last(errand, what, live)
    if not said:
        if any(hasattr(step, "undone_by") and step.step in WHAT[what] for step in steps):
            return Told(errand, ("already",))
        raise Refusal("nothing_to_take_back", _("It stands elsewhere by now: load the page again."))
    own = [
        step
        for step in said
        if step.by_id == by.pk and is_shortly_after(step, at) and now - step.entered_at <= MOST_BEHIND
    ]
    if not own and not is_desk:
        text = _("That is more than 15 minutes ago, or somebody else said it: ask the coordinator to take it back.")
        raise Refusal("too_late_to_take_back", text)
    if not own and not reason:
        raise Refusal("reason_missing", _("Say why: the reason stays in the record."))
    found = _with_what_hangs_on_it(errand, own or said, live)
    _put_back_cards(found.cards)
    with translation.override(errand.compound.language):
        note = reason or _("pressed by mistake")
    for number, step in enumerate(found.steps):
        step_id = id if number == 0 else uuid.uuid5(id, str(number)) if id else None
        write_step(errand, Step.TAKEN_BACK, by=by, at=at, entered_at=entered_at, note=note, id=step_id, undoes=step)
    if what == CARD:
        return Told(errand)
    left = [step for step in live if step not in found.steps]
    return _stand_again(errand, found.steps, left, by=by, at=at, now=now)


def is_shortly_after(step: ErrandStep, at: dt.datetime) -> bool:
    """Whether `at` is so soon after the step that whoever said it may take it back."""
    return dt.timedelta(0) <= at - step.at <= OWN_TIME


def _said_last(errand: Errand, what: str, live: Sequence[ErrandStep]) -> list[ErrandStep]:
    """All that says what is to be taken back: twice pressed is twice said."""
    if what == CARD:
        cards = [step for step in live if step.step == Step.CARD_RETURNED]
        # One act brings back all that are out.
        return [step for step in cards if (step.by_id, step.at) == (cards[-1].by_id, cards[-1].at)]
    if errand.state not in WHAT[what]:
        return []
    return [step for step in live if step.step == errand.state]


def _with_what_hangs_on_it(errand: Errand, steps: Sequence[ErrandStep], live: Sequence[ErrandStep]) -> _Found:
    """With a bag goes back what was said with the same button: the cards given back with it; of help what it cost."""
    found = list(steps)
    acts = {step.pk for step in steps}
    cards = list(CardLoan.objects.select_for_update().filter(errand=errand, returned_at__isnull=False).order_by("pk"))
    back: list[CardLoan] = []
    for card in cards:
        for step in live:
            if step.step != Step.CARD_RETURNED:
                continue
            is_of_act = step.pk in {uuid.uuid5(act, str(card.pk)) for act in acts}
            is_itself = step in steps and (card.returned_by_id, card.returned_at) == (
                step.by_id,
                max(step.at, card.taken_at),
            )
            if (is_of_act or is_itself) and card not in back:
                back.append(card)
                found += [step] if step not in found else []
    if errand.kind == Kind.HELP and any(step.step == Step.HANDED_OVER for step in steps):
        # Said with another button, what it cost has its own.
        found += [step for step in live if step.step == Step.BOUGHT and done_of(step.pk) in acts]
    return _Found(found, back)


def _put_back_cards(cards: Collection[CardLoan]) -> None:
    for card in cards:
        out = CardLoan.objects.filter(errand=card.errand_id, kind=card.kind, holder=card.holder, returned_at=None)
        if out.exists():
            raise Refusal("card_elsewhere", _("This card has gone along once more since: load the page again."))
        card.returned_at, card.returned_by, card.returned_to = None, None, ""
        card.save(update_fields=["returned_at", "returned_by", "returned_to"])


def _stand_again(
    errand: Errand,
    gone: Sequence[ErrandStep],
    left: Sequence[ErrandStep],
    *,
    by: User,
    at: dt.datetime,
    now: dt.datetime,
) -> Told:
    was, was_open = errand.state, errand.is_open
    errand.state, led = standing(left)
    is_over = errand.state not in (State.ASKED, State.TAKEN, State.BOUGHT)
    errand.ended_at = led.at if is_over and led else None
    errand.end_reason = led.note[:100] if is_over and led and errand.state != State.HANDED_OVER else ""
    if errand.state == State.ASKED:
        errand.taken_by = None
    bought = [step for step in left if step.step == Step.BOUGHT]
    was_paid = errand.amount, errand.paid_by_id
    if any(step.step == Step.BOUGHT for step in gone):
        errand.amount, errand.paid_by = paid(left, gone, payer=errand.paid_by) if bought else (None, None)
        errand.receipt_id = _receipt(bought)
    is_paid_anew = was_paid != (errand.amount, errand.paid_by_id)
    fields = ["state", "ended_at", "end_reason", "taken_by", "amount", "paid_by", "receipt"]
    errand.save(update_fields=fields)
    if not bought and errand.state != State.HANDED_OVER:
        Medicine.objects.filter(errand=errand).update(bought=None)
    if was != errand.state and errand.state == State.ASKED and errand.is_urgent:
        tell_urgent(errand=errand, at=now, again=gone[0].pk)
    if is_paid_anew:
        errand_paid.send(sender=Errand, errand=errand, by=by, at=at, now=now)
    if was != errand.state and (is_over or not was_open):
        errand_ended.send(sender=Errand, errand=errand, by=by, at=at, now=now)
    if was != errand.state:
        return Told(errand)
    is_own = any(step.step == was and step.by_id == by.pk for step in left)
    return Told(errand, ("earlier",) if is_own else ("stays",))


def _receipt(bought: Sequence[ErrandStep]) -> uuid.UUID | None:
    """The first photo of what is still bought."""
    pictures = Picture.objects.filter(event__in=[step.pk for step in bought]).order_by("file__created_at", "file")
    return pictures.values_list("file", flat=True).first()
