"""An entry's tokens → atoms: goods, quantities, separators, status words. Notes and wishes are taken out here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from compound.rooms import parse_room

from . import words
from .lexicon import Context, goods_evidence, strip_idle
from .text import Text
from .tokens import Kind, Token, is_unit, number_value, tokenize

_MONEY = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?)\s?(?P<unit>元|块钱|块)")
_BRACKET_WISH = re.compile(f"{words.WISHES}|{words.BRACKET_WISHES}|{words.SPEECH}")
# These are said of the word right before them: 米饭少一点, 排骨换鸡腿, 奶粉没了.
_SAID_OF_IT = re.compile("[多少](?:点|些|一点)|换|没了|坏了|[用吃喝]完")
_TAKES_NUMBERS = re.compile("其中|含|换|退|送|放|家|电话|联系|备注|如|独居|要是|没有|手机")
_SIZE = re.compile(r"[0-9.]+\s?(?:[A-Za-z*×]|毫|克|升|公斤|片|粒|枚|抽|段|寸|码|厘|米)")
_JOINT = re.compile("[和跟与及]")


@dataclass(slots=True)
class Atom:
    """``G`` a good, ``Q`` a quantity, ``B`` a bracket behind them, ``|`` a separator, or a status word."""

    sign: str
    start: int
    end: int
    spaced: bool = False
    token: Token | None = None
    each: bool = False
    parts: list[int] = field(default_factory=list)  # where the words of a good begin that spaces set apart
    ends_with_good: bool = False  # goods and quantities alternate from here, and the last of them is a good

    def __post_init__(self) -> None:
        self.ends_with_good = self.sign == "G"


class AtomReader:
    """Walks the tokens of one entry once; ``atoms`` and ``notes`` (offsets) are what it leaves."""

    def __init__(self, text: Text, context: Context) -> None:
        self.text = text
        self.context = context
        self.atoms: list[Atom] = []
        self.notes: list[tuple[int, int]] = []

    def read(self, tokens: list[Token]) -> None:
        """Takes notes and wishes out; what is left is goods, quantities, separators and status words."""
        index, spaced, each = 0, False, False
        while index < len(tokens):
            token = tokens[index]
            kind = token.kind
            if kind is Kind.TEXT:
                self._goods(token, spaced)
                spaced = each = False
                index += 1
                continue
            if kind is Kind.SPACE or (kind is Kind.SEPARATOR and self._joins(tokens, index)):
                spaced = True
                index += 1
                continue
            if kind is Kind.EACH:
                each = True
                index += 1
                continue
            if kind in (Kind.WISH, Kind.NOTE_LABEL) or (kind is Kind.SOFT_WISH and self._behind_an_order(token)):
                index = self._wish(tokens, index)
            elif kind is Kind.QUANTITY and self._begins_wish(tokens, index):
                begin = token.start
                index = self._wish(tokens, index + 1)
                self.notes[-1] = (begin, self.notes[-1][1])
            elif kind is Kind.NOTE:
                index = self._price_or_phone(tokens, index)
            elif kind is Kind.BRACKET:
                index = self._bracket(tokens, index, spaced)
            else:
                self._plain(token, spaced, each)
                index += 1
            spaced = each = False

    def _begins_wish(self, tokens: list[Token], index: int) -> bool:
        """3份 一份不要花生: a quantity right before a wish, and what is ordered has been counted already."""
        behind = tokens[index + 1] if index + 1 < len(tokens) else None
        if behind is None or behind.kind not in (Kind.WISH, Kind.SOFT_WISH) or behind.start != tokens[index].end:
            return False
        counted = [atom for atom in self.atoms[-3:] if atom.sign != "|"]
        if not counted or counted[-1].sign == "Q":
            return bool(counted)
        # 两碗牛肉面 一碗不要葱: that good has its quantity in front of it.
        return [atom.sign for atom in counted[-2:]] == ["Q", "G"] and not counted[-1].spaced

    def _joins(self, tokens: list[Token], index: int) -> bool:
        """土豆：2斤, 土豆-2斤: the sign belongs between a good and its quantity."""
        token, last = tokens[index], self.atoms[-1] if self.atoms else None
        behind = tokens[index + 1 : index + 3]
        if last is None or last.sign != "G" or not behind:
            return False
        if self.text.plain[token.start : token.end] not in (":", "-", "--"):
            return False
        return any(t.kind is Kind.QUANTITY for t in behind[: 2 if behind[0].kind is Kind.SPACE else 1])

    def _behind_an_order(self, token: Token) -> bool:
        """少饭 behind a good is a wish; 少少饭 by itself is what somebody ordered."""
        last = self.atoms[-1] if self.atoms else None
        if last is None or last.sign != "G" or last.end != token.start:
            return last is not None
        # 1份，米饭少一点: only behind something that is counted already.
        said = _SAID_OF_IT.match(self.text.plain, token.start)
        return said is not None and any(atom.sign == "Q" for atom in self.atoms)

    def _plain(self, token: Token, spaced: bool, each: bool) -> None:
        kind = token.kind
        if kind is Kind.QUANTITY:
            self._quantity(token, spaced, each)
        elif kind in (Kind.SEPARATOR, Kind.LABEL):
            self.atoms.append(Atom("|", token.start, token.end))
        elif kind is Kind.TEXT or kind not in (Kind.CANCEL, Kind.CHANGE, Kind.MORE):
            self._goods(token, spaced)
        else:
            self.atoms.append(Atom(kind.value, token.start, token.end, spaced))

    def _quantity(self, token: Token, spaced: bool, each: bool) -> None:
        last = self.atoms[-1] if self.atoms else None
        if token.warning == "plus_number" and last is not None and last.sign == "Q":
            # 鸡蛋2板+1箱牛奶: the plus only joins.
            inner = tokenize(self.text.cut(token.start + 1, token.end))
            self.atoms.append(Atom("|", token.start, token.start + 1))
            shift = token.start + 1
            for part in inner:
                if part.kind is Kind.QUANTITY:
                    moved = Token(Kind.QUANTITY, part.start + shift, part.end + shift, part.value, part.unit)
                    self.atoms.append(Atom("Q", moved.start, moved.end, spaced, moved))
            return
        self.atoms.append(Atom("Q", token.start, token.end, spaced, token, each))

    def _goods(self, token: Token, spaced: bool) -> None:
        """A stretch of text, without the idle words around it."""
        start, end = strip_idle(self.text.plain, token.start, token.end)
        if start >= end:
            return
        joint = _JOINT.search(self.text.plain, start + 1, end - 1)
        if joint and self._both_known(start, joint.start(), joint.end(), end):
            self._goods(Token(Kind.TEXT, start, joint.start()), spaced)
            self.atoms.append(Atom("|", joint.start(), joint.end()))
            self._goods(Token(Kind.TEXT, joint.end(), end), spaced=False)
            return
        if parse_room(self.text.plain[start:end]) is not None:
            self.notes.append((start, end))  # a second room; the entry carries a warning
            return
        last = self.atoms[-1] if self.atoms else None
        if last is not None and last.sign == "G" and self._one_good(last, start, end):
            last.end = end
            if spaced:
                last.parts.append(start)
        else:
            self.atoms.append(Atom("G", start, end, spaced))

    def _both_known(self, start: int, middle: int, behind: int, end: int) -> bool:
        first, second = self.text.plain[start:middle], self.text.plain[behind:end]
        return goods_evidence(first, self.context) >= 2 and goods_evidence(second, self.context) >= 2

    def _one_good(self, last: Atom, start: int, end: int) -> bool:
        """Two neighbouring words: one good (特仑苏 纯牛奶) unless both are known by themselves (苹果 梨)."""
        if last.end == start:
            return True
        if self.notes and self.notes[-1][0] >= last.end:
            return False
        if _SIZE.match(self.text.plain, start):
            return True  # 硝苯地平 30mg×7片/盒
        counted = len(self.atoms) > 1 and self.atoms[-2].sign == "Q" and not last.spaced
        before = goods_evidence(self.text.plain[last.start : last.end], self.context)
        behind = goods_evidence(self.text.plain[start:end], self.context)
        if counted and before >= 1:
            return False  # 三斤黑猪肉 要砍块: the good is finished
        return not (before >= 2 and behind >= 2)

    def _wish(self, tokens: list[Token], index: int) -> int:
        """From the first word of a wish to its end; returns the index behind it."""
        first = tokens[index]
        labelled = first.kind is Kind.NOTE_LABEL and self.text.plain[first.start] not in "电手联"
        begin = first.end if labelled else first.start
        last = self.atoms[-1] if self.atoms else None
        while begin > 0 and self.text.plain[begin - 1] in "要请只" and (last is None or last.end < begin):
            begin -= 1  # 要杀好
        glued = last is not None and last.sign == "G" and last.end == first.start
        # 医保卡已给楼长: the words right before the wish are part of it, unless they are clearly a good.
        said = _SAID_OF_IT.match(self.text.plain, first.start)  # 米饭少一点
        # 鲜切水果2盒，水果不要芒果: a good that has been ordered is only spoken of.
        again = last is not None and self.text.plain.find(self.text.plain[last.start : last.end], 0, last.start) >= 0
        if glued and last and (said or (len(self.atoms) > 1 and (again or self._is_no_good(last)))):
            begin = self.atoms.pop().start
        end, index = first.end, index + 1
        takes_numbers = first.kind is Kind.NOTE_LABEL or _TAKES_NUMBERS.match(self.text.plain, first.start)
        while index < len(tokens):
            token = tokens[index]
            if token.kind in (Kind.SEPARATOR, Kind.CANCEL, Kind.CHANGE, Kind.MORE, Kind.LABEL, Kind.NOTE_LABEL):
                if token.kind is Kind.SEPARATOR and self.text.plain[token.start] == ":" and takes_numbers:
                    end, index = token.end, index + 1
                    continue
                break
            if token.kind in (Kind.QUANTITY, Kind.EACH) and not takes_numbers:
                break
            if token.kind is Kind.SPACE and self._order_follows(tokens, index + 1):
                break
            if token.kind is Kind.BRACKET:
                break
            end, index = token.end, index + 1
        self.notes.append((begin, end))
        return index

    def _is_no_good(self, atom: Atom) -> bool:
        return goods_evidence(self.text.plain[atom.start : atom.end], self.context) <= 1

    def _order_follows(self, tokens: list[Token], index: int) -> bool:
        """Does the word behind this space order something?"""
        for token in tokens[index : index + 4]:
            if token.kind in (Kind.SPACE, Kind.SEPARATOR, Kind.WISH):
                return False
            if token.kind is Kind.QUANTITY:
                return True
            if token.kind is Kind.TEXT and goods_evidence(self.text.plain[token.start : token.end], self.context) >= 2:
                return True
        return False

    def _price_or_phone(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        behind = tokens[index + 1] if index + 1 < len(tokens) else None
        if behind is not None and behind.kind is Kind.TEXT:
            word = self.text.plain[behind.start : behind.end]
            if goods_evidence(word, self.context) >= 1 and "元" in self.text.plain[token.start : token.end]:
                self._goods(Token(Kind.TEXT, token.start, behind.end), spaced=False)
                return index + 2
        last = self.atoms[-1] if self.atoms else None
        amount = _MONEY.fullmatch(self.text.plain, token.start, token.end)
        topped_up = last is not None and last.sign == "G"
        if amount and last and topped_up and self.text.plain[last.start : last.end].endswith(words.TOP_UPS):
            unit = self.text.show[amount.start("unit") : amount.end("unit")]
            paid = Token(Kind.QUANTITY, token.start, token.end, number_value(amount["amount"]), unit)
            self.atoms.append(Atom("Q", token.start, token.end, token=paid))
            return index + 1
        self.notes.append((token.start, token.end))
        return index + 1

    def _bracket(self, tokens: list[Token], index: int, spaced: bool) -> int:
        """What is in brackets: a status, a quantity, a wish, or a kind of the good. Returns the next index."""
        token = tokens[index]
        behind = tokens[index + 1] if index + 1 < len(tokens) else None
        inner = self.text.cut(token.start + 1, token.end - 1)
        last = self.atoms[-1] if self.atoms else None
        parts = [part for part in tokenize(inner) if part.kind is not Kind.SPACE]
        if not parts or (self.text.plain[token.start] == "[" and inner.plain in words.EMOTICONS):
            return index + 1
        if inner.plain.strip() in words.CANCEL_SIGNS:
            self.atoms.append(Atom(Kind.CANCEL.value, token.start, token.end, spaced=True))
            return index + 1
        if any(part.kind in (Kind.CANCEL, Kind.CHANGE, Kind.MORE) for part in parts):
            shift = token.start + 1
            for part in parts:
                moved = Token(part.kind, part.start + shift, part.end + shift, part.value, part.unit, part.warning)
                self._plain(moved, spaced=True, each=False)
            return index + 1
        counted_behind = behind is not None and behind.kind is Kind.QUANTITY
        if len(parts) == 1 and parts[0].kind is Kind.QUANTITY and _may_count(last, counted_behind):
            part, shift = parts[0], token.start + 1
            unit = part.unit
            if not unit and behind is not None and is_unit(self.text.plain[behind.start : behind.end]):
                unit, index = self.text.show[behind.start : behind.end], index + 1  # 【2】箱
            moved = Token(part.kind, part.start + shift, part.end + shift, part.value, unit, part.warning)
            self.atoms.append(Atom("Q", token.start, token.end, spaced, moved))
        elif len(parts) == 1 and parts[0].kind is Kind.QUANTITY and last is None:
            self.atoms.append(Atom("G", token.start, token.end, spaced))
        elif _BRACKET_WISH.search(inner.plain) or any(p.kind in (Kind.NOTE, Kind.WISH) for p in parts):
            self.notes.append((token.start + 1, token.end - 1))
        elif last is not None and last.sign == "G":
            last.end = token.end
        elif last is None and behind is not None and behind.kind is Kind.TEXT:
            self.atoms.append(Atom("G", token.start, token.end, spaced))
        elif last is None:
            self.notes.append((token.start + 1, token.end - 1))
        else:
            self.atoms.append(Atom("B", token.start, token.end, spaced))
        return index + 1


def _may_count(last: Atom | None, counted_behind: bool) -> bool:
    """鸡蛋（2）: the bracket counts; in （3）2个 it names a line of the menu."""
    return not counted_behind if last is None else last.sign in ("G", "|")
