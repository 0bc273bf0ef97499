"""People, their roles and their one-time logins. Every write leaves an audit entry in its own transaction."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.access import stands_above
from compound.models import Building, Compound, LoginToken, Membership, Role, User
from compound.models.accounts import clean_phone
from compound.queries.accounts import roles_by_compound
from compound.refusals import Refusal
from compound.services.audit import record

LOGIN_MINUTES = 15
# What somebody has until the first login, when `manage.py start` was told no phone number. No real number starts so.
NO_PHONE = "000"


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def may_give_login(*, by: User, to: User) -> bool:
    """Nobody climbs by it (`compound.access.stands_above`). Two queries.

    A superuser's login is given out by nobody, and none to somebody closed or without a role.
    """
    if to.is_superuser or not to.is_active:
        return False
    theirs = list(Membership.objects.filter(user=to).values_list("compound_id", "role"))
    return bool(theirs) and (by.is_superuser or stands_above(roles_by_compound(by), theirs))


@transaction.atomic
def issue_login(
    *, compound: Compound, user: User, by: User | None, at: dt.datetime, minutes: int = LOGIN_MINUTES
) -> tuple[LoginToken, str]:
    """A new one-time login for `user` and its token, which is kept nowhere; an older one ends.

    `by` None is the command line. Refuses with `login_not_yours` (see `may_give_login`).
    """
    if by is not None:
        is_member = Membership.objects.filter(user=user, compound=compound).exists()
        if not is_member or not may_give_login(by=by, to=user):
            raise Refusal(
                "login_not_yours",
                _("You cannot give out a login for %(name)s. Ask the branch secretary.") % {"name": user.name},
                name=user.name,
            )
    # The person's row is the lock: of two that are given out at once one ends the other.
    User.objects.select_for_update().get(pk=user.pk)
    _open_logins(user).update(revoked_at=at)
    token = secrets.token_urlsafe(32)
    login = LoginToken.objects.create(
        user=user,
        token_hash=hash_of(token),
        issued_at=at,
        issued_by=by,
        expires_at=at + dt.timedelta(minutes=minutes),
    )
    _log(
        [compound],
        user,
        by,
        at,
        "login.issued",
        gettext_noop("One-time login given out for %(name)s"),
        login=login.pk,
        minutes=minutes,
    )
    return login, token


def _open_logins(user: User) -> QuerySet[LoginToken]:
    return LoginToken.objects.filter(user=user, used_at=None, revoked_at=None)


@transaction.atomic
def revoke_login(*, compound: Compound, login: LoginToken, by: User, at: dt.datetime) -> None:
    """Ends a login that nobody has used yet; does nothing to one that is over."""
    if not may_give_login(by=by, to=login.user):
        raise Refusal("login_not_yours", _("You cannot take back this login. Ask the branch secretary."))
    if LoginToken.objects.filter(pk=login.pk, used_at=None, revoked_at=None).update(revoked_at=at):
        text = gettext_noop("One-time login of %(name)s taken back")
        _log([compound], login.user, by, at, "login.revoked", text, login=login.pk)


def login_behind(*, token: str, at: dt.datetime) -> LoginToken | None:
    """The login that `token` still opens at `at`; None for used, revoked, run out, unknown alike. One query."""
    return (
        LoginToken.objects.filter(
            token_hash=hash_of(token), used_at=None, revoked_at=None, expires_at__gt=at, user__is_active=True
        )
        .select_related("user")
        .first()
    )


@transaction.atomic
def use_login(*, token: str, at: dt.datetime) -> User:
    """The user whom `token` logs in; afterwards it opens nothing any more. Refuses with `login_over`."""
    login = login_behind(token=token, at=at)
    used = login and LoginToken.objects.filter(pk=login.pk, used_at=None, revoked_at=None, expires_at__gt=at).update(
        used_at=at
    )
    if not login or not used:
        raise Refusal("login_over", _("This login is used up or has run out. Ask the coordinator for a new one."))
    text = gettext_noop("%(name)s logged in with a one-time login")
    _log(_compounds_of(login.user), login.user, login.user, at, "login.used", text, login=login.pk)
    return login.user


def _compounds_of(user: User) -> QuerySet[Compound]:
    """Whose logs show what somebody does outside of any compound's pages: all that the login opens."""
    return Compound.objects.filter(memberships__user=user).distinct()


def _log(
    compounds: Iterable[Compound],
    user: User,
    by: User | None,
    at: dt.datetime,
    action: str,
    text: str,
    **params: Any,
) -> None:
    """One audit entry in each compound, in that compound's language; `text` is a msgid with `%(name)s`."""
    for compound in compounds:
        with translation.override(compound.language):
            words = _(text) % {"name": user.name, **params}
        record(
            compound=compound,
            by=by,
            at=at,
            action=action,
            subject=user.name,
            text=words,
            user=user.pk,
            **params,
        )


@transaction.atomic
def set_own_password(*, user: User, password: str, phone: str, name: str, at: dt.datetime) -> None:
    """After a one-time login: a password of one's own, and the phone number where none was known yet.

    Refuses with `phone_taken`.
    """
    user.set_password(password)
    user.name = name or user.name
    if phone:
        user.phone = clean_phone(phone)
    try:
        with transaction.atomic():
            user.save(update_fields=["password", "phone", "name"])
    except IntegrityError:
        raise Refusal("phone_taken", _("Somebody else logs in with this phone number.")) from None
    _log(_compounds_of(user), user, user, at, "password.set", gettext_noop("%(name)s chose a new password"))


@transaction.atomic
def add_member(
    *,
    compound: Compound,
    phone: str,
    name: str,
    role: Role,
    by: User | None,
    at: dt.datetime,
    building: Building | None = None,
) -> Membership:
    """Gives `role` to whoever logs in with `phone`; a new user without a password where nobody does.

    Refuses with `member_already`, with `demo_member` where it would open a real compound with a public password,
    and with `member_elsewhere` where `by` knows no more of the person than the number (see `_may_take_in`).
    """
    phone = clean_phone(phone)
    user, created = User.objects.get_or_create(phone=phone, defaults={"name": name, "password": "!"})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    if by is not None and not created and not _may_take_in(compound=compound, user=user, by=by):
        raise Refusal(
            "member_elsewhere",
            _("Whoever logs in with this number belongs to another compound. Ask the administrator to add them."),
        )
    elsewhere = Membership.objects.filter(user=user).filter(~Q(compound__is_demo=compound.is_demo))
    if elsewhere.exists():
        raise Refusal("demo_member", _("Logins of the demo cannot be used in a real compound. Take another number."))
    try:
        with transaction.atomic():
            member = Membership.objects.create(user=user, compound=compound, role=role, building=building)
    except IntegrityError:
        raise Refusal("member_already", _("This person has this role already.")) from None
    _log_role(member, by, at, "member.added", gettext_noop("%(name)s is now: %(role_name)s"))
    return member


def _may_take_in(*, compound: Compound, user: User, by: User) -> bool:
    """A number typed in must not tell who is behind it elsewhere, nor put that person on one's own list.

    So: a superuser anybody; others whoever is of this compound already, of none, or only where `by` stands above.
    """
    if by.is_superuser or user.is_superuser:
        return by.is_superuser
    theirs = list(Membership.objects.filter(user=user).values_list("compound_id", "role"))
    is_here = any(compound_id == compound.pk for compound_id, _role in theirs)
    return is_here or stands_above(roles_by_compound(by), theirs)


@transaction.atomic
def change_member(
    *, member: Membership, role: Role, building: Building | None, by: User | None, at: dt.datetime
) -> None:
    """Another role, or another building. Refuses with `last_secretary`."""
    before = Membership.objects.select_for_update().get(pk=member.pk)
    if before.role == Role.SECRETARY and role != Role.SECRETARY:
        _keep_a_secretary(before)
    member.role, member.building = role, building
    member.save(update_fields=["role", "building"])
    _log_role(member, by, at, "member.changed", gettext_noop("%(name)s is now: %(role_name)s"))


@transaction.atomic
def remove_member(*, member: Membership, by: User | None, at: dt.datetime) -> None:
    """Takes the role away and ends logins given out but not used. Refuses with `last_secretary`."""
    if member.role == Role.SECRETARY:
        _keep_a_secretary(member)
    _log_role(member, by, at, "member.removed", gettext_noop("%(name)s is no longer: %(role_name)s"))
    _open_logins(member.user).update(revoked_at=at)
    member.delete()


def _keep_a_secretary(member: Membership) -> None:
    """Two secretaries who remove each other at once must not both succeed: all their rows are locked."""
    rows = Membership.objects.filter(compound=member.compound_id, role=Role.SECRETARY).order_by("pk")
    if [row.pk for row in rows.select_for_update()] == [member.pk]:
        raise Refusal(
            "last_secretary",
            _("A compound needs a branch secretary. Name the next one first."),
        )


def _log_role(member: Membership, by: User | None, at: dt.datetime, action: str, text: str) -> None:
    building = member.building.name if member.building else None
    with translation.override(member.compound.language):
        role_name = str(Role(member.role).label)
    _log(
        [member.compound],
        member.user,
        by,
        at,
        action,
        text,
        role=member.role,
        role_name=role_name,
        building=building,
    )


@transaction.atomic
def change_person(*, user: User, name: str, phone: str, is_active: bool, by: User, at: dt.datetime) -> None:
    """A new name or number, or a login closed or opened again. Refuses with `phone_taken`."""
    before = User.objects.select_for_update().get(pk=user.pk)
    user.name, user.phone, user.is_active = name, clean_phone(phone), is_active
    changed = [field for field in ("name", "phone", "is_active") if getattr(before, field) != getattr(user, field)]
    if not changed:
        return
    try:
        with transaction.atomic():
            user.save(update_fields=["name", "phone", "is_active"])
    except IntegrityError:
        raise Refusal("phone_taken", _("Somebody else logs in with this phone number.")) from None
    if not is_active:
        _open_logins(user).update(revoked_at=at)
    text = gettext_noop("Details of %(name)s changed")
    if "is_active" in changed:
        text = gettext_noop("Login of %(name)s opened") if is_active else gettext_noop("Login of %(name)s closed")
    _log(_compounds_of(user), user, by, at, "person.changed", text, changed=changed)
