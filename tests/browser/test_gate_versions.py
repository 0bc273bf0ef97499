"""Another version of the gate phone's page, and the page where nothing is secure: the outbox stays whole."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from compound.models import Compound
from compound.servers.paths import BASE_DIR
from gate.models import Check
from tests.browser.conftest import Server
from tests.browser.gate_phone import OPEN, ROOMS, database_url, invited, phones_at, thirty_households

NOBODY_LOOKS = """() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def xingfuli(transactional_db: None) -> Compound:
    return thirty_households()


def test_page_when_a_new_version_is_there_comes_when_nobody_looks_and_keeps_the_outbox(
    xingfuli: Compound, browser: Browser, server: str, tmp_path: Path
) -> None:
    """Two versions of the collected files, under hashed names; the second one also migrates the phone's database."""
    source, data = tmp_path / "static", tmp_path / "data"
    shutil.copytree(BASE_DIR / "static", source)
    data.mkdir()
    (tmp_path / "newer_settings.py").write_text(
        f"from compound.settings import *\nSTATICFILES_DIRS = [{str(source)!r}]\n", encoding="utf-8"
    )
    more = {
        "DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "newer_settings",
        "PYTHONPATH": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    _collect(more)
    mine = Server(database_url(), more=more)
    phones = phones_at(browser, mine.url)
    phone = next(phones)()
    try:
        phone.open()
        phone.bind(invited(xingfuli))
        phone.keep()
        phone.reload()
        old = phone.page.evaluate("async () => (await caches.keys()).join()")
        phone.network(False)
        phone.judge(ROOMS[0])
        mine.stop()
        store = source / "js/gate/store.js"
        text = store.read_text(encoding="utf-8")
        migrated = text.replace("\n];\n// iOS", '\n  (db) => {\n    db.createObjectStore("later");\n  },\n];\n// iOS')
        assert migrated != text
        store.write_text(migrated, encoding="utf-8")
        _collect(more)
        mine = Server(database_url(), mine.port, more)

        # The API is kept away, so that the row is still unsent when the new page opens.
        phone.page.context.route("**/api/v1/gate/**", lambda route: route.abort())
        phone.network(True)
        phone.reload()
        phone.page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
        phone.until("update", True)
        phone.page.evaluate("() => { window.isOld = true; }")
        phone.page.wait_for_timeout(1_000)
        assert phone.page.evaluate("() => window.isOld") is True
        phone.page.evaluate(NOBODY_LOOKS)
        phone.page.wait_for_function("() => window.isOld === undefined", polling=200, timeout=60_000)
        phone.page.wait_for_load_state("load")
        phone.page.evaluate(OPEN)
        names = phone.page.evaluate("async () => [...(await engine.store.open()).objectStoreNames]")
        assert names == ["bindings", "facts", "households", "later", "rows"]
        assert (phone.status["unsent"], phone.status["update"]) == (1, False)
        assert phone.page.evaluate("async () => (await caches.keys()).join()") != old

        phone.page.context.unroute_all()
        phone.flush()
        phone.until("unsent", 0)
        assert Check.objects.count() == 1
    finally:
        mine.stop()
        next(phones, None)


def test_phone_over_plain_http_without_worker_locks_and_crypto_still_keeps_and_sends(
    xingfuli: Compound, browser: Browser, server: str
) -> None:
    """A name in the LAN is no secure context; only a browser of its own can be told that the name is here."""
    mine = Server(database_url(), more={"ALLOWED_HOSTS": "127.0.0.1,gate.lan"})
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=["--host-resolver-rules=MAP gate.lan 127.0.0.1", "--no-sandbox"],
    )
    address = f"http://gate.lan:{mine.port}"
    phones = phones_at(chromium, address)
    phone = next(phones)()
    try:
        phone.open()
        bare = "() => [isSecureContext, 'serviceWorker' in navigator, 'locks' in navigator, 'randomUUID' in crypto]"
        assert phone.page.evaluate(bare) == [False, False, False, False]
        phone.bind(invited(xingfuli))
        phone.network(False)
        assert phone.judge(ROOMS[0])["verdict"] == "allow"
        assert phone.status["unsent"] == 1
        phone.network(True)
        phone.flush()
        phone.until("unsent", 0)
        assert Check.objects.count() == 1
        # Chromium says so of every page without TLS.
        phone.visitor.faults = [f for f in phone.visitor.faults if "Cross-Origin-Opener-Policy" not in f]
        next(phones, None)
    finally:
        chromium.close()
        mine.stop()


def _collect(more: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=BASE_DIR, env={**os.environ, **more, "PYTHONPATH": f"{more['PYTHONPATH']}:{BASE_DIR}"}, check=True,
    )  # fmt: skip
