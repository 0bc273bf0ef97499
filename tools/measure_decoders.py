"""Which QR decoder reads a gate's frames: `python tools/measure_decoders.py QR_PACKAGE ZXING_PACKAGE`.

The arguments are the unpacked npm packages `qr` and `zxing-wasm`. Makes 96 frames of 640x480 (real pass tokens,
version 2, level Q: small, blurred, turned, tilted, dark, noisy, and all of it at once), shows each to both decoders in
Chromium, whole and as the centre crop that static/js/gate/scanner.js cuts, and prints one line of JSON each.
docs/decisions/0009-qr-decoder.md has the numbers.
"""

import functools
import http.server
import json
import random
import shutil
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import sync_playwright

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WIDTH, HEIGHT = 640, 480
# How a frame goes wrong: pixels a module, blur (radius), degrees, tilt (share of the width), light, noise (± of 255).
EASY = {"module": 6, "blur": 0.6, "turn": 0, "tilt": 0.0, "light": 1.0, "noise": 12}
WAYS: dict[str, dict[str, float]] = {
    "plain": {},
    "small": {"module": 3, "blur": 0.6},
    "blurred": {"blur": 2.6},
    "turned": {"turn": 37},
    "tilted": {"tilt": 0.18, "turn": 11},
    "dark": {"light": 0.22, "noise": 18},
    "noisy": {"noise": 90},
    "all at once": {"module": 5, "blur": 1.2, "turn": 23, "tilt": 0.1, "light": 0.45, "noise": 24},
}
OF_EACH = 12


def frame(token: str, rand: random.Random, way: dict[str, float]) -> Image.Image:
    """One grey frame: a white card with the code on a mottled ground, each figure varied by up to a fifth."""
    given = {name: value * rand.uniform(0.8, 1.2) for name, value in {**EASY, **way}.items()}
    code = segno.make_qr(token, error="q", version=2, boost_error=False)
    side = int(code.symbol_size(border=4)[0])
    card = Image.new("L", (side, side), 255)
    card.putdata([255 - 255 * cell for row in code.matrix_iter(border=4) for cell in row])
    edge = round(side * given["module"] * 4)
    card = card.resize((edge, edge), Image.Resampling.NEAREST)
    lean, mid = given["tilt"], edge / 2
    bend = lean / mid
    # A card that leans back: what is d times as far away is d times as small. Divided by d at the origin, as PIL wants.
    first = 1 - lean
    card = card.transform(
        card.size, Image.Transform.PERSPECTIVE,
        [n / first for n in (1 + lean, mid * bend, mid * first - mid * (1 + lean), 0, 1 + lean + mid * bend,
                             mid * first - mid * (1 + lean), 0, bend)],
        resample=Image.Resampling.BICUBIC, fillcolor=120,
    )  # fmt: skip
    card = card.rotate(given["turn"], Image.Resampling.BICUBIC, expand=True, fillcolor=120)
    card = card.resize((card.width // 4, card.height // 4), Image.Resampling.LANCZOS)
    ground = Image.frombytes("L", (16, 12), rand.randbytes(16 * 12)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    whole = ground.point(lambda grey: 100 + grey // 6)
    at = (WIDTH - card.width) // 2 + rand.randint(-20, 20), (HEIGHT - card.height) // 2 + rand.randint(-15, 15)
    whole.paste(card, at)
    whole = whole.filter(ImageFilter.GaussianBlur(given["blur"])).point(lambda grey: int(grey * given["light"]))
    noise = Image.frombytes("L", whole.size, rand.randbytes(WIDTH * HEIGHT))
    share = given["noise"] / 128
    return ImageChops.add(whole, noise.point(lambda grey: int(128 + (grey - 128) * share)), 1, -128)


PAGE = """<!doctype html><meta charset="utf-8"><script type="module">
import { decodeQR } from "./qr/decode.js";
import { prepareZXingModule, readBarcodes } from "./zxing/dist/es/reader/index.js";
const locateFile = () => "./zxing/dist/reader/zxing_reader.wasm";
await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
const forZxing = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };
const ways = {
  qr: (pixels) => { try { return decodeQR(pixels); } catch { return null; } },
  "qr, 60 ms": (pixels) => { try { return decodeQR(pixels, { timeLimit: 60, effort: 4 }); } catch { return null; } },
  zxing: async (pixels) => (await readBarcodes(pixels, forZxing))[0]?.text,
  native: async (pixels) => (await new BarcodeDetector({ formats: ["qr_code"] }).detect(pixels))[0]?.rawValue,
};
window.native = "BarcodeDetector" in window;
window.read = async (name, frames, crop) => {
  const seen = [];
  for (const url of frames) {
    const picture = await createImageBitmap(await (await fetch(url)).blob());
    const side = crop ? Math.round(picture.height * 0.9) : 0;
    const canvas = new OffscreenCanvas(side || picture.width, side || picture.height);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(picture, (canvas.width - picture.width) / 2, (canvas.height - picture.height) / 2);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
    const start = performance.now();
    const text = await ways[name](pixels);
    seen.push([text ?? null, performance.now() - start]);
  }
  return seen;
};
window.ready = true;
</script>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def main(qr: Path, zxing: Path) -> None:
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "qr").symlink_to(qr.resolve())
        (folder / "zxing").symlink_to(zxing.resolve())
        (folder / "index.html").write_text(PAGE, encoding="utf-8")
        rand = random.Random(22)
        asked: list[tuple[str, str, str]] = []
        for way, change in WAYS.items():
            for n in range(OF_EACH):
                token = "".join(rand.choice(ALPHABET) for _ in range(22))
                file = f"{way.replace(' ', '-')}-{n}.png"
                frame(token, rand, change).save(folder / file)
                asked.append((way, file, token))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_function("window.ready")
        decoders = ["qr", "qr, 60 ms", "zxing", *(["native"] if page.evaluate("window.native") else [])]
        for decoder in decoders:
            for crop in (False, True):
                # The first frames compile the code; they are asked once before the clock runs.
                page.evaluate("([name, frames]) => window.read(name, frames, true)", [decoder, [asked[0][1]] * 8])
                seen = page.evaluate(
                    "([name, frames, crop]) => window.read(name, frames, crop)",
                    [decoder, [f for _, f, _ in asked], crop],
                )
                good = [text == token for (text, _), (_, _, token) in zip(seen, asked, strict=True)]
                wrong = sum(
                    text is not None and text != token for (text, _), (_, _, token) in zip(seen, asked, strict=True)
                )
                took = sorted(ms for _, ms in seen)
                line = {
                    "decoder": decoder, "crop": crop, "read": sum(good), "of": len(good), "wrong": wrong,
                    "ms_p50": round(took[len(took) // 2], 1), "ms_p95": round(took[int(len(took) * 0.95)], 1),
                    **{way: sum(ok for ok, (its, _, _) in zip(good, asked, strict=True) if its == way) for way in WAYS},
                }  # fmt: skip
                print(json.dumps(line))  # noqa: T201
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
