"""The main menu: each app registers its pages when it is loaded, so that no page builds a menu of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from compound.access import Standing


@dataclass(frozen=True)
class Entry:
    """A line of the menu. `url_name` takes `code`; `may_see` is a predicate of compound/access.py.

    `label` is lazy. The line is marked as current on every page whose view name starts with one of `covers`
    (default: the url's own namespace). What is opened once a week `is_seldom`: it stands below "More", so that a
    coordinator's bar keeps to one row.
    """

    position: int
    label: Any
    url_name: str
    may_see: Callable[[Standing], bool]
    covers: tuple[str, ...] = ()
    is_seldom: bool = False

    def is_current(self, view_name: str) -> bool:
        own = (self.url_name, self.url_name.partition(":")[0] + ":") if ":" in self.url_name else (self.url_name,)
        return view_name.startswith(self.covers or own)


MENU: list[Entry] = []


def register(*entries: Entry) -> None:
    """To be called from an AppConfig's `ready`. The menu stands in the order of `position`."""
    for entry in entries:
        if all(known.url_name != entry.url_name for known in MENU):
            MENU.append(entry)
    MENU.sort(key=lambda entry: entry.position)


def menu_for(membership: Standing) -> list[Entry]:
    return [entry for entry in MENU if entry.may_see(membership)]
