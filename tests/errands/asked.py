"""Errands as they are asked for in the tests."""

import datetime as dt
import io
import uuid
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from PIL import Image

from errands.models import Errand
from errands.services.asking import MedicineWish, TopUpWish, ask_errand
from tests.make import ELEVEN

NIFEDIPINE = MedicineWish(name="硝苯地平控释片", maker="康和制药", specification="30mg×7片", quantity=2)
INSULIN = MedicineWish(name="门冬胰岛素笔芯", specification="3ml:300单位", quantity=1, unit="支", is_cold=True)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def medicine(place: SimpleNamespace, *wishes: MedicineWish, at: dt.datetime = ELEVEN, **more: Any) -> Errand:
    """For 王奶奶, written down by the coordinator."""
    given = {
        "id": uuid.uuid4(), "household": place.door, "channel": "phone", "by": place.lin, "person": "王奶奶", **more
    }  # fmt: skip
    return ask_errand(kind="medicine", medicines=wishes or (NIFEDIPINE,), at=at, **given)[0]


def gas(place: SimpleNamespace, number: str = "8000 1234 56", **more: Any) -> Errand:
    given = {"id": uuid.uuid4(), "household": place.other, "channel": "desk", "by": place.lin, "at": ELEVEN, **more}
    wish = TopUpWish(service="gas", wanted=Decimal(100), number=number)
    return ask_errand(kind="top_up", top_up=wish, **given)[0]
