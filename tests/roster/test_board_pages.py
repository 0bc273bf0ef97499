"""周排班表: posts by group, days, names and gaps; publishing proposals and copying a week."""

import datetime as dt
import re

import pytest

from compound.models import Role
from roster.models import Assignment, Shift
from tests import make
from tests.roster.board import ROSTER, desk, people, slots
from tests.roster.phones import ELEVEN, HOUR, lead, moment, phone, queries_of, said

WEEK = f"{ROSTER}week/2022-08-22/"


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def post(of):
    return make.post(of, "东门岗", seats=2)


def test_board_shows_names_gaps_and_hours_over_midnight_by_post(of, post):
    zhao, qian, *_ = people(of, 2)
    make.assignment(make.shift(post, moment(23, 20), hours=12, is_night=True), zhao, "confirmed")
    full = make.shift(post, moment(24, 8), hours=4)
    make.assignment(full, zhao)
    make.assignment(full, qian, seat=2)
    make.shift(make.post(of, "热线", seats=1, maximum=2), moment(25, 8), hours=8)
    answer = desk(of).get(ROSTER)
    assert slots(answer) == [
        ("东门岗", "20:00–次日08:00", [("confirmed", "赵丽"), ("empty", "缺1")]),
        ("东门岗", "08:00–12:00", [("published", "赵丽"), ("published", "钱建军")]),
        ("热线", "08:00–16:00", [("empty", "缺1")]),
    ]
    board = answer.context["board"]
    assert (board.gaps, [day.gaps for day in board.days]) == (2, [0, 1, 0, 1, 0, 0, 0])
    assert [day.is_today for day in board.days] == [False, True, False, False, False, False, False]


def test_board_when_a_shift_starts_half_past_midnight_on_monday_it_stands_on_monday(of, post):
    make.shift(post, moment(22, 0, 30), hours=7, is_night=True)
    make.shift(post, moment(29, 0, 30), hours=7, is_night=True)
    line = desk(of).get(ROSTER).context["board"].blocks[0].lines[0]
    assert [[slot.hours for slot in cell] for cell in line.cells] == [["00:30–07:30"], [], [], [], [], [], []]


def test_board_says_who_is_here_who_is_missing_and_who_did_not_come(of):
    at_post = make.post(of, "南门岗", seats=3)
    on = make.shift(at_post, ELEVEN - HOUR)
    zhao, qian, sun, li = people(of, 4)
    make.assignment(on, zhao, "signed_in")
    make.assignment(on, qian, "confirmed", seat=2)
    make.assignment(on, sun, "absent")
    make.assignment(make.shift(at_post, ELEVEN - 4 * HOUR, hours=2), li, "signed_out")
    answer = desk(of).get(ROSTER)
    assert slots(answer) == [
        ("南门岗", "07:00–09:00", [("signed_out", "李晓明")]),
        (
            "南门岗",
            "10:00–14:00",
            [("signed_in", "赵丽"), ("missing", "钱建军"), ("absent", "孙桂英"), ("empty", "缺1")],
        ),
    ]
    assert answer.context["board"].gaps == 1


def test_board_when_a_shift_is_cancelled_it_stays_without_a_gap(of, post):
    make.shift(post, moment(24, 8), cancelled_at=ELEVEN)
    answer = desk(of).get(ROSTER)
    assert (slots(answer), answer.context["board"].gaps) == ([("东门岗", "08:00–12:00", [])], 0)


def test_board_of_another_compound_is_not_mixed_in(of, post):
    other = make.compound("dongyuan", "东园")
    make.shift(make.post(other, "西门岗"), moment(24, 8))
    assert slots(desk(of).get(ROSTER)) == []


@pytest.mark.parametrize("day", ["2022-13-01", "nowhere", "0001-01-01"])
def test_board_of_no_date_is_not_found(of, day):
    assert desk(of).get(f"{ROSTER}week/{day}/").status_code == 404


def test_board_when_asked_by_a_volunteer_or_leader_is_not_found(of, post):
    leader = people(of, 1)[0]
    lead(post.group, leader)
    assert [phone(leader).get(url).status_code for url in (ROSTER, WEEK, f"{ROSTER}load/")] == [404, 404, 404]
    assert desk(of, Role.GATE).get(ROSTER).status_code == 404


def test_board_asks_as_often_for_three_rows_as_for_one(of, post):
    persons, client = people(of, 6), desk(of)
    shifts = [make.shift(post, moment(day, 14), hours=4) for day in (24, 25, 26)]
    make.assignment(shifts[0], persons[0], "proposed")
    one = queries_of(client, ROSTER)
    for shift, pair in zip(shifts[1:], (persons[1:3], persons[3:5]), strict=True):
        for seat, person in enumerate(pair):
            make.assignment(shift, person, seat=seat + 1)
    make.shift(make.post(of, "热线"), moment(24, 8))
    assert (queries_of(client, ROSTER), one <= 12) == (one, True)


def test_proposal_stands_dashed_on_the_board_and_is_counted_beside_the_gaps(of, post):
    zhao, *_ = people(of, 1)
    make.assignment(make.shift(post, moment(24, 8)), zhao, "proposed")
    answer = desk(of).get(ROSTER)
    assert slots(answer) == [("东门岗", "08:00–12:00", [("proposed", "赵丽"), ("empty", "缺1")])]
    board = answer.context["board"]
    assert (board.gaps, board.proposed, answer.context["proposals"].here) == (1, 1, 1)
    page = answer.content.decode()
    assert "缺1，建议1" in page


def three_proposals(of, post):
    zhao, qian, sun, *_ = people(of, 3)
    return [
        make.assignment(make.shift(post, moment(day, 14), hours=2), one, "proposed")
        for day, one in ((24, zhao), (25, qian), (31, sun))
    ]


def buttons(answer) -> list[tuple[str, str]]:
    """(scope, words) of the red buttons of the page."""
    found = re.findall(
        r'<button[^>]*button--primary[^>]*value="(\w+)"[^>]*>(.*?)</button>', answer.content.decode(), re.S
    )
    return [(scope, " ".join(words.split())) for scope, words in found]


def test_board_red_action_publishes_the_week_on_screen_and_names_the_others_quietly(of, post):
    three_proposals(of, post)
    answer = desk(of).get(ROSTER)
    found = answer.context["proposals"]
    assert (found.here, found.others, found.first, found.last) == (2, 1, dt.date(2022, 8, 31), dt.date(2022, 8, 31))
    assert buttons(answer) == [("week", "只发布这一周（2）")]
    text = answer.content.decode()
    assert ("另有 1 人次建议在 8月31日(周三)" in text, f'href="{ROSTER}week/2022-08-31/"' in text) == (True, True)


def test_board_when_every_proposal_is_of_another_week_has_no_red_publish(of, post):
    zhao, qian, *_ = people(of, 2)
    for day, one in ((31, zhao), (29, qian)):
        make.assignment(make.shift(post, moment(day, 14), hours=2), one, "proposed")
    make.assignment(make.shift(post, moment(23, 6), hours=2), zhao, "proposed")  # over
    client = desk(of)
    answer = client.get(ROSTER)
    found = answer.context["proposals"]
    assert (found.here, found.others, found.first, found.last) == (0, 2, dt.date(2022, 8, 29), dt.date(2022, 8, 31))
    text = answer.content.decode()
    assert (buttons(answer), "另有 2 人次建议在 8月29日(周一) 至 8月31日(周三)" in text) == ([], True)
    other = client.get(f"{ROSTER}week/2022-08-29/")
    assert buttons(other) == [("week", "只发布这一周（2）")]
    assert "回到今天所在周" in other.content.decode()


@pytest.mark.parametrize(
    ("scope", "day", "published"),
    [("all", "2022-08-22", ["赵丽", "钱建军", "孙桂英"]), ("week", "2022-08-22", ["赵丽", "钱建军"]),
     ("day", "2022-08-25", ["钱建军"])],
)  # fmt: skip
def test_publish_when_asked_for_all_a_week_or_a_day_publishes_just_those(of, post, scope, day, published):
    three_proposals(of, post)
    answer = desk(of).post(f"{ROSTER}publish/", {"scope": scope, "day": day}, follow=True)
    rows = Assignment.objects.filter(state="published").order_by("starts_at")
    assert list(rows.values_list("user__name", flat=True)) == published
    assert said(answer) == [f"已发布 {len(published)} 人次。"]


def test_publish_when_one_has_another_shift_by_now_publishes_the_others_and_says_why(of, post):
    rows = three_proposals(of, post)
    make.assignment(make.shift(make.post(of, "热线"), moment(24, 15)), rows[0].volunteer)
    answer = desk(of).post(f"{ROSTER}publish/", {"scope": "week", "day": "2022-08-22"})
    rows[0].refresh_from_db()
    rows[1].refresh_from_db()
    assert [row.state for row in rows[:2]] == ["proposed", "published"]
    refused = answer.context["refused"]
    assert [(row.pk, refusal.code, words) for row, refusal, words in refused] == [
        (rows[0].pk, "overlap", "8月24日(周三) 14:00–16:00 东门岗")
    ]
    assert refused[0][1].message in answer.content.decode()


def test_publish_when_nothing_is_proposed_says_so(of):
    answer = desk(of).post(f"{ROSTER}publish/", {"scope": "all", "day": "2022-08-22"}, follow=True)
    assert said(answer) == ["没有可发布的建议方案。"]


def test_copy_week_makes_shifts_and_proposals_once(of, post):
    zhao, *_ = people(of, 1)
    make.assignment(make.shift(post, moment(24, 8)), zhao)
    client, data = desk(of), {"day": "2022-09-01", "with_people": "on"}
    answer = client.post(f"{WEEK}copy/", data, follow=True)
    assert answer.redirect_chain == [(f"{ROSTER}week/2022-08-29/", 302)]
    assert said(answer) == ["已复制 1 个班次，建议 1 人次。"]
    again = client.post(f"{WEEK}copy/", data, follow=True)
    assert said(again) == ["已复制 0 个班次，1 个本来就有。"]
    made = Shift.objects.get(duty_on=dt.date(2022, 8, 31))
    assert list(made.assignments.values_list("user__name", "state")) == [("赵丽", "proposed")]


def test_copy_week_into_itself_keeps_what_was_typed_and_says_why_not(of, post):
    make.shift(post, moment(24, 8))
    answer = desk(of).post(f"{WEEK}copy/", {"day": "2022-08-28"})
    assert (answer.status_code, answer.context["form"]["day"].value()) == (422, "2022-08-28")
    assert answer.context["form"].errors == {"day": ["这就是被复制的那一周，请选另一周。"]}
    assert Shift.objects.count() == 1


def test_board_when_a_name_holds_markup_shows_it_as_written(of, post):
    make.assignment(make.shift(post, moment(24, 8)), make.volunteer(of, "<b>赵&丽</b>", "13100000009"))
    text = desk(of).get(ROSTER).content.decode()
    assert ("&lt;b&gt;赵&amp;丽&lt;/b&gt;" in text, "<b>赵" in text) == (True, False)
