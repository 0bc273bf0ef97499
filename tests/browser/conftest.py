"""The real application in a server process, and Chromium looking at it.

`page` (1280x800) and `phone_page` (390x844) are fresh visitors in Chinese; `server` is the address. The ORM
may be used in the same test:
rows are committed and emptied after each test. Jobs run in the test process: `run_jobs()`.
"""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from compound.models import Compound
from compound.servers.keeper import die_with_parent
from compound.servers.paths import BASE_DIR
from compound.servers.postgres import free_port
from tests import make
from tests.browser.guard import Guard, on_duty
from tests.browser.network import is_away
from tests.embedded import SERVERS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NO_BROWSER = "no Chromium on this machine: apt-get install chromium fonts-noto-cjk"
PATIENCE_MS = 10_000
# Chromium says so of every registration of a service worker that fails.
WORKER_NOT_FETCHED = "An unknown error occurred when fetching the script."


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            # Before the session's other fixtures are made: no server is started for tests that are skipped.
            if CHROMIUM is None and os.environ.get("SHOUWANG_BROWSER") != "required":
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


class Server:
    """gunicorn with the project's own settings on the test database, one worker and four threads.

    `port`: where another one stood before. `more`: environment of its own.
    """

    def __init__(self, database_url: str, port: int | None = None, more: dict[str, str] | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = SERVERS.folder / f"web-{self.port}.log"
        self._seen = 0
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "compound.settings",
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "WEB_WORKERS": "1",
            **(more or {}),
        }
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "python:compound.gunicorn", "compound.wsgi"],
                cwd=BASE_DIR, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGQUIT),
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except urllib.error.HTTPError as error:
                # 503: there is no worker here, but pages there are.
                error.close()
                return
            except OSError:
                time.sleep(0.1)
        self._process.kill()
        self._process.wait()
        raise AssertionError("the server did not start:\n" + self.log.read_text())

    def new_errors(self) -> list[str]:
        """What the server has logged at ERROR since this was last asked."""
        text = self.log.read_text()
        new, self._seen = text[self._seen :], len(text)
        lines = new.splitlines()
        return [line for line in lines if line.startswith(("ERROR", "CRITICAL")) or "Error handling request" in line]

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)

    def kill(self) -> None:
        """As a power cut would: nothing is finished, nobody is told."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, at which Django would refuse every query; it never runs
    # while a test's own code does.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    assert CHROMIUM, NO_BROWSER
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def _server(django_db_setup: None) -> Iterator[Server]:
    base, _, _ = SERVERS.database_url.rpartition("/")
    server = Server(f"{base}/{settings.DATABASES['default']['NAME']}")
    yield server
    server.stop()


@pytest.fixture
def server(_server: Server, transactional_db: None) -> Iterator[str]:
    """The address of the running application; the database is this test's own."""
    _server.new_errors()
    yield _server.url
    errors = _server.new_errors()
    assert not errors, "\n".join([*errors, _server.log.read_text()[-4000:]])


class Visitor:
    """A browser window that notes what must not happen: errors in a script, refused resources, calls to elsewhere."""

    def __init__(
        self, browser: Browser, server: str, width: int, height: int, *, phone: bool, zone: str = "Asia/Shanghai"
    ) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=server, locale="zh-CN", timezone_id=zone, viewport={"width": width, "height": height},
            has_touch=phone, is_mobile=phone, device_scale_factor=2 if phone else 1,
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MS)
        self.faults: list[str] = []
        self._server = server
        self.context.on("request", self._asked)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._server, "data:", "blob:", "about:")):
            self.faults.append(f"asked for {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # A form that is answered with 409 or 422 is no fault of the page.
        if message.type != "error" or message.text.startswith("Failed to load resource"):
            return
        # Nor is it that a worker cannot be fetched without a network.
        if not (message.text == WORKER_NOT_FETCHED and is_away(self.context)):
            self.faults.append(message.text)


def _visit(browser: Browser, server: str, width: int, height: int, *, phone: bool) -> Iterator[Page]:
    visitor = Visitor(browser, server, width, height, phone=phone)
    yield visitor.context.new_page()
    visitor.context.close()
    assert visitor.faults == []


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    yield from _visit(browser, server, 1280, 800, phone=False)


@pytest.fixture
def phone_page(browser: Browser, server: str) -> Iterator[Page]:
    yield from _visit(browser, server, 390, 844, phone=True)


@pytest.fixture
def xingfuli(transactional_db: None) -> Compound:
    """Five rooms under the rule of one person every second day, back after two hours, without visitors."""
    of = make.compound()
    doors = {"20-1702": "周", "20-1701": "欧阳", "3-2-501": "郭", "商务楼-305": "唐", "19-1-101": "许"}
    for room, surname in doors.items():
        make.resident(make.household(of, room), f"{surname}某")
    make.rulebook(
        of,
        starts_at=timezone.now() - dt.timedelta(days=7),
        vehicles="both",
        exempt_kinds=["vehicle"],
        longest_minutes=120,
    )
    make.gate(of, "东门")
    make.gate(of, "南门")
    return of


@pytest.fixture
def guard(phone_page: Page, xingfuli: Compound) -> Guard:
    return on_duty(phone_page, xingfuli)
