"""Somebody came back and no gate wrote it down: an entry from the desk that ends one outing."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from gate.models import Check, Outing
from gate.queries.facts import Question, ground_of, known_of, ms_of, offsets_of, past_of
from gate.rules import Facts, Kind
from gate.services.checks import NewCheck
from gate.services.checks.act import Act, Desk
from gate.services.checks.rows import Replayed
from gate.services.checks.subjects import lock


@transaction.atomic
def came_back(*, outing: Outing, entry: uuid.UUID, reason: str, by: User, at: dt.datetime) -> Outing:
    """Ends exactly this outing, as if nobody else of the household were outside; returns it as it is then.

    Judged like an entry at its gate: lateness costs what it costs. Raises `not_outside` where it has ended, or never
    took place. Locks: household or pass, outing.
    """
    compound = outing.compound
    found = ground_of(compound, Question(id=entry, target=outing.check_out_id))
    ground = replace(found, target=None, is_undone=False)
    desk = Desk(compound=compound, gate=outing.check_out.gate, at=at, device=None, by=by)
    lock(desk, ground, is_capped=False)
    outing = Outing.objects.select_for_update(of=("self",)).select_related("check_out__gate").get(pk=outing.pk)
    if outing.back_at is not None or outing.void_at is not None:
        raise Refusal("not_outside", _("This outing has ended already."))
    now = ms_of(at)
    past = past_of(compound, ground, check=entry, now=now, count_outside=False)
    past = replace(past, rows=tuple(row for row in past.rows if row.id == outing.pk))
    kind = cast(Kind, outing.kind)
    facts = Facts(
        now=now,
        direction="in",
        by="room" if ground.card is None else "pass",
        offsets=offsets_of(compound, at),
        kind=kind,
    )
    check = NewCheck(
        id=entry,
        at=at,
        direction="in",
        kind=kind,
        household=ground.door.room if ground.door else ground.card.holder if ground.card else "",
        reason=reason,
        source=Check.Source.DESK,
    )
    act = Act.of(desk, check, ground, known_of(ground, past, facts, without_later=False))
    try:
        act.carried_out([]).written()
    except Replayed as error:
        raise Refusal("id_taken", _("This entry has a number that is taken. Do it again.")) from error
    outing.refresh_from_db(fields=["back_at", "check_in"])
    return outing
