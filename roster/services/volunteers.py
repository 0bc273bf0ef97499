"""Volunteers: taking somebody in, changing what is known, ending and coming back.

A person is found by the phone number alone. Whoever has a login keeps name and password, whatever is typed in here.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Compound, Household, Membership, Role, User
from compound.models.accounts import clean_phone
from compound.refusals import Refusal
from compound.services.accounts import add_member, remove_member
from roster.models import Assignment, GroupMember, Skill, Volunteer, VolunteerSkill
from roster.models.people import Origin
from roster.services.assignments import unassign
from roster.services.log import log
from roster.services.seats import lock_people, lock_shifts
from roster.services.stand_ins import close_requests

FIELDS = (
    "origin",
    "household",
    "organisation",
    "email",
    "hours_a_week",
    "nights_a_week",
    "ground_floor_only",
    "note",
)  # fmt: skip
# A place that somebody who ends would leave empty.
HELD = (*Assignment.SEATED, Assignment.State.WAITING)


@dataclass(frozen=True)
class Details:
    """What is known of a volunteer beside the person. None in a limit: the compound's own."""

    origin: str = Origin.RESIDENT
    household: Household | None = None
    organisation: str = ""
    email: str = ""
    hours_a_week: int | None = None
    nights_a_week: int | None = None
    ground_floor_only: bool = False
    note: str = ""


@dataclass(frozen=True)
class Evidence:
    """A paper that says that somebody can: which one, and whether the writer has seen it."""

    what: str = ""
    seen: bool = False


@dataclass(frozen=True)
class Added:
    """`was_known`: the number belonged to somebody already, whose name stays as it was."""

    volunteer: Volunteer
    was_known: bool
    came_back: bool = False


@transaction.atomic
def add_volunteer(
    *,
    compound: Compound,
    phone: str,
    name: str,
    details: Details,
    skills: Iterable[Skill] = (),
    by: User,
    at: dt.datetime,
) -> Added:
    """A volunteer of this compound: a new user with the role “volunteer”, or whoever has this number.

    Whoever has a role here already keeps just that. Refuses with `volunteer_already`, and with what
    `compound.services.accounts.add_member` refuses for somebody of another compound.
    """
    user, was_known = _person(compound, clean_phone(phone), name, by, at)
    volunteer, came_back = _volunteer(compound, user, details, by, at)
    VolunteerSkill.objects.bulk_create(
        [VolunteerSkill(volunteer=volunteer, skill=skill, compound=compound) for skill in skills],
        ignore_conflicts=True,
    )
    text = gettext_noop("%(subject)s is a volunteer again") if came_back else gettext_noop("%(subject)s is a volunteer")
    log(
        compound=compound,
        by=by,
        at=at,
        action="volunteer.added",
        subject=user.name,
        text=text,
        volunteer=str(volunteer.pk),
    )
    return Added(volunteer, was_known, came_back)


def _person(compound: Compound, phone: str, name: str, by: User, at: dt.datetime) -> tuple[User, bool]:
    known = User.objects.filter(phone=phone).first()
    if known and Membership.objects.filter(user=known, compound=compound).exists():
        return known, True
    try:
        member = add_member(compound=compound, phone=phone, name=name, role=Role.VOLUNTEER, by=by, at=at)
    except Refusal as refusal:
        # Somebody else has added the same number in this very moment: it is what was wanted.
        if refusal.code != "member_already":
            raise
        return User.objects.get(phone=phone), True
    return member.user, known is not None


def _volunteer(compound: Compound, user: User, details: Details, by: User, at: dt.datetime) -> tuple[Volunteer, bool]:
    volunteer = Volunteer.objects.select_for_update().filter(compound=compound, user=user).first()
    if volunteer is None:
        volunteer = Volunteer(compound=compound, user=user, joined_at=at, joined_by=by, **_values(details))
        try:
            with transaction.atomic():
                volunteer.save(force_insert=True)
        except IntegrityError:
            raise _already(user) from None
        return volunteer, False
    if volunteer.ended_at is None:
        raise _already(user)
    for field, value in _values(details).items():
        setattr(volunteer, field, value)
    volunteer.ended_at = volunteer.ended_by = None
    volunteer.save(update_fields=[*FIELDS, "ended_at", "ended_by"])
    return volunteer, True


def _already(user: User) -> Refusal:
    return Refusal(
        "volunteer_already", _("%(name)s is a volunteer here already.") % {"name": user.name}, name=user.name
    )


def _values(details: Details) -> dict[str, object]:
    return {field: getattr(details, field) for field in FIELDS}


@transaction.atomic
def change_volunteer(*, volunteer: Volunteer, details: Details, by: User, at: dt.datetime) -> list[str]:
    """Writes what differs and returns the names of those fields. The person's name and number are not touched here."""
    row = Volunteer.objects.select_for_update().select_related("compound", "user").get(pk=volunteer.pk)
    changed = [field for field, value in _values(details).items() if getattr(row, field) != value]
    if not changed:
        return []
    for field in changed:
        setattr(row, field, getattr(details, field))
    row.save(update_fields=changed)
    log(
        compound=row.compound,
        by=by,
        at=at,
        action="volunteer.changed",
        subject=row.user.name,
        text=gettext_noop("Details of the volunteer %(subject)s changed"),
        volunteer=str(row.pk),
        changed=changed,
    )
    return changed


@transaction.atomic
def set_skills(*, volunteer: Volunteer, skills: Mapping[uuid.UUID, Evidence], by: User, at: dt.datetime) -> None:
    """Just these skills of the compound. A paper counts as seen by whoever said so first, until it is unticked."""
    row = Volunteer.objects.select_for_update().select_related("compound", "user").get(pk=volunteer.pk)
    known = {skill.pk: skill for skill in Skill.objects.filter(compound=row.compound, pk__in=list(skills))}
    has = {own.skill_id: own for own in row.skill_rows.all()}
    gone = [own.pk for key, own in has.items() if key not in known]
    touched = bool(gone)
    VolunteerSkill.objects.filter(pk__in=gone).delete()
    for key, skill in known.items():
        proof = skills[key]
        own = has.get(key) or VolunteerSkill(volunteer=row, skill=skill, compound=row.compound)
        is_other = (own.evidence, own.seen_at is not None) != (proof.what, proof.seen)
        if not is_other and own.pk:
            continue
        own.evidence = proof.what
        if proof.seen and own.seen_at is None:
            own.seen_at, own.seen_by = at, by
        elif not proof.seen:
            own.seen_at = own.seen_by = None
        own.save()
        touched = True
    if touched:
        log(
            compound=row.compound,
            by=by,
            at=at,
            action="volunteer.skills",
            subject=row.user.name,
            text=gettext_noop("Skills of %(subject)s: %(skills)s"),
            volunteer=str(row.pk),
            skills="、".join(sorted(skill.name for skill in known.values())) or "—",
        )


@transaction.atomic
def end_volunteer(*, volunteer: Volunteer, by: User, at: dt.datetime, free: bool = False) -> None:
    """No shifts any more, no group, no role “volunteer”; what was done stays counted.

    Refuses with `still_on_duty` while there are shifts to come: they would stand empty without anybody noticing.
    `free` takes them off first, one by one, so that waiting lists are asked as ever.
    """
    if free:
        _take_off(volunteer, by, at)
    lock_people([volunteer.user_id])
    row = Volunteer.objects.select_related("compound", "user").get(pk=volunteer.pk)
    if row.ended_at is not None:
        return
    ahead = row.assignments.filter(ends_at__gt=at, state__in=HELD).exclude(state=Assignment.State.SIGNED_OUT).count()
    if ahead:
        raise Refusal(
            "still_on_duty",
            _("%(name)s still has %(count)d shifts to come. Take them off or give them to somebody else first.")
            % {"name": row.user.name, "count": ahead},
            count=ahead,
        )
    row.assignments.filter(ends_at__gt=at, state=Assignment.State.PROPOSED).delete()
    GroupMember.objects.filter(volunteer=row).delete()
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["ended_at", "ended_by"])
    roles = Membership.objects.filter(user=row.user, compound=row.compound, role=Role.VOLUNTEER)
    for member in roles.select_related("user", "compound", "building"):
        remove_member(member=member, by=by, at=at)
    log(
        compound=row.compound,
        by=by,
        at=at,
        action="volunteer.ended",
        subject=row.user.name,
        text=gettext_noop("%(subject)s is no volunteer any more"),
        volunteer=str(row.pk),
    )


def _take_off(volunteer: Volunteer, by: User, at: dt.datetime) -> None:
    """Shifts, then the person, then requests and assignments: the order of locks of `roster.services.seats`, for all
    the shifts at once. What they took in between is not among them, and `still_on_duty` says so."""
    held = volunteer.assignments.filter(starts_at__gt=at, state__in=HELD)
    shifts = lock_shifts(list(held.values_list("shift", flat=True)))
    lock_people([volunteer.user_id])
    rows = list(held.filter(shift__in=shifts).order_by("shift"))
    close_requests(*rows, by=by, at=at)
    with translation.override(volunteer.compound.language):
        why = _("no volunteer any more")
    for assignment in rows:
        unassign(assignment=assignment, by=by, at=at, why=why)


@transaction.atomic
def bring_back(*, volunteer: Volunteer, by: User, at: dt.datetime) -> None:
    """Somebody who had ended helps again, as they were; groups have to be chosen anew."""
    row = Volunteer.objects.select_for_update().select_related("compound", "user").get(pk=volunteer.pk)
    if row.ended_at is None:
        return
    if row.user.phone.startswith("000"):
        raise Refusal(
            "phone_forgotten",
            _("The phone number of %(name)s was forgotten. Add them anew, with the number.") % {"name": row.user.name},
        )
    add_volunteer(
        compound=row.compound,
        phone=row.user.phone,
        name=row.user.name,
        details=Details(**{field: getattr(row, field) for field in FIELDS}),
        by=by,
        at=at,
    )
