"""`{{ names|listed }}`, and `{% between %}`, `{% comma %}`, `{% colon %}` where a page draws the parts itself: in every
template (settings)."""

from collections.abc import Iterable

from django import template

from compound import listing

register = template.Library()


@register.filter
def listed(parts: Iterable[object]) -> str:
    """`19、20、商务楼`; a template escapes it whole."""
    return listing.listed(parts)


@register.simple_tag
def between() -> str:
    return listing.between()


@register.simple_tag
def comma() -> str:
    return listing.comma()


@register.simple_tag
def colon() -> str:
    return listing.colon()
