"""Who may do what: small named predicates over the roles that somebody has in one compound.

A person may have several roles; the secretary has all of them. Every page asks
`compound.views.access.compound_for`, which fetches and refuses in one step; templates ask the predicates.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from compound.models import Compound, Membership, Role, User

# Who may do a thing besides the secretary, who may do everything.
RUN_ORDERS = (Role.COORDINATOR,)
SEE_ORDERS = (Role.COORDINATOR, Role.SUPPLY, Role.CAPTAIN)
TYPE_ORDERS = (Role.COORDINATOR, Role.SUPPLY, Role.CAPTAIN)
DELIVER = (Role.COORDINATOR, Role.SUPPLY, Role.CAPTAIN, Role.VOLUNTEER)
# Who has no role but captain sees the doors of the own buildings only.
SEE_ALL_BUILDINGS = (Role.COORDINATOR, Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.VOLUNTEER)
SHOP = (Role.COORDINATOR, Role.SUPPLY, Role.VOLUNTEER)
RUN_DELIVERIES = (Role.COORDINATOR, Role.SUPPLY)
RUN_RELIEF = (Role.COORDINATOR, Role.SUPPLY)
IMPORT_HOUSEHOLDS = (Role.COORDINATOR,)
SEE_HOUSEHOLDS = (Role.COORDINATOR, Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.CAPTAIN)
SEE_HEALTH = (Role.COORDINATOR, Role.GATE, Role.MEDICAL)
GIVE_LOGINS = (Role.COORDINATOR,)
SET_CARDS = (Role.COORDINATOR, Role.MEDICAL)
RUN_GATES = (Role.COORDINATOR,)
SEE_GATES = (Role.COORDINATOR, Role.GATE)
SEE_PARCELS = (Role.COORDINATOR, Role.GATE, Role.SUPPLY, Role.CAPTAIN, Role.VOLUNTEER)
SEE_ISOLATIONS = (Role.COORDINATOR, Role.GATE, Role.MEDICAL, Role.CAPTAIN)
SET_ISOLATIONS = (Role.COORDINATOR, Role.MEDICAL)
HANDLE_PARCELS = (Role.COORDINATOR, Role.GATE, Role.SUPPLY, Role.VOLUNTEER)
HAND_IN_READINGS = (Role.COORDINATOR, Role.GATE, Role.MEDICAL, Role.CAPTAIN)
RUN_ROSTER = (Role.COORDINATOR,)
RUN_ERRANDS = (Role.COORDINATOR, Role.SUPPLY, Role.MEDICAL)
DO_ERRANDS = (Role.COORDINATOR, Role.SUPPLY, Role.MEDICAL, Role.CAPTAIN, Role.VOLUNTEER)
RUN_MONEY = (Role.COORDINATOR,)
TAKE_PAYMENTS = (Role.COORDINATOR, Role.SUPPLY, Role.CAPTAIN)
GIVE_SLIPS = (Role.COORDINATOR,)
ONLY_SECRETARY: tuple[Role, ...] = (Role.SECRETARY,)


@dataclass(frozen=True)
class Standing:
    """What one user is in one compound. `buildings`: primary keys of those that a captain answers for."""

    user: User
    compound: Compound
    roles: frozenset[str]
    buildings: frozenset[int] = frozenset()

    def has(self, *roles: str) -> bool:
        """True for any of `roles`, and for the secretary always."""
        return Role.SECRETARY in self.roles or not self.roles.isdisjoint(roles)

    @property
    def is_secretary(self) -> bool:
        return Role.SECRETARY in self.roles


def standing_of(user: User, code: str) -> Standing | None:
    """What `user` is in the compound `code`; None when nothing, or when there is no such compound. One query.

    A superuser counts as secretary everywhere (and costs a second query where no membership says so).
    """
    rows = list(Membership.objects.filter(user=user, compound__code=code).select_related("compound"))
    if rows:
        roles = {row.role for row in rows} | ({Role.SECRETARY} if user.is_superuser else set())
        buildings = frozenset(row.building_id for row in rows if row.building_id is not None)
        return Standing(user, rows[0].compound, frozenset(roles), buildings)
    compound = Compound.objects.filter(code=code).first() if user.is_superuser else None
    return Standing(user, compound, frozenset({Role.SECRETARY})) if compound else None


def can_run_orders(membership: Standing) -> bool:
    """Open, close and cancel rounds, confirm pastes, make sheets."""
    return membership.has(*RUN_ORDERS)


def can_see_orders(membership: Standing) -> bool:
    return membership.has(*SEE_ORDERS)


def can_type_orders(membership: Standing) -> bool:
    """Type an order in for somebody on the phone."""
    return membership.has(*TYPE_ORDERS)


def can_deliver(membership: Standing) -> bool:
    """See the doors of a delivery run and mark what happened at each."""
    return membership.has(*DELIVER)


def can_shop(membership: Standing) -> bool:
    """Tick a shopping list, pack and check bags, hand in receipts."""
    return membership.has(*SHOP)


def can_run_deliveries(membership: Standing) -> bool:
    """Plan runs and trips, stations and vehicles; explain what a count lacks."""
    return membership.has(*RUN_DELIVERIES)


def can_run_relief(membership: Standing) -> bool:
    """Make and close rounds of relief parcels, write down donations."""
    return membership.has(*RUN_RELIEF)


def sees_building(membership: Standing, building_id: int) -> bool:
    """A captain sees the own building; whoever has another duty beside sees them all."""
    return membership.has(*SEE_ALL_BUILDINGS) or building_id in membership.buildings


def sees_all_buildings(membership: Standing) -> bool:
    return membership.has(*SEE_ALL_BUILDINGS)


def can_import_households(membership: Standing) -> bool:
    return membership.has(*IMPORT_HOUSEHOLDS)


def can_see_households(membership: Standing) -> bool:
    return membership.has(*SEE_HOUSEHOLDS)


def can_see_health(membership: Standing) -> bool:
    """A high reading is shown to nobody but gate, medical group, coordinator and secretary."""
    return membership.has(*SEE_HEALTH)


def can_run_gates(membership: Standing) -> bool:
    """Issue and revoke passes, bind gate phones, settle conflicts, ratify emergencies, type in paper."""
    return membership.has(*RUN_GATES)


def can_see_gates(membership: Standing) -> bool:
    """The log of passages, who is outside, incidents."""
    return membership.has(*SEE_GATES)


def can_see_parcels(membership: Standing) -> bool:
    """What waits at the outer line."""
    return membership.has(*SEE_PARCELS)


def can_hand_in_readings(membership: Standing) -> bool:
    """Write down a temperature taken at a door; a captain for the own building."""
    return membership.has(*HAND_IN_READINGS)


def can_see_isolations(membership: Standing) -> bool:
    """Which doors stay shut until when; a captain those of the own building. Why: `can_set_isolations`."""
    return membership.has(*SEE_ISOLATIONS)


def can_set_isolations(membership: Standing) -> bool:
    return membership.has(*SET_ISOLATIONS)


def can_handle_parcels(membership: Standing) -> bool:
    """Write down, disinfect and withdraw at the outer line; a captain only fetches for the own building."""
    return membership.has(*HANDLE_PARCELS)


def can_run_roster(membership: Standing) -> bool:
    """The board, the planner, volunteers, groups and posts. What a group's leader may do is in roster/access.py."""
    return membership.has(*RUN_ROSTER)


def can_run_errands(membership: Standing) -> bool:
    """Every errand of the compound: write down, give to somebody, end. Medicine is seen by its runner besides."""
    return membership.has(*RUN_ERRANDS)


def can_do_errands(membership: Standing) -> bool:
    """Take an errand on and say what became of it; a captain for the own building."""
    return membership.has(*DO_ERRANDS)


def can_run_money(membership: Standing) -> bool:
    """The whole ledger: bills, settlements, write-offs, the cash box."""
    return membership.has(*RUN_MONEY)


def can_take_payments(membership: Standing) -> bool:
    """See what households owe and write down who paid; a captain for the own building."""
    return membership.has(*TAKE_PAYMENTS)


def can_give_slips(membership: Standing) -> bool:
    """Print and replace the slips that open a household's own page."""
    return membership.has(*GIVE_SLIPS)


def can_set_cards(membership: Standing) -> bool:
    """Change the colour of a door card."""
    return membership.has(*SET_CARDS)


def can_give_logins(membership: Standing) -> bool:
    """Open the page of one-time logins; for whom is decided by `compound.services.accounts`."""
    return membership.has(*GIVE_LOGINS)


def can_manage_members(membership: Standing) -> bool:
    """Use the admin site: people, roles, rules in force, audit."""
    return membership.is_secretary


def stands_above(mine: Mapping[int, Set[str]], theirs: Iterable[tuple[int, str]]) -> bool:
    """Whether a login given out for somebody would open nothing that the giver does not stand above already.

    `mine`: roles by the compound's primary key; `theirs`: each (compound, role). Coordinators stand above everybody
    but secretaries, secretaries above everybody, each in their own compound; so nobody gets into a second
    compound, or up to the secretary, by way of a login that they give out.
    """
    return all(
        Role.SECRETARY in mine.get(compound, ())
        or (role != Role.SECRETARY and Role.COORDINATOR in mine.get(compound, ()))
        for compound, role in theirs
    )
