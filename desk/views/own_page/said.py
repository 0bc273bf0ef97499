"""What a page says at its top after something was done: a code in the address, no cookie and nothing of anybody."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SAID = {
    "ordered": _("Ordered. You can change it until the cut-off."),
    "late": _("The cut-off had passed. Your order is kept, and the coordinator decides when it can be bought."),
    "changed": _("Changed."),
    "withdrawn": _("Withdrawn: nothing is bought for you."),
    "received": _("Thank you. We know that it has arrived."),
    "wrong": _("Written down. Somebody will answer, and the answer will stand on this page."),
    "asked": _("Asked for. Below you see how far it is."),
    "urgent": _("Asked for as urgent: somebody is told at once."),
    "told_already": _(
        "Asked for as urgent, and kept. Somebody is told of your door already. A life in danger? Call 120."
    ),
    "errand_withdrawn": _("Withdrawn."),
    "wish": _("Remembered."),
}

# What stands first on the page then, right below these words: the part of home.html that holds what was just sent.
FIRST = {
    "late": "late",
    "received": "coming",
    "wrong": "coming",
    "asked": "errands",
    "urgent": "errands",
    "told_already": "errands",
    "errand_withdrawn": "errands",
}
PARTS = ("open", "coming", "late", "errands")


def said(request: HttpRequest) -> str:
    return str(SAID.get(request.GET.get("said", ""), ""))


def parts(request: HttpRequest) -> list[str]:
    """Parts of the first page in the order in which they are read."""
    first = FIRST.get(request.GET.get("said", ""), PARTS[0])
    return sorted(PARTS, key=lambda part: part != first)
