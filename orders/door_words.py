"""What a runner wrote on the delivery run, typed off as it stands there: `1702拒收 1801没人`, `除1702都已送`. Pure.

Nothing is guessed. What cannot be read or be read in two ways, a room that is not on the sheet, a number that several
rooms have, a room without a word for what happened there: each comes back as a question with the very words. "The
others" are delivered only where a word says that they were.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from compound.rooms import clean
from orders.models import OrderLine

Outcome = OrderLine.Outcome


class Ask(StrEnum):
    """Why somebody has to look. `WHAT`: what happened at this room?"""

    WHAT = "what"
    UNKNOWN_ROOM = "unknown_room"
    WHICH_ROOM = "which_room"
    TWICE = "twice"
    UNREAD = "unread"
    NO_ROOM = "no_room"


@dataclass(frozen=True)
class Question:
    """`words`: what was written; `rooms`: those that it may mean."""

    why: Ask
    words: str
    rooms: tuple[str, ...] = ()


@dataclass
class Reading:
    """Room → outcome; whether all the others were delivered; and what has to be asked."""

    doors: dict[str, str] = field(default_factory=dict)
    rest: bool = False
    questions: list[Question] = field(default_factory=list)


_PATTERNS: tuple[tuple[str, str], ...] = (
    ("except", r"除了|除去|除开|除|all\s+but|except(?:\s+for)?|but"),
    ("fill", r"以外|之外|外(?=[,，、\s]|其|都|全|已)"),
    (
        "rest",
        r"(?:其他|其它|其余|剩下|余下|别的|另外|剩余)的?(?:人家|人|户|门|房间)?(?:也|都|全都|全部|全|均)*(?:已经|已)?"
        r"(?:送达|送到|送完|送齐|送|签收|交付|收到)(?:了|完|毕)?"
        r"|(?:全部|全都|都|全|均|所有的?)(?:已经|已)?(?:送达|送到|送完|送齐|送|签收|交付)(?:了|完|毕)?"
        r"|(?:all|everything|everybody|the\s+rest|all\s+(?:the\s+)?others?|others?)(?:\s+(?:was|were|is|are))?\s+(?:delivered|done)",
    ),
    ("refused", r"拒收了?|拒绝(?:签?收)?了?|不肯收|不收|refused"),
    (
        "nobody_home",
        r"(?:家里|家中)?(?:没有?人|无人)(?:在家|应门|开门|在)?|不在家?|没(?:人)?(?:应门|开门)|nobody(?:\s+(?:at\s+)?home)?|no\s?one\s+home|not\s+(?:at\s+)?home",
    ),
    ("damaged", r"破损了?|损坏了?|摔坏了?|摔碎了?|压坏了?|damaged|broken"),
    ("left", r"(?:已)?放(?:在)?(?:了)?(?:家)?门口了?|left\s+at\s+(?:the\s+)?door|left"),
    ("delivered", r"(?:已经|已)?(?:送达|送到|送)了?|(?:已经|已)?签收了?|delivered"),
    (
        "room",
        r"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{1,4}\s?(?:号楼|栋|幢|座|#|-)\s?)?(?:[0-9A-Za-z]{1,3}\s?(?:单元|-)\s?)?"
        r"[A-Za-z]?[0-9]{1,4}[A-Za-z]?(?:号房|室|房)?(?![0-9A-Za-z])",
    ),
    ("stop", r"[;；。\n!！]"),
    ("colon", r"[:：]"),
    ("comma", r"[,，、\s和及.·/|]+|and\b|\+|&"),
)
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS), re.IGNORECASE)
_OUTCOMES = {
    "refused": Outcome.REFUSED,
    "nobody_home": Outcome.NOBODY_HOME,
    "damaged": Outcome.DAMAGED,
    "left": Outcome.LEFT,
    "delivered": Outcome.DELIVERED,
}
_PARTS = re.compile(r"号楼|栋|幢|座|#|单元|-")
_MARKS = re.compile(r"号房|室|房|\s")


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def read_words(text: str, rooms: Collection[str]) -> Reading:
    """`rooms`: canonical names of the doors on the sheet, which are all of one building. Linear in the text."""
    reader = _Reader(rooms)
    # A line of its own and what stands between semicolons are read on their own; cleaning would join the lines.
    for line in text.splitlines():
        sentence: list[_Token] = []
        for token in _tokens(clean(line)):
            if token.kind == "stop":
                reader.read(sentence)
                sentence = []
            else:
                sentence.append(token)
        reader.read(sentence)
    reading = reader.reading
    # "All but 1702. 1702 refused": said in the end.
    reading.questions = [
        question
        for question in reading.questions
        if question.why != Ask.WHAT or not reading.doors.keys() & set(question.rooms)
    ]
    return reading


def _tokens(text: str) -> Iterator[_Token]:
    """Everything of the text is in a token: what no pattern knows is `unread`."""
    end = 0
    for found in _TOKEN.finditer(text):
        if between := text[end : found.start()].strip():
            yield _Token("unread", between)
        kind = found.lastgroup or "unread"
        if kind != "comma":
            yield _Token(kind, found.group().strip())
        end = found.end()
    if rest := text[end:].strip():
        yield _Token("unread", rest)


def _begins_with_outcome(kinds: Sequence[str]) -> bool:
    return bool(kinds) and kinds[0] in _OUTCOMES and "room" in kinds


def _is_clear(kinds: Sequence[str]) -> bool:
    """Whether a sentence of these tokens can be read in one way only.

    Not: "except 1702, 1801 refused", which says nothing of the others, nor "except for 1702, 1801 refused, the others
    delivered": is 1702 refused? Nor "nobody home 1702, 1801 refused, 1802": do the words stand before their rooms or
    behind them? With colons ("refused: 1702 nobody home: 1801") they stand before. Nor "1702 nobody home, left at
    the door": which of the two?
    """
    following = list(pairwise([*kinds, "end"]))
    if "unread" in kinds or kinds.count("except") > 1:
        return False
    if "except" in kinds and "rest" not in kinds:
        return False
    if any(kind == "fill" and after not in ("rest", "end") for kind, after in following):
        return False
    if _begins_with_outcome(kinds):
        outcomes = [after for kind, after in following if kind in _OUTCOMES]
        return "except" not in kinds and (len(outcomes) == 1 or set(outcomes) == {"colon"})
    said = [kind for kind in kinds if kind not in ("colon", "fill")]
    if "room" in said and any(one in _OUTCOMES and other in _OUTCOMES for one, other in pairwise(said)):
        return False
    return not any(kind in _OUTCOMES and after == "colon" for kind, after in following)


class _Reader:
    def __init__(self, rooms: Collection[str]) -> None:
        self.rooms = rooms
        self.reading = Reading()

    def read(self, sentence: list[_Token]) -> None:
        """One sentence: rooms and then what happened there; or, where it begins with what happened, the rooms after it.

        A word that nobody knows may change what stands beside it ("1702 not refused"), and some sentences can be read
        in two ways: the whole sentence is asked about, and nothing of it taken.
        """
        if not _is_clear([token.kind for token in sentence]):
            self._ask(Ask.UNREAD, " ".join(token.text for token in sentence if token.kind != "colon"))
            return
        said = [token for token in sentence if token.kind not in ("colon", "fill")]
        if _begins_with_outcome([token.kind for token in said]):
            self._outcome_first(said)
        else:
            self._rooms_first(said)

    def _rooms_first(self, sentence: Iterable[_Token]) -> None:
        waiting: list[str] = []
        excepted = False
        for token in sentence:
            if token.kind == "room":
                waiting.append(token.text)
            elif token.kind == "except":
                excepted = True
            elif token.kind == "rest":
                # "1702 all delivered" is about 1702 alone, or about everybody: who knows.
                if waiting and not excepted:
                    self._ask(Ask.UNREAD, " ".join([*waiting, token.text]))
                else:
                    self._happened(waiting, None)
                    self.reading.rest = True
                waiting = []
            elif waiting:
                self._happened(waiting, _OUTCOMES[token.kind])
                waiting = []
            else:
                self._ask(Ask.NO_ROOM, token.text)
        self._happened(waiting, None)

    def _outcome_first(self, sentence: Iterable[_Token]) -> None:
        outcome, rooms, word = "", 0, ""
        for token in sentence:
            if token.kind == "room":
                self._happened([token.text], outcome)
                rooms += 1
            elif token.kind in _OUTCOMES:
                if outcome and not rooms:
                    self._ask(Ask.NO_ROOM, word)
                outcome, rooms, word = _OUTCOMES[token.kind], 0, token.text
            elif token.kind == "rest":
                self.reading.rest = True
                outcome, rooms = "", 1
            else:
                self._ask(Ask.UNREAD, token.text)
        if outcome and not rooms:
            self._ask(Ask.NO_ROOM, word)

    def _happened(self, written: Iterable[str], outcome: str | None) -> None:
        for words in written:
            found = self._rooms_of(words)
            if len(found) != 1:
                self._ask(Ask.WHICH_ROOM if found else Ask.UNKNOWN_ROOM, words, found)
            elif not outcome:
                self._ask(Ask.WHAT, words, found)
            elif self.reading.doors.get(found[0], outcome) != outcome:
                self._ask(Ask.TWICE, words, found)
            else:
                self.reading.doors[found[0]] = outcome

    def _rooms_of(self, words: str) -> tuple[str, ...]:
        """`1702`, `2-501`, `3-2-501`, `2单元501`: the rooms that end like this, part by part."""
        parts = [part.lstrip("0") or "0" for part in _PARTS.split(_MARKS.sub("", words).upper()) if part]
        return tuple(
            room
            for room in self.rooms
            if room.upper() == "-".join(parts) or room.upper().split("-")[-len(parts) :] == parts
        )

    def _ask(self, why: Ask, words: str, rooms: tuple[str, ...] = ()) -> None:
        question = Question(why, words, rooms)
        if question not in self.reading.questions:
            self.reading.questions.append(question)
