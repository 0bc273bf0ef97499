"""A bar chart as SVG, made on the server. Pure: numbers and words go in, markup comes out.

Black and white is enough: full bars are what was asked for, hatched bars the days before. Colours come as
`currentColor`, no style and no script stand in it, so that it fits the strict CSP, a dark page and a printer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape

# Of a week or less: narrow enough for a phone, with figures that can still be read there.
NARROW, WIDTH, HEIGHT = 440, 960, 320
FEW_BARS = 8
LEFT, RIGHT, TOP, BOTTOM = 12, 12, 48, 30
# More bars than these would be thinner than a pencil's line: days are taken together.
MOST_BARS = 31


@dataclass(frozen=True)
class Bar:
    """`label` stands below it, `words` say all of it to whoever points at it or cannot see it."""

    label: str
    number: Decimal
    before: Decimal
    text: str
    words: str


def together(numbers: Sequence[Decimal], size: int) -> list[Decimal]:
    """The sums of each `size` numbers: days made into weeks."""
    return [sum(numbers[start : start + size], Decimal(0)) for start in range(0, len(numbers), size)]


def days_per_bar(days: int) -> int:
    """1 up to a month, else as many whole weeks as it takes."""
    if days <= MOST_BARS:
        return 1
    weeks = -(-days // (7 * MOST_BARS))
    return 7 * weeks


def bar_chart(bars: Sequence[Bar], *, title: str, names: tuple[str, str], ink: str = "") -> str:
    """`names`: what the full and the hatched bars are. `ink`: a colour of its own, for a file outside a page."""
    top = max((max(bar.number, bar.before) for bar in bars), default=Decimal(0)) or Decimal(1)
    width = NARROW if len(bars) <= FEW_BARS else WIDTH
    space = Decimal(width - LEFT - RIGHT) / max(len(bars), 1)
    every = -(-len(bars) // 16)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img"'
        f' class="chart{" chart--narrow" if width == NARROW else ""}"'
        f' font-family="sans-serif" font-size="15"{f" color={ink!r}" if ink else ""} fill="currentColor">',
        f"<title>{escape(title)}</title>",
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line x1="0" y1="0" x2="0" y2="6" stroke="currentColor" stroke-width="2"/></pattern></defs>',
        _legend(names, width),
    ]
    for place, bar in enumerate(bars):
        parts.append(_bar(bar, LEFT + place * space, space, top, shows_label=place % every == 0))
    floor = HEIGHT - BOTTOM
    parts.append(f'<line x1="{LEFT}" y1="{floor}" x2="{width - RIGHT}" y2="{floor}" stroke="currentColor"/></svg>')
    return "".join(parts)


def _legend(names: tuple[str, str], width: int) -> str:
    """Side by side; in a narrow chart below each other."""
    left, top = (LEFT, 24) if width == NARROW else (WIDTH // 2, 4)
    return (
        f'<rect x="{LEFT}" y="4" width="14" height="14"/><text x="{LEFT + 20}" y="17">{escape(names[0])}</text>'
        f'<rect x="{left}" y="{top}" width="14" height="14" fill="url(#hatch)" stroke="currentColor"/>'
        f'<text x="{left + 20}" y="{top + 13}">{escape(names[1])}</text>'
    )


def _bar(bar: Bar, left: Decimal, space: Decimal, top: Decimal, *, shows_label: bool) -> str:
    wide = space * Decimal("0.4")
    centre = left + space / 2
    room = HEIGHT - TOP - BOTTOM - 20
    floor = HEIGHT - BOTTOM
    high, high_before = (Decimal(room) * number / top for number in (bar.number, bar.before))
    parts = [f"<g><title>{escape(bar.words)}</title>"]
    if bar.before > 0:
        parts.append(
            f'<rect x="{centre - wide:.1f}" y="{floor - high_before:.1f}" width="{wide:.1f}"'
            f' height="{high_before:.1f}" fill="url(#hatch)" stroke="currentColor"/>'
        )
    if bar.number > 0:
        parts.append(f'<rect x="{centre:.1f}" y="{floor - high:.1f}" width="{wide:.1f}" height="{high:.1f}"/>')
        # A number above a bar that is narrower than the number would run into its neighbour.
        if space >= 9 * len(bar.text):
            parts.append(
                f'<text x="{centre + wide / 2:.1f}" y="{floor - high - 5:.1f}" text-anchor="middle"'
                f' font-weight="bold">{escape(bar.text)}</text>'
            )
    if shows_label:
        parts.append(f'<text x="{centre:.1f}" y="{HEIGHT - 9}" text-anchor="middle">{escape(bar.label)}</text>')
    parts.append("</g>")
    return "".join(parts)
