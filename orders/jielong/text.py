"""Characters: what is shown and what is matched, side by side.

``show`` is the text as people wrote it (only invisible characters gone, full-width letters and digits made plain);
``plain`` has the same length and is what patterns look at: full-width punctuation, odd dashes and spaces and the
traditional forms of counting words are folded. A match in ``plain`` can be cut out of ``show`` by its offsets.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Only characters that patterns look for; a name or a good is always cut out of ``show``.
_TRADITIONAL = dict(
    zip(
        "號樓單棟橦門區層兩個條塊盤顆罐隻張雙瓶團龍總計訂換減錢點時這還請謝給發購買賣麻煩雞魚蝦貝麵飯蘋餅餃",
        "号楼单栋幢门区层两个条块盘颗罐只张双瓶团龙总计订换减钱点时这还请谢给发购买卖麻烦鸡鱼虾贝面饭苹饼饺",
        strict=True,
    )
)
_FOLDED = {
    "—": "-", "–": "-", "―": "-", "－": "-", "‐": "-", "‑": "-", "−": "-", "─": "-", "━": "-", "﹣": "-",
    "【": "[", "】": "]", "〔": "[", "〕": "]", "［": "[", "］": "]", "「": "(", "」": ")", "『": "(", "』": ")",
    "〈": "(", "〉": ")", "《": "(", "》": ")", "｛": "(", "｝": ")", "{": "(", "}": ")", "﹙": "(", "﹚": ")",
    "〜": "~", "∼": "~", "✖": "×", "✕": "×", "╳": "×", "❌": "×", "＊": "*", "✱": "*", "｡": "。",
}  # fmt: skip


@dataclass(slots=True)  # not frozen: a chain makes a hundred thousand, and frozen ones cost three times as much
class Text:
    show: str
    plain: str

    def __len__(self) -> int:
        return len(self.plain)

    def cut(self, start: int, end: int | None = None) -> Text:
        return Text(self.show[start:end], self.plain[start:end])

    def __add__(self, other: Text) -> Text:
        return Text(self.show + other.show, self.plain + other.plain)


@lru_cache(maxsize=20_000)
def _fold(char: str) -> tuple[str, str]:
    """(shown, matched) of one character; two empty strings for one that nobody can see."""
    category = unicodedata.category(char)
    if category == "Zs" or char in "\t\v\f":
        return " ", " "
    if category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return "", ""
    plain = _FOLDED.get(char) or _TRADITIONAL.get(char)
    if plain is None:
        folded = unicodedata.normalize("NFKC", char)
        # ① must stay what it is: as a plain 1 it would run into the digits behind it.
        plain = folded if len(folded) == 1 and category != "No" else char
    show = plain if plain.isascii() and plain.isalnum() and "\uff00" < char < "\uff5f" else char
    return show, plain


# Characters that need no look-up one by one: nearly every line is made of these alone.
_SIGNS = "，、。；：！？（）【】「」《》“”‘’～…—·"
_USUAL = re.compile(rf"[ -~\u4e00-\u9fff{_SIGNS}]*")
_USUAL_FOLDED = {ord(char): _fold(char)[1] for char in [*_SIGNS, *_TRADITIONAL]}
_JOINER = "\u200d"


def read_text(line: str) -> Text:
    """One line (no line break in it) as a ``Text``. Joiners inside an emoji stay, alone they go."""
    if _USUAL.fullmatch(line):
        return Text(line, line.translate(_USUAL_FOLDED))
    shown: list[str] = []
    plains: list[str] = []
    for index, char in enumerate(line):
        if char == _JOINER and shown and index + 1 < len(line) and ord(shown[-1][-1]) > 0x2000:
            joins = ord(line[index + 1]) > 0x2000 and unicodedata.category(line[index + 1]) == "So"
            show, plain = (char, char) if joins else ("", "")
        else:
            show, plain = _fold(char)
        shown.append(show)
        plains.append(plain)
    return Text("".join(shown), "".join(plains))
