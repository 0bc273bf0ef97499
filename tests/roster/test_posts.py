"""Posts: how many people and what they must be able to do; what follows for shifts to come; closing one."""

import datetime as dt
import uuid
from typing import Any

import pytest

from compound.models import AuditEntry, Compound, Gate, User
from compound.refusals import Refusal
from roster.models import DutyGroup, Post, Shift, ShiftPattern
from roster.services.generation import generate
from roster.services.posts import (
    PostFacts,
    edit_post,
    end_post,
    make_gate_posts,
    make_post,
    reopen_post,
)
from tests import make
from tests.make import ELEVEN, SHANGHAI

pytestmark = pytest.mark.django_db
TODAY = ELEVEN.date()
DAY = dt.timedelta(days=1)


@pytest.fixture
def of() -> Compound:
    return make.compound()


@pytest.fixture
def by(of: Compound) -> User:
    return make.member(of)


@pytest.fixture
def group(of: Compound) -> DutyGroup:
    return make.duty_group(of)


def refused(work: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def facts(group: DutyGroup, name: str = "东门岗", **more: Any) -> PostFacts:
    return PostFacts(group, name, **more)


def needs(post: Post) -> dict[str, int]:
    return dict(post.needs.values_list("skill__name", "count"))


def shift_at(day: int, hour: int) -> Shift:
    return Shift.objects.get(slot_at=dt.datetime(2022, 8, day, hour, tzinfo=SHANGHAI))


def test_make_post_when_sent_twice_is_one_with_what_it_needs(of: Compound, by: User, group: DutyGroup) -> None:
    id, medic = uuid.uuid4(), make.skill(of)
    for _time in range(2):
        made = make_post(
            compound=of, facts=facts(group, minimum=1, maximum=3, needs={medic: 1}), by=by, at=ELEVEN, id=id
        )
    assert (made.pk, made.minimum, made.maximum, needs(made)) == (id, 1, 3, {"医护": 1})
    assert (Post.objects.count(), AuditEntry.objects.count()) == (1, 1)


def test_make_post_when_it_cannot_be_says_why(of: Compound, by: User, group: DutyGroup) -> None:
    medic, other = make.skill(of), make.compound("dongyuan", "东园")
    make_post(compound=of, facts=facts(group), by=by, at=ELEVEN)
    ended = make.duty_group(of, "旧组", ended_at=ELEVEN)
    codes = [
        refused(lambda each=each: make_post(compound=of, facts=each, by=by, at=ELEVEN))
        for each in (
            facts(group),
            facts(ended, "西门岗"),
            facts(group, "西门岗", gate=make.gate(other), kind="gate"),
            facts(group, "西门岗", needs={make.skill(other): 1}),
            facts(group, "西门岗", needs={medic: 2}),
        )
    ]
    assert codes == ["post_name_taken", "group_ended", "elsewhere", "elsewhere", "need_too_big"]
    make_post(compound=of, facts=facts(group, "西门岗", maximum=2, needs={medic: 2}), by=by, at=ELEVEN)
    assert Post.objects.count() == 2


def test_edit_post_when_it_needs_more_people_says_so_on_the_shifts_to_come(of: Compound, by: User) -> None:
    post = make.post(of, needs={"医护": 1})
    make.pattern(post)
    own = make.pattern(post, starts=[1200], minutes=240, minimum=1, maximum=1)
    generate(compound=of, until=TODAY + 2 * DAY, by=by, at=ELEVEN)
    edited = shift_at(24, 8)
    edited.edited_at = ELEVEN
    edited.save()
    count = edit_post(
        post=post, facts=facts(post.group, minimum=2, maximum=3, needs={make.skill(of, "驾驶"): 2}), by=by, at=ELEVEN
    )
    seats = {row.slot_at: (row.minimum, row.maximum) for row in Shift.objects.all() if row.slot_at}
    # 16:00 today, and three a day for two days but the edited one; what goes on at eleven stays.
    assert count == 6
    assert (seats[shift_at(23, 8).starts_at], seats[edited.slot_at]) == ((1, 1), (1, 1))
    assert {seats[row.slot_at] for row in own.shifts.all()} == {(1, 1)}
    assert list(seats.values()).count((2, 3)) == 6
    post.refresh_from_db()
    assert needs(post) == {"驾驶": 2}
    audit = AuditEntry.objects.latest("pk")
    assert (audit.action, audit.params["changed"]) == (
        "post.changed",
        {"minimum": [1, 2], "maximum": [1, 3], "needs": ["{'医护': 1}", "{'驾驶': 2}"]},
    )
    assert edit_post(post=post, facts=facts(post.group, minimum=2, maximum=3, needs={make.skill(of, "驾驶"): 2}),
                     by=by, at=ELEVEN) == 0  # fmt: skip
    assert AuditEntry.objects.latest("pk") == audit


def test_edit_post_when_it_gets_a_seat_more_offers_it_to_whoever_waits_first(of: Compound, by: User) -> None:
    post = make.post(of)
    make.pattern(post)
    generate(compound=of, until=TODAY + DAY, by=by, at=ELEVEN)
    shift = shift_at(24, 8)
    make.assignment(shift, make.volunteer(of))
    late = make.assignment(shift, make.volunteer(of, "方琴", "13000000012"), "waiting", made_at=ELEVEN + DAY / 24)
    early = make.assignment(shift, make.volunteer(of, "苏珊", "13000000013"), "waiting")
    edit_post(post=post, facts=facts(post.group, maximum=2), by=by, at=ELEVEN)
    for row in (early, late):
        row.refresh_from_db()
    assert [(row.state, row.seat) for row in (early, late)] == [("offered", 2), ("waiting", None)]


def test_edit_post_when_fewer_may_stand_there_leaves_the_shift_of_whoever_sits_beyond(of: Compound, by: User) -> None:
    post = make.post(of, seats=2)
    make.pattern(post)
    generate(compound=of, until=TODAY + DAY, by=by, at=ELEVEN)
    make.assignment(shift_at(24, 8), make.volunteer(of), seat=2)
    edit_post(post=post, facts=facts(post.group), by=by, at=ELEVEN)
    rows = Shift.objects.filter(starts_at__gt=ELEVEN).order_by("starts_at")
    assert list(rows.values_list("maximum", flat=True)) == [1, 1, 2, 1]


def test_end_post_when_somebody_is_on_a_shift_says_so(of: Compound, by: User) -> None:
    post = make.post(of)
    pattern = make.pattern(post)
    coming = make.pattern(post, starts=[1200], minutes=240, starts_on=TODAY + 5 * DAY)
    generate(compound=of, until=TODAY + DAY, by=by, at=ELEVEN)
    said_no = make.assignment(shift_at(23, 16), make.volunteer(of, "赵敏", "13000000011"), "declined")
    held = make.assignment(shift_at(24, 8), make.volunteer(of))
    with pytest.raises(Refusal) as refusal:
        end_post(post=post, by=by, at=ELEVEN)
    assert (refusal.value.code, refusal.value.params["count"]) == ("post_has_people", 1)
    held.delete()
    for _time in range(2):
        end_post(post=post, by=by, at=ELEVEN)
    post.refresh_from_db()
    pattern.refresh_from_db()
    assert (post.ended_at, pattern.ends_on) == (ELEVEN, TODAY)
    assert not ShiftPattern.objects.filter(pk=coming.pk).exists()
    # Whoever said no keeps a trace; the others are gone.
    assert list(Shift.objects.values_list("pk", "cancelled_why")) == [(said_no.shift_id, "岗位已撤销。")]
    assert AuditEntry.objects.filter(action="post.ended").count() == 1
    assert generate(compound=of, until=TODAY + 9 * DAY, by=by, at=ELEVEN) == 0
    assert refused(lambda: edit_post(post=post, facts=facts(post.group), by=by, at=ELEVEN)) == "post_ended"


def test_make_gate_posts_makes_one_for_each_guarded_gate_without(of: Compound, by: User, group: DutyGroup) -> None:
    make.gate(of)
    make.gate(of, "西门", kind=Gate.Kind.SEALED)
    south = make.gate(of, "南门")
    make.post(of, "南门岗", kind="gate", gate=south)
    for made in (["东门岗"], []):
        assert [post.name for post in make_gate_posts(compound=of, group=group, by=by, at=ELEVEN)] == made
    assert Post.objects.filter(kind="gate").count() == 2


def test_reopen_post_when_it_was_closed_opens_it_without_shifts_and_twice_is_once(of: Compound, by: User) -> None:
    post = make.post(of)
    end_post(post=post, by=by, at=ELEVEN)
    assert reopen_post(post=post, by=by, at=ELEVEN + DAY).ended_at is None
    reopen_post(post=post, by=by, at=ELEVEN + DAY)
    assert Post.objects.get(pk=post.pk).ended_at is None
    assert AuditEntry.objects.filter(action="post.reopened").count() == 1


def test_reopen_post_when_another_has_its_name_says_so(of: Compound, by: User) -> None:
    post = make.post(of)
    end_post(post=post, by=by, at=ELEVEN)
    make.post(of)
    with pytest.raises(Refusal) as refused:
        reopen_post(post=post, by=by, at=ELEVEN)
    assert refused.value.code == "post_name_taken"


def test_reopen_post_when_its_group_is_dissolved_says_so(of: Compound, by: User) -> None:
    post = make.post(of)
    end_post(post=post, by=by, at=ELEVEN)
    DutyGroup.objects.filter(pk=post.group_id).update(ended_at=ELEVEN)
    with pytest.raises(Refusal) as refused:
        reopen_post(post=post, by=by, at=ELEVEN)
    assert refused.value.code == "group_ended"
