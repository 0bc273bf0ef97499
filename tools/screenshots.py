"""The pictures of the README from a running demo: `python tools/screenshots.py http://127.0.0.1:8000 docs/img`.

Needs Debian's chromium, fonts-noto-cjk and poppler-utils, and the demo compound with its printed logins.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from gate_screenshots import gate_pictures
from orders_screenshots import SUPPLY, orders_pictures
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from roster_screenshots import LEADER, VOLUNTEER, roster_pictures

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
COORDINATOR, SECRETARY = "13000000002", "13000000001"
PASSWORD = "shouwang-2022"  # noqa: S105 - the demo's, printed on the console


def log_in(browser: Browser, base: str, phone: str, size: ViewportSize) -> Page:
    page = browser.new_context(viewport=size, locale="zh-CN", device_scale_factor=1).new_page()
    page.goto(f"{base}/login/")
    page.fill("input[name=username]", phone)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form [type=submit]")
    page.wait_for_load_state("networkidle")
    return page


def main(base: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, path: str, name: str) -> None:
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}.png")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-quic"]
        )
        desk = log_in(browser, base, COORDINATOR, DESK)
        keep(desk, "/c/demo/", "today")
        desk.goto(base + "/c/demo/rounds/")
        rounds = [a.get_attribute("href") for a in desk.locator("main a[href*='/rounds/']").all()]
        of_rounds = [h for h in dict.fromkeys(rounds) if h and re.search(r"/rounds/[0-9a-f-]{36}/$", h)]
        for href in of_rounds:
            desk.goto(base + href)
            review = desk.locator("a[href*='/pastes/']").first
            if review.count():
                keep(desk, href, "round")
                keep(desk, review.get_attribute("href") or "", "review")
                break
        gate_pictures(playwright, desk, base, folder, PHONE)
        keep(desk, "/c/demo/households/import/", "import")
        phone = log_in(browser, base, COORDINATOR, PHONE)
        keep(phone, "/c/demo/", "phone")
        keep(log_in(browser, base, SECRETARY, DESK), "/admin/compound/household/", "admin")
        kinds = {"采买单": "shopping", "分装单": "bags", "送货单": "run", "未送达": "left"}
        for href in of_rounds:
            desk.goto(base + href)
            for link in desk.locator("a[href*='/files/'][href$=download]").all():
                title = link.get_attribute("aria-label") or ""
                name = next((name for word, name in kinds.items() if word in title), "")
                if name and not (folder / f"sheet-{name}.png").exists():
                    answer = desk.request.get(base + (link.get_attribute("href") or ""))
                    picture(answer.body(), folder / f"sheet-{name}")
        my, leader = (log_in(browser, base, number, PHONE) for number in (VOLUNTEER, LEADER))
        desk.set_viewport_size(DESK)
        orders_pictures(desk, log_in(browser, base, SUPPLY, PHONE), my, base, folder, picture)
        roster_pictures(desk, my, leader, base, folder, picture)
        browser.close()


def picture(pdf: bytes, name: Path) -> None:
    """A page of a sheet, 70 dots an inch: the first, but of the bag slips the second (the first only counts them)."""
    page = "2" if name.name.endswith("bags") else "1"
    subprocess.run(
        ["pdftoppm", "-r", "70", "-png", "-singlefile", "-f", page, "-", str(name)],  # noqa: S607
        input=pdf,
        check=True,
    )


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
