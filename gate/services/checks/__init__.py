"""Recording what happens at a gate. See `record_checks`."""

from gate.services.checks.asking import NewCheck, Result
from gate.services.checks.recording import record_checks

__all__ = ["NewCheck", "Result", "record_checks"]
