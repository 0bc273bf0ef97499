"""What happens to an errand on its way. Each takes its lock, writes a step, and moves it where that is possible.

    take_on(*, errand, by, at, runner=None)                         asked → taken; `runner`: given to somebody else
    give_back(*, errand, by, at, note="")                           taken → asked
    buy(*, errand, by, at, amount=None, paid_by=None, bought=None, refusal_borne_by="")   → bought (or done)
    only_write(*, step, …, note)                                    called back, nobody home: the state stays
    choose_point(*, errand, by, at, point)                          where it is fetched, by whoever fetches it
    hand_over(*, errand, by, at, to="", note="")                    → handed over
    refuse(*, errand, by, at, reason)                               → refused at the door
    not_to_be_had(*, errand, by, at, reason)                        asked, taken → not to be had
    correct_amount(*, errand, by, at, amount, paid_by, reason)      also after the end

All take `id` (of the step: of a phone's act) and `entered_at` (when it came here; `at` where nobody says) besides, and
return `Told(errand, flags)`. Somebody at a counter or at a door has done what he says: what does not fit where the
errand stands by now is written down as a step and flagged, and moves nothing. Flags: `already` so; `ended` in another
way before; `bought` before it was said not to be had; `reopened` it was withdrawn or not to be had, and is bought all
the same; `paid_before` somebody else paid, and that sum stays; `card_out` a card has not come back; `in_part` not all
of the medicine was there.

Who may do it is the caller's question (errands/services/acts.py, errands/views/access.py).
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from errands.models import Errand, ErrandStep, Medicine
from errands.services.alerts import take_back_urgent, tell_urgent
from errands.services.ending import end
from errands.services.locks import lock_errand
from errands.services.written import sum_words, write_step
from errands.signals import errand_paid
from orders.models import SupplyPoint

Kind, State, Step = Errand.Kind, Errand.State, ErrandStep.Step
MOST_AMOUNT = Decimal(10_000_000)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Told:
    errand: Errand
    flags: tuple[str, ...] = ()


@transaction.atomic
def take_on(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    runner: User | None = None,
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """`by` takes it on, or gives it to `runner`, which also changes the runner of one that is under way.

    Raises `ended`, and `taken_already` where somebody else has it and nobody decided to change that.
    """
    errand = lock_errand(errand.pk)
    whom = runner or by
    if not errand.is_open:
        raise Refusal("ended", _("This errand has ended."))
    if errand.taken_by_id == whom.pk:
        return Told(errand, ("already",))
    if errand.taken_by is not None and runner is None:
        raise Refusal("taken_already", _("%(name)s has taken this on already.") % {"name": errand.taken_by.name})
    _take(errand, whom, at)
    # The runner's own step: whoever had it once may still say later what became of it.
    note = "" if whom == by else f"← {by.name}"
    write_step(errand, Step.TAKEN, by=whom, at=at, entered_at=entered_at, note=note, id=id)
    return Told(errand)


def _take(errand: Errand, runner: User, at: dt.datetime) -> None:
    errand.taken_by = runner
    if errand.state == State.ASKED:
        errand.state = State.TAKEN
    errand.save(update_fields=["taken_by", "state"])
    take_back_urgent(errand=errand, at=at)


@transaction.atomic
def give_back(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    note: str = "",
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """It stands on the list again, and people are told again of an urgent one.

    Raises `bought_already` (then somebody else takes the bag, see `take_on`), `card_out`.
    """
    errand = lock_errand(errand.pk)
    if errand.state == State.BOUGHT:
        raise Refusal("bought_already", _("It is bought already: ask the coordinator to give it to somebody else."))
    if errand.cards.filter(returned_at=None).exists():
        raise Refusal("card_out", _("You have a card of this household: bring it back first, then give this back."))
    flags = _flag(errand, State.ASKED)
    if not flags:
        errand.state, errand.taken_by = State.ASKED, None
        errand.save(update_fields=["state", "taken_by"])
    step = write_step(errand, Step.GIVEN_BACK, by=by, at=at, entered_at=entered_at, note=note, id=id)
    if not flags and errand.is_urgent:
        # What was to be sent was taken back when somebody went.
        tell_urgent(errand=errand, at=entered_at or at, again=step.pk)
    return Told(errand, flags)


def _flag(errand: Errand, wanted: str) -> tuple[str, ...]:
    if errand.state == wanted:
        return ("already",)
    return () if errand.is_open else ("ended",)


@transaction.atomic
def buy(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    amount: Decimal | None = None,
    paid_by: User | None = None,
    bought: Mapping[int, int] | None = None,
    refusal_borne_by: str = "",
    note: str = "",
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """Bought at the counter, topped up, or done; `amount` in yuan is what all of it cost, `paid_by` `by` by default.

    `bought`: of each medicine (primary key) how many boxes there were, all of them where it is not named; exactly what
    was asked for, nothing else instead. Bought again while it is on its way: whoever paid puts the sum right, that of
    somebody else is a step only. After the end a first sum still counts.

    Raises `refusal_not_said` for medicine while nobody has said who pays for a refusal, here or before,
    `amount_wrong`, `quantity_wrong` (more than asked for, or no box at all), `medicine_unknown`.
    """
    errand = lock_errand(errand.pk)
    amount, payer = _amount(amount), paid_by or by
    flags: list[str] = []
    if errand.state in (State.HANDED_OVER, State.REFUSED):
        words = sum_words(errand, amount, note)
        write_step(errand, Step.BOUGHT, by=by, at=at, entered_at=entered_at, note=words, id=id)
        if amount is not None and errand.amount is None:
            # A sum that came late is owed all the same.
            errand.amount, errand.paid_by = amount, payer
            errand.save(update_fields=["amount", "paid_by"])
            errand_paid.send(sender=Errand, errand=errand, by=by, at=at, now=entered_at or at)
        return Told(errand, ("ended",))
    if not errand.is_open:
        flags.append("reopened")
        errand.ended_at, errand.end_reason = None, ""
    elif errand.state == State.BOUGHT:
        flags.append("already")
    if errand.kind == Kind.MEDICINE:
        if not errand.refusal_borne_by:
            _say_bearer(errand, refusal_borne_by)
        if _count_boxes(errand, bought):
            flags.append("in_part")
    errand.state = State.BOUGHT
    if errand.taken_by is None:
        errand.taken_by = by
    counts = amount is not None
    if counts and errand.amount and errand.paid_by_id != payer.pk:
        # Both may have laid it out: whose sum it is, the desk decides (`correct_amount`).
        flags.append("paid_before")
        counts = False
    if counts:
        errand.amount, errand.paid_by = amount, payer
    errand.save(update_fields=["state", "taken_by", "amount", "paid_by", "refusal_borne_by", "ended_at", "end_reason"])
    take_back_urgent(errand=errand, at=entered_at or at)
    words = sum_words(errand, amount, note)
    write_step(errand, Step.BOUGHT, by=by, at=at, entered_at=entered_at, note=words, id=id)
    if counts:
        errand_paid.send(sender=Errand, errand=errand, by=by, at=at, now=entered_at or at)
    return Told(errand, tuple(flags))


def _amount(amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount < MOST_AMOUNT or amount != amount.quantize(CENT):
        raise Refusal("amount_wrong", _("What did it cost? Write yuan, for example 11.50."))
    return amount.quantize(CENT)


def _say_bearer(errand: Errand, bears: str) -> None:
    if bears not in Errand.Bears.values or not bears:
        raise Refusal(
            "refusal_not_said",
            _("First say who pays if it is refused at the door: ask the household, then choose."),
        )
    errand.refusal_borne_by = bears


def _count_boxes(errand: Errand, bought: Mapping[int, int] | None) -> bool:
    """Whether less was there than was asked for."""
    medicines = list(Medicine.objects.filter(errand=errand))
    said = dict(bought or {})
    if set(said) - {medicine.pk for medicine in medicines}:
        raise Refusal("medicine_unknown", _("This medicine is not on the list. Load the page again."))
    for medicine in medicines:
        medicine.bought = said.get(medicine.pk, medicine.quantity)
        if not 0 <= medicine.bought <= medicine.quantity:
            text = _("%(medicine)s: at most %(count)d were asked for.")
            raise Refusal("quantity_wrong", text % {"medicine": medicine.name, "count": medicine.quantity})
    if not any(medicine.bought for medicine in medicines):
        raise Refusal("quantity_wrong", _("If there was none at all, say that it was not to be had."))
    Medicine.objects.bulk_update(medicines, ["bought"])
    return any(medicine.bought != medicine.quantity for medicine in medicines)


@transaction.atomic
def only_write(
    *,
    errand: Errand,
    step: str,
    by: User,
    at: dt.datetime,
    note: str = "",
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """What moves nothing: somebody has called the household back, nobody opened and the runner comes again."""
    errand = lock_errand(errand.pk)
    write_step(errand, step, by=by, at=at, entered_at=entered_at, note=note, id=id)
    return Told(errand, () if errand.is_open else ("ended",))


@transaction.atomic
def choose_point(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    point: SupplyPoint | None,
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """Where it is fetched. Bought already, it stands in the record and stays. Raises `point_unknown` for another
    compound's, one that is not active, and medicine from what is no pharmacy."""
    errand = lock_errand(errand.pk)
    if point is not None and (
        point.compound_id != errand.compound_id or not point.is_active or not _sells(point, errand)
    ):
        raise Refusal("point_unknown", _("This pharmacy or shop does not sell to this compound at present."))
    if errand.state not in (State.ASKED, State.TAKEN):
        return Told(errand, ("bought",) if errand.state == State.BOUGHT else ("ended",))
    if errand.supply_point_id == (point.pk if point else None):
        return Told(errand, ("already",))
    errand.supply_point = point
    errand.save(update_fields=["supply_point"])
    with translation.override(errand.compound.language):
        name = point.name if point else _("not decided")
        note = f"{Errand._meta.get_field('supply_point').verbose_name}: {name}"
    write_step(errand, Step.CHANGED, by=by, at=at, entered_at=entered_at, note=note, id=id)
    return Told(errand)


def _sells(point: SupplyPoint, errand: Errand) -> bool:
    return errand.kind != Kind.MEDICINE or point.kind == SupplyPoint.Kind.PHARMACY


@transaction.atomic
def hand_over(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    to: str = "",
    note: str = "",
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """It is with the household: `to` whoever took it. Medicine that nobody wrote down as bought counts as bought in
    full, at no cost that is known. Raises `refusal_not_said` as `buy` does."""
    errand = lock_errand(errand.pk)
    flags = _flag(errand, State.HANDED_OVER)
    words = " ".join(filter(None, [f"→ {to}" if to.strip() else "", note]))
    if not flags:
        if errand.kind == Kind.MEDICINE and errand.state != State.BOUGHT:
            if not errand.refusal_borne_by:
                _say_bearer(errand, "")
            _count_boxes(errand, None)
        if errand.taken_by is None:
            errand.taken_by = by
            errand.save(update_fields=["taken_by"])
    write_step(errand, Step.HANDED_OVER, by=by, at=at, entered_at=entered_at, note=words, id=id)
    if not flags:
        end(errand, State.HANDED_OVER, by=by, at=at, now=entered_at or at)
    return Told(errand, (*flags, *_card_flag(errand)))


def _card_flag(errand: Errand) -> tuple[str, ...]:
    return ("card_out",) if errand.cards.filter(returned_at=None).exists() else ()


@transaction.atomic
def refuse(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    reason: str,
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """The household did not take it. Who pays was said before (`refusal_borne_by`). Raises `reason_missing`,
    `refusal_not_said` for medicine that nobody has bought."""
    errand = lock_errand(errand.pk)
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal("reason_missing", _("Why was it refused? The reason stays in the record."))
    flags = _flag(errand, State.REFUSED)
    if not flags and errand.kind == Kind.MEDICINE and not errand.refusal_borne_by:
        _say_bearer(errand, "")
    if not flags and errand.taken_by is None:
        errand.taken_by = by
        errand.save(update_fields=["taken_by"])
    write_step(errand, Step.REFUSED, by=by, at=at, entered_at=entered_at, note=reason, id=id)
    if not flags:
        end(errand, State.REFUSED, by=by, at=at, now=entered_at or at, reason=reason)
    return Told(errand, (*flags, *_card_flag(errand)))


@transaction.atomic
def not_to_be_had(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    reason: str,
    entered_at: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> Told:
    """It was nowhere, or could not be done; nothing else is bought instead. Raises `reason_missing`."""
    errand = lock_errand(errand.pk)
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal("reason_missing", _("Where did you ask, and what did they say? It stays in the record."))
    flags = ("bought",) if errand.state == State.BOUGHT else _flag(errand, State.NOT_TO_BE_HAD)
    write_step(errand, Step.NOT_TO_BE_HAD, by=by, at=at, entered_at=entered_at, note=reason, id=id)
    if not flags:
        end(errand, State.NOT_TO_BE_HAD, by=by, at=at, now=entered_at or at, reason=reason)
    return Told(errand, (*flags, *_card_flag(errand)))


@transaction.atomic
def correct_amount(*, errand: Errand, by: User, at: dt.datetime, amount: Decimal, paid_by: User, reason: str) -> Told:
    """What it really cost, and who really paid; also after the end. Raises `amount_wrong`, `reason_missing`,
    `not_bought` while there is nothing that could have been paid."""
    errand = lock_errand(errand.pk)
    reason, exact = " ".join(reason.split()), _amount(amount)
    if not reason:
        raise Refusal("reason_missing", _("Say why: the reason stays in the record."))
    if errand.state not in (State.BOUGHT, State.HANDED_OVER, State.REFUSED):
        raise Refusal("not_bought", _("Nothing has been bought for this errand."))
    if (errand.amount, errand.paid_by_id) == (exact, paid_by.pk):
        return Told(errand, ("already",))
    errand.amount, errand.paid_by = exact, paid_by
    errand.save(update_fields=["amount", "paid_by"])
    write_step(errand, Step.CHANGED, by=by, at=at, note=sum_words(errand, exact, reason))
    errand_paid.send(sender=Errand, errand=errand, by=by, at=at, now=at)
    return Told(errand)
