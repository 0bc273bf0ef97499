"""The pages of the money side by side: nobody is led to a page that is not there for them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from compound.models import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.VOLUNTEER, []),
        (Role.SUPPLY, ["", "mine/"]),
        (Role.COORDINATOR, ["", "volunteers/", "cash/", "donations/", "journal/", "mine/"]),
    ],
)
def test_tabs_of_the_money_lead_where_the_role_may_go(
    client: Client, clock: Callable[..., object], role: Role, pages: list[str]
) -> None:
    clock(make.NOON)
    client.force_login(make.member(make.compound(), role))
    at = "/c/xingfuli/money/"
    words = client.get(f"{at}mine/").content.decode()
    tabs = re.search(r'<nav class="tabs".*?</nav>', words, re.DOTALL)
    led = re.findall(r'href="([^"]+)"', tabs[0]) if tabs else []
    assert led == [at + page for page in pages]
    assert [client.get(page).status_code for page in led] == [200] * len(pages)
