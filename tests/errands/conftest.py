"""Medicine for 王奶奶 of 20-1702 and a gas card of 3-2-501; 冯磊 runs."""

from types import SimpleNamespace

import pytest

from compound.models import Role
from orders.models import SupplyPoint
from tests import make


@pytest.fixture
def place() -> SimpleNamespace:
    compound = make.compound()
    door, other = make.household(compound, "20-1702"), make.household(compound, "3-2-501")
    point = make.supply_point(compound, "康民药房")
    point.kind = SupplyPoint.Kind.PHARMACY
    point.save(update_fields=["kind"])
    return SimpleNamespace(
        compound=compound,
        door=door,
        other=other,
        point=point,
        lin=make.member(compound, Role.COORDINATOR),
        tang=make.member(compound, Role.MEDICAL),
        feng=make.member(compound, Role.VOLUNTEER),
        guo=make.member(compound, Role.CAPTAIN, building=other.building),
    )
