"""The tables of the gate in the admin: to look at, to search, and to lock a phone out."""

from gate.admin import devices, health, log, passes

__all__ = ["devices", "health", "log", "passes"]
