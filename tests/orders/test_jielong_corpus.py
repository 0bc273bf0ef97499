"""Every chain of tests/orders/chains reads as its JSON says, which was written from the contract by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orders.jielong import parse_chain

CHAINS = sorted((Path(__file__).parent / "chains").glob("*.txt"))


@pytest.mark.parametrize("path", CHAINS, ids=lambda path: path.stem)
def test_chain_when_pasted_reads_as_expected(path: Path) -> None:
    expected: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    got = parse_chain(path.read_text(encoding="utf-8")).as_dict()
    for entry in got["entries"]:
        del entry["warnings"]
    assert got == expected


@pytest.mark.parametrize("path", CHAINS, ids=lambda path: path.stem)
def test_chain_when_a_phone_changes_its_characters_reads_the_same(path: Path) -> None:
    """Windows line ends, a byte order mark, zero-width and no-break spaces change nothing but ``raw``."""
    text = path.read_text(encoding="utf-8")
    disguised = "\ufeff" + text.replace(" ", "\u00a0").replace("\n", "\u200b\r\n")
    plain, other = parse_chain(text), parse_chain(disguised)
    assert [(e.name, e.room, e.items, e.note, e.status) for e in other.entries] == (
        [(e.name, e.room, e.items, e.note, e.status) for e in plain.entries]
    )
    assert [(s.line, s.why) for s in other.skipped] == [(s.line, s.why) for s in plain.skipped]
