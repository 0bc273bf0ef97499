"""The compound's own list of skills."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Compound, User
from compound.refusals import Refusal
from roster.models import PostNeed, Skill, VolunteerSkill
from roster.services.log import log


@transaction.atomic
def add_skill(
    *,
    compound: Compound,
    name: str,
    needs_evidence: bool = False,
    position: int = 100,
    by: User | None,
    at: dt.datetime,
) -> Skill:
    """Refuses with `skill_taken`."""
    skill = Skill(compound=compound, name=name, needs_evidence=needs_evidence, position=position)
    try:
        with transaction.atomic():
            skill.save()
    except IntegrityError:
        raise _taken(name) from None
    log(
        compound=compound,
        by=by,
        at=at,
        action="skill.added",
        subject=name,
        text=gettext_noop("Skill added: %(subject)s"),
    )
    return skill


@transaction.atomic
def change_skill(*, skill: Skill, name: str, needs_evidence: bool, by: User, at: dt.datetime) -> None:
    """Another name for the same thing: whoever has it keeps it. Refuses with `skill_taken`."""
    before = skill.name
    if (name, needs_evidence) == (before, skill.needs_evidence):
        return
    skill.name, skill.needs_evidence = name, needs_evidence
    try:
        with transaction.atomic():
            skill.save(update_fields=["name", "needs_evidence"])
    except IntegrityError:
        raise _taken(name) from None
    log(
        compound=skill.compound,
        by=by,
        at=at,
        action="skill.changed",
        subject=name,
        text=gettext_noop("Skill %(before)s is now: %(subject)s"),
        before=before,
    )


@transaction.atomic
def remove_skill(*, skill: Skill, by: User, at: dt.datetime) -> None:
    """Refuses with `skill_in_use` while a volunteer has it or a post asks for it."""
    skill = Skill.objects.select_for_update().get(pk=skill.pk)
    people = VolunteerSkill.objects.filter(skill=skill, volunteer__ended_at=None).count()
    posts = PostNeed.objects.filter(skill=skill).count()
    if people or posts:
        raise Refusal(
            "skill_in_use",
            _(
                "“%(name)s” stays: %(people)d volunteers have it, %(posts)d posts ask for it. Take it off there first, "
                "or give it another name."
            )
            % {"name": skill.name, "people": people, "posts": posts},
            name=skill.name,
            people=people,
            posts=posts,
        )
    log(
        compound=skill.compound,
        by=by,
        at=at,
        action="skill.removed",
        subject=skill.name,
        text=gettext_noop("Skill removed: %(subject)s"),
    )
    skill.delete()


def _taken(name: str) -> Refusal:
    return Refusal("skill_taken", _("There is a skill “%(name)s” already.") % {"name": name}, name=name)
