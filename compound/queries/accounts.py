"""Who is a member, and which one-time logins are out."""

import datetime as dt
from dataclasses import dataclass, field

from compound.access import stands_above
from compound.models import Compound, LoginToken, Membership, User


@dataclass
class Person:
    """A line of the page of one-time logins. `open_login` is one that was given out and not used yet."""

    user: User
    roles: list[str] = field(default_factory=list)
    may_give: bool = False
    open_login: LoginToken | None = None
    # Until when, on the compound's wall clock.
    open_until: str = ""


def is_empty() -> bool:
    """Nothing is set up and nobody could log in: the first page is due."""
    return not Compound.objects.exists() and not User.objects.exists()


def compounds_of(user: User) -> list[Compound]:
    """What somebody may open, by name; a superuser everything. One query."""
    if user.is_superuser:
        return list(Compound.objects.order_by("name", "code"))
    return list(Compound.objects.filter(memberships__user=user).distinct().order_by("name", "code"))


def roles_by_compound(user: User) -> dict[int, set[str]]:
    """Roles of `user` by the compound's primary key. One query."""
    roles: dict[int, set[str]] = {}
    for compound_id, role in Membership.objects.filter(user=user).values_list("compound_id", "role"):
        roles.setdefault(compound_id, set()).add(role)
    return roles


def people_with_logins(*, compound: Compound, by: User, at: dt.datetime) -> list[Person]:
    """The members of `compound` by name, each with their roles in words. Four queries whatever their number.

    `may_give` follows `compound.services.accounts.may_give_login`, here for all of them at once.
    """
    people: dict[int, Person] = {}
    for member in Membership.objects.filter(compound=compound).select_related("user", "building"):
        person = people.setdefault(member.user_id, Person(member.user))
        role = str(member.get_role_display())
        person.roles.append(f"{role} {member.building.name}" if member.building else role)
    mine = roles_by_compound(by)
    theirs: dict[int, list[tuple[int, str]]] = {}
    every = Membership.objects.filter(user__in=people).values_list("user_id", "compound_id", "role")
    for user_id, compound_id, name in every:
        theirs.setdefault(user_id, []).append((compound_id, name))
    for user_id, person in people.items():
        is_reachable = person.user.is_active and not person.user.is_superuser
        person.may_give = is_reachable and (by.is_superuser or stands_above(mine, theirs[user_id]))
    logins = LoginToken.objects.filter(user__in=people, used_at=None, revoked_at=None, expires_at__gt=at)
    for login in logins:
        people[login.user_id].open_login = login
        people[login.user_id].open_until = f"{compound.local(login.expires_at):%H:%M}"
    return sorted(people.values(), key=lambda person: (person.user.name, person.user.pk))
