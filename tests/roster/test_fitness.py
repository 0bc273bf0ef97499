"""Who is asked first: who may, who has said so, who has had the least."""

import uuid

import pytest

from roster.rules import Hours, ranked
from tests.roster.test_rules import LIMITS, MEDICAL, NOW, person, place, turn

CAN = tuple(Hours(day, None, 0, 1440, "can") for day in range(7))
RATHER_NOT = tuple(Hours(day, None, 0, 1440, "rather_not") for day in range(7))


def somebody(number: int, name: str, **facts):
    return person(id=uuid.UUID(int=number), user_id=number, name=name, **facts)


def names(*people, where=None) -> list[str]:
    return [one.person.name for one in ranked(people, where or place(), LIMITS, NOW)]


def test_ranked_when_somebody_idle_has_said_nothing_puts_them_below_everybody_who_has():
    busy = somebody(1, "忙", hours=CAN, turns=tuple(turn(-24 * day) for day in range(3, 7)))
    unwilling = somebody(2, "勉强", hours=RATHER_NOT)
    silent = somebody(3, "没说", hours=())
    part = somebody(4, "说了一半", hours=(Hours(1, None, 0, 14 * 60, "can"),))

    assert names(silent, part, busy, unwilling) == ["勉强", "忙", "没说", "说了一半"]


@pytest.mark.parametrize("first", [0, 1])
def test_ranked_when_both_can_goes_by_hours_then_by_name(first):
    people = [somebody(1, "甲", turns=(turn(-72),)), somebody(2, "乙"), somebody(3, "丙")]
    assert names(*people[first:], *people[:first]) == ["丙", "乙", "甲"]


def test_ranked_when_the_place_is_a_night_weighs_nights_twice():
    nights = somebody(1, "夜", turns=(turn(-72, 4, is_night=True),))
    days = somebody(2, "日", turns=(turn(-72, 5), turn(-96, 4)))

    assert names(nights, days) == ["夜", "日"]
    assert names(nights, days, where=place(22, 4, is_night=True)) == ["日", "夜"]


def test_ranked_when_a_reason_is_needed_or_it_is_forbidden_comes_after_whoever_may():
    silent = somebody(1, "没说", hours=())
    tired = somebody(2, "要休息", turns=(turn(6),))
    elsewhere = somebody(3, "有班", turns=(turn(13),))
    there = somebody(4, "在岗")

    found = ranked([elsewhere, tired, silent, there], place(taken=1, on_it=frozenset({there.id})), LIMITS, NOW)

    assert [(one.person.name, one.effect) for one in found] == [("没说", ""), ("要休息", "ask"), ("有班", "refuse")]


def test_ranked_says_what_speaks_for_somebody():
    skilled = somebody(1, "医", skills=frozenset({MEDICAL}), turns=(turn(-72), turn(-24 * 15)))

    (found,) = ranked([skilled], place(needs={MEDICAL: 1}, has={MEDICAL: 0}), LIMITS, NOW)

    assert [(one.code, one.params) for one in found.why] == [
        ("load", {"hours": 4.0, "nights": 0, "days": 14}), ("has_skill", {"skills": [MEDICAL]}), ("said_can", {})
    ]  # fmt: skip
