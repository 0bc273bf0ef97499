"""The page that a gate phone keeps: public, the same for everybody, and whole."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from compound.servers.paths import BASE_DIR
from gate.shell import shell
from tests import make

PAGE, WORKER, MANIFEST = "/c/xingfuli/gate/", "/c/xingfuli/gate/worker.js", "/c/xingfuli/gate/app.webmanifest"
LIST = """
import django; django.setup()
import json; from gate.shell import shell
s = shell(); print(json.dumps([s.version, s.files]))
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (PAGE, "text/html; charset=utf-8"),
        (WORKER, "text/javascript"),
        (MANIFEST, "application/manifest+json"),
    ],
)
def test_phone_page_when_asked_by_nobody_comes_without_query_and_cookie(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, url: str, kind: str
) -> None:
    with django_assert_num_queries(0):
        response = client.get(url)
    assert (response.status_code, response.headers["Content-Type"], response.cookies) == (200, kind, {})
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.django_db
def test_phone_page_when_asked_under_any_code_and_language_is_the_same(client: Client) -> None:
    make.compound()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert client.get(PAGE).content == Client().get("/c/nowhere/gate/").content


def test_phone_page_when_asked_says_which_version_the_worker_takes(client: Client) -> None:
    told = client.get(WORKER).content.decode()
    match = re.match(r"const SHELL = (\{.*\});\n", told)
    assert match is not None
    assert client.get(PAGE).headers["X-Shell-Version"] == json.loads(match[1])["version"] == shell().version


def test_shell_when_read_holds_every_module_of_the_phone() -> None:
    """What lies in static/js/gate and is not reached from the page is dead, or reached by a name made at run time."""
    folder = BASE_DIR / "static/js/gate"
    there = {f"{path.relative_to(BASE_DIR / 'static')}" for path in folder.rglob("*") if path.is_file()}
    kept = {name.removeprefix(settings.STATIC_URL) for name in shell().files}
    assert there - kept == {"js/gate/worker.js"}


def test_shell_when_read_names_files_that_are_there() -> None:
    assert [name for name in shell().files if not finders.find(name.removeprefix(settings.STATIC_URL))] == []


def test_shell_when_collected_has_hashed_names_alone_and_another_version_after_a_change(tmp_path: Path) -> None:
    """Two collections in processes of their own: the project's files, and with one word changed at the root of all."""
    (tmp_path / "changed/js/outbox").mkdir(parents=True)
    clock = (BASE_DIR / "static/js/outbox/clock.js").read_text(encoding="utf-8")
    (tmp_path / "changed/js/outbox/clock.js").write_text(clock.replace("10 * 60_000", "11 * 60_000"), encoding="utf-8")
    (tmp_path / "changed_settings.py").write_text(
        f"from compound.settings import *\nSTATICFILES_DIRS = [{str(tmp_path / 'changed')!r}, *STATICFILES_DIRS]\n",
        encoding="utf-8",
    )
    before, after = (_collected(tmp_path, module) for module in ("compound.settings", "changed_settings"))
    plain = [name for name in before[1] if not re.search(r"\.[0-9a-f]{12}\.\w+$", name)]
    assert plain == []
    assert len(before[1]) == len(after[1]) == len(shell().files)
    # Whatever imports the changed file, and so on up to the page, has a new name; nothing else has.
    changed = {re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in set(after[1]) - set(before[1])}
    assert changed == {f"/static/js/{name}.js" for name in ("outbox/clock", "gate/session", "gate/page")}
    assert before[0] != after[0]


def _collected(tmp_path: Path, module: str) -> tuple[str, list[str]]:
    data = tmp_path / module
    data.mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": module,
        "DATA_DIR": str(data),
        "PYTHONPATH": f"{BASE_DIR}:{tmp_path}",
    }
    run = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(run, env=environment, check=True, cwd=BASE_DIR)
    told = subprocess.run(
        [sys.executable, "-c", LIST], env=environment, check=True, cwd=BASE_DIR, capture_output=True, text=True
    )
    version, files = json.loads(told.stdout)
    return version, files
