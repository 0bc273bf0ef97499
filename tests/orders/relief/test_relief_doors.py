"""Two people at one door, a phone that sends twice, a captain of another building: what stands at the door."""

import datetime as dt
import json
import threading
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from compound.access import standing_of
from compound.phone_pages import user_mark
from compound.refusals import Refusal
from orders.events import form_act, take_act
from orders.models import PhoneEvent, ReliefParcel
from tests import make
from tests.make import ELEVEN
from tests.orders.relief.conftest import at_door, tap

pytestmark = pytest.mark.django_db

FIVE = dt.timedelta(minutes=5)


def test_two_volunteers_who_tick_one_door_offline_hand_out_one_parcel(relief, volunteer, supply):
    """The later act stands, in whichever order the phones find a network."""
    earlier, later = (volunteer, ELEVEN), (supply, ELEVEN + FIVE)
    for first, second in ((earlier, later), (later, earlier)):
        relief.parcels.update(outcome="", handed=0, outcome_at=None, outcome_by=None, event=None)
        assert tap(relief, "20-1702", by=first[0], at=first[1])["flags"] == []
        assert tap(relief, "20-1702", by=second[0], at=second[1])["flags"] == ["already"]
        assert at_door(relief, "20-1702") == ("handed", 1, "罗强")


def test_nobody_home_of_somebody_who_did_not_know_brings_no_parcel_back(relief, volunteer, supply):
    tap(relief, "20-1702", by=volunteer)
    assert tap(relief, "20-1702", "nobody_home", by=supply, at=ELEVEN + FIVE)["flags"] == ["handed_already"]
    assert at_door(relief, "20-1702") == ("handed", 1, "冯磊")
    assert PhoneEvent.objects.count() == 2


def test_second_visit_hands_out_what_nobody_took_at_the_first(relief, volunteer):
    tap(relief, "20-1702", "nobody_home", by=volunteer)
    tap(relief, "20-1702", by=volunteer, at=ELEVEN + FIVE)
    assert at_door(relief, "20-1702") == ("handed", 1, "冯磊")


def test_same_act_sent_twice_has_one_effect_and_gets_its_first_answer(relief, volunteer):
    key = uuid.uuid4()
    first = tap(relief, "20-1702", by=volunteer, id=key)
    tap(relief, "20-1702", "undo", by=volunteer, at=ELEVEN + FIVE, of=str(key))
    assert tap(relief, "20-1702", by=volunteer, id=key) == first
    # The copy that came late did not undo the undo.
    assert at_door(relief, "20-1702") == ("", 0, "")


def test_act_id_of_another_person_is_refused(relief, volunteer, supply):
    key = uuid.uuid4()
    tap(relief, "20-1702", by=volunteer, id=key)
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "id_taken"):
        tap(relief, "20-1702", by=supply, id=key)


def test_undo_takes_back_the_own_act_and_not_that_of_another(relief, volunteer, supply):
    mine = uuid.uuid4()
    tap(relief, "20-1702", by=volunteer, id=mine)
    tap(relief, "20-1702", by=supply, at=ELEVEN + FIVE)
    assert tap(relief, "20-1702", "undo", by=volunteer, at=ELEVEN + 2 * FIVE, of=str(mine))["flags"] == ["overtaken"]
    assert at_door(relief, "20-1702") == ("handed", 1, "罗强")


def test_another_number_than_is_due_is_kept_as_it_was_handed_out(relief, volunteer):
    ReliefParcel.objects.update(due=3)
    assert tap(relief, "20-1702", by=volunteer, count="2")["handed"] == 2
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "count_malformed"):
        tap(relief, "3-1-101", by=volunteer, count="200")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"do": "burned"}, "act_malformed"),
        ({"room": "9-999"}, "room_unknown"),
        ({"relief": "5"}, "relief_unknown"),
        ({"relief": str(uuid.UUID(int=0))}, "relief_unknown"),
        ({"room": ["20-1702", "3-1-101"]}, "room_unknown"),
    ],
)
def test_malformed_act_is_refused_and_nothing_is_stored(relief, volunteer, body, code):
    said = {"relief": str(relief.pk), "room": "20-1702", "do": "handed"} | body
    standing = standing_of(volunteer, "xingfuli")
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == code):
        take_act(form_act(id=uuid.uuid4(), standing=standing, kind="relief", at=ELEVEN, body=said))
    assert not PhoneEvent.objects.exists()


def test_captain_ticks_the_doors_of_the_own_building_only(relief, captain):
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "room_unknown"):
        tap(relief, "20-1702", by=captain)
    tap(relief, "3-1-101", by=captain)
    assert at_door(relief, "3-1-101") == ("handed", 1, "郭芳")


def test_round_of_another_compound_is_not_there(relief):
    stranger = make.member(make.compound("dongyuan", "东园"))
    standing = standing_of(stranger, "dongyuan")
    body = {"relief": str(relief.pk), "room": "20-1702", "do": "handed"}
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "relief_unknown"):
        take_act(form_act(id=uuid.uuid4(), standing=standing, kind="relief", at=ELEVEN, body=body))


def test_acts_of_a_phone_go_through_its_outbox_and_a_bad_one_harms_no_other(client, clock, relief, volunteer):
    clock(ELEVEN + FIVE)
    client.force_login(volunteer)
    acts = [
        {
            "id": str(uuid.uuid4()),
            "kind": "relief",
            "at": ELEVEN.isoformat(),
            "body": {"relief": str(relief.pk), "room": room, "do": "handed"},
        }
        for room in ("9-999", "20-1702")
    ]
    sent = json.dumps({"compound": "xingfuli", "as": user_mark(volunteer), "events": acts})
    results = client.post("/api/v1/orders/events", sent, content_type="application/json").json()["results"]
    assert results[0]["error"]["code"] == "room_unknown"
    assert (results[1]["outcome"], results[1]["replayed"], results[1]["flags"]) == ("handed", False, [])
    again = client.post("/api/v1/orders/events", sent, content_type="application/json").json()["results"]
    assert again[1] == {**results[1], "replayed": True}
    assert relief.parcels.get(household__room="20-1702").outcome_at == ELEVEN


def test_form_without_a_script_is_the_same_act_and_leads_back_to_the_door(client, clock, relief, volunteer):
    clock(ELEVEN)
    client.force_login(volunteer)
    page = reverse("orders:relief_doors", kwargs={"code": "xingfuli", "relief": relief.pk, "building": "20"})
    key = uuid.uuid4()
    body = {"id": str(key), "relief": str(relief.pk), "room": "20-1702", "do": "handed", "next": f"{page}#d20-1702"}
    url = reverse("orders:act", kwargs={"code": "xingfuli", "kind": "relief"})
    for _ in range(2):
        assert client.post(url, body).headers["Location"] == f"{page}#d20-1702"
    assert (PhoneEvent.objects.count(), at_door(relief, "20-1702")) == (1, ("handed", 1, "冯磊"))


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_one_door_leave_one_parcel(relief, volunteer, supply):
    start = threading.Barrier(2)
    flags = []

    def send(by, at):
        try:
            start.wait()
            flags.append(tap(relief, "20-1702", by=by, at=at)["flags"])
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=args) for args in ((volunteer, ELEVEN), (supply, ELEVEN + FIVE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(flags) == [[], ["already"]]
    assert at_door(relief, "20-1702") == ("handed", 1, "罗强")
