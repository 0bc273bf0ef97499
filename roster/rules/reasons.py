"""What can stand against a person on a place, and how heavily."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

Effect = Literal["refuse", "ask", "tell"]
# Never; only by coordinator or leader, with a reason; anybody may, but should know.
REFUSE: Effect = "refuse"
ASK: Effect = "ask"
TELL: Effect = "tell"


@dataclass(frozen=True)
class Reason:
    """`params` are facts for the words: moments in the compound's zone, numbers, ids."""

    code: str
    effect: Effect
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For tables and refusals: moments as ISO 8601."""
        return {"code": self.code, "effect": self.effect, **{key: _plain(one) for key, one in self.params.items()}}


def week_of(day: dt.date) -> dt.date:
    """The Monday of its week: hours and nights are counted Monday to Sunday, by the day on which a shift starts."""
    return day - dt.timedelta(days=day.weekday())


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return [str(one) for one in value] if isinstance(value, list | tuple) else value
