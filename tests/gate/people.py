"""Any person at any gate, for property tests: moments lie on and beside the limits more often than not.

A person is read from a string of bytes, one byte for each choice, simplest choice first: drawing field by field took
8 ms a person, this takes a tenth, and Hypothesis still shrinks to the simplest person that fails.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from gate.rules import Facts, Household, Outing, Outside, Pass, Rules

T = TypeVar("T")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
# 2020-02-12 10:00 in Shanghai.
MORNING = 1_581_472_800_000
KINDS = ("household", "household", "household", "essential", "medical", "visitor", "vehicle", "volunteer", "emergency")
# On the hour, and just beside it.
NEAR = (0, 0, 0, -1, 1, -MINUTE, MINUTE, 2 * MINUTE, 2 * MINUTE + 1)
HOURS: tuple[tuple[str | None, str | None], ...] = (
    (None, None),
    ("08:00", "20:00"),
    ("00:00", "10:00"),
    ("10:00", "10:01:30"),
    ("07:30", "23:59"),
)
EDGES = ("34.9", "37.3", "37.4", "39.3")
OFFSETS = (((0, 480),), ((0, 480),), ((0, -300),), ((0, 480), (MORNING + 5 * HOUR, 540)))
# Pass 1 + 14, outings 3 × 10, rulebooks 5 × 24, the rest.
BYTES = 200


class Choices:
    """The bytes, used up one by one; behind the last of them everything is the simplest."""

    def __init__(self, given: bytes) -> None:
        self.rest = iter(given)

    def of(self, options: Sequence[T]) -> T:
        return options[next(self.rest, 0) % len(options)]

    def hours(self, first: int, last: int) -> int:
        """A moment so many hours from the morning, first and last included, or just beside it."""
        return MORNING + (first + next(self.rest, 0) % (last - first + 1)) * HOUR + self.of(NEAR)

    def maybe(self, value: T, one_in: int = 2) -> T | None:
        return value if next(self.rest, 0) % one_in == one_in - 1 else None


def a_rulebook(choices: Choices, number: int) -> Rules:
    of = choices.of
    opens, closes = of(HOURS)
    # The first one is nearly always the compound's and has long begun.
    starts_at = choices.hours(-200, 54 if number else -150)
    building = of((None, None, "20", "21")) if number else None
    return Rules(
        id=number,
        starts_at=starts_at,
        ends_at=choices.maybe(starts_at + of(range(1, 97)) * HOUR, 2 if number else 8),
        building=building,
        ends_building_rows=of((False, True)) and building is None,
        persons=of((1, 1, 2, 2, 3, 1, 0)),
        per_days=of((2, 1, 3, 4)),
        window=of(("calendar", "rolling")),
        longest_minutes=of((None, 60, 120)),
        overstay=of(("nothing", "forfeit")),
        opens=opens,
        closes=closes,
        max_outside=of((*[None] * 5, 0, 3)),
        vehicles=of(("both", "none", "out")),
        visitors=of(("refused", "consent")),
        exempt_kinds=of(((), (), ("essential", "medical", "volunteer"), ("vehicle",))),
        returnee_voids_pass=of((True, False)),
        fever_line=of(("37.3", "37.0")),
        fever_at_line=of((True, False)),
        low_line=of(("35.0", "35.5")),
        recheck_minutes=of((5, 3)),
    )


def an_outing(choices: Choices) -> Outing:
    of, out = choices.of, choices.hours(-140, 20)
    return Outing(
        out=out,
        back=choices.maybe(out + of(range(1, 13)) * HOUR),
        due=of((None, out + HOUR, out + 2 * HOUR)),
        forfeit=of((False, True)),
        counts=of((True, True, True, False)),
        kind=of(KINDS),
        gate=of((None, "东门")),
    )


def a_pass(choices: Choices) -> Pass:
    of = choices.of
    return Pass(
        kind=of(KINDS),
        valid_from=choices.maybe(choices.hours(-72, 24), 5),
        valid_until=choices.maybe(choices.hours(-24, 96), 5),
        revoked=of((*[False] * 9, True)),
        every_days=of((None, None, None, None, 1, 2, 3)),
        single=of((*[False] * 7, True)),
        last_out=choices.maybe(choices.hours(-96, 0)),
        outside_since=choices.maybe(choices.hours(-24, 0)),
        plate=of((None, "鄂A12345")),
        consent=of((False, True)),
    )


def a_household(choices: Choices) -> Household:
    return Household(
        building=choices.of(("20", "20", "21", None)),
        no_outing_until=choices.maybe(choices.hours(-48, 96), 6),
        has_returnee=choices.of((*[False] * 7, True)),
        outings=tuple(an_outing(choices) for _ in range(choices.of((0, 1, 1, 2, 3)))),
    )


def person(given: bytes) -> Facts:
    choices = Choices(given)
    of = choices.of
    card = None if of(range(4)) == 3 else a_pass(choices)
    simple: dict[str, Any] = {
        "now": MORNING + of((0, 0, 10, 14, 38)) * HOUR + of(NEAR),
        "direction": of(("out", "in")),
        "by": of(("pass", "pass", "pass", "plate")) if card else of(("room", "room", "room", "pass", "plate")),
        "offsets": of(OFFSETS),
        "kind": of(KINDS),
        "plate": of((None, None, "鄂A12345", "鄂A54321")),
        "outside": Outside(of(range(5)), of(range(5))),
        "temperature": of((None, "36.5", "36.5", "36.5", "35.0", "37", "37.2", *EDGES)),
        "override": of((None, None, None, "", "看过证明")),
        "clock_offset_ms": of((0, 0, 0, 0, 120_000, 120_001, -120_001)),
        "ahead_ms": of((0, 0, 0, 0, 1000, 1001)),
        "stale": of((False, True)),
    }
    return Facts(
        **simple,
        pass_=card,
        household=None if of(range(10)) == 9 else a_household(choices),
        rulebooks=tuple(a_rulebook(choices, number) for number in range(of((1, 1, 1, 2, 2, 3, 3, 5, 0)))),
    )


def facts() -> st.SearchStrategy[Facts]:
    return st.binary(min_size=BYTES, max_size=BYTES).map(person)
