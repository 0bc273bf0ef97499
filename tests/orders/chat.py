"""A chat group with its round and a few doors, and what its pastes become: for the tests of pastes."""

import datetime as dt

import pytest

from compound.refusals import Refusal
from orders.models import OrderLine
from orders.services import chains
from tests import make
from tests.make import ELEVEN

MINUTE = dt.timedelta(minutes=1)

FIRST = """#接龙
明天的菜
例 楼栋号-房间号 东西

1.20-1702 鸡蛋2板
2.尘 牛奶1箱
3.20-1703 大米10斤，鸡蛋1板
"""


def refused(code: str) -> "pytest.RaisesContext[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


class Chat:
    """One chat group and its round, with the doors 20-1702, 20-1703 and 3-1-501, 3-2-501."""

    def __init__(self):
        self.compound = make.compound()
        self.coordinator = make.member(self.compound)
        self.doors = {
            room: make.household(self.compound, room) for room in ("20-1702", "20-1703", "3-1-501", "3-2-501")
        }
        self.round = make.round(self.compound)
        self.source = make.chain_source(self.compound)

    def paste(self, text, at=ELEVEN, source=None, **kwargs):
        return chains.paste_chain(
            round=self.round, source=source or self.source, text=text, by=self.coordinator, at=at, **kwargs
        )

    def confirm(self, pasted, at=ELEVEN):
        return chains.confirm_chain(chain_import=pasted, by=self.coordinator, at=at)

    def paste_and_confirm(self, text, at=ELEVEN, **kwargs):
        pasted = self.paste(text, at, **kwargs)
        self.confirm(pasted, at)
        return pasted

    def decide(self, pasted, raw, decision="take", at=ELEVEN, **kwargs):
        entry = pasted.entries.get(raw=raw)
        return chains.decide_entry(entry=entry, decision=decision, by=self.coordinator, at=at, **kwargs)

    def undo(self, pasted, at=ELEVEN):
        return chains.undo_chain(chain_import=pasted, by=self.coordinator, at=at)

    def orders(self, state="placed"):
        """{room: [lines in words]} of all orders in this state."""
        found: dict[str, list[str]] = {}
        for line in OrderLine.objects.filter(order__state=state).order_by("order__household__sort_key", "pk"):
            found.setdefault(line.order.household.room, []).append(str(line))
        return found


def review(pasted):
    """{raw: (change, decision)} of a paste."""
    return {e.raw: (e.change, e.decision) for e in pasted.entries.all()}


def without_first(text=FIRST):
    return "\n".join(line for line in text.splitlines() if not line.startswith("1."))
