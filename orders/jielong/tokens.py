"""One entry's text → tokens: quantities, separators, brackets, wishes, cancel and change words, and text between.

One regular expression, alternatives in order of precedence, every repetition bounded: one pass, linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from compound.rooms import chinese_number

from . import words
from .text import Text


class Kind(Enum):
    TEXT = "text"
    QUANTITY = "quantity"
    EACH = "each"  # 各, 每样: the quantity behind it is a share
    NOTE = "note"  # phone, price, date, time
    WISH = "wish"
    SOFT_WISH = "soft wish"
    CANCEL = "cancel"
    CHANGE = "change"  # 改成: what stands before it is replaced
    MORE = "more"  # 再加: a change that adds
    BRACKET = "bracket"
    LABEL = "label"  # 房号：
    NOTE_LABEL = "note label"  # 备注：
    SEPARATOR = "separator"
    SPACE = "space"


class Token(NamedTuple):
    """A stretch of the entry; ``value`` and ``unit`` only for quantities (value None: +N, a range)."""

    kind: Kind
    start: int
    end: int
    value: Decimal | None = None
    unit: str = ""
    warning: str = ""
    multiplied: bool = False  # written x2, ×2, *2

    @property
    def length(self) -> int:
        return self.end - self.start


_EVERYDAY = "[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]百|[一二两三四五六七八九半俩仨]"
# 俩 and 仨 hold the unit already; what they count behind a word is for `pairs.py` to say.
_FOLDED_NUMERALS = {"俩": Decimal(2), "仨": Decimal(3)}
# What was paid: always money behind these words, and behind a sum only with a decimal point or its unit.
_PAID = r"(?:已经?)?(?:付[了过]?|转[了过账]?|支付了?|微信转?|红包|收[了到]?)(?:款|钱|账)?\s?[:]?\s?"
# The formal numerals only with a unit behind them: 陆 and 伍 are surnames.
_CN = f"(?:{_EVERYDAY}|[壹贰叁肆伍陆柒捌玖拾])"
_NUM = r"(?:[0-9]{1,4}(?:\.[0-9]{1,2})?)"


def _unit_pattern() -> str:
    """Longest first; each unit with what may not follow it. 两 counts as 50 g only where no unit follows."""
    alternatives = []
    for unit in sorted(words.UNITS, key=len, reverse=True):
        forbidden = words.UNITS[unit]
        if unit == "两":
            forbidden = "".join(sorted({u[0] for u in words.UNITS} - {"两", "半"}))
        alternatives.append(re.escape(unit) + (f"(?![{forbidden}])" if forbidden else ""))
    return "(?:个人(?!的)|" + "|".join(alternatives) + rf"|(?i:{words.LATIN_UNITS})(?![A-Za-z]))"


_UNIT = _unit_pattern()
# 块 is money only where it can count nothing: 付30块, but 付2块豆腐.
_MONEY = rf"(?:元|块钱|块(?=[了谢啊哦呀])|块(?!{_UNIT}|[\u4e00-\u9fff]))"
_NO_UNIT = rf"(?![0-9.]|\s?(?:[元块]|{_UNIT}))"
_CONTENT = "(?:" + "|".join(sorted(map(re.escape, words.CONTENT_UNITS), key=len, reverse=True)) + ")"
_SPEC = "(?:" + "|".join(words.SPEC_UNITS) + ")"
_FOLLOWED_BY_QUANTITY = rf"(?=\s?(?:[xX×*]\s?)?(?:[0-9]|{_CN}\s?{_UNIT}|[\[(][0-9]))"
_SEP_CHARS = ",，、;；/|。!！?？…\n"


def _either(labels: list[str]) -> str:
    return "|".join(sorted(labels, key=len, reverse=True))


def _alternatives(pattern: str) -> Iterator[str]:
    """The alternatives of the top level of a pattern."""
    depth, begin = 0, 0
    for at, char in enumerate(pattern):
        depth += (char in "([") - (char in ")]")
        if char == "|" and depth == 0:
            yield pattern[begin:at]
            begin = at + 1
    yield pattern[begin:]


def _first_characters(pattern: str) -> set[str]:
    """A superset of the characters that a match of one of ``words.py``'s patterns can begin with.

    Most characters of a chain begin nothing; looking at the first one before trying thirty alternatives makes the
    reading four times as fast. Understands literals, [..], (?:..), lookarounds and ``?``: what the tables use.
    """
    found: set[str] = set()
    for alternative in _alternatives(pattern):
        at = 0
        while at < len(alternative):
            opening = alternative[at]
            if opening in "([":
                depth, end = 1, at + 1
                while depth:
                    depth += (alternative[end] in "([") - (alternative[end] in ")]")
                    end += 1
                inside = alternative[at:end]
                if not inside.startswith(("(?=", "(?!", "(?<")):
                    found.update(inside)
                    optional = alternative[end : end + 1] == "?"
                    if not optional:
                        break
                    end += 1
                at = end
                continue
            found.add(opening)
            if alternative[at + 1 : at + 2] != "?":
                break
            at += 2
    return {char for char in found if char.isalnum()}


def _first_class() -> str:
    patterns = (
        words.WISHES,
        words.SOFT_WISHES,
        words.CONDITIONAL,
        words.CANCEL,
        words.CHANGE,
        words.CHANGE_MORE,
        words.BARE_LABELS,
    )
    found = set().union(*map(_first_characters, patterns))
    for table in (words.LABELS, words.NOTE_LABELS, words.NO_QUANTITY):
        found.update(word[0] for word in table)
    found.update("周星礼各每均已付转支收微红共总合俩仨一二三四五六七八九十两半壹贰叁肆伍陆柒捌玖拾")
    return "".join(sorted(found)) + r"0-9xX×*+=\-¥￥$\[(\s:.~→⇒➡大约" + _SEP_CHARS


_FIRST = _first_class()
_TOKEN = re.compile(
    rf"""
    (?=[{_FIRST}])(?:
    (?P<phone>(?<![0-9])(?:\+?86[-\s]?)?1[3-9][0-9][-\s]?[0-9]{{4}}[-\s]?[0-9]{{4}}(?![0-9])|0[0-9]{{2,3}}-[0-9]{{7,8}}(?![0-9]))
  | (?P<bracket>\([^()\n]{{0,80}}\)|\[[^\[\]\n]{{0,80}}\])
  | (?P<notelabel>(?:{_either(words.NOTE_LABELS)})\s?[:])
  | (?P<label>(?:{_either(words.LABELS)})\s?[:]|{words.BARE_LABELS})
  | (?P<condition>{words.CONDITIONAL})
  | (?P<cancel>{words.CANCEL})
  | (?P<change>{words.CHANGE})
  | (?P<more>{words.CHANGE_MORE})
  | (?P<date>(?<![0-9.])[0-9]{{1,2}}(?:[./][0-9]{{1,2}}[日号](?![楼室房])|月[0-9]{{1,2}}[日号]?)
        |(?:周|星期|礼拜)[一二三四五六日天])
  | (?P<time>(?<![0-9])(?:[0-9]{{1,2}}(?::[0-9]{{2}}|点[半钟整]?(?:[0-9]{{2}}分?)?)
        |[二三四五六七八九]?十?[一二三四五六七八九十两]点(?:[半钟整]|(?=[前后到左送以之])))
        (?:\s?[-~到至]\s?[0-9]{{1,2}}(?::[0-9]{{2}}|点半?))?(?![0-9]))
  | (?P<paid>{_PAID}[0-9]{{1,5}}(?:\.[0-9]{{1,2}})?(?:\s?{_MONEY}|{_NO_UNIT})
        |(?:一共|总共|总计|合计|共计?|[=])\s?(?:[0-9]{{1,5}}\.[0-9]{{1,2}}{_NO_UNIT}|[0-9]{{1,5}}(?:\.[0-9]{{1,2}})?\s?{_MONEY}(?![0-9]))
        |{_NUM}\s?[×xX*+]\s?{_NUM}(?:\s?[×xX*+]\s?{_NUM}){{0,3}}\s?=\s?[0-9]{{1,5}}(?:\.[0-9]{{1,2}})?(?:\s?{_MONEY}|{_NO_UNIT}))
  | (?P<price>[¥￥$]\s?{_NUM}|{_NUM}\s?(?:元|块钱|rmb|RMB)(?:\s?[/一每]\s?{_UNIT})?|{_NUM}\s?块\s?[/一每]\s?{_UNIT})
  | (?P<weighs>(?<=[只条个块份盒袋箱包瓶])(?:大约|大概|约)\s?(?:{_NUM}|{_CN})\s?{_UNIT})
  | (?P<about>{_NUM}\s?{_UNIT}(?:左右|以[上下内]|上下)的?)
  | (?P<spec>{_NUM}\s?(?:(?i:{_CONTENT})|{_SPEC})?\s?[*×xX]\s?[0-9]{{1,4}}\s?(?:{_UNIT})?(?:/{_UNIT})?
          {_FOLLOWED_BY_QUANTITY}
        |{_NUM}\s?(?:{_UNIT}|[\u4e00-\u9fff](?=/))(?:\s?[/每]\s?{_UNIT}|一{_UNIT}{_FOLLOWED_BY_QUANTITY})|{_NUM}\s?(?:{_UNIT})?装|{_CN}{_UNIT}装|{_NUM}\s?{_SPEC}|{_either(words.NO_QUANTITY)})
  | (?P<frac>(?<![0-9./])1/(?P<den>[234])\s?(?P<fracunit>{_UNIT})(?![0-9/]))
  | (?P<each>(?:各(?![种类色式样])[要来拿订买]?|每[样种款]各?[要来]?|均要?)(?=\s?(?:[xX×*]\s?)?
        (?:[0-9]|{_CN}\s?(?:{_UNIT}|$|\s|[{_SEP_CHARS}]))))
  | (?P<plus>\+\s?(?P<plusnum>{_NUM}|{_CN}(?={_UNIT}))\s?(?P<plusunit>{_UNIT})?(?!\.?[0-9]))
  | (?P<range>(?<![0-9])(?:{_NUM}\s?(?:[-~到至]|或者?)\s?{_NUM}
        |[一二两三四五六七八][二两三四五六七八九](?=[斤个份箱盒包袋瓶只板棵颗根条块把提桶罐支朵片串捆件卷张碗]))\s?(?P<rangeunit>{_UNIT}))
  | (?P<mult>(?<![A-Za-z])[xX×*]\s?(?P<multnum>{_NUM}|{_CN})(?![0-9A-Za-z.号楼栋幢室-])\s?(?P<multunit>{_UNIT})?)
  | (?P<weight>(?P<jin>{_CN}|{_NUM})\s?斤\s?(?P<liang>[一二三四五六七八九壹贰叁肆伍陆柒捌玖1-9])\s?两)
  | (?P<counted>(?<![0-9.])(?P<num>{_NUM}|{_CN})\s?(?P<unit>{_UNIT})(?P<half>半(?![个斤份箱盒包袋瓶只块]))?)
  | (?P<odd>(?<=[\u4e00-\u9fff)\]])(?P<oddnum>[0-9]{{1,3}})(?P<oddunit>[\u4e00-\u9fff])
        (?<![号楼栋幢室层点月日年元度区弄大小])(?=\s|$|[{_SEP_CHARS}]))  # a counting word that no table knows
  | (?P<folded>\A(?P<foldednum>[俩仨])\Z)
  | (?P<bare>(?<![0-9.\-])(?:(?<![A-Za-z])|(?<=[A-Za-z])(?<![A-Za-z][A-Za-z])(?![0-9]+[\u4e00-\u9fff]))
        (?P<barenum>{_NUM})
        (?:(?<=[A-Za-z][0-9])(?=[A-Za-z][0-9])|(?![A-Za-z]))(?![0-9%.号楼栋幢室层点月日年元\#度区弄大小*×℃:-]))
  | (?P<barecn>(?:(?<=[\s各])|(?<=[{_SEP_CHARS}]))(?P<cnnum>{_EVERYDAY})(?=\s|$|[{_SEP_CHARS}]))
  | (?P<wish>{words.WISHES})
  | (?P<soft>{words.SOFT_WISHES})
  | (?P<sep>[{_SEP_CHARS}]+|\.(?=\s|$|\.)|:|(?<![A-Za-z0-9])-+|-+(?![A-Za-z0-9])|(?<=\s)~(?=\s))
  | (?P<space>\s+)
    )
    """,
    re.VERBOSE,
)
# Nearly every nickname: text, then perhaps the space before the room.
_NOTHING_KNOWN = re.compile(rf"[^{_FIRST}]*(\s*)")
_SIMPLE = {
    "phone": Kind.NOTE,
    "date": Kind.WISH,
    "time": Kind.WISH,
    "condition": Kind.WISH,
    "paid": Kind.NOTE,
    "price": Kind.NOTE,
    "bracket": Kind.BRACKET,
    "notelabel": Kind.NOTE_LABEL,
    "label": Kind.LABEL,
    "cancel": Kind.CANCEL,
    "change": Kind.CHANGE,
    "more": Kind.MORE,
    "about": Kind.WISH,
    "weighs": Kind.WISH,
    "spec": Kind.TEXT,
    "each": Kind.EACH,
    "wish": Kind.WISH,
    "soft": Kind.SOFT_WISH,
    "sep": Kind.SEPARATOR,
    "space": Kind.SPACE,
}


_UNIT_ALONE = re.compile(_UNIT)


def is_unit(plain: str) -> bool:
    return _UNIT_ALONE.fullmatch(plain) is not None


def number_value(word: str) -> Decimal | None:
    """``2`` ``2.5`` ``十二`` ``两`` ``半`` as a number."""
    if word == "半":
        return Decimal("0.5")
    if word in _FOLDED_NUMERALS:
        return _FOLDED_NUMERALS[word]
    if word[:1].isascii():
        return Decimal(word)
    value = chinese_number(word)
    return None if value is None else Decimal(value)


def tokenize(text: Text) -> list[Token]:
    """All of the text, without gaps: what no pattern claims is TEXT. The list is shared: nobody changes it."""
    tokens = _read.get(text.show)
    if tokens is None:
        tokens = _scan(text)
        if len(_read) < _MANY_TEXTS:
            _read[text.show] = tokens
    return tokens


# The same stretches are looked at by several layers. ``plain`` follows from ``show``, so that is the key.
_read: dict[str, list[Token]] = {}
_MANY_TEXTS = 50_000


def forget_tokens() -> None:
    """Nothing of a chain stays in memory when it has been read."""
    _read.clear()


def _scan(text: Text) -> list[Token]:
    """Neighbouring TEXT becomes one; a number that begins a brand (84消毒液, 999感冒灵) becomes text with it."""
    nothing = _NOTHING_KNOWN.fullmatch(text.plain)
    if nothing:
        middle, end = nothing.span(1)
        tokens = [Token(Kind.TEXT, 0, middle)] if middle else []
        return tokens if middle == end else [*tokens, Token(Kind.SPACE, middle, end)]
    tokens = []
    position = 0
    for match in _TOKEN.finditer(text.plain):
        start, end = match.span()
        if start > position:
            _append_text(tokens, position, start)
        kind = _SIMPLE.get(match.lastgroup or "")
        if kind is Kind.TEXT:
            _append_text(tokens, start, end)
        else:
            tokens.append(_token(match, text) if kind is None else Token(kind, start, end))
        position = end
    if position < len(text.plain):
        _append_text(tokens, position, len(text.plain))
    return tokens


def _append_text(tokens: list[Token], start: int, end: int) -> None:
    last = tokens[-1] if tokens else None
    if last is not None and last.end == start and (last.kind is Kind.TEXT or _begins_brand(last)):
        tokens[-1] = Token(Kind.TEXT, last.start, end)
    else:
        tokens.append(Token(Kind.TEXT, start, end))


def _token(match: re.Match[str], text: Text) -> Token:
    group = match.lastgroup or ""
    # lastgroup is the last *closed* outer group, because every alternative is wrapped in its own name.
    start, end = match.span()
    if group == "plus":
        return Token(Kind.QUANTITY, start, end, None, _shown_unit(match, "plusunit", text), "plus_number")
    if group == "range":
        return Token(Kind.QUANTITY, start, end, None, _shown_unit(match, "rangeunit", text), "range")
    if group == "mult":
        value = number_value(match["multnum"])
        return Token(Kind.QUANTITY, start, end, value, _shown_unit(match, "multunit", text), multiplied=True)
    if group == "weight":
        jin, liang = number_value(match["jin"]), number_value(match["liang"])
        return Token(Kind.QUANTITY, start, end, (jin or Decimal(0)) + (liang or Decimal(0)) / 10, "斤")
    if group == "counted":
        value = number_value(match["num"])
        if match["half"] and value is not None:
            value += Decimal("0.5")
        return Token(Kind.QUANTITY, start, end, value, _shown_unit(match, "unit", text))
    if group == "frac":
        return Token(Kind.QUANTITY, start, end, 1 / Decimal(match["den"]), _shown_unit(match, "fracunit", text))
    if group == "odd":
        unit = _shown_unit(match, "oddunit", text)
        # A telephone hears 快 for 块 and 金 for 斤: a counting word that no table knows is always asked about.
        return Token(Kind.QUANTITY, start, end, number_value(match["oddnum"]), unit, "odd_unit")
    return Token(Kind.QUANTITY, start, end, number_value(match["barenum"] or match["cnnum"] or match["foldednum"]))


def _shown_unit(match: re.Match[str], group: str, text: Text) -> str:
    if match[group] is None:
        return ""
    unit = text.show[match.start(group) : match.end(group)]
    return "人" if unit in ("个人", "個人") else unit


def _begins_brand(token: Token) -> bool:
    bare = token.kind is Kind.QUANTITY and not token.unit and not token.multiplied and not token.warning
    return bare and token.value is not None and token.value > 20


def as_text(token: Token) -> Token:
    return Token(Kind.TEXT, token.start, token.end)
