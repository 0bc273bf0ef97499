"""Lines of a paste and what each looks like by itself: header, number, example, instruction, total."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import words
from .text import Text, read_text
from .tokens import _UNIT

_HEADER = re.compile(
    r"\s*[\[(]?(?:[#]\s?(?:群?接龙|group\s?note)|(?<=[\[(])群?接龙(?=[\])])|(?:微信|群)?接龙\s?(?:开始|如下)?(?=\s*[\])]?\s*[:：]|\s*[\])]?\s*$)"
    r"|开始接龙(?=\s*[:：!！]?\s*$))[\])]?\s*[:：]?\s*(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
_CIRCLED = {
    chr(base + offset): offset + 1
    for base, count in zip(
        (0x2460, 0x2474, 0x2488, 0x2776, 0x2780, 0x278A, 0x24F5), (20, 20, 20, 10, 10, 10, 10), strict=True
    )
    for offset in range(count)
} | {chr(0x3251 + n): 21 + n for n in range(15)} | {chr(0x32B1 + n): 36 + n for n in range(15)}  # fmt: skip
_NUMBER = re.compile(
    r"""(?P<indent>\s*)(?:
        (?P<circled>[\u2460-\u249b\u24f5-\u24fe\u2776-\u2793\u3251-\u325f\u32b1-\u32bf])\s?[.、,:)]?
      | (?P<keycap>[0-9]{1,3})\ufe0f?\u20e3\s?[.、,:)]?
      | [(\[](?P<bracketed>[0-9]{1,4})[)\]]\s?[.、,:]?
      | (?:第|no\.?\s?)?(?P<marked>[0-9]{1,4})\s?(?P<mark>[.、):,。]+|号、)
      | (?P<spaced>[0-9]{1,3})(?:\s+|(?=[\u4e00-\u9fff]))
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
# Behind "2." these are the rest of a decimal, a date, a time, a price: 2.5斤, 6.9号, 8:30, 4.28 蔬菜.
_DECIMAL_REST = re.compile(rf"[0-9]{{1,2}}(?:\s?{_UNIT}|\s?[元块%]|[号日](?!\s?[0-9楼])|\s?[月点]|$|\s(?!{_UNIT}))")
_CLOCK_REST = re.compile(r"[0-9]{2}(?![0-9\-号栋幢#])")
_SPACED_NO = re.compile(rf"(?:{_UNIT}|[号楼栋幢月日年点元层度]|[0-9]*[:：]|室|块)")
_EXAMPLE = re.compile(rf"\s*[\[(]?\s*{words.EXAMPLE}", re.IGNORECASE)
_TOTAL = re.compile(rf"\s*[\[(=\-—]*\s*(?:目前|现在|截至目前|以上)?\s*{words.TOTAL}")
_INSTRUCTION = re.compile(words.INSTRUCTION)
_REMARK = re.compile(words.REMARK)
_CLOSING = re.compile(words.CLOSING)
_PRICE = re.compile(rf"[¥￥$]\s?[0-9]|[0-9]\s?(?:元|块钱|rmb|/\s?{_UNIT})", re.IGNORECASE)
_CHAT_STAMP = re.compile(
    r"\s*.{0,30}?(?:[0-9]{4}[-/年][0-9]{1,2}[-/月][0-9]{1,2}日?\s*)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\s*$"
)


@dataclass(frozen=True)
class Number:
    """A number at the start of a line. ``sure`` is False where it may as well be a quantity or a decimal."""

    value: int
    style: str
    end: int
    sure: bool
    indented: bool


@dataclass(frozen=True)
class Line:
    """``at`` counts all lines of the file from 1; ``raw`` is the line as it stood there."""

    at: int
    raw: str
    text: Text
    number: Number | None

    @property
    def empty(self) -> bool:
        return not self.text.plain.strip()

    @property
    def body(self) -> Text:
        return self.text if self.number is None else self.text.cut(self.number.end)

    @property
    def header(self) -> str | None:
        """The rest of a header line (often empty), or None for a line that is no header."""
        if self.number is not None or len(self.raw) > 200:
            return None
        match = _HEADER.fullmatch(self.text.plain)
        return None if match is None else self.text.show[match.start("title") :].strip()

    @property
    def is_example(self) -> bool:
        return _EXAMPLE.match(self.body.plain) is not None

    @property
    def is_total(self) -> bool:
        return _TOTAL.match(self.body.plain) is not None

    @property
    def is_instruction(self) -> bool:
        return _INSTRUCTION.search(self.text.plain) is not None

    @property
    def is_remark(self) -> bool:
        return _REMARK.search(self.text.plain) is not None

    @property
    def is_closing(self) -> bool:
        return self.number is None and _CLOSING.search(self.text.plain) is not None

    @property
    def has_price(self) -> bool:
        return _PRICE.search(self.text.plain) is not None

    @property
    def is_chat_stamp(self) -> bool:
        return self.number is None and _CHAT_STAMP.match(self.text.plain) is not None


def read_lines(text: str) -> list[Line]:
    """Lines end at LF, CR LF or CR; nothing else ends a line."""
    lines = []
    for at, raw in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), start=1):
        shown = read_text(raw)
        lines.append(Line(at, raw, shown, _read_number(shown)))
    return lines


def _read_number(text: Text) -> Number | None:
    match = _NUMBER.match(text.plain)
    if match is None:
        return None
    indented = bool(match["indent"])
    end = match.end()
    if match["circled"]:
        return Number(_CIRCLED.get(match["circled"], 0), "①", end, True, indented)
    if match["keycap"]:
        return Number(int(match["keycap"]), "keycap", end, True, indented)
    if match["bracketed"]:
        return Number(int(match["bracketed"]), "()", end, True, indented)
    if match["marked"]:
        glued = end == match.end("mark")
        sure = True
        if glued and match["mark"] in (".", "。"):
            sure = _DECIMAL_REST.match(text.plain, end) is None
        elif glued and match["mark"] == ":":
            sure = _CLOCK_REST.match(text.plain, end) is None
        return Number(int(match["marked"]), match["mark"][0], end, sure, indented)
    if _SPACED_NO.match(text.plain, match.end("spaced")) or _SPACED_NO.match(text.plain, end):
        return None
    return Number(int(match["spaced"]), " ", end, False, indented)
