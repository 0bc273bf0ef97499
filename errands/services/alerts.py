"""Telling people of an urgent errand at once, whatever the hour: quiet hours do not hold for medicine.

Nobody goes: they are told again at growing intervals, until somebody does or nobody needs to any more, and after four
hours the coordinators once. Then no more: whoever has not come by then is not fetched by the tenth text either.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import translation
from django.utils.translation import gettext as _

from compound.jobs import sweeper
from compound.models import Household, Membership, Message, Role, User
from compound.outbox import CHAT, EMAIL
from compound.services import outbox
from compound.services.outbox import Note
from errands.models import Errand, ErrandStep
from errands.services.locks import lock_errand
from orders.queries.totals import building_words

Step = ErrandStep.Step
URGENT = "errands.urgent"
TOLD = (Role.COORDINATOR, Role.MEDICAL)
# Then it is light again and somebody has looked at Today.
GOOD_FOR = dt.timedelta(hours=12)
# After so many minutes of waiting the same people are told once more.
REMINDED = (5, 15, 30, 60, 120)
# A shift: by then everybody on duty has been asked. The coordinators are told, who have to find somebody, and it stays
# on Today without another bell.
GIVEN_UP = 240
# With these an errand begins to wait for somebody, perhaps anew; so it does when people are first told of it.
WAITS_FROM = (Step.ASKED, Step.GIVEN_BACK, Step.TAKEN_BACK)
# Of one household: what is asked for beyond them while so many wait for somebody stands on Today as the others do, and
# rings no more bells. Somebody is told of that door already, or somebody else has its slip.
MOST_ALARMS, WITHIN = 3, dt.timedelta(hours=1)
# Whatever has become of them: asked for and withdrawn, over and over.
MOST_ASKED = 10


def rings_enough(household: Household, at: dt.datetime) -> bool:
    """Whether people were told of so many urgent errands of this household, within the hour and not taken on yet, that
    one more would drown the others."""
    urgent = Errand.objects.filter(household=household, is_urgent=True, channel=Errand.Channel.HOUSEHOLD)
    rows = list(urgent.filter(asked_at__gt=at - WITHIN).values_list("state", "taken_by"))
    waiting = [runner for state, runner in rows if state == Errand.State.ASKED and runner is None]
    return len(waiting) > MOST_ALARMS or len(rows) > MOST_ASKED


def tell_urgent(*, errand: Errand, at: dt.datetime, again: uuid.UUID | None = None) -> list[Message]:
    """A text for the medical group's chat, which names the building and nobody's door, and an e-mail with the room to
    each coordinator and member of the medical group. In the caller's transaction; of one errand once, and once more
    for each step `again` with which it waits for somebody anew."""
    facts = {"time": f"{errand.compound.local(errand.asked_at if again else at):%H:%M}"}
    with translation.override(errand.compound.language):
        line, take = _("Urgent: %(kind)s for %(where)s, asked for at %(time)s."), _take_it_on()
    return _tell(errand, line, take, facts, at=at, mark="" if again is None else f"{again}:")


def _take_it_on() -> str:
    return _("Who can go? Take it on at %(address)s")


def _tell(
    errand: Errand,
    line: str,
    take: str,
    facts: Mapping[str, object],
    *,
    at: dt.datetime,
    mark: str,
    audience: Role = Role.MEDICAL,
    told: Collection[Role] = TOLD,
) -> list[Message]:
    """`line` with %(kind)s, %(where)s and what stands in `facts`, and what to do, `take` with %(address)s. `mark`: this
    occasion among those of the errand. The chat's text is for `audience`, the e-mails for `told`."""
    compound = errand.compound
    people = User.objects.filter(
        is_active=True, memberships__in=Membership.objects.filter(compound=compound, role__in=told)
    ).distinct()
    address = f"{settings.PUBLIC_URL}/c/{compound.code}/errands/"
    with translation.override(compound.language):
        facts = {"kind": errand.get_kind_display(), **facts}
        where = building_words(errand.household.building.name)
        notes = [
            _note(
                errand,
                f"{mark}chat",
                at,
                line % {**facts, "where": where},
                take % {"address": address},
                audience=str(audience.label),
            )
        ]
        notes += [
            _note(
                errand,
                f"{mark}{person.pk}",
                at,
                line % {**facts, "where": errand.household.room},
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


# ── nobody goes ───────────────────────────────────


@sweeper
def remind_of_urgent(at: dt.datetime) -> None:
    """At any hour. Each step of a waiting errand once, however often the clock calls, and none after the last; after a
    downtime the newest one alone. One query where nothing urgent waits."""
    waiting = Errand.objects.filter(is_urgent=True, state=Errand.State.ASKED, taken_by=None)
    since = Max("steps__entered_at", filter=Q(steps__step__in=WAITS_FROM))
    first = Message.objects.filter(
        compound=OuterRef("compound"),
        key=Concat(Value("errand:"), Cast(OuterRef("pk"), CharField()), Value(":chat")),
    )
    told = Subquery(first.values("made_at")[:1])
    rows = waiting.order_by("household", "asked_at", "pk").annotate(since=since, told=told)
    seen: Counter[int] = Counter()
    for errand_id, household_id, *began_at in rows.values_list("pk", "household", "since", "told"):
        seen[household_id] += 1
        # Written down as not urgent, it waits since it was called so.
        began = max(filter(None, began_at), default=None)
        if began is not None and _steps(began, at) and seen[household_id] <= MOST_ALARMS:
            _remind(errand_id, began, at)


def _steps(began: dt.datetime, at: dt.datetime) -> int:
    """How many of `REMINDED` are behind whoever waits since `began`; one more when nobody is reminded any longer."""
    return sum(at >= began + dt.timedelta(minutes=minutes) for minutes in (*REMINDED, GIVEN_UP))


@transaction.atomic
def _remind(errand_id: uuid.UUID, began: dt.datetime, at: dt.datetime) -> None:
    step = _steps(began, at)
    mark = f"waits:{began:%Y%m%d%H%M%S}:{step}:"
    told = Message.objects.filter(kind=URGENT, params__errand=str(errand_id))
    if told.filter(key__startswith=f"errand:{errand_id}:{mark}").exists():
        return
    errand = lock_errand(errand_id)
    if errand.state != Errand.State.ASKED or errand.taken_by_id is not None or not errand.is_urgent:
        return
    minutes = int((at - began).total_seconds() // 60)
    facts = {"time": f"{errand.compound.local(errand.asked_at):%H:%M}", "minutes": minutes}
    with translation.override(errand.compound.language):
        line = _("Nobody goes yet, %(minutes)d min: urgent %(kind)s for %(where)s, asked for at %(time)s.")
        take = _take_it_on()
        find = _("Nobody is reminded any more; it stays on Today. Ring somebody up, or take it on: %(address)s")
    if step > len(REMINDED):
        # Beside the group's last text, should nobody have pasted that yet.
        chief = Role.COORDINATOR
        _tell(errand, line, find, facts, at=at, mark=mark, audience=chief, told=[chief])
        return
    # Whoever copies texts into the chat finds one, and it is today's truth.
    outbox.take_back(messages=told.filter(compound=errand.compound), at=at)
    _tell(errand, line, take, facts, at=at, mark=mark)
