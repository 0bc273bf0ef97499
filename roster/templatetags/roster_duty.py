"""`{% load roster_duty %}`: shifts in the words of the phone pages."""

import datetime as dt
from typing import Protocol

from django import template

from compound.days import Clock
from roster import words
from roster.duty_words import CHIPS, OWN_REASONS, number_words
from roster.rules import Reason

register = template.Library()


class HasHours(Protocol):
    starts_at: dt.datetime
    ends_at: dt.datetime


@register.filter
def span(of: HasHours, clock: Clock) -> str:
    """An assignment or a shift: `20:00–次日08:00`"""
    return words.span_words(of.starts_at, of.ends_at, clock.compound.tz)


@register.filter
def state_kind(state: str) -> str:
    return CHIPS[state][0]


@register.filter
def state_word(state: str) -> str:
    return str(CHIPS[state][1])


@register.filter
def hours_number(hours: float) -> str:
    return number_words(hours)


@register.filter
def reason_words(reason: Reason) -> str:
    return words.reason_words(reason)


@register.filter
def own_reason_words(reason: Reason) -> str:
    """To the person whom it is about."""
    return str(OWN_REASONS.get(reason.code) or words.reason_words(reason))


@register.filter
def request_kind(state: str) -> str:
    """The sign of what came of a stand-in request."""
    return {"accepted": "done", "refused": "no", "expired": "ask"}.get(state, "plain")
