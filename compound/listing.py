"""Several words side by side: 19、20、商务楼 to a Chinese reader, 19, 20, 商务楼 to an English one."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def between() -> str:
    """What stands between two parts of a list, in the active language."""
    return pgettext("between the parts of a list", ", ")


def listed(parts: Iterable[object]) -> str:
    return between().join(str(part) for part in parts)
