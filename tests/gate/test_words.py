"""Every reason has its sentence, in both languages, and says what, why and what now."""

import datetime as dt
import string

import pytest
from django.utils import translation

from compound.models import Compound
from gate.rules import EFFECTS
from gate.words import MOMENTS, SOME, WORDS, sentence
from tests.gate.cases import written_cases
from tests.make import ELEVEN

OF = Compound(code="xingfuli", name="幸福里", time_zone="Asia/Shanghai")
SAID_BY_THE_SERVER = {"undone", "corrected", "reported_late"}


def said(code: str, params: dict, language: str = "zh-hans", *, direction: str = "out", **more) -> str:
    with translation.override(language):
        return sentence(code, params, direction=direction, compound=OF, now=ELEVEN, room="20-1702", **more)


def iso(params: dict) -> dict:
    """The params of a decision as they are stored."""
    return {
        name: dt.datetime.fromtimestamp(value / 1000, dt.UTC).isoformat()
        if name in MOMENTS and isinstance(value, int)
        else value
        for name, value in params.items()
    }


def test_words_are_for_the_codes_of_the_table_and_the_server_s_own():
    assert {words.code for words in WORDS} == EFFECTS.keys() | SAID_BY_THE_SERVER


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_reason_of_every_case_has_a_whole_sentence(language):
    from gate.rules import Facts, decide

    for case in written_cases():
        facts = Facts.from_json(case.facts)
        for reason in decide(facts).reasons:
            for next_out_at in (None, ELEVEN):
                text = said(
                    reason.code, iso(reason.params), language, direction=facts.direction, next_out_at=next_out_at
                )
                assert text, (case.name, reason)
                assert "None" not in text, (case.name, text)
                assert "%(" not in text, (case.name, text)


def test_every_sentence_is_translated_with_the_same_parameters():
    for words in WORDS:
        with translation.override("en"):
            english = str(words.text)
        with translation.override("zh-hans"):
            chinese = str(words.text)
        assert english != chinese, english
        assert english.count("%(") == chinese.count("%("), english
        assert not set(chinese.replace("°C", "")) & set(string.ascii_uppercase), chinese


def test_household_that_went_out_is_told_when_where_and_when_next():
    params = {"of": "household", "out": "2022-08-22T09:02:00+08:00", "gate": "东门", "forfeited": False}

    assert said("quota_used", params, next_out_at=dt.datetime(2022, 8, 24, tzinfo=OF.tz)) == (
        "今天不能外出：20-1702 昨天 09:02 由东门出过，下次是明天。急病请按“紧急”。"
    )
    assert said("quota_used", params, next_out_at=dt.datetime(2022, 8, 25, 9, 2, tzinfo=OF.tz)) == (
        "今天不能外出：20-1702 昨天 09:02 由东门出过，下次是8月25日(周四) 09:02。急病请按“紧急”。"
    )
    assert said("quota_used", params) == "今天不能外出：20-1702 昨天 09:02 由东门出过。急病请按“紧急”。"


def test_forfeited_outing_says_so():
    params = {"of": "household", "out": "2022-08-22T09:02:00+08:00", "gate": "东门", "forfeited": True}

    assert said("quota_used", params, next_out_at=dt.datetime(2022, 8, 24, tzinfo=OF.tz)) == (
        "今天不能外出：20-1702 上次超时返回，停一次外出，下次是明天。急病请按“紧急”。"
    )


def test_direction_makes_another_sentence():
    params = {"why": "out_only"}

    assert said("vehicle_not_allowed", params, direction="in") == "车辆只出不进：请停在线外。"


def test_isolation_says_nothing_of_why():
    assert said("isolation", {"until": "2022-08-30T00:00:00+08:00"}) == (
        "不能外出：20-1702 在8月30日(周二)之前不外出，需要的东西送到门口。急病请按“紧急”。"
    )
    assert said("isolation", {"until": None}) == ("不能外出：20-1702 近期不外出，需要的东西送到门口。急病请按“紧急”。")


def test_unknown_code_has_no_words():
    assert said("no_such_code", {}) == ""


def test_conditions_name_what_the_table_can_ask():
    assert {value for words in WORDS for value in words.when.values() if isinstance(value, str)} == {
        SOME, "plate", "room", "building", "none", "out_only", "refused", "consent", "household", "pass",
        "decided_by_phone",
    }  # fmt: skip
