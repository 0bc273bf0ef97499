"""The one way to a seat: locks, the rules on fresh facts, the row. All writers of assignments go through here.

Lock order, everywhere in the roster: shifts (several by id) → every Volunteer row of the people concerned, over all
compounds (by id) → assignments and stand-in requests (by id). Whoever changes what is said about an assignment locks
its shift first, so two who want the last seat, or one assignment, stand in line. The people's rows let one person's
shifts of two posts, or of two compounds, be judged one after the other: rest and hours of a week have no constraint.
The overlap has one, and the seat: what slips by the locks (a bulk import, psql) becomes the same refusal.
`FOR NO KEY UPDATE` leaves foreign keys to these rows alone; only a change of a shift's hours takes `FOR UPDATE`,
because an assignment's hours refer to them.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Never

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compound.models import Compound, User
from compound.refusals import Refusal
from roster.models import Assignment, Shift, Volunteer
from roster.queries.facts import limits_of, people_for, places_for
from roster.rules import ASK, REFUSE, Limits, Person, Place, Reason, Turn, reasons_against
from roster.words import now_words, reasons_words

State = Assignment.State
# What sitting down changes of a row that is there.
SEAT = ("seat", "state", "offer_until", "confirmed_at", "overridden", "overridden_by", "overridden_why")


def lock_shifts(ids: Collection[uuid.UUID], *, hours_change: bool = False) -> dict[uuid.UUID, Shift]:
    """Locked in the order of their ids, with post and compound. Raises Shift.DoesNotExist. One query."""
    rows = Shift.objects.filter(pk__in=ids).order_by("pk").select_related("post", "compound")
    found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=not hours_change)}
    if len(found) != len(set(ids)):
        raise Shift.DoesNotExist
    return found


def lock_people(users: Iterable[int]) -> None:
    """Every Volunteer row of these users, in the order of their ids. One query."""
    rows = Volunteer.objects.filter(user__in=set(users)).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def lock_assignment(assignment: Assignment) -> Assignment:
    """Locks its shift, then reads it again, with shift, post and people. Two queries."""
    shift = lock_shifts([assignment.shift_id])[assignment.shift_id]
    return fresh(assignment, shift)


def fresh(assignment: Assignment, shift: Shift) -> Assignment:
    """As it stands now, under the shift's lock."""
    row = (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "volunteer__user", "signed_in_by", "signed_out_by", "ended_by")
        .get(pk=assignment.pk)
    )
    row.shift, row.compound = shift, shift.compound
    return row


@dataclass
class Scene:
    """Locked shifts and people with the facts about them. `move` keeps the facts true after each write."""

    compound: Compound
    limits: Limits
    shifts: Mapping[uuid.UUID, Shift]
    places: dict[uuid.UUID, Place]
    people: dict[uuid.UUID, Person]
    at: dt.datetime

    def reasons(self, shift_id: uuid.UUID, volunteer_id: uuid.UUID) -> list[Reason]:
        return reasons_against(self.people[volunteer_id], self.places[shift_id], self.limits, self.at)

    def sat_down(self, row: Assignment) -> None:
        place, person = self.places[row.shift_id], self.people[row.volunteer_id]
        had_offer = person.id in place.offered_to
        has = {skill: count + (skill in person.skills and not had_offer) for skill, count in place.has.items()}
        self.places[place.id] = replace(
            place,
            taken=place.taken + (not had_offer),
            has=has,
            on_it=place.on_it | {person.id},
            offered_to=place.offered_to - {person.id},
        )
        turn = Turn(row.pk, place.id, row.starts_at, row.ends_at, place.is_night, place.duty_on, place.post)
        for known in [one for one in self.people.values() if one.user_id == person.user_id]:
            self.people[known.id] = replace(known, turns=(*known.turns, turn))

    def got_up(self, row: Assignment) -> None:
        """The facts without this counted assignment, as if its seat were free."""
        place, person = self.places[row.shift_id], self.people[row.volunteer_id]
        has = {skill: count - (skill in person.skills) for skill, count in place.has.items()}
        self.places[place.id] = replace(place, taken=place.taken - 1, has=has, on_it=place.on_it - {person.id})
        turns = tuple(turn for turn in person.turns if turn.id != row.pk)
        self.people[person.id] = replace(person, turns=turns)


def scene(shifts: Mapping[uuid.UUID, Shift], volunteers: Iterable[Volunteer], at: dt.datetime) -> Scene:
    """Locks the people of `volunteers` (the shifts are locked already), then reads the facts. Nine queries at most."""
    people = list(volunteers)
    lock_people(one.user_id for one in people)
    rows = list(shifts.values())
    compound = rows[0].compound
    around = (min(one.starts_at for one in rows), max(one.ends_at for one in rows))
    return Scene(
        compound=compound,
        limits=limits_of(compound),
        shifts=shifts,
        places=places_for(rows),
        people=people_for(compound, around=around, only=[one.pk for one in people]),
        at=at,
    )


def refused(reasons: Iterable[Reason]) -> list[Reason]:
    return [reason for reason in reasons if reason.effect == REFUSE]


def asked(reasons: Iterable[Reason]) -> list[Reason]:
    return [reason for reason in reasons if reason.effect == ASK]


def refuse(reasons: list[Reason], person: Person, *, by: User | None, may_override: bool = False) -> Never:
    """Raises the refusal for reasons that refuse or ask: the first one's code; every reason; what to do now.

    `params`: `reasons` as JSON, `can_override`: a coordinator or leader may set them aside with a reason.
    """
    against = [one for one in reasons if one.effect in (REFUSE, ASK)]
    can_override = may_override and not refused(against)
    itself = by is not None and by.pk == person.user_id and not may_override
    raise Refusal(
        against[0].code,
        sentence(person.name, itself, reasons_words(against), now_words(
            against[0].code, self_service=itself, can_override=can_override
        )),
        reasons=[one.as_json() for one in against],
        can_override=can_override,
    )  # fmt: skip


def sentence(name: str, itself: bool, why: str, now: str) -> str:
    if itself:
        return _("You can't take this shift: %(why)s. %(now)s") % {"why": why, "now": now}
    return _("%(name)s can't take this shift: %(why)s. %(now)s") % {"name": name, "why": why, "now": now}


def free_seat(shift: Shift) -> int:
    """The lowest number that nobody has. One query."""
    used = set(Assignment.objects.filter(shift=shift, seat__isnull=False).values_list("seat", flat=True))
    return next(number for number in range(1, 32) if number not in used)


def open_row(shift: Shift, volunteer_id: uuid.UUID) -> Assignment | None:
    """What there is of this person on this shift and not over: proposed, waiting, offered, or with a seat."""
    rows = Assignment.objects.filter(shift=shift, volunteer=volunteer_id).exclude(state__in=Assignment.OVER)
    row = rows.select_for_update(no_key=True).first()
    if row is not None:
        row.shift, row.compound = shift, shift.compound
    return row


def sit_down(
    on: Scene,
    shift: Shift,
    volunteer: Volunteer,
    state: str,
    *,
    by: User | None,
    overridden: Iterable[Reason] = (),
    why: str = "",
    seat: int | None = None,
) -> Assignment:
    """Writes the counted row: the person's proposed, waiting or offered one where there is one, else a new one."""
    row = open_row(shift, volunteer.pk) or Assignment(
        compound=shift.compound,
        shift=shift,
        volunteer=volunteer,
        user_id=volunteer.user_id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        made_at=on.at,
        made_by=by,
    )
    row.seat = seat or row.seat or free_seat(shift)
    row.state, row.offer_until = state, None
    row.confirmed_at = on.at if state == State.CONFIRMED else row.confirmed_at
    aside = [reason.as_json() for reason in overridden]
    row.overridden, row.overridden_by, row.overridden_why = aside, by if aside else None, why[:200] if aside else ""
    with constraints_refuse(on.people[volunteer.pk], by):
        if row._state.adding:
            row.save(force_insert=True)
        else:
            row.save(update_fields=SEAT)
    on.sat_down(row)
    return row


@contextmanager
def constraints_refuse(person: Person, by: User | None, *, may_override: bool = False) -> Any:
    """What the database refuses is the same refusal as the rule's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        reason = BY_CONSTRAINT.get(constraint_of(error))
        if reason is None:
            raise
        itself = by is not None and by.pk == person.user_id
        now = now_words(reason, self_service=itself)
        raise Refusal(
            reason, sentence(person.name, itself, WORDS[reason](), now), reasons=[], can_override=False
        ) from error


def constraint_of(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")


BY_CONSTRAINT = {
    "assignment_no_overlap": "overlap",
    "assignment_seat_once": "full",
    "assignment_once": "on_it_already",
}
WORDS = {
    "overlap": lambda: _("on duty elsewhere at that time"),
    "full": lambda: _("somebody else has just taken the seat"),
    "on_it_already": lambda: _("on this shift already"),
}


def get_up(
    row: Assignment, state: str, *, at: dt.datetime, by: User | None, why: str = "", extra: Iterable[str] = ()
) -> None:
    """Declined, absent or excused: the seat is free again."""
    row.state, row.seat, row.offer_until = state, None, None
    row.ended_at, row.ended_by, row.ended_why = at, by, why.strip()[:200]
    row.save(update_fields=["state", "seat", "offer_until", "ended_at", "ended_by", "ended_why", *extra])


def let_go(row: Assignment, *, at: dt.datetime, by: User | None, why: str = "") -> None:
    """Taken off by somebody who may: a duty is excused. What was none leaves no duty behind: a proposal is deleted, and
    who waited, or was offered a place, has left the list."""
    if row.state == State.PROPOSED:
        # The caller still names it.
        Assignment.objects.filter(pk=row.pk).delete()
    elif row.state in (State.WAITING, State.OFFERED):
        get_up(row, State.DECLINED, at=at, by=by)
    else:
        get_up(row, State.EXCUSED, at=at, by=by, why=why)
