"""Every reason and every "what now" says something, in both languages, and the numbers that it is about."""

import datetime as dt
import json
import re

import pytest
from django.utils import translation

from roster import words
from roster.rules import ASK, REFUSE, Reason
from roster.words import hours_words, now_words, reason_words, shift_words, span_words
from tests.make import NOON, SHANGHAI

HOUR = dt.timedelta(hours=1)
FACTS = {
    "full": {"maximum": 2},
    "overlap": {"since": NOON, "until": NOON + 20 * HOUR, "post": "西门岗"},
    "rest": {"free_at": NOON, "minutes": 660},
    "week_hours": {"hours": 30.5, "most": 28},
    "week_nights": {"nights": 4, "most": 3},
    "long_day": {"minutes": 540, "most": 480},
    "long_day_soon": {"minutes": 450, "most": 360},
    "load": {"hours": 12.0, "nights": 2, "days": 14},
}
CHINESE = {
    "cancelled": "这个班次已取消",
    "over": "这个班次已结束",
    "not_active": "已不是本小区志愿者",
    "on_it_already": "已在这个班次上",
    "full": "这个班次已满（2人）",
    "overlap": "8月23日(周二) 12:00到8月24日(周三) 08:00在西门岗值守",
    "rest": "休息到8月23日(周二) 12:00（需休息11小时）",
    "week_hours": "本周共30.5小时，上限28小时",
    "week_nights": "本周第4个夜班，上限3个",
    "long_day": "一天共9小时，上限8小时",
    "skill": "剩下的名额留给有所缺技能的人",
    "stairs": "要爬楼，而他只能做一楼的工作",
    "cannot": "填了这段时间不能值班",
    "long_day_soon": "这一天较长：共7.5小时",
    "rather_not": "不太想在这段时间值班",
    "not_said": "没有填这段时间可以值班",
    "load": "14天内12小时、2个夜班",
    "has_skill": "有所需技能",
    "said_can": "填了可以值班",
}


def test_every_code_has_its_chinese_words():
    with translation.override("zh-hans"):
        said = {code: reason_words(Reason(code, REFUSE, FACTS.get(code, {}))) for code in words.SAYINGS}

    assert said == CHINESE


def test_reason_when_it_comes_out_of_a_table_says_the_same():
    with translation.override("en"):
        for code in words.SAYINGS:
            reason = Reason(code, ASK, FACTS.get(code, {}))
            assert reason_words(json.loads(json.dumps(reason.as_json()))) == reason_words(reason)


def test_reason_when_the_next_shift_is_too_near_says_which():
    reason = Reason("rest", ASK, {"free_at": NOON + 9 * HOUR, "minutes": 480, "until": NOON + 8 * HOUR})

    with translation.override("zh-hans"):
        assert reason_words(reason) == "离8月23日(周二) 20:00的下一个班不足8小时休息"


@pytest.mark.parametrize("self_service", [True, False])
def test_what_now_when_asked_for_any_code_is_a_sentence_in_both_languages(self_service):
    for code in words.SAYINGS:
        with translation.override("en"):
            assert re.fullmatch(r"[A-Z][^.]+\.", now_words(code, self_service=self_service))
        with translation.override("zh-hans"):
            assert re.fullmatch(r"[^A-Za-z]+。", now_words(code, self_service=self_service))


@pytest.mark.parametrize(
    ("start", "hours", "chinese", "english"),
    [
        (NOON, 4, "12:00–16:00", "12:00–16:00"),
        (NOON + 8 * HOUR, 4, "20:00–24:00", "20:00–24:00"),
        (NOON + 8 * HOUR, 12, "20:00–次日08:00", "20:00–08:00 the next day"),
        (NOON + 12.5 * HOUR, 7, "00:30–07:30", "00:30–07:30"),
        (NOON - 12 * HOUR, 24, "00:00–24:00", "00:00–24:00"),
    ],
)
def test_hours_of_a_shift_when_they_cross_midnight_say_so(start, hours, chinese, english):
    with translation.override("zh-hans"):
        assert span_words(start.astimezone(dt.UTC), start + hours * HOUR, SHANGHAI) == chinese
    with translation.override("en"):
        assert span_words(start, start + hours * HOUR, SHANGHAI) == english


def test_shift_when_it_starts_half_past_midnight_is_named_by_the_day_on_the_wall():
    start = dt.datetime(2022, 8, 23, 16, 30, tzinfo=dt.UTC)

    with translation.override("zh-hans"):
        assert shift_words(start, start + 7 * HOUR, SHANGHAI, "东门岗") == "8月24日(周三) 00:30–07:30 东门岗"


@pytest.mark.parametrize(("minutes", "text"), [(480, "8"), (450, "7.5"), (0, "0"), (600, "10")])
def test_length_in_hours_has_no_idle_zero(minutes, text):
    assert hours_words(minutes) == text
