"""Who is meant, and the rules: read before anything is locked."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from compound.models import Compound
from compound.rooms import parse_room
from compound.surnames import surname_of
from gate.queries.facts.moments import ms_of
from gate.queries.facts.rows import COLUMNS, NOBODY, Past, joined, rows_in
from gate.queries.prepared import Prepared
from gate.rules import Direction, Kind, Pass, Rules, Verdict, rules_in_force


@dataclass(frozen=True, slots=True)
class Card:
    """A pass. `shape` is what the decision knows of it."""

    id: uuid.UUID
    shape: Pass
    holder: str


@dataclass(frozen=True, slots=True)
class Door:
    """A household. `surname`: what the guard compares."""

    id: int
    room: str
    building: int
    has_returnee: bool
    no_outing_until: int | None
    surname: str


@dataclass(frozen=True, slots=True)
class Target:
    """The passage that another check undoes, corrects or measures again, as it stands now.

    `id` and `action` are of the row that was named; `root` is the passage itself. `verdict`, `reasons`, `amber` and
    `next_out_at` are those of the latest row about it, by the time of the events; `stands_at` is when that one was
    made, None for the passage itself. `corrected_at`: the latest correction, whose room, pass and kind count.
    `measured_at`: the passage, or its last reading, by the phone's clock; `heard_at`: by the server's, where that was
    asked.
    """

    id: uuid.UUID
    root: uuid.UUID
    action: str
    device: uuid.UUID | None
    direction: Direction
    kind: Kind
    verdict: Verdict
    override: str
    event_at: dt.datetime
    shown: str
    is_undone: bool
    stands_at: dt.datetime | None
    corrected_at: dt.datetime | None
    measured_at: dt.datetime
    heard_at: dt.datetime
    reasons: tuple[dict[str, Any], ...]
    amber: bool
    next_out_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands still while a check is judged. `known_in`: the compound that has a check of this id.

    `changes`: how many rows are that passage, or about it; more of them behind the locks, and this is out of date.
    `doors` is empty for a room that is none, and longer than one for a room that several units have.
    """

    known_in: int | None
    is_undone: bool
    changes: int
    gate: int | None
    rows: tuple[Rules, ...]
    card: Card | None
    doors: tuple[Door, ...]
    target: Target | None
    # Read with it where a pass or a room as written names the door; `version` is of the roll's line for that door
    # (RollChange), which every outing, pass and person of it moves on: what was read stands as long as it does.
    past: Past | None = None
    version: int | None = None

    @property
    def door(self) -> Door | None:
        return self.doors[0] if len(self.doors) == 1 else None

    def rules_at(self, moment: int) -> Rules:
        return rules_in_force(self.rows, str(self.door.building) if self.door else None, moment)


# The reason of a correction that a phone writes by itself: the server had recorded another verdict than the guard
# was shown, for its answer came too late (static/js/gate/outbox.js).
DECIDED_BY_PHONE = "decided_by_phone"

BY_CARD = """
    (SELECT 1) AS one
    LEFT JOIN gate_pass p ON p.token_hash = %(token)s AND p.compound_id = %(compound)s
    LEFT JOIN compound_household h ON h.id = p.household_id
"""
BY_ROOM = """
    (SELECT 1) AS one
    LEFT JOIN compound_household h ON h.compound_id = %(compound)s AND h.room = %(room)s
    LEFT JOIN gate_pass p ON false
"""
# The unit is not written: every door of that number in the building.
BY_NUMBER = """
    (SELECT 1) AS one
    LEFT JOIN compound_building b ON b.compound_id = %(compound)s AND b.name = %(building)s
    LEFT JOIN compound_household h ON h.building_id = b.id AND h.number = %(number)s
    LEFT JOIN gate_pass p ON false
"""
# A plate has one pass that is good; else its last one says that it is not.
BY_PLATE = """
    (SELECT 1) AS one
    LEFT JOIN LATERAL (
        SELECT * FROM gate_pass
        WHERE compound_id = %(compound)s AND kind = 'vehicle' AND plate = %(plate)s
        ORDER BY revoked_at IS NOT NULL, issued_at DESC LIMIT 1
    ) p ON true
    LEFT JOIN compound_household h ON h.id = p.household_id
"""
# As it stands now: the room and the pass of the latest correction, the verdict of the latest row. Rows of the same
# moment come in the order in which they were written. A reading may be here before its passage: then it is that.
BY_CHECK = """
    (SELECT 1) AS one
    LEFT JOIN gate_check t ON t.id = %(target)s AND t.compound_id = %(compound)s
    LEFT JOIN LATERAL (SELECT coalesce(t.refers_to, t.id, %(target)s) AS id) AS root ON true
    LEFT JOIN LATERAL (
        SELECT * FROM gate_check WHERE id IN (root.id, t.id) AND compound_id = %(compound)s
        ORDER BY id = root.id DESC LIMIT 1
    ) r ON true
    LEFT JOIN LATERAL (
        SELECT * FROM gate_check WHERE refers_to = root.id AND action = 'correct' AND compound_id = %(compound)s
        ORDER BY event_at DESC, received_at DESC, age(xmin) LIMIT 1
    ) w ON true
    LEFT JOIN LATERAL (
        SELECT * FROM gate_check WHERE refers_to = root.id AND action <> 'undo' AND compound_id = %(compound)s
        ORDER BY event_at DESC, received_at DESC, age(xmin) LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT max(event_at) AS at, max(CASE WHEN decided_offline THEN event_at ELSE received_at END) AS heard_at
        FROM gate_check WHERE (id = r.id OR refers_to = root.id AND action = 'reading') AND compound_id = %(compound)s
    ) measured ON true
    LEFT JOIN gate_pass p ON p.id = CASE WHEN w.id IS NULL THEN r.gate_pass_id ELSE w.gate_pass_id END
    LEFT JOIN compound_household h ON h.id = CASE WHEN w.id IS NULL THEN r.household_id ELSE w.household_id END
"""
# What lifted the refusal then lifts it now; that a phone could not wait for the server lifts nothing.
ABOUT_CHECK = f"""
    t.id, root.id, t.action, r.device_id, r.direction, coalesce(w.kind, r.kind), coalesce(s.verdict, r.verdict),
    CASE WHEN w.verdict = 'allow' AND w.reason <> '{DECIDED_BY_PHONE}' THEN w.reason ELSE r.override END,
    r.event_at, coalesce(w.shown, r.shown),
    EXISTS (SELECT FROM gate_check u WHERE u.refers_to IN (root.id, t.id) AND u.action = 'undo'
            AND u.compound_id = %(compound)s AND (u.device_id IS NULL OR u.device_id = r.device_id)),
    s.event_at, w.event_at, measured.at, measured.heard_at,
    coalesce(s.reasons, r.reasons)::text, coalesce(s.amber, r.amber),
    CASE WHEN s.id IS NULL THEN r.next_out_at ELSE s.next_out_at END
"""
CHANGES_OF_ROOT = (
    "(SELECT count(*) FROM gate_check WHERE (id = root.id OR refers_to = root.id) AND compound_id = %(compound)s)"
)
# Columns that all have: about the check itself, the gate that it names, the rules, pass, door.
WHO = """
    seen.known_in, seen.is_undone, {changes},
    (SELECT id FROM compound_gate WHERE compound_id = %(compound)s AND name = %(gate)s),
    k.xid || '/' || k.ctid,
    p.id, p.kind, p.valid_from, p.valid_until, p.revoked_at, p.every_days, p.single, p.plate, p.consent, p.holder,
    h.id, h.room, h.building_id, h.has_returnee,
    (SELECT until FROM gate_isolation WHERE household_id = h.id AND ended_at IS NULL),
    (SELECT name FROM compound_resident WHERE household_id = h.id AND is_contact)
"""
# `k`: the roll's line of the whole compound, which every change of a rule moves on (RollChange).
SEEN = """
CROSS JOIN (
    SELECT max(compound_id) FILTER (WHERE id = %(id)s) AS known_in,
        coalesce(bool_or(refers_to = %(id)s AND action = 'undo' AND compound_id = %(compound)s
                         AND (device_id IS NULL OR device_id = %(device)s)), false) AS is_undone,
        count(*) FILTER (WHERE compound_id = %(compound)s) AS changes
    FROM gate_check WHERE id = %(id)s OR refers_to = %(id)s
) AS seen
LEFT JOIN gate_rollchange k ON k.compound_id = %(compound)s AND k.household_id = 0
"""
GROUND = f"SELECT {WHO}, {{about}} FROM {{who}} {SEEN} ORDER BY h.sort_key LIMIT 12"  # noqa: S608
# The same, and what this door and this pass have done lately (as `window_start`), one outing a row.
SINCE = """(
    SELECT %(now)s - (2 * coalesce(max(per_days), 1) + 1) * interval '24 hours' FROM compound_rulebook
    WHERE compound_id = %(compound)s AND (ends_at IS NULL OR ends_at > %(now)s)
)"""
GROUND_AND_PAST = (
    f"SELECT {WHO.format(changes='seen.changes')}, r.xid, {COLUMNS} FROM {{who}} {SEEN} "  # noqa: S608
    "LEFT JOIN gate_rollchange r ON r.compound_id = %(compound)s AND r.household_id = h.id"
    + joined(household="h.id", card="p.id", since=SINCE)
)
TYPES = {
    "id": "uuid", "gate": "text", "compound": "bigint", "device": "uuid", "token": "text", "plate": "text",
    "target": "uuid", "room": "text", "building": "text", "number": "text", "now": "timestamptz",
}  # fmt: skip
ASK_CARD, ASK_ROOM = (
    Prepared(f"gate_ground_{name}", GROUND_AND_PAST.format(who=who), **TYPES)
    for name, who in (("card", BY_CARD), ("room", BY_ROOM))
)
ASK_NUMBER, ASK_PLATE, ASK_CHECK = (
    Prepared(f"gate_ground_{name}", GROUND.format(who=who, about=about, changes=changes), **TYPES)
    for name, who, about, changes in (
        ("number", BY_NUMBER, "NULL", "seen.changes"), ("plate", BY_PLATE, "NULL", "seen.changes"),
        ("check", BY_CHECK, ABOUT_CHECK, CHANGES_OF_ROOT),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who is meant: by a pass's hash, a room as written, a clean plate, or by the check that is spoken about.

    `now`: when it took place, for what is read with a pass or a room.
    """

    id: uuid.UUID
    now: dt.datetime | None = None
    gate: str = ""
    device: uuid.UUID | None = None
    token_hash: str = ""
    room: str = ""
    plate: str = ""
    target: uuid.UUID | None = None


def ground_of(compound: Compound, asked: Question) -> Ground:
    """One statement; for a room that is not in the registry as written up to three.

    By pass or by a room as it is written in the registry with `past`, as of `asked.now`.
    """
    given = {
        "id": asked.id, "gate": asked.gate, "compound": compound.pk, "device": asked.device,
        "token": asked.token_hash, "plate": asked.plate, "target": asked.target, "now": asked.now,
    }  # fmt: skip
    if asked.target is not None:
        return _ground(ASK_CHECK, given)
    if asked.token_hash:
        return _ground(ASK_CARD, given)
    if asked.plate:
        return _ground(ASK_PLATE, given)
    return _ground_of_room(compound, asked.room, given)


def _ground_of_room(compound: Compound, text: str, given: dict[str, Any]) -> Ground:
    room = parse_room(text)
    ground = _ground(ASK_ROOM, given | {"room": str(room) if room else text.strip()[:62]})
    if ground.doors or ground.known_in is not None:
        return ground
    if room is None:
        # A building whose name no grammar can guess (东苑小楼-301): only the registry knows it.
        room = parse_room(text, buildings=list(compound.buildings.values_list("name", flat=True)))
        if room is None:
            return ground
        ground = _ground(ASK_ROOM, given | {"room": str(room)})
    if ground.doors or room.unit is not None:
        return ground
    return _ground(ASK_NUMBER, given | {"building": room.building, "number": room.number})


def _ground(ask: Prepared, given: Mapping[str, Any]) -> Ground:
    rows = ask.rows(given)
    first = rows[0]
    has_past = ask in (ASK_CARD, ASK_ROOM)
    # With the past a door may come several times, and is one all the same.
    doors = (_door(row[15:21]) for row in (rows[:1] if has_past else rows) if row[15] is not None)
    return Ground(
        known_in=first[0],
        is_undone=first[1],
        changes=first[2],
        gate=first[3],
        rows=rules_of(given["compound"], first[4]),
        card=_card(first[5:15]) if first[5] else None,
        doors=tuple(doors),
        target=None if has_past or not first[21] else _target(first[21:]),
        past=Past(first[0], first[2], rows_in(row[22:] for row in rows), NOBODY) if has_past else None,
        version=first[21] if has_past else None,
    )


def _card(row: Sequence[Any]) -> Card:
    key, kind, start, until, revoked, every_days, single, plate, consent, holder = row
    shape = Pass(
        kind=kind,
        valid_from=None if start is None else ms_of(start),
        valid_until=None if until is None else ms_of(until),
        revoked=revoked is not None,
        every_days=every_days,
        single=single,
        plate=plate or None,
        consent=consent,
    )
    return Card(key, shape, holder)


def _door(row: Sequence[Any]) -> Door:
    key, room, building, has_returnee, until, name = row
    return Door(key, room, building, has_returnee, until and ms_of(until), surname_of(name or ""))


def _target(row: Sequence[Any]) -> Target:
    values = [*row[:15], tuple(json.loads(row[15])), *row[16:]]
    return Target(*values)


ASK_RULES = Prepared(
    "gate_rules",
    "SELECT json_agg(k)::text FROM compound_rulebook k WHERE compound_id = %(compound)s",
    compound="bigint",
)


@lru_cache(512)
def rules_of(compound: int, version: str | None) -> tuple[Rules, ...]:
    """All rulebooks of a compound and its buildings: one statement for each version that this process has not seen.

    `version` is never that of two sets of rules: no other transaction has its number, nor the same one another row.
    """
    ((text,),) = ASK_RULES.rows({"compound": compound})
    return tuple(_rule(row) for row in json.loads(text)) if text else ()


def _rule(row: Mapping[str, Any]) -> Rules:
    return Rules(
        id=row["id"],
        starts_at=ms_of(dt.datetime.fromisoformat(row["starts_at"])),
        ends_at=ms_of(dt.datetime.fromisoformat(row["ends_at"])) if row["ends_at"] else None,
        building=None if row["building_id"] is None else str(row["building_id"]),
        exempt_kinds=tuple(row["exempt_kinds"]),
        # JSON numbers: 37.0 comes as 37.0, and as a text it is exactly that.
        fever_line=f"{row['fever_line']:.1f}",
        low_line=f"{row['low_line']:.1f}",
        **{name: row[name] for name in SAME_NAME},
    )


SAME_NAME = (
    "ends_building_rows", "persons", "per_days", "window", "longest_minutes", "overstay", "opens", "closes",
    "max_outside", "vehicles", "visitors", "returnee_voids_pass", "fever_at_line", "recheck_minutes",
)  # fmt: skip
