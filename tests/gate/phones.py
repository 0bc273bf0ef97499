"""A phone at a gate, as the server sees it: what it sends, and what it is told."""

import datetime as dt
import json
import uuid
from typing import Any

from django.test import Client

from compound.models import Compound
from tests import make
from tests.make import ELEVEN

URL = "/api/v1/gate/checks"


def a_check(room: str = "", direction: str = "out", *, at: dt.datetime = ELEVEN, **more: Any) -> dict[str, Any]:
    """A check of the wire; `card="…"` is its `pass`."""
    if room:
        more["household"] = room
    if "card" in more:
        more["pass"] = more.pop("card")
    return {"id": str(uuid.uuid4()), "at": at.isoformat(), "direction": direction, "clock_offset_ms": 0, **more}


class Phone:
    """`send` gives the results of a batch, `one` the single one."""

    def __init__(self, of: Compound, gate: str = "东门", token: str = "") -> None:
        at_gate = make.gate(of, gate)
        token = token or f"tok-{at_gate.pk}"
        self.device = make.device(at_gate, token)
        self.client = Client(headers={"Authorization": f"Device {token}"})

    def post(self, body: Any, **headers: str) -> Any:
        return self.client.post(URL, json.dumps(body), content_type="application/json", headers=headers)

    def send(self, *checks: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
        response = self.post({"checks": list(checks)}, **headers)
        assert response.status_code == 200, response.content
        answers: list[dict[str, Any]] = response.json()["results"]
        return answers

    def one(self, *args: Any, **more: Any) -> dict[str, Any]:
        return self.send(a_check(*args, **more))[0]


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]
