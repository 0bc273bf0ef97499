"""How a temperature was measured: what the phone sends as `method`, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

METHODS: dict[str, Any] = {
    "forehead": _("forehead, infrared"),
    "wrist": _("wrist, infrared"),
    "ear": _("ear"),
    "armpit": _("armpit"),
}


def method_words(method: str) -> str:
    """As it was sent where it is none of ours."""
    return str(METHODS.get(method, method))
