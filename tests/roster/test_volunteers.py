"""Taking somebody in, changing, ending, coming back; skills; what is forgotten."""

import datetime as dt

import pytest

from compound.models import AuditEntry, Membership, Role, User
from compound.refusals import Refusal
from compound.services.retention import forget_due
from roster.models import GroupMember, SignUp, Skill, Volunteer
from roster.services.skills import add_skill, change_skill, remove_skill
from roster.services.volunteers import (
    Details,
    Evidence,
    add_volunteer,
    bring_back,
    change_volunteer,
    end_volunteer,
    set_skills,
)
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def of():
    return make.compound()


@pytest.fixture
def by(of):
    return make.member(of)


def add(of, by, phone="13000000020", name="赵敏", **details):
    return add_volunteer(compound=of, phone=phone, name=name, details=Details(**details), by=by, at=ELEVEN)


def roles(user):
    return sorted(Membership.objects.filter(user=user).values_list("compound__code", "role"))


# ── taking in ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_add_with_a_new_number_makes_a_user_without_password_and_the_role(of, by):
    door = make.household(of, "20-1702")
    added = add(of, by, "130 0000 0020", household=door, hours_a_week=12)
    user = User.objects.get(phone="13000000020")
    assert (user.name, user.has_usable_password(), roles(user)) == ("赵敏", False, [("xingfuli", "volunteer")])
    assert (added.was_known, added.volunteer.household, added.volunteer.hours_a_week) == (False, door, 12)
    assert (added.volunteer.joined_at, added.volunteer.joined_by) == (ELEVEN, by)


def test_add_with_the_number_of_a_member_keeps_name_password_and_role(of, by):
    gate = make.member(of, Role.GATE)
    password = gate.password
    added = add(of, by, gate.phone, "别的名字")
    gate.refresh_from_db()
    assert (added.was_known, added.volunteer.user) == (True, gate)
    assert (gate.name, gate.password, roles(gate)) == ("周静", password, [("xingfuli", "gate")])


def test_add_with_the_number_of_a_volunteer_is_refused(of, by):
    make.volunteer(of)
    with pytest.raises(Refusal) as refused:
        add(of, by, "13000000007")
    assert (refused.value.code, refused.value.message) == ("volunteer_already", "冯磊在这里已经是志愿者了。")
    assert Volunteer.objects.count() == 1


def test_add_with_the_number_of_another_compound_is_refused_and_names_nobody(of, by):
    make.volunteer(make.compound("dongyuan", "东园"), "高山", "13000000008")
    with pytest.raises(Refusal) as refused:
        add(of, by, "13000000008")
    assert refused.value.code == "member_elsewhere"
    assert "高山" not in refused.value.message


def test_audit_of_a_new_volunteer_holds_no_phone_number(of, by):
    added = add(of, by, email="a@example.org", note="白天上班")
    set_skills(volunteer=added.volunteer, skills={make.skill(of).pk: Evidence("证", True)}, by=by, at=ELEVEN)
    end_volunteer(volunteer=added.volunteer, by=by, at=ELEVEN)
    entries = [f"{row.text} {row.subject} {row.params}" for row in AuditEntry.objects.all()]
    assert [entry for entry in entries if "13000000020" in entry or "example" in entry] == []
    assert AuditEntry.objects.filter(action="volunteer.added").get().text == "赵敏成为志愿者"


# ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_change_writes_what_differs_and_nothing_for_the_same_again(of, by):
    row = add(of, by).volunteer
    details = Details(origin="cadre", organisation="区财政局", ground_floor_only=True)
    assert change_volunteer(volunteer=row, details=details, by=by, at=ELEVEN) == [
        "origin",
        "organisation",
        "ground_floor_only",
    ]
    assert change_volunteer(volunteer=row, details=details, by=by, at=ELEVEN) == []
    assert AuditEntry.objects.filter(action="volunteer.changed").count() == 1


def test_set_skills_keeps_who_saw_the_paper_first(of, by):
    row, skill = add(of, by).volunteer, make.skill(of, "驾驶", needs_evidence=True)
    other = make.member(of, Role.SECRETARY)
    set_skills(volunteer=row, skills={skill.pk: Evidence("C1", True)}, by=by, at=ELEVEN)
    set_skills(volunteer=row, skills={skill.pk: Evidence("C1 驾照", True)}, by=other, at=ELEVEN + DAY)
    own = row.skill_rows.get()
    assert (own.evidence, own.seen_by, own.seen_at) == ("C1 驾照", by, ELEVEN)
    set_skills(volunteer=row, skills={skill.pk: Evidence("", False)}, by=by, at=ELEVEN)
    own = row.skill_rows.get()
    assert (own.evidence, own.seen_by, own.seen_at) == ("", None, None)
    set_skills(volunteer=row, skills={}, by=by, at=ELEVEN)
    assert row.skill_rows.count() == 0


def test_set_skills_of_another_compound_are_not_taken(of, by):
    row, strange = add(of, by).volunteer, make.skill(make.compound("dongyuan", "东园"))
    set_skills(volunteer=row, skills={strange.pk: Evidence()}, by=by, at=ELEVEN)
    assert row.skill_rows.count() == 0


# ── coming and going ──────────────────────────────────────────────────────────────────────────────────────────────


def test_end_takes_role_and_groups_and_bringing_back_gives_the_role_again(of, by):
    row = make.volunteer(of)
    make.duty_group(of, leader=row)
    end_volunteer(volunteer=row, by=by, at=ELEVEN)
    row.refresh_from_db()
    assert (row.ended_at, row.ended_by, roles(row.user)) == (ELEVEN, by, [])
    assert GroupMember.objects.count() == 0
    bring_back(volunteer=row, by=by, at=ELEVEN + DAY)
    row.refresh_from_db()
    assert (row.ended_at, row.ended_by, roles(row.user)) == (None, None, [("xingfuli", "volunteer")])
    assert row.availability.count() == 7


def test_end_keeps_the_other_roles(of, by):
    gate = make.member(of, Role.GATE)
    row = add(of, by, gate.phone).volunteer
    end_volunteer(volunteer=row, by=by, at=ELEVEN)
    assert roles(gate) == [("xingfuli", "gate")]


def test_end_with_a_shift_to_come_is_refused_and_with_a_past_one_not(of, by):
    row = make.volunteer(of)
    shift = make.shift(make.post(of))
    make.assignment(shift, row)
    with pytest.raises(Refusal) as refused:
        end_volunteer(volunteer=row, by=by, at=ELEVEN)
    assert (refused.value.code, refused.value.params) == ("still_on_duty", {"count": 1})
    end_volunteer(volunteer=row, by=by, at=shift.ends_at)
    row.refresh_from_db()
    assert row.ended_at == shift.ends_at


def test_end_that_frees_the_shifts_leaves_their_seats_empty_with_the_reason(of, by):
    row = make.volunteer(of)
    made = make.assignment(make.shift(make.post(of)), row)
    end_volunteer(volunteer=row, by=by, at=ELEVEN, free=True)
    made.refresh_from_db()
    row.refresh_from_db()
    assert (made.state, made.seat, made.ended_by, made.ended_why) == ("excused", None, by, "已不是志愿者")
    assert row.ended_at == ELEVEN


# ── skills ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_skill_is_added_renamed_and_removed(of, by):
    skill = add_skill(compound=of, name="方言", by=by, at=ELEVEN)
    change_skill(skill=skill, name="武汉话", needs_evidence=False, by=by, at=ELEVEN)
    assert Skill.objects.get().name == "武汉话"
    remove_skill(skill=skill, by=by, at=ELEVEN)
    assert Skill.objects.count() == 0


def test_skill_of_a_name_that_is_there_is_refused(of, by):
    make.skill(of, "方言")
    with pytest.raises(Refusal) as refused:
        add_skill(compound=of, name="方言", by=by, at=ELEVEN)
    assert refused.value.code == "skill_taken"
    assert Skill.objects.count() == 1


def test_skill_that_somebody_has_or_a_post_asks_for_stays(of, by):
    make.volunteer(of, skills=["医护"])
    make.post(of, needs={"医护": 1, "驾驶": 1})
    for name, params in (("医护", (1, 1)), ("驾驶", (0, 1))):
        with pytest.raises(Refusal) as refused:
            remove_skill(skill=Skill.objects.get(name=name), by=by, at=ELEVEN)
        facts = refused.value.params
        assert (refused.value.code, facts["people"], facts["posts"]) == ("skill_in_use", *params)


# ── forgetting ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ended_volunteers_are_forgotten_after_thirty_days_with_their_number(of, by):
    door = make.household(of, "20-1702")
    row = add(of, by, email="a@example.org", note="白天上班", household=door).volunteer
    shift = make.shift(make.post(of))
    make.assignment(shift, row, "signed_out")
    end_volunteer(volunteer=row, by=by, at=shift.ends_at)
    forget_due(shift.ends_at + 29 * DAY)
    row.refresh_from_db()
    assert (row.email, row.note, row.user.phone) == ("a@example.org", "白天上班", "13000000020")
    forget_due(shift.ends_at + 31 * DAY)
    row = Volunteer.objects.get(pk=row.pk)
    assert (row.email, row.note, row.household, row.user.name) == ("", "", None, "赵敏")
    assert (row.user.phone[:3], row.user.has_usable_password(), row.assignments.count()) == ("000", False, 1)
    with pytest.raises(Refusal) as refused:
        bring_back(volunteer=row, by=by, at=shift.ends_at + 32 * DAY)
    assert refused.value.code == "phone_forgotten"
    # Nothing is left to forget: the sweep comes to an end.
    entries = AuditEntry.objects.filter(action="retention.forgot").count()
    forget_due(shift.ends_at + 33 * DAY)
    assert AuditEntry.objects.filter(action="retention.forgot").count() == entries


def test_ended_volunteer_with_another_duty_keeps_the_number(of, by):
    gate = make.member(of, Role.GATE)
    row = add(of, by, gate.phone, note="x").volunteer
    end_volunteer(volunteer=row, by=by, at=ELEVEN)
    forget_due(ELEVEN + 31 * DAY)
    row = Volunteer.objects.get(pk=row.pk)
    assert (row.note, row.user.phone) == ("", gate.phone)


def test_active_volunteer_is_not_forgotten(of, by):
    row = add(of, by, note="x").volunteer
    forget_due(ELEVEN + 400 * DAY)
    row.refresh_from_db()
    assert (row.note, row.user.phone) == ("x", "13000000020")


@pytest.mark.parametrize("state", ["waiting", "refused", "confirmed"])
def test_sign_ups_are_forgotten_after_thirty_days(of, by, state):
    decided = {} if state == "waiting" else {"decided_at": ELEVEN, "decided_by": by}
    SignUp.objects.create(compound=of, name="赵敏", phone="13000000020", state=state, asked_at=ELEVEN, **decided)
    forget_due(ELEVEN + 29 * DAY)
    assert SignUp.objects.count() == 1
    forget_due(ELEVEN + 31 * DAY)
    assert SignUp.objects.count() == 0
