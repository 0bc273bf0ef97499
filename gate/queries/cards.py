"""What stands on a pass's card: typed rows, from which `gate.sheets.cards` draws."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import ngettext

from compound.listing import listed
from compound.models import Compound, Resident, Rulebook
from compound.refusals import Refusal
from compound.surnames import surname_of
from gate.models import Pass
from gate.queries.passes import valid_passes
from gate.queries.rulebooks import in_force
from gate.services.passes import token_of

# So many rooms are named where a card cannot be printed.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """What the compound's rulebook in force says to this pass. `since`: the local day on which it began."""

    persons: int
    per_days: int
    vehicles: str
    visitors: str
    is_exempt: bool
    since: dt.date


@dataclass(frozen=True, slots=True)
class Card:
    """One pass as it is printed. Moments are local; `name` is the surname alone on a household's card."""

    kind: str
    token: str
    room: str
    building: str
    name: str
    employer: str
    plate: str
    valid_from: dt.datetime | None
    valid_until: dt.datetime | None
    every_days: int | None
    single: bool
    issued_on: dt.date
    rule: Rule | None


def card_rows(passes: Iterable[Pass], compound: Compound, *, at: dt.datetime) -> list[Card]:
    """The cards of these passes, in their order; see `printable` for what they must bring with them.

    One query. Raises `key_changed` when one of the tokens cannot be made any more: none is left out silently.
    """
    rows = in_force(list(compound.rulebooks.select_related("building")), at)
    # A building's own rows come and go within days; a card that quoted one would lie for weeks.
    of_all = next((row for row in rows if row.building is None), None)
    cards, lost = [], []
    for row in passes:
        try:
            token = token_of(row)
        except Refusal as refusal:
            lost.append((row, refusal))
            continue
        cards.append(_card(row, token, of_all, compound))
    if lost:
        raise _refusal(lost)
    return cards


def printable(compound: Compound, *, at: dt.datetime) -> QuerySet[Pass]:
    """Valid passes in walking order, those of no household last, with all that a card needs."""
    contacts = Prefetch("household__residents", Resident.objects.filter(is_contact=True), to_attr="contacts")
    passes = valid_passes(compound, at).select_related("household__building").prefetch_related(contacts)
    return passes.order_by("household__building__sort_key", "household__sort_key", "kind", "plate", "holder", "pk")


def chosen(compound: Compound, ids: Iterable[uuid.UUID], *, at: dt.datetime) -> QuerySet[Pass]:
    return printable(compound, at=at).filter(pk__in=list(ids))


def _card(row: Pass, token: str, rulebook: Rulebook | None, compound: Compound) -> Card:
    household = row.household
    name = row.holder
    if row.kind == Pass.Kind.HOUSEHOLD:
        contacts: list[Resident] = getattr(household, "contacts", [])
        name = surname_of(row.holder or (contacts[0].name if contacts else ""))
    return Card(
        kind=row.kind,
        token=token,
        room=household.room if household else "",
        building=household.building.name if household else "",
        name=name,
        employer=row.employer,
        plate=row.plate,
        valid_from=compound.local(row.valid_from) if row.valid_from else None,
        valid_until=compound.local(row.valid_until) if row.valid_until else None,
        every_days=row.every_days,
        single=row.single,
        issued_on=compound.day_of(row.issued_at),
        rule=_rule(row, rulebook, compound) if rulebook else None,
    )


def _rule(row: Pass, rulebook: Rulebook, compound: Compound) -> Rule:
    return Rule(
        persons=rulebook.persons,
        per_days=rulebook.per_days,
        vehicles=rulebook.vehicles,
        visitors=rulebook.visitors,
        is_exempt=row.kind in rulebook.exempt_kinds,
        since=compound.day_of(rulebook.starts_at),
    )


def _refusal(lost: list[tuple[Pass, Refusal]]) -> Refusal:
    """One pass is refused as it is; of several it is said how many, and whose the first ones are."""
    if len(lost) == 1:
        return lost[0][1]
    rooms = [row.plate or (row.household.room if row.household else row.holder) for row, _refusal in lost]
    words = ngettext(
        "%(count)d pass was issued under another SECRET_KEY and cannot be printed: %(rooms)s. The card that is out "
        "stays good; replace the pass to print a new one.",
        "%(count)d passes were issued under another SECRET_KEY and cannot be printed, the first being %(rooms)s. The "
        "cards that are out stay good; replace the passes to print new ones.",
        len(lost),
    )
    return Refusal("key_changed", words % {"count": len(lost), "rooms": listed(rooms[:NAMED])}, count=len(lost))
