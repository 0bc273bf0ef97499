"""One door with all that the apps know about it, cut to what each role needs."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import BooleanField, ExpressionWrapper, Prefetch

from compound import access
from compound.access import Standing
from compound.listing import listed
from compound.models import Household, Resident, Role, Tag
from errands.queries.errands import ErrandRow, errands_of
from gate.models import Outing
from gate.queries.outings import outings_of
from gate.queries.passes import PassRow, passes_of_household
from money.queries.balances import household_balance
from orders.doors import SERVED
from orders.models import HouseholdReport, Order, OrderLine, Round
from orders.queries.delivery import WENT_TO_OTHERS
from roster.models import Volunteer

# A fortnight of two rounds a day is the most that anybody asks about.
ROUNDS = 12
# As long as somebody calls about an errand that has ended.
ERRANDS_SINCE = dt.timedelta(days=14)
REPORTS = 5
SEE_PEOPLE = (Role.COORDINATOR, Role.MEDICAL, Role.CAPTAIN)
SEE_TAGS = (Role.COORDINATOR, Role.MEDICAL, Role.CAPTAIN)
SEE_PHONES = (Role.COORDINATOR, Role.CAPTAIN)


@dataclass(frozen=True)
class PastOrder:
    """One order and how it ended, in one word: see `kind` of templates/components/chip.html."""

    order: Order
    lines: list[OrderLine]
    kind: str
    word: str

    @property
    def goods(self) -> str:
        return listed(str(line) for line in self.lines)


@dataclass(frozen=True)
class PastErrand:
    """`words`: what is wanted, or of medicine only that it is some for who may not know which."""

    row: ErrandRow
    words: str


@dataclass
class HouseholdPage:
    """`people` and `tags` are None for roles that may not know them, else a list that may be empty."""

    household: Household
    people: list[Resident] | None = None
    tags: list[Tag] | None = None
    orders: list[PastOrder] | None = None
    passes: list[PassRow] | None = None
    # Lines that are still owed.
    owed: list[OrderLine] = field(default_factory=list)
    # None for who does not see the gates.
    outings: list[Outing] | None = None
    # None for who does none: open ones first, then those that ended lately.
    errands: list[PastErrand] | None = None
    # What it said on its own page that was wrong, newest first, for who answers it.
    reports: list[HouseholdReport] = field(default_factory=list)
    # Who of them helps, for who runs the roster.
    volunteers: list[Volunteer] = field(default_factory=list)
    # What it owes, below zero what it has paid too much; None for who takes no payments here.
    balance: Decimal | None = None
    may_run_gates: bool = False
    may_see_phones: bool = False
    may_set_card: bool = False
    may_give_slips: bool = False


def may(membership: Standing, household: Household, roles: Collection[str]) -> bool:
    """Whether one of `roles` is held for this door: that of a captain counts in the own building only."""
    others = [role for role in roles if role != Role.CAPTAIN]
    is_captain_here = Role.CAPTAIN in roles and household.building_id in membership.buildings
    return is_captain_here or membership.has(*others)


def household_page(*, household: Household, membership: Standing, at: dt.datetime) -> HouseholdPage:
    """Fourteen statements at the most. That the door may be seen at all is `desk.views.access`'s word."""
    page = HouseholdPage(household)
    if may(membership, household, SEE_PEOPLE):
        page.people = list(household.residents.order_by("-is_contact", "id"))
    if may(membership, household, SEE_TAGS):
        page.tags = list(household.tags.all())
    if may(membership, household, access.SEE_ORDERS):
        page.orders = _orders(household)
        page.owed = [line for past in page.orders for line in past.lines if _is_owed(past.order, line)]
    if may(membership, household, access.DO_ERRANDS):
        page.errands = _errands(household, membership, at)
    if may(membership, household, access.TYPE_ORDERS):
        said = HouseholdReport.objects.filter(household=household, kind=HouseholdReport.Kind.WRONG)
        page.reports = list(said.select_related("round", "line", "answered_by").order_by("-at", "pk")[:REPORTS])
    if may(membership, household, access.TAKE_PAYMENTS):
        page.balance = household_balance(household)
    if access.can_see_gates(membership):
        page.outings = outings_of(household)
    if may(membership, household, access.SEE_GATES):
        page.passes = passes_of_household(household, at=at)
        page.may_run_gates = access.can_run_gates(membership)
    if access.can_run_roster(membership):
        helpers = Volunteer.objects.filter(household=household, ended_at=None).select_related("user")
        page.volunteers = list(helpers.prefetch_related("groups").order_by("user__name"))
    has_phones = any(person.phone for person in page.people or ())
    page.may_see_phones = has_phones and may(membership, household, SEE_PHONES)
    page.may_set_card = may(membership, household, access.SET_CARDS)
    page.may_give_slips = access.can_give_slips(membership)
    return page


def _errands(household: Household, membership: Standing, at: dt.datetime) -> list[PastErrand]:
    """All for who runs errands; else one's own, and that there are others which nobody has yet. Three statements."""
    rows = errands_of(household, since=at - ERRANDS_SINCE)
    if access.can_run_errands(membership):
        return [PastErrand(row, row.title) for row in rows]
    user, found = membership.user.pk, []
    for row in rows:
        if user in (row.errand.taken_by_id, row.errand.asked_by_id):
            found.append(PastErrand(row, row.title))
        elif row.errand.is_open and row.errand.taken_by_id is None:
            found.append(PastErrand(row, row.discreet))
    return found


def _orders(household: Household) -> list[PastOrder]:
    lines = OrderLine.objects.annotate(went_to_others=ExpressionWrapper(WENT_TO_OTHERS, BooleanField()))
    orders = household.orders.select_related("round", "entered_by").prefetch_related(Prefetch("lines", lines))
    return [_past(order) for order in orders.order_by("-round__cutoff_at", "-entered_at")[: ROUNDS * 2]]


def _is_owed(order: Order, line: OrderLine) -> bool:
    """Ordered, not handed over, and nobody has said why that is the end of it: as in the list of who is not served."""
    if order.state != Order.State.PLACED or order.round.state == Round.State.CANCELLED or line.closed_at is not None:
        return False
    if line.went_to_others:  # type: ignore[attr-defined]  # _orders
        return False
    if line.outcome == OrderLine.Outcome.PENDING:
        return order.round.state == Round.State.SETTLED
    return line.outcome not in SERVED


def _past(order: Order) -> PastOrder:
    lines = list(order.lines.all())
    if order.state != Order.State.PLACED:
        kind = "wait" if order.state == Order.State.LATE else "plain"
        return PastOrder(order, lines, kind, order.get_state_display())
    if any(_is_owed(order, line) for line in lines):
        bad = next(line for line in lines if _is_owed(order, line))
        return PastOrder(order, lines, "ask", bad.get_outcome_display())
    if lines and all(line.outcome in SERVED for line in lines):
        return PastOrder(order, lines, "done", lines[0].get_outcome_display())
    kind = "plain" if order.round.state in (Round.State.OPEN, Round.State.SETTLED) else "info"
    return PastOrder(order, lines, kind, order.round.get_state_display())
