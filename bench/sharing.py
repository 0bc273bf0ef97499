"""Sharing out 2,000 households × 50 goods: the rules by themselves; and 2,000 lines of one good by the services."""

import gc
import json
import os
import sys
import time
import uuid
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orders.allocation import Claim, Kind, Problem, Rule, Tier, allocate

HOUSEHOLDS, GOODS = 2000, 50
TIERS = (Tier("医护人员家庭", 30), Tier("困难户", 20), Tier("婴幼儿、独居老人", 20))


def tier(number: int) -> int:
    return 0 if number % 40 == 0 else 1 if number % 20 == 1 else 2 if number % 6 == 2 else 3


def problems(kind: Kind) -> list[Problem]:
    rule = Rule(kind, TIERS, Decimal(1))
    return [
        Problem(
            Decimal(700),
            rule,
            tuple(
                Claim(
                    str(number),
                    f"{number // 40 + 1}-{number % 40 // 4 + 1}0{number % 4 + 1}",
                    Decimal(1 + number % 3),
                    tier(number),
                    people=1 + number % 5,
                    missed=2 * (number % 7 == 0),
                    came=f"{number % 600:03}",
                )
                for number in range(HOUSEHOLDS)
            ),
            f"seed{good}",
        )
        for good in range(GOODS)
    ]


def say(name: str, seconds: float, **more: object) -> None:
    line = {
        "bench": name,
        "value": round(seconds, 3),
        "unit": "s",
        **more,
        "load_average": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def pure() -> None:
    for kind in Kind:
        given = problems(kind)
        # 100,000 claims that no server keeps: the collector need not walk through them.
        gc.freeze()
        begin, cpu = time.perf_counter(), time.process_time()
        results = [allocate(problem) for problem in given]
        seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
        shared = sum(sum(share.quantity for share in result.shares) + result.left for result in results)
        say(
            f"sharing_{kind.value}",
            seconds,
            cpu=round(cpu, 3),
            households=HOUSEHOLDS,
            goods=GOODS,
            right=shared == 700 * GOODS,
        )


def services() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")
    django.setup()

    from django.utils import timezone

    from compound.models import Household
    from orders.models import Order, OrderLine, PhoneEvent, Purchase, RoundGood
    from orders.services.sharing import apply_sharing, make_sharing
    from tests import make
    from tests.orders.sharing.scene import closed_round

    now = timezone.now()
    compound = make.compound(f"bench-{uuid.uuid4().hex[:6]}", at=now)
    by = make.user(phone=f"139{uuid.uuid4().int % 10**8:08}")
    first = make.household(compound, "1-101")
    doors = [
        Household(compound=compound, building=first.building, number=str(n), head_count=3) for n in range(1000, 3000)
    ]
    for door in doors:
        door.name_room()
    doors = Household.objects.bulk_create(doors)
    round = closed_round(compound)
    orders = Order.objects.bulk_create(
        Order(round=round, household=door, channel="phone", entered_at=now, entered_by=by) for door in doors
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, goods="大白菜", unit="颗", ordered=1 + place % 2) for place, order in enumerate(orders)
    )
    good = RoundGood.objects.create(round=round, goods="大白菜", unit="颗")
    event = PhoneEvent.objects.create(
        id=uuid.uuid4(), compound=compound, kind="purchase", by=by, at=now, received_at=now
    )
    Purchase.objects.create(event=event, good=good, kind="bought", quantity=700, by=by, at=now)
    begin = time.perf_counter()
    sharing = make_sharing(good=good, by=by, at=now)
    say("sharing_made", time.perf_counter() - begin, lines=len(orders))
    begin = time.perf_counter()
    apply_sharing(sharing=sharing, by=by, at=now)
    say("sharing_applied", time.perf_counter() - begin, lines=len(orders))


if __name__ == "__main__":
    pure()
    services()
