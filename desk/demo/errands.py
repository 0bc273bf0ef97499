"""Errands: what was fetched on the days before, and what is open: urgent medicine, a card that is out, a refusal."""

import datetime as dt
import io
import random
from decimal import Decimal
from typing import Any, Final

from PIL import Image, ImageDraw

from compound.models import Household, Role, User
from desk.demo.goods import PHARMACY
from desk.demo.ids import seeded_uuid
from desk.demo.registry import Registry
from errands.models import Errand, ErrandStep, Medicine, TopUp
from errands.services import steps
from errands.services.asking import MedicineWish, TopUpWish, ask_errand
from errands.services.cards import return_card, take_card
from orders.models import SupplyPoint

Kind, State, Step = Errand.Kind, Errand.State, ErrandStep.Step
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
# Of 664 households in 14 days: 150 medicine runs, 200 top-ups.
MEDICINE_A_DAY, TOP_UPS_A_DAY = 150 / 664 / 14, 200 / 664 / 14
NAMES: Final = ("王奶奶", "老周", "李爷爷", "陈阿姨", "小满", "赵叔")
MEDICINES: Final = (
    ("硝苯地平控释片", "康和制药", "30mg×7片", "盒"),
    ("阿莫西林胶囊", "同济堂药业", "0.25g×24粒", "盒"),
    ("二甲双胍缓释片", "青禾制药", "0.5g×30片", "盒"),
    ("阿司匹林肠溶片", "青禾制药", "100mg×30片", "盒"),
    ("布洛芬混悬液", "小树药业", "100ml:2g", "瓶"),
    ("蒙脱石散", "同济堂药业", "3g×10袋", "盒"),
)
INSULIN: Final = MedicineWish(
    name="门冬胰岛素笔芯", maker="康和制药", specification="3ml:300单位", quantity=2, unit="支", is_cold=True,
    needs_prescription=True,
)  # fmt: skip


def write_errands(registry: Registry, *, days: int, seed: int, now: dt.datetime) -> None:
    """The past in a dozen statements, without sums: those households paid at the counter by their own phones."""
    rng = random.Random(f"{seed}:errands")
    point = SupplyPoint.objects.filter(compound=registry.compound, name=PHARMACY).first()
    doors = registry.occupied
    if len(doors) < 8:
        return
    if point is not None:
        point.opens, point.closes, point.address = dt.time(8), dt.time(21), "幸福路 18 号"
        point.save(update_fields=["opens", "closes", "address"])
    _write_past(registry, point, days, rng, now)
    _write_now(registry, point, rng.sample(doors, 8), rng, now)


# ── days before ───────────────────────────────────


def _write_past(registry: Registry, point: SupplyPoint | None, days: int, rng: random.Random, now: dt.datetime) -> None:
    errands: list[Errand] = []
    medicines: list[Medicine] = []
    top_ups: list[TopUp] = []
    happened: list[ErrandStep] = []
    doors, by, runner = registry.occupied, registry.people[Role.COORDINATOR], registry.people[Role.VOLUNTEER]
    for day in range(days, 0, -1):
        morning = (now - dt.timedelta(days=day)).replace(hour=8, minute=0, second=0, microsecond=0)
        for kind, rate in ((Kind.MEDICINE, MEDICINE_A_DAY), (Kind.TOP_UP, TOP_UPS_A_DAY)):
            for _number in range(round(len(doors) * rate * rng.uniform(0.7, 1.3))):
                asked_at = morning + MINUTE * rng.randrange(300)
                errand = _ended(registry, kind, rng.choice(doors), point, by, runner, asked_at, rng)
                errands.append(errand)
                happened += _steps_of(errand, by, runner, rng)
                if kind == Kind.TOP_UP:
                    top_ups.append(_topped_up(errand, rng))
                else:
                    medicines.append(_bought(errand, rng))
    Errand.objects.bulk_create(errands)
    Medicine.objects.bulk_create(medicines)
    TopUp.objects.bulk_create(top_ups)
    ErrandStep.objects.bulk_create(happened)


def _ended(
    registry: Registry,
    kind: str,
    door: Household,
    point: SupplyPoint | None,
    by: User,
    runner: User,
    asked_at: dt.datetime,
    rng: random.Random,
) -> Errand:
    is_medicine, is_had = kind == Kind.MEDICINE, rng.random() > 0.06
    return Errand(
        id=seeded_uuid(rng),
        compound=registry.compound,
        household=door,
        kind=kind,
        state=State.HANDED_OVER if is_had else State.NOT_TO_BE_HAD,
        person=rng.choice(NAMES) if is_medicine else "",
        supply_point=point if is_medicine else None,
        refusal_borne_by=Errand.Bears.HOUSEHOLD if is_medicine else "",
        channel=rng.choice((Errand.Channel.PHONE, Errand.Channel.DESK)),
        asked_at=asked_at,
        asked_by=by,
        taken_by=runner,
        ended_at=asked_at + HOUR * rng.uniform(1.5, 6),
        end_reason="" if is_had else rng.choice(("三家药店都没有", "缺货，下周到", "系统维护，明天再办")),
    )


def _steps_of(errand: Errand, by: User, runner: User, rng: random.Random) -> list[ErrandStep]:
    way = (errand.ended_at or errand.asked_at) - errand.asked_at
    moments = [(Step.ASKED, 0.0, by), (Step.TAKEN, 0.2, runner)]
    moments += [(Step.BOUGHT, 0.7, runner)] if errand.state == State.HANDED_OVER else []
    moments.append((Step(errand.state), 1.0, runner))
    return [
        ErrandStep(
            id=seeded_uuid(rng),
            errand=errand,
            step=step,
            note=errand.end_reason if step == Step.NOT_TO_BE_HAD else "",
            at=errand.asked_at + way * part,
            entered_at=errand.asked_at + way * part,
            by=who,
        )
        for step, part, who in moments
    ]


def _bought(errand: Errand, rng: random.Random) -> Medicine:
    name, maker, specification, unit = rng.choice(MEDICINES)
    quantity = rng.choice((1, 1, 2, 3))
    return Medicine(
        errand=errand,
        name=name,
        maker=maker,
        specification=specification,
        unit=unit,
        quantity=quantity,
        bought=quantity if errand.state == State.HANDED_OVER else None,
    )


def _topped_up(errand: Errand, rng: random.Random) -> TopUp:
    """Its number is gone, as of everything that has ended."""
    return TopUp(
        errand=errand,
        service=rng.choice(TopUp.Service.values),
        number_end=f"{rng.randrange(10_000):04d}",
        wanted=Decimal(rng.choice((50, 100, 200))),
    )


# ── now ───────────────────────────────────────────


def _wish(index: int, quantity: int = 1, **more: Any) -> MedicineWish:
    name, maker, specification, unit = MEDICINES[index]
    return MedicineWish(name=name, maker=maker, specification=specification, quantity=quantity, unit=unit, **more)


def _write_now(
    registry: Registry, point: SupplyPoint | None, doors: list[Household], rng: random.Random, now: dt.datetime
) -> None:
    people = registry.people
    lin, feng = people[Role.COORDINATOR], people[Role.VOLUNTEER]

    def ask(door: Household, hours: float, **said: Any) -> Errand:
        own = {"channel": Errand.Channel.PHONE, "by": lin, **said}
        return ask_errand(id=seeded_uuid(rng), household=door, at=now - HOUR * hours, **own)[0]

    medicine: dict[str, Any] = {"kind": Kind.MEDICINE, "supply_point": point}
    # Urgent, nobody goes yet; asked for on the household's own page.
    ask(
        doors[0], 0.4, **medicine, person="李爷爷", medicines=[INSULIN], is_urgent=True,
        channel=Errand.Channel.HOUSEHOLD, by=None, text="家里只剩今晚一针",
    )  # fmt: skip
    photo = _box()
    taken = ask(
        doors[1], 3, **medicine, person="王奶奶", medicines=[_wish(0, 2, photo=photo), _wish(3)],
        refusal_borne_by=Errand.Bears.HOUSEHOLD,
    )  # fmt: skip
    steps.take_on(errand=taken, by=feng, at=now - 2 * HOUR)
    take_card(
        id=seeded_uuid(rng), errand=taken, kind="insurance", holder="王奶奶", given_by="王奶奶", by=feng,
        at=now - 2 * HOUR + 10 * MINUTE,
    )  # fmt: skip
    ask(doors[2], 2, **medicine, person="小满", medicines=[_wish(4)], refusal_borne_by=Errand.Bears.RETURN)
    bought = ask(doors[3], 5, **medicine, person="老周", medicines=[_wish(2, 2)], refusal_borne_by="compound")
    steps.buy(errand=bought, by=feng, at=now - HOUR, amount=Decimal("43.60"))
    refused = ask(doors[4], 26, **medicine, person="赵叔", medicines=[_wish(5)], refusal_borne_by="compound")
    steps.buy(errand=refused, by=feng, at=now - 24 * HOUR, amount=Decimal("18.50"))
    steps.refuse(errand=refused, by=feng, at=now - 23 * HOUR, reason="家里已经有了")
    gas = ask(
        doors[5], 4, kind=Kind.TOP_UP, top_up=TopUpWish(service="gas", wanted=Decimal(100), number="8800 2200 3344")
    )
    steps.take_on(errand=gas, by=feng, at=now - 3 * HOUR)
    done = ask(
        doors[6], 30, kind=Kind.TOP_UP, top_up=TopUpWish(service="water", wanted=Decimal(50), number="0022 1180")
    )
    card, _flags = take_card(
        id=seeded_uuid(rng), errand=done, kind="water", holder="陈阿姨", given_by="陈阿姨", by=feng, at=now - 29 * HOUR
    )
    steps.buy(errand=done, by=feng, at=now - 28 * HOUR, amount=Decimal(50))
    steps.hand_over(errand=done, by=feng, at=now - 27 * HOUR, to="陈阿姨")
    return_card(card=card, returned_to="陈阿姨", by=feng, at=now - 27 * HOUR)
    ask(doors[7], 1, kind=Kind.HELP, text="路由器坏了，孩子明早要上网课", person="陈阿姨")


def _box() -> bytes:
    """A drawn box stands for the photo of an empty one."""
    image = Image.new("RGB", (640, 360), "#f2efe6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 70, 580, 290), fill="#ffffff", outline="#1c1a17", width=4)
    draw.rectangle((60, 70, 580, 130), fill="#1f5fa8")
    draw.rectangle((60, 250, 330, 290), fill="#d8e4f2")
    draw.text((90, 160), "Nifedipine 30 mg x 7", fill="#1c1a17", font_size=36)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
