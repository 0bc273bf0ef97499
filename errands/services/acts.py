"""The act `errand` of a runner's phone or of a form (orders/events.py): `errand` UUID, `do`, and

    take · give_back, called, nobody_home (`note`)
    bought          `amount` (yuan)?, `bears` who pays for a refusal, `bought-<line>` how many boxes?
                    `asks` and no `sure`: a plain form, refused from a sum of `LARGE` on (a phone has asked before)
    done            of help alone, and it ends there: `amount` (yuan)? where it cost something
    handed_over     `to` whoever took it, `cards` "back" when the cards that went along are back as well
    refused, not_to_be_had (`reason`)
    card_taken      `card` its kind, `holder`, `given_by`: the act's id is the card's
    card_returned   `to`: every card of this errand that is out
    point           `point` the pharmacy or shop it is fetched at, by its name; "" for none
    take_back       `what` was said by mistake: bought, ended, card (errands/services/mistakes.py); `reason`

Answer: {"errand", "state" as it stands now, "flags", "text"}. Flags are those of errands/services/steps.py, and
`not_yours`: somebody else has it by now. Whoever runs the errands may say all of it; a volunteer of those that he has
or had, or that nobody has. Its photo is the receipt.
"""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from compound import access
from compound.access import sees_building
from compound.refusals import Refusal
from errands.models import CardLoan, Errand, ErrandStep
from errands.queries.errands import state_word
from errands.services import steps
from errands.services.cards import return_card, take_card
from errands.services.mistakes import done_of, take_back
from errands.services.steps import Told
from errands.typed import count_of, sum_of
from orders.events import Act, event_kind
from orders.models import Picture, SupplyPoint
from orders.quantities import number_of
from orders.queries.sheet_rows import without_numbers

KIND = "errand"
# Yuan: few errands cost so much, and 11.50 is soon typed as 1150.
LARGE = Decimal(500)


@event_kind(KIND, roles=access.DO_ERRANDS)
def take_errand_act(act: Act) -> dict[str, Any]:
    """Raises `malformed`, `errand_unknown`, `not_yours`, `amount_wrong`, `quantity_wrong`, and what services raise."""
    do = DO.get(str(act.body.get("do")))
    errand = _errand(act)
    if do is None:
        raise Refusal("malformed", _("This page is older than the server: load it again."))
    flags = _standing_flags(act, errand)
    told = do(act, errand)
    found = [*flags, *told.flags]
    errand.refresh_from_db()
    text = _("%(room)s: %(state)s.") % {"room": errand.household.room, "state": state_word(errand)}
    words = " ".join([text, *(str(WORDS[flag]()) for flag in found if flag in WORDS)])
    return {"errand": str(errand.pk), "state": errand.state, "flags": found, "text": words}


def _errand(act: Act) -> Errand:
    try:
        asked = uuid.UUID(str(act.body.get("errand")))
    except ValueError:
        asked = None
    errands = Errand.objects.filter(compound=act.compound).select_related("household")
    errand = errands.filter(pk=asked).first() if asked else None
    if errand is None or not sees_building(act.standing, errand.household.building_id):
        raise Refusal("errand_unknown", _("There is no such errand here. Load the page again."))
    return errand


def _standing_flags(act: Act, errand: Errand) -> list[str]:
    if errand.taken_by_id in (None, act.by.pk) or act.body.get("do") == "take" or act.standing.has(*access.RUN_ERRANDS):
        return []
    if had_it(errand, act.by.pk):
        return ["not_yours"]
    raise Refusal("not_yours", _("Somebody else has taken this on. Ask the coordinator."))


def had_it(errand: Errand, user_id: int) -> bool:
    return ErrandStep.objects.filter(errand=errand, by=user_id, step=ErrandStep.Step.TAKEN).exists()


# ── what can be said ──────────────────────────────


def _facts(act: Act, errand: Errand) -> dict[str, Any]:
    return {"errand": errand, "by": act.by, "at": act.at, "entered_at": act.received_at, "id": act.id}


def _said(act: Act, name: str) -> str:
    """Free text, without anybody's number."""
    given = act.body.get(name)
    return without_numbers(given).strip()[:200] if isinstance(given, str) else ""


def _take(act: Act, errand: Errand) -> Told:
    return steps.take_on(**_facts(act, errand))


def _give_back(act: Act, errand: Errand) -> Told:
    return steps.give_back(**_facts(act, errand), note=_said(act, "note"))


def _only_write(act: Act, errand: Errand) -> Told:
    return steps.only_write(**_facts(act, errand), step=str(act.body["do"]), note=_said(act, "note"))


def _amount(act: Act) -> Decimal | None:
    given = act.body.get("amount")
    if given in (None, ""):
        return None
    amount = sum_of(str(given))
    if amount is None:
        raise Refusal("amount_wrong", _("What did it cost? Write yuan, for example 11.50."))
    if amount >= LARGE and act.body.get("asks") and act.body.get("sure") != "yes":
        text = _("%(amount)s yuan, is that right? Look at the receipt, then say so below the sum.")
        raise Refusal("amount_large", text % {"amount": amount})
    return amount


def _bought(act: Act, errand: Errand) -> Told:
    amount = _amount(act)
    boxes: dict[int, int] = {}
    for name, value in act.body.items():
        if name.startswith("bought-"):
            line, count = number_of(name.removeprefix("bought-")), count_of(str(value))
            if line is None or count is None:
                raise Refusal("quantity_wrong", _("How many boxes? Write the number in digits."))
            boxes[line] = count
    bears = str(act.body.get("bears") or "")
    return steps.buy(**_facts(act, errand), amount=amount, bought=boxes, refusal_borne_by=bears)


def _done(act: Act, errand: Errand) -> Told:
    if errand.kind != Errand.Kind.HELP:
        raise Refusal("malformed", _("This page is older than the server: load it again."))
    facts, amount = _facts(act, errand), _amount(act)
    if amount is None:
        return steps.hand_over(**facts)
    paid = steps.buy(**facts, amount=amount)
    told = steps.hand_over(**{**facts, "id": done_of(act.id)})
    return Told(told.errand, (*paid.flags, *told.flags))


def _handed_over(act: Act, errand: Errand) -> Told:
    to = _said(act, "to")
    if act.body.get("cards") == "back":
        _return_cards(act, errand, to)
    return steps.hand_over(**_facts(act, errand), to=to)


def _refused(act: Act, errand: Errand) -> Told:
    return steps.refuse(**_facts(act, errand), reason=_said(act, "reason"))


def _not_to_be_had(act: Act, errand: Errand) -> Told:
    return steps.not_to_be_had(**_facts(act, errand), reason=_said(act, "reason"))


def _card_taken(act: Act, errand: Errand) -> Told:
    _card, flags = take_card(
        **_facts(act, errand),
        kind=str(act.body.get("card") or ""),
        holder=_said(act, "holder"),
        given_by=_said(act, "given_by"),
    )
    return Told(errand, flags)


def _card_returned(act: Act, errand: Errand) -> Told:
    return Told(errand, () if _return_cards(act, errand, _said(act, "to")) else ("already",))


def _point(act: Act, errand: Errand) -> Told:
    name = str(act.body.get("point") or "")
    point = SupplyPoint.objects.filter(compound=act.compound, name=name).first() if name else None
    if name and point is None:
        raise Refusal("point_unknown", _("This pharmacy or shop does not sell to this compound at present."))
    return steps.choose_point(**_facts(act, errand), point=point)


def _take_back(act: Act, errand: Errand) -> Told:
    is_desk = act.standing.has(*access.RUN_ERRANDS)
    what = str(act.body.get("what") or "")
    return take_back(**_facts(act, errand), what=what, is_desk=is_desk, reason=_said(act, "reason"))


def _return_cards(act: Act, errand: Errand, to: str) -> int:
    """How many came back: all that are out."""
    out = list(CardLoan.objects.filter(errand=errand, returned_at=None).order_by("pk"))
    for card in out:
        # Each has a step of its own, and every one of them belongs to this act alone.
        step = uuid.uuid5(act.id, str(card.pk))
        return_card(card=card, returned_to=to, by=act.by, at=act.at, entered_at=act.received_at, id=step)
    return len(out)


DO: dict[str, Callable[[Act, Errand], Told]] = {
    "take": _take,
    "give_back": _give_back,
    "called": _only_write,
    "nobody_home": _only_write,
    "bought": _bought,
    "done": _done,
    "handed_over": _handed_over,
    "refused": _refused,
    "not_to_be_had": _not_to_be_had,
    "card_taken": _card_taken,
    "card_returned": _card_returned,
    "point": _point,
    "take_back": _take_back,
}
# What is worth a word besides where it stands now.
WORDS: dict[str, Callable[[], str]] = {
    "ended": lambda: _("It had ended before: what you said is written down, and the coordinator sees it."),
    "bought": lambda: _("It was bought before: what you said is written down."),
    "reopened": lambda: _("It had ended before, and is open again."),
    "paid_before": lambda: _(
        "Somebody else paid for it before: your sum stands in its history and is not owed to you yet. "
        "Tell the coordinator."
    ),
    "not_yours": lambda: _("Somebody else has it by now: tell them."),
    "card_out": lambda: _("The card is still with you: bring it back."),
    "in_part": lambda: _("Not all of it was there: tell the household."),
    "already": lambda: _("It was written down before."),
    "earlier": lambda: _("You had said it before as well: what you said then counts again."),
    "stays": lambda: _("Somebody else has said the same: where it stands has not changed."),
}


@receiver(post_save, sender=Picture, dispatch_uid="errand.receipt")
def keep_receipt(instance: Picture, created: bool, **_kwargs: Any) -> None:
    """The photo of what was bought follows its act, after a second or after hours without a network."""
    if created and instance.event.kind == KIND:
        bought = ErrandStep.objects.filter(pk=instance.event_id, step=ErrandStep.Step.BOUGHT, undone_by=None)
        Errand.objects.filter(steps__in=bought, receipt=None).update(receipt=instance.file_id)
