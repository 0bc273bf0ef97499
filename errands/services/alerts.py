"""Telling people of an urgent errand at once, whatever the hour: quiet hours do not hold for medicine."""

import datetime as dt
import uuid

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Membership, Message, Role, User
from compound.outbox import CHAT, EMAIL
from compound.services import outbox
from compound.services.outbox import Note
from errands.models import Errand
from orders.queries.totals import building_words

URGENT = "errands.urgent"
TOLD = (Role.COORDINATOR, Role.MEDICAL)
# Then it is light again and somebody has looked at Today.
GOOD_FOR = dt.timedelta(hours=12)


def tell_urgent(*, errand: Errand, at: dt.datetime, again: uuid.UUID | None = None) -> list[Message]:
    """A text for the medical group's chat, which names the building and nobody's door, and an e-mail with the room to
    each coordinator and member of the medical group. In the caller's transaction; of one errand once, and once more
    for each step `again` with which it waits for somebody anew."""
    compound = errand.compound
    people = User.objects.filter(
        is_active=True, memberships__in=Membership.objects.filter(compound=compound, role__in=TOLD)
    ).distinct()
    with translation.override(compound.language):
        kind = errand.get_kind_display()
        where = building_words(errand.household.building.name)
        facts = {"kind": kind, "time": f"{compound.local(errand.asked_at if again else at):%H:%M}"}
        address = f"{settings.PUBLIC_URL}/c/{compound.code}/errands/"
        take = _("Who can go? Take it on at %(address)s")
        audience = Role.MEDICAL.label
        notes = [
            _note(
                errand,
                "chat" if again is None else f"{again}:chat",
                at,
                _("Urgent: %(kind)s for %(where)s, asked for at %(time)s.") % {**facts, "where": where},
                take % {"address": address},
                audience=str(audience),
            )
        ]
        notes += [
            _note(
                errand,
                str(person.pk) if again is None else f"{again}:{person.pk}",
                at,
                _("Urgent: %(kind)s for %(where)s, asked for at %(time)s.") % {**facts, "where": errand.household.room},
                take % {"address": f"{address}{errand.pk}/"},
                to=person,
            )
            for person in people.order_by("pk")
        ]
    return outbox.tell_all(compound=compound, notes=notes, at=at)


def _note(
    errand: Errand, whom: str, at: dt.datetime, line: str, take: str, *, audience: str = "", to: User | None = None
) -> Note:
    return Note(
        kind=URGENT,
        key=f"errand:{errand.pk}:{whom}",
        subject=line,
        text=f"{line}\n{take}",
        due_at=at,
        to=to,
        audience=audience,
        params={"errand": str(errand.pk)},
        good_until=at + GOOD_FOR,
        channels=[CHAT] if to is None else [EMAIL],
    )


def take_back_urgent(*, errand: Errand, at: dt.datetime) -> None:
    """Somebody goes, or nobody needs to any more: what is not sent yet would only confuse."""
    if errand.is_urgent:
        waiting = Message.objects.filter(compound=errand.compound, kind=URGENT, params__errand=str(errand.pk))
        outbox.take_back(messages=waiting, at=at)
