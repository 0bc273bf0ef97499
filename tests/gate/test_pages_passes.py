"""The pages of the passes as the coordinator uses them, and who may not."""

import datetime as dt
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from compound.models import AuditEntry, Job, Role
from gate.models import Pass
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
URL = "/c/xingfuli/passes/"


@pytest.fixture
def of(clock):
    clock(ELEVEN)
    found = make.compound()
    make.rulebook(found)
    return found


@pytest.fixture
def client(of):
    found = Client()
    found.force_login(make.member(of), backend="django.contrib.auth.backends.ModelBackend")
    return found


@pytest.fixture
def door(of):
    return make.household(of, "20-1702")


def rows(response):
    return [(row.card.household and row.card.household.room, row.card.kind, row.kind) for row in _page(response)]


def _page(response):
    return response.context["found"].page.object_list


def pdf_lines(response):
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return [page.extract_text().splitlines() for page in PdfReader(BytesIO(response.content)).pages]


# ── the list ──────────────────────────────────────


def test_list_shows_the_valid_passes_and_how_many_households_have_none(client, of, door):
    make.gate_pass(of, door)
    make.gate_pass(of, door, "medical", every_days=2, revoked_at=ELEVEN)
    for room, heads in (("20-1703", 2), ("20-1704", 0)):
        make.household(of, room, head_count=heads)
    response = client.get(URL)
    assert rows(response) == [("20-1702", "household", "done")]
    text = response.content.decode()
    assert "1 户没有通行证" in text
    assert "1 户空置房也发" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"20-1702 household", "3-301 essential", "沪A12345 vehicle"}),
        ({"kind": "vehicle"}, {"沪A12345 vehicle"}),
        ({"building": "3"}, {"3-301 essential"}),
        ({"state": "ended"}, {"20-1702 medical"}),
        ({"state": "all", "building": "20"}, {"20-1702 household", "20-1702 medical"}),
        ({"q": "20栋1702", "state": "all"}, {"20-1702 household", "20-1702 medical"}),
        ({"q": "沪a·123"}, {"沪A12345 vehicle"}),
        ({"q": "周旻"}, {"3-301 essential"}),
        ({"q": "nothing"}, set()),
    ],
)
def test_list_with_filters_shows_what_fits_all_of_them(client, of, door, query, found):
    make.gate_pass(of, door)
    make.gate_pass(of, door, "medical", every_days=2, revoked_at=ELEVEN)
    make.gate_pass(of, make.household(of, "3-301"), "essential", holder="周旻")
    make.gate_pass(of, None, "vehicle", plate="沪A12345")
    cards = [row.card for row in _page(client.get(URL, query))]
    shown = {f"{card.plate or card.household.room} {card.kind}" for card in cards}
    assert shown == found


def test_list_asks_as_often_for_three_rows_as_for_one(client, of):
    counts = []
    for numbers in ((1,), (2, 3)):
        for number in numbers:
            make.gate_pass(of, make.household(of, f"20-10{number}"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.VOLUNTEER])
@pytest.mark.parametrize("page", ["", "new/", "print/", "cards.pdf"])
def test_pages_for_another_role_are_not_there(of, role, page):
    other = Client()
    other.force_login(make.member(of, role), backend="django.contrib.auth.backends.ModelBackend")
    assert other.get(URL + page).status_code == 404


# ── issuing ───────────────────────────────────────


def test_new_pass_of_a_household_is_issued_and_leads_to_its_page(client, of, door):
    response = client.post(f"{URL}new/", {"room": "20栋1702"}, follow=True)
    made = Pass.objects.get()
    assert (made.household, made.issued_by.name, made.issued_at) == (door, "林涛", ELEVEN)
    assert response.redirect_chain == [(f"{URL}{made.pk}/", 302)]
    assert "已发放。请打印并交给本人。" in response.content.decode()


def test_new_pass_of_an_essential_worker_notes_who_has_seen_the_certificate(client, of, door):
    form = {
        "room": "1702",
        "holder": "周旻",
        "employer": "市二院",
        "seen": "on",
        "valid_until": "2022-08-31T18:00",
    }
    client.post(f"{URL}new/?kind=essential", form)
    made = Pass.objects.get()
    assert (made.kind, made.seen_at, made.seen_by.name) == ("essential", ELEVEN, "林涛")
    assert made.valid_until == of.moment(dt.date(2022, 8, 31), dt.time(18))


@pytest.mark.parametrize(("how_often", "days", "single"), [("days", 2, False), ("single", None, True)])
def test_new_medical_pass_is_single_or_repeating(client, of, door, how_often, days, single):
    client.post(f"{URL}new/?kind=medical", {"room": "1702", "how_often": how_often, "every_days": "2"})
    made = Pass.objects.get()
    assert (made.every_days, made.single, made.seen_at) == (days, single, None)


@pytest.mark.parametrize(
    ("kind", "form", "box"),
    [
        ("household", {"room": ""}, "room"),
        ("household", {"room": "20-9999"}, "room"),
        ("household", {"room": "1702", "valid_until": "2022-08-22T10:00"}, "valid_until"),
        ("essential", {"room": "1702", "holder": "周旻", "employer": "x", "valid_until": "2022-08-31T18:00"}, "seen"),
        ("medical", {"room": "1702", "how_often": "days", "every_days": ""}, "every_days"),
        ("visitor", {"room": "1702", "holder": "王强", "valid_until": "2022-08-31T18:00"}, "consent"),
        ("vehicle", {"plate": "沪"}, "plate"),
        ("volunteer", {"holder": ""}, "holder"),
    ],
)
def test_new_pass_with_something_missing_says_so_at_its_box(client, of, door, kind, form, box):
    response = client.post(f"{URL}new/?kind={kind}", form)
    assert (response.status_code, list(response.context["form"].errors)) == (200, [box])
    assert Pass.objects.count() == 0


def test_new_pass_for_a_number_behind_which_are_two_doors_asks_which(client, of):
    for room in ("3-1-501", "3-2-501"):
        make.household(of, room)
    response = client.post(f"{URL}new/", {"room": "501"})
    assert [door.room for door in response.context["form"].doors] == ["3-1-501", "3-2-501"]
    client.post(f"{URL}new/", {"room": "501", "chosen": "3-2-501"})
    assert Pass.objects.get().household.room == "3-2-501"


def test_new_pass_sent_twice_is_one_pass(client, of, door):
    key = client.get(f"{URL}new/").context["form"]["id"].value()
    for _ in range(2):
        client.post(f"{URL}new/", {"room": "1702", "id": str(key)})
    assert [str(made.pk) for made in Pass.objects.all()] == [str(key)]


# ── one pass ──────────────────────────────────────


def test_page_of_a_pass_shows_its_passages_and_that_somebody_is_outside(client, of, door):
    card = make.gate_pass(of, door)
    phone = make.device(make.gate(of))
    make.outing(make.check(door, phone=phone, gate_pass=card, at=ELEVEN - HOUR))
    text = client.get(f"{URL}{card.pk}/").content.decode()
    assert "今天 10:00 东门" in text
    assert "持此证者 今天 10:00 外出，尚未回来。" in text


@pytest.mark.parametrize(("deed", "action"), [("revoke", "pass.revoked"), ("replace", "pass.replaced")])
def test_pass_revoked_or_replaced_on_its_page_ends(client, of, door, deed, action):
    card = make.gate_pass(of, door)
    client.post(f"{URL}{card.pk}/{deed}/", {f"{deed}-reason": "丢失"})
    card.refresh_from_db()
    assert (card.revoked_at, card.revoked_why) == (ELEVEN, "丢失")
    assert AuditEntry.objects.filter(action=action).count() == 1
    assert Pass.objects.filter(revoked_at=None).count() == (deed == "replace")


@pytest.mark.parametrize("deed", ["revoke", "replace"])
def test_pass_revoked_without_a_reason_stays_and_says_so(client, of, door, deed):
    card = make.gate_pass(of, door)
    response = client.post(f"{URL}{card.pk}/{deed}/", {f"{deed}-reason": ""})
    card.refresh_from_db()
    assert card.revoked_at is None
    assert list(response.context[f"{deed}_form"].errors) == ["reason"]


def test_pass_of_another_compound_is_not_there(client, of):
    other = make.compound("dongyuan", "东园")
    card = make.gate_pass(other, make.household(other, "3-301"))
    for page in ("", "card.pdf"):
        assert client.get(f"{URL}{card.pk}/{page}").status_code == 404
    assert client.post(f"{URL}{card.pk}/revoke/", {"revoke-reason": "x"}).status_code == 404


# ── printing ──────────────────────────────────────


def test_card_file_of_one_pass_is_one_card_that_is_kept_nowhere_and_noted(client, of, door):
    card = make.gate_pass(of, door)
    response = client.get(f"{URL}{card.pk}/card.pdf")
    (lines,) = pdf_lines(response)
    assert lines[:2] == ["幸福里", "20-1702每户通行证"]
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.params["count"]) == ("passes.printed", 1)


def test_cards_file_of_a_building_has_its_cards_alone(client, of, door):
    make.gate_pass(of, door)
    make.gate_pass(of, make.household(of, "3-301"))
    (lines,) = pdf_lines(client.get(f"{URL}cards.pdf", {"building": "3"}))
    assert "3-301每户通行证" in lines
    assert "20-1702每户通行证" not in lines


def test_cards_file_of_ticked_passes_has_those_alone(client, of):
    cards = [make.gate_pass(of, make.household(of, f"20-10{number}")) for number in range(3)]
    (lines,) = pdf_lines(client.get(f"{URL}cards.pdf", {"card": [str(card.pk) for card in cards[1:]]}))
    assert [line[:6] for line in lines if line.startswith("20-")] == ["20-101", "20-102"]


def test_cards_file_without_a_valid_pass_says_so(client, of, door):
    make.gate_pass(of, door, revoked_at=ELEVEN)
    response = client.get(f"{URL}cards.pdf", follow=True)
    assert "其中没有有效的通行证，无需打印。" in response.content.decode()


def test_card_file_under_another_secret_key_is_refused_in_words_and_the_page_offers_no_print(client, of, door):
    card = make.gate_pass(of, door)
    Pass.objects.filter(pk=card.pk).update(token_hash="f" * 64)
    response = client.get(f"{URL}{card.pk}/card.pdf", follow=True)
    text = response.content.decode()
    assert "此证是用另一个 SECRET_KEY 发放的" in text
    assert f"{card.pk}/card.pdf" not in text


def test_print_page_names_the_households_that_get_no_card(client, of, door):
    make.gate_pass(of, door)
    make.household(of, "3-301")
    response = client.get(f"{URL}print/")
    assert [(row.building.name, row.cards, row.missing) for row in response.context["buildings"]] == [
        ("3", 0, 1),
        ("20", 1, 0),
    ]
    assert "1 户没有通行证，这次不会打印。" in response.content.decode()


# ── for everybody ─────────────────────────────────


def test_for_all_asks_for_a_job_that_issues_and_shows_how_far_it_is(client, of, door, run_jobs):
    make.household(of, "20-1703", head_count=0)
    client.post(f"{URL}for-all/", {})
    job = Job.objects.get()
    assert "等待中" in client.get(f"{URL}jobs/{job.pk}/").content.decode()
    run_jobs()
    over = client.get(f"{URL}jobs/{job.pk}/")
    assert (over["HX-Refresh"], Pass.objects.count()) == ("true", 1)


def test_for_all_with_empty_flats_issues_to_them_too(client, of, door, run_jobs):
    make.household(of, "20-1703", head_count=0)
    client.post(f"{URL}for-all/", {"with_empty": "on"})
    run_jobs()
    assert Pass.objects.count() == 2


def test_for_all_when_cancelled_issues_nothing(client, of, door, run_jobs):
    client.post(f"{URL}for-all/", {})
    client.post(f"{URL}jobs/{Job.objects.get().pk}/cancel/")
    assert (run_jobs(), Pass.objects.count(), Job.objects.get().state) == (0, 0, "cancelled")


def test_for_all_when_everybody_has_one_says_so(client, of, door):
    make.gate_pass(of, door)
    response = client.post(f"{URL}for-all/", {}, follow=True)
    assert "每户都有通行证了。" in response.content.decode()


# ── the household's page ──────────────────────────


@pytest.mark.parametrize(("role", "sees"), [(Role.COORDINATOR, True), (Role.GATE, True), (Role.SUPPLY, False)])
def test_household_page_shows_its_passes_to_who_sees_the_gates(of, door, role, sees):
    make.gate_pass(of, door, "medical", every_days=2)
    somebody = Client()
    somebody.force_login(make.member(of, role), backend="django.contrib.auth.backends.ModelBackend")
    assert ("就医通行证" in somebody.get("/c/xingfuli/households/20-1702/").content.decode()) is sees
