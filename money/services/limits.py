"""What the services of the ledger ask before they post: each raises a refusal that says what to do instead.

A balance is asked under the account's lock, and not for an entry that is there already: what was written twice is
written once, whatever has become of the balance since.
"""

import uuid
from decimal import Decimal

from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from money.models import Account, Entry
from money.queries.balances import balance

# Ten million yuan are no compound's, but a slip of the finger.
MOST = Decimal(9_999_999)


def is_written(id: uuid.UUID | None) -> bool:
    return id is not None and Entry.objects.filter(pk=id).exists()


def check_amount(amount: Decimal) -> None:
    """Raises `amount_wrong`."""
    if not 0 < amount <= MOST:
        raise Refusal("amount_wrong", _("How much was it? Write it in yuan, above zero."))


def check_way(method: str, person: User | None) -> None:
    """Raises `transfer_to_whom`: WeChat goes from phone to phone, the cash box has none. `person` None is the box."""
    if method == Entry.Method.TRANSFER and person is None:
        raise Refusal(
            "transfer_to_whom", _("A transfer goes to somebody's phone: choose whose instead of the cash box.")
        )


def check_box(box: Account, amount: Decimal) -> None:
    """Raises `box_too_empty` unless so much is in it. The box is locked by the caller."""
    held = balance(box)
    if amount > held:
        raise Refusal(
            "box_too_empty",
            _(
                "By the ledger only %(held)s yuan are in the cash box, and this takes %(amount)s: "
                "first write down what came in, or count the box."
            )
            % {"held": f"{held:,.2f}", "amount": f"{amount:,.2f}"},
            held=str(held),
            amount=str(amount),
        )


def check_at_most(amount: Decimal, most: Decimal, *, code: str, message: str, nothing: str = "") -> None:
    """Raises `code` where the amount is above `most`, which the message names as %(most)s; `nothing` says it where
    that is nothing at all."""
    if amount > most:
        if most <= 0:
            message = nothing or message
        raise Refusal(code, message % {"most": f"{max(most, Decimal(0)):,.2f}"}, most=str(most), amount=str(amount))


def check_reason(reason: str) -> None:
    """Raises `reason_missing`."""
    if not reason.strip():
        raise Refusal("reason_missing", _("Say why: the reason stays in the ledger."))
