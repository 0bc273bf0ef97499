"""Words of the temperatures and the parcels."""

from django import template

from gate.measuring import method_words as words_of_method
from gate.queries.parcels import building_words as words_of_building

register = template.Library()


@register.filter
def method_words(method: str) -> str:
    """`forehead` → `额温枪`"""
    return words_of_method(method)


@register.filter
def building_words(name: str) -> str:
    """`20` → `20栋`"""
    return words_of_building(name)
