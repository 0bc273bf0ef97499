"""The phones at the gates."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model

from compound.models import Compound, Gate
from gate.models import Device
from gate.queries.prepared import Prepared

# Every request of a phone asks this: the ORM takes longer to write it than PostgreSQL to answer.
PARTS: tuple[tuple[type[Model], str], ...] = ((Device, "d"), (Compound, "c"), (Gate, "g"))
FIRST: dict[type[Model], int] = {
    Device: 0,
    Compound: len(Device._meta.concrete_fields),
    Gate: len(Device._meta.concrete_fields) + len(Compound._meta.concrete_fields),
}
BEHIND = Prepared(
    "gate_device_behind",
    "SELECT "  # noqa: S608 - the models' own column names
    + ", ".join(f"{letter}.{field.column}" for model, letter in PARTS for field in model._meta.concrete_fields)
    + " FROM gate_device d JOIN compound_compound c ON c.id = d.compound_id JOIN compound_gate g ON g.id = d.gate_id"
    " WHERE d.token_hash = %(hash)s",
    hash="text",
)


def hash_of(secret: str) -> str:
    """SHA-256 as 64 hexadecimal digits: what is kept of a phone's token and of the code that binds it."""
    return hashlib.sha256(secret.encode()).hexdigest()


M = TypeVar("M", bound=Model)


def _of(model: type[M], row: Sequence[Any]) -> M:
    return model.from_db("default", [field.attname for field in model._meta.concrete_fields], row)


@lru_cache(64)
def _place_of(row: tuple[Any, ...]) -> tuple[Compound, Gate]:
    """The same rows are the same objects: to be read, not to be changed. Making them anew is a tenth of a check."""
    width = FIRST[Gate] - FIRST[Compound]
    compound, gate = _of(Compound, row[:width]), _of(Gate, row[width:])
    gate.compound = compound
    return compound, gate


def device_behind(token: str) -> Device | None:
    """The phone that holds `token`, whatever its state, with compound and gate. One query, planned once."""
    rows = BEHIND.rows({"hash": hash_of(token)})
    if not rows:
        return None
    row = rows[0]
    device = _of(Device, row[: FIRST[Compound]])
    device.compound, device.gate = _place_of(row[FIRST[Compound] :])
    return device
