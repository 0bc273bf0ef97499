"""The code under a sheet's QR may be typed where one searches, and with a slash behind it in the address."""

import pytest

from compound.services.sheets import is_short_code
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("HFW82 XWRJ2", True),
        ("hfw82xwrj2", True),
        ("20-1702", False),
        ("3-2-501", False),
        ("王桂英", False),
        ("HFW82XWRJ", False),
    ],
)
def test_is_short_code_tells_a_code_from_rooms_and_names(text, is_code):
    assert is_short_code(text) is is_code


def test_search_for_a_code_leads_to_its_sheet(client):
    client.force_login(make.member(make.compound()), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/c/xingfuli/search/", {"q": "hfw82 xwrj2"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/s/HFW82XWRJ2")


def test_code_with_a_slash_behind_it_is_the_same_page(client):
    pages = [client.get(path) for path in ("/s/HFW82XWRJ2", "/s/HFW82XWRJ2/")]
    assert [page.templates[0].name for page in pages] == ["desk/short_code.html"] * 2
