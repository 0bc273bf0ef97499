"""Compounds made up for measuring the planner: the same problem every time for the same figures."""

import random
from typing import Any

# Start, end (hours of the day), skill, whether it is a night: what a compound has to man, most needed first.
_GATE = [(0, 4, True), (4, 8, True), (8, 12, False), (12, 16, False), (16, 20, False), (20, 24, True)]
_DAYTIME = [
    (8.5, 11.5, "shopping", 3),
    (12, 14, "packing", 3),
    (18, 20, "packing", 3),
    (8, 12, "medical", 1),
    (14, 18, "medical", 1),
    (9, 12, "driving", 1),
    (14, 17, "driving", 1),
    (8, 14, "hotline", 1),
    (14, 20, "hotline", 1),
]
_SKILLS = {"gate": 0.85, "shopping": 0.5, "packing": 0.7, "medical": 0.12, "driving": 0.2, "hotline": 0.35}
# Part of a day and how likely somebody can then; most people have a day job, few like the night.
_PARTS = [(0, 6, 0.4), (6, 12, 0.5), (12, 18, 0.5), (18, 24, 0.7)]


def plan_problem(
    volunteers: int, seats: int, days: int, *, seed: int = 1, scarce: bool = False, uneven: bool = False
) -> dict[str, Any]:
    """A problem as `manage.py plan` reads it, of exactly so many seats.

    `scarce`: people can at half of the hours and for two thirds of the shifts, so that seats must stay empty.
    `uneven`: three of ten pairs are missing, and each has a wish of its own.
    """
    pick = random.Random(seed)
    shifts = _shifts(seats, days)
    people = []
    can = []
    for number in range(volunteers):
        skills = [skill for skill, share in _SKILLS.items() if pick.random() < share] or ["gate"]
        most = pick.choice([2, 3, 4] if scarce else [3, 4, 5, 6])
        people.append({"id": number, "skills": skills, "max_shifts_per_week": most})
        # By weekday and part of the day: how gladly; None is not at all.
        glad = {
            (weekday, part): pick.choice([0, 0, 0, 1, 2]) if pick.random() < share * (0.5 if scarce else 1) else None
            for weekday in range(7)
            for part, (_from, _until, share) in enumerate(_PARTS)
        }
        for shift in shifts:
            weekday, hour = int(shift["start"] // 24) % 7, shift["start"] % 24
            wish = glad[weekday, int(hour // 6)]
            if wish is None or shift["skill"] not in skills:
                continue
            if not uneven:
                can.append([number, shift["id"], wish])
            elif pick.random() < 0.7:
                can.append([number, shift["id"], pick.choice([0, 0, 1, 2, 3])])
    return {
        "horizon_days": days,
        "rest_hours": 8,
        "night_rest_hours": 11,
        "weights": {"empty": 1000, "load": 1, "night": 1, "wish": 1},
        "volunteers": people,
        "shifts": shifts,
        "can": can,
    }


def _shifts(seats: int, days: int) -> list[dict[str, Any]]:
    """The seats of a day are the same each day; what does not divide goes to the first days."""
    shifts: list[dict[str, Any]] = []
    for day in range(days):
        left = seats // days + (day < seats % days)
        row: list[tuple[float, float, str, int, bool]] = []
        while left:
            # One more gate, then one more round of what is done in daytime.
            for start, end, night in _GATE:
                row.append((start, end, "gate", min(1, left), night))
                left -= min(1, left)
            for start, end, skill, need in _DAYTIME:
                row.append((start, end, skill, min(need, left), False))
                left -= min(need, left)
        shifts += [
            {"start": day * 24.0 + start, "end": day * 24.0 + end, "skill": skill, "need": need, "night": night}
            for start, end, skill, need, night in row
            if need
        ]
    return [{"id": number, **shift} for number, shift in enumerate(shifts)]
