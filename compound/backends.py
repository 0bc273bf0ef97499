"""What a branch secretary may do in the admin site, out of the memberships: there is no second list of rights to keep.

See docs/decisions/0003-admin-rights-from-roles.md.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Model

from compound.models import Membership, Role, User

VIEW = frozenset({"view"})
ADD = frozenset({"view", "add"})
CHANGE = frozenset({"view", "change"})
EDIT = frozenset({"view", "add", "change"})
ALL = frozenset({"view", "add", "change", "delete"})

# Table → what may be done with it. A table that is not named here is for superusers only.
SECRETARY: dict[str, frozenset[str]] = {
    "compound.compound": CHANGE,
    "compound.building": ALL,
    "compound.unit": ALL,
    "compound.household": ALL,
    "compound.resident": ALL,
    "compound.gate": ALL,
    # Tags are shared by all compounds: one may be added, none renamed under the others' feet.
    "compound.tag": ADD,
    "compound.membership": ALL,
    "compound.user": CHANGE,
    "compound.rulebook": ALL,
    "compound.logintoken": VIEW,
    "compound.auditentry": VIEW,
    "compound.job": VIEW,
    "compound.message": VIEW,
    "compound.storedfile": VIEW,
    "compound.sheet": VIEW,
    "compound.shortcode": VIEW,
    "compound.householdkey": VIEW,
    "errands.cardloan": VIEW,
    "errands.errand": VIEW,
    "errands.errandstep": VIEW,
    "gate.check": VIEW,
    "gate.conflict": VIEW,
    "gate.device": VIEW,
    "gate.incident": VIEW,
    "gate.isolation": VIEW,
    "gate.outing": VIEW,
    "gate.parcel": VIEW,
    "gate.pass": VIEW,
    "gate.ratification": VIEW,
    "gate.temperaturereading": VIEW,
    "gate.temperaturerecord": VIEW,
    "money.account": VIEW,
    "money.cashcount": VIEW,
    "money.entry": VIEW,
    "money.posting": VIEW,
    "orders.supplypoint": ALL,
    "orders.section": ALL,
    "orders.item": ALL,
    "orders.roundschedule": ALL,
    "orders.round": VIEW,
    "orders.offer": VIEW,
    "orders.order": VIEW,
    "orders.orderline": VIEW,
    "orders.chainsource": EDIT,
    "orders.nickname": ALL,
    "orders.chainimport": VIEW,
    "orders.chainentry": VIEW,
    "orders.addresslayout": VIEW,
    "orders.notice": VIEW,
    "orders.householdreport": VIEW,
    "orders.bag": VIEW,
    "orders.batch": VIEW,
    "orders.donation": VIEW,
    "orders.doormark": VIEW,
    "orders.goodsword": VIEW,
    "orders.handover": VIEW,
    "orders.itemprice": VIEW,
    "orders.orderrules": VIEW,
    "orders.purchase": VIEW,
    "orders.receipt": VIEW,
    "orders.relief": VIEW,
    "orders.reliefcount": VIEW,
    "orders.reliefparcel": VIEW,
    "orders.roundgood": VIEW,
    "orders.sharing": VIEW,
    "orders.sharingrule": VIEW,
    "orders.stop": VIEW,
    "orders.substitutewish": VIEW,
    "orders.transitstation": VIEW,
    "orders.vehicle": VIEW,
    "roster.assignment": VIEW,
    "roster.availability": VIEW,
    "roster.dutygroup": VIEW,
    "roster.groupmember": VIEW,
    "roster.plan": VIEW,
    "roster.post": VIEW,
    "roster.postneed": VIEW,
    "roster.rosterrules": VIEW,
    "roster.shift": VIEW,
    "roster.shiftpattern": VIEW,
    "roster.signup": VIEW,
    "roster.skill": VIEW,
    "roster.standin": VIEW,
    "roster.volunteer": VIEW,
    "roster.volunteerskill": VIEW,
}
PERMISSIONS = frozenset(
    f"{table.split('.')[0]}.{action}_{table.split('.')[1]}"
    for table, actions in SECRETARY.items()
    for action in actions
)


def secretary_of(user: Any) -> frozenset[int]:
    """Primary keys of the compounds whose branch secretary `user` is; asked once per request."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    known: frozenset[int] | None = getattr(user, "_secretary_of", None)
    if known is None:
        rows = Membership.objects.filter(user=user, role=Role.SECRETARY)
        known = frozenset(rows.values_list("compound_id", flat=True))
        user._secretary_of = known  # type: ignore[attr-defined]
    return known


class RoleBackend(BaseBackend):
    """Says which tables; which rows of them says `compound.admin.scoped.ScopedAdmin`."""

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return set(PERMISSIONS) if secretary_of(user_obj) else set()

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        return perm in PERMISSIONS and bool(secretary_of(user_obj))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for perm in PERMISSIONS) and bool(secretary_of(user_obj))
