"""`{{ names|listed }}`, and `{% between %}` where a page draws the parts itself: in every template (settings)."""

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
