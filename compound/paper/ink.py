"""One PDF document, written as operators.

ReportLab keeps the document and cuts the fonts; the page contents are written here, because a round has some
hundred thousand strings, most of them repeated, and each distinct one is encoded only once per document.
Coordinates are points from the top left corner of the sheet, y downwards, as one reads. Black only.
"""

from __future__ import annotations

from io import BytesIO
from threading import Lock
from typing import Any, Final, Literal

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from compound.paper.fonts import EMOJI, EMOJI_SCALE, em_width, fonts, runs
from compound.paper.qr import qr_bars

MM: Final = 72 / 25.4
WIDTH: Final = float(A4[0])
HEIGHT: Final = float(A4[1])
HAIRLINE: Final = 0.4

Align = Literal["left", "right", "center"]

# Pages as compressed bytes, not as base 85 text: a fourth smaller, and that encoder alone took a third of the time.
rl_config.useA85 = 0

# Cutting a font moves a read position inside the shared font object.
_CUTTING: Final = Lock()


class Ink:
    """A document that is being drawn. The same calls give the same bytes.

    `title` and `subject` go into the document's information, nothing else does: no clock, no host, no user.
    `wide`: the sheets lie on their long side, `HEIGHT` across and `WIDTH` high. `size`: no A4 at all but (across, high)
    in points, for labels.
    """

    def __init__(
        self,
        title: str,
        *,
        subject: str = "",
        language: str = "zh-Hans",
        wide: bool = False,
        size: tuple[float, float] | None = None,
    ) -> None:
        self._file = BytesIO()
        size = size or (landscape(A4) if wide else A4)
        self._high = float(size[1])
        self._canvas = Canvas(self._file, pagesize=size, invariant=1, pageCompression=1, lang=language)
        self._canvas.setTitle(title)
        self._canvas.setSubject(subject)
        self._canvas.setAuthor("守望 Shouwang")
        self._canvas.setCreator("守望 Shouwang")
        self._code: list[str] = []
        self._codes: dict[tuple[float, float, float, str], str] = {}
        self._encoded: dict[tuple[str, bool], tuple[tuple[str, float, str], ...]] = {}
        self.pages = 0

    def _shown(self, text: str, bold: bool) -> tuple[tuple[str, float, str], ...]:
        """(font name, scale, hexadecimal string) for each stretch of one embedded subset."""
        key = (text, bold)
        found = self._encoded.get(key)
        if found is None:
            document: Any = self._canvas._doc  # type: ignore[attr-defined]
            found = tuple(
                (
                    fonts()[font].getSubsetInternalName(subset, document),
                    EMOJI_SCALE if font == EMOJI else 1.0,
                    code.hex(),
                )
                for font, part in runs(text, bold)
                for subset, code in fonts()[font].splitString(part, document)
            )
            self._encoded[key] = found
        return found

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, align: Align = "left") -> float:
        """Writes one line with its baseline at `y`; returns its width in points."""
        wide = em_width(text, bold) * size
        if not wide:
            return 0.0
        left = x if align == "left" else x - wide if align == "right" else x - wide / 2
        parts = [f"BT 1 0 0 1 {left:.2f} {self._high - y:.2f} Tm"]
        for font, scale, code in self._shown(text, bold):
            parts.append(f"{font} {size * scale:.4g} Tf <{code}> Tj")
        parts.append("ET")
        self._code.append(" ".join(parts))
        return wide

    def line(self, x1: float, y1: float, x2: float, y2: float, *, thick: float = HAIRLINE, dash: str = "") -> None:
        """`dash` is a PDF dash array such as `3 3`."""
        drawn = f"{thick:g} w {x1:.2f} {self._high - y1:.2f} m {x2:.2f} {self._high - y2:.2f} l S"
        self._code.append(f"[{dash}] 0 d {drawn} [] 0 d" if dash else drawn)

    def rectangle(self, x: float, y: float, wide: float, high: float, *, thick: float = HAIRLINE) -> None:
        """An outline; (x, y) is its top left corner."""
        self._code.append(f"{thick:g} w {x:.2f} {self._high - y - high:.2f} {wide:.2f} {high:.2f} re S")

    def box(self, x: float, y: float, side: float = 6 * MM) -> None:
        """The box to tick, 6 mm; (x, y) is its top left corner."""
        self.rectangle(x, y, side, side, thick=1.0)

    def qr(self, x: float, y: float, side: float, payload: str, *, error: str = "m", mask: int | None = None) -> None:
        """A QR code without its quiet zone: the caller leaves four modules of white around it."""
        key = (x, y, side, payload)
        if key not in self._codes:
            modules, bars = qr_bars(payload, error, mask)
            module = side / modules
            self._codes[key] = "{} f".format(
                " ".join(
                    f"{x + bar.start * module:.3f} {self._high - y - (bar.row + 1) * module:.3f} "
                    f"{bar.length * module:.3f} {module:.3f} re"
                    for bar in bars
                )
            )
        self._code.append(self._codes[key])

    def end_page(self) -> None:
        self._canvas.addLiteral("\n".join(self._code))
        self._code.clear()
        self._canvas.showPage()
        self.pages += 1

    def finish(self) -> bytes:
        """The whole document. A page that was begun and not ended is an error of the caller."""
        if self._code:
            raise RuntimeError("the last page was not ended")
        with _CUTTING:
            self._canvas.save()
        return self._file.getvalue()
