"""`manage.py start`, the first page of an empty installation, and where `/` leads."""

import datetime as dt
import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from compound.models import AuditEntry, Compound, Gate, Membership, Role, User
from compound.refusals import Refusal
from compound.services.start import gate_names, start_compound
from tests import make

FORM = {
    "name": "东园",
    "code": "dongyuan",
    "gates": "东门，南门",
    "secretary": "何秀兰",
    "phone": "130 0000 0001",
    "password": "baoli-cuiyuan-7",
}


def start(*args: str) -> dict[str, object]:
    out = StringIO()
    call_command("start", *args, stdout=out)
    answer: dict[str, object] = json.loads(out.getvalue())
    return answer


@pytest.mark.parametrize(
    ("text", "names"),
    [("东门,南门", ["东门", "南门"]), (" 东门， 南门、东门 ;", ["东门", "南门"]), ("", []), ("1号门", ["1号门"])],
)
def test_gate_names_when_split_are_each_there_once(text: str, names: list[str]) -> None:
    assert gate_names(text) == names


@pytest.mark.django_db
def test_start_when_called_makes_a_compound_with_gates_and_prints_json() -> None:
    answer = start("dongyuan", "东园", "--gates", "东门,南门", "--phone", "13000000001", "--secretary", "何秀兰")
    login = answer["secretary"].pop("login")  # type: ignore[attr-defined]
    expires = parse_datetime(answer["secretary"].pop("expires_at"))  # type: ignore[attr-defined]
    assert answer == {
        "compound": {"code": "dongyuan", "name": "东园"},
        "gates": ["东门", "南门"],
        "secretary": {"name": "何秀兰", "phone": "13000000001"},
    }
    assert expires is not None
    assert dt.timedelta(hours=23) < expires - Compound.objects.get().created_at <= dt.timedelta(hours=24)
    assert list(Gate.objects.order_by("position").values_list("name", flat=True)) == ["东门", "南门"]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "member.added",
        "compound.started",
        "login.issued",
    ]
    client = Client()
    assert client.post(login.removeprefix("http://127.0.0.1:8000")).headers["Location"] == reverse("password")


@pytest.mark.django_db
def test_start_when_no_phone_is_given_asks_for_it_after_the_first_login() -> None:
    answer = start("dongyuan", "东园")
    assert answer["secretary"]["phone"] is None  # type: ignore[index]
    client = Client()
    client.post(answer["secretary"]["login"].removeprefix("http://127.0.0.1:8000"))  # type: ignore[index]
    page = client.get(reverse("password"))
    assert list(page.context["form"].fields) == ["name", "phone", "password"]
    form = {"name": "何秀兰", "phone": "130 0000 0001", "password": "baoli-cuiyuan-7"}
    assert client.post(reverse("password"), form).headers["Location"] == reverse("home")
    user = User.objects.get()
    assert (user.name, user.phone, user.check_password("baoli-cuiyuan-7")) == ("何秀兰", "13000000001", True)


@pytest.mark.django_db
def test_start_when_the_code_is_taken_says_so_and_leaves_all_as_it_was() -> None:
    make.compound("dongyuan", "东园")
    with pytest.raises(CommandError, match="已有简码为 dongyuan 的小区。"):
        start("dongyuan", "西园", "--gates", "东门")
    assert (Compound.objects.get().name, Gate.objects.count(), User.objects.count()) == ("东园", 0, 0)


@pytest.mark.django_db
def test_start_when_the_code_has_capitals_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        start_compound(code="East Gate", name="东园", gates=[], at=make.ELEVEN)
    assert refusal.value.code == "code_invalid"


# The first page


@pytest.mark.django_db
def test_login_when_nothing_is_set_up_leads_to_the_first_page(client: Client) -> None:
    assert client.get(reverse("login")).headers["Location"] == reverse("start")
    assert client.get(reverse("start")).status_code == 200


@pytest.mark.django_db
def test_first_page_when_filled_in_sets_up_all_and_logs_in(client: Client) -> None:
    response = client.post(reverse("start"), FORM)
    assert (response.status_code, response.headers["Location"]) == (302, reverse("home"))
    compound, member = Compound.objects.get(), Membership.objects.get()
    assert (compound.code, compound.name) == ("dongyuan", "东园")
    assert list(compound.gates.values_list("name", flat=True)) == ["东门", "南门"]
    assert (member.role, member.user.name, member.user.phone) == (Role.SECRETARY, "何秀兰", "13000000001")
    assert client.session["_auth_user_id"] == str(member.user.pk)
    assert member.user.check_password("baoli-cuiyuan-7")


@pytest.mark.django_db
def test_first_page_when_something_is_wrong_keeps_what_was_typed(client: Client) -> None:
    response = client.post(reverse("start"), FORM | {"code": "东园", "password": "12345678"})
    form = response.context["form"]
    assert sorted(form.errors) == ["code", "password"]
    assert (form["name"].value(), form["gates"].value()) == ("东园", "东门，南门")
    assert Compound.objects.count() == 0


@pytest.mark.django_db
def test_first_page_when_a_compound_exists_is_gone(client: Client) -> None:
    make.compound()
    assert client.get(reverse("start")).status_code == 404
    assert client.post(reverse("start"), FORM).status_code == 404
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_first_page_when_opened_from_the_network_is_refused(client: Client) -> None:
    response = client.post(reverse("start"), FORM, REMOTE_ADDR="192.168.1.20")
    assert response.status_code == 403
    assert Compound.objects.count() == 0


@pytest.mark.django_db
def test_first_page_when_the_phone_has_a_password_already_cannot_take_over_the_login(client: Client) -> None:
    User.objects.create_superuser("13000000001", "管理员", "an-old-password")
    response = client.post(reverse("start"), FORM)
    assert response.context["form"].errors == {"phone": ["已有别人用这个手机号登录。"]}
    assert Compound.objects.count() == 0
    assert User.objects.get().check_password("an-old-password")


@pytest.mark.django_db(transaction=True)
def test_first_page_when_two_send_it_at_once_makes_one_compound() -> None:
    barrier, outcomes = threading.Barrier(2), []

    def send(code: str) -> None:
        barrier.wait()
        try:
            start_compound(code=code, name=code, gates=[], at=make.ELEVEN, only_first=True)
            outcomes.append("started")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[code]) for code in ("dongyuan", "xiyuan")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_started", "started"]
    assert Compound.objects.count() == 1


# `/`


@pytest.mark.django_db
def test_home_when_in_one_compound_leads_straight_into_it(client: Client) -> None:
    client.force_login(make.member(make.compound()))
    assert client.get(reverse("home")).headers["Location"] == "/c/xingfuli/"


@pytest.mark.django_db
def test_home_when_in_several_compounds_lets_choose(client: Client) -> None:
    first, second = make.compound(), make.compound("dongyuan", "东园")
    make.compound("xiyuan", "西园")
    make.member(first)
    client.force_login(make.member(second))
    assert client.get(reverse("home")).context["compounds"] == [second, first]


@pytest.mark.django_db
def test_home_when_in_no_compound_says_so(client: Client) -> None:
    make.compound()
    client.force_login(make.user())
    assert "你还没有分工" in client.get(reverse("home")).content.decode()
