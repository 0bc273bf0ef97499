"""A good row in each table of the errands, for tests that go through all of them."""

from types import SimpleNamespace

from compound.models import Household, User
from errands.models import CardLoan, Errand, ErrandStep, Medicine, TopUp
from tests.make import ELEVEN


def one_of_each(door: Household, *, by: User) -> SimpleNamespace:
    """Medicine for 王奶奶 with her card, and a top-up; nobody has taken either on."""
    asked = {
        "compound": door.compound, "household": door, "channel": "phone", "asked_at": ELEVEN, "asked_by": by
    }  # fmt: skip
    errand = Errand.objects.create(kind="medicine", person="王奶奶", text="最近头晕", **asked)
    gas = Errand.objects.create(kind="top_up", **asked)
    return SimpleNamespace(
        by=by,
        errand=errand,
        gas=gas,
        step=ErrandStep.objects.create(errand=errand, step="asked", at=ELEVEN, entered_at=ELEVEN, by=by),
        medicine=Medicine.objects.create(errand=errand, name="硝苯地平控释片", specification="30mg×7片", quantity=2),
        card=CardLoan.objects.create(
            errand=errand, kind="insurance", holder="王奶奶", given_by="王奶奶", taken_at=ELEVEN, taken_by=by
        ),
        top_up=TopUp.objects.create(errand=gas, service="gas", number="8000123456", number_end="3456", wanted=100),
    )
