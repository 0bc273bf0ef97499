"""A wrong button is taken back: what stood before stands again, the ledger with it, and nothing is erased."""

import datetime as dt
import json
import random
import uuid
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from compound.models import Message
from compound.phone_pages import user_mark
from compound.refusals import Refusal
from errands.models import CardLoan, Errand, ErrandStep, Medicine
from errands.rules import standing
from errands.services import steps
from errands.services.asking import withdraw
from errands.services.cards import take_card
from errands.services.mistakes import take_back
from errands.services.numbers import show_number
from money.models import Account, Posting
from tests.at_once import Other, until_blocked
from tests.errands.asked import gas, medicine
from tests.errands.test_acts import act, help_with
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def owed(place: SimpleNamespace) -> dict[str, Decimal]:
    """What stands in the ledger: the household's debt and what the runner is owed; nothing that is nought."""
    sums: dict[str, Decimal] = {}
    for posting in Posting.objects.filter(account__compound=place.compound).select_related("account"):
        account: Account = posting.account
        name = "runner" if account.user_id else "door" if account.household_id else str(account.kind)
        sums[name] = sums.get(name, Decimal(0)) + posting.amount
    return {name: amount for name, amount in sums.items() if amount}


def test_handed_over_by_mistake_when_taken_back_stands_and_owes_as_before(place: SimpleNamespace) -> None:
    errand = medicine(place, refusal_borne_by="household")
    runner: dict[str, Any] = {"errand": errand, "by": place.feng}
    card, _flags = take_card(**runner, id=uuid.uuid4(), kind="insurance", holder="王奶奶", given_by="王奶奶", at=ELEVEN)
    steps.buy(**runner, at=ELEVEN + MINUTE, amount=Decimal("86.40"))
    before = owed(place)
    answer = act(place, place.feng, errand, "handed_over", to="王奶奶", cards="back")
    assert (answer["state"], CardLoan.objects.filter(returned_at=None).count()) == ("handed_over", 0)
    assert owed(place) == {"door": Decimal("86.40"), "runner": Decimal("-86.40")}
    answer = act(place, place.feng, errand, "take_back", what="ended")
    errand.refresh_from_db()
    assert (answer["state"], answer["flags"], errand.ended_at) == ("bought", [], None)
    assert (owed(place), before) == (before, {"goods": Decimal("86.40"), "runner": Decimal("-86.40")})
    # The card that was given back with the same button is out again.
    assert [row.pk for row in CardLoan.objects.filter(returned_at=None)] == [card.pk]
    taken_back = ErrandStep.objects.filter(step="taken_back")
    assert sorted(taken_back.values_list("undoes__step", "by__name", "note")) == [
        ("card_returned", "冯磊", "按错了"), ("handed_over", "冯磊", "按错了"),
    ]  # fmt: skip
    again = act(place, place.feng, errand, "take_back", what="ended")
    assert (again["flags"], taken_back.count()) == (["already"], 2)
    act(place, place.feng, errand, "handed_over", to="王奶奶", cards="back")
    assert owed(place) == {"door": Decimal("86.40"), "runner": Decimal("-86.40")}


def test_bought_by_mistake_when_taken_back_costs_nobody_anything(place: SimpleNamespace) -> None:
    errand = medicine(place, refusal_borne_by="household")
    act(place, place.feng, errand, "take")
    act(place, place.feng, errand, "bought", amount="11.50")
    act(place, place.feng, errand, "bought", amount="12.50")
    assert owed(place) == {"goods": Decimal("12.50"), "runner": Decimal("-12.50")}
    answer = act(place, place.feng, errand, "take_back", what="bought")
    errand.refresh_from_db()
    assert (answer["state"], errand.amount, errand.paid_by, errand.taken_by) == ("taken", None, None, place.feng)
    assert (owed(place), Medicine.objects.get().bought) == ({}, None)


def test_card_returned_by_mistake_is_out_again(place: SimpleNamespace) -> None:
    errand = gas(place)
    act(place, place.feng, errand, "card_taken", card="gas", holder="老周", given_by="老周")
    act(place, place.feng, errand, "card_returned", to="老周")
    act(place, place.feng, errand, "take_back", what="card")
    assert CardLoan.objects.get().returned_to == ""
    act(place, place.feng, errand, "card_returned", to="老周的女儿")
    assert CardLoan.objects.get().returned_to == "老周的女儿"


def test_card_that_has_gone_along_once_more_is_not_taken_back(place: SimpleNamespace) -> None:
    errand = gas(place)
    for _twice in range(2):
        act(place, place.feng, errand, "card_taken", card="gas", holder="老周", given_by="老周")
        if not CardLoan.objects.filter(returned_at__isnull=False).exists():
            act(place, place.feng, errand, "card_returned", to="老周")
    with pytest.raises(Refusal) as refused:
        act(place, place.feng, errand, "take_back", what="card")
    assert refused.value.code == "card_elsewhere"


def test_help_that_was_not_done_after_all_is_back_with_what_it_cost(place: SimpleNamespace) -> None:
    errand = help_with(place, "修水龙头")
    act(place, place.feng, errand, "take")
    act(place, place.feng, errand, "done", amount="38.5")
    answer = act(place, place.feng, errand, "take_back", what="ended")
    errand.refresh_from_db()
    assert (answer["state"], errand.amount, owed(place)) == ("taken", None, {})


@pytest.mark.parametrize(
    ("who", "later", "reason", "code"),
    [
        ("feng", dt.timedelta(minutes=15), "", None),
        ("feng", dt.timedelta(minutes=15, seconds=1), "按错了", "too_late_to_take_back"),
        ("tang", MINUTE, "", "reason_missing"),
        ("tang", dt.timedelta(days=3), "问过了，没交", None),
    ],
)
def test_mistake_is_taken_back_by_who_made_it_for_a_quarter_of_an_hour_and_by_the_desk_at_any_time(
    place: SimpleNamespace, who: str, later: dt.timedelta, reason: str, code: str | None
) -> None:
    errand = gas(place)
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    steps.hand_over(errand=errand, by=place.feng, at=ELEVEN)
    try:
        take_back(
            errand=errand, what="ended", by=getattr(place, who), at=ELEVEN + later, is_desk=who == "tang", reason=reason
        )
        answer = None
    except Refusal as refusal:
        answer = refusal.code
    errand.refresh_from_db()
    assert (answer, errand.state) == (code, "handed_over" if code else "taken")


def test_mistake_of_somebody_else_stays_and_is_said(place: SimpleNamespace) -> None:
    errand = gas(place)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(30))
    steps.buy(errand=errand, by=place.tang, at=ELEVEN, amount=Decimal(32))
    told = take_back(errand=errand, what="bought", by=place.tang, at=ELEVEN + MINUTE)
    errand.refresh_from_db()
    assert (told.flags, errand.state, errand.amount, errand.paid_by) == (("stays",), "bought", Decimal(30), place.feng)


def test_errand_bought_though_withdrawn_when_taken_back_is_withdrawn_again(place: SimpleNamespace) -> None:
    errand = gas(place)
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    withdraw(errand=errand, reason="自己充了", by=place.lin, at=ELEVEN + MINUTE)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN + 2 * MINUTE, amount=Decimal(100))
    # Its number was erased when it had ended.
    with pytest.raises(Refusal) as gone:
        show_number(errand=errand, by=place.feng, at=ELEVEN + 2 * MINUTE)
    assert gone.value.code == "number_gone"
    take_back(errand=errand, what="bought", by=place.feng, at=ELEVEN + 3 * MINUTE)
    errand.refresh_from_db()
    assert (errand.state, errand.ended_at, errand.end_reason) == ("withdrawn", ELEVEN + MINUTE, "自己充了")


def test_urgent_errand_that_waits_again_after_a_mistake_tells_people(place: SimpleNamespace) -> None:
    errand = medicine(place, is_urgent=True)
    steps.not_to_be_had(errand=errand, by=place.tang, at=ELEVEN, reason="没货")
    chats = Message.objects.filter(kind="errands.urgent", channel="chat", dropped_at=None)
    assert chats.count() == 0
    take_back(errand=errand, what="ended", by=place.tang, at=ELEVEN + MINUTE)
    assert chats.count() == 1


def test_way_with_a_mistake_in_it_sent_twice_from_a_phone_without_a_network_has_one_effect(
    place: SimpleNamespace, client: Client
) -> None:
    errand = gas(place)
    client.force_login(place.feng)
    way = [{"do": "take"}, {"do": "bought", "amount": "100"}, {"do": "handed_over", "to": "老周"}]
    way += [{"do": "take_back", "what": "ended"}, {"do": "take_back", "what": "bought"}]
    events = [
        {"id": str(uuid.uuid4()), "kind": "errand", "at": (ELEVEN + number * MINUTE).isoformat(), "clock_offset_ms": 0,
         "body": {"errand": str(errand.pk), **said}}
        for number, said in enumerate(way)
    ]  # fmt: skip
    sent = {"compound": "xingfuli", "as": user_mark(place.feng), "events": events}
    for replayed in (False, True):
        answer = client.post("/api/v1/orders/events", json.dumps(sent), content_type="application/json").json()
        assert [(row["state"], row["flags"], row["replayed"]) for row in answer["results"]] == [
            ("taken", [], replayed), ("bought", [], replayed), ("handed_over", [], replayed), ("bought", [], replayed),
            ("taken", [], replayed),
        ]  # fmt: skip
    assert (owed(place), ErrandStep.objects.filter(step="taken_back").count()) == ({}, 2)
    events[3]["body"]["what"] = "bought"
    [other] = client.post(
        "/api/v1/orders/events", json.dumps({**sent, "events": events[3:4]}), content_type="application/json"
    ).json()["results"]
    assert other["error"]["code"] == "id_taken"


def test_page_offers_it_shortly_to_the_runner_and_then_to_the_desk_alone(
    place: SimpleNamespace, client: Client, clock: Any
) -> None:
    errand = gas(place)
    page = reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk})
    stopped = clock(ELEVEN)
    act(place, place.feng, errand, "take")
    act(place, place.feng, errand, "bought", amount="100")
    act(place, place.feng, errand, "handed_over", to="老周")
    seen = []
    for user, minutes in ((place.feng, 1), (place.feng, 16), (place.tang, 16)):
        stopped.move_to(ELEVEN + minutes * MINUTE)
        client.force_login(user)
        text = client.get(page).content.decode()
        seen.append(('value="take_back"' in text, "说错了" in text))
    assert seen == [(True, False), (False, False), (False, True)]
    answer = client.post(f"{page}mistake/", {"what": "ended", "reason": "问过了，没交到"})
    errand.refresh_from_db()
    assert (answer.status_code, errand.state) == (302, "bought")
    client.force_login(place.feng)
    assert client.post(f"{page}mistake/", {"what": "bought", "reason": "x"}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        # Whoever comes second finds what the first one has done, and the end is one of the two.
        ("hand_over", "refuse", "handed_over"),
        ("refuse", "hand_over", "refused"),
        ("hand_over", "give_back", "handed_over"),
        ("take_back", "take_back", "bought"),
        ("take_back", "hand_over", "handed_over"),
    ],
)
def test_two_at_once_of_one_errand_have_one_effect_each(
    place: SimpleNamespace, first: str, second: str, state: str
) -> None:
    errand = gas(place)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(100))
    if first == "take_back":
        steps.hand_over(errand=errand, by=place.feng, at=ELEVEN)
    said: dict[str, Any] = {"errand": errand, "by": place.feng, "at": ELEVEN + MINUTE}
    deeds: dict[str, Callable[[], Any]] = {
        "hand_over": lambda: steps.hand_over(**said),
        "refuse": lambda: steps.refuse(**said, reason="不要"),
        "give_back": lambda: steps.give_back(**said),
        "take_back": lambda: take_back(**said, what="ended"),
    }
    with transaction.atomic():
        deeds[first]()
        other = Other(deeds[second])
        assert until_blocked(other)
    other.ended()
    errand.refresh_from_db()
    assert errand.state == state
    door = Decimal(100) if state in ("handed_over", "refused") else None
    assert owed(place).get("door") == door


def _anything(rng: random.Random, said: dict[str, Any]) -> None:
    deeds: list[Callable[[], Any]] = [
        lambda: steps.take_on(**said),
        lambda: steps.give_back(**said),
        lambda: steps.buy(**said, amount=Decimal(rng.randrange(1, 90))),
        lambda: steps.hand_over(**said),
        lambda: steps.refuse(**said, reason="不要"),
        lambda: steps.not_to_be_had(**said, reason="没货"),
        lambda: withdraw(**said, reason="不用了"),
        lambda: take_back(**said, what=rng.choice(["bought", "ended"]), is_desk=True, reason="按错了"),
    ]
    rng.choice(deeds)()


def test_steps_say_where_an_errand_stands_whatever_has_happened(place: SimpleNamespace) -> None:
    rng = random.Random(7)
    for number in range(25):
        errand = medicine(place, refusal_borne_by="household") if number % 2 else gas(place)
        for minute in range(12):
            said: dict[str, Any] = {"errand": errand, "by": rng.choice([place.feng, place.tang])}
            said["at"] = ELEVEN + minute * MINUTE
            try:
                _anything(rng, said)
            except Refusal:
                continue
        errand.refresh_from_db()
        live = list(errand.steps.filter(undone_by=None).exclude(step="taken_back"))
        assert standing(live)[0] == errand.state
        assert (errand.taken_by is None) <= (errand.state in ("asked", "not_to_be_had", "withdrawn"))
    # Something was really taken back, and bought anew.
    assert ErrandStep.objects.filter(step="taken_back").count() > 10
    assert Errand.objects.filter(state="handed_over").exists()
