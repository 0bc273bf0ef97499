"""Signing up on the public page, and what the coordinator makes of it.

Nothing that the public page answers depends on whether a number is known here.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Compound, Household, User
from compound.models.accounts import clean_phone
from compound.refusals import Refusal
from roster.models import Availability, DutyGroup, GroupMember, RosterRules, SignUp, Skill, Volunteer, VolunteerSkill
from roster.models.people import Origin
from roster.services.house_rules import rules_of
from roster.services.log import log
from roster.services.volunteers import Details, add_volunteer
from roster.times_of_day import rows_of_ticks


@dataclass(frozen=True)
class Answers:
    """What somebody wrote on the page. `days` 0 (Monday) to 6, `times` keys of `roster.times_of_day.PARTS`."""

    name: str
    phone: str
    origin: str = Origin.RESIDENT
    room: str = ""
    organisation: str = ""
    skills: Sequence[Skill] = ()
    days: Sequence[int] = ()
    times: Sequence[str] = ()
    hours_a_week: int | None = None
    ground_floor_only: bool = False
    note: str = ""


@dataclass(frozen=True)
class Confirmed:
    volunteer: Volunteer
    was_known: bool


@transaction.atomic
def sign_up(*, compound: Compound, answers: Answers, at: dt.datetime) -> SignUp:
    """A waiting row. The same words twice are one; other words with the same number are one more: whoever knows a
    number can neither change nor keep back what its owner has written, and the coordinator sees both."""
    phone = clean_phone(answers.phone)
    values = {
        "name": answers.name,
        "origin": answers.origin,
        "room": answers.room,
        "organisation": answers.organisation,
        "when": {"days": sorted(set(answers.days)), "times": list(answers.times)},
        "hours_a_week": answers.hours_a_week,
        "ground_floor_only": answers.ground_floor_only,
        "note": answers.note,
    }
    skills = [skill for skill in answers.skills if skill.compound_id == compound.pk]
    rules_of(compound)
    # One sign-up of a compound after the other, for two taps of the same person.
    RosterRules.objects.select_for_update(no_key=True).get(compound=compound)
    alike = SignUp.objects.filter(compound=compound, phone=phone, state=SignUp.State.WAITING, **values)
    for row in alike.prefetch_related("skills"):
        if set(row.skills.all()) == set(skills):
            return row
    row = SignUp.objects.create(compound=compound, phone=phone, asked_at=at, **values)
    row.skills.set(skills)
    return row


@transaction.atomic
def confirm_sign_up(
    *,
    sign_up: SignUp,
    groups: Iterable[DutyGroup] = (),
    household: Household | None = None,
    by: User,
    at: dt.datetime,
) -> Confirmed:
    """User, volunteer, role, skills, hours and groups at once.

    Somebody who is a volunteer here already keeps what is known of them: only skills, groups and (where none are kept)
    hours are added, for anybody may write anybody's number on the page. Refuses with `sign_up_decided` and with what
    `add_volunteer` refuses.
    """
    row = _waiting(sign_up)
    compound, skills = row.compound, list(row.skills.all())
    volunteer = (
        Volunteer.objects.filter(compound=compound, user__phone=row.phone, ended_at=None).select_related("user").first()
    )
    was_known = volunteer is not None
    if volunteer is None:
        details = Details(
            origin=row.origin,
            household=household,
            organisation=row.organisation,
            hours_a_week=row.hours_a_week,
            ground_floor_only=row.ground_floor_only,
            note=row.note,
        )
        added = add_volunteer(
            compound=compound, phone=row.phone, name=row.name, details=details, skills=skills, by=by, at=at
        )
        volunteer, was_known = added.volunteer, added.was_known
    else:
        VolunteerSkill.objects.bulk_create(
            [VolunteerSkill(volunteer=volunteer, skill=skill, compound=compound) for skill in skills],
            ignore_conflicts=True,
        )
    _add_hours(volunteer, row)
    chosen = list(groups)
    GroupMember.objects.bulk_create(
        [GroupMember(group=group, volunteer=volunteer, compound=compound) for group in chosen], ignore_conflicts=True
    )
    row.state, row.decided_at, row.decided_by, row.volunteer = SignUp.State.CONFIRMED, at, by, volunteer
    row.save(update_fields=["state", "decided_at", "decided_by", "volunteer"])
    log(
        compound=compound,
        by=by,
        at=at,
        action="sign_up.confirmed",
        subject=volunteer.user.name,
        text=gettext_noop("Sign-up of %(subject)s confirmed, groups: %(groups)s"),
        volunteer=str(volunteer.pk),
        groups="、".join(group.name for group in chosen) or "—",
    )
    return Confirmed(volunteer, was_known)


@transaction.atomic
def refuse_sign_up(*, sign_up: SignUp, by: User, at: dt.datetime) -> None:
    """Refuses with `sign_up_decided`."""
    row = _waiting(sign_up)
    row.state, row.decided_at, row.decided_by = SignUp.State.REFUSED, at, by
    row.save(update_fields=["state", "decided_at", "decided_by"])
    log(
        compound=row.compound,
        by=by,
        at=at,
        action="sign_up.refused",
        subject=row.name,
        text=gettext_noop("Sign-up of %(subject)s refused"),
    )


@transaction.atomic
def refuse_sign_ups(
    *,
    compound: Compound,
    sign_ups: Collection[uuid.UUID] = (),
    since: dt.datetime | None = None,
    by: User,
    at: dt.datetime,
) -> int:
    """These, or with `since` all that have come from then to `at`; how many. What was answered meanwhile stays as it
    was answered."""
    rows = SignUp.objects.filter(compound=compound, state=SignUp.State.WAITING)
    rows = rows.filter(pk__in=sign_ups) if since is None else rows.filter(asked_at__gte=since, asked_at__lte=at)
    count = rows.update(state=SignUp.State.REFUSED, decided_at=at, decided_by=by)
    if count:
        log(
            compound=compound,
            by=by,
            at=at,
            action="sign_up.refused",
            text=gettext_noop("%(count)s sign-ups refused at once"),
            count=count,
        )
    return count


def _waiting(sign_up: SignUp) -> SignUp:
    """The row, locked; a second decision waits here and then reads who was first."""
    row = SignUp.objects.select_for_update(of=("self",)).select_related("compound").get(pk=sign_up.pk)
    if row.state != SignUp.State.WAITING:
        who = row.decided_by.name if row.decided_by else "—"
        raise Refusal(
            "sign_up_decided",
            _("%(by)s has answered this sign-up already: %(state)s. Nothing was changed.")
            % {"by": who, "state": row.get_state_display()},
            state=row.state,
        )
    return row


def _add_hours(volunteer: Volunteer, row: SignUp) -> None:
    if volunteer.availability.exists():
        return
    ticked = row.when or {}
    hours = rows_of_ticks(ticked.get("days", []), ticked.get("times", []), Availability.Level.CAN)
    Availability.objects.bulk_create(
        [
            Availability(
                volunteer=volunteer,
                weekday=one.weekday,
                from_minute=one.start,
                until_minute=one.until,
                level=one.level,
            )
            for one in hours
        ]
    )


@transaction.atomic
def open_sign_up(*, compound: Compound, is_open: bool, by: User, at: dt.datetime) -> None:
    """Switches the public page on or off; the link stays the same."""
    rules_of(compound)
    rules = RosterRules.objects.select_for_update().get(compound=compound)
    if rules.sign_up_open == is_open:
        return
    rules.sign_up_open = is_open
    rules.save(update_fields=["sign_up_open"])
    text = gettext_noop("Sign-up of volunteers opened") if is_open else gettext_noop("Sign-up of volunteers closed")
    log(compound=compound, by=by, at=at, action="sign_up.opened" if is_open else "sign_up.closed", text=text)


@transaction.atomic
def renew_link(*, compound: Compound, by: User, at: dt.datetime) -> None:
    """Ends the address that was given out; the next one is shown on the page of sign-ups."""
    rules_of(compound)
    rules = RosterRules.objects.select_for_update().get(compound=compound)
    rules.sign_up_version += 1
    rules.save(update_fields=["sign_up_version"])
    text = gettext_noop("New link for signing up; the old one opens nothing any more")
    log(compound=compound, by=by, at=at, action="sign_up.link_renewed", text=text)
