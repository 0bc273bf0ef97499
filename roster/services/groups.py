"""Duty groups: who leads, who belongs to them, what they have to do, and what the leader may do."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Compound, User
from compound.refusals import Refusal
from roster.models import DutyGroup, GroupMember, Volunteer
from roster.services.log import log

Part = GroupMember.Part
COLUMNS = ("kind", "name", "duties", "leaders_assign", "leaders_confirm", "leaders_message", "position")

PARTS: dict[str, str] = {
    Part.LEADER: gettext_noop("%(subject)s: %(name)s leads the group"),
    Part.DEPUTY: gettext_noop("%(subject)s: %(name)s is deputy"),
    Part.MEMBER: gettext_noop("%(subject)s: %(name)s is a member"),
}


@dataclass(frozen=True)
class GroupFacts:
    """What somebody says of a group, as in DutyGroup."""

    name: str
    kind: str = DutyGroup.Kind.OTHER
    duties: str = ""
    leaders_assign: bool = True
    leaders_confirm: bool = False
    leaders_message: bool = True
    position: int = 100


@transaction.atomic
def make_group(
    *, compound: Compound, facts: GroupFacts, by: User | None, at: dt.datetime, id: uuid.UUID | None = None
) -> DutyGroup:
    """Sent twice with an `id` it is one. Refuses with `group_name_taken`."""
    if id and (known := DutyGroup.objects.filter(pk=id, compound=compound).first()):
        return known
    if id is None or DutyGroup.objects.filter(pk=id).exists():
        id = uuid.uuid4()
    group = DutyGroup(pk=id, compound=compound, **{name: getattr(facts, name) for name in COLUMNS})
    _save(group, is_new=True)
    _log(group, by, at, "group.made", gettext_noop("Duty group set up: %(subject)s"), kind=group.kind)
    return group


@transaction.atomic
def edit_group(*, group: DutyGroup, facts: GroupFacts, by: User | None, at: dt.datetime) -> None:
    """Refuses with `group_name_taken`, `group_ended`."""
    group = _lock(group)
    changed = {
        name: [getattr(group, name), getattr(facts, name)]
        for name in COLUMNS
        if getattr(group, name) != getattr(facts, name)
    }
    if not changed:
        return
    for name in changed:
        setattr(group, name, getattr(facts, name))
    _save(group)
    _log(group, by, at, "group.changed", gettext_noop("Duty group changed: %(subject)s"), changed=changed)


@transaction.atomic
def set_member(*, group: DutyGroup, volunteer: Volunteer, part: str, by: User | None, at: dt.datetime) -> str:
    """Takes somebody into the group, or gives them another part in it. Whoever led it until now becomes a deputy: the
    name of that person, '' where nobody did.

    Refuses with `group_ended`, `volunteer_ended`, `elsewhere`, and `leader_leaves` when the leader should become less
    while the group needs one.
    """
    group = _lock(group)
    volunteer = Volunteer.objects.select_related("user").get(pk=volunteer.pk)
    if volunteer.compound_id != group.compound_id:
        raise Refusal("elsewhere", _("This belongs to another compound."))
    if volunteer.ended_at is not None:
        raise Refusal("volunteer_ended", _("%(name)s does not help here any more.") % {"name": volunteer.user.name})
    rows = {row.volunteer_id: row for row in group.member_rows.select_related("volunteer__user")}
    mine = rows.get(volunteer.pk)
    if mine is not None and mine.part == part:
        return ""
    before = ""
    if mine is not None and mine.part == Part.LEADER:
        _check_leader_may_go(group, mine, others=len(rows) - 1)
    if part == Part.LEADER:
        for row in rows.values():
            if row.part == Part.LEADER:
                row.part, before = Part.DEPUTY, row.volunteer.user.name
                row.save(update_fields=["part"])
    GroupMember.objects.update_or_create(
        group=group,
        volunteer=volunteer,
        defaults={"part": part},
        create_defaults={"part": part, "compound": group.compound},
    )
    _log(
        group,
        by,
        at,
        "group.member_set",
        PARTS[part],
        name=volunteer.user.name,
        part=part,
        volunteer=str(volunteer.pk),
    )
    return before


@transaction.atomic
def remove_member(*, group: DutyGroup, volunteer: Volunteer, by: User | None, at: dt.datetime) -> None:
    """Removing somebody twice does nothing. Refuses with `leader_leaves`, `group_ended`."""
    group = _lock(group)
    rows = {row.volunteer_id: row for row in group.member_rows.select_related("volunteer__user")}
    row = rows.get(volunteer.pk)
    if row is None:
        return
    if row.part == Part.LEADER:
        _check_leader_may_go(group, row, others=len(rows) - 1)
    name = row.volunteer.user.name
    row.delete()
    _log(
        group,
        by,
        at,
        "group.member_removed",
        gettext_noop("%(subject)s: %(name)s left the group"),
        name=name,
        volunteer=str(volunteer.pk),
    )


@transaction.atomic
def end_group(*, group: DutyGroup, by: User | None, at: dt.datetime) -> None:
    """Dissolves the group; its members stay volunteers. Twice is once. Refuses with `group_has_posts`."""
    group = DutyGroup.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=group.pk)
    if group.ended_at is not None:
        return
    posts = list(group.posts.filter(ended_at=None).values_list("name", flat=True))
    if posts:
        raise Refusal(
            "group_has_posts",
            _(
                "“%(group)s” still looks after %(posts)s. Close these posts or give them to another group first, then "
                "dissolve it."
            )
            % {"group": group.name, "posts": _(", ").join(posts)},
            posts=posts,
        )
    group.ended_at = at
    group.save(update_fields=["ended_at"])
    _log(group, by, at, "group.ended", gettext_noop("Duty group dissolved: %(subject)s"))


def _lock(group: DutyGroup) -> DutyGroup:
    found = DutyGroup.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=group.pk)
    if found.ended_at is not None:
        raise Refusal("group_ended", _("“%(group)s” is dissolved: choose another group.") % {"group": found.name})
    return found


def _check_leader_may_go(group: DutyGroup, leader: GroupMember, *, others: int) -> None:
    """A group with people or posts is never without somebody to call."""
    if others or group.posts.filter(ended_at=None).exists():
        name = leader.volunteer.user.name
        raise Refusal(
            "leader_leaves",
            _("%(name)s leads “%(group)s”: make somebody else the leader first.") % {"name": name, "group": group.name},
            name=name,
        )


def _save(group: DutyGroup, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            group.save(force_insert=is_new, update_fields=None if is_new else COLUMNS)
    except IntegrityError as error:
        if "duty_group_once" not in str(error):
            raise
        raise Refusal(
            "group_name_taken",
            _("There is a group “%(name)s” already: give this one another name.") % {"name": group.name},
            name=group.name,
        ) from None


def _log(group: DutyGroup, by: User | None, at: dt.datetime, action: str, text: str, **params: object) -> None:
    log(
        compound=group.compound,
        by=by,
        at=at,
        action=action,
        subject=group.name,
        text=text,
        group=str(group.pk),
        **params,
    )
