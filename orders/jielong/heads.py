"""The head of an entry: who orders. Splits the nickname from what is ordered.

The client puts the sender's group nickname first, and people put their room before it, behind it, or use it as the
nickname. So the first word of a line is a name unless something speaks for a good; behind a room it is the other way
round. ``lexicon.py`` weighs the evidence.
"""

from __future__ import annotations

import re

from . import words
from .lexicon import Context, goods_evidence, is_latin_name, is_letter, name_evidence, split_name_and_goods, strip_idle
from .text import Text
from .tokens import Kind, Token, as_text

_QUANTITIES = (Kind.QUANTITY, Kind.EACH)
_NAME_EDGE = " \t,，、;；:：。!！-_—–|/*=@#\"'“”‘’"
_EMPTY_BRACKETS = re.compile(r"[（(\[【]\s*[)）\]】]")
_BROKEN = re.compile("没了|坏了|[用吃喝]完")
_CHINESE_START = re.compile("[一二三四五六七八九十两半]")


def clean_name(name: str) -> str:
    """The nickname as it was written, without what only set it apart from room and goods."""
    if (bare := name.strip(_NAME_EDGE)).isalnum():
        return bare
    text = _EMPTY_BRACKETS.sub(" ", name).strip(_NAME_EDGE)
    for opening, closing in ("（）", "()", "【】", "[]", "「」", "『』", "《》", "〔〕"):
        if text.startswith(opening) and text.endswith(closing) and text.count(opening) == 1:
            text = text[1:-1].strip(_NAME_EDGE)
        elif text.count(opening) != text.count(closing):
            text = text.strip(opening + closing).strip(_NAME_EDGE)
    if text.endswith(".") and len(text) > 1 and not text[-2].isascii():
        text = text[:-1]
    return " ".join(text.split())


def take_name(
    text: Text, tokens: list[Token], context: Context, *, after_room: bool, glued: bool
) -> tuple[str, list[Token]]:
    """(name, the tokens left over). ``glued``: the text stands right behind the room, as in ``3-501王姐``."""
    tokens = _nickname_like_a_number(text, tokens) if after_room else _nickname_like_an_order(text, tokens)
    if after_room and glued and tokens and tokens[0].kind is Kind.TEXT and text.plain.startswith("的"):
        # 我是3号楼202的老李
        tokens = [tokens[0]._replace(start=1), *tokens[1:]] if tokens[0].end > 1 else tokens[1:]
    index, start, end = 0, -1, -1
    while index < len(tokens):
        token = tokens[index]
        if token.kind is Kind.SPACE or (token.kind is Kind.SEPARATOR and start < 0):
            index += 1
            continue
        if token.kind is Kind.LABEL:
            if start >= 0 or text.plain[token.start : token.start + 2] not in (
                "姓名",
                "昵称",
                "名字",
                "称呼",
                "收货",
                "下单",
            ):
                break
            index += 1
            continue
        if (
            token.kind is Kind.BRACKET
            and _belongs_to_name(text, token)
            and (end == token.start or (after_room and token.start == 0 and len(tokens) > 1))
        ):
            start = token.start if start < 0 else start
            end = token.end
            index += 1
            continue
        if start >= 0 and _hyphen_in_name(text, tokens, index, context):
            end = tokens[index + 1].end
            index += 2
            continue
        if token.kind is not Kind.TEXT:
            break
        verdict = _is_name(text, tokens, index, context, first=start < 0, after_room=after_room, glued=glued)
        if verdict == 0:
            break
        start = token.start if start < 0 else start
        if verdict < token.length:
            end = token.start + verdict
            tokens = [*tokens[:index], token._replace(start=end), *tokens[index + 1 :]]
            break
        end = token.end
        index += 1
        glued = False
    if start < 0:
        return "", tokens
    name = clean_name(text.show[start:end])
    if after_room and text.plain[:1] == "~" and name.count("~") + name.count("～") == 1:
        name = name.lstrip("~～")  # 12-302～小美
    if after_room and not any(char.isalnum() for char in name):
        name = ""  # 12-803👍1束: only a gesture
    return name, tokens[index:]


def _hyphen_in_name(text: Text, tokens: list[Token], index: int, context: Context) -> bool:
    """大白-许斌: the sign has no space around it, and no good behind it."""
    sign, behind = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
    if sign.kind is not Kind.SEPARATOR or behind is None or behind.kind is not Kind.TEXT:
        return False
    glued = index > 0 and tokens[index - 1].end == sign.start and tokens[index - 1].kind is Kind.TEXT
    word = text.plain[behind.start : behind.end]
    return glued and text.plain[sign.start : sign.end] in ("-", "_") and goods_evidence(word, context) == 0


def _belongs_to_name(text: Text, bracket: Token) -> bool:
    inner = text.plain[bracket.start + 1 : bracket.end - 1]
    return bool(inner) and not re.search(
        r"[0-9一二两三四五六七八九十半]|取消|作废|不要|谢|自[提取备带]|送|放|换|付", inner
    )


def _is_name(
    text: Text, tokens: list[Token], index: int, context: Context, *, first: bool, after_room: bool, glued: bool
) -> int:
    """How many characters of this TEXT token are the name: all, some (``王姐鸡蛋``), or 0."""
    token = tokens[index]
    word = text.plain[token.start : token.end]
    if strip_idle(text.plain, token.start, token.end)[0] >= token.end and word.strip(_NAME_EDGE).isalpha():
        return 0  # 要, 需要: no name
    behind = tokens[index + 1] if index + 1 < len(tokens) else None
    if behind is not None and behind.start == token.end and _BROKEN.match(text.plain, behind.start):
        return 0  # 路由器坏了: a thing
    goods, name = goods_evidence(word, context), name_evidence(word)
    following = _following(text, tokens, index)
    every, none = token.length, 0
    if not first:
        return every if _continues_name(word, following, goods, name, context) else none
    if name == 3 and goods < 3:
        return every
    split = split_name_and_goods(word, context) if goods >= 2 and name < 3 else None
    if split is not None:
        return split
    if after_room and word[:1].isdigit():
        return none
    if after_room and len(word) == 1 and is_letter(word) and following == "spaced" and not context.names_goods:
        return every  # 8-1402 Z 1袋
    # 白砂糖500克: begins like a surname, ends like a good, and is counted.
    counted = after_room and following == "glued" and not glued
    if name == 2 and counted and (context.names_goods or _orders_more(tokens, index + 2)):
        return none  # 9-1404 高露洁2支、牙刷4支: a name stands before the whole order
    if name == 2 and goods < (1 if after_room and following in ("glued", "spaced") else 2):
        return every
    if after_room and is_latin_name(word) and goods == 0 and following != "glued":
        return every
    if after_room:
        if goods >= 1 and not (glued and goods == 1 and following == "text"):
            return none
        if following == "text":
            short = goods == 0 and len(word) <= 3 and word not in words.DESCRIPTIONS
            return every if glued or context.names_after_rooms or short else none
        if following == "list" or (following == "glued" and not glued):
            return none
        if glued and goods == 0 and following in ("spaced", "end"):
            return every
        return none if context.names_goods and not (glued and following == "end") else every
    if following == "glued":
        return none if goods >= 1 and not name else every
    if following == "list":
        return none if goods >= 1 or (name < 1 and context.names_goods) else every
    if following == "text":
        return none if goods == 3 else every
    return none if goods == 3 or (goods == 2 and context.names_goods) else every


def _orders_more(tokens: list[Token], index: int) -> bool:
    """Is a further good with a quantity named from here on?"""
    pairs = zip(tokens[index:], tokens[index + 1 :], strict=False)
    return any(one.kind is Kind.TEXT and two.kind is Kind.QUANTITY for one, two in pairs)


def _continues_name(word: str, following: str, goods: int, name: int, context: Context) -> bool:
    """A further word of a nickname with spaces: ``Tom Lee``, ``悠 然``."""
    if goods >= 2 or (goods == 1 and name < 3):
        return False
    if following == "text":
        return is_latin_name(word) or len(word) == 1 or (len(word) <= 2 and not context.names_goods)
    if following == "glued":
        return name == 3 or (is_latin_name(word) and not context.names_goods)
    if following == "spaced":
        return name == 3 or ((is_latin_name(word) or len(word) <= 2) and not context.names_goods)
    return is_latin_name(word) or len(word) == 1


def _following(text: Text, tokens: list[Token], index: int) -> str:
    """What stands behind: ``glued`` or ``spaced`` quantity, more ``text``, a ``list`` (、), or the ``end``."""
    after = tokens[index + 1 : index + 3]
    if not after:
        return "end"
    if after[0].kind in _QUANTITIES:
        return "glued"
    if after[0].kind is Kind.SEPARATOR:
        return "list" if text.plain[after[0].start] == "、" else "end"
    if after[0].kind is Kind.SPACE and len(after) == 2:
        if after[1].kind in _QUANTITIES:
            # 王姐 2斤苹果: the quantity is the next word's, not this one's.
            third = tokens[index + 3] if index + 3 < len(tokens) else None
            owned = third is not None and third.kind is Kind.TEXT and third.start == after[1].end
            return "text" if owned else "spaced"
        if after[1].kind is Kind.TEXT:
            return "text"
    return "end"


def _nickname_like_a_number(text: Text, tokens: list[Token]) -> list[Token]:
    """``3-302 十一 油条3根``: a numeral without a unit, and then a whole order."""
    first_three = [token for token in tokens if token.kind is not Kind.SPACE][:3]
    if len(first_three) < 3 or [t.kind for t in first_three] != [Kind.QUANTITY, Kind.TEXT, Kind.QUANTITY]:
        return tokens
    first = first_three[0]
    if first.unit or not _CHINESE_START.match(text.plain[first.start]) or first_three[1].start == first.end:
        return tokens
    return [as_text(token) if token is first else token for token in tokens]


def _nickname_like_an_order(text: Text, tokens: list[Token]) -> list[Token]:
    """``三只小猪 2份``, ``明天会更好 2份``: the first word is a nickname, because a whole order follows it."""
    if not tokens or tokens[0].kind not in (Kind.QUANTITY, Kind.WISH, Kind.SOFT_WISH):
        return tokens
    if tokens[0].kind is Kind.QUANTITY and not _CHINESE_START.match(text.plain[tokens[0].start]):
        return tokens
    space = next((i for i, token in enumerate(tokens) if token.kind is Kind.SPACE), None)
    if space is None or space + 1 >= len(tokens) or tokens[space + 1].kind is not Kind.QUANTITY:
        return tokens
    behind = tokens[space + 2] if space + 2 < len(tokens) else None
    if behind is not None and behind.kind is Kind.TEXT:
        return tokens
    if space == 1 and tokens[0].kind is Kind.QUANTITY:
        return tokens
    word = text.plain[tokens[1].start : tokens[space - 1].end]
    if tokens[0].kind is Kind.QUANTITY and goods_evidence(word, Context()) >= 1:
        return tokens
    whole = as_text(tokens[0])._replace(end=tokens[space - 1].end)
    return [whole, *tokens[space:]]
