"""How somebody wants to read: elder view and theme, kept in two cookies of their own.

Cookies and not columns of the user: the phone at the gate is one person's, the office's screen is another's, and
the login page is read by people who are nobody yet. The server writes them into `<html>`, so that a page
never flashes in the wrong theme and everything works without JavaScript.
"""

from collections.abc import Mapping
from dataclasses import dataclass

VIEW_COOKIE = "view"
THEME_COOKIE = "theme"
VIEWS = ("standard", "elder")
THEMES = ("auto", "light", "dark")
# static/js/preferences.js writes the same cookies with the same age.
COOKIE_AGE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Preferences:
    """`view` is one of `VIEWS`, `theme` one of `THEMES`; "auto" follows the device."""

    view: str = "standard"
    theme: str = "auto"

    @property
    def is_elder(self) -> bool:
        return self.view == "elder"


def preferences_of(cookies: Mapping[str, str]) -> Preferences:
    """Whatever is unknown in a cookie counts as not chosen: cookies are other people's text."""
    view, theme = cookies.get(VIEW_COOKIE, ""), cookies.get(THEME_COOKIE, "")
    return Preferences(
        view=view if view in VIEWS else VIEWS[0],
        theme=theme if theme in THEMES else THEMES[0],
    )
