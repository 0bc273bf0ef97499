"""The pictures of the way to the door, out of a running demo; part of tools/screenshots.py.

By itself: `python tools/orders_screenshots.py http://127.0.0.1:8000 docs/img`.
"""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

VOLUNTEER, SUPPLY = "13000000007", "13000000005"
UUID = "[0-9a-f-]{36}"
Picture = Callable[[bytes, Path], None]


def orders_pictures(desk: Page, shopper: Page, runner: Page, base: str, folder: Path, picture: Picture) -> None:
    """`desk` is the coordinator's, `shopper` 罗强's phone, `runner` 冯磊's."""

    def links(page: Page, path: str, pattern: str) -> list[str]:
        """Where the page leads to: each address once, in its order."""
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        found = [link.get_attribute("href") or "" for link in page.locator("main a[href]").all()]
        return [href for href in dict.fromkeys(found) if re.search(pattern, href)]

    def keep(page: Page, path: str, name: str) -> None:
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}.png")

    def paper(path: str, name: str) -> None:
        answer = desk.request.get(base + path)
        if answer.ok and answer.body().startswith(b"%PDF"):
            picture(answer.body(), folder / name)

    most = -1
    for href in links(shopper, "/c/demo/shopping/", rf"/rounds/{UUID}/shopping/"):
        shopper.goto(base + href)
        # The list of which most is bought.
        if (count := shopper.locator(".shop-line[data-stand=done]").count()) > most:
            most = count
            keep(shopper, href, "orders-shopper")
    for href in links(runner, "/c/demo/carrying/", rf"/carrying/{UUID}/|/delivery/")[:1]:
        keep(runner, href, "orders-runner")
    for href in links(desk, "/c/demo/runs/", rf"/runs/{UUID}/$")[:1]:
        keep(desk, href, "orders-run")
    rounds = links(desk, "/c/demo/rounds/", rf"/rounds/{UUID}/$")
    for href in rounds:
        shared = links(desk, href + "sharing/", rf"/sharing/{UUID}/$")
        if shared:
            keep(desk, shared[0], "orders-sharing")
            paper(href + "sheets.pdf?kind=sharing", "sheet-sharing")
            break
    for href in rounds:
        for labels in links(desk, href + "packing/", r"building=")[:1]:
            keep(desk, href + "packing/" + labels, "orders-packing")
            paper(href + "labels.pdf?building=&paper=a4", "sheet-labels")
            break
        else:
            continue
        break
    for href in links(desk, "/c/demo/relief/", rf"/relief/{UUID}/$")[:1]:
        keep(desk, href, "orders-relief")


def main(base: str, folder: Path) -> None:
    from screenshots import COORDINATOR, DESK, PHONE, log_in, picture

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-quic"]
        )
        desk = log_in(browser, base, COORDINATOR, DESK)
        shopper, runner = (log_in(browser, base, phone, PHONE) for phone in (SUPPLY, VOLUNTEER))
        orders_pictures(desk, shopper, runner, base, folder, picture)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
