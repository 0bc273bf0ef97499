"""The registry that everybody shares, and the kit (jobs, files, sheets, audit) that the other apps stand on."""

from compound.models.accounts import PHONE, LoginToken, Membership, Role, User, clean_phone
from compound.models.household_keys import HouseholdKey
from compound.models.kit import AuditEntry, Heartbeat, Job, Sheet, ShortCode, StoredFile
from compound.models.outbox import Message
from compound.models.registry import Building, Compound, Gate, Household, Resident, Tag, Unit
from compound.models.rulebook import Rulebook

__all__ = [
    "PHONE",
    "AuditEntry",
    "Building",
    "Compound",
    "Gate",
    "Heartbeat",
    "Household",
    "HouseholdKey",
    "Job",
    "LoginToken",
    "Membership",
    "Message",
    "Resident",
    "Role",
    "Rulebook",
    "Sheet",
    "ShortCode",
    "StoredFile",
    "Tag",
    "Unit",
    "User",
    "clean_phone",
]
