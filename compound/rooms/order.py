"""Natural sorting that works in plain byte order."""

from __future__ import annotations

import re

from .spelling import clean

_RUN = re.compile(r"[0-9]+|[^0-9]+")
_BASEMENT = re.compile(r"B[0-9]+")


def sort_key(name: str) -> str:
    """A string whose plain byte order (UTF-8, PostgreSQL's collation C) is the order in which people count.

    ``B1`` (basement) < ``1`` < ``2`` < ``10`` < ``A`` < ``商务楼``; ``101`` < ``101A`` < ``102``; whole rooms
    part by part. Each part gets a rank (0 basement, 1 number, 2 letter, 3 other) and each run of digits its
    length in two digits in front, so that 2 (``012``) comes before 10 (``0210``). To be stored beside the name.
    """
    return "-".join(_part_key(part) for part in clean(name).upper().split("-"))


def _part_key(part: str) -> str:
    if _BASEMENT.match(part):
        rank = "0"
    elif part[:1].isascii() and part[:1].isdigit():
        rank = "1"
    else:
        rank = "2" if part[:1].isascii() else "3"
    return rank + "".join(_digits_key(run) if run[0] in "0123456789" else run for run in _RUN.findall(part))


def _digits_key(run: str) -> str:
    digits = run.lstrip("0") or "0"
    return f"{min(len(digits), 99):02d}{digits}"
