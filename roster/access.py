"""Who may do what in the roster: the coordinator everything, a leader what the group allows, others for themselves."""

from dataclasses import dataclass

from compound import access
from compound.access import Standing
from compound.models import User
from roster.models import DutyGroup, GroupMember, Post, Volunteer


@dataclass(frozen=True)
class Duty:
    """What one user is in one compound's roster: a volunteer or not, and leader or deputy of which groups."""

    standing: Standing
    volunteer: Volunteer | None
    leads: tuple[DutyGroup, ...]

    @property
    def user(self) -> User:
        return self.standing.user

    @property
    def runs_roster(self) -> bool:
        return access.can_run_roster(self.standing)


def duty_of(standing: Standing) -> Duty:
    """Two queries."""
    of, user = standing.compound, standing.user
    volunteer = Volunteer.objects.filter(compound=of, user=user, ended_at=None).select_related("user").first()
    leading = (GroupMember.Part.LEADER, GroupMember.Part.DEPUTY)
    # In one filter(): in two of them the leader and the user could be different members of the group.
    rows = DutyGroup.objects.filter(
        compound=of,
        ended_at=None,
        member_rows__part__in=leading,
        member_rows__volunteer__user=user,
        member_rows__volunteer__ended_at=None,
    )
    return Duty(standing, volunteer, tuple(rows.distinct()))


def leads(duty: Duty, group_id: object) -> bool:
    """Tick attendance, see the group's phones: the leader, a deputy, the coordinator."""
    return duty.runs_roster or any(group.pk == group_id for group in duty.leads)


def can_assign(duty: Duty, post: Post) -> bool:
    return duty.runs_roster or any(group.pk == post.group_id and group.leaders_assign for group in duty.leads)


def can_message(duty: Duty, group_id: object) -> bool:
    return duty.runs_roster or any(group.pk == group_id and group.leaders_message for group in duty.leads)


def can_confirm_members(duty: Duty, group_id: object) -> bool:
    return duty.runs_roster or any(group.pk == group_id and group.leaders_confirm for group in duty.leads)
