"""Reads gate/cases.json. tests/gate/cases.mjs is the same for node and the browser."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from gate.rules.decision import CASES

MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d{3})?)?")
Json = dict[str, Any]


@dataclass(frozen=True)
class WrittenCase:
    name: str
    facts: Json
    then: Json


def moments(value: Any) -> Any:
    """`2020-02-12 10:00` on Shanghai's wall, wherever it stands in `value`, as milliseconds since the epoch."""
    if isinstance(value, dict):
        return {key: moments(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [moments(inner) for inner in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        at = dt.datetime.fromisoformat(value).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        return round(at.timestamp() * 1000)
    return value


def merged(base: Any, over: Any) -> Any:
    """Objects are merged key by key; everything else, lists too, is replaced."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return base | {key: merged(base.get(key), value) for key, value in over.items()}


def facts_of(case: Json, base: Json) -> Json:
    facts = merged(base, case["given"])
    (row,) = base["rulebooks"]
    facts["rulebooks"] = [merged(row, over) for over in case.get("rows", [case.get("rule", {})])]
    return moments(facts)


def written_cases() -> Iterator[WrittenCase]:
    book = json.loads(CASES.read_text(encoding="utf-8"))
    for group in book["groups"]:
        for case in group["cases"]:
            name = f"{group['group']}: {case['name']}"
            yield WrittenCase(name, facts_of(case, book["base"]), moments({"amber": False} | case["then"]))


def said(decision: Json, then: Json) -> Json:
    """What of `decision` the case speaks about, in the case's own shape."""
    got = {key: value for key, value in decision.items() if key in then}
    got["reasons"] = [reason["code"] for reason in decision["reasons"]]
    if "params" in then:
        got["params"] = {r["code"]: r["params"] for r in decision["reasons"] if r["code"] in then["params"]}
    if isinstance(then.get("slot"), bool):
        got["slot"] = decision["slot"] is not None
    return got


def differences(one: Any, other: Any) -> int:
    """How many facts differ; a whole object or list that is there or not is one fact, like a number."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() | other.keys()
        return sum(differences(one.get(key), other.get(key)) for key in keys)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return sum(differences(a, b) for a, b in zip(one, other, strict=True))
    return int(one != other)
