"""Parts of a line of the shopping list that differ in ids alone: rendered once a page, not sixty times."""

import re
import uuid
from collections.abc import MutableMapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()

# What `templates/orders/shopping_part_*.html` have in the place of an id or a number.
PLACE = re.compile(r"__(ID|GOOD|LEFT|REF)__")


@register.simple_tag(takes_context=True)
def shop_part(
    context: MutableMapping[str, Any],
    name: str,
    *,
    good: uuid.UUID | str = "",
    left: str = "",
    ref: uuid.UUID | str = "",
) -> SafeString:
    """`shopping_part_<name>.html` for one good. Each `__ID__` is a new one; the others are ids and numbers of ours."""
    request = context["request"]
    parts = request.__dict__.setdefault("_shop_parts", {})
    if name not in parts:
        facts = {key: context[key] for key in ("compound", "csrf_token")}
        parts[name] = render_to_string(
            f"orders/shopping_part_{name}.html", {**facts, "here": f"{request.get_full_path()}#good-__GOOD__"}
        )
    values = {"GOOD": str(good), "LEFT": left, "REF": str(ref)}
    return SafeString(PLACE.sub(lambda found: str(uuid.uuid4()) if found[1] == "ID" else values[found[1]], parts[name]))
