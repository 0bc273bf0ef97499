"""The rules of the gate: in words, in force and to come, written by the secretary alone and never backwards."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from compound.models import AuditEntry, Role, Rulebook
from compound.queries.rulebooks import rule_phrases, rule_sentence
from compound.refusals import Refusal
from compound.services.rulebooks import PRESETS, end_rulebook, preset_of, withdraw_rulebook
from tests import make
from tests.make import ELEVEN

RULES, NEW = "/c/xingfuli/rules/", "/c/xingfuli/rules/new/"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


# ── in plain words ────────────────────────────────


@pytest.mark.parametrize(
    ("given", "chinese", "english"),
    [
        ({}, "每户每2天1人", "1 person per household every 2 days"),
        ({"persons": 0}, "不得外出", "nobody goes out"),
        ({"persons": 2, "per_days": 1}, "每户每天2人", "2 people per household every day"),
        (
            {"window": "rolling", "longest_minutes": 90},
            "每户每48小时1人，最长1小时30分",
            "1 person per household every 48 hours, at most 1 h 30 min",
        ),
        (
            {"longest_minutes": 120, "opens": dt.time(6), "closes": dt.time(20)},
            "每户每2天1人，最长2小时，06:00–20:00",
            "1 person per household every 2 days, at most 2 hours, 06:00–20:00",
        ),
    ],
)
def test_rule_sentence_says_who_goes_out_how_long_and_when(given, chinese, english):
    rules = Rulebook(**given)
    with override("zh-hans"):
        assert rule_sentence(rules) == chinese
    with override("en"):
        assert rule_sentence(rules) == english


def test_rule_phrases_say_everything_that_is_checked():
    rules = Rulebook(
        overstay="forfeit",
        max_outside=50,
        exempt_kinds=["essential", "medical"],
        vehicles="out",
        visitors="consent",
        fever_at_line=False,
    )
    with override("zh-hans"):
        assert rule_phrases(rules) == [
            "每户每2天1人",
            "超时返回的，下一次外出作废",
            "同时在外最多50人",
            "不受限：必要工作、就医",
            "车辆只出不进",
            "访客须住户同意",
            "有人刚从外地返回的住户不得外出",
            "高于37.3℃算发热，5分钟后复测",
        ]


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        ("high", "不得外出"),
        ("medium", "每户每2天1人，最长2小时，06:00–20:00"),
        ("low", "每户每天2人"),
    ],
)
def test_preset_fills_every_field_of_a_row(level, sentence):
    with override("zh-hans"):
        assert rule_sentence(Rulebook(**preset_of(level))) == sentence
    assert set(PRESETS[level]) == set(PRESETS["low"])


def test_preset_of_own_rules_fills_nothing_and_a_preset_is_a_copy():
    preset_of("high")["exempt_kinds"].append("visitor")
    assert (preset_of("custom"), preset_of("high")["exempt_kinds"]) == ({}, ["medical", "volunteer"])


# ── the page ──────────────────────────────────────


def shown(answer, part):
    return [(row.rulebook.notice, row.until) for row in getattr(answer.context["page"], part)]


def test_rules_are_sorted_by_what_they_are_now(of, log_in):
    twenty = make.household(of, "20-1702").building
    make.rulebook(of, "第1号", starts_at=ELEVEN - 3 * DAY)
    make.rulebook(of, "第2号", starts_at=ELEVEN - DAY)
    make.rulebook(of, "20栋", starts_at=ELEVEN - 2 * DAY, building=twenty, persons=0)
    make.rulebook(of, "第3号", starts_at=ELEVEN + HOUR, ends_building_rows=True)
    answer = log_in().get(RULES)
    assert shown(answer, "in_force") == [("第2号", None), ("20栋", None)]
    assert shown(answer, "to_come") == [("第3号", None)]
    assert shown(answer, "past") == [("第1号", ELEVEN - DAY)]


def test_rules_of_a_building_that_were_swept_are_over(of, log_in):
    twenty = make.household(of, "20-1702").building
    make.rulebook(of, "20栋", starts_at=ELEVEN - 2 * DAY, building=twenty, persons=0)
    make.rulebook(of, "第2号", starts_at=ELEVEN - DAY, ends_building_rows=True)
    answer = log_in().get(RULES)
    assert (shown(answer, "in_force"), shown(answer, "past")) == ([("第2号", None)], [("20栋", ELEVEN - DAY)])


def test_rules_page_costs_the_same_with_one_and_with_three(of, log_in):
    coordinator = log_in()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(RULES).status_code == 200
        return len(queries)

    make.rulebook(of, "第1号", starts_at=ELEVEN - 3 * DAY)
    one = cost()
    for n in range(3):
        door = make.household(of, f"{n + 1}-101")
        make.rulebook(of, f"{n}栋", starts_at=ELEVEN - n * HOUR, building=door.building)
    assert cost() == one


def test_rules_say_to_everybody_that_they_never_rewrite_the_past(of, log_in):
    assert "从不改写过去" in log_in(Role.GATE).get(RULES).content.decode()


# ── a new row ─────────────────────────────────────


def typed(**more):
    """What the form sends for the medium preset."""
    return {
        "notice": "第2号通告",
        "level": "medium",
        "persons": "1",
        "per_days": "2",
        "window": "calendar",
        "longest_minutes": "120",
        "overstay": "forfeit",
        "opens": "06:00",
        "closes": "20:00",
        "vehicles": "none",
        "visitors": "refused",
        "exempt_kinds": ["essential", "medical"],
        "returnee_voids_pass": "on",
        "fever_line": "37.3",
        "fever_at_line": "on",
        "low_line": "35.0",
        "recheck_minutes": "5",
        **more,
    }


def write(client, **more):
    """First the preview, then the yes."""
    preview = client.post(NEW, typed(**more))
    assert preview.status_code == 200, preview.headers
    if preview.context["preview"] is None:
        return preview
    return client.post(NEW, typed(**more, seen=preview.context["form"].digest), follow=True)


def test_new_rule_is_shown_in_words_before_it_is_written(of, log_in):
    secretary = log_in(Role.SECRETARY)
    answer = secretary.post(NEW, typed(starts_at="2022-08-23T18:00"))
    assert answer.context["preview"]["phrases"][:2] == [
        "每户每2天1人，最长2小时，06:00–20:00",
        "超时返回的，下一次外出作废",
    ]
    assert not Rulebook.objects.exists()


def test_new_rule_starts_at_the_minute_that_was_set(of, log_in):
    write(log_in(Role.SECRETARY), starts_at="2022-08-23T18:00", ends_at="2022-08-25T18:00")
    row = Rulebook.objects.get()
    assert (row.starts_at, row.ends_at, row.created_by.name, row.level) == (
        ELEVEN + 7 * HOUR,
        ELEVEN + 7 * HOUR + 2 * DAY,
        "何秀兰",
        "medium",
    )
    assert (row.persons, row.per_days, row.longest_minutes, row.overstay, row.exempt_kinds) == (
        1,
        2,
        120,
        "forfeit",
        ["essential", "medical"],
    )
    assert AuditEntry.objects.get(action="rulebook.added").subject == "第2号通告"


def test_new_rule_without_a_start_holds_at_once_though_the_reading_took_minutes(of, log_in, clock):
    secretary = log_in(Role.SECRETARY)
    digest = secretary.post(NEW, typed()).context["form"].digest
    later = ELEVEN + 5 * MINUTE
    clock(later)
    secretary.post(NEW, typed(seen=digest))
    assert Rulebook.objects.get().starts_at == later


def test_new_rule_that_was_changed_after_the_preview_is_shown_again(of, log_in):
    secretary = log_in(Role.SECRETARY)
    digest = secretary.post(NEW, typed()).context["form"].digest
    answer = secretary.post(NEW, typed(persons="3", seen=digest))
    assert (answer.context["preview"]["row"].persons, Rulebook.objects.count()) == (3, 0)


def test_new_rule_of_a_building_beats_that_of_the_compound(of, log_in):
    twenty = make.household(of, "20-1702").building
    make.rulebook(of, "第1号")
    answer = write(log_in(Role.SECRETARY), building=twenty.pk, persons="0", notice="20栋封控")
    assert shown(answer, "in_force") == [("第1号", None), ("20栋封控", None)]


def test_new_rule_that_sweeps_says_which_buildings_it_ends(of, log_in):
    twenty = make.household(of, "20-1702").building
    make.rulebook(of, "第1号")
    make.rulebook(of, "20栋封控", building=twenty, persons=0)
    secretary = log_in(Role.SECRETARY)
    preview = secretary.post(NEW, typed(ends_building_rows="on")).context["preview"]
    assert preview["swept"] == [twenty]
    answer = write(secretary, ends_building_rows="on")
    assert shown(answer, "in_force") == [("第2号通告", None)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_at": "2022-08-23T10:00"}, "starts_at"),
        ({"starts_at": "2024-08-23T10:00"}, "starts_at"),
        ({"notice": ""}, "notice"),
        ({"per_days": "0"}, "per_days"),
        ({"persons": "-1"}, "persons"),
        ({"fever_line": "50"}, "fever_line"),
        ({"closes": ""}, "__all__"),
        ({"closes": "05:00"}, "__all__"),
        ({"ends_at": "2022-08-23T11:00"}, "__all__"),
        ({"low_line": "37.5"}, "__all__"),
        ({"exempt_kinds": ["everybody"]}, "exempt_kinds"),
    ],
)
def test_new_rule_that_is_wrong_says_where_and_is_not_written(of, log_in, wrong, field):
    answer = log_in(Role.SECRETARY).post(NEW, typed(**wrong))
    assert (list(answer.context["form"].errors), Rulebook.objects.count()) == ([field], 0)


def test_new_rule_that_starts_with_another_one_is_refused(of, log_in):
    make.rulebook(of, "第1号", starts_at=ELEVEN + HOUR)
    answer = log_in(Role.SECRETARY).post(NEW, typed(starts_at="2022-08-23T12:00"))
    assert answer.context["form"].non_field_errors() == ["同一分钟已有另一份规则开始生效。"]


def test_new_rule_of_a_building_cannot_sweep(of, log_in):
    twenty = make.household(of, "20-1702").building
    answer = log_in(Role.SECRETARY).post(NEW, typed(building=twenty.pk, ends_building_rows="on"))
    assert (answer.context["preview"], Rulebook.objects.count()) == (None, 0)


@pytest.mark.parametrize("level", ["high", "medium", "low", "custom"])
def test_new_rule_form_is_filled_by_the_risk_level(of, log_in, level):
    form = log_in(Role.SECRETARY).get(NEW, {"level": level}).context["form"]
    expected = {"high": 0, "medium": 1, "low": 2, "custom": 1}[level]
    assert (form["persons"].value(), form["level"].value()) == (expected, level)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.GATE, Role.VOLUNTEER])
def test_rules_are_written_by_the_secretary_alone(of, log_in, role):
    row = make.rulebook(of)
    client = log_in(role)
    answers = [
        client.get(NEW).status_code,
        client.post(NEW, typed()).status_code,
        client.post(RULES + "end/", {"rulebook": row.pk}).status_code,
        client.post(RULES + "withdraw/", {"rulebook": row.pk}).status_code,
    ]
    row.refresh_from_db()
    assert (answers, row.ends_at, Rulebook.objects.count()) == ([404] * 4, None, 1)


# ── the end of a row ──────────────────────────────


def test_rule_ends_now_or_at_a_minute_to_come(of, log_in):
    make.rulebook(of, "第1号")
    twenty = make.household(of, "20-1702").building
    row = make.rulebook(of, "20栋", starts_at=ELEVEN - DAY, building=twenty)
    secretary = log_in(Role.SECRETARY)
    secretary.post(RULES + "end/", {"rulebook": row.pk, "ends_at": "2022-08-23T18:00"})
    row.refresh_from_db()
    assert row.ends_at == ELEVEN + 7 * HOUR
    answer = secretary.post(RULES + "end/", {"rulebook": row.pk}, follow=True)
    assert (shown(answer, "in_force"), shown(answer, "past")) == ([("第1号", None)], [("20栋", ELEVEN)])


def test_rule_of_another_compound_cannot_be_ended(of, log_in):
    row = make.rulebook(make.compound("dongyuan", "东园"), "别处")
    log_in(Role.SECRETARY).post(RULES + "end/", {"rulebook": row.pk})
    row.refresh_from_db()
    assert row.ends_at is None


@pytest.mark.parametrize(
    ("starts_at", "ended", "ends_at", "code"),
    [
        (ELEVEN + HOUR, None, ELEVEN + 2 * HOUR, "rulebook_not_begun"),
        (ELEVEN - HOUR, None, ELEVEN - 2 * MINUTE, "end_in_the_past"),
        (ELEVEN - HOUR, ELEVEN - MINUTE, ELEVEN + HOUR, "rulebook_over"),
    ],
)
def test_end_that_would_rewrite_something_is_refused(of, starts_at, ended, ends_at, code):
    row = make.rulebook(of, starts_at=starts_at, ends_at=ended)
    with pytest.raises(Refusal) as refused:
        end_rulebook(rulebook=row, ends_at=ends_at, by=make.user(), at=ELEVEN)
    row.refresh_from_db()
    assert (refused.value.code, row.ends_at) == (code, ended)


def test_rule_that_has_not_begun_is_taken_back_and_one_that_has_is_not(of):
    by = make.user()
    to_come, begun = make.rulebook(of, "将来", starts_at=ELEVEN + HOUR), make.rulebook(of, "现在")
    withdraw_rulebook(rulebook=to_come, by=by, at=ELEVEN)
    with pytest.raises(Refusal) as refused:
        withdraw_rulebook(rulebook=begun, by=by, at=ELEVEN)
    assert (refused.value.code, [row.notice for row in Rulebook.objects.all()]) == ("rulebook_begun", ["现在"])
    assert AuditEntry.objects.get(action="rulebook.withdrawn").subject == "将来"


def test_buildings_in_the_form_are_called_as_people_call_them(of, log_in):
    make.household(of, "20-1702")
    form = log_in(Role.SECRETARY).get(NEW).context["form"]
    assert [label for _value, label in form.fields["building"].choices] == ["全小区", "20栋"]
