"""The slip is the key: a guessed, old or replaced one opens nothing, and no key opens another household's things."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from compound.accesslog import masked_address
from compound.models import HouseholdKey, Role
from compound.services.household_keys import replace_key, revoke_key, token_of_key
from desk.views.own_page import access
from orders.models import HouseholdReport, Order, Round
from tests import make
from tests.make import ELEVEN

NOTHING = "打不开"


def test_page_when_opened_with_the_slip_is_the_households(scene, phone):
    answer = phone.get(scene.url())
    key = HouseholdKey.objects.get()
    assert (answer.status_code, "20-1702" in answer.text, key.first_opened_at) == (200, True, ELEVEN)
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "private, no-store")
    assert answer.cookies == {}


def test_token_when_typed_by_hand_opens_the_same_page(scene, phone):
    typed = "-".join(scene.token[at : at + 6].lower() for at in range(0, 22, 6))
    assert phone.get(f"/h/{typed}/").status_code == 200


@pytest.mark.parametrize("kind", ["guessed", "replaced", "revoked"])
def test_token_when_it_is_no_good_gets_one_and_the_same_page(scene, phone, kind):
    token = "0" * 22 if kind == "guessed" else scene.token
    if kind == "replaced":
        replace_key(household=scene.home, reason="丢了", by=scene.chief, at=ELEVEN)
    if kind == "revoked":
        revoke_key(household=scene.home, reason="搬走了", by=scene.chief, at=ELEVEN)
    pages = [phone.get(f"/h/{token}/{rest}") for rest in ("", "money/", f"order/{scene.round.pk}/")]
    assert [page.status_code for page in pages] == [404] * 3
    assert len({page.content for page in pages}) == 1
    assert ("20-1702" in pages[0].text, "幸福里" in pages[0].text, NOTHING in pages[0].text) == (False, False, True)
    assert phone.post(f"/h/{token}/order/{scene.round.pk}/", {f"q{scene.eggs.pk}": "1"}).status_code == 404
    assert Order.objects.count() == 0


def test_token_when_replaced_the_new_one_opens_the_page(scene, phone):
    made = replace_key(household=scene.home, reason="丢了", by=scene.chief, at=ELEVEN)
    assert phone.get(f"/h/{token_of_key(made)}/").status_code == 200


def test_tokens_when_guessed_too_often_from_one_address_shut_out_only_the_guesses(scene, phone, monkeypatch):
    monkeypatch.setattr(access, "MISSES", 3)
    address = f"10.9.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}"
    guesses = [phone.get(f"/h/{'1' * 21}{n}/", REMOTE_ADDR=address).status_code for n in range(4)]
    assert guesses == [404, 404, 404, 429]
    # Behind one address may be the whole compound: whoever holds a slip is let in all the same.
    assert phone.get(scene.url(), REMOTE_ADDR=address).status_code == 200


def test_forms_when_sent_too_often_are_refused_and_keep_what_was_typed(scene, phone, monkeypatch):
    monkeypatch.setattr(access, "WRITES", 0)
    answer = phone.post(scene.order_url, {f"q{scene.eggs.pk}": "1", "remark": "放门口"})
    assert (answer.status_code, 'value="放门口"' in answer.text, Order.objects.count()) == (422, True, 0)


def test_address_of_the_page_when_logged_names_no_token(scene):
    assert masked_address(scene.order_url) == f"/h/…/order/{scene.round.pk}/"


def test_ids_of_another_household_when_sent_with_ones_own_key_are_not_found(scene, phone):
    order = Order.objects.create(
        round=scene.round, household=scene.next_door, channel=Order.Channel.HOUSEHOLD, entered_at=ELEVEN
    )
    line = order.lines.create(goods="鸡蛋", unit="板", ordered=1)
    Round.objects.update(state=Round.State.DELIVERING, closed_at=ELEVEN)
    for rest in (f"withdraw/{order.pk}/", f"wrong/{scene.round.pk}/", f"received/{scene.round.pk}/"):
        assert (rest, phone.post(scene.url(rest), {"line": "0", "text": "x"}).status_code) == (rest, 404)
    order.refresh_from_db()
    assert (order.state, HouseholdReport.objects.count()) == ("placed", 0)
    assert "鸡蛋" not in phone.get(scene.url("before/")).text
    assert line.goods == "鸡蛋"


def test_round_of_another_compound_when_ordered_in_is_not_found(scene, phone):
    elsewhere = make.round(make.compound("dongyuan", "东园"))
    assert phone.get(scene.url(f"order/{elsewhere.pk}/")).status_code == 404
    sent = phone.post(scene.url(f"order/{elsewhere.pk}/"), {"more": "盐2包"})
    assert (sent.status_code, Order.objects.count()) == (404, 0)


def test_order_when_it_names_the_id_of_a_neighbours_order_touches_only_ones_own(scene, phone, token_of):
    theirs = uuid.uuid4()
    phone.post(f"/h/{token_of(scene.next_door)}/order/{scene.round.pk}/", {"id": theirs, f"q{scene.milk.pk}": "1"})
    phone.post(scene.order_url, {"id": theirs, "instead_of": theirs, f"q{scene.eggs.pk}": "1"})
    placed = Order.objects.order_by("household__sort_key").values_list("household__room", "state", "lines__goods")
    assert list(placed) == [("20-1702", "placed", "鸡蛋"), ("20-1703", "placed", "牛奶")]


def test_display_when_chosen_is_kept_by_the_phone_and_leads_nowhere_else(scene, phone):
    answer = phone.post(scene.url("display/"), {"language": "en", "size": "3", "back": scene.url("money/")})
    assert (answer.url, 'data-text="3"' in phone.get(scene.url()).text) == (scene.url("money/"), True)
    assert "My page" in phone.get(scene.url()).text
    away = phone.post(scene.url("display/"), {"size": "9", "back": "https://example.com/"})
    assert (away.url, away.cookies) == (scene.url(), {})


@pytest.mark.parametrize("role", [Role.SUPPLY, Role.CAPTAIN, Role.VOLUNTEER, Role.GATE, Role.MEDICAL])
def test_slips_are_given_by_coordinators_only(scene, role, log_in):
    building = scene.home.building if role == Role.CAPTAIN else None
    client: Client = log_in(role, building=building)
    assert client.get("/c/xingfuli/slips/").status_code == 404


def test_key_when_the_day_of_its_first_opening_is_known_is_not_written_again(scene, phone, clock):
    phone.get(scene.url())
    clock(ELEVEN + dt.timedelta(hours=1))
    phone.get(scene.url())
    assert HouseholdKey.objects.get().first_opened_at == ELEVEN
