"""Several words side by side: 19、20、商务楼 to a Chinese reader, 19, 20, 商务楼 to an English one."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def between() -> str:
    """What stands between two parts of a list, in the active language."""
    return pgettext("between the parts of a list", ", ")


def listed(parts: Iterable[object]) -> str:
    return between().join(str(part) for part in parts)


def comma() -> str:
    """Between two facts: `今天 12:00，林涛` to a Chinese reader, `today 12:00, 林涛` to an English one."""
    return pgettext("between two facts", ", ")


def colon() -> str:
    """Before what somebody said or why: `林涛：明天补两个`, `林涛: two more tomorrow`."""
    return pgettext("before what was said", ": ")
