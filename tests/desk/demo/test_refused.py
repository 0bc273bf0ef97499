"""Where there is no room for a demo."""

import pytest
from django.core.management import CommandError

from compound.models import Compound, Role, User
from desk.demo import logins
from tests import make

pytestmark = pytest.mark.django_db


def test_demo_where_a_real_compound_has_its_code_is_refused(make_demo):
    make.compound(code="demo")
    with pytest.raises(CommandError, match="real one"):
        make_demo(households=10)
    assert Compound.objects.get().is_demo is False


def test_demo_where_one_of_its_numbers_opens_a_real_compound_is_refused_and_nothing_changes(make_demo):
    make.member(make.compound(), Role.COORDINATOR)
    password = User.objects.get(phone="13000000002").password
    with pytest.raises(CommandError, match="13000000002"):
        make_demo(households=10)
    assert [compound.code for compound in Compound.objects.all()] == ["xingfuli"]
    assert User.objects.get(phone="13000000002").password == password


def test_logins_without_a_demo_are_none():
    make.member(make.compound())
    assert logins() == []


def test_demo_where_a_volunteers_number_opens_a_real_compound_is_refused(make_demo):
    make.volunteer(make.compound(), "张喆", "16000000001")
    with pytest.raises(CommandError, match="16000000001"):
        make_demo(households=10)
    assert not Compound.objects.filter(code="demo").exists()
