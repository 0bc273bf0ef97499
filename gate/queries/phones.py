"""The gate phones as the coordinator sees them."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from compound.models import Compound
from gate.models import Device

State = Literal["invited", "lapsed", "on_duty", "ended", "revoked"]
# Phones that are over: those of the last week, the newest of them.
OVER_DAYS = 7
OVER_ROWS = 12
# A phone that was not heard of for so long is switched off, or out of the network.
SILENT = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Phone:
    device: Device
    state: State
    is_silent: bool

    @property
    def is_open(self) -> bool:
        """Something can still be sent with it, or bound to it."""
        return self.state in ("invited", "lapsed", "on_duty")


@dataclass(frozen=True)
class PhonesPage:
    """`open`: invited and on duty, by gate; `over`: the newest of the last week."""

    open: list[Phone]
    over: list[Phone]

    @property
    def on_duty(self) -> int:
        return sum(phone.state == "on_duty" for phone in self.open)


def state_of(device: Device, at: dt.datetime) -> State:
    if device.revoked_at is not None:
        return "revoked"
    if device.ends_at <= at:
        return "ended"
    if device.token_hash is not None:
        return "on_duty"
    return "invited" if device.code_expires_at is not None and device.code_expires_at > at else "lapsed"


def phone_of(device: Device, at: dt.datetime) -> Phone:
    heard = device.last_seen_at or device.bound_at
    return Phone(device, state_of(device, at), heard is not None and at - heard > SILENT)


def phones_page(*, compound: Compound, at: dt.datetime) -> PhonesPage:
    """One query."""
    rows = Device.objects.filter(compound=compound, ends_at__gt=at - dt.timedelta(days=OVER_DAYS))
    phones = [phone_of(row, at) for row in rows.select_related("gate").order_by("gate__position", "-issued_at")]
    over = [phone for phone in phones if not phone.is_open]
    over.sort(key=lambda phone: phone.device.revoked_at or phone.device.ends_at, reverse=True)
    return PhonesPage([phone for phone in phones if phone.is_open], over[:OVER_ROWS])
