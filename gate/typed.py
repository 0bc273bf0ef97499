"""What people type, before it is kept: nothing that nobody can see, and no secret in the place of a room."""

import re
import unicodedata

# Letters and signs that leave the line empty: fillers and the empty Braille cell.
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Of the latin letters and digits in a room or a plate: there are fewer of them than this, and more in a secret.
MOST_IN_A_ROOM = 15
SHOWN = 4
# A NUL stays: it is refused where it arrives.
# A pass's code has 22 of these, a phone's 43; no sentence has so many in one piece.
_SECRET = re.compile("[0-9A-Za-z_-]{22,}")
_CONTROL = re.compile("[\x01-\x1f\x7f-\x9f]+")


def visible(text: str) -> str:
    """Control characters are spaces; '' for a text of which nothing can be seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _CONTROL.sub(" ", text).strip()
    return "" if all(_is_blank(char) for char in text) else text


def _is_blank(char: str) -> bool:
    return char in BLANK or (char != "\0" and unicodedata.category(char) in ("Zs", "Zl", "Zp", "Cf", "Mn"))


def remark(text: str) -> str:
    """A sentence in somebody's own words, without a code that a scanner has typed into it."""
    return _SECRET.sub(lambda found: found[0][:SHOWN] + "…", visible(text))


def room_or_plate(text: str) -> str:
    """As it was typed; of what is longer than any room or plate, and so may be a pass's or a phone's code, the
    beginning: the log is read by more people than may open a gate.
    """
    plain = unicodedata.normalize("NFKC", text)
    if sum(char.isascii() and char.isalnum() for char in plain) <= MOST_IN_A_ROOM:
        return text
    return plain.strip()[:SHOWN] + "…"
