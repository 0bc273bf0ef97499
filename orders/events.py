"""Acts at phones and in forms: one way in, once each, however often an act is sent.

A kind of act is a function that is registered here and that writes what the act means:

    @event_kind("purchase", roles=access.SHOP)
    def purchase(act: Act) -> dict[str, Any]:
        ...
        return {"good": ..., "flags": ["already"]}

What somebody has done at a shelf or at a door has happened: late, twice, after the round was settled. A handler records
it and says so in `flags`. It raises `Refusal` only for what is malformed, not this compound's, or not allowed; nothing
is stored then. It may write rows that point at `act.id` at once: the keys to PhoneEvent are looked at on commit.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compound.access import Standing
from compound.models import Compound, User
from compound.moments import event_moment
from compound.refusals import Refusal
from orders.models import PhoneEvent

# A clock that is further ahead than this is told so.
SKEW = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Act:
    """One act. `at` is when it happened: the phone's clock put right by its offset, never later than the receipt."""

    id: uuid.UUID
    compound: Compound
    standing: Standing
    kind: str
    at: dt.datetime
    received_at: dt.datetime
    clock_offset_ms: int
    body: Mapping[str, Any]
    is_skewed: bool = False

    @property
    def by(self) -> User:
        return self.standing.user


Handler = Callable[[Act], dict[str, Any]]


@dataclass(frozen=True)
class EventKind:
    name: str
    roles: tuple[str, ...]
    handle: Handler


KINDS: dict[str, EventKind] = {}


def event_kind(name: str, *, roles: tuple[str, ...]) -> Callable[[Handler], Handler]:
    """Registers the handler of a kind of act for members in one of `roles`; loaded in `OrdersConfig.ready`."""

    def register(handle: Handler) -> Handler:
        KINDS[name] = EventKind(name, roles, handle)
        return handle

    return register


def phone_act(
    *,
    id: uuid.UUID,
    standing: Standing,
    kind: str,
    at: dt.datetime,
    clock_offset_ms: int,
    received_at: dt.datetime,
    body: Mapping[str, Any],
) -> Act:
    """An act as a phone tells of it. `at`: what its clock showed. Texts come out of it as PostgreSQL can keep them."""
    moment = event_moment(at, clock_offset_ms, received_at)
    try:
        told = at + dt.timedelta(milliseconds=clock_offset_ms)
        is_skewed = told - received_at > SKEW
    except OverflowError:
        is_skewed = True
    return Act(
        id=id,
        compound=standing.compound,
        standing=standing,
        kind=kind,
        at=moment,
        received_at=received_at,
        clock_offset_ms=clock_offset_ms,
        body=storable(body),
        is_skewed=is_skewed,
    )


def storable(said: Any) -> Any:
    """What was sent, without the zeros and halves of characters (an emoji that a box cut) that no column holds."""
    if isinstance(said, str):
        return said.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(said, Mapping):
        return {storable(str(name)): storable(one) for name, one in said.items()}
    if isinstance(said, list | tuple):
        return [storable(one) for one in said]
    return said


def body_hash(act: Act) -> str:
    """What tells the act from another one under the same id. Its time does not: a plain form that is posted again has a
    later one."""
    return hashlib.sha256(json.dumps(act.body, sort_keys=True, default=str).encode()).hexdigest()


def form_act(*, id: uuid.UUID, standing: Standing, kind: str, at: dt.datetime, body: Mapping[str, Any]) -> Act:
    """An act of a plain form: it happens as it arrives. `id` is the hidden one of the form, see `OnceField`."""
    return phone_act(id=id, standing=standing, kind=kind, at=at, clock_offset_ms=0, received_at=at, body=body)


@transaction.atomic
def take_act(act: Act) -> tuple[dict[str, Any], bool]:
    """Writes the act down once. Returns (answer, replayed); a known id gets the answer that it got first.

    One transaction: the id's advisory lock first of all locks, then what the handler takes, then the PhoneEvent row.
    Raises `id_taken` for an id that means another act, `kind_unknown`, `not_allowed`, and what the handler raises.
    """
    _lock(act.id)
    known = PhoneEvent.objects.filter(pk=act.id).first()
    if known is not None:
        before = (known.compound_id, known.kind, known.by_id, known.body_sha256 or body_hash(act))
        if before != (act.compound.pk, act.kind, act.by.pk, body_hash(act)):
            raise Refusal("id_taken", _("This was sent before as something else: load the page again."))
        return known.answer, True
    kind = KINDS.get(act.kind)
    if kind is None:
        raise Refusal("kind_unknown", _("This page is older than the server: load it again."))
    if not act.standing.has(*kind.roles):
        raise Refusal("not_allowed", _("You may not do this here. Ask the coordinator."))
    answer = kind.handle(act)
    if act.is_skewed:
        answer = {**answer, "flags": [*answer.get("flags", ()), "clock_skew"]}
    PhoneEvent.objects.create(
        id=act.id,
        compound=act.compound,
        kind=act.kind,
        by=act.by,
        at=act.at,
        received_at=act.received_at,
        clock_offset_ms=act.clock_offset_ms,
        answer=answer,
        body_sha256=body_hash(act),
    )
    return answer, False


def _lock(id: uuid.UUID) -> None:
    """Until the end of the transaction. Half of a random id: two that share it only wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(id.bytes[:8], "big", signed=True)])
