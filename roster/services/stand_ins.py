"""替班 and 换班: somebody on a shift looks for somebody else, and is on duty until that one has said yes."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.jobs import sweeper
from compound.models import User
from compound.refusals import Refusal
from roster.models import Assignment, StandIn, Volunteer
from roster.queries.facts import limits_of
from roster.services import notices
from roster.services.log import log
from roster.services.seats import (  # fmt: skip
    Scene,
    State,
    asked,
    fresh,
    get_up,
    lock_assignment,
    lock_shifts,
    refuse,
    refused,
    scene,
    sit_down,
)

EXPECTED = (State.PUBLISHED, State.CONFIRMED)
Request = StandIn.State


@transaction.atomic
def ask_stand_in(
    *,
    assignment: Assignment,
    to: Volunteer | None = None,
    offered: Assignment | None = None,
    why: str,
    by: User,
    at: dt.datetime,
) -> StandIn:
    """Asks everybody who could, or `to` in particular; with `offered`, a shift of theirs, it is a swap.

    Asked again the same, the open request is given back; somebody else is asked only when it has been withdrawn. Raises
    `not_on_duty`, `over`, `not_theirs`, `own_self`, `asked_already`.
    """
    row = lock_assignment(assignment)
    _can_be_left(row, at)
    if to is not None and to.user_id == row.user_id:
        raise Refusal("own_self", _("Nobody can stand in for themselves. Choose somebody else."))
    if offered is not None:
        _can_be_left(offered, at)
        if to is None or offered.volunteer_id != to.pk:
            raise Refusal("not_theirs", _("That shift is not theirs any more. Choose another one, or ask anybody."))
    late = at > row.starts_at - dt.timedelta(minutes=limits_of(row.compound).early_minutes)
    request, is_new = _open(row, to=to, offered=offered, why=why, late=late, by=by, at=at)
    if (request.to_id, request.offered_id) != (to and to.pk, offered and offered.pk):
        raise _asked_already(request)
    if is_new:
        if to is not None:
            notices.tell_asked(request, row, at=at)
        else:
            notices.tell_search(request, row, at=at)
    return request


def _asked_already(request: StandIn) -> Refusal:
    """Two who say yes to the same shift are one too many."""
    if request.to is None:
        return Refusal(
            "asked_already",
            _("Everybody who can was asked already. Take that back first: “I can come after all”."),
        )
    return Refusal(
        "asked_already",
        _("%(name)s was asked already and has not answered. Take that back first: “I can come after all”.")
        % {"name": request.to.user.name},
        name=request.to.user.name,
    )


def open_search(row: Assignment, *, why: str, by: User, at: dt.datetime) -> StandIn:
    """Too late to give the shift back: everybody is asked, the leader is told. `row` is locked. A request to one
    person ends: there is no time to wait for an answer of theirs."""
    directed = StandIn.objects.filter(assignment=row, state=Request.OPEN, to__isnull=False)
    _close(directed, Request.WITHDRAWN, by=by, at=at)
    request, is_new = _open(row, to=None, offered=None, why=why, late=True, by=by, at=at)
    if is_new or not request.is_late:
        request.is_late = True
        request.save(update_fields=["is_late"])
        notices.tell_search(request, row, at=at)
    return request


def _open(
    row: Assignment,
    *,
    to: Volunteer | None,
    offered: Assignment | None,
    why: str,
    late: bool,
    by: User,
    at: dt.datetime,
) -> tuple[StandIn, bool]:
    """The open request of this locked assignment, and whether it is new."""
    known = StandIn.objects.filter(assignment=row, state=Request.OPEN).select_related("to__user").first()
    if known is not None:
        return known, False
    request = StandIn.objects.create(
        assignment=row, to=to, offered=offered, why=why.strip()[:200], is_late=late, asked_at=at, asked_by=by
    )
    log(
        compound=row.compound,
        by=by,
        at=at,
        action="roster.stand_in_asked",
        text=gettext_noop("%(subject)s looks for a stand-in: %(shift)s"),
        subject=row.user.name,
        shift=notices.shift_of(row.shift),
        request=str(request.pk),
    )
    return request, True


@transaction.atomic
def accept_stand_in(*, request: StandIn, volunteer: Volunteer, by: User, at: dt.datetime) -> Assignment:
    """Takes over the seat; with a swap both take over the other's. The same rules as for any shift, for both of them,
    each judged without the shift that they give away. Of two who accept at once the second reads who was quicker.

    Raises `request_closed`, `not_asked`, `not_on_duty`, or the first reason's code. Returns the new assignment.
    """
    ids = {request.assignment.shift_id, *([request.offered.shift_id] if request.offered else [])}
    shifts = lock_shifts(ids)
    asker = request.assignment.volunteer
    on = scene(shifts, [asker, volunteer], at)
    request = _still_open(request)
    row = fresh(request.assignment, shifts[request.assignment.shift_id])
    other = fresh(request.offered, shifts[request.offered.shift_id]) if request.offered else None
    if request.to_id is not None and request.to_id != volunteer.pk:
        raise Refusal("not_asked", _("Somebody else was asked for this shift. Look at the other open shifts."))
    for each in [row, *([other] if other else [])]:
        _can_be_left(each, at)
    given = [(row, volunteer), *([(other, asker)] if other else [])]
    for old, _who in given:
        on.got_up(old)
    for old, who in given:
        reasons = on.reasons(old.shift_id, who.pk)
        if refused(reasons) or asked(reasons):
            refuse(reasons, on.people[who.pk], by=by)
    made = _hand_over(on, given, by=by, at=at)
    _close([request], Request.ACCEPTED, by=by, at=at, result=made)
    _withdraw_others(given, request, by, at)
    log(
        compound=row.compound,
        by=by,
        at=at,
        action="roster.stood_in",
        text=gettext_noop("%(subject)s stands in for %(asker)s: %(shift)s"),
        subject=volunteer.user.name,
        asker=row.user.name,
        shift=notices.shift_of(row.shift),
        request=str(request.pk),
    )
    notices.tell_answered(request, row, name=volunteer.user.name, at=at)
    return made


def _hand_over(on: Scene, given: list[tuple[Assignment, Volunteer]], *, by: User, at: dt.datetime) -> Assignment:
    """First everybody gets up, then each sits down: in between nobody overlaps with themselves."""
    seats = [old.seat for old, _who in given]
    for old, who in given:
        with translation.override(on.compound.language):
            why = _("%(name)s stands in") % {"name": who.user.name}
        get_up(old, State.EXCUSED, at=at, by=by, why=why)
    made = [
        sit_down(on, on.shifts[old.shift_id], who, State.CONFIRMED, by=by, seat=seat)
        for (old, who), seat in zip(given, seats, strict=True)
    ]
    for row, (_old, who) in zip(made, given, strict=True):
        row.volunteer, row.user = who, who.user
    return made[0]


def _withdraw_others(given: list[tuple[Assignment, Volunteer]], request: StandIn, by: User, at: dt.datetime) -> None:
    """A request for the shift that was given in exchange, and swaps that offered one of the two, have no ground."""
    others = _open_ones([old for old, _who in given]).exclude(pk=request.pk)
    _close(others, Request.WITHDRAWN, by=by, at=at)


@transaction.atomic
def refuse_stand_in(*, request: StandIn, by: User, at: dt.datetime) -> StandIn:
    """No, by the one who was asked. Whoever asked is told, and is still on duty. Raises `request_closed`."""
    row = lock_assignment(request.assignment)
    request = _still_open(request)
    if request.to is None:
        raise Refusal("not_asked", _("Everybody was asked: there is nothing to refuse. Just leave it."))
    _close([request], Request.REFUSED, by=by, at=at)
    notices.tell_answered(request, row, name=request.to.user.name, at=at)
    return request


@transaction.atomic
def withdraw_stand_in(*, request: StandIn, by: User, at: dt.datetime) -> StandIn:
    """“I'll come after all.” Raises `request_closed`."""
    lock_assignment(request.assignment)
    request = _still_open(request)
    _close([request], Request.WITHDRAWN, by=by, at=at)
    return request


def close_requests(*rows: Assignment, by: User | None, at: dt.datetime) -> None:
    """These assignments have ended, or their people have come: nobody need be found. The rows' shifts are locked; of a
    swap the other's shift is not, so the requests are locked themselves, all at once and by their ids. One query, and
    one for each request."""
    _close(_open_ones(rows), Request.WITHDRAWN, by=by, at=at)


def _open_ones(rows: Collection[Assignment]) -> QuerySet[StandIn]:
    """What asks for these assignments or offers them in exchange; locked, in the order of the ids."""
    found = StandIn.objects.filter(Q(assignment__in=rows) | Q(offered__in=rows), state=Request.OPEN)
    return found.order_by("pk").select_for_update(of=("self",), no_key=True)


def _still_open(request: StandIn) -> StandIn:
    rows = StandIn.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related(
        "assignment__volunteer__user", "offered", "to__user", "answered_by", "result__user"
    ).get(pk=request.pk)
    if found.state == Request.OPEN:
        return found
    if found.state == Request.ACCEPTED:
        who = found.result.user.name if found.result else ""
        words = _("%(name)s was quicker and takes this shift. Look at the other open shifts.")
        raise Refusal("request_closed", words % {"name": who}, name=who)
    raise Refusal("request_closed", _("This request is closed: nobody is needed any more."))


def _can_be_left(row: Assignment, at: dt.datetime) -> None:
    if row.state not in EXPECTED:
        raise Refusal(
            "not_on_duty",
            _("%(name)s is “%(state)s” on this shift: there is nothing to stand in for. Open the page again.")
            % {"name": row.user.name, "state": row.get_state_display()},
        )
    if row.ends_at <= at:
        raise Refusal("over", _("This shift is over. Look at the next ones."))


def _close(
    requests: Iterable[StandIn], state: str, *, by: User | None, at: dt.datetime, result: Assignment | None = None
) -> None:
    for request in requests:
        request.state, request.answered_at, request.answered_by, request.result = state, at, by, result
        request.save(update_fields=["state", "answered_at", "answered_by", "result"])


@sweeper
def expire_requests(at: dt.datetime) -> None:
    """Nobody was found until the shift's end. One query when there is none."""
    over = StandIn.objects.filter(state=Request.OPEN, assignment__ends_at__lte=at)
    for request in list(over.select_related("assignment").order_by("assignment__shift", "pk")):
        with transaction.atomic():
            lock_assignment(request.assignment)
            still = over.filter(pk=request.pk).select_for_update(of=("self",), no_key=True)
            _close(still, Request.EXPIRED, by=None, at=at)
