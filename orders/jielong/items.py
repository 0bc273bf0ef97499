"""An entry's atoms → goods with quantities, the note, and what became of the order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from . import words
from .atoms import Atom, AtomReader
from .lexicon import Context, goods_evidence, split_goods, strip_edges, strip_idle
from .model import Item, warning
from .text import Text
from .tokens import Kind, Token

_TRAILING_VERB = re.compile(r"(?<=[日号天午上点])(?:要|来|订|需要)$")
_MANY = Decimal(200)
# Between two goods; of the words only where two characters stand before it: 柔和洗衣液 is one.
_JOINS = re.compile(r"\s?[+➕&]\s?|(?<=..)[和跟与及](?=.)")
# 降压药没了: said of a good that nobody has counted.
_USED_UP = re.compile("快?(?:没有?了|[吃用喝]完|坏了)")
_SPEECH = re.compile(words.SPEECH)
_CANCEL, _CHANGE = Kind.CANCEL.value, Kind.CHANGE.value


@dataclass(slots=True)
class Draft:
    """An item while it is being read."""

    goods: str
    quantity: Decimal | None = None
    unit: str = ""
    counted: bool = False  # a quantity is written, even if it is one we do not trust
    span: tuple[int, int] | None = None  # where it stands, for a good without a quantity
    listed: bool = False  # 、 stands before it
    mixed: bool = False  # set apart from its neighbour by another sign than theirs


@dataclass(slots=True)
class Reading:
    items: tuple[Item, ...] = ()
    note: str = ""
    cancelled: bool = False
    changed: bool = False
    warnings: list[str] = field(default_factory=list)
    loose: list[tuple[int, int]] = field(default_factory=list)  # goods without quantity: may be a name


def read_items(text: Text, tokens: list[Token], context: Context) -> Reading:
    """What one entry orders. Linear in the number of tokens."""
    if not tokens:
        return Reading()
    reader = AtomReader(text, context)
    reader.read(tokens)
    return _Assembler(text, context, reader.atoms, reader.notes).read()


class _Assembler:
    """Which quantity belongs to which good."""

    def __init__(self, text: Text, context: Context, atoms: list[Atom], notes: list[tuple[int, int]]) -> None:
        self.text = text
        self.context = context
        self.atoms = atoms
        self.notes = notes
        self.drafts: list[Draft] = []
        self.warnings: list[str] = []

    def read(self) -> Reading:
        result = Reading()
        run: list[Atom] = []
        since_separator = 0
        cancelled_at: list[tuple[int, bool]] = []
        inherited: str | None = None
        for atom in [*self.atoms, Atom("|", len(self.text), len(self.text))]:
            if atom.sign in ("G", "Q", "B"):
                run.append(atom)
                continue
            before = len(self.drafts)
            self._assemble(run)
            run = []
            if inherited is not None and len(self.drafts) > before:
                if not self.drafts[before].goods:
                    self.drafts[before].goods = inherited
                inherited = None
            if atom.sign == "|":
                if self.text.plain[atom.start : atom.start + 1] not in ("、", "") and self.drafts:
                    self.drafts[-1].mixed = True
                since_separator = len(self.drafts)
            elif atom.sign == _CANCEL:
                result.cancelled = True
                cancelled_at.append((since_separator, atom.spaced))
                since_separator = len(self.drafts)
            elif atom.sign == _CHANGE:
                result.changed = True
                old = self.drafts[since_separator:] or self.drafts[-1:]
                self.drafts = self.drafts[: len(self.drafts) - len(old)]
                if old:
                    inherited = old[-1].goods
                    self.warnings.append(warning("changed", "，".join(map(_shown, old))))
            else:
                result.changed = True
        self._partly_cancelled(result, cancelled_at)
        self._free_words_to_note()
        result.items = tuple(Item(d.goods, d.quantity, d.unit) for d in self.drafts)
        self._warn_about_items()
        self._warn_about_notes()
        result.note = self._note()
        result.warnings = self.warnings
        return result

    def _free_words_to_note(self) -> None:
        """``菜心1斤 下班晚``: uncounted words behind a counted good, and nothing says that they are a good."""
        if all(draft.counted for draft in self.drafts):
            return
        kept: list[Draft] = []
        limit = 1 if any(draft.unit in words.PEOPLE_UNITS for draft in self.drafts) else 0
        for draft in self.drafts:
            free = not draft.counted and draft.span is not None and not draft.listed
            if free and any(d.counted for d in kept) and goods_evidence(draft.goods, self.context) <= limit:
                start, end = draft.span or (0, 0)
                self.notes.append((start - 1 if self.text.plain[start - 1 : start] == "要" else start, end))
                self.warnings.append(warning("note_guessed", draft.goods))
            else:
                kept.append(draft)
        self.drafts = kept

    def _partly_cancelled(self, result: Reading, cancelled_at: list[tuple[int, bool]]) -> None:
        """``鸡蛋2板，牛奶1箱取消``: the word stands right behind the last of several goods, so only that one."""
        if len(cancelled_at) != 1 or len(self.drafts) < 2:
            return
        start, spaced = cancelled_at[0]
        if spaced or start == 0 or start >= len(self.drafts):
            return
        gone = self.drafts[start:]
        self.drafts = self.drafts[:start]
        self.warnings.append(warning("partial_cancel", "，".join(map(_shown, gone))))
        result.cancelled, result.changed = False, True

    def _assemble(self, run: list[Atom]) -> None:
        """Goods and quantities of one stretch without separators; which belongs to which."""
        for position in range(len(run) - 2, -1, -1):
            one, other = run[position].sign, run[position + 1].sign
            if one != other and one != "B" and other != "B":
                run[position].ends_with_good = run[position + 1].ends_with_good
        index = 0
        while index < len(run):
            atom = run[index]
            if atom.sign == "B":
                self._qualify(atom)
                index += 1
            elif atom.sign == "G":
                index = self._good_first(run, index)
            else:
                index = self._quantity_first(run, index)

    def _good_first(self, run: list[Atom], index: int) -> int:
        good = run[index]
        stop = index + 1
        while stop < len(run) and run[stop].sign == "Q":
            stop += 1
        counts = run[index + 1 : stop]
        behind = run[stop] if stop < len(run) else None
        glued = behind is not None and behind.sign == "G" and not behind.spaced
        uncounted = stop + 1 >= len(run) or run[stop + 1].sign != "Q"
        if counts and glued and counts[-1].spaced and (len(counts) > 1 or uncounted):
            # 香蕉 2斤苹果: the quantity stands with the good behind it.
            counts.pop()
            stop -= 1
        if not counts:
            good.start = self._join_up(good.start, good.end)
            listed = "、" in self.text.plain[max(0, good.start - 2) : good.start]
            shown = self._shown(good.start, good.end)
            self.drafts.append(Draft(shown, span=(good.start, good.end), listed=listed))
            return stop
        if counts[0].each:
            known = split_goods(self.text.plain[good.start : good.end], self.context)
            starts = [good.start, *good.parts] if good.parts else [good.start + offset for offset in known]
            for start, end in zip(starts, [*starts[1:], good.end], strict=True):
                self.drafts.append(Draft(self._shown(*strip_idle(self.text.plain, start, end))))
            self._share(counts[0])
            return index + 2
        end = good.end
        good.start = self._join_up(good.start, end)
        while len(counts) > 1 and _describes(counts[0]):
            end = counts.pop(0).end
        self._add(self._shown(good.start, end), counts[0])
        if len(counts) > 1:
            self.warnings.append(warning("two_quantities", self._shown(good.start, counts[-1].end)))
        return stop

    def _quantity_first(self, run: list[Atom], index: int) -> int:
        count = run[index]
        if count.each:
            self._share(count)
            return index + 1
        good = run[index + 1] if index + 1 < len(run) else None
        if good is None or good.sign != "G":
            self._add("", count)
            return index + 1
        after = run[index + 2] if index + 2 < len(run) else None
        if good.spaced and (after is None or after.sign != "Q") and self._is_remark(count, good):
            self._add("", count)
            return index + 1
        if after is not None and after.sign == "Q":
            if good.spaced:
                self._add("", count)
                return index + 1
            # 3斤苹果5斤梨: every quantity has a good behind it.
            if not count.ends_with_good and (_describes(count) or not after.spaced):
                good.start = count.start  # 12枚鸡蛋2盒
                return index + 1
        first, *others = self._joined(good.start, good.end)
        self._add(self._shown(*first), count)
        for start, end in others:
            self.drafts.append(Draft(self._shown(start, end), span=(start, end), listed=True))
        return index + 2

    def _join_up(self, start: int, end: int) -> int:
        """白菜+土豆5斤: all but the last are goods whose quantity nobody has written. Where the last one begins."""
        *others, last = self._joined(start, end)
        for begin, stop in others:
            self.drafts.append(Draft(self._shown(begin, stop), span=(begin, stop), listed=True))
        return last[0]

    def _joined(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where the goods stand that a sign joins; one stretch where it is one good, or may be: that is asked."""
        written = self.text.plain[start:end]
        joints = list(_JOINS.finditer(written))
        if not joints or written.lower() in words.GOODS or written.lower() in self.context.offered:
            return [(start, end)]
        if written.lower() in self.context.about:
            return [(start, end)]
        starts, ends = [0, *(m.end() for m in joints)], [*(m.start() for m in joints), len(written)]
        parts = list(zip(starts, ends, strict=True))
        known = [goods_evidence(written[a:b], self.context) >= 2 for a, b in parts]
        if all(known):
            return [(start + a, start + b) for a, b in parts]
        if any(known):
            self.warnings.append(warning("goods_joined", self._shown(start, end)))
        return [(start, end)]

    def _is_remark(self, count: Atom, words_behind: Atom) -> bool:
        """2人 坐轮椅; and where the chain names no goods, 2份 下班晚."""
        people = count.token is not None and count.token.unit in words.PEOPLE_UNITS
        written = self.text.plain[words_behind.start : words_behind.end]
        evidence = goods_evidence(written, self.context)
        return evidence <= 1 if people else evidence == 0 and not self.context.names_goods

    def _add(self, goods: str, count: Atom) -> None:
        token = count.token
        if token is None:
            return
        if token.warning:
            self.warnings.append(warning(token.warning, self._shown(count.start, count.end)))
        self.drafts.append(Draft(goods, token.value, token.unit, counted=True))

    def _share(self, count: Atom) -> None:
        """各一斤: every good before it that has no quantity yet."""
        token = count.token
        group: list[Draft] = []
        for draft in reversed(self.drafts):
            if draft.counted:
                break
            group.append(draft)
        if token is None:
            return
        if not group:
            self._add("", count)
        for draft in group:
            draft.quantity, draft.unit, draft.counted = token.value, token.unit, True
        separators = {draft.mixed for draft in group[1:]}
        if len(group) < 2 or len(separators) > 1:
            self.warnings.append(warning("group_unclear", self._shown(count.start, count.end)))

    def _qualify(self, bracket: Atom) -> None:
        """香蕉3斤（青）: the bracket goes to the good; with no good to go to it is a note."""
        if self.drafts and self.drafts[-1].goods:
            self.drafts[-1].goods += self._shown(bracket.start, bracket.end)
        else:
            self.notes.append((bracket.start + 1, bracket.end - 1))

    def _shown(self, start: int, end: int) -> str:
        shown = self.text.show[start:end]
        return shown if shown.isalnum() else " ".join(shown.split())

    def _warn_about_items(self) -> None:
        nameless = [draft for draft in self.drafts if not draft.goods and draft.counted]
        if len(nameless) > 1:
            # 2板16个: of one and the same thing, or of two.
            self.warnings.append(warning("two_quantities", "".join(map(_shown, nameless))))
        named = Counter(draft.goods for draft in self.drafts if draft.counted and draft.goods)
        for goods in (goods for goods, times in named.items() if times > 1):
            self.warnings.append(warning("two_quantities", goods))  # once too often, or one more
        for draft in self.drafts:
            if draft.counted and self._is_speech(draft.goods):
                self.warnings.append(warning("odd_goods", draft.goods))
            if not draft.counted:
                self.warnings.append(warning("no_quantity", draft.goods))
            elif draft.quantity is not None and draft.quantity == 0:
                self.warnings.append(warning("zero", draft.goods))
            elif draft.quantity is not None and draft.quantity > _MANY and draft.unit not in ("g", "克", "ml", "毫升"):
                self.warnings.append(warning("large", _shown(draft)))

    def _warn_about_notes(self) -> None:
        """降压药没了: a good stands in the note, and perhaps somebody is to buy it."""
        for start, end in self.notes:
            said = _USED_UP.search(self.text.plain, start, end)
            if said and goods_evidence(self.text.plain[start : said.start()], self.context) >= 2:
                self.warnings.append(warning("note_guessed", self._shown(start, said.start())))

    def _is_speech(self, goods: str) -> bool:
        """上次少给我一板: counted, and yet nobody's good. What the round or the title names is one all the same."""
        word = goods.lower()
        known = word in words.GOODS or word in self.context.offered or (len(word) > 1 and word in self.context.about)
        outside = re.sub(r"[(（\[【].*?[)）\]】]", "", goods)  # brackets hold wishes too
        if known or word.startswith(words.BRANDS):
            return False
        # 成人的一盒: which of the goods before it, nobody has said.
        unnamed = outside.endswith("的") and goods_evidence(outside, self.context) <= 1
        return unnamed or _SPEECH.search(outside) is not None

    def _note(self) -> str:
        """Notes in the order of the text; neighbours keep the sign that stood between them."""
        if not self.notes:
            return ""
        pieces: list[tuple[int, int]] = []
        for start, end in sorted(self.notes):
            between = self.text.plain[pieces[-1][1] : start] if pieces else None
            if between is not None and re.fullmatch(r"[\s,，、;；。.!！~]*", between):
                pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
            else:
                pieces.append((start, end))
        shown = (_TRAILING_VERB.sub("", strip_edges(self._shown(start, end))) for start, end in pieces)
        return "；".join(piece for piece in shown if piece)


def _describes(count: Atom) -> bool:
    """May this quantity be the size of a package, when another quantity stands behind it?"""
    token = count.token
    if token is None or token.multiplied or token.warning or count.each:
        return False
    return not token.unit or token.unit.lower() in words.CONTENT_UNITS


def _shown(draft: Draft) -> str:
    quantity = "" if draft.quantity is None else format(draft.quantity, "f")
    return f"{draft.goods}{quantity}{draft.unit}"
