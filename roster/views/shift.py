"""One shift: who is on it, who could be, and everything that may be done about it by hand.

The board opens it in a panel at its side and asks with the header `X-Panel`: then the answer is the panel's content,
and 204 after something was done. Without JavaScript the same addresses are pages with forms.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import me, post_or
from roster.access import Duty, can_assign, leads
from roster.forms.shift import AssignForm, CancelForm, EditShiftForm, UnassignForm
from roster.models import Assignment, GroupMember, Shift, Volunteer
from roster.queries.candidates import Choices, ShiftPeople, choices_for, people_on
from roster.services.assignments import assign, publish, unassign
from roster.services.house_rules import rules_of
from roster.services.shifts import cancel_shift, edit_shift
from roster.views.access import leader_for
from roster.words import span_words


@dataclass(frozen=True)
class Found:
    compound: Compound
    duty: Duty
    shift: Shift

    @property
    def can_assign(self) -> bool:
        return can_assign(self.duty, self.shift.post)


def shift_for(request: HttpRequest, code: str, shift: uuid.UUID) -> Found:
    """For the coordinator, and for whoever leads the post's group. Raises Http404 for everybody else. Four queries."""
    compound, duty = leader_for(request, code)
    row = Shift.objects.filter(compound=compound, pk=shift).select_related("post__group", "cancelled_by").first()
    if row is None or not leads(duty, row.post.group_id):
        raise Http404
    # One object for the row and the page, with its zone and language.
    row.compound = compound
    return Found(compound, duty, row)


@require_safe
def shift(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """`?instead=` an assignment: who could have that person's seat."""
    return _page(request, shift_for(request, code, shift))


@post_or("roster:shift")
def assign_person(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """A person onto the shift. A leader chooses among the own group's members."""
    found = _may_assign(request, code, shift)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return _page(request, found, assign_form=form)
    person = Volunteer.objects.filter(compound=found.compound, pk=form.cleaned_data["volunteer"]).first()
    if person is None or not (found.duty.runs_roster or _is_member(found.shift, person)):
        raise Http404

    key = form.cleaned_data["instead"]
    old = _assignment(found, str(key)) if key else None

    def act() -> str:
        why = form.cleaned_data["why"]
        assign(shift=found.shift, volunteer=person, by=me(request), at=timezone.now(), why=why, instead_of=old)
        if old is not None:
            words = _("%(name)s is on it instead of %(old)s. Both will be told.")
            return words % {"name": person.user.name, "old": old.volunteer.user.name}
        return _("%(name)s is on it and will be told.") % {"name": person.user.name}

    return _do(request, found, act, form, "assign_form", refused_field="why")


@post_or("roster:shift")
def publish_one(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """One proposal becomes an assignment."""
    found = _may_assign(request, code, shift)
    row = _assignment(found, request.POST.get("assignment", ""))

    def act() -> str:
        done = publish(assignments=[row.pk], by=me(request), at=timezone.now())
        for _refused, refusal in done.refused:
            raise refusal
        return _("%(name)s is on it and will be told.") % {"name": row.volunteer.user.name}

    return _do(request, found, act)


@post_or("roster:shift")
def unassign_person(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """Takes somebody off the shift, with a reason that stays with the assignment."""
    found = _may_assign(request, code, shift)
    form = UnassignForm(request.POST)
    row = _assignment(found, request.POST.get("assignment", ""))
    if not form.is_valid():
        return _page(request, found, unassign_form=form)

    def act() -> str:
        unassign(assignment=row, by=me(request), at=timezone.now(), why=form.cleaned_data["why"])
        return _("%(name)s is off this shift.") % {"name": row.volunteer.user.name}

    return _do(request, found, act, form, "unassign_form")


@post_or("roster:shift")
def edit(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """Hours, seats, note. From then on no pattern touches the shift."""
    found = _coordinator(request, code, shift)
    now = timezone.now()
    form = EditShiftForm(request.POST, shift=found.shift, at=now)
    if not form.is_valid():
        return _page(request, found, edit_form=form)

    def act() -> str:
        edit_shift(shift=found.shift, by=me(request), at=now, **form.cleaned_data)
        return _("The shift is changed.")

    return _do(request, found, act, form, "edit_form")


@post_or("roster:shift")
def cancel(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """The shift does not take place; it stays on the board, crossed out."""
    found = _coordinator(request, code, shift)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, found, cancel_form=form)

    def act() -> str:
        cancel_shift(shift=found.shift, by=me(request), at=timezone.now(), why=form.cleaned_data["why"])
        return _("Cancelled. Whoever was on it will be told.")

    return _do(request, found, act, form, "cancel_form")


def _wrong(form: forms.Form | None, choices: Choices | None, asked_for: str) -> list[str]:
    """What was wrong with an assignment, where the person is not among those at whose name it is said."""
    if form is None or (choices and any(str(one.id) == asked_for for one in choices.asked)):
        return []
    return [str(error) for errors in form.errors.values() for error in errors]


def _marks(people: ShiftPeople) -> dict[uuid.UUID, str]:
    """Of those who have no seat yet, but are known to this shift: what they are."""
    rows = [one.assignment for one in people.here if one.assignment.seat is None] + people.waiting
    return {row.volunteer_id: row.get_state_display() for row in rows}


def _instead(request: HttpRequest, people: ShiftPeople, chosen: forms.Form | None) -> Assignment | None:
    """The seat that somebody else is looked for, as the address or the form names it; None when it is nobody's."""
    asked_for = request.GET.get("instead", "") if chosen is None else str(chosen["instead"].value() or "")
    rows = [one.assignment for one in people.here if one.can_be_replaced]
    return next((row for row in rows if str(row.pk) == asked_for), None)


def _may_assign(request: HttpRequest, code: str, shift: uuid.UUID) -> Found:
    found = shift_for(request, code, shift)
    if not found.can_assign:
        raise Http404
    return found


def _coordinator(request: HttpRequest, code: str, shift: uuid.UUID) -> Found:
    found = shift_for(request, code, shift)
    if not found.duty.runs_roster:
        raise Http404
    return found


def _is_member(shift: Shift, person: Volunteer) -> bool:
    return GroupMember.objects.filter(group=shift.post.group_id, volunteer=person).exists()


def _assignment(found: Found, text: str) -> Assignment:
    try:
        key = uuid.UUID(text)
    except ValueError:
        raise Http404 from None
    row = Assignment.objects.filter(shift=found.shift, pk=key).select_related("volunteer__user").first()
    if row is None:
        raise Http404
    return row


def _do(
    request: HttpRequest,
    found: Found,
    act: Callable[[], str],
    form: forms.Form | None = None,
    name: str = "",
    *,
    refused_field: str | None = None,
) -> HttpResponse:
    """Does it; the page with what was typed and the reason when it was refused."""
    typed: dict[str, Any] = {} if form is None else {name: form}
    try:
        said = act()
    except Refusal as refusal:
        if form is not None and refused_field and refusal.params.get("can_override"):
            form.add_error(refused_field, refusal.message)
            return _page(request, found, **typed)
        return _page(request, found, refusal=refusal, **typed)
    messages.success(request, said)
    if "X-Panel" in request.headers:
        return HttpResponse(status=204)
    return redirect("roster:shift", code=found.compound.code, shift=found.shift.pk)


def _page(request: HttpRequest, found: Found, *, refusal: Refusal | None = None, **typed: Any) -> HttpResponse:
    now = timezone.now()
    # What was refused may have changed in the meantime: the page shows the shift as it is now.
    found.shift.refresh_from_db(fields=["starts_at", "ends_at", "minimum", "maximum", "note", "cancelled_at"])
    row, duty = found.shift, found.duty
    people = people_on(row, now, missing_minutes=rules_of(found.compound).missing_minutes)
    is_open = row.cancelled_at is None and row.ends_at > now
    chosen, choices = typed.get("assign_form"), None
    instead = _instead(request, people, chosen) if is_open and found.can_assign else None
    wants_people = is_open and found.can_assign and (people.taken < row.maximum or instead is not None)
    asked_for = "" if chosen is None else str(chosen["volunteer"].value() or "")
    if wants_people:
        marks = _marks(people)
        choices = choices_for(row, now, only_group=not duty.runs_roster, marks=marks, on_top=asked_for, instead=instead)
    context: dict[str, Any] = {
        "shift": row,
        "hours": span_words(row.starts_at, row.ends_at, found.compound.tz),
        "people": people,
        "gap": max(0, row.minimum - people.taken) if is_open else 0,
        "is_open": is_open,
        "is_over": row.ends_at <= now,
        "is_full": is_open and people.taken >= row.maximum,
        "choices": choices,
        "instead": instead,
        "asked_for": asked_for,
        "wrong": _wrong(chosen, choices, asked_for),
        "can_assign": found.can_assign and is_open,
        "runs_roster": duty.runs_roster,
        "edit_form": EditShiftForm(shift=row, at=now) if duty.runs_roster else None,
        "cancel_form": CancelForm(auto_id="cancel_%s"),
        "assign_form": AssignForm(auto_id="assign_%s"),
        "unassign_form": None,
        "refusal": refusal,
        "now": now,
        **typed,
    }
    status = 409 if refusal else 422 if typed else 200
    is_panel = "X-Panel" in request.headers
    context["is_panel"] = is_panel
    template = "roster/board/shift_panel.html" if is_panel else "roster/board/shift.html"
    return render(request, template, context, status=status)
