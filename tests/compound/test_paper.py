"""The drawing kit: a glyph for every character, text that survives the way into a PDF and back, lines that fit."""

import threading
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from compound.paper.fonts import BOLD, EMOJI, EXTRA, FILES, FOLDER, MISSING, REGULAR, fonts, glyphs, runs, width
from compound.paper.ink import Ink
from compound.paper.page import MARGIN, RIGHT, Frame, code_in_groups
from compound.paper.qr import qr_bars
from compound.paper.text import NO_END, NO_START, clip, fit_size, printable, wrap

RARE = "喆旻堃玥珺璟晗龘䶮㛃𠮷"


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def one_line(text: str, *, bold: bool = False) -> bytes:
    ink = Ink("样张")
    ink.text(50, 50, text, 12, bold=bold)
    ink.end_page()
    return ink.finish()


def test_fonts_when_committed_are_four_with_names_of_their_own():
    names = [font.face.name for font in fonts()]
    assert names == [name.removesuffix(".ttf").encode() for name in FILES]
    assert sum((FOLDER / name).stat().st_size for name in FILES) < 22_000_000
    assert (FOLDER / "OFL.txt").read_text().count("SIL OPEN FONT LICENSE") == 1


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("char", [*RARE, *"🌸👵🀄☎✂", *"▲□✓①½×…·〇〓（）「」￥℃", "안", "ア", "Ω", "Я"])
def test_glyphs_when_a_character_is_rare_come_from_one_of_the_fonts(char, bold):
    (glyph,) = glyphs(char, bold)
    assert glyph.text == char
    assert fonts()[glyph.font].face.charToGlyph[ord(char)] > 0


def test_glyphs_when_bold_lacks_the_character_fall_back_in_order():
    assert [glyphs(char, True)[0].font for char in "王䶮𠮷🌸"] == [BOLD, BOLD, EXTRA, EMOJI]
    assert [glyphs(char, False)[0].font for char in "王䶮𠮷🌸"] == [REGULAR, REGULAR, EXTRA, EMOJI]


def test_runs_when_an_emoji_is_joined_or_varied_print_its_parts_without_boxes():
    assert runs("👨‍👩‍👧❤️1️⃣👍🏽", False) == ((EMOJI, "👨👩👧❤"), (REGULAR, "1"), (EMOJI, "👍"))


def test_glyphs_when_no_font_has_the_character_print_its_plain_form_or_the_missing_sort():
    assert "".join(glyph.text for glyph in glyphs("𝓐", False)) == "A"
    assert "".join(glyph.text for glyph in glyphs("\U0003fffd", False)) == MISSING
    assert glyphs("\u200d", False) == ()


@settings(deadline=None)
@given(st.text(max_size=30), st.booleans())
def test_runs_when_given_any_text_use_only_glyphs_that_exist(text, bold):
    for font, part in runs(text, bold):
        assert all(fonts()[font].face.charToGlyph.get(ord(char)) for char in part)


@pytest.mark.parametrize("bold", [False, True])
def test_pdf_text_when_read_back_is_what_was_written(bold):
    text = f"20-1702 {RARE}🌸 香蕉（熟点）2.5斤"
    assert pdf_text(one_line(text, bold=bold)).strip() == text


def test_pdf_when_drawn_twice_is_the_same_bytes():
    assert one_line(RARE + "🌸") == one_line(RARE + "🌸")


def test_pdf_when_drawn_in_four_threads_is_the_same_bytes():
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(one_line(RARE * 5))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [one_line(RARE * 5)] * 4


def test_finish_when_a_page_was_not_ended_raises():
    ink = Ink("样张")
    ink.text(50, 50, "半页", 12)
    with pytest.raises(RuntimeError):
        ink.finish()


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from([30.0, 90.0, 255.0]), st.booleans())
def test_wrap_when_given_any_text_loses_nothing_and_fits(text, room, bold):
    lines = wrap(text, room, 12, bold)
    assert "".join("".join(lines).split()) == "".join(printable(text).split())
    widest = max((width(char, 12, bold=bold) for char in text), default=0)
    assert all(width(line, 12, bold=bold) <= max(room, widest) + 1e-6 for line in lines)


def test_wrap_when_punctuation_would_begin_a_line_keeps_it_with_the_word_before():
    for line in wrap("香蕉三斤，苹果两斤，鸡蛋一板（土鸡蛋）。放门口就行，不用敲门。" * 3, 100, 12):
        assert line[0] not in NO_START
        assert line[-1] not in NO_END


def test_wrap_when_a_number_has_a_measure_word_keeps_them_together():
    assert wrap("东北大米 10公斤", width("东北大米 10", 12) + 1, 12) == ("东北大米", "10公斤")


def test_wrap_when_one_word_is_wider_than_the_line_breaks_it_and_keeps_all():
    lines = wrap("A" * 50, 60, 12)
    assert "".join(lines) == "A" * 50
    assert len(lines) > 1


def test_clip_when_the_text_is_too_wide_ends_in_an_ellipsis_within_the_room():
    assert clip("守望花园", 200, 12) == "守望花园"
    short = clip("守望花园（一期、二期、三期）", 80, 12)
    assert short == "守望花园（…"
    assert width(short, 12) <= 80


def test_fit_size_when_the_room_is_narrow_goes_down_to_the_smallest():
    assert fit_size("20-1702", 400, 24, 20, bold=True) == 24
    assert fit_size("商务楼-2-1305", 120, 24, 20, bold=True) == 20


def test_qr_when_read_as_bars_has_three_finders():
    modules, bars = qr_bars("https://192.168.1.20:8000/s/7K3QM901XZ")
    rows = [[False] * modules for _ in range(modules)]
    for bar in bars:
        rows[bar.row][bar.start : bar.start + bar.length] = [True] * bar.length
    finder = [[max(abs(x - 3), abs(y - 3)) != 2 for x in range(7)] for y in range(7)]
    assert [row[:7] for row in rows[:7]] == finder
    assert [row[-7:] for row in rows[:7]] == finder
    assert [row[:7] for row in rows[-7:]] == finder


def test_code_when_shown_is_in_two_groups():
    assert code_in_groups("7K3QM901XZ") == "7K3QM 901XZ"


def test_frame_when_the_names_are_very_long_stays_left_of_the_code():
    frame = Frame(
        "送货单：" + "长" * 60,
        ("小区" * 40, "第1版"),
        "7K3QM901XZ",
        "https://x/s/7K3QM901XZ",
        lambda n, of: f"{n}/{of}",
    )
    ink = Ink("样张")
    frame.draw(ink, 1, 1)
    ink.end_page()
    seen: list[tuple[float, float]] = []
    page = PdfReader(BytesIO(ink.finish())).pages[0]
    page.extract_text(
        visitor_text=lambda text, cm, tm, font, size: seen.append((tm[4], tm[5])) if text.strip() else None
    )
    assert min(x for x, _y in seen) >= MARGIN - 0.01
    assert max(x for x, _y in seen) < RIGHT
    assert frame.top < 200
