"""Duty groups: set up by hand or by template, led, left, dissolved."""

import uuid
from typing import Any

import pytest
from django.utils.translation import override

from compound.models import AuditEntry, Compound, User
from compound.refusals import Refusal
from roster.models import DutyGroup, GroupMember, Skill
from roster.services.group_templates import SKILLS, TEMPLATES, missing_templates, start_groups, start_skills
from roster.services.groups import GroupFacts, edit_group, end_group, make_group, remove_member, set_member
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
ALL = [template.kind for template in TEMPLATES]


@pytest.fixture
def of() -> Compound:
    return make.compound()


@pytest.fixture
def by(of: Compound) -> User:
    return make.member(of)


@pytest.fixture
def group(of: Compound) -> DutyGroup:
    return make.duty_group(of)


def parts(group: DutyGroup) -> dict[str, str]:
    return dict(GroupMember.objects.filter(group=group).values_list("volunteer__user__name", "part"))


def refused(work: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def test_start_groups_when_all_are_asked_for_makes_ten_in_the_compounds_language(of: Compound, by: User) -> None:
    with override("en"):
        made = start_groups(compound=of, kinds=ALL, by=by, at=ELEVEN)
    assert [group.name for group in made] == [
        *("值守组", "团购组", "采买组", "分发组", "医疗组"),
        *("物资组", "消杀环卫组", "信息网格组", "宣传组", "老幼关爱组"),
    ]
    assert [len(group.duties.splitlines()) for group in made] == [len(each.duties) for each in TEMPLATES]
    assert made[0].duties.splitlines()[0] == "开放的卡口 24 小时有人，接班的人没到不离岗。"
    assert [group.position for group in made] == list(range(10, 110, 10))
    assert AuditEntry.objects.filter(action="group.made").count() == 10


def test_start_groups_when_some_are_there_adds_the_others_and_touches_nothing(of: Compound, by: User) -> None:
    own = make.duty_group(of, "东门班", duties="看好门")
    assert len(start_groups(compound=of, kinds=ALL, by=by, at=ELEVEN)) == 9
    assert start_groups(compound=of, kinds=ALL, by=by, at=ELEVEN) == []
    own.refresh_from_db()
    assert (own.duties, missing_templates(of), DutyGroup.objects.count()) == ("看好门", [], 10)


def test_start_skills_when_repeated_makes_each_once(of: Compound, by: User) -> None:
    make.skill(of, "驾驶")
    made = start_skills(compound=of, by=by, at=ELEVEN)
    assert [skill.name for skill in made] == ["医护", "电脑", "搬运", "方言", "消杀", "水电维修", "心理疏导"]
    assert start_skills(compound=of, by=by, at=ELEVEN) == []
    assert Skill.objects.count() == len(SKILLS)


def test_make_group_when_sent_twice_is_one(of: Compound, by: User) -> None:
    id = uuid.uuid4()
    made = [make_group(compound=of, facts=GroupFacts("夜巡组"), by=by, at=ELEVEN, id=id) for _time in range(2)]
    assert (made[0], AuditEntry.objects.count()) == (made[1], 1)


def test_group_when_its_name_is_taken_is_refused_until_the_other_is_dissolved(
    of: Compound, by: User, group: DutyGroup
) -> None:
    def again() -> DutyGroup:
        return make_group(compound=of, facts=GroupFacts(group.name), by=by, at=ELEVEN)

    assert refused(again) == "group_name_taken"
    other = make.duty_group(of, "团购组")
    assert refused(lambda: edit_group(group=other, facts=GroupFacts(group.name), by=by, at=ELEVEN)) == (
        "group_name_taken"
    )
    end_group(group=group, by=by, at=ELEVEN)
    assert again().name == group.name


def test_edit_group_writes_what_changed_and_says_so(of: Compound, by: User, group: DutyGroup) -> None:
    facts = GroupFacts("卡口组", kind="gate", duties="守好门", leaders_assign=False)
    edit_group(group=group, facts=facts, by=by, at=ELEVEN)
    group.refresh_from_db()
    assert (group.name, group.duties, group.leaders_assign) == ("卡口组", "守好门", False)
    audit = AuditEntry.objects.get()
    assert (audit.action, audit.params["changed"]) == (
        "group.changed",
        {"name": ["值守组", "卡口组"], "duties": ["", "守好门"], "leaders_assign": [True, False]},
    )
    edit_group(group=group, facts=facts, by=by, at=ELEVEN)
    assert AuditEntry.objects.count() == 1


def test_set_member_when_somebody_leads_already_makes_them_deputy(of: Compound, by: User) -> None:
    zhou = make.volunteer(of, "周静", "13000000003")
    feng = make.volunteer(of)
    group = make.duty_group(of, leader=zhou)
    assert set_member(group=group, volunteer=feng, part="member", by=by, at=ELEVEN) == ""
    assert set_member(group=group, volunteer=feng, part="leader", by=by, at=ELEVEN) == "周静"
    assert parts(group) == {"冯磊": "leader", "周静": "deputy"}
    last = AuditEntry.objects.latest("pk")
    assert (last.action, last.text) == ("group.member_set", "值守组：冯磊 为组长")


def test_leader_when_others_are_there_cannot_just_go(of: Compound, by: User) -> None:
    zhou, feng = make.volunteer(of, "周静", "13000000003"), make.volunteer(of)
    group = make.duty_group(of, leader=zhou)
    set_member(group=group, volunteer=feng, part="member", by=by, at=ELEVEN)
    assert refused(lambda: remove_member(group=group, volunteer=zhou, by=by, at=ELEVEN)) == "leader_leaves"
    assert refused(lambda: set_member(group=group, volunteer=zhou, part="member", by=by, at=ELEVEN)) == (
        "leader_leaves"
    )
    set_member(group=group, volunteer=feng, part="leader", by=by, at=ELEVEN)
    remove_member(group=group, volunteer=zhou, by=by, at=ELEVEN)
    assert parts(group) == {"冯磊": "leader"}


def test_leader_when_alone_may_go_unless_the_group_has_posts(of: Compound, by: User) -> None:
    zhou = make.volunteer(of, "周静", "13000000003")
    group = make.duty_group(of, leader=zhou)
    post = make.post(of, group=group)
    assert refused(lambda: remove_member(group=group, volunteer=zhou, by=by, at=ELEVEN)) == "leader_leaves"
    post.ended_at = ELEVEN
    post.save()
    for _time in range(2):
        remove_member(group=group, volunteer=zhou, by=by, at=ELEVEN)
    assert (parts(group), AuditEntry.objects.filter(action="group.member_removed").count()) == ({}, 1)


def test_set_member_when_somebody_has_left_or_is_of_another_compound_is_refused(
    of: Compound, by: User, group: DutyGroup
) -> None:
    gone = make.volunteer(of, ended_at=ELEVEN)
    stranger = make.volunteer(make.compound("dongyuan", "东园"), "赵敏", "13000000011")

    def take_in(who: Any) -> Any:
        return lambda: set_member(group=group, volunteer=who, part="member", by=by, at=ELEVEN)

    assert (refused(take_in(gone)), refused(take_in(stranger))) == ("volunteer_ended", "elsewhere")
    take_in(make.volunteer(of, "钱进", "13000000012"))()
    assert parts(group) == {"钱进": "member"}


def test_end_group_when_it_has_posts_names_them(of: Compound, by: User, group: DutyGroup) -> None:
    post = make.post(of, "西门岗", group=group)
    with pytest.raises(Refusal) as refusal:
        end_group(group=group, by=by, at=ELEVEN)
    assert refusal.value.params == {"posts": ["西门岗"]}
    assert refusal.value.message == "“值守组”还管着 西门岗。请先撤销这些岗位或转给别的组，再解散。"
    post.ended_at = ELEVEN
    post.save()
    for _time in range(2):
        end_group(group=group, by=by, at=ELEVEN)
    group.refresh_from_db()
    assert (group.ended_at, AuditEntry.objects.count()) == (ELEVEN, 1)
    assert refused(lambda: edit_group(group=group, facts=GroupFacts("别的"), by=by, at=ELEVEN)) == "group_ended"
