"""A seat of the board: who is on it, who could be and why, and what coordinator and leader do about it."""

import re
import uuid

import pytest

from roster.models import Assignment, GroupMember, StandIn
from tests import make
from tests.roster.board import ROSTER, desk, people
from tests.roster.phones import ELEVEN, lead, moment, phone, queries_of, said
from tests.roster.reading import rows


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def post(of):
    return make.post(of, "东门岗", seats=2)


@pytest.fixture
def shift(post):
    return make.shift(post, moment(24, 8), hours=4)


def url(shift, deed: str = "") -> str:
    return f"{ROSTER}shifts/{shift.pk}/{deed}"


def choices(answer) -> tuple[list[str], list[str], list[str]]:
    found = answer.context["choices"]
    return tuple([one.name for one in part] for part in (found.suited, found.asked, found.refused))


# ── who could ─────────────────────────────────────────


def test_candidates_stand_by_fitness_with_reasons_in_words(of, post, shift):
    zhao, _qian, sun, li = people(of, 4)
    hotline = make.post(of, "热线")
    make.assignment(make.shift(hotline, moment(18, 8), hours=4), zhao, "signed_out")  # has done more
    make.assignment(make.shift(hotline, moment(23, 20), hours=8, is_night=True), sun)  # is in rest time
    make.assignment(make.shift(hotline, moment(24, 9), hours=2), li)  # is elsewhere
    answer = desk(of).get(url(shift))
    assert choices(answer) == (["钱建军", "赵丽"], ["孙桂英"], ["李晓明"])
    found = answer.context["choices"]
    assert found.suited[1].known[0] == "14天内4小时、0个夜班"
    assert "休息" in found.asked[0].against[0]
    assert "热线" in found.refused[0].against[0]
    text = answer.content.decode()
    assert [words in text for words in (found.asked[0].against[0], found.refused[0].against[0])] == [True, True]


def test_shift_page_asks_as_often_for_three_candidates_as_for_one(of, post, shift):
    client, (first, *_) = desk(of), people(of, 1)
    make.assignment(shift, first)
    one = queries_of(client, url(shift))
    for number in range(3):
        make.volunteer(of, f"志愿者{number}", f"1320000000{number}")
    assert queries_of(client, url(shift)) == one


def test_shift_page_in_the_panel_is_only_its_content(of, shift):
    text = desk(of).get(url(shift), headers={"X-Panel": "1"}).content.decode()
    assert ("<html" in text, 'id="panel-title"' in text) == (False, True)


def test_shift_page_when_it_is_over_offers_nobody(of, post):
    past = make.shift(post, moment(22, 8))
    answer = desk(of).get(url(past))
    assert (answer.context["choices"], "安排" in answer.content.decode()) == (None, False)


def test_shift_of_another_compound_or_of_nowhere_is_not_found(of):
    theirs = make.shift(make.post(make.compound("dongyuan", "东园"), "西门岗"), moment(24, 8))
    client = desk(of)
    assert client.get(url(theirs)).status_code == 404
    assert client.get(f"{ROSTER}shifts/{uuid.uuid4()}/").status_code == 404
    assert client.post(url(theirs, "cancel/"), {"why": "雨"}).status_code == 404


# ── assign ────────────────────────────────────────────


def test_assign_puts_the_person_on_the_shift_and_says_so(of, shift):
    zhao, *_ = people(of, 1)
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": zhao.pk}, follow=True)
    assert (rows(shift), said(answer)) == ([("赵丽", "published", 1)], ["已安排赵丽，会通知本人。"])


def test_assign_from_the_panel_is_answered_without_a_page(of, shift):
    zhao, *_ = people(of, 1)
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": zhao.pk}, headers={"X-Panel": "1"})
    assert (answer.status_code, answer.content, rows(shift)) == (204, b"", [("赵丽", "published", 1)])


def test_assign_when_another_coordinator_was_quicker_the_second_reads_why(of, post, shift):
    zhao, qian, sun, *_ = people(of, 3)
    client = desk(of)
    for one in (zhao, qian):
        client.post(url(shift, "assign/"), {"volunteer": one.pk})
    answer = client.post(url(shift, "assign/"), {"volunteer": sun.pk})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "full")
    assert answer.context["refusal"].message in answer.content.decode()
    assert rows(shift) == [("赵丽", "published", 1), ("钱建军", "published", 2)]


@pytest.fixture
def tired(of, shift):
    """孙桂英 has had the night before."""
    sun = people(of, 3)[2]
    make.assignment(make.shift(make.post(of, "热线"), moment(23, 20), hours=8, is_night=True), sun)
    return sun


def test_assign_in_rest_time_without_a_reason_is_asked_about(of, shift, tired):
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": tired.pk})
    assert (answer.status_code, rows(shift)) == (422, [])
    assert list(answer.context["assign_form"].errors) == ["why"]
    text = answer.content.decode()
    assert "为什么非孙桂英不可（必填）" in text
    assert (text.count('aria-invalid="true"'), text.count(str(answer.context["assign_form"].errors["why"][0]))) == (
        1,
        1,
    )


def test_assign_when_refused_the_person_stands_first_with_what_was_typed(of, shift, tired):
    feng = make.volunteer(of, "冯磊", "13000000007")
    make.assignment(make.shift(make.post(of, "物资"), moment(23, 20), hours=8, is_night=True), feng)
    client = desk(of)
    assert choices(client.get(url(shift)))[1] == ["冯磊", "孙桂英"]
    answer = client.post(url(shift, "assign/"), {"volunteer": tired.pk, "why": " "})
    assert choices(answer)[1] == ["孙桂英", "冯磊"]
    one = re.search(rf'<input id="why-{tired.pk}".*?>', answer.content.decode(), re.S)
    assert (one is not None, "autofocus" in one[0]) == (True, True)


def test_assign_when_nobody_is_chosen_says_so_in_a_notice(of, shift):
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": "nobody"})
    assert (answer.status_code, answer.context["wrong"]) == (422, ["请输入有效UUID。"])


def test_candidate_has_a_phone_number_to_call_and_one_number_of_seats(of, post):
    people(of, 1)
    text = desk(of).get(url(make.shift(post, moment(24, 8), minimum=2, maximum=2))).content.decode()
    assert ('href="tel:13100000000"' in text, "0 人，需要 2 人" in text) == (True, True)


def test_assign_in_rest_time_with_a_reason_is_done_and_shown_as_an_exception(of, shift, tired):
    client = desk(of)
    client.post(url(shift, "assign/"), {"volunteer": tired.pk, "why": "没有别人会开发电机"})
    row = Assignment.objects.get(shift=shift)
    assert ([rule["code"] for rule in row.overridden], row.overridden_why) == (["rest"], "没有别人会开发电机")
    assert "林涛破例：没有别人会开发电机" in client.get(url(shift)).content.decode()


def test_assign_who_is_elsewhere_is_refused_whatever_the_reason_and_keeps_it(of, post, shift):
    zhao, *_ = people(of, 1)
    make.assignment(make.shift(make.post(of, "热线"), moment(24, 9)), zhao)
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": zhao.pk, "why": "只差一小时"})
    assert (answer.status_code, answer.context["refusal"].code, rows(shift)) == (409, "overlap", [])
    assert answer.context["assign_form"]["why"].value() == "只差一小时"


@pytest.mark.parametrize("volunteer", ["", "nobody", str(uuid.UUID(int=0))])
def test_assign_nobody_is_no_error_of_the_server(of, shift, volunteer):
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": volunteer})
    assert (answer.status_code in (404, 422), rows(shift)) == (True, [])


# ── the leader ────────────────────────────────────────


@pytest.fixture
def leader(of, post):
    zhao, qian, *_ = people(of, 3)
    lead(post.group, zhao)
    lead(post.group, qian, "member")
    return zhao


def test_leader_sees_the_own_groups_shift_and_chooses_among_its_members(of, shift, leader):
    answer = phone(leader).get(url(shift))
    assert choices(answer) == (["赵丽", "钱建军"], [], [])


def test_leader_assigns_a_member_and_nobody_else(of, shift, leader):
    client, stranger = phone(leader), make.volunteer(of, "郑洁", "13200000001")
    member = GroupMember.objects.get(volunteer__user__name="钱建军").volunteer
    assert client.post(url(shift, "assign/"), {"volunteer": stranger.pk}).status_code == 404
    assert client.post(url(shift, "assign/"), {"volunteer": member.pk}).status_code == 302
    assert rows(shift) == [("钱建军", "published", 1)]


def test_leader_of_another_group_a_member_and_a_leader_who_may_not_assign(of, post, shift, leader):
    elsewhere = make.volunteer(of, "郑洁", "13200000001")
    lead(make.duty_group(of, "采买组"), elsewhere)
    assert phone(elsewhere).get(url(shift)).status_code == 404
    member = GroupMember.objects.get(volunteer__user__name="钱建军").volunteer
    assert phone(member).get(url(shift)).status_code == 404
    post.group.leaders_assign = False
    post.group.save()
    client = phone(leader)
    assert (client.get(url(shift)).status_code, client.get(url(shift)).context["choices"]) == (200, None)
    assert client.post(url(shift, "assign/"), {"volunteer": member.pk}).status_code == 404


def test_leader_may_not_change_or_cancel_a_shift(of, shift, leader):
    client = phone(leader)
    assert client.post(url(shift, "cancel/"), {"why": "雨"}).status_code == 404
    assert client.post(url(shift, "edit/"), {}).status_code == 404


# ── take off, publish, change, cancel ─────────────────


def test_somebody_else_when_the_shift_is_full_gets_the_seat_in_one_step(of, shift):
    zhao, qian, sun = people(of, 3)
    first, second = make.assignment(shift, zhao), make.assignment(shift, qian, seat=2)
    StandIn.objects.create(assignment=first, why="发烧", asked_at=ELEVEN, asked_by=zhao.user)
    client = desk(of)
    assert client.get(url(shift)).context["choices"] is None
    answer = client.get(url(shift), {"instead": first.pk})
    assert choices(answer) == (["孙桂英"], [], [])
    client.post(url(shift, "assign/"), {"volunteer": sun.pk, "instead": first.pk})
    rows = {row.volunteer_id: row for row in Assignment.objects.filter(shift=shift)}
    assert [rows[one.pk].state for one in (zhao, qian, sun)] == ["excused", "published", "published"]
    assert (rows[sun.pk].seat, rows[zhao.pk].seat, rows[zhao.pk].ended_why) == (first.seat, None, "由孙桂英替班")
    assert StandIn.objects.get().state == "withdrawn"
    assert Assignment.objects.get(pk=second.pk).seat == second.seat


def test_somebody_else_when_refused_leaves_the_first_one_on_the_seat(of, post, shift):
    zhao, qian, sun = people(of, 3)
    first = make.assignment(shift, zhao)
    make.assignment(shift, qian, seat=2)
    make.assignment(make.shift(make.post(of, "热线"), moment(24, 9), hours=2), sun)  # is elsewhere
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": sun.pk, "instead": first.pk})
    assert answer.status_code == 409
    assert answer.context["instead"] == first
    assert Assignment.objects.get(pk=first.pk).state == first.state
    assert not Assignment.objects.filter(shift=shift, volunteer=sun).exists()


def test_somebody_else_for_one_who_has_signed_in_is_refused(of, post):
    shift = make.shift(post, moment(23, 10), hours=4)
    zhao, qian = people(of, 2)
    first = make.assignment(shift, zhao, "signed_in")
    answer = desk(of).post(url(shift, "assign/"), {"volunteer": qian.pk, "instead": first.pk})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "signed_in_already")
    assert not Assignment.objects.filter(volunteer=qian).exists()


def test_take_off_needs_a_reason_and_keeps_it(of, shift):
    row = make.assignment(shift, people(of, 1)[0])
    client = desk(of)
    assert client.post(url(shift, "unassign/"), {"assignment": row.pk, "why": ""}).status_code == 422
    assert rows(shift) == [("赵丽", "published", 1)]
    answer = client.post(url(shift, "unassign/"), {"assignment": row.pk, "why": "家里有事"}, follow=True)
    row.refresh_from_db()
    assert (row.state, row.ended_why, said(answer)) == ("excused", "家里有事", ["赵丽已从这一班撤下。"])


def test_take_off_when_the_person_has_signed_in_is_refused(of, post):
    on = make.shift(post, ELEVEN)
    row = make.assignment(on, people(of, 1)[0], "signed_in")
    answer = desk(of).post(url(on, "unassign/"), {"assignment": row.pk, "why": "错"})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "signed_in_already")


def test_publish_one_makes_just_this_proposal_an_assignment(of, shift):
    zhao, qian, *_ = people(of, 2)
    row = make.assignment(shift, zhao, "proposed")
    make.assignment(shift, qian, "proposed")
    desk(of).post(url(shift, "publish/"), {"assignment": row.pk})
    assert rows(shift) == [("赵丽", "published", 1), ("钱建军", "proposed", None)]


def test_publish_one_when_the_shift_has_filled_up_says_why(of, shift):
    zhao, qian, sun = people(of, 3)
    row = make.assignment(shift, zhao, "proposed")
    make.assignment(shift, qian)
    make.assignment(shift, sun, seat=2)
    answer = desk(of).post(url(shift, "publish/"), {"assignment": row.pk})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "full")


EDIT = {"starts_at": "2022-08-24T09:00", "ends_at": "2022-08-24T12:00", "minimum": 1, "maximum": 3, "note": "带雨衣"}


def test_edit_changes_hours_seats_and_note_and_the_people_follow(of, shift):
    row = make.assignment(shift, people(of, 1)[0])
    desk(of).post(url(shift, "edit/"), EDIT)
    shift.refresh_from_db()
    row.refresh_from_db()
    assert (shift.starts_at, shift.maximum, shift.note, shift.edited_by.name) == (moment(24, 9), 3, "带雨衣", "林涛")
    assert row.starts_at == moment(24, 9)


def test_edit_when_somebody_would_be_at_two_places_names_them_and_keeps_what_was_typed(of, shift):
    zhao, *_ = people(of, 1)
    make.assignment(shift, zhao)
    make.assignment(make.shift(make.post(of, "热线"), moment(24, 12)), zhao)
    answer = desk(of).post(url(shift, "edit/"), EDIT | {"ends_at": "2022-08-24T13:00"})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "overlap")
    assert ("赵丽" in answer.context["refusal"].message, "2022-08-24T13:00" in answer.content.decode()) == (True, True)


def test_cancel_needs_a_reason_and_excuses_whoever_was_on_it(of, shift):
    make.assignment(shift, people(of, 1)[0])
    client = desk(of)
    assert client.post(url(shift, "cancel/"), {"why": ""}).status_code == 422
    client.post(url(shift, "cancel/"), {"why": "当天不送菜"})
    shift.refresh_from_db()
    assert (shift.cancelled_why, rows(shift)) == ("当天不送菜", [("赵丽", "excused", None)])


def test_shift_page_says_who_is_missing_and_who_looks_for_a_stand_in(of, post):
    zhao, qian, *_ = people(of, 2)
    on = make.shift(post, moment(23, 10, 30))
    make.assignment(on, zhao)
    later = make.assignment(make.shift(post, moment(24, 8)), qian)
    StandIn.objects.create(assignment=later, asked_at=ELEVEN, asked_by=qian.user)
    client = desk(of)
    assert [one.is_missing for one in client.get(url(on)).context["people"].here] == [True]
    assert [one.looks_for_stand_in for one in client.get(url(later.shift)).context["people"].here] == [True]
