"""The registry that everybody shares, and the kit (jobs, files, sheets, audit) that the other apps stand on."""

from compound.models.accounts import LoginToken, Membership, Role, User
from compound.models.kit import AuditEntry, Heartbeat, Job, Sheet, ShortCode, StoredFile
from compound.models.registry import Building, Compound, Gate, Household, Resident, Tag, Unit
from compound.models.rulebook import Rulebook

__all__ = [
    "AuditEntry",
    "Building",
    "Compound",
    "Gate",
    "Heartbeat",
    "Household",
    "Job",
    "LoginToken",
    "Membership",
    "Resident",
    "Role",
    "Rulebook",
    "Sheet",
    "ShortCode",
    "StoredFile",
    "Tag",
    "Unit",
    "User",
]
