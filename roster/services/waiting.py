"""候补: the waiting list of a full shift. A seat that falls free is kept for the first who may have it."""

import datetime as dt

from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.jobs import sweeper
from compound.models import User
from compound.refusals import Refusal
from roster.models import Assignment, Shift, Volunteer
from roster.queries.facts import limits_of, people_for, places_for
from roster.rules import ASK, REFUSE, reasons_against
from roster.services import notices
from roster.services.log import log
from roster.services.seats import (
    State,
    asked,
    get_up,
    lock_assignment,
    lock_shifts,
    open_row,
    refuse,
    refused,
    scene,
    sit_down,
)


@transaction.atomic
def wait(*, shift: Shift, volunteer: Volunteer, by: User, at: dt.datetime) -> Assignment:
    """Puts somebody on the list, in the order of asking; who waits already keeps their place.

    Raises `not_full` (then it can be taken), and the first other reason's code: who may not take the shift need not
    wait for it.
    """
    locked = lock_shifts([shift.pk])
    shift = locked[shift.pk]
    on = scene(locked, [volunteer], at)
    reasons = on.reasons(shift.pk, volunteer.pk)
    others = [one for one in reasons if one.code != "full"]
    if refused(others) or asked(others):
        refuse(others, on.people[volunteer.pk], by=by)
    row = open_row(shift, volunteer.pk)
    if row is not None and row.state in (State.WAITING, State.OFFERED):
        return row
    if not refused(reasons):
        raise Refusal("not_full", _("There is a free place on this shift: you need not wait, take it."))
    row = row or Assignment(
        compound=shift.compound,
        shift=shift,
        volunteer=volunteer,
        user_id=volunteer.user_id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )
    row.state, row.made_at, row.made_by, row.plan = State.WAITING, at, by, None
    if row._state.adding:
        row.save(force_insert=True)
    else:
        row.save(update_fields=["state", "made_at", "made_by", "plan"])
    return row


@transaction.atomic
def offer_next(*, shift: Shift, at: dt.datetime) -> list[Assignment]:
    """Keeps every free seat for the first on the list who may have it; the new offers.

    Reads the people without their locks: nothing is promised yet, and accepting judges again. Called by every
    service that frees a seat.
    """
    shift = lock_shifts([shift.pk])[shift.pk]
    if shift.cancelled_at or shift.ends_at <= at:
        return []
    waiting = list(
        Assignment.objects.filter(shift=shift, state=State.WAITING)
        .select_for_update(of=("self",), no_key=True)
        .select_related("user", "volunteer__user")
        .order_by("made_at", "pk")
    )
    if not waiting:
        return []
    place, limits = places_for([shift])[shift.pk], limits_of(shift.compound)
    people = people_for(
        shift.compound, around=(shift.starts_at, shift.ends_at), only=[row.volunteer_id for row in waiting]
    )
    used = set(Assignment.objects.filter(shift=shift, seat__isnull=False).values_list("seat", flat=True))
    until = _until(shift, at, dt.timedelta(minutes=limits.offer_minutes))
    offered = []
    for row in waiting:
        if len(used) >= shift.maximum:
            break
        against = reasons_against(people[row.volunteer_id], place, limits, at)
        if any(one.effect in (REFUSE, ASK) for one in against):
            continue
        row.shift, row.compound = shift, shift.compound
        row.state, row.offer_until = State.OFFERED, until
        row.seat = next(number for number in range(1, 32) if number not in used)
        used.add(row.seat)
        row.save(update_fields=["state", "offer_until", "seat"])
        notices.tell_offered(row, at=at)
        offered.append(row)
        # A seat less, and perhaps the one for somebody with a skill.
        place = places_for([shift])[shift.pk]
    return offered


def offer_free_seats(*, at: dt.datetime, among: QuerySet[Shift] | None = None) -> list[Assignment]:
    """Asks again wherever a seat is free and somebody waits, `among` these shifts or everywhere; the new offers.

    Somebody who was passed over because they were on duty elsewhere may have given that up since, and seats are added
    as well as given back. One query (by the index `assignment_waiting`) where nobody waits beside a free seat.
    """
    taken = Assignment.objects.filter(shift=OuterRef("shift"), seat__isnull=False).order_by()
    counted = Subquery(taken.values("shift").annotate(count=Count("pk")).values("count"))
    rows = Assignment.objects.filter(state=State.WAITING, ends_at__gt=at, shift__cancelled_at=None)
    if among is not None:
        rows = rows.filter(shift__in=among)
    free = rows.annotate(taken=Coalesce(counted, 0)).filter(taken__lt=F("shift__maximum"))
    ids = list(free.order_by("shift").values_list("shift", flat=True).distinct())
    shifts = Shift.objects.in_bulk(ids)
    return [row for id in ids if id in shifts for row in offer_next(shift=shifts[id], at=at)]


@sweeper
def offer_again(at: dt.datetime) -> None:
    """One query when there is nothing to offer."""
    offer_free_seats(at=at)


def _until(shift: Shift, at: dt.datetime, kept: dt.timedelta) -> dt.datetime:
    """Until the shift starts at the latest; of one that is on already, until it ends."""
    return min(at + kept, shift.starts_at if at < shift.starts_at else shift.ends_at)


@transaction.atomic
def accept_offer(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """Yes to the seat that was kept. Raises `offer_over`, or what stands against it by now."""
    locked = lock_shifts([assignment.shift_id])
    shift = locked[assignment.shift_id]
    on = scene(locked, [assignment.volunteer], at)
    row = Assignment.objects.select_for_update(of=("self",), no_key=True).get(pk=assignment.pk)
    if row.state != State.OFFERED or row.offer_until is None or row.offer_until <= at:
        raise Refusal(
            "offer_over",
            _("This place is not kept for you any more: the time to answer is over. Look at the other open shifts."),
        )
    reasons = on.reasons(shift.pk, row.volunteer_id)
    if refused(reasons) or asked(reasons):
        refuse(reasons, on.people[row.volunteer_id], by=by)
    row = sit_down(on, shift, assignment.volunteer, State.CONFIRMED, by=by)
    log(
        compound=shift.compound,
        by=by,
        at=at,
        action="roster.offer_accepted",
        text=gettext_noop("%(subject)s took a place from the waiting list: %(shift)s"),
        subject=on.people[row.volunteer_id].name,
        shift=notices.shift_of(shift),
        assignment=str(row.pk),
    )
    return row


@transaction.atomic
def withdraw(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """Off the list, or no to an offer: then the next one is asked. A second time it changes nothing.

    Raises `not_waiting` where there is a seat by now.
    """
    row = lock_assignment(assignment)
    if row.state == State.DECLINED:
        return row
    if row.state not in (State.WAITING, State.OFFERED):
        raise Refusal(
            "not_waiting", _("You are not on the waiting list any more. If you can't come, say so on “My duty”.")
        )
    had_seat = row.state == State.OFFERED
    get_up(row, State.DECLINED, at=at, by=by)
    if had_seat:
        offer_next(shift=row.shift, at=at)
    return row


@sweeper
def end_waiting(at: dt.datetime) -> None:
    """Who still waits when the shift is over waits for nothing. One query."""
    over = Assignment.objects.filter(state=State.WAITING, ends_at__lte=at).order_by("shift")
    for shift_id in list(over.values_list("shift", flat=True).distinct()):
        with transaction.atomic():
            shift = lock_shifts([shift_id])[shift_id]
            for row in over.filter(shift=shift).select_for_update(of=("self",), no_key=True).order_by("pk"):
                get_up(row, State.DECLINED, at=at, by=None)


@sweeper
def expire_offers(at: dt.datetime) -> None:
    """Who has not answered in time leaves the list, and the next one is asked. One query when there is none."""
    late = Assignment.objects.filter(state=State.OFFERED, offer_until__lte=at).order_by("shift")
    for shift_id in list(late.values_list("shift", flat=True).distinct()):
        with transaction.atomic():
            shift = lock_shifts([shift_id])[shift_id]
            with translation.override(shift.compound.language):
                why = _("no answer in time")
            for row in late.filter(shift=shift).select_for_update(of=("self",), no_key=True).order_by("pk"):
                get_up(row, State.DECLINED, at=at, by=None, why=why)
            offer_next(shift=shift, at=at)
