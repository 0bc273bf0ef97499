"""What each code means, in one sentence for whoever stands at the gate: what, why, what now.

A table, so that the phone says the same: `static/js/gate/words/*.json` is made from it. The first row speaks whose code
and direction are right and whose `when` holds: a parameter has that value, or (`SOME`) any value but none.
Parameters are those of the reason, with `room` and `next` (the next outing) beside them. Moments are ISO 8601.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from compound.days import Clock
from compound.models import Compound

# In `when`: the parameter is there, whatever it is.
SOME = "*"
# Parameters that are moments, and how they are said: `day` leaves midnight away (明天), `when` never.
MOMENTS = {"out": "when", "since": "when", "due": "when", "from": "day", "until": "day", "next": "day"}


class Words(NamedTuple):
    code: str
    direction: str | None
    when: Mapping[str, str | bool]
    text: Any


def _words(code: str, text: Any, direction: str | None = None, **when: str | bool) -> Words:
    return Words(code, direction, when, text)


WORDS: tuple[Words, ...] = (
    _words("pass_unknown", _("Not known here. Ask who it is and where they want to go."), "in"),
    _words("pass_unknown", _("This plate has no vehicle pass. Passes come from the office."), by="plate"),
    _words("pass_unknown", _("A room number alone lets out its household only. Scan the pass."), by="room"),
    _words("pass_unknown", _("This code is no pass of this compound. Ask for the pass, or type the room.")),
    _words("household_unknown", _("This room is in several units: %(rooms)s. Which one?"), rooms=SOME),
    _words("household_unknown", _("There is no such room. Look at the number again.")),
    _words("pass_revoked", _("This pass was revoked or replaced. Ask for the new one; the office knows more.")),
    _words("pass_not_yet_valid", _("This pass is good from %(from)s on.")),
    _words("pass_expired", _("This pass ended %(until)s. A new one comes from the office.")),
    _words("sealed_building", _("The building is sealed: whoever goes in stays in."), "in"),
    _words(
        "sealed_building",
        _("Nobody goes out: the building of %(room)s is sealed. What is needed is brought to the door. "
          "For somebody who is ill press “Emergency”."),
        scope="building",
    ),
    _words(
        "sealed_building",
        _("Nobody goes out: the compound is sealed. What is needed is brought to the door. "
          "For somebody who is ill press “Emergency”."),
    ),
    _words("isolation", _("This household does not go out for now."), "in"),
    _words(
        "isolation",
        _("%(room)s does not go out before %(until)s. What is needed is brought to the door. "
          "For somebody who is ill press “Emergency”."),
        until=SOME,
    ),
    _words(
        "isolation",
        _("%(room)s does not go out for now. What is needed is brought to the door. "
          "For somebody who is ill press “Emergency”."),
    ),
    _words("vehicle_not_allowed", _("No vehicles at present: it stays outside the line."), "in", why="none"),
    _words("vehicle_not_allowed", _("Vehicles may leave and not come in: it stays outside the line."), "in",
           why="out_only"),
    _words("vehicle_not_allowed", _("No vehicles at present. Going on foot is asked for as usual."), why="none"),
    _words("vehicle_not_allowed", _("The pass is for another plate: %(plate)s. Look at the plate again."), why="plate"),
    _words("visitor_not_allowed", _("No visitors at present. Ask the coordinator before anybody is let in."), "in",
           why="refused"),
    _words("visitor_not_allowed", _("The household has not agreed to this visitor. Call it first."), "in",
           why="consent"),
    _words("visitor_not_allowed", _("No visitors at present. Ask the coordinator."), why="refused"),
    _words("visitor_not_allowed", _("This visitor is not registered by a household. Ask the coordinator.")),
    _words(
        "quota_used",
        _("Not today: %(room)s came back late the last time, which costs this outing; next %(next)s. "
          "For somebody who is ill press “Emergency”."),
        of="household", forfeited=True, next=SOME,
    ),
    _words(
        "quota_used",
        _("Not today: %(room)s went out %(out)s by %(gate)s; next %(next)s. "
          "For somebody who is ill press “Emergency”."),
        of="household", gate=SOME, next=SOME,
    ),
    _words(
        "quota_used",
        _("Not today: %(room)s went out %(out)s; next %(next)s. For somebody who is ill press “Emergency”."),
        of="household", next=SOME,
    ),
    _words(
        "quota_used",
        _("Not today: %(room)s went out %(out)s by %(gate)s. For somebody who is ill press “Emergency”."),
        of="household", gate=SOME,
    ),
    _words(
        "quota_used",
        _("Not today: %(room)s went out %(out)s. For somebody who is ill press “Emergency”."),
        of="household",
    ),
    _words("quota_used", _("This pass was used %(out)s; next %(next)s."), of="pass", next=SOME),
    _words("quota_used", _("This pass was good for one outing and was used %(out)s. The office can issue another.")),
    _words("outside_hours", _("Going out is from %(opens)s to %(closes)s only; next %(next)s."), next=SOME),
    _words("outside_hours", _("Going out is from %(opens)s to %(closes)s only.")),
    _words("too_many_outside", _("%(count)s are outside and %(limit)s may be. Please wait until somebody comes back.")),
    _words("fever", _("%(celsius)s °C: rest here for %(minutes)s minutes, then measure again.")),
    _words("reading_implausible", _("This is no temperature of a person. Measure again."), why="none"),
    _words("reading_implausible", _("%(celsius)s °C is too low to be true. Measure again.")),
    _words("already_out", _("Is outside already, since %(since)s by %(gate)s."), gate=SOME),
    _words("already_out", _("Is outside already, since %(since)s.")),
    _words("not_out", _("Comes in without having gone out. It is noted.")),
    _words("overstay", _("%(minutes)s minutes late: due %(due)s. The next outing is lost."), forfeits=True),
    _words("overstay", _("%(minutes)s minutes late: due %(due)s.")),
    _words("clock_skew", _("The clock of this phone is wrong. Switch on automatic time.")),
    _words("no_rulebook", _("No rules are in force yet: nobody is held back.")),
    _words("overridden", _("Let through by the guard: %(reason)s")),
    _words("reported_late", _("Reported %(minutes)s minutes late, and judged as of then.")),
    _words("undone", _("Undone: %(reason)s")),
    _words("corrected", _("The phone had decided before the server answered."), reason="decided_by_phone"),
    _words("corrected", _("Corrected: %(reason)s")),
)  # fmt: skip


def words_for(code: str, params: Mapping[str, Any], direction: str) -> Words | None:
    return next((words for words in WORDS if _fits(words, code, params, direction)), None)


def _fits(words: Words, code: str, params: Mapping[str, Any], direction: str) -> bool:
    if words.code != code or words.direction not in (None, direction):
        return False
    return all(
        params.get(name) not in (None, "") if value == SOME else params.get(name) == value
        for name, value in words.when.items()
    )


def sentence(
    code: str,
    params: Mapping[str, Any],
    *,
    direction: str,
    compound: Compound,
    now: dt.datetime | None = None,
    room: str = "",
    next_out_at: dt.datetime | None = None,
) -> str:
    """The reason in the active language; '' for a code that has no words.

    `now` makes 今天 and 明天 of days; without it they are dates. `room` and `next_out_at` are those of the check.
    """
    given = {**params, "room": room or "–", "next": next_out_at and next_out_at.isoformat()}
    words = words_for(code, given, direction)
    if words is None:
        return ""
    clock = Clock(compound, now or dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    return str(words.text) % {name: _said(name, value, clock) for name, value in given.items()}


def _said(name: str, value: Any, clock: Clock) -> str:
    if name not in MOMENTS or not value:
        return str(value)
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
    local = clock.compound.local(moment)
    if MOMENTS[name] == "day" and (local.hour, local.minute) == (0, 0):
        return clock.day(local.date())
    return clock.when(moment)
