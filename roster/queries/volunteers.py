"""The volunteers of a compound, as the coordinator looks for them."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from compound.models import Compound
from compound.models.accounts import clean_phone
from roster.models import Assignment, DutyGroup, PostNeed, SignUp, Skill, Volunteer, VolunteerSkill
from roster.queries.facts import PROVED
from roster.queries.load import lately
from roster.queries.served import served

ON_A_PAGE = 50
STATES = {"active": _("active"), "ended": _("ended"), "all": _("all")}
NO_TIME = dt.timedelta()


@dataclass(frozen=True)
class Filter:
    """What the boxes above the list say; '' and None: all."""

    text: str = ""
    group: uuid.UUID | None = None
    skill: uuid.UUID | None = None
    origin: str = ""
    state: str = "active"

    @property
    def is_set(self) -> bool:
        return bool(self.text or self.group or self.skill or self.origin or self.state != "active")


@dataclass(frozen=True)
class Found:
    """`page`: of volunteers, each with hours, nights and `own_skills`; `active`: how many there are in all, whatever
    the boxes say."""

    page: "Page[Any]"
    active: int


def volunteer_list(*, compound: Compound, wanted: Filter, page: str, at: dt.datetime) -> Found:
    """Each row has `hours` and `nights` of the last 14 days, its skills and groups fetched along. Six queries."""
    rows = with_load(Volunteer.objects.filter(compound=compound), at)
    if wanted.state != "all":
        rows = rows.filter(ended_at__isnull=wanted.state != "ended")
    if wanted.origin:
        rows = rows.filter(origin=wanted.origin)
    if wanted.group:
        rows = rows.filter(group_rows__group=wanted.group)
    if wanted.skill:
        rows = rows.filter(skill_rows__skill=wanted.skill)
    if text := wanted.text.strip():
        fits = Q(user__name__icontains=text) | Q(organisation__icontains=text) | Q(household__room__istartswith=text)
        number = clean_phone(text)
        if len(number) >= 3:
            fits |= Q(user__phone__contains=number)
        rows = rows.filter(fits)
    rows = rows.select_related("user", "household").order_by("user__name", "id")
    # With what is known of the paper, for a skill that asks for one.
    skills = VolunteerSkill.objects.select_related("skill").order_by("skill__position", "skill__name")
    rows = rows.prefetch_related(Prefetch("skill_rows", skills, to_attr="own_skills"), "groups")
    active = Volunteer.objects.filter(compound=compound, ended_at=None).count()
    return Found(Paginator(rows, ON_A_PAGE).get_page(page), active)


def with_load(rows: QuerySet[Volunteer], at: dt.datetime) -> QuerySet[Volunteer]:
    """Adds `time` (a timedelta) and `nights` of the last 14 days, in every compound (`roster.queries.load.lately`)."""
    counted = Assignment.objects.filter(lately(at), user=OuterRef("user")).order_by().values("user")
    return rows.annotate(
        time=Coalesce(Subquery(counted.annotate(sum=Sum(served())).values("sum")), NO_TIME),
        nights=Coalesce(Subquery(counted.filter(shift__is_night=True).annotate(count=Count("pk")).values("count")), 0),
    )


def skills_in_use(compound: Compound) -> QuerySet[Skill]:
    """Each with `people` (active volunteers for whom it counts), `unseen` (those whose paper nobody has seen yet) and
    `posts` that ask for it. One query."""
    have = VolunteerSkill.objects.filter(skill=OuterRef("pk"), volunteer__ended_at=None).order_by().values("skill")
    people, unseen = have.filter(PROVED), have.exclude(PROVED)
    posts = PostNeed.objects.filter(skill=OuterRef("pk")).order_by().values("skill")
    return Skill.objects.filter(compound=compound).annotate(
        people=Coalesce(Subquery(people.annotate(count=Count("pk")).values("count")), 0),
        unseen=Coalesce(Subquery(unseen.annotate(count=Count("pk")).values("count")), 0),
        posts=Coalesce(Subquery(posts.annotate(count=Count("pk")).values("count")), 0),
    )


def groups_of(compound: Compound) -> QuerySet[DutyGroup]:
    return DutyGroup.objects.filter(compound=compound, ended_at=None)


def waiting_sign_ups(compound: Compound) -> int:
    return SignUp.objects.filter(compound=compound, state=SignUp.State.WAITING).count()
