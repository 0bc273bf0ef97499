"""What the coordinator's pages say of passages, verdicts and reasons."""

import datetime as dt
from typing import Any

from django import template
from django.utils.translation import gettext as _

from compound.queries.rulebooks import minutes_words
from gate.models.passages import Kind, Verdict
from gate.queries.parcels import building_words as words_of_building
from gate.reason_names import given_reason as words_of_given
from gate.reason_names import reason_name as name_of_reason

register = template.Library()
SIGNS = {Verdict.ALLOW: "done", Verdict.REFUSE: "no", Verdict.RECHECK: "wait"}


@register.filter
def verdict_kind(verdict: str) -> str:
    """Sign of the chip."""
    return SIGNS.get(Verdict(verdict), "plain") if verdict in Verdict.values else "plain"


@register.filter
def verdict_word(verdict: str) -> str:
    return str(Verdict(verdict).label) if verdict in Verdict.values else verdict


@register.filter
def kind_word(kind: str) -> str:
    return str(Kind(kind).label) if kind in Kind.values else kind


@register.filter
def reason_name(code: str) -> str:
    return name_of_reason(code)


@register.filter
def given_reason(text: str) -> str:
    return words_of_given(text)


@register.filter
def apart(span: dt.timedelta) -> str:
    """`12分钟`, `1小时05分`; less than a minute in seconds."""
    seconds = int(abs(span.total_seconds()))
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    return minutes_words(seconds // 60)


@register.filter
def clock_words(offset_ms: Any) -> str:
    """How far a phone's clock was from the server's: `准`, `慢3分钟`, `快40秒`."""
    if abs(offset_ms) < 1000:
        return _("right")
    words = apart(dt.timedelta(milliseconds=offset_ms))
    # The offset is server minus phone: where it is positive, the phone was slow.
    return _("%(time)s slow") % {"time": words} if offset_ms > 0 else _("%(time)s fast") % {"time": words}


@register.filter
def building_words(name: str) -> str:
    """`3` → `3栋`"""
    return words_of_building(name)
