"""What an errand leaves in the ledger: who laid money out, and who bears it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from compound.models import User
from errands.models import Errand, TopUp
from errands.services.locks import lock_errand
from money.models import Account, Entry
from money.queries.entries import in_force
from money.services.ledger import Line, account_of, lock_accounts, post, reverse

K = Account.Kind


@dataclass(frozen=True)
class _Wanted:
    """What the ledger should say of an errand, of one kind."""

    kind: str
    postings: dict[Account, Decimal]
    lines: tuple[Line, ...] = ()
    why: str = ""
    reason: str = ""


@transaction.atomic
def bill_errand(*, errand: Errand, by: User | None, at: dt.datetime, now: dt.datetime) -> None:
    """Brings the ledger up to what the errand says: whoever paid is owed it at once, and once it has ended the
    household owes it, or the compound bears it, or nobody does because the pharmacy takes it back. Whatever it said
    before: an end, a sum that was a mistake and is none any more is taken back.

    An amount that was put right is taken back and posted anew; without a change nothing is written. Locks the errand,
    then every account that it touches or has touched.
    """
    errand = lock_errand(errand.pk)
    with override(errand.compound.language):
        wanted = {one.kind: one for one in _wanted(errand)}
        put_right = _("put right")
    touched = Account.objects.filter(postings__entry__errand=errand).distinct()
    lock_accounts([*touched, *(account for one in wanted.values() for account in one.postings)])
    for kind in (Entry.Kind.ADVANCE, Entry.Kind.BILL, Entry.Kind.REST):
        want = wanted.get(kind)
        for entry in in_force(Entry.objects.filter(errand=errand, kind=kind)):
            posted = {side.account_id: side.amount for side in entry.postings.all()}
            if want is not None and posted == {account.pk: amount for account, amount in want.postings.items()}:
                want = None
            else:
                reverse(entry=entry, reason=put_right, by=by, at=now)
        if want is not None:
            post(
                compound=errand.compound,
                kind=kind,
                postings=want.postings,
                at=at,
                now=now,
                by=by,
                why=want.why,
                reason=want.reason,
                errand=errand,
                lines=want.lines,
            )


def _wanted(errand: Errand) -> Iterator[_Wanted]:
    bears = _who_bears(errand)
    if not errand.amount or errand.paid_by is None or bears == Errand.Bears.RETURN:
        return
    compound, amount = errand.compound, errand.amount
    goods = account_of(compound=compound, kind=K.GOODS)
    yield _Wanted(Entry.Kind.ADVANCE, {goods: amount, account_of(compound=compound, user=errand.paid_by): -amount})
    if errand.is_open:
        return
    if bears == Errand.Bears.HOUSEHOLD:
        account = account_of(compound=compound, household=errand.household)
        yield _Wanted(Entry.Kind.BILL, {account: amount, goods: -amount}, (_line(errand, amount),))
    else:
        rest = account_of(compound=compound, kind=K.REST)
        reason = f"{errand.household.room} {errand.get_state_display()}"
        yield _Wanted(Entry.Kind.REST, {rest: amount, goods: -amount}, (), Entry.Why.REFUSED, reason)


def _who_bears(errand: Errand) -> str:
    """Handed over, it is the household's. Else as was said before it was bought; a top-up is on the household's own
    card all the same. Where nobody has said anything, the compound bears it.
    """
    if errand.is_open or errand.state == Errand.State.HANDED_OVER:
        return Errand.Bears.HOUSEHOLD
    if errand.refusal_borne_by:
        return errand.refusal_borne_by
    return Errand.Bears.HOUSEHOLD if errand.kind == Errand.Kind.TOP_UP else Errand.Bears.COMPOUND


def _line(errand: Errand, amount: Decimal) -> Line:
    """One line that says what kind of errand it was and not what was bought: an account is read by the captain, is
    kept for years and cannot be changed, and what somebody takes is nobody's business there.
    """
    top_up = TopUp.objects.filter(errand=errand).first()
    words = (
        str(errand.get_kind_display())
        if top_up is None
        else f"{errand.get_kind_display()} {top_up.get_service_display()}"
    )
    return Line(words, "", Decimal(1), None, amount)
