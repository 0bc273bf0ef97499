"""This app's two lines of the main menu. Imported when all apps are loaded."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from compound.access import Standing, can_run_roster
from compound.models import Role
from compound.navigation import Entry

# Who is on duty here, or may be. Whoever is no volunteer yet reads on the page how to become one.
ON_DUTY = (Role.VOLUNTEER, Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.CAPTAIN, Role.COORDINATOR)


@dataclass(frozen=True)
class Half(Entry):
    """Everybody's own pages (roster/urls/duty.py), or all the others of this app."""

    is_own: bool = False

    def is_current(self, view_name: str) -> bool:
        from roster.urls import duty

        own = {f"roster:{address.name}" for address in duty.urlpatterns}
        return view_name.startswith("roster:") and (view_name in own) == self.is_own


def can_be_on_duty(member: Standing) -> bool:
    return member.has(*ON_DUTY)


ENTRIES = (
    Half(29, _("My duty"), "roster:my", can_be_on_duty, is_own=True),
    Half(30, _("Roster"), "roster:board", can_run_roster),
)
