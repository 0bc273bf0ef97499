"""The gate phone's pictures, out of a running demo; part of tools/screenshots.py.

One phone is bound as a guard would, and 20-1702 goes out with a fever, comes back, wants out again and is ill. Its
camera sees a card that is still too far away to be read.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Playwright, ViewportSize

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.browser.qr_film import film

ROOM = "20-1702"
UNKNOWN = "AB3D5F7H9J1K3M5N7P9QRS"
TOO_FAR = [(3, 14, 4.5), (3, 12, 4.5)]


def code_from(desk: Page, base: str) -> str:
    """A coordinator's page shows the letters that bind one phone."""
    desk.goto(f"{base}/c/demo/gate-phones/new/")
    desk.fill("main form [name=label]", "周静")
    desk.click("main form [type=submit]")
    return desk.inner_text(".bind-letters")


def gate_pictures(playwright: Playwright, desk: Page, base: str, folder: Path, size: ViewportSize) -> None:
    with TemporaryDirectory() as name:
        seen = film(UNKNOWN, Path(name) / "far.mjpeg", TOO_FAR)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox", "--disable-quic", "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={seen}",
            ],
        )  # fmt: skip
        context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True)
        context.grant_permissions(["camera"])
        page = context.new_page()
        page.goto(f"{base}/c/demo/gate/#bind={code_from(desk, base).replace(' ', '')}")
        page.click("[data-bind]")
        page.wait_for_selector("[data-window][data-state='on']")
        _walk(page, folder)
        browser.close()


def _walk(page: Page, folder: Path) -> None:
    def keep(name: str) -> None:
        page.wait_for_timeout(400)
        page.screenshot(path=folder / f"gate-{name}.png")

    def go(lane: str) -> None:
        page.click("[data-mode='room']")
        page.keyboard.press("Escape")
        page.keyboard.type(ROOM)
        page.wait_for_function("document.querySelector('[data-who]').textContent")
        page.click(f"[data-lane='{lane}']")
        page.click("[data-go]")
        page.wait_for_selector("[data-verdict]:not([data-verdict='pending'])")

    def measure(temperature: str) -> None:
        degrees, tenth = temperature.split(".")
        page.click(f"[data-degrees='{degrees}']")
        page.click(f"[data-tenth='{tenth}']")

    go("out")
    page.click("[data-degrees='36']")
    keep("allow")
    measure("37.8")
    page.wait_for_selector("[data-verdict='recheck']")
    keep("recheck")
    page.click("[data-next]")
    page.wait_for_selector("[data-window][data-state='on']")
    keep("between")
    page.click("[data-waiting]")
    measure("36.6")
    page.wait_for_selector("[data-verdict='allow']")
    page.click("[data-next]")
    go("in")
    measure("36.5")
    page.wait_for_selector(".between")
    # The same room and way within five seconds is one scan.
    page.wait_for_timeout(6_000)
    go("out")
    page.wait_for_selector("[data-verdict='refuse']")
    keep("refuse")
    page.click("[data-emergency]")
    page.click("[data-reason='heart']")
    page.wait_for_selector("[data-verdict='allow']")
    keep("emergency")
    measure("36.8")
    page.wait_for_selector(".between")
    page.context.set_offline(True)
    page.keyboard.type(UNKNOWN)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-look='look']")
    keep("amber")
    page.context.set_offline(False)
