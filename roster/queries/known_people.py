"""Whose number that is, as far as the reader may know it."""

from collections.abc import Iterable
from dataclasses import dataclass

from compound.access import stands_above
from compound.models import Compound, Membership, User
from compound.queries.accounts import roles_by_compound
from roster.models import Volunteer


@dataclass(frozen=True)
class KnownPerson:
    """Who logs in with a number. `name` is '' for somebody of another compound, who cannot be taken in by the reader.

    `volunteer` is the row here, ended or not.
    """

    name: str
    may_take_in: bool
    volunteer: Volunteer | None = None

    @property
    def is_volunteer(self) -> bool:
        return self.volunteer is not None and self.volunteer.ended_at is None


def people_behind(compound: Compound, phones: Iterable[str], *, by: User) -> dict[str, KnownPerson]:
    """By number; a number that nobody has is left out. Four queries, none for no number.

    A number that was typed in must not tell who is behind it elsewhere: the rule is that of
    `compound.services.accounts.add_member`.
    """
    numbers = set(phones)
    users = list(User.objects.filter(phone__in=numbers)) if numbers else []
    if not users:
        return {}
    roles: dict[int, list[tuple[int, str]]] = {}
    for user_id, compound_id, role in Membership.objects.filter(user__in=users).values_list(
        "user_id", "compound_id", "role"
    ):
        roles.setdefault(user_id, []).append((compound_id, role))
    volunteers = {
        row.user_id: row
        for row in Volunteer.objects.filter(compound=compound, user__in=users)
        .select_related("user", "household")
        .prefetch_related("skills")
    }
    mine = roles_by_compound(by)
    found = {}
    for user in users:
        theirs = roles.get(user.pk, [])
        is_here = any(compound_id == compound.pk for compound_id, _role in theirs)
        may = is_here or by.is_superuser or (not user.is_superuser and stands_above(mine, theirs))
        found[user.phone] = KnownPerson(user.name if may else "", may, volunteers.get(user.pk))
    return found
