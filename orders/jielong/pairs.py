"""俩 and 仨 behind a good count it (吐司俩); behind anything else they count people and stay words (爷俩, 姐妹仨)."""

from __future__ import annotations

from . import words
from .lexicon import Context, goods_evidence, name_evidence, strip_idle
from .text import Text
from .tokens import Kind, Token, as_text, number_value, tokenize

_PEOPLE = frozenset("我你他她它们妻子女弟妹兄母父口人咱夫姐爷娘哥孙嫂婆媳叔侄舅甥伯姨姑友爸妈儿")


def read_tokens(text: Text, context: Context) -> list[Token]:
    """``tokenize``, with what 俩 and 仨 count taken for quantities."""
    tokens = tokenize(text)
    if "俩" not in text.plain and "仨" not in text.plain:
        return tokens
    found: list[Token] = []
    for token, behind in zip(tokens, [*tokens[1:], None], strict=True):
        if behind is None or behind.kind in (Kind.SPACE, Kind.SEPARATOR):
            found += _counted(text, token, context)
        else:
            found.append(token)
    return found


def _counted(text: Text, token: Token, context: Context) -> list[Token]:
    middle = token.end - 1
    numeral = text.plain[middle : token.end]
    if token.kind is not Kind.TEXT or numeral not in ("俩", "仨"):
        return [token]
    start, end = strip_idle(text.plain, token.start, middle)
    if not _is_good(text.plain[start:end].lower(), context):
        return [token]
    quantity = Token(Kind.QUANTITY, middle, token.end, number_value(numeral))
    return [as_text(token)._replace(end=middle), quantity]


def _is_good(word: str, context: Context) -> bool:
    if word in words.GOODS or word in context.offered:
        return True
    if word[-1:] in _PEOPLE:
        return False
    evidence = goods_evidence(word, context)
    return evidence == 3 or (evidence == 2 and name_evidence(word) < 2)
