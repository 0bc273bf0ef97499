"""Is this stretch of text a good or somebody's name? Evidence from word lists and from the chain itself."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from . import words

_HAN = re.compile("[\u4e00-\u9fff]+")
# Tony老师, 阿May, 小Q.
_MIXED_NAME = re.compile(rf"[A-Za-z.]{{1,20}}(?:{'|'.join(words.NAME_TITLES)})|[小老阿大][A-Za-z]{{1,12}}")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.'_]{1,20}")
_CODE = re.compile(
    r"[A-Za-z](?:套餐?|餐|款|组|类|包|种|号套餐)?|套餐[A-Za-z0-9一二三四五六七八九十]|[一二三四五六七八九0-9]号套?餐?"
)
_PACKED = re.compile(r"[0-9]\s?(?:ml|g|kg|mg|l|毫升|克|升|公斤|片|粒|枚|抽|段|寸|码)(?![a-z])|[*×][0-9]")
_NOT_ABOUT = frozenset(words.NOT_ABOUT)
_LONG_GOODS = tuple(sorted((g for g in words.GOODS if len(g) >= 2), key=len, reverse=True))
_GOODS_LENGTHS = sorted({len(g) for g in _LONG_GOODS}, reverse=True)
_LEADING = re.compile(rf"(?:{'|'.join(sorted(words.LEADING_VERBS, key=len, reverse=True))}|of(?![a-z]))(?!牛$|菜$|头$)")
_TRAILING = re.compile(rf"(?:{'|'.join(re.escape(w) for w in sorted(words.TRAILING_VERBS, key=len, reverse=True))})$")
_JOINT = re.compile("(?<=.)[和跟与及+](?=.)")
_MANY_IDLE = 40  # signs and words around one good; bounds the work on a line of nothing else
_EVERY_KIND = ("各种", "各类", "各色", "各式", "各样")
_EDGE = " \t,，、;；:：.。!！?？…-_—|/*×=~～\"'“”‘’·"


@dataclass(frozen=True)
class Context:
    """What the rest of the chain says: its title and menu, goods other lines name, how its lines are made.

    ``offered``: names of the round's goods.
    """

    about: str = ""
    goods: frozenset[str] = frozenset()
    names_goods: bool = False
    names_after_rooms: bool = True
    buildings: Collection[str] = ()
    offered: frozenset[str] = frozenset()


def strip_edges(text: str) -> str:
    return text.strip(_EDGE)


def strip_idle(plain: str, start: int, end: int) -> tuple[int, int]:
    """The offsets of a good without signs and idle words around it: ``要``冬瓜``和``."""
    head, tail = _idle_around(plain[start:end])
    return start + head, start + tail


@lru_cache(maxsize=20_000)
def _idle_around(text: str) -> tuple[int, int]:
    start, end = 0, len(text)
    for _ in range(_MANY_IDLE):
        if start >= end or text.startswith(_EVERY_KIND, start):
            break
        if not text[start].isalnum() and _is_sign(text[start]):
            start += 1
            continue
        if not text[end - 1].isalnum() and _is_sign(text[end - 1]):
            end -= 1
            continue
        word = text[start:end]
        if word.lower() in words.GOODS or _CODE.fullmatch(word):
            break
        leading, trailing = _LEADING.match(word), _TRAILING.search(word)
        # 订书机, 可定: one character may as well be the good's own.
        if leading and leading.end() == 1 < len(word) and word[0] not in "要来买各" and _weight(word[1:]) < 2:
            leading = None
        if trailing and word[:-2].endswith(("多", "少")) and trailing[0] == "一点":
            trailing = None
        if trailing and 0 < trailing.start() == len(word) - 1 and word[-1] in "来订定买购需拿共接加和":
            before = word[:-1]
            known = name_evidence(before) >= 2 or before in words.SURNAMES or _weight(before) > 0
            trailing = trailing if known else None
        if leading:
            start += leading.end()
        elif trailing:
            end = start + trailing.start()
        else:
            break
    return start, end


def _weight(text: str) -> int:
    """``goods_evidence`` without the chain's."""
    word = strip_edges(text).lower()
    return 0 if not word else 3 if _CODE.fullmatch(word) else _shape(word)


def forget_words() -> None:
    """Nothing of a chain stays in memory when it has been read."""
    for cached in (_idle_around, _shape, name_evidence):
        cached.cache_clear()


def _is_sign(char: str) -> bool:
    return char not in "（(【[)）】]"


def goods_evidence(text: str, context: Context) -> int:
    """0 none, 1 ends like a good, 2 has a known good in it, 3 is a known good."""
    word = strip_edges(text).lower()
    if not word:
        return 0
    if word in words.GOODS or word in context.goods or _CODE.fullmatch(word):
        return 3
    if len(word) >= 2 and word in context.about and word not in _NOT_ABOUT and not _plain_surname(word):
        return 3
    return max(_shape(word), 2 if _PACKED.search(word) else 0)


def split_goods(text: str, context: Context) -> list[int]:
    """Where the goods of ``ABC``, ``A套餐B套餐``, ``苹果香蕉`` begin; [0] where it is one good or cannot be told."""
    if re.fullmatch("[A-Z]{2,6}", text):
        return list(range(len(text)))
    codes = re.fullmatch(r"(?:[A-Za-z][套餐款组]{0,2}){2,6}", text)
    if codes and not text.isascii():
        return [match.start() for match in re.finditer("[A-Za-z]", text)]
    if text in words.GOODS or text.lower() in context.about:
        return [0]
    joints = [match.end() for match in _JOINT.finditer(text)]
    if joints:
        return [0, *joints]
    starts, position = [], 0
    while position < len(text) <= 40:
        length = next((n for n in _GOODS_LENGTHS if text[position : position + n] in words.GOODS), 0)
        if length < 2:
            return [0]
        starts.append(position)
        position += length
    return starts or [0]


def is_described_good(word: str) -> bool:
    """大西瓜, 黄牛肉: a known good with words in front that only describe it."""
    rest = word.lstrip(words.GOODS_PREFIXES)
    return bool(rest) and rest in words.GOODS


@lru_cache(maxsize=20_000)
def _shape(word: str) -> int:
    if len(word) > 60:
        return 2
    if word.startswith(words.BRANDS):
        return 2
    if is_described_good(word):
        return 2
    if is_doubled(word):
        return 0
    for length in _GOODS_LENGTHS:
        for start in range(len(word) - length + 1):
            if word[start : start + length] in words.GOODS:
                return 2
    return 1 if len(word) > 1 and word[-1] in words.GOODS_ENDINGS else 0


def _plain_surname(word: str) -> bool:
    return word[0] in words.SURNAMES and len(word) <= 3 and any(word.endswith(t) for t in words.NAME_TITLES)


def is_doubled(word: str) -> bool:
    """莉莉, 豆豆, 小毛毛: how people are called and goods are not."""
    return 2 <= len(word) <= 3 and word[-1] == word[-2] and word not in words.GOODS


@lru_cache(maxsize=20_000)
def name_evidence(text: str) -> int:
    """0 none, 1 letters or signs as in nicknames, 2 surname and given name, 3 王姐, 李老师, 小王, 大宝妈妈."""
    word = strip_edges(text)
    if not word:
        return 0
    han = _HAN.fullmatch(word) is not None and not word.startswith(words.BRANDS)
    if han and word not in words.GOODS:
        for title in words.NAME_TITLES:
            if word.endswith(title) and word != title:
                head = word[: -len(title)]
                if len(title) >= 2 or head[0] in words.SURNAMES or head[0] in "小老阿大二三四":
                    return 3
        if len(word) == 2 and word[0] in "小老阿大" and word[1] in words.SURNAMES:
            return 3
        if len(word) <= 3 and (word[0] in words.SURNAMES or is_doubled(word)):
            return 2
    if _MIXED_NAME.fullmatch(word):
        return 3
    if _LATIN_NAME.fullmatch(word) or any(ord(char) > 0x2600 and not _HAN.match(char) for char in word):
        return 1
    return 0


def is_latin_name(text: str) -> bool:
    return _LATIN_NAME.fullmatch(strip_edges(text)) is not None


def is_letter(word: str) -> bool:
    return word.isascii() and word.isalpha() and len(word) == 1


def split_name_and_goods(text: str, context: Context) -> int | None:
    """Where a name ends and a good begins in ``王姐鸡蛋``; None where that cannot be told."""
    if text.startswith(words.BRANDS) or is_described_good(text):
        return None
    if any(text[:length] in words.GOODS for length in _GOODS_LENGTHS):
        return None
    for length in (4, 3, 2):
        head, tail = text[:length], text[length:]
        if not tail or head in words.GOODS or goods_evidence(tail, context) < 2:
            continue
        known = name_evidence(head) if head[0] in words.SURNAMES or head[0] in "小老阿大" or head[-1] in "妈爸奶" else 0
        if known == 3 or (known == 2 and len(tail) > 1 and goods_evidence(tail, context) == 3):
            return length
    return None
