"""What the services of the registry say no to, by its stable code; each with a twin that goes through."""

import datetime as dt
import secrets

import pytest

from compound.models import StoredFile, User
from compound.refusals import Refusal
from compound.services import accounts, household_uploads, start
from compound.spreadsheet.grid import Book, Cell, Row, Sheet
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


def refused(code: str) -> "pytest.RaisesContext[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_start_compound_with_a_code_that_is_there_is_refused() -> None:
    make.compound("xingfuli")
    with refused("code_taken"):
        start.start_compound(code="xingfuli", name="另一个", gates=[], at=ELEVEN)
    assert start.start_compound(code="xingfuli2", name="另一个", gates=[], at=ELEVEN).compound.name == "另一个"


def test_start_compound_with_the_number_of_somebody_with_a_password_takes_over_nobodys_login() -> None:
    known = make.user(password=make.PASSWORD)
    with refused("phone_taken"):
        start.start_compound(
            code="xingfuli", name="幸福里", gates=[], at=ELEVEN, phone=known.phone, password="another-2022"
        )
    known.refresh_from_db()
    assert known.check_password(make.PASSWORD)
    free = start.start_compound(
        code="yangguang", name="阳光", gates=[], at=ELEVEN, phone="13000000099", password="another-2022"
    )
    assert free.secretary.check_password("another-2022")


def test_own_password_with_the_number_of_somebody_else_is_refused() -> None:
    make.user()
    new = make.user("罗强", "000123456789")

    def set_password(phone: str) -> None:
        accounts.set_own_password(user=new, password="another-2022", phone=phone, name="", at=ELEVEN)

    with refused("phone_taken"):
        set_password("130 0000 0002")
    assert User.objects.get(pk=new.pk).phone == "000123456789"
    set_password("13000000005")
    assert User.objects.get(pk=new.pk).phone == "13000000005"


def test_change_person_to_the_number_of_somebody_else_is_refused() -> None:
    by, other = make.user(), make.user("罗强", "13000000005")

    def change(phone: str) -> None:
        accounts.change_person(user=other, name="罗强", phone=phone, is_active=True, by=by, at=ELEVEN)

    with refused("phone_taken"):
        change(by.phone)
    assert User.objects.get(pk=other.pk).phone == "13000000005"
    change("13000000099")
    assert User.objects.get(pk=other.pk).phone == "13000000099"


@pytest.mark.parametrize("over", ["used", "revoked", "run out", "unknown"])
def test_use_login_that_is_over_is_refused_however_it_ended(over: str) -> None:
    compound = make.compound()
    person = make.member(compound)
    login, token = accounts.issue_login(compound=compound, user=person, by=None, at=ELEVEN)
    later = ELEVEN + dt.timedelta(minutes=1)
    if over == "used":
        assert accounts.use_login(token=token, at=ELEVEN) == person
    elif over == "revoked":
        accounts.revoke_login(
            compound=compound, login=login, by=User.objects.create_superuser("13000000090", "管理员"), at=ELEVEN
        )
    elif over == "run out":
        later = ELEVEN + dt.timedelta(minutes=accounts.LOGIN_MINUTES)
    with refused("login_over"):
        accounts.use_login(token="x" if over == "unknown" else token, at=later)


def test_use_login_in_its_last_second_logs_in() -> None:
    compound = make.compound()
    person = make.member(compound)
    _login, token = accounts.issue_login(compound=compound, user=person, by=None, at=ELEVEN)
    last = ELEVEN + dt.timedelta(minutes=accounts.LOGIN_MINUTES, seconds=-1)
    assert accounts.use_login(token=token, at=last) == person


def test_keep_upload_larger_than_a_file_may_be_keeps_nothing() -> None:
    compound = make.compound()
    by = make.member(compound)

    def keep(characters: int) -> StoredFile:
        # Hexadecimal at random: the one kind of text that cannot be packed below half its length.
        cell = Cell(secrets.token_hex(characters // 2))
        book = Book((Sheet("名册", (Row(1, (cell,)),)),))
        return household_uploads.keep_upload(compound=compound, book=book, name="名册.xlsx", by=by, at=ELEVEN)

    with refused("list_too_large"):
        keep(12_000_000)
    assert not StoredFile.objects.exists()
    assert keep(1_200_000).name == "名册.xlsx"
