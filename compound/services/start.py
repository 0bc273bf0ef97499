"""The first minute of a real compound: the compound, its gates and its branch secretary."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from compound.models import Compound, Gate, LoginToken, Role, User
from compound.models.registry import CODE
from compound.refusals import Refusal
from compound.services.accounts import NO_PHONE, add_member, issue_login
from compound.services.audit import record
from compound.signals import compound_started

FIRST_LOGIN_MINUTES = 24 * 60
# Key of the transaction's advisory lock ("strt"): whoever starts a compound waits for the one before.
LOCK = 0x73747274


@dataclass(frozen=True)
class Started:
    compound: Compound
    gates: list[Gate]
    secretary: User
    # None for a secretary who has chosen a password on the first page.
    login: LoginToken | None = None
    token: str = ""


def gate_names(text: str) -> list[str]:
    """`东门, 南门、西门` → three names: split at commas of all kinds, each name once, in the order given."""
    for separator in "，、;；\n":
        text = text.replace(separator, ",")
    return list(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


@transaction.atomic
def start_compound(
    *,
    code: str,
    name: str,
    gates: Sequence[str],
    at: dt.datetime,
    phone: str = "",
    secretary: str = "",
    password: str = "",
    only_first: bool = False,
) -> Started:
    """A compound with its gates and its secretary, who logs in with `password` or else with a one-time login (24 h).

    `only_first` refuses (`already_started`) once any compound exists: of two first pages sent at once one wins.
    Refuses with `code_taken` and `code_invalid`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if only_first and Compound.objects.exists():
        raise Refusal("already_started", _("This installation is set up already. Please log in."))
    try:
        CODE(code)
    except ValidationError as error:
        raise Refusal("code_invalid", error.messages[0], text=code) from None
    if Compound.objects.filter(code=code).exists():
        raise Refusal("code_taken", _("There is a compound with the code %(code)s already.") % {"code": code})
    compound = Compound.objects.create(code=code, name=name, created_at=at)
    rows = [Gate(compound=compound, name=gate, position=place) for place, gate in enumerate(gates, start=1)]
    Gate.objects.bulk_create(rows)
    member = add_member(
        compound=compound,
        phone=phone or NO_PHONE + str(secrets.randbelow(10**9)).zfill(9),
        name=secretary or _("Branch secretary"),
        role=Role.SECRETARY,
        by=None,
        at=at,
    )
    record(
        compound=compound,
        by=None,
        at=at,
        action="compound.started",
        subject=code,
        text=_("%(name)s set up, gates: %(gates)s") % {"name": name, "gates": "、".join(gates) or "—"},
        gates=list(gates),
    )
    compound_started.send(sender=Compound, compound=compound, at=at)
    user = member.user
    if password:
        # Somebody who has a password keeps it: the first page must not be a way to take over a login.
        if user.has_usable_password():
            raise Refusal("phone_taken", _("Somebody else logs in with this phone number."))
        user.set_password(password)
        user.save(update_fields=["password"])
        return Started(compound, rows, user)
    login, token = issue_login(compound=compound, user=user, by=None, at=at, minutes=FIRST_LOGIN_MINUTES)
    return Started(compound, rows, user, login, token)
