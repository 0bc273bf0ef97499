"""Till receipts: who paid how much, for which purchases."""

import datetime as dt
import uuid
from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.access import RUN_DELIVERIES
from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from compound.services.photos import clean_photo, store_photo
from orders.models import Purchase, Receipt, Round, RoundGood
from orders.queries.shopping import standing
from orders.services.locks import lock_round
from orders.signals import receipt_entered, receipt_voided

# As long as money may be asked back for.
KEEP_DAYS = 60


@transaction.atomic
def enter_receipt(
    *,
    id: uuid.UUID,
    round: Round,
    paid_by: User,
    total: Decimal,
    paid_at: dt.datetime,
    purchases: Collection[uuid.UUID],
    photo: bytes | None,
    note: str,
    by: User,
    at: dt.datetime,
) -> Receipt:
    """Writes a receipt down. The same `id` again is the receipt that is there.

    Locks the round, then the goods of `purchases`: nobody takes one of them back meanwhile. Raises
    `id_taken`, `purchase_elsewhere` (another round's, or taken back), `purchase_covered` by another receipt,
    `total_wrong`, `no_picture`, `picture_too_large`.
    """
    cleaned = clean_photo(photo) if photo else None
    round = lock_round(round.pk)
    known = Receipt.objects.filter(pk=id).first()
    if known is not None:
        if known.round_id != round.pk:
            raise Refusal("id_taken", _("This was sent before as something else: load the page again."))
        return known
    if total <= 0:
        raise Refusal("total_wrong", _("What was paid? Write the sum of the receipt in yuan."))
    goods = RoundGood.objects.filter(pk__in=Purchase.objects.filter(pk__in=purchases).values("good"), round=round)
    list(goods.select_for_update(of=("self",), no_key=True).order_by("pk"))
    covered = standing(Purchase.objects.filter(good__round=round, pk__in=purchases))
    if covered.count() != len(set(purchases)):
        raise Refusal("purchase_elsewhere", _("Something of this was taken back meanwhile: look at the list again."))
    if covered.filter(receipts__void_at__isnull=True, receipts__isnull=False).exists():
        raise Refusal("purchase_covered", _("Something of this is on another receipt: look at the list again."))
    file = None
    if cleaned is not None:
        file = store_photo(
            compound=round.compound,
            kind="photo.receipt",
            content=cleaned,
            name=_("receipt"),
            by=by,
            at=at,
            roles=[role.value for role in RUN_DELIVERIES],
            keep_until=round.compound.day_of(at) + dt.timedelta(days=KEEP_DAYS),
        )
    receipt = Receipt.objects.create(
        id=id,
        round=round,
        paid_by=paid_by,
        total=total,
        paid_at=min(paid_at, at),
        photo=file,
        note=note.strip()[:200],
        entered_at=at,
        entered_by=by,
    )
    receipt.purchases.set(covered)
    _record(receipt, round, "receipt.entered", by, at, total=str(total), paid_by=str(paid_by))
    receipt_entered.send(Receipt, receipt=receipt, by=by, at=at)
    return receipt


@transaction.atomic
def void_receipt(*, receipt: Receipt, reason: str, by: User, at: dt.datetime) -> Receipt:
    """It was a mistake: it stays, and counts nowhere. Raises `reason_missing`, `receipt_void`."""
    if not reason.strip():
        raise Refusal("reason_missing", _("Say why it does not count: the reason stays in the record."))
    round = lock_round(receipt.round_id)
    receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if receipt.void_at is not None:
        raise Refusal("receipt_void", _("Somebody has taken this receipt back already."))
    receipt.void_at, receipt.void_by, receipt.void_reason = at, by, reason.strip()[:100]
    receipt.save(update_fields=["void_at", "void_by", "void_reason"])
    _record(receipt, round, "receipt.void", by, at, total=str(receipt.total), reason=receipt.void_reason)
    receipt_voided.send(Receipt, receipt=receipt, by=by, at=at)
    return receipt


def _record(receipt: Receipt, round: Round, action: str, by: User, at: dt.datetime, **facts: object) -> None:
    audit.record(
        compound=round.compound, by=by, at=at, action=action, subject=str(receipt.pk), text=round.title, **facts
    )
