"""The coordinator's pages of groups, posts, shift patterns and house rules."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import AuditEntry, Compound, Gate, Role
from roster.models import DutyGroup, GroupMember, Post, RosterRules, Shift, ShiftPattern, Skill
from roster.services.generation import generate
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
Stop = Callable[..., time_machine.Traveller]
TODAY = ELEVEN.date()
DAY = dt.timedelta(days=1)


def page(name: str, **more: Any) -> str:
    return reverse(f"roster:{name}", kwargs={"code": "xingfuli", **more})


@pytest.fixture
def of(client: Client, clock: Stop) -> Compound:
    clock(ELEVEN)
    made = make.compound()
    client.force_login(make.member(made))
    return made


@pytest.fixture
def east(of: Compound) -> Post:
    return make.post(of)


def said(answer: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def errors(answer: HttpResponse) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def text_of(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def daily(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "kind": "daily", "starts": "0:00 8:00 16:00", "hours": "8",
            "starts_on": "2022-08-23", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "status"), [(Role.COORDINATOR, 200), (Role.SECRETARY, 200), (Role.VOLUNTEER, 404), (Role.GATE, 404)]
)
def test_setup_pages_when_asked_for_by_each_role_are_the_coordinators(
    client: Client, clock: Stop, role: Role, status: int
) -> None:
    clock(ELEVEN)
    of = make.compound()
    post = make.post(of)
    pattern = make.pattern(post)
    client.force_login(make.member(of, role))
    urls = [page(name) for name in ("groups", "group_templates", "group_new", "posts", "post_new", "house_rules")]
    urls += [page(name, group=post.group_id) for name in ("group", "group_edit")]
    urls += [page(name, post=post.pk) for name in ("post", "post_edit", "pattern_new")]
    urls += [page("pattern_change", pattern=pattern.pk)]
    assert [client.get(url).status_code for url in urls] == [status] * len(urls)
    assert client.post(page("pattern_preview", post=post.pk), daily()).status_code == status
    for name, key in (("group_end", {"group": post.group_id}), ("post_end", {"post": post.pk})):
        client.post(page(name, **key))
    post.refresh_from_db()
    assert (post.ended_at is not None) is (status == 200)


def test_setup_pages_when_of_another_compound_are_not_found(client: Client, of: Compound) -> None:
    post = make.post(make.compound("dongyuan", "东园"))
    pattern = make.pattern(post)
    urls = [
        page("group", group=post.group_id),
        page("post", post=post.pk),
        page("pattern_new", post=post.pk),
        page("pattern_change", pattern=pattern.pk),
    ]
    assert [client.get(url).status_code for url in urls] == [404] * 4


def test_setup_lists_when_more_rows_are_there_take_no_more_queries(client: Client, of: Compound) -> None:
    counts: dict[str, list[int]] = {}
    group = make.duty_group(of)
    first = make.post(of, needs={"医护": 1})
    make.pattern(first)
    urls = {
        "groups": page("groups"),
        "posts": page("posts"),
        "group": page("group", group=group.pk),
        "post": page("post", post=first.pk),
    }
    for rows in (1, 3):
        for number in range(rows):
            leader = make.volunteer(of, f"志愿者{rows}{number}", f"1310000{rows}{number:03}")
            each = make.duty_group(of, f"{rows}组{number}", leader=leader)
            GroupMember.objects.create(group=group, volunteer=leader, compound=of)
            post = make.post(of, f"{rows}岗{number}", group=each, needs={f"技能{rows}{number}": 1})
            old = make.pattern(post, ends_on=TODAY)
            make.pattern(post, starts=[1200], minutes=240)
            make.pattern(first, starts=[60 * rows, 60 * number], minutes=90)
            make.assignment(make.shift(post, pattern=old, starts_at=ELEVEN + 3 * DAY), leader)
            make.post(of, f"{rows}旧岗{number}", group=each, ended_at=ELEVEN)
        for name, url in urls.items():
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.setdefault(name, []).append(len(queries))
    assert {name: many - few for name, (few, many) in counts.items()} == dict.fromkeys(urls, 0)
    assert {name: few for name, (few, _many) in counts.items()} == {"groups": 8, "posts": 9, "group": 7, "post": 8}


def test_groups_when_there_are_none_lead_to_the_usual_ones_in_one_tap(client: Client, of: Compound) -> None:
    assert page("group_templates") in client.get(page("groups")).content.decode()
    offered = client.get(page("group_templates")).content.decode()
    kinds = re.findall(r'name="kinds"\s+value="(\w+)"', offered)
    assert len(kinds) == 10
    answer = client.post(page("group_templates"), {"kinds": kinds, "skills": "on"})
    assert (answer.status_code, said(answer)) == (302, ["已建 10 个组。 已添加 8 项技能。"])
    assert (DutyGroup.objects.count(), Skill.objects.count()) == (10, 8)
    again = client.post(page("group_templates"), {"kinds": kinds, "skills": "on"})
    assert said(again)[-1] == "都已经有了，没有改动。"


def test_groups_when_read_in_english_have_english_words(client: Client, of: Compound) -> None:
    client.cookies["django_language"] = "en"
    shown = text_of(client.get(page("group_templates")))
    assert "Somebody stands at every open gate, 24 hours a day; nobody leaves before the next one is there." in shown


def test_group_when_its_name_is_taken_keeps_what_was_typed(client: Client, of: Compound) -> None:
    make.duty_group(of)
    typed = {"name": "值守组", "kind": "gate", "duties": "看门\r\n测温", "position": "5", "leaders_message": "on"}
    answer = client.post(page("group_new"), typed)
    assert errors(answer) == {"name": ["已有“值守组”这个组：请换个名称。"]}
    assert "看门\n测温" in answer.content.decode().replace("\r", "")
    done = client.post(page("group_new"), {**typed, "name": "夜巡组"})
    made = DutyGroup.objects.get(name="夜巡组")
    assert done.headers["Location"] == page("group", group=made.pk)
    assert (made.duties, made.leaders_assign, made.leaders_message) == ("看门\n测温", False, True)


def test_group_when_its_page_is_used_gets_members_a_leader_and_loses_them(client: Client, of: Compound) -> None:
    group = make.duty_group(of)
    zhou, feng = make.volunteer(of, "周静", "13000000003"), make.volunteer(of)
    send, take = page("member_set", group=group.pk), page("member_remove", group=group.pk)
    client.post(send, {"volunteer": zhou.pk, "part": "leader"})
    client.post(send, {"volunteer": feng.pk, "part": "member"})
    assert said(client.post(take, {"volunteer": zhou.pk}))[-1] == "周静 是“值守组”的组长：请先换一位组长。"
    answer = client.post(send, {"volunteer": feng.pk, "part": "leader"})
    assert said(answer)[-1] == "冯磊 现在是组长，周静 改任副组长。"
    client.post(take, {"volunteer": zhou.pk})
    assert list(group.member_rows.values_list("volunteer", "part")) == [(feng.pk, "leader")]
    bad = client.post(send, {"volunteer": "", "part": "member"})
    assert (bad.status_code, errors(bad)) == (200, {"volunteer": ["是谁？"]})


def test_group_when_dissolved_with_posts_says_why_not(client: Client, of: Compound, east: Post) -> None:
    answer = client.post(page("group_end", group=east.group_id))
    assert said(answer) == ["“值守组”还管着 东门岗。请先撤销这些岗位或转给别的组，再解散。"]
    Post.objects.update(ended_at=ELEVEN)
    assert client.post(page("group_end", group=east.group_id)).headers["Location"] == page("groups")


def test_posts_when_gates_have_none_are_made_in_one_tap(client: Client, of: Compound) -> None:
    make.gate(of)
    make.gate(of, "西门")
    make.gate(of, "后门", kind=Gate.Kind.SEALED)
    assert said(client.post(page("gate_posts"))) == ["还没有值守组：请先建一个。"]
    make.duty_group(of)
    assert "西门" in text_of(client.get(page("posts")))
    client.post(page("gate_posts"))
    client.post(page("gate_posts"))
    assert sorted(Post.objects.values_list("name", "gate__name")) == [("东门岗", "东门"), ("西门岗", "西门")]


def test_post_when_typed_wrongly_keeps_it_and_says_what(client: Client, of: Compound) -> None:
    group, medic = make.duty_group(of), make.skill(of)
    typed = {
        "id": str(uuid.uuid4()),
        "name": "东门岗",
        "group": group.pk,
        "kind": "gate",
        "minimum": "2",
        "maximum": "1",
        f"need_{medic.pk.hex}": "3",
        "position": "10",
        "place": "东门岗亭",
    }
    answer = client.post(page("post_new"), typed)
    assert errors(answer) == {
        "maximum": ["不能少于“至少几人”。"],
        f"need_{medic.pk.hex}": ["不能多于在岗的 1 人。"],
        "gate": ["哪个卡口？"],
    }
    assert "东门岗亭" in answer.content.decode()
    typed |= {"maximum": "3", "gate": make.gate(of).pk}
    for _time in range(2):
        answer = client.post(page("post_new"), typed)
    made = Post.objects.get()
    assert answer.headers["Location"] == page("pattern_new", post=made.pk)
    assert (str(made.gate), made.minimum, made.maximum, made.needs.get().count) == ("东门", 2, 3, 3)


def test_post_when_closed_with_people_says_why_not(client: Client, of: Compound, east: Post) -> None:
    make.assignment(make.shift(east), make.volunteer(of))
    answer = client.post(page("post_end", post=east.pk))
    assert said(answer) == ["“东门岗”还不能撤销：有 1 个班次已排了人。请先取消这些班次（会通知本人），再撤销。"]


@pytest.mark.parametrize(
    ("preset", "kind", "starts", "minutes", "made"),
    [
        ("three", "daily", [0, 480, 960], 480, 65),
        ("four", "daily", [0, 240, 480, 720, 960, 1200], 240, 130),
        ("five", "rolling", [], 300, 104),
        ("evening", "daily", [1200], 240, 22),
        ("two", "daily", [480, 1200], 720, 44),
        ("morning", "daily", [510], 180, 22),
    ],
)
def test_pattern_when_a_preset_is_tapped_is_shown_and_written_as_it_stands(
    client: Client, of: Compound, east: Post, preset: str, kind: str, starts: list[int], minutes: int, made: int
) -> None:
    shown = client.get(page("pattern_new", post=east.pk) + f"?preset={preset}")
    assert len(shown.context["preview"].days) == 7
    form = shown.context["form"]
    typed = {field.name: field.value() for field in form if field.value() is not None}
    typed |= {name: form[name].value() for name in ("starts",) if preset != "five"}
    if preset == "five":
        typed["starts"] = ""
    typed["weekdays"] = []
    answer = client.post(page("pattern_new", post=east.pk), typed)
    assert (answer.status_code, answer.headers.get("Location")) == (302, page("post", post=east.pk))
    row = ShiftPattern.objects.get()
    assert (row.kind, row.starts, row.length_minutes, Shift.objects.count()) == (kind, starts, minutes, made)


def test_pattern_when_looked_at_shows_the_shifts_and_writes_nothing(client: Client, of: Compound, east: Post) -> None:
    typed = daily(starts="20：00", hours="12", look="1")
    for url in (page("pattern_new", post=east.pk), page("pattern_preview", post=east.pk)):
        shown = text_of(client.post(url, typed))
        assert "每天 20:00–次日08:00" in shown
        assert "一天有 12 小时有人，12 小时没人。" in shown
        assert "按每人每周 28 小时算，需要 3 名志愿者。" in shown
    assert ShiftPattern.objects.count() == 0
    assert client.post(page("pattern_preview", post=east.pk), daily(starts="25")).status_code == 422


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"starts": ""}, {"starts": ["几点开始？"]}),
        (
            {"starts": "8:00 25:00"},
            {"starts": ["“25:00”不是时间。请写 08:00，几个时间用空格隔开：00:00 08:00 16:00。"]},
        ),
        ({"hours": "0.55"}, {"hours": ["请以五分钟为单位：0.25 是一刻钟。"]}),
        ({"kind": "rolling"}, {"first": ["第一班几点开始？"]}),
        ({"minimum": "2"}, {"maximum": ["两个都填，或都不填。"]}),
        ({"minimum": "2", "maximum": "1"}, {"maximum": ["不能少于“至少几人”。"]}),
        ({"ends_on": "2022-08-22"}, {"ends_on": ["结束时间要晚于开始时间。"]}),
        ({"starts_on": "2022-08-22"}, {"starts_on": ["过去的不能改：请选今天或以后的日子。"]}),
        ({"starts_on": "2202-08-22"}, {"starts_on": ["离今天一年多了：请检查年份。"]}),
    ],
)
def test_pattern_when_typed_wrongly_says_what_beside_the_box(
    client: Client, of: Compound, east: Post, typed: dict[str, str], found: dict[str, list[str]]
) -> None:
    answer = client.post(page("pattern_new", post=east.pk), daily(**typed))
    assert (answer.status_code, errors(answer), ShiftPattern.objects.count()) == (200, found, 0)
    for value in typed.values():
        assert value in answer.content.decode()


def test_pattern_when_sent_twice_is_one(client: Client, of: Compound, east: Post) -> None:
    typed = daily(starts="0 8点 16:00", weekdays=["0", "6"])
    for _time in range(2):
        assert client.post(page("pattern_new", post=east.pk), typed).status_code == 302
    row = ShiftPattern.objects.get()
    assert (row.starts, row.weekdays) == ([0, 480, 960], [0, 6])


def test_pattern_when_changed_shows_first_what_becomes_of_people_then_does_it(
    client: Client, of: Compound, east: Post
) -> None:
    pattern = make.pattern(east)
    generate(compound=of, until=TODAY + 5 * DAY, by=None, at=ELEVEN)
    held = Shift.objects.get(starts_at=ELEVEN.replace(hour=8) + 2 * DAY)
    make.assignment(held, make.volunteer(of))
    url = page("pattern_change", pattern=pattern.pk)
    assert client.get(url).context["form"]["starts_on"].value() == TODAY + DAY
    typed = daily(starts="0 4 8 12 16 20", hours="4", starts_on="2022-08-24")
    asked = client.post(url, typed)
    assert "冯磊" in text_of(asked)
    assert (len(asked.context["change"].deleted), ShiftPattern.objects.count()) == (14, 1)
    seen = re.search(r'name="seen"\s+value="(\w+)"', asked.content.decode())
    assert seen is not None
    # What was seen is not what is sent: it is shown once more.
    other = client.post(url, {**typed, "hours": "2", "seen": seen[1]})
    assert (other.status_code, ShiftPattern.objects.count()) == (200, 1)
    done = client.post(url, {**typed, "seen": seen[1]})
    assert done.headers["Location"] == page("post", post=east.pk)
    assert said(done)[-1] == (
        "已更改：新增 126 个班次，0 个时间不变、人也不动，去掉 14 个空班次。 有 1 个旧班次已有人或手工改过，列在下面。"
    )
    shown = client.get(page("post", post=east.pk))
    assert [(row.shift, row.people) for row in shown.context["page"].left_over] == [(held, 1)]
    assert reverse("roster:shift", kwargs={"code": "xingfuli", "shift": held.pk}) in shown.content.decode()


def test_pattern_when_its_last_day_is_set_ends_then(client: Client, of: Compound, east: Post) -> None:
    pattern = make.pattern(east)
    url = page("pattern_end", pattern=pattern.pk)
    assert said(client.post(url, {"last_on": "2022-08-01"})) == ["过去的不能改：请选今天或以后的日子。"]
    assert len(said(client.post(url, {"last_on": "soon"}))) == 2
    client.post(url, {"last_on": "2022-08-25"})
    pattern.refresh_from_db()
    assert pattern.ends_on == TODAY + 2 * DAY
    assert Shift.objects.latest("starts_at").duty_on == TODAY + 2 * DAY


def test_post_when_read_shows_what_stands_there_for_seven_days(client: Client, of: Compound, east: Post) -> None:
    make.pattern(east, starts=[30, 450], minutes=420, starts_on=TODAY + DAY)
    generate(compound=of, until=TODAY + 9 * DAY, by=None, at=ELEVEN)
    days = client.get(page("post", post=east.pk)).context["page"].days
    assert [(day.day, [(span.hours, span.is_night) for span in day.spans]) for day in days[:2]] == [
        (TODAY, []),
        (TODAY + DAY, [("00:30–07:30", True), ("07:30–14:30", False)]),
    ]
    assert len(days) == 7


def rules(**more: Any) -> dict[str, str]:
    return {
        "rest_minutes": "8", "night_rest_minutes": "11", "warn_minutes": "6", "most_minutes": "8",
        "hours_a_week": "28", "nights_a_week": "3", "night_from": "22:00", "night_until": "06:00",
        "night_minutes": "3", "early_minutes": "12", "remind_minutes": "8", "alert_hours": "48",
        "offer_minutes": "60", "sign_in_minutes": "30", "missing_minutes": "10", "sign_up_open": "on",
        **more,
    }  # fmt: skip


def test_house_rules_when_read_say_what_holds_in_hours(client: Client, of: Compound) -> None:
    html = client.get(page("house_rules")).content.decode()
    shown = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', html))
    assert {name: shown.get(name) for name in rules() if name != "sign_up_open"} == {
        name: value for name, value in rules().items() if name != "sign_up_open"
    }


def test_house_rules_when_changed_are_kept_in_minutes_and_logged(client: Client, of: Compound) -> None:
    answer = client.post(page("house_rules"), rules(rest_minutes="7.5", hours_a_week="20"))
    assert said(answer) == ["已保存，从现在起生效。"]
    row = RosterRules.objects.get()
    assert (row.rest_minutes, row.hours_a_week, row.night_rest_minutes) == (450, 20, 660)
    audit = AuditEntry.objects.get()
    assert (audit.action, audit.params["changed"]) == (
        "roster.rules_changed",
        {"rest_minutes": ["480", "450"], "hours_a_week": ["28", "20"]},
    )
    again = client.post(page("house_rules"), rules(rest_minutes="7.5", hours_a_week="20"))
    assert (said(again)[-1], AuditEntry.objects.count()) == ("没有改动。", 1)


@pytest.mark.parametrize(
    ("typed", "box"),
    [
        ({"rest_minutes": "25"}, "rest_minutes"),
        ({"warn_minutes": "9"}, "most_minutes"),
        ({"hours_a_week": "200"}, "hours_a_week"),
        ({"night_until": "22:00"}, "night_until"),
        ({"remind_minutes": "0.01"}, "remind_minutes"),
        ({"rest_minutes": "八"}, "rest_minutes"),
    ],
)
def test_house_rules_when_typed_wrongly_keep_it_and_change_nothing(
    client: Client, of: Compound, typed: dict[str, str], box: str
) -> None:
    answer = client.post(page("house_rules"), rules(**typed))
    assert (answer.status_code, list(errors(answer)), AuditEntry.objects.count()) == (200, [box], 0)
    assert f'value="{next(iter(typed.values()))}"' in answer.content.decode()


def test_tabs_when_on_a_page_below_lead_back_to_groups(client: Client, of: Compound, east: Post) -> None:
    html = client.get(page("post", post=east.pk)).content.decode()
    current = re.findall(r'<a href="([^"]+)" aria-current="true">', html[html.index('class="tabs"') :])
    assert current[0] == page("groups")


def test_menu_when_on_a_page_of_the_roster_marks_its_own_half(client: Client, of: Compound) -> None:
    nav = client.get(page("groups")).context["nav"]
    assert [entry["url"] for entry in nav if entry["current"]] == [page("board")]
