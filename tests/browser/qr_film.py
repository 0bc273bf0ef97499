"""A film for Chromium's fake camera: a hand holds a pass's code before the lens."""

import io
from collections.abc import Sequence
from pathlib import Path

import segno
from PIL import Image, ImageFilter

WIDTH, HEIGHT = 640, 480
# Pixels a module, degrees, blur: comes near, wavers, is sharp for a moment.
MOVES = [(5, 9, 2.4), (5, 7, 1.6), (6, 5, 0.8), (6, 4, 0.4), (6, 3, 0.4), (6, 3, 0.6), (6, 4, 1.2), (5, 6, 2.0)]


def film(text: str, path: Path, moves: Sequence[tuple[int, int, float]] = MOVES) -> Path:
    """JPEG frames one after the other, as `--use-file-for-fake-video-capture` wants an .mjpeg; it loops."""
    code = segno.make_qr(text, version=2, error="q", boost_error=False)
    # Whole pixels at scale 1, which segno's types do not say.
    side = int(code.symbol_size(border=4)[0])
    card = Image.new("L", (side, side))
    card.putdata([255 - 255 * cell for row in code.matrix_iter(border=4) for cell in row])
    with path.open("wb") as out:
        for module, turn, blur in moves:
            held = card.resize((side * module, side * module), Image.Resampling.NEAREST)
            held = held.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=90)
            whole = Image.new("L", (WIDTH, HEIGHT), 90)
            whole.paste(held, ((WIDTH - held.width) // 2, (HEIGHT - held.height) // 2))
            frame = io.BytesIO()
            whole.filter(ImageFilter.GaussianBlur(blur)).convert("RGB").save(frame, "JPEG", quality=80)
            out.write(frame.getvalue())
    return path
