"""Which goods of a list could be meant by a word that is none of their names. Pure; nothing is decided here.

A good scores by the characters that it shares with the word; more if one contains the other (大白菜, 白菜), if both end
alike (in Chinese the end says what it is, the beginning which kind), and if the units agree.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compound.rooms import clean

MOST = 4
LEAST = 0.4
_QUALIFIER = re.compile(r"[（(][^（()）]*[)）]")


@dataclass(frozen=True)
class Candidate:
    """A good with all names that it goes by."""

    key: int
    names: tuple[str, ...]
    unit: str


def alike(goods: str, unit: str, candidates: Iterable[Candidate], *, most: int = MOST) -> list[tuple[int, float]]:
    """(key, score) of the likeliest, best first; 1 and more means that it is the very name. Linear in the list."""
    word, unit = _bare(goods), _bare(unit)
    scored = [(candidate.key, _score(word, unit, candidate)) for candidate in candidates]
    likely = [pair for pair in scored if pair[1] >= LEAST]
    return sorted(likely, key=lambda pair: -pair[1])[:most]


def _score(word: str, unit: str, candidate: Candidate) -> float:
    best = max((_names_alike(word, _bare(name)) for name in candidate.names), default=0.0)
    same_unit = not unit or not candidate.unit or unit == _bare(candidate.unit)
    return best + 0.05 if best and same_unit else best


def _names_alike(a: Sequence[str], b: Sequence[str]) -> float:
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    shared = sum((Counter(a) & Counter(b)).values())
    score = 2 * shared / (len(a) + len(b))
    if a in b or b in a:
        return min(0.7 + 0.25 * score, 0.95)
    return 0.65 * score + (0.15 if a[-1] == b[-1] else 0.0)


def _bare(name: str) -> str:
    """Without what stands in brackets: it says which one, not what."""
    words = clean(name).replace(" ", "").casefold()
    return _QUALIFIER.sub("", words) or words
