"""Asking for an errand, putting it right before it is bought, withdrawing it.

    ask_errand(*, id, household, kind, channel, by, at, is_urgent=False, person="", text="", medicines=(), top_up=None,
               supply_point=None, refusal_borne_by="") -> (Errand, replayed)
    change_errand(*, errand, by, at, is_urgent, person, text, supply_point, refusal_borne_by) -> Errand
    withdraw(*, errand, reason, by, at, id=None) -> Errand          # by None: the household itself

`household` decides the compound. `channel` HOUSEHOLD goes with `by=None`, the other two with whoever wrote it down.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from compound.access import RUN_ERRANDS
from compound.models import Household, StoredFile, User
from compound.refusals import Refusal
from compound.services.photos import clean_photo, store_photo
from errands.models import Errand, ErrandStep, Medicine, TopUp
from errands.services.alerts import rings_enough, tell_urgent
from errands.services.ending import end
from errands.services.locks import lock_errand
from errands.services.written import write_step
from orders.models import SupplyPoint

Kind, State, Channel, Step = Errand.Kind, Errand.State, Errand.Channel, ErrandStep.Step
# A household that asks for more at once has pressed a button by mistake, or somebody else has its slip.
MOST_OPEN = 20
MOST_MEDICINES = 10
MOST_WANTED = Decimal(100_000)
# As long as somebody may ask whether it was the right one.
KEEP_PHOTO_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class MedicineWish:
    """One medicine as it stands on the box. `photo`: bytes of the empty box or the prescription, JPEG, PNG or WEBP."""

    name: str
    quantity: int = 1
    unit: str = "盒"
    maker: str = ""
    specification: str = ""
    is_cold: bool = False
    needs_prescription: bool = False
    photo: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class TopUpWish:
    """`service` one of TopUp.Service; `number` of the card, meter or telephone; `wanted` in yuan."""

    service: str
    wanted: Decimal
    number: str


@transaction.atomic
def ask_errand(
    *,
    id: uuid.UUID,
    household: Household,
    kind: str,
    channel: str,
    by: User | None,
    at: dt.datetime,
    is_urgent: bool = False,
    person: str = "",
    text: str = "",
    medicines: Sequence[MedicineWish] = (),
    top_up: TopUpWish | None = None,
    supply_point: SupplyPoint | None = None,
    refusal_borne_by: str = "",
) -> tuple[Errand, bool]:
    """Writes an errand down and tells coordinators and the medical group of an urgent one, at any hour: of the first
    few that a household asks for on its page within an hour (`rings_enough`).

    Returns (errand, replayed): the same `id` with the same content is the errand that is there while it is open. Sent
    with other content (back in the browser, another name typed), or after that errand has ended, it is one more
    errand, under an id of its own. `refusal_borne_by` ("", household, compound, return) may be said later, before the
    medicine is bought.

    Raises `person_missing` and `medicines_missing` (medicine), `medicines_too_many`, `quantity_wrong`,
    `bears_unknown`, `top_up_missing`, `number_missing`, `amount_wrong` (top-up), `text_missing` (help), `point_unknown`
    (another compound's or not active), `too_many_open`, `no_picture`, `picture_too_large`.
    """
    kind = Kind(kind)
    person, text = _line(person, 40), _line(text, 300)
    boxes = [replace(wish, photo=sha256(wish.photo).digest() if wish.photo else None) for wish in medicines]
    point = supply_point.pk if supply_point else None
    writer = by.pk if by else None
    said = (household.pk, kind, channel, writer, is_urgent, person, text, boxes, top_up, point, refusal_borne_by)
    known, own_id, mark = _sent_before(id, said)
    if known is not None:
        return known, True
    _check(kind, person, text, medicines, top_up, refusal_borne_by)
    photos = [clean_photo(wish.photo) if wish.photo else None for wish in medicines]
    # Of two forms of one household at once the second sees what the first has asked for.
    household = Household.objects.select_for_update(no_key=True).select_related("compound").get(pk=household.pk)
    known, own_id, mark = _sent_before(id, said)
    if known is not None:
        return known, True
    _check_point(supply_point, household)
    if Errand.objects.filter(household=household, ended_at=None).count() >= MOST_OPEN:
        raise Refusal(
            "too_many_open",
            _("%(count)d errands of this household are open already: wait until one is done, or call.")
            % {"count": MOST_OPEN},
        )
    errand = Errand.objects.create(
        id=own_id,
        compound=household.compound,
        household=household,
        kind=kind,
        is_urgent=is_urgent,
        person="" if kind == Kind.TOP_UP else person,
        text=text,
        supply_point=supply_point,
        refusal_borne_by=refusal_borne_by if kind == Kind.MEDICINE else "",
        channel=channel,
        asked_at=at,
        asked_by=by,
    )
    if kind == Kind.MEDICINE:
        _write_medicines(errand, medicines, photos, by, at)
    if kind == Kind.TOP_UP and top_up is not None:
        _write_top_up(errand, top_up)
    write_step(errand, Step.ASKED, by=by, at=at, id=mark)
    if is_urgent and not (channel == Channel.HOUSEHOLD and rings_enough(household, at)):
        tell_urgent(errand=errand, at=at)
    return errand, False


def _sent_before(id: uuid.UUID, said: tuple[object, ...]) -> tuple[Errand | None, uuid.UUID, uuid.UUID]:
    """(the open errand that this form has made with this content, the id of a new one, the id of its first step)."""
    mark = _mark(id, said)
    while (known := Errand.objects.filter(steps=mark).first()) is not None:
        if known.is_open:
            return known, known.pk, mark
        # It has ended, and the form is sent again: wanted once more.
        id, mark = mark, _mark(mark, said)
    return None, mark if Errand.objects.filter(pk=id).exists() else id, mark


def _mark(id: uuid.UUID, said: tuple[object, ...]) -> uuid.UUID:
    """The id of the step "asked for": what was sent with the form `id`, whatever the desk puts right later. Keyed, or
    it would tell the number of a card after that is erased."""
    return uuid.UUID(salted_hmac("errands.asked", repr((id, said)), algorithm="sha256").hexdigest()[:32])


def _check(
    kind: str, person: str, text: str, medicines: Sequence[MedicineWish], top_up: TopUpWish | None, bears: str
) -> None:
    if kind == Kind.MEDICINE:
        if not person:
            raise Refusal("person_missing", _("Who is this medicine for? One person, one bag."))
        if not medicines or any(not wish.name.strip() for wish in medicines):
            raise Refusal("medicines_missing", _("Which medicine is it? Write the name that stands on the box."))
        if len(medicines) > MOST_MEDICINES:
            most = {"most": MOST_MEDICINES}
            raise Refusal("medicines_too_many", _("At most %(most)d medicines at once: ask a second time.") % most)
        if any(not 1 <= wish.quantity <= 99 for wish in medicines):
            raise Refusal("quantity_wrong", _("How many boxes? A number from 1 to 99."))
        if bears not in Errand.Bears.values:
            raise Refusal("bears_unknown", _("Choose who pays if it is refused at the door."))
    elif kind == Kind.TOP_UP:
        if top_up is None or top_up.service not in TopUp.Service.values:
            raise Refusal("top_up_missing", _("What is to be topped up: gas, water, electricity or a mobile phone?"))
        if not _number(top_up.number):
            raise Refusal("number_missing", _("Which card or number is it? It is shown to nobody but the runner."))
        if not 0 < top_up.wanted < MOST_WANTED:
            raise Refusal("amount_wrong", _("How much, in yuan? For example 100."))
    elif not text:
        raise Refusal("text_missing", _("What is needed? Write it in a few words."))


def _check_point(point: SupplyPoint | None, household: Household) -> None:
    if point is not None and (point.compound_id != household.compound_id or not point.is_active):
        raise Refusal("point_unknown", _("This pharmacy or shop does not sell to this compound at present."))


def _write_medicines(
    errand: Errand, wishes: Sequence[MedicineWish], photos: Sequence[bytes | None], by: User | None, at: dt.datetime
) -> None:
    Medicine.objects.bulk_create(
        Medicine(
            errand=errand,
            name=_line(wish.name, 60),
            maker=_line(wish.maker, 60),
            specification=_line(wish.specification, 40),
            quantity=wish.quantity,
            unit=_line(wish.unit, 10) or "盒",
            is_cold=wish.is_cold,
            needs_prescription=wish.needs_prescription,
            photo=keep_photo(errand, photo, by, at) if photo else None,
        )
        for wish, photo in zip(wishes, photos, strict=True)
    )


def keep_photo(errand: Errand, cleaned: bytes, by: User | None, at: dt.datetime) -> StoredFile:
    """Bytes that `clean_photo` has made, for whoever runs the errands; the runner opens it through the errand."""
    return store_photo(
        compound=errand.compound,
        kind="photo.medicine",
        content=cleaned,
        name=_("medicine"),
        by=by,
        at=at,
        roles=[role.value for role in RUN_ERRANDS],
        keep_until=errand.compound.day_of(at) + dt.timedelta(days=KEEP_PHOTO_DAYS),
    )


def _write_top_up(errand: Errand, wish: TopUpWish) -> None:
    number = _number(wish.number)
    # Of a short one less, or the end would be all of it.
    end_length = min(4, len(number) // 2)
    TopUp.objects.create(
        errand=errand,
        service=wish.service,
        number=number,
        number_end=number[len(number) - end_length :],
        wanted=wish.wanted.quantize(Decimal("0.01")),
    )


def _number(text: str) -> str:
    return "".join(text.split())[:40]


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


@transaction.atomic
def change_errand(
    *,
    errand: Errand,
    by: User,
    at: dt.datetime,
    is_urgent: bool,
    person: str,
    text: str,
    supply_point: SupplyPoint | None,
    refusal_borne_by: str,
) -> Errand:
    """Puts right what was written down. After it was bought only what costs nobody anything: who bears a refusal stays.

    Raises `ended`, `bought_already`, `person_missing`, `text_missing`, `bears_unknown`, `point_unknown`.
    """
    errand = lock_errand(errand.pk)
    if not errand.is_open:
        raise Refusal("ended", _("This errand has ended."))
    person, text = _line(person, 40), _line(text, 300)
    if errand.kind != Kind.MEDICINE:
        refusal_borne_by = ""
    if refusal_borne_by not in Errand.Bears.values:
        raise Refusal("bears_unknown", _("Choose who pays if it is refused at the door."))
    if errand.state == State.BOUGHT and refusal_borne_by != errand.refusal_borne_by:
        raise Refusal("bought_already", _("It is bought already: who pays for a refusal was said before."))
    if errand.kind == Kind.MEDICINE and not person:
        raise Refusal("person_missing", _("Who is this medicine for? One person, one bag."))
    if errand.kind == Kind.HELP and not text:
        raise Refusal("text_missing", _("What is needed? Write it in a few words."))
    if supply_point is not None and supply_point.pk != errand.supply_point_id:
        _check_point(supply_point, errand.household)
    becomes_urgent = is_urgent and not errand.is_urgent
    said = {
        "is_urgent": is_urgent,
        "person": "" if errand.kind == Kind.TOP_UP else person,
        "text": text,
        "supply_point": supply_point,
        "refusal_borne_by": refusal_borne_by,
    }
    changed = [name for name, value in said.items() if getattr(errand, name) != value]
    if not changed:
        return errand
    for name in changed:
        setattr(errand, name, said[name])
    errand.save(update_fields=changed)
    with translation.override(errand.compound.language):
        names = {field.name: str(field.verbose_name) for field in Errand._meta.concrete_fields}
    note = "、".join(names[name] for name in changed)
    write_step(errand, Step.CHANGED, by=by, at=at, note=note)
    if becomes_urgent:
        tell_urgent(errand=errand, at=at)
    return errand


@transaction.atomic
def withdraw(*, errand: Errand, reason: str, by: User | None, at: dt.datetime, id: uuid.UUID | None = None) -> Errand:
    """It is not needed any more; `by` None: the household says so on its own page, and `reason` may be "".

    Withdrawn already: nothing happens. Raises `ended`, `bought_already` (it is brought, and may be refused at the
    door), `reason_missing` from the desk, `card_out` while a card of the household's is with the runner.
    """
    errand = lock_errand(errand.pk)
    reason = _line(reason, 100)
    if errand.state == State.WITHDRAWN:
        return errand
    if not errand.is_open:
        raise Refusal("ended", _("This errand has ended."))
    if errand.state == State.BOUGHT:
        raise Refusal("bought_already", _("It is bought already and on its way. Refuse it at the door if need be."))
    if errand.cards.filter(returned_at=None).exists():
        raise Refusal("card_out", _("A card is with the runner: it is brought back first."))
    if not reason:
        if by is not None:
            raise Refusal("reason_missing", _("Say why: the reason stays in the record."))
        with translation.override(errand.compound.language):
            reason = _("not needed any more")
    write_step(errand, Step.WITHDRAWN, by=by, at=at, note=reason, id=id)
    end(errand, State.WITHDRAWN, by=by, at=at, now=at, reason=reason)
    return errand
