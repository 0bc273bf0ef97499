"""The look's arithmetic: contrast of every pair of text and ground, tokens in one file, nothing inline."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TEMPLATE_COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)
BASE = COMMENT.sub("", (CSS / "base.css").read_text(encoding="utf-8"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

DARK_BY_DEVICE = ':root:not([data-theme="light"])'
DARK_BY_HAND = ':root[data-theme="dark"]'

GROUNDS = ("paper", "sheet", "shade")
STATES = ("red", "green", "amber", "blue")
# Text on ground, as the style sheets use them.
PAIRS = [
    *((text, ground) for text in ("ink", "ink-2", "red") for ground in GROUNDS),
    *((state, ground) for state in STATES for ground in ("paper", "sheet", f"{state}-wash")),
    *(("ink", f"{state}-wash") for state in STATES),
    *(("ink-2", f"{state}-wash") for state in STATES),
    ("on-ink", "ink"),
    ("on-ink", "ink-2"),
    ("on-red", "red-fill"),
    ("on-red", "red-fill-2"),
    *(("on-field", f"field-{verdict}") for verdict in ("allow", "refuse", "recheck", "pending")),
    ("on-look", "field-look"),
]
# What is no text but has to be seen: edges of boxes, the ring of the focus (WCAG 1.4.11).
SHAPES = [(shape, ground) for shape in ("edge", "blue", "ink") for ground in GROUNDS]


def tokens(selector: str) -> dict[str, str]:
    """The colours (#rrggbb) that the first block of exactly this selector defines."""
    found = re.search(rf"(?m)^\s*{re.escape(selector)} {{(.*?)}}", BASE, re.DOTALL)
    assert found is not None, selector
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\s*;", found[1]))


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2, from 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def too_weak(colours: dict[str, str], pairs: list[tuple[str, str]], least: float) -> list[str]:
    return [
        f"{text} on {ground}: {contrast(colours[text], colours[ground]):.2f}"
        for text, ground in pairs
        if contrast(colours[text], colours[ground]) < least
    ]


def test_contrast_of_known_colours_is_what_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("selector", [":root", DARK_BY_HAND])
def test_text_in_each_theme_has_four_and_a_half_to_one(selector: str) -> None:
    assert too_weak(tokens(selector), PAIRS, 4.5) == []


@pytest.mark.parametrize("selector", [":root", DARK_BY_HAND])
def test_verdicts_in_each_theme_have_seven_to_one_for_the_sun(selector: str) -> None:
    assert too_weak(tokens(selector), [pair for pair in PAIRS if "field" in pair[1]], 7.0) == []


@pytest.mark.parametrize("selector", [":root", DARK_BY_HAND])
def test_edges_and_focus_in_each_theme_have_three_to_one(selector: str) -> None:
    assert too_weak(tokens(selector), SHAPES, 3.0) == []


def test_too_weak_when_a_grey_is_too_light_names_the_pair() -> None:
    assert too_weak({"ink-2": "#777777", "sheet": "#ffffff"}, [("ink-2", "sheet")], 4.5) == ["ink-2 on sheet: 4.48"]


def test_dark_theme_by_device_and_by_hand_are_the_same() -> None:
    assert tokens(DARK_BY_DEVICE) == tokens(DARK_BY_HAND)


def test_dark_theme_redefines_every_colour() -> None:
    assert set(tokens(DARK_BY_HAND)) == set(tokens(":root"))


def test_every_colour_token_is_in_a_pair_or_is_the_hairline() -> None:
    used = {name for pair in [*PAIRS, *SHAPES] for name in pair}
    assert set(tokens(":root")) - used == {"line"}


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_stylesheet_other_than_base_defines_no_colour_and_no_size(path: Path) -> None:
    # The stock admin does not load base.css; see the next test.
    if path.name in ("base.css", "admin.css"):
        return
    lines = COMMENT.sub("", path.read_text(encoding="utf-8")).splitlines()
    # A media query cannot read a token; the page box of a printer is no part of the page.
    lines = [line for line in lines if not line.lstrip().startswith(("@media", "margin: 14mm", "margin: 8mm"))]
    own = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|(?<![\w-])\d*\.?\d+(?:px|rem|pt|mm|ch)\b")
    assert [line.strip() for line in lines if own.search(line)] == []


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_stylesheet_uses_only_tokens_that_exist(path: Path) -> None:
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    known = set(re.findall(r"(--[\w-]+):", BASE)) | set(re.findall(r"(--[\w-]+):", text))
    assert sorted(set(re.findall(r"var\((--[\w-]+)", text)) - known) == []


def test_templates_have_nothing_inline() -> None:
    """The Content-Security-Policy would drop it silently: the page would only look wrong."""
    inline = re.compile(r"\sstyle=|<style\b|\son\w+=[\"']|<script(?![^>]*\ssrc=)|javascript:|hx-on|hx-vals=[\"']js:")
    found = {
        str(path.relative_to(ROOT)): hits
        for path in TEMPLATES
        if (hits := inline.findall(TEMPLATE_COMMENT.sub("", path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_icons_that_templates_name_are_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")))
    named = set()
    for path in TEMPLATES:
        text = TEMPLATE_COMMENT.sub("", path.read_text(encoding="utf-8"))
        named |= set(re.findall(r'components/icon\.html" with name="([\w-]+)"', text))
        named |= set(re.findall(r'\baction_icon="([\w-]+)"', text))
    assert sorted(named - sprite) == []


def test_admin_stylesheet_uses_colours_of_base_css_and_of_the_stock_admin_only() -> None:
    """The stock admin's own greys and blue stand in its dark theme; everything else is the site's ink and red."""
    own_dark = {"#81d4fa", "#eeeeee", "#d0d0d0"}
    colour = re.compile(r"#[0-9a-fA-F]{6}\b")
    used, known = (
        {found.lower() for found in colour.findall((CSS / name).read_text(encoding="utf-8"))}
        for name in ("admin.css", "base.css")
    )
    assert used - known - own_dark == set()
