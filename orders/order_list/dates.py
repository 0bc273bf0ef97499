"""Rooms that a spreadsheet program has made a date of: 3-2 → 2 March, 12-1901 → 1 December 1901. Pure."""

from __future__ import annotations

import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def what_it_was(text: str) -> list[str]:
    """All that somebody can have typed to get this date: `2022-03-02` → `3-2`, `22-3-2`; [] for no date."""
    numbers = [int(number) for number in re.findall(r"[0-9]+", text)]
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        year, month, day = numbers
        found = [f"{month}-{day}"]
        if day == 1:
            # December 1901 and January 1932 come of 12-1901 and 1-32.
            found += [f"{month}-{year}", f"{month}-{year % 100}"]
        found.append(f"{year % 100}-{month}-{day}")
        return found
    if re.fullmatch(r"[0-9]{1,2}月[0-9]{1,2}日", text):
        return [f"{numbers[0]}-{numbers[1]}"]
    if match := re.fullmatch(r"(?:([0-9]{1,2})-)?([A-Za-z]{3})(?:-([0-9]{1,4}))?", text):
        month = _MONTHS.index(match[2].lower()) + 1 if match[2].lower() in _MONTHS else 0
        other = match[1] or match[3]
        return [f"{month}-{int(other)}"] if month and other else []
    return []
