"""The page of the roster's sheets: who sees and makes which."""

import datetime as dt
import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from compound.models import Compound, Sheet, StoredFile, User
from roster.models import GroupMember
from tests import make

NOON = make.NOON


@pytest.fixture(autouse=True)
def _noon(clock: object) -> None:
    clock(NOON)  # type: ignore[operator]


@pytest.fixture
def house() -> Compound:
    """Two groups with a post each; 组长甲 leads 值守组, 冯磊 is on duty at its post."""
    compound = make.compound()
    leader = make.volunteer(compound, "组长甲", "13000000021")
    make.duty_group(compound, leader=leader)
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    make.shift(make.post(compound, "超市", group=make.duty_group(compound, "采买组", kind="shopping")))
    return compound


def login(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def leader_of(compound: Compound) -> User:
    return GroupMember.objects.get(compound=compound, part="leader").volunteer.user


def url(name: str, **more: object) -> str:
    return reverse(f"roster:{name}", kwargs={"code": "xingfuli", **more})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "parts"), [("day", ["东门岗", "超市"]), ("week", [""]), ("groups", ["值守组", "采买组"])]
)
def test_make_by_the_coordinator_keeps_the_sheets_and_shows_them(
    client: Client, house: Compound, what: str, parts: list[str]
) -> None:
    login(client, make.member(house))
    answer = client.post(url("sheets_make"), {"day": "2022-08-23", "group": "", "what": what}, follow=True)
    sheets = list(Sheet.objects.order_by("part_key"))
    assert [sheet.part for sheet in sheets] == parts
    for sheet in sheets:
        assert sheet.title in answer.content.decode()
        pdf = client.get(url("sheet_file", file=sheet.file_id))
        assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")


@pytest.mark.django_db
def test_make_again_says_that_nothing_has_changed(client: Client, house: Compound) -> None:
    login(client, make.member(house))
    for words in ("2张表可以打印了。", "没有变化：已打印的仍然有效。"):
        answer = client.post(url("sheets_make"), {"day": "2022-08-23", "what": "day"}, follow=True)
        assert words in answer.content.decode()
    assert Sheet.objects.count() == 2


@pytest.mark.django_db
def test_make_for_a_day_without_shifts_says_so(client: Client, house: Compound) -> None:
    login(client, make.member(house))
    answer = client.post(url("sheets_make"), {"day": "2022-09-23", "what": "day"}, follow=True)
    assert "这一天没有班次：没有可打印的。" in answer.content.decode()


@pytest.mark.django_db
def test_make_by_a_leader_makes_the_own_groups_sheets_only(client: Client, house: Compound) -> None:
    login(client, leader_of(house))
    for what in ("day", "groups"):
        client.post(url("sheets_make"), {"day": "2022-08-23", "what": what})
    assert sorted(Sheet.objects.values_list("kind", "part")) == [("duty_day", "东门岗"), ("duty_group", "值守组")]


@pytest.mark.django_db
def test_file_of_another_group_is_not_there_for_a_leader(client: Client, house: Compound) -> None:
    login(client, make.member(house))
    client.post(url("sheets_make"), {"day": "2022-08-23", "what": "day"})
    login(client, leader_of(house))
    answers = {s.part: client.get(url("sheet_file", file=s.file_id)).status_code for s in Sheet.objects.all()}
    assert answers == {"东门岗": 200, "超市": 404}


@pytest.mark.django_db
def test_file_that_is_no_sheet_of_the_roster_is_not_there(client: Client, house: Compound) -> None:
    login(client, make.member(house))
    other = StoredFile.objects.create(
        compound=house, kind="photo", name="x", content_type="image/png", content=b"x", size=1, created_at=NOON
    )
    assert client.get(url("sheet_file", file=other.pk)).status_code == 404


@pytest.mark.django_db
def test_pages_for_a_mere_volunteer_are_not_there(client: Client, house: Compound) -> None:
    login(client, User.objects.get(name="冯磊"))
    assert [client.get(url(name)).status_code for name in ("sheets", "messages", "sheet_codes")] == [404, 404, 404]
    assert client.post(url("sheets_make"), {"day": "2022-08-23", "what": "day"}).status_code == 404
    assert Sheet.objects.count() == 0


@pytest.mark.django_db
def test_print_all_is_one_file_of_the_newest_versions(client: Client, house: Compound) -> None:
    login(client, make.member(house))
    client.post(url("sheets_make"), {"day": "2022-08-23", "what": "day"})
    answer = client.get(url("sheets_print", what="day"), {"day": "2022-08-23"})
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 2
    again = client.get(
        url("sheets_print", what="day"), {"day": "2022-08-23"}, headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304
    assert client.get(url("sheets_print", what="week"), {"day": "2022-08-23"}).status_code == 404
    assert client.get(url("sheets_print", what="other"), {"day": "2022-08-23"}).status_code == 404


@pytest.mark.django_db
def test_codes_of_all_posts_or_one_are_drawn_and_kept_nowhere(client: Client, house: Compound) -> None:
    login(client, make.member(house))
    post = house.posts.get(name="东门岗")
    pages = [
        len(PdfReader(io.BytesIO(client.get(url("sheet_codes"), q).content)).pages) for q in ({}, {"post": post.pk})
    ]
    assert pages == [2, 1]
    assert StoredFile.objects.count() == 0
    login(client, leader_of(house))
    shop = house.posts.get(name="超市")
    assert client.get(url("sheet_codes"), {"post": shop.pk}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", [{"day": "nonsense"}, {"day": "9999-12-31"}, {"group": "nobody"}, {"day": "2022-08-24"}]
)
def test_page_with_whatever_is_asked_for_answers(client: Client, house: Compound, query: dict[str, str]) -> None:
    login(client, make.member(house))
    assert client.get(url("sheets"), query).status_code == 200
    assert client.get(url("messages"), query).status_code == 200


@pytest.mark.django_db
def test_code_off_a_sheet_leads_those_who_keep_the_roster_to_its_day(client: Client, house: Compound) -> None:
    login(client, make.member(house))
    client.post(url("sheets_make"), {"day": "2022-08-23", "what": "day"})
    code = Sheet.objects.get(part="东门岗").short_code.code
    answer = client.get(f"/s/{code}")
    assert (answer.status_code, answer["Location"]) == (302, f"{url('sheets')}?day=2022-08-23")
    assert Client().get(f"/s/{code}").status_code == 404
    login(client, User.objects.get(name="冯磊"))
    assert client.get(f"/s/{code}").status_code == 404


@pytest.mark.django_db
def test_page_with_one_and_with_three_sheets_costs_the_same(
    client: Client, house: Compound, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    login(client, make.member(house))
    client.get(url("sheets"))
    for count in (1, 3):
        for number in range(count):
            make.shift(make.post(house, f"岗{count}{number}"), NOON + dt.timedelta(days=count))
        day = f"2022-08-{23 + count}"
        client.post(url("sheets_make"), {"day": day, "what": "day"})
        # The answer to the post is shown once.
        client.get(url("sheets"), {"day": day})
        with django_assert_num_queries(8):
            client.get(url("sheets"), {"day": day})
