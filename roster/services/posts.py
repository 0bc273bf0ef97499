"""Posts: where somebody must stand, how many of them, and what they must be able to do."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Building, Compound, Gate, User
from compound.refusals import Refusal
from roster.models import DutyGroup, Post, PostNeed, Shift, ShiftPattern, Skill
from roster.services.generation import DAY, lock_patterns
from roster.services.log import log
from roster.services.pattern_shifts import Change, clear, lock_shifts, people_on, set_seats
from roster.services.patterns import lock_post

Kind = Post.Kind


@dataclass(frozen=True)
class PostFacts:
    """What somebody says of a post. `needs`: of the people there so many must have the skill."""

    group: DutyGroup
    name: str
    kind: str = Kind.OTHER
    gate: Gate | None = None
    building: Building | None = None
    place: str = ""
    minimum: int = 1
    maximum: int = 1
    has_stairs: bool = False
    position: int = 100
    needs: Mapping[Skill, int] = field(default_factory=dict)


COLUMNS = (
    *("group", "name", "kind", "gate", "building", "place"),
    *("minimum", "maximum", "has_stairs", "position"),
)


@transaction.atomic
def make_post(
    *, compound: Compound, facts: PostFacts, by: User | None, at: dt.datetime, id: uuid.UUID | None = None
) -> Post:
    """Sent twice with an `id` it is one. Refuses with `post_name_taken`, `group_ended`, `elsewhere`, `need_too_big`."""
    if id and (known := Post.objects.filter(pk=id, compound=compound).first()):
        return known
    _check(compound, facts)
    if id is None or Post.objects.filter(pk=id).exists():
        id = uuid.uuid4()
    post = Post(pk=id, compound=compound, **{name: getattr(facts, name) for name in COLUMNS})
    _save(post, is_new=True)
    _set_needs(post, facts.needs)
    _log(
        post, by, at, "post.made", gettext_noop("Post set up: %(subject)s"), minimum=post.minimum, maximum=post.maximum
    )
    return post


@transaction.atomic
def edit_post(*, post: Post, facts: PostFacts, by: User | None, at: dt.datetime) -> int:
    """How many shifts to come have taken over the new number of people: those of patterns that name none themselves,
    which nobody edited and on which nobody sits beyond it. New seats are offered to whoever waits. Refusals as in
    `make_post`, and `post_ended`.
    """
    post = lock_post(post)
    _check(post.compound, facts)
    before = {name: _plain(getattr(post, name)) for name in COLUMNS}
    needs = {row.skill.name: row.count for row in post.needs.select_related("skill")}
    after = {name: _plain(getattr(facts, name)) for name in COLUMNS}
    new_needs = {skill.name: count for skill, count in facts.needs.items()}
    changed = {name: [before[name], after[name]] for name in COLUMNS if before[name] != after[name]}
    if needs != new_needs:
        changed["needs"] = [str(needs), str(new_needs)]
    if not changed:
        return 0
    for name in COLUMNS:
        setattr(post, name, getattr(facts, name))
    _save(post)
    _set_needs(post, facts.needs)
    resized = 0
    if {"minimum", "maximum"} & changed.keys():
        # Whoever makes shifts of these patterns at the moment reads the post after this, or its shifts are seen here.
        patterns = lock_patterns(post.patterns.filter(minimum=None))
        shifts = lock_shifts(Shift.objects.filter(pattern__in=patterns, starts_at__gt=at))
        which = Shift.objects.filter(pk__in=[shift.pk for shift in shifts])
        resized = set_seats(which, minimum=post.minimum, maximum=post.maximum, at=at)
    _log(post, by, at, "post.changed", gettext_noop("Post changed: %(subject)s"), changed=changed, shifts=resized)
    return resized


@transaction.atomic
def end_post(*, post: Post, by: User | None, at: dt.datetime) -> Change:
    """Closes the post: its patterns end, its shifts to come go. Closing it again does nothing.

    Refuses with `post_has_people` while somebody is on a shift that is not over: they have to be told first.
    """
    post = Post.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=post.pk)
    change = Change()
    if post.ended_at is not None:
        return change
    today = post.compound.day_of(at)
    patterns = lock_patterns(ShiftPattern.objects.filter(post=post))
    shifts = lock_shifts(Shift.objects.filter(post=post, ends_at__gt=at, cancelled_at=None))
    manned = people_on(shifts)
    if manned:
        raise Refusal(
            "post_has_people",
            _(
                "“%(post)s” cannot be closed yet: somebody is on %(count)d of its shifts. Cancel those shifts, so that "
                "the people are told, then close it."
            )
            % {"post": post.name, "count": len(manned)},
            post=str(post.pk),
            count=len(manned),
        )
    clear(shifts, why=gettext_noop("The post was closed."), by=by, at=at, change=change)
    for pattern in patterns:
        if pattern.starts_on > today:
            pattern.delete()
        elif pattern.ends_on is None or pattern.ends_on >= today:
            pattern.ends_on = max(pattern.starts_on, today - DAY)
            pattern.save(update_fields=["ends_on"])
    post.ended_at = at
    post.save(update_fields=["ended_at"])
    _log(
        post,
        by,
        at,
        "post.ended",
        gettext_noop("Post closed: %(subject)s"),
        deleted=len(change.deleted),
        cancelled=len(change.cancelled),
    )
    return change


@transaction.atomic
def reopen_post(*, post: Post, by: User | None, at: dt.datetime) -> Post:
    """Opens a closed post again as it was, without shifts: its patterns have ended. Of an open one it is nothing.

    Refuses with `group_ended`, `post_name_taken` when another post has taken its name since.
    """
    post = Post.objects.select_for_update(of=("self",), no_key=True).select_related("compound", "group").get(pk=post.pk)
    if post.ended_at is None:
        return post
    group = DutyGroup.objects.select_for_update(no_key=True).get(pk=post.group_id)
    if group.ended_at is not None:
        raise Refusal(
            "group_ended",
            _("“%(group)s”, which looked after it, is dissolved: set up a new post for another group.")
            % {"group": group.name},
        )
    post.ended_at = None
    _save(post, ("ended_at",))
    _log(post, by, at, "post.reopened", gettext_noop("Post opened again: %(subject)s"))
    return post


@transaction.atomic
def make_gate_posts(*, compound: Compound, group: DutyGroup, by: User | None, at: dt.datetime) -> list[Post]:
    """A post for each guarded gate that has none, two people at each; those that were made."""
    made = []
    for gate in gates_without_post(compound):
        with translation.override(compound.language):
            name = _("%(gate)s post") % {"gate": gate.name}
        facts = PostFacts(group, name[:30], Kind.GATE, gate=gate, minimum=1, maximum=2, position=gate.position)
        made.append(make_post(compound=compound, facts=facts, by=by, at=at))
    return made


def gates_without_post(compound: Compound) -> list[Gate]:
    guarded = Gate.objects.filter(compound=compound, kind=Gate.Kind.GUARDED)
    return list(guarded.exclude(posts__in=Post.objects.filter(compound=compound, ended_at=None)))


def _check(compound: Compound, facts: PostFacts) -> None:
    group = DutyGroup.objects.select_for_update(no_key=True).get(pk=facts.group.pk)
    for row in (group, facts.gate, facts.building, *facts.needs):
        if row is not None and row.compound_id != compound.pk:
            raise Refusal("elsewhere", _("This belongs to another compound."))
    if group.ended_at is not None:
        raise Refusal("group_ended", _("“%(group)s” is dissolved: choose another group.") % {"group": group.name})
    for skill, count in facts.needs.items():
        if count > facts.maximum:
            raise Refusal(
                "need_too_big",
                _("“%(skill)s”: %(count)d people cannot be asked for where %(most)d stand at most.")
                % {"skill": skill.name, "count": count, "most": facts.maximum},
                skill=skill.name,
            )


def _save(post: Post, columns: tuple[str, ...] = COLUMNS, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            post.save(force_insert=is_new, update_fields=None if is_new else columns)
    except IntegrityError as error:
        if "post_once" not in str(error):
            raise
        raise Refusal(
            "post_name_taken",
            _("There is a post “%(name)s” already: give this one another name.") % {"name": post.name},
            name=post.name,
        ) from None


def _set_needs(post: Post, needs: Mapping[Skill, int]) -> None:
    post.needs.exclude(skill__in=needs).delete()
    PostNeed.objects.bulk_create(
        [PostNeed(post=post, skill=skill, compound=post.compound, count=count) for skill, count in needs.items()],
        update_conflicts=True,
        unique_fields=["post", "skill"],
        update_fields=["count"],
    )


def _plain(value: object) -> object:
    return value if isinstance(value, int | str | bool | None) else str(value)


def _log(post: Post, by: User | None, at: dt.datetime, action: str, text: str, **params: object) -> None:
    log(compound=post.compound, by=by, at=at, action=action, subject=post.name, text=text, post=str(post.pk), **params)
