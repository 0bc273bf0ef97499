"""What the roster forgets, and when. Who stood where stays longest, because hours of service are asked for afterwards;
how to reach people, and why somebody could not come, does not."""

import datetime as dt
import secrets

from django.db.models import Exists, OuterRef, Q, QuerySet

from compound.models import Compound, Membership, Resident, Sheet, StoredFile, User
from compound.services.accounts import NO_PHONE
from compound.services.retention import forgets
from roster.models import (
    Assignment,
    Availability,
    Plan,
    Shift,
    SignUp,
    StandIn,
    Volunteer,
    VolunteerSkill,
)
from roster.queries.sheet_rows import KINDS


@forgets("roster.sign_ups", days="SIGN_UP_DAYS")
def forget_sign_ups(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Refused, confirmed (all of it is in the volunteer's row by then) and unanswered ones alike."""
    over = Q(state=SignUp.State.WAITING, asked_at__lt=before) | Q(decided_at__lt=before)
    which = SignUp.objects.filter(over, compound=compound).values("pk")[:limit]
    _total, rows = SignUp.objects.filter(pk__in=list(which.values_list("pk", flat=True))).delete()
    return rows.get(SignUp._meta.label, 0)


@forgets("roster.volunteers", days="ENDED_VOLUNTEER_DAYS")
def forget_ended_volunteers(compound: Compound, before: dt.datetime, limit: int) -> int:
    """E-mail, home, notes, papers and hours of those who have ended; the number too, where nothing else needs it."""
    ended = Volunteer.objects.filter(compound=compound, ended_at__lt=before)
    known = (
        ~Q(email="") | ~Q(note="") | ~Q(organisation="") | Q(household__isnull=False)
        | Q(ground_floor_only=True) | Q(hours_a_week__isnull=False) | Q(nights_a_week__isnull=False)
        | Q(Exists(Availability.objects.filter(volunteer=OuterRef("pk"))))
        | Q(Exists(VolunteerSkill.objects.filter(volunteer=OuterRef("pk"))))
    )  # fmt: skip
    keys = list(ended.filter(known).values_list("pk", flat=True)[:limit])
    if keys:
        Availability.objects.filter(volunteer__in=keys).delete()
        VolunteerSkill.objects.filter(volunteer__in=keys).delete()
        blank = {"email": "", "note": "", "organisation": "", "household": None, "ground_floor_only": False}
        Volunteer.objects.filter(pk__in=keys).update(hours_a_week=None, nights_a_week=None, **blank)
    return len(keys) + _forget_numbers(ended, limit)


def _forget_numbers(ended: QuerySet[Volunteer], limit: int) -> int:
    """A login that opens nothing any more keeps the name, which the duty sheets have, and no number."""
    people = User.objects.filter(pk__in=ended.values("user"), is_superuser=False, is_staff=False).exclude(
        phone__startswith=NO_PHONE
    )
    needed = (
        Q(Exists(Membership.objects.filter(user=OuterRef("pk"))))
        | Q(Exists(Volunteer.objects.filter(user=OuterRef("pk"), ended_at=None)))
        | Q(Exists(Resident.objects.filter(user=OuterRef("pk"))))
    )
    users = list(people.exclude(needed)[:limit])
    for user in users:
        user.phone = f"{NO_PHONE}{secrets.randbelow(10**12):012d}"
        user.set_unusable_password()
        user.save(update_fields=["phone", "password"])
    return len(users)


@forgets("roster.reasons", days="ROSTER_WHY_DAYS")
def forget_reasons(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Why somebody did not come is mostly an illness of theirs or of their child. What was set aside stays: a rule of
    the house was broken, and the reason is the house's own. Days for which somebody said that they can't, too."""
    ended = Assignment.objects.filter(compound=compound, ends_at__lt=before).exclude(ended_why="")
    keys = list(ended.values_list("pk", flat=True)[:limit])
    asked = StandIn.objects.filter(assignment__compound=compound, assignment__ends_at__lt=before).exclude(why="")
    requests = list(asked.values_list("pk", flat=True)[:limit])
    dated = Availability.objects.filter(volunteer__compound=compound, on__lt=compound.day_of(before))
    days = list(dated.values_list("pk", flat=True)[:limit])
    Assignment.objects.filter(pk__in=keys).update(ended_why="")
    StandIn.objects.filter(pk__in=requests).update(why="")
    Availability.objects.filter(pk__in=days).delete()
    return len(keys) + len(requests) + len(days)


@forgets("roster.shifts", days="ROSTER_DAYS")
def forget_shifts(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Shifts with who stood there and who asked whom; plans over nothing but such days.

    A pattern remembers how far it has come, so none of them is made again.
    """
    shifts = Shift.objects.filter(compound=compound, ends_at__lt=before).order_by("ends_at")
    plans = Plan.objects.filter(compound=compound, until_on__lt=compound.day_of(before)).exclude(
        state=Plan.State.RUNNING
    )
    count = 0
    for rows in (shifts, plans):
        keys = list(rows.values_list("pk", flat=True)[:limit])
        # The rows that hang on them go along, and are counted.
        count += rows.model.objects.filter(pk__in=keys).delete()[0] if keys else 0
    return count


@forgets("roster.sheets", days="ROSTER_DAYS")
def forget_sheets(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Every version of the sheets that say who stood where, with their files, once their day or week is as long over
    as the shifts that are forgotten; links that were printed on them ended long before."""
    day = compound.day_of(before)
    # ISO dates, which sort as they are written.
    over = Q(rows__day__lt=day.isoformat()) | Q(rows__monday__lt=(day - dt.timedelta(days=6)).isoformat())
    rows = Sheet.objects.filter(over, compound=compound, kind__in=KINDS).order_by("made_at")
    found = list(rows.values_list("pk", "file")[:limit])
    Sheet.objects.filter(pk__in=[sheet for sheet, _file in found]).defer("rows").delete()
    StoredFile.objects.filter(pk__in=[file for _sheet, file in found]).defer("content").delete()
    return len(found)
