"""Who helps and with what, where somebody must stand and when, and who stands there."""

from roster.models.people import Availability, SignUp, Skill, Volunteer, VolunteerSkill

from roster.models.groups import DutyGroup, GroupMember, Post, PostNeed  # isort: skip
from roster.models.shifts import Plan, Shift, ShiftPattern  # isort: skip
from roster.models.assignments import Assignment, StandIn  # isort: skip
from roster.models.house_rules import RosterRules  # isort: skip

__all__ = [
    "Assignment",
    "Availability",
    "DutyGroup",
    "GroupMember",
    "Plan",
    "Post",
    "PostNeed",
    "RosterRules",
    "Shift",
    "ShiftPattern",
    "SignUp",
    "Skill",
    "StandIn",
    "Volunteer",
    "VolunteerSkill",
]
