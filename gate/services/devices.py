"""The phones at the gates: invited by a code on the coordinator's screen, bound once, ended or revoked.

No secret is kept: the token is a random number that only the phone knows, the code that binds it is made from the
invitation's own key with SECRET_KEY, so that the page with the QR can be opened again while it is good.
"""

import base64
import datetime as dt
import hmac
import secrets
import unicodedata
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.jobs import sweeper
from compound.models import Compound, Gate, Heartbeat, User
from compound.refusals import Refusal
from compound.services.audit import record
from gate.models import Device
from gate.queries.devices import hash_of
from gate.services.tokens import ALPHABET

CODE_LENGTH = 10
CODE_MINUTES = 10
# After its end a phone keeps no hashes for longer than this; what it recorded stays.
KEEP_DAYS = 30
FORGETTING = "forget gate phones"
# Stands where a hash was. No SHA-256 looks like this, so no token leads to it.
FORGOTTEN = "forgotten"


def code_of(device: Device) -> str:
    """The ten Crockford characters that bind an invited phone; another ten after each renewal. 50 bits."""
    assert device.code_expires_at is not None  # noqa: S101 - only an invitation has a code
    until = int(device.code_expires_at.timestamp() * 1_000_000)
    message = b"shouwang gate phone " + device.pk.bytes + until.to_bytes(8)
    number = int.from_bytes(hmac.digest(settings.SECRET_KEY.encode(), message, "sha256")[:7])
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))


def clean_code(text: str) -> str:
    """As a hand gives it: any case, full width, with spaces and hyphens, O for 0, I and L for 1."""
    kept = unicodedata.normalize("NFKC", text).upper().translate(str.maketrans("OILU", "011V"))
    return "".join(c for c in kept if c not in " -\t\r\n")


@transaction.atomic
def issue_device(
    *, compound: Compound, gate: Gate, ends_at: dt.datetime, at: dt.datetime, label: str = "", by: User | None = None
) -> tuple[Device, str]:
    """A phone that is bound at once (for the command), and its token, which is kept nowhere."""
    token = _new_token()
    device = Device.objects.create(
        compound=compound,
        gate=_gate_of(compound, gate),
        label=label,
        token_hash=hash_of(token),
        bound_at=at,
        issued_at=at,
        issued_by=by,
        ends_at=_end(ends_at, at),
    )
    _log(device, by, at, "device.issued", gettext_noop("Gate phone for %(gate)s made by command"))
    return device, token


@transaction.atomic
def invite_device(
    *,
    compound: Compound,
    gate: Gate,
    label: str,
    ends_at: dt.datetime,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> Device:
    """An invitation whose code (`code_of`) binds one phone within 10 minutes; sent twice with an `id`, one.

    Refuses with `ends_in_the_past`, `gate_sealed`, `gate_elsewhere`.
    """
    known = id and Device.objects.select_related("gate").filter(pk=id, compound=compound).first()
    if known:
        return known
    device = Device(
        id=id or uuid.uuid4(),
        compound=compound,
        gate=_gate_of(compound, gate),
        label=label.strip(),
        issued_at=at,
        issued_by=by,
        ends_at=_end(ends_at, at),
    )
    _put_code(device, at)
    device.save()
    _log(device, by, at, "device.invited", gettext_noop("Gate phone %(label)s invited for %(gate)s"))
    return device


@transaction.atomic
def renew_invitation(*, device: Device, by: User, at: dt.datetime) -> None:
    """A new code where the old one ran out; the old one is dead. Refuses with `device_bound` and `device_over`."""
    row = Device.objects.select_for_update().get(pk=device.pk)
    if row.token_hash is not None:
        raise Refusal("device_bound", _("This phone is bound already."))
    if row.revoked_at is not None or row.ends_at <= at:
        raise Refusal("device_over", _("This invitation is over. Invite the phone again."))
    _put_code(device, at)
    device.save(update_fields=["code_hash", "code_expires_at"])
    _log(device, by, at, "device.invited", gettext_noop("Gate phone %(label)s invited for %(gate)s"))


@transaction.atomic
def bind_device(*, code: str, at: dt.datetime) -> tuple[Device, str]:
    """The phone that `code` was for, and its token. Once: the row is taken by a conditional UPDATE.

    Refuses with `code_over` for wrong, used, run out and revoked alike.
    """
    token, given = _new_token(), hash_of(clean_code(code))
    device = Device.objects.select_related("compound", "gate").filter(code_hash=given).first()
    taken = device and Device.objects.filter(
        pk=device.pk, code_hash=given, token_hash=None, revoked_at=None, code_expires_at__gt=at, ends_at__gt=at
    ).update(token_hash=hash_of(token), bound_at=at, code_hash=None, code_expires_at=None)
    if device is None or not taken:
        raise Refusal("code_over", _("This code is not good, or not any more. Let the coordinator show a new one."))
    _log(device, None, at, "device.bound", gettext_noop("Gate phone %(label)s bound at %(gate)s"))
    return device, token


@transaction.atomic
def end_device(*, device: Device, by: User | None, at: dt.datetime) -> bool:
    """The shift is over now. What the phone has not sent yet it may still send. `by` None: the phone itself did it.

    False when it was over before. An invitation that nobody used is revoked with it.
    """
    if device.token_hash is None:
        return revoke_device(device=device, by=by, at=at)
    if not Device.objects.filter(pk=device.pk, revoked_at=None, ends_at__gt=at, issued_at__lt=at).update(ends_at=at):
        return False
    _log(device, by, at, "device.ended", gettext_noop("Shift of gate phone %(label)s at %(gate)s ended"))
    return True


@transaction.atomic
def revoke_device(*, device: Device, by: User | None, at: dt.datetime) -> bool:
    """For a phone that was lost: nothing that it sends counts any more. False when it was revoked before."""
    if not Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=at, revoked_by=by):
        return False
    _log(device, by, at, "device.revoked", gettext_noop("Gate phone %(label)s at %(gate)s revoked"))
    return True


def see_device(*, device: Device, at: dt.datetime) -> None:
    """Notes that the phone is alive; its caller does so once a minute at the most."""
    Device.objects.filter(pk=device.pk).update(last_seen_at=at)


def _new_token() -> str:
    """256 random bits, 43 characters."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def _put_code(device: Device, at: dt.datetime) -> None:
    device.code_expires_at = min(at + dt.timedelta(minutes=CODE_MINUTES), device.ends_at)
    device.code_hash = hash_of(code_of(device))


def _gate_of(compound: Compound, gate: Gate) -> Gate:
    """Refuses with `gate_elsewhere`, and with `gate_sealed` where nobody passes."""
    if gate.compound_id != compound.pk:
        raise Refusal("gate_elsewhere", _("This gate belongs to another compound."))
    if gate.kind == Gate.Kind.SEALED:
        raise Refusal("gate_sealed", _("%(gate)s is sealed: nobody passes there.") % {"gate": gate.name})
    return gate


def _end(ends_at: dt.datetime, at: dt.datetime) -> dt.datetime:
    if ends_at <= at:
        raise Refusal("ends_in_the_past", _("The shift must end later than now."))
    return ends_at


def _log(device: Device, by: User | None, at: dt.datetime, action: str, text: str, **params: Any) -> None:
    """One audit entry, in the compound's language; `text` is a msgid with `%(gate)s` and perhaps `%(label)s`."""
    with translation.override(device.compound.language):
        words = _(text) % {"label": device.label or "–", "gate": device.gate.name}
    record(
        compound=device.compound,
        by=by,
        at=at,
        action=action,
        subject=str(device),
        text=words,
        device=str(device.pk),
        gate=device.gate.name,
        **params,
    )


@sweeper
def forget_devices(at: dt.datetime) -> None:
    """Once a day: invitations that nobody used go; of phones that are long over no hash is kept.

    Their rows stay, because passages point to them. Called by the clock every 15 s; all but the first call of a day
    end after one statement.
    """
    if Heartbeat.objects.filter(name=FORGETTING, at__gt=at - dt.timedelta(days=1)).exists():
        return
    over = at - dt.timedelta(days=KEEP_DAYS)
    long_over = Device.objects.filter(Q(ends_at__lt=over) | Q(revoked_at__lt=over))
    with transaction.atomic():
        Heartbeat.objects.update_or_create(name=FORGETTING, defaults={"at": at})
        long_over.filter(token_hash=None).delete()
        for pk in long_over.exclude(token_hash__startswith=FORGOTTEN).values_list("pk", flat=True):
            Device.objects.filter(pk=pk).update(token_hash=f"{FORGOTTEN} {pk}", code_hash=None, code_expires_at=None)
