"""What a household says about what came, on its own page; and the answer that it gets."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from compound.models import Household, User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import HouseholdReport, Order, OrderLine, Round

Kind = HouseholdReport.Kind
# Of one household, not answered yet: whoever has said more than that has been heard.
MOST_OPEN = 10


@transaction.atomic
def report_received(*, household: Household, round: Round, at: dt.datetime, id: uuid.UUID) -> HouseholdReport:
    """“Received, thank you”: once a round, however often it is pressed. Raises `no_order`."""
    _lock_ordered(household, round)
    known = HouseholdReport.objects.filter(household=household, round=round, kind=Kind.RECEIVED).first()
    if known is not None:
        return known
    return HouseholdReport.objects.create(id=_free(id), household=household, round=round, kind=Kind.RECEIVED, at=at)


@transaction.atomic
def report_wrong(
    *,
    household: Household,
    round: Round,
    line: OrderLine | None,
    text: str,
    at: dt.datetime,
    id: uuid.UUID,
) -> HouseholdReport:
    """Something is wrong with a good, or with all of it: stands on Today until somebody has answered.

    The same words sent twice are one report; other words are another one, whatever the form's id: who goes back to the
    form and writes something else there sends the first one's id with it.
    Raises `no_order`, `line_elsewhere`, `says_nothing`, `too_many_reports`.
    """
    _lock_ordered(household, round)
    if line is not None and (line.order.household_id, line.order.round_id) != (household.pk, round.pk):
        raise Refusal("line_elsewhere", _("This good is not in your order."))
    text = text.strip()[:200]
    if line is None and not text:
        raise Refusal("says_nothing", _("Choose the good, or write in a few words what is wrong."))
    same = HouseholdReport.objects.filter(household=household, round=round, kind=Kind.WRONG, line=line, text=text)
    known = same.filter(Q(pk=id) | Q(answered_at=None)).first()
    if known is not None:
        return known
    open_ones = HouseholdReport.objects.filter(household=household, kind=Kind.WRONG, answered_at=None)
    if open_ones.count() >= MOST_OPEN:
        raise Refusal("too_many_reports", _("We have your words and will answer. If it is urgent, call the office."))
    return HouseholdReport.objects.create(
        id=_free(id), household=household, round=round, line=line, kind=Kind.WRONG, text=text, at=at
    )


@transaction.atomic
def answer_report(*, report: HouseholdReport, answer: str, by: User, at: dt.datetime) -> HouseholdReport:
    """What the household reads on its page. Raises `answer_missing`, `answered_already`."""
    answer = answer.strip()[:200]
    if not answer:
        raise Refusal("answer_missing", _("Write what the household is told."))
    # Not `answered_by` with it: a joined row is read as it was before the wait, and nobody would have answered.
    rows = HouseholdReport.objects.select_for_update(of=("self",)).select_related("household__compound")
    report = rows.get(pk=report.pk, kind=Kind.WRONG)
    if report.answered_at is not None and report.answered_by is not None:
        if (report.answered_by_id, report.answer) == (by.pk, answer):
            return report
        raise Refusal(
            "answered_already",
            _("%(name)s has answered it meanwhile: %(answer)s")
            % {"name": report.answered_by.name, "answer": report.answer},
        )
    report.answered_at, report.answered_by, report.answer = at, by, answer
    report.save(update_fields=["answered_at", "answered_by", "answer"])
    audit.record(
        compound=report.household.compound,
        by=by,
        at=at,
        action="report.answered",
        subject=report.household.room,
        text=report.household.room,
        report=str(report.pk),
    )
    return report


def _lock_ordered(household: Household, round: Round) -> None:
    """Two presses of one button come one after the other: by the lock on one of the household's orders."""
    orders = Order.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    if not list(orders.filter(household=household, round=round, state=Order.State.PLACED).values_list("pk")):
        raise Refusal("no_order", _("You have no order in this round."))


def _free(id: uuid.UUID) -> uuid.UUID:
    """The form's id, or another where a form that was made up names somebody else's report."""
    return uuid.uuid4() if HouseholdReport.objects.filter(pk=id).exists() else id
