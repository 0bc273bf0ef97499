"""The planner's pages as the coordinator uses them: started, watched, read, published, dropped; and who may not."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compound.models import Job, Role
from roster.models import Assignment, Plan
from roster.services import planning
from roster.services.assignments import assign
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TODAY = ELEVEN.date()
URL = "/c/xingfuli/roster/plans/"


@pytest.fixture
def of(clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def coordinator(of):
    return make.member(of)


@pytest.fixture
def client(coordinator):
    return login(coordinator)


def login(person):
    found = Client()
    found.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return found


@pytest.fixture
def made(of, coordinator, run_jobs):
    """A proposal for 2 of 3 seats: nobody has said that they can at the desk, which asks for a nurse."""
    gate, desk = make.post(of), make.post(of, "医护点", needs={"医护": 1})
    make.volunteer(of, "冯磊", "13000000007")
    make.volunteer(of, "吴敏", "13000000008")
    for shift in [(gate, NOON), (gate, NOON + DAY), (desk, NOON)]:
        make.shift(*shift)
    return planned(of, coordinator, run_jobs)


def planned(of, by, run_jobs, *, until=TODAY + DAY):
    plan = planning.request_plan(compound=of, from_on=TODAY, until_on=until, seconds=5, by=by, at=ELEVEN)
    run_jobs()
    plan.refresh_from_db()
    return plan


def page(client, plan):
    response = client.get(f"{URL}{plan.pk}/")
    assert response.status_code == 200
    return response


def proposed():
    return Assignment.objects.filter(state="proposed").count()


def published():
    return Assignment.objects.filter(state="published").count()


def said(response):
    return [str(message) for message in response.context["messages"]]


# -- start --------------------------------------------------------------------------------------------------------


def test_start_leads_to_the_plan_at_work(of, client):
    make.shift(make.post(of), NOON)
    response = client.post(URL, {"from_on": "2022-08-23", "until_on": "2022-08-24", "seconds": "10"})
    plan = Plan.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{URL}{plan.pk}/")
    assert (plan.state, plan.from_on, plan.until_on, plan.seconds) == ("running", TODAY, TODAY + DAY, 10)
    assert Job.objects.get().key == str(plan.pk)
    text = page(client, plan).content.decode()
    assert (f"{URL}{plan.pk}/progress/" in text, f"{URL}{plan.pk}/cancel/" in text) == (True, True)


def test_start_when_the_last_day_is_before_the_first_says_so_and_keeps_what_was_typed(of, client):
    response = client.post(URL, {"from_on": "2022-08-24", "until_on": "2022-08-23", "seconds": "10"})
    assert response.context["form"].errors == {"until_on": ["最后一天早于第一天。"]}
    assert 'value="2022-08-24"' in response.content.decode()


def test_start_when_there_is_no_shift_says_what_to_do(of, client):
    response = client.post(URL, {"from_on": "2022-08-23", "until_on": "2022-08-24", "seconds": "10"})
    assert response.context["form"].non_field_errors() == [
        "这几天没有将要开始的班次。请先给岗位设定排班规律，或改选日期。"
    ]
    assert not Plan.objects.exists()


def test_start_when_another_is_at_work_says_whose(of, client, coordinator):
    make.shift(make.post(of), NOON)
    planning.request_plan(compound=of, from_on=TODAY, until_on=TODAY, seconds=5, by=coordinator, at=ELEVEN)
    response = client.post(URL, {"from_on": "2022-08-23", "until_on": "2022-08-24", "seconds": "10"})
    assert response.context["form"].non_field_errors() == ["林涛在 11:00 开始的排班还在计算。请等它结束，或先停止它。"]


# -- progress and cancel ------------------------------------------------------------------------------------------


def test_progress_when_at_work_shows_the_best_so_far_and_reloads_when_over(of, client, coordinator, run_jobs):
    make.shift(make.post(of), NOON)
    make.volunteer(of)
    plan = planning.request_plan(compound=of, from_on=TODAY, until_on=TODAY, seconds=5, by=coordinator, at=ELEVEN)
    Plan.objects.filter(pk=plan.pk).update(seats=4, filled=3)
    response = client.get(f"{URL}{plan.pk}/progress/")
    assert ("HX-Refresh" in response, "目前最好：4 个名额排上了 3 个" in response.content.decode()) == (False, True)
    run_jobs()
    assert client.get(f"{URL}{plan.pk}/progress/")["HX-Refresh"] == "true"


def test_cancel_when_it_waits_ends_the_plan(of, client, coordinator, run_jobs):
    make.shift(make.post(of), NOON)
    plan = planning.request_plan(compound=of, from_on=TODAY, until_on=TODAY, seconds=5, by=coordinator, at=ELEVEN)
    assert client.post(f"{URL}{plan.pk}/cancel/").status_code == 302
    plan.refresh_from_db()
    assert (plan.state, Job.objects.get().state, run_jobs()) == ("dropped", "cancelled", 0)


# -- the proposal -------------------------------------------------------------------------------------------------


def test_plan_shows_what_it_adds_what_stays_empty_and_who_has_nothing(of, client, made):
    make.volunteer(of, "郑浩", "13000000010", always=False)
    shown = page(client, made).context["page"]
    assert [(day.on, day.left, day.missing) for day in shown.days] == [(TODAY, 1, 1), (TODAY + DAY, 1, 0)]
    assert [(shift.post.name, gap.missing, gap.why) for shift, gap in shown.gaps] == [
        ("医护点", 1, "没有其他人具备“医护”技能。")
    ]
    spread = shown.spread
    assert (spread.least, spread.median, spread.most, spread.people, spread.idle) == (4, 4, 4, 2, ["郑浩"])


def test_plan_when_a_newer_one_took_over_says_so_and_counts_what_is_now(of, client, coordinator, made, run_jobs):
    first = page(client, made).context
    assert (first["page"].filled, first["page"].seats, first["newer"]) == (2, 3, None)
    nurse = make.volunteer(of, "郑洁", "13000000011", skills=["医护"])
    Plan.objects.filter(pk=made.pk).update(asked_at=ELEVEN - HOUR)
    newer = planned(of, coordinator, run_jobs)
    answer = page(client, made)
    shown = answer.context["page"]
    assert (shown.filled, shown.seats, shown.gaps, shown.left) == (3, 3, [], 0)
    text = answer.content.decode()
    assert ("有更新的方案" in text, f'href="{URL}{newer.pk}/"' in text, answer.context["newer"]) == (True, True, newer)
    assert page(client, newer).context["newer"] is None
    Assignment.objects.filter(volunteer=nurse).delete()
    gone = page(client, made).context["page"]
    assert (gone.filled, gone.seats, [gap.missing for _shift, gap in gone.gaps]) == (2, 3, [1])


def test_plan_when_a_newer_one_is_of_other_days_stays_as_it_is(of, client, coordinator, made, run_jobs):
    make.shift(make.post(of, "热线"), NOON + 3 * DAY)
    Plan.objects.filter(pk=made.pk).update(asked_at=ELEVEN - HOUR, from_on=TODAY - DAY)
    there = TODAY + 3 * DAY
    planning.request_plan(compound=of, from_on=there, until_on=there, seconds=5, by=coordinator, at=ELEVEN)
    run_jobs()
    shown = page(client, made).context
    assert (shown["newer"], shown["page"].left, len(shown["page"].gaps)) == (None, 2, 1)


def test_plan_shows_who_is_promised_beside_who_is_proposed(of, client, coordinator, run_jobs):
    both = make.shift(make.post(of, seats=2), NOON)
    make.assignment(both, make.volunteer(of, "冯磊", "13000000007"))
    make.volunteer(of, "吴敏", "13000000008")
    (row,) = page(client, planned(of, coordinator, run_jobs)).context["page"].days[0].rows
    names = [[one.volunteer.user.name for one in some] for some in (row.now, row.proposed)]
    assert names == [["冯磊"], ["吴敏"]]


def test_plan_in_english_says_the_same(of, client, made):
    client.cookies["django_language"] = "en"
    text = page(client, made).content.decode()
    assert "Nobody else has the skill 医护." in text
    assert "No plan is better: this was proved in" in text


def test_plan_takes_the_same_queries_for_one_shift_and_for_three(of, client, coordinator, run_jobs):
    at_post = make.post(of)
    make.volunteer(of)
    make.shift(at_post, NOON)
    few = planned(of, coordinator, run_jobs)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page(client, few)
    for number in range(1, 4):
        make.volunteer(of, f"志愿者{number}", f"1300000003{number}")
        make.shift(at_post, NOON + number * 2 * HOUR + 12 * HOUR, hours=2)
    many = planned(of, coordinator, run_jobs)
    with CaptureQueriesContext(connection) as three:
        page(client, many)
    assert (len(one), proposed()) == (len(three), 4)


def test_list_takes_the_same_queries_for_one_plan_and_for_three(of, client, coordinator, run_jobs):
    make.shift(make.post(of), NOON)
    make.volunteer(of)
    planned(of, coordinator, run_jobs)
    with CaptureQueriesContext(connection) as one:
        assert len(client.get(URL).context["page"]) == 1
    planned(of, coordinator, run_jobs)
    planned(of, coordinator, run_jobs)
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(URL).context["page"]) == 3
    assert len(one) == len(three)


# -- publish and drop ---------------------------------------------------------------------------------------------


def test_publish_all_says_how_many(client, made):
    response = client.post(f"{URL}{made.pk}/publish/", {"scope": "all"}, follow=True)
    assert (said(response), proposed(), published()) == (["已发布 2 人次。"], 0, 2)


def test_publish_a_day_leaves_the_others(client, made):
    client.post(f"{URL}{made.pk}/publish/", {"day": "2022-08-24"})
    left = Assignment.objects.get(state="proposed")
    assert (left.shift.duty_on, published()) == (TODAY, 1)


def test_publish_a_group_leaves_the_others(of, client, made):
    client.post(f"{URL}{made.pk}/publish/", {"scope": "group", "group": str(make.duty_group(of).pk)})
    assert (proposed(), published()) == (0, 2)


def test_publish_ticked_when_nothing_is_ticked_says_so_and_when_one_is_publishes_it(client, made):
    response = client.post(f"{URL}{made.pk}/publish/", {"scope": "ticked"}, follow=True)
    assert (said(response), published()) == (["请先勾选至少一个建议。"], 0)
    first = Assignment.objects.filter(state="proposed").first()
    client.post(f"{URL}{made.pk}/publish/", {"scope": "ticked", "pick": [str(first.pk), "nonsense"]})
    assert (proposed(), list(Assignment.objects.filter(state="published"))) == (1, [first])


def test_publish_when_the_seat_was_taken_names_who_and_why(of, client, made, coordinator):
    row = Assignment.objects.filter(state="proposed", shift__duty_on=TODAY).get()
    quick = make.volunteer(of, "郑浩", "13000000010")
    assign(shift=row.shift, volunteer=quick, by=coordinator, at=ELEVEN)
    response = client.post(f"{URL}{made.pk}/publish/", {"scope": "all"})
    assert [(one.pk, refusal.code) for one, refusal in response.context["refused"]] == [(row.pk, "full")]
    assert (response.status_code, published(), proposed()) == (200, 2, 1)


def test_publish_when_somebody_else_did_says_who(of, client, made):
    other = login(make.member(of, Role.SECRETARY))
    other.post(f"{URL}{made.pk}/publish/", {"scope": "all"})
    response = client.post(f"{URL}{made.pk}/publish/", {"scope": "all"}, follow=True)
    assert said(response) == ["何秀兰在 11:00 已经发布；没有重复发布。"]


def test_drop_takes_the_proposals_back(client, made):
    response = client.post(f"{URL}{made.pk}/drop/", follow=True)
    assert (said(response), proposed(), published()) == (["已放弃。没有通知任何人。"], 0, 0)


# -- who may not --------------------------------------------------------------------------------------------------


def test_pages_when_gate_duty_volunteer_or_another_compound_asks_are_not_there(of, made):
    elsewhere = make.compound("heping", "和平里")
    people = [make.member(of, Role.GATE), make.member(of, Role.MEDICAL)]
    for client in map(login, people):
        assert [client.get(URL).status_code, client.get(f"{URL}{made.pk}/").status_code] == [404, 404]
        assert client.post(f"{URL}{made.pk}/publish/", {"scope": "all"}).status_code == 404
    secretary = login(make.member(elsewhere, Role.SECRETARY))
    assert secretary.get(f"/c/heping/roster/plans/{made.pk}/").status_code == 404
    assert proposed() == 2
