"""The switches of the top bar without JavaScript: two cookies, and nothing that leads off the site."""

import pytest
from django.test import Client
from django.urls import reverse

from compound.preferences import Preferences, preferences_of


def test_preferences_when_no_cookie_is_there_are_standard_and_the_devices_theme() -> None:
    assert preferences_of({}) == Preferences(view="standard", theme="auto")


def test_preferences_when_cookies_are_known_are_taken() -> None:
    assert preferences_of({"view": "elder", "theme": "dark"}) == Preferences(view="elder", theme="dark")


def test_preferences_when_cookies_are_foreign_text_are_ignored() -> None:
    assert preferences_of({"view": '"><script>', "theme": "DARK"}) == Preferences()


def test_set_preferences_when_asked_for_large_text_keeps_it_for_a_year_and_leads_back() -> None:
    response = Client().post(reverse("set_preferences"), {"view": "elder", "next": "/c/demo/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/c/demo/")
    assert {name: morsel.value for name, morsel in response.cookies.items()} == {"view": "elder"}
    assert response.cookies["view"]["max-age"] == 365 * 24 * 3600


def test_set_preferences_when_value_is_unknown_sets_nothing() -> None:
    response = Client().post(reverse("set_preferences"), {"view": "huge", "theme": "pink", "next": "/"})
    assert (response.status_code, dict(response.cookies)) == (302, {})


@pytest.mark.parametrize("away", ["https://example.org/", "//example.org/", "", "javascript:alert(1)"])
def test_set_preferences_when_next_leads_elsewhere_leads_to_the_first_page(away: str) -> None:
    response = Client().post(reverse("set_preferences"), {"theme": "dark", "next": away})
    assert response.headers["Location"] == "/"


def test_set_preferences_when_asked_by_get_is_not_allowed() -> None:
    assert Client().get(reverse("set_preferences")).status_code == 405
