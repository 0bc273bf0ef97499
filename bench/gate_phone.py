"""The phone's own decision: from a decoded text to the verdict on the screen, no network, CPU slowed down 4 times.

The real page in Chromium with the roll of 1,760 households (bench.gate_roll). A scanner's keys are typed; the time runs
from its Enter, through the outbox's write and the failed request, until the verdict's frame has been handed to the
screen. `gate_phone_in_page`: until it stands in the document.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

from django.utils import timezone
from playwright.sync_api import sync_playwright

from bench.gate_roll import fill  # sets Django up
from compound.models import User
from compound.servers.paths import BASE_DIR
from compound.servers.postgres import free_port
from gate.models import Pass
from gate.services.devices import code_of, invite_device
from gate.services.tokens import pass_token

SLOWER, PEOPLE, WARM_UP = 4, 60, 10
BIND = """async (code) => {
    const page = document.querySelector("script[type=module]").src;
    const [, name] = /["'](\\.\\/session\\.[^"']*)["']/.exec(await (await fetch(page)).text());
    const engine = await (await import(new URL(name, page).href)).openSession();
    await engine.bind(code);
    const known = (await engine.store.all("households")).length;
    await engine.close();
    return known;
}"""
SCAN = """async (token) => {
    const main = document.querySelector("[data-gate]");
    const keydown = (key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    const press = (key) => document.body.dispatchEvent(keydown(key));
    for (const key of token) press(key);
    await new Promise((done) => setTimeout(done, 200));
    const verdict = () => main.querySelector("[data-word]:not([data-verdict=pending])");
    const shown = new Promise((done) => {
        new MutationObserver((_, observer) => {
            if (!verdict()) return;
            observer.disconnect();
            done(performance.now());
        }).observe(main, { childList: true, subtree: true, attributes: true });
    });
    const began = performance.now();
    press("Enter");
    const there = await shown;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const painted = performance.now();
    const word = verdict().dataset.verdict;
    const from = main.querySelector("[data-from]").dataset.from;
    press("Escape");
    return [there - began, painted - began, word, from];
}"""


def emit(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"bench": name, "value": round(value, 1), "unit": unit, **more}, ensure_ascii=False), flush=True)


def served(port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:compound.gunicorn", "compound.wsgi"],
        cwd=BASE_DIR, env={**os.environ, "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/c/bench-roll/gate/", timeout=5):
                return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    sys.exit("the server did not start")


def measured(port: int, code: str, tokens: list[str]) -> list[tuple[float, float, str, str]]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, device_scale_factor=2)
        page = context.new_page()
        url = f"http://127.0.0.1:{port}/c/bench-roll/gate/"
        page.goto(url)
        known = page.evaluate(BIND, code)
        assert known == 1760, known
        page.goto(url)
        page.wait_for_selector("[data-screen=between]")
        context.set_offline(True)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        times = []
        for token in tokens:
            page.wait_for_selector("[data-screen=between]")
            times.append(tuple(page.evaluate(SCAN, token)))
        browser.close()
    return times


def main() -> None:
    now = timezone.now()
    device, _token = fill(now)
    by = User.objects.create_user("13900000001", "林涛", None)
    phone = invite_device(
        compound=device.compound, gate=device.gate, label="bench", ends_at=now + dt.timedelta(hours=12), by=by, at=now
    )
    passes = Pass.objects.filter(compound=device.compound, kind="household").order_by("household__sort_key")
    tokens = [pass_token(key) for key in passes.values_list("pk", flat=True)[: PEOPLE + WARM_UP]]
    port = free_port()
    server = served(port)
    try:
        times = measured(port, code_of(phone), tokens)[WARM_UP:]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
    painted, in_page = sorted(t[1] for t in times), sorted(t[0] for t in times)
    by_phone = sum(t[3] == "phone" for t in times)
    p95 = int(len(painted) * 0.95)
    more = {"slower": SLOWER, "households": 1760, "people": len(times), "by_phone": by_phone, "limit": 50}
    emit("gate_phone", statistics.median(painted), "ms", p95=round(painted[p95], 1), **more)
    emit("gate_phone_in_page", statistics.median(in_page), "ms", p95=round(in_page[p95], 1), **more)


if __name__ == "__main__":
    main()
