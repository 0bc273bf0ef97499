"""The admin site as a branch secretary uses it: own rows only, few queries, refusals in words."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise

from compound.backends import SECRETARY
from compound.models import (
    Building,
    Compound,
    Gate,
    Household,
    HouseholdKey,
    Job,
    LoginToken,
    Membership,
    Message,
    Role,
    Rulebook,
    Sheet,
    ShortCode,
    StoredFile,
    User,
)
from compound.services import accounts
from compound.services.audit import record
from gate.models import RollChange
from orders.models import ChainEntry, ChainImport, Nickname, RoundSchedule
from tests import make
from tests.errands.one_of_each import one_of_each as one_of_each_of_the_errands
from tests.gate.one_of_each import one_of_each
from tests.money.one_of_each import one_of_each as one_of_each_of_the_ledger
from tests.orders.one_of_each import one_of_each as one_of_each_to_the_door
from tests.roster.one_of_each import one_of_each as one_of_each_of_the_roster

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Compound:
    return make.compound()


@pytest.fixture
def other() -> Compound:
    return make.compound("dongyuan", "东园")


@pytest.fixture
def secretary(client: Client, own: Compound) -> User:
    person = make.member(own, Role.SECRETARY)
    client.force_login(person)
    return person


def url(model: type[Model], page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill(of: Compound, secretary: User, *numbers: int) -> None:
    """A row per number in every table that the admin shows."""
    phones = 13_800_000_000 + (1000 if of.code == "dongyuan" else 0)
    for number in numbers:
        household = make.household(of, f"{number}-1-{number}01", tags=["infant", "hardship"])
        make.resident(household, f"居民{number}", str(phones + number))
        Gate.objects.create(compound=of, name=f"{number}号门")
        person = make.user(f"某{number}", str(phones + 50 + number))
        Membership.objects.create(user=person, compound=of, role=Role.CAPTAIN, building=household.building)
        accounts.issue_login(compound=of, user=person, by=None, at=make.ELEVEN)
        record(compound=of, by=secretary, at=make.ELEVEN, action="test", text=f"第{number}条")
        start = make.ELEVEN + dt.timedelta(days=number)
        Rulebook.objects.create(
            compound=of,
            building=household.building,
            notice=f"{number}号通告",
            starts_at=start,
            created_at=make.ELEVEN,
            created_by=secretary,
        )
        Job.objects.create(
            compound=of,
            kind="test",
            key=str(number),
            created_at=make.ELEVEN,
            not_before=make.ELEVEN,
            created_by=secretary,
        )
        round = make.round(of, f"第{number}轮")
        make.offer(round, f"鸡蛋{number}", section=f"{number}区")
        make.order(round, household, ("鸡蛋", "2", "板"), by=secretary)
        source = make.chain_source(of, f"{number}群", building=household.building)
        chain = ChainImport.objects.create(
            round=round, source=source, text="1. 张三 2份", pasted_at=make.ELEVEN, pasted_by=secretary
        )
        ChainEntry.objects.create(
            chain_import=chain, position=1, line=1, raw="1. 张三 2份", status="order", household=household
        )
        file = StoredFile.objects.create(
            compound=of, kind="sheet", name=f"{number}.pdf", content_type="application/pdf", content=b"%PDF", size=4,
            sha256="", created_at=make.ELEVEN, created_by=secretary,
        )  # fmt: skip
        sheet = Sheet.objects.create(
            compound=of, kind="shopping", group=round.pk, version=1, title=f"采买单{number}", language="zh-hans",
            rows={}, rows_sha256="", pages=1, file=file, made_at=make.ELEVEN,
        )  # fmt: skip
        code = f"{'D' if of.code == 'dongyuan' else 'A'}00000000{number}"
        ShortCode.objects.create(code=code, sheet=sheet, expires_at=make.ELEVEN + dt.timedelta(days=14))
        Message.objects.create(
            compound=of, kind="roster.reminder", key=f"{number}", channel="chat", to=person, subject=f"提醒{number}",
            text="东门岗", made_at=make.ELEVEN, due_at=make.ELEVEN, not_before=make.ELEVEN,
        )  # fmt: skip
        Nickname.objects.create(
            compound=of, name=f"昵称{number}", household=household, learned_at=make.ELEVEN, learned_by=secretary
        )
        RoundSchedule.objects.create(compound=of, supply_point=make.supply_point(of), cutoff=dt.time(number))
        one_of_each(household, by=secretary, plate=f"沪A1234{number}")
        way = one_of_each_to_the_door(household, by=secretary, number=number)
        one_of_each_of_the_errands(household, by=secretary)
        one_of_each_of_the_ledger(household, way.round, by=secretary)
        HouseholdKey.objects.create(
            household=household, token_hash=f"{household.pk:064x}", issued_at=make.ELEVEN, issued_by=secretary
        )
        one_of_each_of_the_roster(of, number, phone=str(phones + 70 + number))


TABLES = sorted(SECRETARY)


def model_of(table: str) -> type[Model]:
    return next(model for model in admin.site._registry if model._meta.label_lower == table)


def rows(client: Client, table: str) -> Any:
    """What the secretary's list of a table has."""
    return client.get(url(model_of(table))).context["cl"].queryset


def test_admin_when_listed_has_every_table_of_ours() -> None:
    from django.apps import apps

    apps_of = [apps.get_app_config(name) for name in ("compound", "gate", "roster", "orders", "errands", "money")]
    ours = {model._meta.label_lower for app in apps_of for model in app.get_models()}
    shown = {model._meta.label_lower for model in admin.site._registry}
    # The worker's sign of life is for /healthz, the roll's notes are the triggers' own; what phones sent is behind
    # the rows that it made, and the parts of a run, a station and a sharing stand on their page.
    assert ours - shown == {
        "compound.heartbeat",
        "errands.medicine",
        "errands.topup",
        "gate.rollchange",
        "money.billline",
        "orders.allotment",
        "orders.handovergap",
        "orders.noticesent",
        "orders.phoneevent",
        "orders.picture",
        "orders.stationbuilding",
        "orders.trip",
    }


# All tables in one test each: filling them all for each of them took minutes.
def test_list_when_it_has_three_rows_asks_as_often_as_with_one(client: Client, own: Compound, secretary: User) -> None:
    counts: list[dict[str, int]] = []
    for numbers in ((1,), (2, 3)):
        fill(own, secretary, *numbers)
        asked = {}
        for table in TABLES:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url(model_of(table))).status_code == 200, table
            asked[table] = len(queries)
        counts.append(asked)
    assert counts[0] == counts[1]


def test_list_when_another_compound_has_rows_shows_none_of_them(
    client: Client, own: Compound, other: Compound, secretary: User
) -> None:
    def listed() -> dict[str, set[Any]]:
        return {table: set(rows(client, table).values_list("pk", flat=True)) for table in TABLES}

    fill(own, secretary, 1)
    before = listed()
    fill(other, make.user("外人", "13999999999"), 2)
    theirs = {table for table in TABLES if model_of(table).objects.exclude(pk__in=before[table]).exists()}  # type: ignore[attr-defined]
    # Tags are everybody's.
    assert set(TABLES) - theirs == {"compound.tag"}
    assert listed() == before


def test_row_when_opened_shows_and_of_another_compound_leads_away(
    client: Client, own: Compound, other: Compound, secretary: User
) -> None:
    fill(own, secretary, 1)
    seen = {table: set(rows(client, table).values_list("pk", flat=True)) for table in TABLES}
    fill(other, make.user("外人", "13999999999"), 2)
    wrong = {}
    for table in TABLES:
        model = model_of(table)
        mine = rows(client, table).first()
        said = client.get(url(model, "change", mine.pk)).status_code if mine else 200
        theirs = model.objects.exclude(pk__in=seen[table]).first()  # type: ignore[attr-defined]
        led = client.get(url(model, "change", theirs.pk)).headers.get("Location") if theirs else reverse("admin:index")
        if (said, led) != (200, reverse("admin:index")):
            wrong[table] = (said, led)
    assert wrong == {}


@pytest.mark.parametrize("table", [table for table in TABLES if "add" in SECRETARY[table]])
def test_add_page_when_opened_is_there_or_says_no(client: Client, own: Compound, secretary: User, table: str) -> None:
    model = model_of(table)
    expected = 403 if table == "orders.nickname" else 200
    assert client.get(url(model, "add")).status_code == expected


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SECRETARY, Role.CAPTAIN)])
def test_admin_when_asked_by_another_role_is_not_found(client: Client, own: Compound, role: Role) -> None:
    client.force_login(make.member(own, role))
    assert client.get(reverse("admin:index"), follow=True).status_code == 404


def test_admin_when_asked_by_nobody_leads_to_the_login_and_back(client: Client, own: Compound) -> None:
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1] == (f"{reverse('login')}?next=%2Fadmin%2F", 302)


def test_index_when_opened_by_the_secretary_is_in_chinese_and_begins_with_the_registry(
    client: Client, secretary: User
) -> None:
    response = client.get(reverse("admin:index"))
    assert [str(app["name"]) for app in response.context["app_list"]] == [
        "小区档案",
        "卡口",
        "排班",
        "订单",
        "账目",
        "跑腿",
    ]
    assert [str(m["name"]) for m in response.context["app_list"][0]["models"]][:8] == [
        "小区",
        "卡口",
        "楼栋",
        "户",
        "居民",
        "成员",
        "用户",
        "规则",
    ]


def test_superuser_when_looking_sees_the_rows_of_all(client: Client, own: Compound, other: Compound) -> None:
    client.force_login(User.objects.create_superuser("13900000000", "管理员", "x"))
    assert list(client.get(url(Compound)).context["cl"].queryset) == [other, own]


# Append-only, for superusers too


def test_table_written_by_services_when_a_superuser_asks_cannot_be_changed(client: Client) -> None:
    client.force_login(User.objects.create_superuser("13900000000", "管理员", "x"))
    written = [table for table in TABLES if SECRETARY[table] == {"view"}]
    assert {client.get(url(model_of(table), "add")).status_code for table in written} == {403}


def test_autocomplete_when_asked_names_only_own_rows(
    client: Client, own: Compound, other: Compound, secretary: User
) -> None:
    Building.objects.create(compound=own, name="20")
    Building.objects.create(compound=other, name="21")
    query = {"app_label": "compound", "model_name": "household", "field_name": "building", "term": "2"}
    answer = client.get(reverse("admin:autocomplete"), query).json()
    assert [row["text"] for row in answer["results"]] == ["20"]


def test_filter_when_listed_names_only_own_buildings(
    client: Client, own: Compound, other: Compound, secretary: User
) -> None:
    make.household(own, "20-1702")
    make.household(own, "3-101")
    make.household(other, "21-101")
    specs = client.get(url(Household)).context["cl"].filter_specs
    names = {str(spec.title): [str(label) for _pk, label in getattr(spec, "lookup_choices", [])] for spec in specs}
    assert names["楼栋"] == ["3", "20"]


def test_people_when_listed_show_the_roles_in_own_compounds_only(
    client: Client, own: Compound, other: Compound, secretary: User
) -> None:
    person = make.member(own, Role.VOLUNTEER)
    Membership.objects.create(user=person, compound=other, role=Role.MEDICAL)
    rows = client.get(url(User)).context["cl"]
    assert [rows.model_admin.role_names(row) for row in rows.result_list if row == person] == ["志愿者"]
    client.force_login(User.objects.create_superuser("13900000000", "管理员", "x"))
    rows = client.get(url(User)).context["cl"]
    assert [rows.model_admin.role_names(row) for row in rows.result_list if row == person] == ["医疗组、志愿者"]


# What a list can be asked for: a secret must not be guessed letter by letter


@pytest.mark.errors_expected
@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (User, "password__startswith"),
        (User, "password"),
        (LoginToken, "token_hash__startswith"),
        (ShortCode, "code__startswith"),
        (StoredFile, "content__contains"),
    ],
)
def test_list_when_asked_about_a_secret_column_is_a_bad_request(
    client: Client, own: Compound, secretary: User, model: type[Model], lookup: str
) -> None:
    assert client.get(url(model), {lookup: "a"}).status_code == 400
    client.force_login(User.objects.create_superuser("13900000000", "管理员", "x"))
    assert client.get(url(model), {lookup: "a"}).status_code == 400


def test_list_when_asked_about_an_open_column_answers(client: Client, own: Compound, secretary: User) -> None:
    assert client.get(url(User), {"name__startswith": "何"}).status_code == 200


def test_no_field_of_a_gate_table_has_only_its_code_for_a_name() -> None:
    """A column head of the admin is the field's name; one that was never given is the attribute with spaces."""
    bare = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("gate").get_models()
        if model is not RollChange
        for field in model._meta.get_fields()
        if field.concrete and field.name != "id" and not isinstance(field.verbose_name, Promise)
        and not field.name.endswith("_hash")
    ]  # fmt: skip
    assert bare == []
