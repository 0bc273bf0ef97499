"""The phones at the gates."""

import hashlib
from functools import lru_cache

from compound.models import Compound, Gate
from gate.models import Device
from gate.queries.prepared import Prepared

# Every request of a phone asks this: the ORM takes longer to write it than PostgreSQL to answer. Of compound and gate
# only which version of their rows there is: who wrote it, and where it lies.
COLUMNS = [field.column for field in Device._meta.concrete_fields]
ATTRIBUTES = [field.attname for field in Device._meta.concrete_fields]
BEHIND = Prepared(
    "gate_device_behind",
    f"SELECT {', '.join(f'd.{column}' for column in COLUMNS)}, "  # noqa: S608 - the model's own column names
    "c.xmin::text || c.ctid, g.xmin::text || g.ctid "
    "FROM gate_device d JOIN compound_compound c ON c.id = d.compound_id JOIN compound_gate g ON g.id = d.gate_id "
    "WHERE d.token_hash = %(hash)s",
    hash="text",
)


def hash_of(secret: str) -> str:
    """SHA-256 as 64 hexadecimal digits: what is kept of a phone's token and of the code that binds it."""
    return hashlib.sha256(secret.encode()).hexdigest()


@lru_cache(64)
def _place_of(gate_id: int, of_compound: str, of_gate: str) -> tuple[Compound, Gate]:
    """The same versions of two rows are the same objects: to be read, not to be changed. One query for new ones."""
    gate = Gate.objects.select_related("compound").get(pk=gate_id)
    return gate.compound, gate


def device_behind(token: str) -> Device | None:
    """The phone that holds `token`, whatever its state, with compound and gate. One query, planned once, and another
    after a change of its compound or gate.
    """
    rows = BEHIND.rows_at_first({"hash": hash_of(token)})
    if not rows:
        return None
    *row, of_compound, of_gate = rows[0]
    device = Device.from_db("default", ATTRIBUTES, row)
    device.compound, device.gate = _place_of(device.gate_id, of_compound, of_gate)
    return device
