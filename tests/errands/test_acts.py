"""What a runner's phone says of an errand, by the one way in, with and without JavaScript."""

import json
import uuid
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from compound.access import standing_of
from compound.models import User
from compound.phone_pages import user_mark
from compound.refusals import Refusal
from errands.models import CardLoan, Errand, ErrandStep
from errands.services import steps
from errands.services.asking import ask_errand
from orders.events import form_act, take_act
from tests import make
from tests.errands.asked import gas, medicine, picture
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


def act(place: SimpleNamespace, user: User, errand: Errand, do: str, **body: Any) -> dict[str, Any]:
    standing = standing_of(user, "xingfuli")
    assert standing is not None
    said = {"errand": str(errand.pk), "do": do, **body}
    made = form_act(id=uuid.uuid4(), standing=standing, kind="errand", at=ELEVEN, body=said)
    return take_act(made)[0]


def test_acts_when_the_whole_way_was_gone_without_a_network_are_taken_in_their_order(
    place: SimpleNamespace, client: Client
) -> None:
    errand = medicine(place)
    client.force_login(place.feng)
    way: list[dict[str, Any]] = [
        {"do": "take"},
        {"do": "card_taken", "card": "insurance", "holder": "王奶奶", "given_by": "王奶奶"},
        {"do": "bought", "amount": "1,086.40", "bears": "household", f"bought-{errand.medicines.get().pk}": "1"},
        {"do": "nobody_home"},
        {"do": "handed_over", "to": "王奶奶 13800001234", "cards": "back"},
    ]
    events = [
        {"id": str(uuid.uuid4()), "kind": "errand", "at": ELEVEN.isoformat(), "clock_offset_ms": 0,
         "body": {"errand": str(errand.pk), **said}}
        for said in way
    ]  # fmt: skip
    sent = {"compound": "xingfuli", "as": user_mark(place.feng), "events": events}
    answers = [
        client.post("/api/v1/orders/events", json.dumps(sent), content_type="application/json").json()["results"]
        for _twice in range(2)
    ]
    errand.refresh_from_db()
    assert [(row["state"], row["flags"]) for row in answers[0]] == [
        ("taken", []), ("taken", []), ("bought", ["in_part"]), ("bought", []), ("handed_over", []),
    ]  # fmt: skip
    assert [row["replayed"] for row in answers[1]] == [True] * 5
    assert (str(errand.amount), errand.refusal_borne_by, CardLoan.objects.get().returned_to[:3]) == (
        "1086.40", "household", "王奶奶",
    )  # fmt: skip
    # Whoever took it is written down, a telephone number is not.
    assert not ErrandStep.objects.filter(note__contains="13800001234").exists()


def test_act_of_a_volunteer_when_somebody_else_has_it_is_refused_and_of_one_who_had_it_is_flagged(
    place: SimpleNamespace,
) -> None:
    errand = gas(place)
    steps.take_on(errand=errand, by=place.tang, at=ELEVEN)
    with pytest.raises(Refusal) as refused:
        act(place, place.feng, errand, "bought", amount="100")
    assert refused.value.code == "not_yours"
    steps.take_on(errand=errand, by=place.lin, runner=place.feng, at=ELEVEN)
    steps.take_on(errand=errand, by=place.lin, runner=place.tang, at=ELEVEN)
    answer = act(place, place.feng, errand, "bought", amount="100")
    assert (answer["state"], answer["flags"]) == ("bought", ["not_yours"])


def test_act_when_the_door_is_of_another_building_or_compound_finds_nothing(place: SimpleNamespace) -> None:
    errand = medicine(place)
    with pytest.raises(Refusal) as captain:
        act(place, place.guo, errand, "take")
    own = gas(place)
    assert (captain.value.code, act(place, place.guo, own, "take")["state"]) == ("errand_unknown", "taken")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"do": "dance"}, "malformed"),
        ({"do": "bought", "amount": "viel"}, "amount_wrong"),
        ({"do": "bought", "amount": "1.234"}, "amount_wrong"),
        ({"do": "bought", "bought-x": "1"}, "quantity_wrong"),
        ({"do": "bought"}, "refusal_not_said"),
        ({"do": "card_taken", "card": "gold"}, "card_unknown"),
        ({"do": "not_to_be_had"}, "reason_missing"),
    ],
)
def test_act_when_it_is_malformed_is_refused_and_nothing_is_written(
    place: SimpleNamespace, body: dict[str, str], code: str
) -> None:
    errand = medicine(place)
    with pytest.raises(Refusal) as refused:
        act(place, place.feng, errand, **body)
    assert (refused.value.code, errand.steps.count()) == (code, 1)


def test_form_without_a_script_when_the_receipt_is_with_it_keeps_both(place: SimpleNamespace, client: Client) -> None:
    errand = gas(place)
    client.force_login(place.feng)
    photo = SimpleUploadedFile("r.png", picture(), "image/png")
    said = {"id": str(uuid.uuid4()), "errand": str(errand.pk), "do": "bought", "amount": "100", "photo": photo}
    page = reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk})
    response = client.post(reverse("orders:act", kwargs={"code": "xingfuli", "kind": "errand"}), {**said, "next": page})
    errand.refresh_from_db()
    assert (response.status_code, response.headers["Location"], errand.state) == (302, page, "bought")
    assert errand.receipt is not None
    shown = client.get(f"{page}photos/{errand.receipt.pk}/")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")


def test_help_when_it_is_done_ends_at_once_with_what_it_cost_if_anything(place: SimpleNamespace) -> None:
    free, paid, not_done = (help_with(place, words) for words in ("换灯泡", "修水龙头", "开锁"))
    answers = [
        act(place, place.feng, free, "done"),
        act(place, place.feng, paid, "done", amount="38.5"),
        act(place, place.feng, not_done, "not_to_be_had", reason="师傅进不来"),
    ]
    with pytest.raises(Refusal) as refused:
        act(place, place.feng, gas(place), "done")
    assert ([answer["state"] for answer in answers], refused.value.code) == (
        ["handed_over", "handed_over", "not_to_be_had"], "malformed",
    )  # fmt: skip
    assert [(row.amount, row.paid_by) for row in Errand.objects.filter(pk__in=[free.pk, paid.pk]).order_by("text")] == [
        (Decimal("38.50"), place.feng), (None, None),
    ]  # fmt: skip
    assert list(paid.steps.filter(step="bought").values_list("note", flat=True)) == ["38.50 元"]


def help_with(place: SimpleNamespace, words: str) -> Errand:
    asked = {"household": place.door, "kind": "help", "channel": "desk", "by": place.lin, "at": ELEVEN}
    return ask_errand(id=uuid.uuid4(), text=words, **asked)[0]


def test_page_of_help_has_no_form_for_buying_and_says_whom_to_ask_for_a_number(
    place: SimpleNamespace, client: Client
) -> None:
    client.force_login(place.feng)
    seen = {}
    for name, errand in (("help", help_with(place, "换灯泡")), ("gas", gas(place))):
        steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
        words = client.get(reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk})).content.decode()
        seen[name] = [
            word for word in ('value="bought"', 'value="done"', "花了钱", "没办成", "没买到") if word in words
        ]
        asked = "请林涛、郭芳帮忙打电话" if name == "gas" else "请林涛帮忙打电话"
        assert asked in words
        assert 'data-live="taken"' in words
    assert seen == {"help": ['value="done"', "花了钱", "没办成"], "gas": ['value="bought"', "没买到"]}


@pytest.mark.parametrize(("said", "is_out"), [("back", False), ("kept", True)])
def test_handing_over_with_the_card_in_hand_asks_whether_it_is_back(
    place: SimpleNamespace, client: Client, said: str, is_out: bool
) -> None:
    errand = gas(place)
    act(place, place.feng, errand, "card_taken", card="gas", holder="老周", given_by="老周")
    act(place, place.feng, errand, "bought", amount="100")
    client.force_login(place.feng)
    page = client.get(reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk})).content.decode()
    answer = act(place, place.feng, errand, "handed_over", to="老周", cards=said)
    assert ("data-ask-card required" in page, answer["flags"]) == (True, ["card_out"] if is_out else [])
    assert CardLoan.objects.filter(returned_at=None).exists() is is_out


# ── where it is fetched, and what it cost ─────────


def test_runner_chooses_the_pharmacy_and_only_one_of_this_compound(place: SimpleNamespace, client: Client) -> None:
    errand = medicine(place)
    shop = make.supply_point(place.compound, "惠民超市")
    act(place, place.feng, errand, "take")
    client.force_login(place.feng)
    page = client.get(reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk})).content.decode()
    assert ("去哪家买？" in page, "康民药房" in page, "惠民超市" in page) == (True, True, False)
    answer = act(place, place.feng, errand, "point", point="康民药房")
    errand.refresh_from_db()
    last = errand.steps.filter(step="changed").get()
    assert (answer["state"], errand.supply_point, last.note) == ("taken", place.point, "药店或店铺: 康民药房")
    assert act(place, place.feng, errand, "point", point="康民药房")["flags"] == ["already"]
    for name in (shop.name, "没有这家", "x" * 300):
        with pytest.raises(Refusal) as refused:
            act(place, place.feng, errand, "point", point=name)
        assert refused.value.code == "point_unknown"
    act(place, place.feng, errand, "bought", amount="10", bears="household")
    assert act(place, place.feng, errand, "point", point="")["flags"] == ["bought"]
    errand.refresh_from_db()
    assert errand.supply_point == place.point


def test_large_sum_in_a_plain_form_is_asked_about_once_and_from_a_phone_that_has_asked_it_is_not(
    place: SimpleNamespace, client: Client
) -> None:
    errand = gas(place)
    act(place, place.feng, errand, "take")
    client.force_login(place.feng)
    page = reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk})
    assert 'data-large="500"' in client.get(page).content.decode()

    def post(**said: str) -> Errand:
        body = {"id": str(uuid.uuid4()), "errand": str(errand.pk), "do": "bought", "asks": "yes", "next": page, **said}
        client.post(reverse("orders:act", kwargs={"code": "xingfuli", "kind": "errand"}), body)
        return Errand.objects.get(pk=errand.pk)

    assert (post(amount="1150").state, post(amount="499.99").amount) == ("taken", Decimal("499.99"))
    assert post(amount="1,150元", sure="yes").amount == Decimal(1150)
    answer = act(place, place.feng, errand, "bought", amount="2000")
    assert (answer["state"], Errand.objects.get(pk=errand.pk).amount) == ("bought", Decimal(2000))


def test_same_act_with_other_contents_is_refused_and_another_compounds_errand_is_unknown(
    place: SimpleNamespace,
) -> None:
    errand, other = gas(place), make.household(make.compound("kanghuayuan", "康华苑"), "3-2-501")
    elsewhere = gas(place, household=other)
    standing = standing_of(place.feng, "xingfuli")
    assert standing is not None
    id = uuid.uuid4()

    def say(of: Errand, do: str, **body: Any) -> str:
        said = {"errand": str(of.pk), "do": do, **body}
        try:
            return str(take_act(form_act(id=id, standing=standing, kind="errand", at=ELEVEN, body=said))[0]["state"])
        except Refusal as refusal:
            return refusal.code

    assert [
        say(elsewhere, "take"),
        say(elsewhere, "take_back", what="ended"),
        say(errand, "bought", amount="10"),
        say(errand, "bought", amount="10"),
        say(errand, "bought", amount="20"),
        say(errand, "handed_over", to="x"),
    ] == ["errand_unknown", "errand_unknown", "bought", "bought", "id_taken", "id_taken"]
    assert (Errand.objects.get(pk=errand.pk).amount, elsewhere.steps.count()) == (Decimal(10), 1)
