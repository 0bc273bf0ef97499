"""What was given: written down, thanked for."""

import datetime as dt
import uuid
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Compound, User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import Donation


@transaction.atomic
def record_donation(
    *,
    compound: Compound,
    donor: str,
    contact: str = "",
    goods: str,
    quantity: Decimal,
    unit: str = "",
    weight_kg: Decimal | None = None,
    note: str = "",
    received_at: dt.datetime,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> Donation:
    """The same `id` again is one donation. The audit row names the goods, never the donor.

    Raises `donation_names_donor`: what was given is published, who gave it is not.
    """
    if donor and donor in goods:
        raise Refusal("donation_names_donor", _("The goods are published: leave the donor's name out of them."))
    gift, is_new = Donation.objects.get_or_create(
        pk=id or uuid.uuid4(),
        compound=compound,
        defaults={
            "donor": donor,
            "contact": contact,
            "goods": goods,
            "quantity": quantity,
            "unit": unit,
            "weight_kg": weight_kg,
            "note": note,
            "received_at": received_at,
            "received_by": by,
        },
    )
    if is_new:
        audit.record(compound=compound, by=by, at=at, action="donation.received", subject=goods, text=str(gift))
    return gift


@transaction.atomic
def mark_thanked(*, donation: Donation, thanked: bool, by: User, at: dt.datetime) -> bool:
    """Somebody has sent the thanks, or had not after all. Returns whether anything changed: who was first stays."""
    gift = Donation.objects.select_for_update(of=("self",)).select_related("compound").get(pk=donation.pk)
    if (gift.thanked_at is not None) == thanked:
        return False
    gift.thanked_at, gift.thanked_by = (at, by) if thanked else (None, None)
    gift.save(update_fields=["thanked_at", "thanked_by"])
    action = "donation.thanked" if thanked else "donation.not_thanked"
    audit.record(compound=gift.compound, by=by, at=at, action=action, subject=gift.goods, text=str(gift))
    return True
