"""Who is meant by a check, what it says itself, and what is locked while it is judged."""

import uuid
from typing import Any, Literal

from compound.moments import event_moment
from gate.queries.facts import Ground, Question, ground_of, ms_of, offsets_of
from gate.queries.prepared import Prepared
from gate.rules import Facts
from gate.services.checks.act import Desk
from gate.services.checks.asking import NewCheck
from gate.services.tokens import token_hash

LOCKS = """
WITH doors AS MATERIALIZED (
    SELECT id FROM compound_household WHERE id = ANY(%(doors)s) ORDER BY id FOR NO KEY UPDATE
), cards AS MATERIALIZED (
    SELECT id FROM gate_pass WHERE id = ANY(%(cards)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
)
SELECT (SELECT pg_advisory_xact_lock(hashtextextended(%(root)s::text, 0)) IS NULL),
    (SELECT pg_advisory_xact_lock(%(cap)s, %(compound)s) IS NULL WHERE %(is_capped)s),
    (SELECT count(*) FROM doors), (SELECT count(*) FROM cards)
"""
TAKE_LOCKS = Prepared(
    "gate_locks", LOCKS, root="uuid", cap="int", compound="int", is_capped="bool", doors="bigint[]", cards="uuid[]"
)
# The first of the two numbers of an advisory lock; the second is the compound.
CAP_LOCK = 7301


def ground_for(desk: Desk, check: NewCheck) -> Ground:
    return ground_of(desk.compound, _question_of(desk, check))


def _question_of(desk: Desk, check: NewCheck) -> Question:
    by_itself = check.refers_to is None
    return Question(
        id=check.id,
        now=event_moment(check.at, check.clock_offset_ms, desk.at),
        device=desk.device.pk if desk.device else None,
        gate=check.gate if check.gate != desk.gate.name else "",
        target=check.refers_to,
        token_hash=token_hash(check.token) if by_itself and check.token else "",
        plate=check.plate if by_itself else "",
        room=check.household if by_itself else "",
    )


def asked_facts(desk: Desk, check: NewCheck, ground: Ground, event: int) -> Facts:
    """What the act itself says. A reading is about the direction and the kind of the passage that it belongs to."""
    target = ground.target
    shown = ms_of(check.at) + check.clock_offset_ms
    return Facts(
        now=event,
        direction=target.direction if target else check.direction,
        by=means_of(check, ground),
        offsets=offsets_of(desk.compound, desk.at),
        kind=target.kind if target else "emergency" if check.action == "emergency" else check.kind,
        plate=check.plate or None,
        temperature=_celsius(check),
        override=check.override or (target.override if target else "") or None,
        clock_offset_ms=check.clock_offset_ms,
        ahead_ms=max(0, shown - ms_of(desk.at)),
    )


def _celsius(check: NewCheck) -> str | None:
    """What was no temperature of a person is judged as the lowest there is: measure again."""
    if check.implausible is not None:
        return "0.0"
    return None if check.temperature is None else str(check.temperature)


def root_of(check: NewCheck, ground: Ground) -> uuid.UUID:
    """The passage that a check is about: itself, or the one that it undoes, corrects or measures again."""
    return ground.target.root if ground.target else check.refers_to or check.id


def means_of(check: NewCheck, ground: Ground) -> Literal["pass", "room", "plate"]:
    if ground.target is not None:
        return "room" if ground.card is None else "pass"
    return "pass" if check.token else "plate" if check.plate else "room"


def lock(desk: Desk, *grounds: Ground, is_capped: bool, root: uuid.UUID | None = None) -> None:
    """Passage (`root`), compound, households, pass, in this order. A pass of a household is behind its lock."""
    statement, values = locks_of(desk, *grounds, is_capped=is_capped, root=root)
    statement.rows(values)


def locks_of(
    desk: Desk, *grounds: Ground, is_capped: bool, root: uuid.UUID | None = None
) -> tuple[Prepared, dict[str, Any]]:
    """What `lock` asks, for `past_of` to ask first."""
    return TAKE_LOCKS, {
        "root": root,
        "cap": CAP_LOCK,
        "compound": desk.compound.pk,
        "is_capped": is_capped,
        "doors": [ground.door.id for ground in grounds if ground.door],
        "cards": [ground.card.id for ground in grounds if ground.card and not ground.door],
    }
