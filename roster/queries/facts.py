"""What the rules need to know, read in a fixed number of queries however many people and shifts there are."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q

from compound.models import Compound, Membership
from roster.models import Assignment, Availability, Post, PostNeed, RosterRules, Shift, Volunteer, VolunteerSkill
from roster.queries.served import served_hours
from roster.rules import Hours, Limits, Person, Place, Turn
from roster.services.house_rules import rules_of

# Rest, a week's hours and the load of two weeks lie within this distance of a shift.
AROUND = dt.timedelta(days=15)
# A skill of a volunteer counts when nobody asks for a paper, or somebody has seen it.
PROVED = Q(skill__needs_evidence=False) | Q(seen_at__isnull=False)
SAME = (
    "rest_minutes", "night_rest_minutes", "night_from", "night_until", "night_minutes", "warn_minutes", "most_minutes",
    "hours_a_week", "nights_a_week", "early_minutes", "remind_minutes", "alert_hours", "offer_minutes",
    "missing_minutes", "sign_in_minutes",
)  # fmt: skip


def limits_of(compound: Compound, rules: RosterRules | None = None) -> Limits:
    """One query where `rules` are not given (three the first time)."""
    rules = rules or rules_of(compound)
    values = {name: getattr(rules, name) for name in SAME}
    # A row that was just made still holds "22:00" as the model writes it.
    values |= {name: _time(values[name]) for name in ("night_from", "night_until")}
    return Limits(tz=compound.tz, **values)


def _time(written: dt.time | str) -> dt.time:
    return dt.time.fromisoformat(written) if isinstance(written, str) else written


def people_for(
    compound: Compound,
    *,
    around: tuple[dt.datetime, dt.datetime],
    only: Collection[uuid.UUID] | None = None,
) -> dict[uuid.UUID, Person]:
    """By the volunteer's id: those who are active here, or `only` these, whoever they are.

    Active is who has not ended, may log in, and has a role here: whoever was taken out of the compound without being
    ended as a volunteer is no more planned either. A skill that asks for a paper counts once somebody has seen it.
    Their turns are those of every compound from 15 days before `around` to 15 days after it; of another compound's
    the post is not told. Four queries.
    """
    has_role = Exists(Membership.objects.filter(user=OuterRef("user"), compound=OuterRef("compound")))
    is_active = Q(has_role, ended_at=None, user__is_active=True)
    rows = Volunteer.objects.filter(compound=compound).select_related("user").annotate(is_active=is_active)
    rows = rows.filter(is_active=True) if only is None else rows.filter(pk__in=only)
    volunteers = list(rows)
    ids = [one.pk for one in volunteers]
    skills: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    proved = VolunteerSkill.objects.filter(PROVED, volunteer__in=ids)
    for volunteer_id, skill_id in proved.values_list("volunteer", "skill"):
        skills[volunteer_id].add(skill_id)
    hours: dict[uuid.UUID, list[Hours]] = defaultdict(list)
    for row in Availability.objects.filter(volunteer__in=ids):
        hours[row.volunteer_id].append(Hours(row.weekday, row.on, row.from_minute, row.until_minute, row.level))
    turns = turns_of((one.user_id for one in volunteers), compound=compound, around=around)
    return {
        one.pk: Person(
            id=one.pk,
            user_id=one.user_id,
            name=one.user.name,
            skills=frozenset(skills[one.pk]),
            ground_floor_only=one.ground_floor_only,
            hours_a_week=one.hours_a_week,
            nights_a_week=one.nights_a_week,
            is_active=one.is_active,
            hours=tuple(hours[one.pk]),
            turns=tuple(turns.get(one.user_id, ())),
        )
        for one in volunteers
    }


def turns_of(
    users: Iterable[int], *, compound: Compound, around: tuple[dt.datetime, dt.datetime]
) -> dict[int, list[Turn]]:
    """Counted assignments by the user, over all compounds, earliest first. One query."""
    found: dict[int, list[Turn]] = defaultdict(list)
    rows = Assignment.objects.filter(
        user__in=list(users),
        state__in=Assignment.COUNTED,
        ends_at__gt=around[0] - AROUND,
        starts_at__lt=around[1] + AROUND,
    ).order_by("starts_at")
    values = rows.values_list(
        "user", "pk", "shift", "starts_at", "ends_at", "shift__is_night", "shift__duty_on", "compound",
        "shift__post__name", "seat", "signed_in_at", "signed_out_at",
    )  # fmt: skip
    for user, pk, shift, starts_at, ends_at, is_night, duty_on, where, post, seat, came, went in values:
        known = post if where == compound.pk else ""
        if seat is None and came and went:
            # Left early: what they did not serve tires nobody.
            starts_at, ends_at = served_hours(starts_at, ends_at, came, went)
            if starts_at == ends_at:
                continue
        found[user].append(Turn(pk, shift, starts_at, ends_at, is_night, duty_on, known))
    return found


def places_for(shifts: Iterable[Shift]) -> dict[uuid.UUID, Place]:
    """By the shift's id. Three queries, four where a post needs a skill."""
    rows = list(shifts)
    posts = Post.objects.in_bulk({one.post_id for one in rows})
    needs: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
    for post_id, skill_id, count in PostNeed.objects.filter(post__in=posts).values_list("post", "skill", "count"):
        needs[post_id][skill_id] = count
    there: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = defaultdict(list)
    # They have been on it, and their seat is free.
    left: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    seated = Assignment.objects.filter(shift__in=[one.pk for one in rows], state__in=Assignment.SEATED)
    for shift_id, volunteer_id, state, seat in seated.values_list("shift", "volunteer", "state", "seat"):
        if seat is None:
            left[shift_id].add(volunteer_id)
        else:
            there[shift_id].append((volunteer_id, state))
    skilled = _skilled({one for people in there.values() for one, _ in people}, needs)
    return {
        one.pk: Place(
            id=one.pk,
            post_id=one.post_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            duty_on=one.duty_on,
            is_night=one.is_night,
            is_cancelled=one.cancelled_at is not None,
            has_stairs=posts[one.post_id].has_stairs,
            minimum=one.minimum,
            maximum=one.maximum,
            taken=len(there[one.pk]),
            needs=needs[one.post_id],
            has={skill: sum((person, skill) in skilled for person, _ in there[one.pk]) for skill in needs[one.post_id]},
            on_it=frozenset(person for person, state in there[one.pk] if state != Assignment.State.OFFERED)
            | left[one.pk],
            offered_to=frozenset(person for person, state in there[one.pk] if state == Assignment.State.OFFERED),
            post=posts[one.post_id].name,
        )
        for one in rows
    }


def _skilled(
    volunteers: Collection[uuid.UUID], needs: dict[uuid.UUID, dict[uuid.UUID, int]]
) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """(volunteer, skill) for the skills that are asked for and proved."""
    wanted = {skill for of_post in needs.values() for skill in of_post}
    if not volunteers or not wanted:
        return set()
    rows = VolunteerSkill.objects.filter(PROVED, volunteer__in=volunteers, skill__in=wanted)
    return set(rows.values_list("volunteer", "skill"))
