"""The roster's pictures, out of a running demo; part of tools/screenshots.py.

By itself: `python tools/roster_screenshots.py http://127.0.0.1:8000 docs/img`.
"""

import datetime as dt
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, sync_playwright

# The desk is wider than elsewhere: seven days stand side by side.
WIDE = (1440, 900)
LEADER, VOLUNTEER = "13000000003", "13000000007"
SHEETS = {"day": "sheet-duty", "week": "sheet-week"}
Picture = Callable[[bytes, Path], None]


def roster_pictures(desk: Page, my: Page, leader: Page, base: str, folder: Path, picture: Picture) -> None:
    """`desk` is the coordinator's, `my` 冯磊's phone, `leader` that of who leads the guards."""

    def keep(page: Page, path: str, name: str) -> None:
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"roster-{name}.png")

    desk.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    # The week of tomorrow: on a Sunday this one's is nearly over.
    tomorrow = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date() + dt.timedelta(days=1)
    keep(desk, f"/c/demo/roster/week/{tomorrow.isoformat()}/", "week")
    # The gap that the Today page leads to, with who could take it.
    desk.goto(base + "/c/demo/")
    links = [link.get_attribute("href") or "" for link in desk.locator("a[href*='/roster/shifts/']").all()]
    shifts = [href for href in dict.fromkeys(links) if re.search(r"/roster/shifts/[0-9a-f-]{36}/$", href)]
    if shifts:
        keep(desk, shifts[min(1, len(shifts) - 1)], "candidates")
    keep(my, "/c/demo/duty/", "my")
    leader.goto(base + "/c/demo/duty/")
    attendance = leader.locator("a[href*='/duty/group/']").first
    if attendance.count():
        keep(leader, attendance.get_attribute("href") or "", "attendance")
    for kind, name in SHEETS.items():
        desk.goto(base + "/c/demo/roster/sheets/")
        desk.locator(f"form:has(input[name=what][value={kind}]) [type=submit]").click()
        desk.wait_for_load_state("networkidle")
        answer = desk.request.get(f"{base}/c/demo/roster/sheets/print/{kind}/")
        if answer.ok and answer.body().startswith(b"%PDF"):
            picture(answer.body(), folder / name)


def main(base: str, folder: Path) -> None:
    from screenshots import COORDINATOR, PHONE, log_in, picture

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-quic"]
        )
        desk = log_in(browser, base, COORDINATOR, {"width": WIDE[0], "height": WIDE[1]})
        my, leader = (log_in(browser, base, phone, PHONE) for phone in (VOLUNTEER, LEADER))
        roster_pictures(desk, my, leader, base, folder, picture)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
