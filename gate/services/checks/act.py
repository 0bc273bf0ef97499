"""One check from its facts to its rows: the server's own view, what is answered, and what follows from it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from compound.models import Compound, Gate, User
from gate.models import Check, Device
from gate.queries.facts import Ground, Known, Row, moment_of, ms_of
from gate.rules import Decision, Reason, Slot, decide
from gate.rules.clock import MINUTE
from gate.rules.quota import OF_SEVERAL, SKEW, is_missed
from gate.rules.reasons import Case, Params
from gate.services.checks import late, readings
from gate.services.checks.asking import NewCheck, Result
from gate.services.checks.outings import close_outing, in_the_way, void_outings, write_outing
from gate.services.checks.rows import answer_of, insert_check
from gate.typed import room_or_plate
from gate.words import sentence

# A moment in the params of a reason (see gate/rules/reasons.py).
MOMENTS = frozenset({"out", "since", "due", "from", "until"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where and by whom: a phone at its gate, or somebody logged in. `at` is the receipt, in whole ms."""

    compound: Compound
    gate: Gate
    at: dt.datetime
    device: Device | None
    by: User | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A check on its way: the server's own view, and what is answered."""

    desk: Desk
    check: NewCheck
    ground: Ground
    known: Known
    case: Case
    decision: Decision
    verdict: str
    against: Row | None = None  # the passage that it collides with
    written_at: int | None = None  # when a correction or reading was made; the act is at its passage's time
    kept: tuple[dict[str, Any], ...] = ()  # reasons of the passage that a reading leaves as they were

    @classmethod
    def of(cls, desk: Desk, check: NewCheck, ground: Ground, known: Known, written_at: int | None = None) -> "Act":
        decision = decide(known.facts)
        if check.implausible is not None:
            decision = replace(decision, reasons=tuple(_of_no_person(r, check.implausible) for r in decision.reasons))
        return cls(
            desk=desk,
            check=check,
            ground=ground,
            known=known,
            case=Case.of(known.facts),
            decision=decision,
            verdict=check.verdict or decision.verdict,
            written_at=written_at,
        )

    @property
    def is_offline(self) -> bool:
        return self.check.verdict is not None

    @property
    def event(self) -> int:
        return self.known.facts.now

    @property
    def made_at(self) -> int:
        return self.event if self.written_at is None else self.written_at

    def carried_out(self, linked: Sequence[Row]) -> "Act":
        """What follows from the verdict, written: an exit, a return, or an exit that a fever has turned back."""
        target, is_reading = self.ground.target, self.check.action == "reading"
        if self.ground.is_undone or (target is not None and target.is_undone):
            return self
        stands_at = target.stands_at if is_reading and target is not None else None
        if stands_at is not None and ms_of(stands_at) > self.made_at:
            return self
        if self.known.facts.direction == "in":
            # Whoever is measured has come in already, whatever that ended.
            if self.verdict != "refuse" and not linked and not is_reading:
                self._close()
            return self
        if self.verdict != "allow":
            gone = [row for row in linked if row.back is None]
            # What a phone calls out of line frees no slot: only what is so.
            if gone and self.verdict == "recheck" and self.is_out_of_line:
                void_outings(gone, why="fever", at=self.desk.at)
            return self
        if linked or not self.goes_out or (is_reading and target is not None and target.verdict == "allow"):
            return self
        return self._go_out()

    @property
    def is_out_of_line(self) -> bool:
        """Whether the server's own view is that somebody has to be measured again."""
        return any(reason.effect == "recheck" for reason in self.decision.reasons)

    @property
    def goes_out(self) -> bool:
        """A visitor goes home, and somebody of whom nothing is known cannot be awaited."""
        return self.case.kind != "visitor" and (self.ground.door is not None or self.ground.card is not None)

    def slot(self) -> Slot | None:
        """The slot of what took place, which may be another than the server would have allowed: without the reading
        and with every refusal lifted.
        """
        if self.decision.verdict == "allow" or not self.is_offline:
            return self.decision.slot
        return decide(replace(self.known.facts, override="-", temperature=None)).slot

    def _go_out(self) -> "Act":
        slot = self.slot()
        against = late.collides_with(self) if self.is_offline else None
        if against is not None or slot is None:
            self._write(None)
        elif not self._write(slot):
            against = in_the_way(self.known, self.case.rules, slot)
            if not self.is_offline:
                return self.refused(against)
            self._write(None)
        if self.is_offline:
            late.find_return(self)
        return replace(self, against=against)

    def _write(self, slot: Slot | None) -> bool:
        door, card = self.ground.door, self.ground.card
        return write_outing(
            compound=self.desk.compound.pk,
            household=door.id if door else None,
            card=card.id if card else None,
            kind=self.case.kind,
            is_exempt=not self.case.ordinary,
            check=self.check.id,
            out=self.event,
            slot=slot,
            known=self.known,
            rules=self.case.rules,
            received_at=self.desk.at,
        )

    def refused(self, other: Row | None) -> "Act":
        """The slot was gone when it was to be taken."""
        rules = self.case.rules
        params: Params = {
            "of": "household",
            "persons": rules.persons,
            "per_days": rules.per_days,
            "window": rules.window,
            "out": other.out if other else self.event,
            "gate": other.gate if other else None,
            "forfeited": False,
        }
        reasons = (Reason("quota_used", "refuse", params), *self.decision.reasons)
        decision = replace(self.decision, verdict="refuse", reasons=reasons, slot=None)
        return replace(self, decision=decision, verdict="refuse")

    def _close(self) -> None:
        row = returning(self.case, self.known)
        if row is not None:
            close_outing(row, check=self.check.id, back=self.event, extends_until=self.decision.extends_until)
        elif self.is_offline:
            late.close_before_another(self)

    def only_saying(self, code: str, params: Params) -> "Act":
        """Nothing was judged: no reason but this one."""
        reasons = (Reason(code, "inform", params),)
        decision = replace(
            self.decision,
            reasons=reasons,
            amber=False,
            next_out_at=None,
            next_out_on=None,
            slot=None,
            extends_until=None,
        )
        return replace(self, decision=decision)

    def reported(self) -> "Act":
        """Marked where the server judges by the rules and outings of a moment that is past, on a phone's word alone."""
        return self if self.is_offline else self.marked_late()

    def marked_late(self) -> "Act":
        late = ms_of(self.desk.at) - self.made_at
        if self.desk.device is None or late <= SKEW:
            return self
        reasons = (*self.decision.reasons, Reason("reported_late", "inform", {"minutes": late // MINUTE}))
        return replace(self, decision=replace(self.decision, reasons=reasons))

    def also_saying(self, code: str, params: Params) -> "Act":
        reasons = (*(r for r in self.decision.reasons if r.code != "overridden"), Reason(code, "inform", params))
        return replace(self, decision=replace(self.decision, reasons=reasons))

    def written(self) -> Result:
        """The check itself, and what follows from it in tables of their own."""
        values = self.values()
        insert_check(values)
        if self.against is not None:
            late.write_conflict(self, self.against)
        if self.check.temperature is not None:
            readings.follow(self, values)
        return answer_of(values)

    def row(self) -> Check:
        return Check(**self.values())

    def values(self) -> dict[str, Any]:
        """Of the row in the log, by column."""
        check, desk, ground = self.check, self.desk, self.ground
        decision = self.decision
        return {
            "id": check.id,
            "compound_id": desk.compound.pk,
            "gate_id": ground.gate or desk.gate.pk,
            "device_id": desk.device.pk if desk.device else None,
            "by_id": desk.by.pk if desk.by else None,
            "source": check.source,
            "action": self.action,
            "refers_to": check.refers_to,
            "direction": self.known.facts.direction,
            "kind": self.case.kind,
            "household_id": ground.door.id if ground.door else None,
            "gate_pass_id": ground.card.id if ground.card else None,
            "shown": self.shown,
            "said_room": self.room,
            "said_surname": self.surname,
            "event_at": moment_of(self.made_at),
            "device_at": check.at,
            "clock_offset_ms": check.clock_offset_ms,
            "received_at": desk.at,
            "decided_offline": self.is_offline and check.action not in ("undo", "correct"),
            "verdict": self.verdict,
            "amber": decision.amber,
            "reasons": [
                *({**kept, "text": self._text(kept["code"], kept["params"])} for kept in self.kept),
                *(self.reason_json(reason) for reason in decision.reasons),
            ],
            "conflict": self.against is not None,
            "next_out_on": None if self.next_out_at is None else self.next_out_at.date(),
            "next_out_at": self.next_out_at,
            "rulebook_id": decision.rulebook,
            "temperature": check.temperature,
            "method": check.method,
            "override": check.override,
            "reason": check.reason,
        }

    @property
    def action(self) -> str:
        """An exit as an emergency is an emergency, whatever it was called: somebody has to look at it."""
        is_emergency = self.case.kind == "emergency" and self.known.facts.direction == "out"
        return "emergency" if is_emergency and self.check.action == "check" else self.check.action

    @property
    def shown(self) -> str:
        """What was read or typed, never a token: of a pass its plate, room or holder."""
        check, card = self.check, self.ground.card
        if check.token:
            return (card.shape.plate or self.room or card.holder)[:40] if card else ""
        typed = room_or_plate(check.plate or check.household)
        return typed[:40] if typed or self.ground.target is None else self.ground.target.shown

    def reason_json(self, reason: Reason) -> dict[str, Any]:
        desk = self.desk
        params: Params = {
            name: desk.compound.local(moment_of(int(value))).isoformat()
            if name in MOMENTS and value is not None
            else value
            for name, value in reason.params.items()
        }
        if reason.code == "household_unknown" and len(self.ground.doors) > 1:
            params["rooms"] = "|".join(door.room for door in self.ground.doors)
        text = self._text(reason.code, params)
        return {"code": reason.code, "effect": reason.effect, "params": params, "text": text}

    def _text(self, code: str, params: Params) -> str:
        return sentence(
            code,
            params,
            direction=self.known.facts.direction,
            compound=self.desk.compound,
            now=self.desk.at,
            room=self.room,
            next_out_at=self.next_out_at,
        )

    @property
    def room(self) -> str:
        return self.ground.door.room if self.ground.door else ""

    @property
    def surname(self) -> str:
        """A phone that has acted knew whom it saw: whoever only asks for names by a verdict of his own gets none."""
        is_known = self.is_offline and self.desk.device is not None and self.check.refers_to is None
        return self.ground.door.surname if self.ground.door and not is_known else ""

    @property
    def next_out_at(self) -> dt.datetime | None:
        at = self.decision.next_out_at
        return None if at is None else self.desk.compound.local(moment_of(at))


def _of_no_person(reason: Reason, celsius: str) -> Reason:
    """What the thermometer showed stands in the reason, though it is no temperature."""
    if reason.code != "reading_implausible":
        return reason
    return replace(reason, params={**reason.params, "celsius": celsius or None, "why": "none"})


def returning(case: Case, known: Known) -> Row | None:
    """The outing that ends with this return: the household's as the rule names it, or the pass's own.

    Whoever was fetched in an emergency comes home by room or by pass.
    """
    if case.kind not in OF_SEVERAL:
        own = [row for row in known.own if row.out <= case.facts.now + SKEW]
        shapes = [row.shape() for row in own]
        return next((row for row in own if row.back is None and not is_missed(row.shape(), shapes, 1)), None)
    outing = case.returning()
    if outing is None:
        fetched = (shape for shape, _ in known.rows if shape.kind == "emergency" and shape.back is None)
        return next((known.row_of(shape) for shape in fetched), None)
    return known.row_of(outing)
