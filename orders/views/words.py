"""What the lines of a round say that is no good of its list: which good is meant."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import me
from orders.forms.shops import item_words, meanings_said
from orders.queries.words import words_of
from orders.services.goods import OVER
from orders.services.words import learn_words
from orders.views.access import RoundAccess, round_for


@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Groups of lines that match no good, each with what it could be; nothing is joined before somebody says so."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    if request.method != "POST":
        return _page(request, found)
    try:
        meanings = meanings_said(request.POST, found.round.supply_point)
        if not meanings:
            messages.info(request, _("Nothing was chosen: everything stays as it is written."))
            return redirect("orders:words", code=code, round=round)
        joined = learn_words(round=found.round, meanings=meanings, by=me(request), at=timezone.now())
    except ValidationError as error:
        return _page(request, found, error=str(error.messages[0]))
    except Refusal as refusal:
        return _page(request, found, error=refusal.message)
    words = ngettext("%(count)d word remembered", "%(count)d words remembered", len(meanings))
    lines = ngettext("%(count)d line joined", "%(count)d lines joined", joined)
    messages.success(request, f"{words % {'count': len(meanings)}}{_(', ')}{lines % {'count': joined}}")
    return redirect("orders:words", code=code, round=round)


def _page(request: HttpRequest, found: RoundAccess, *, error: str = "") -> HttpResponse:
    said = words_of(found.round)
    typed = request.POST if error else {}
    groups = [
        {
            "one": one,
            "index": index,
            "means": typed.get(f"means-{index}") or _first(one),
            "other": typed.get(f"other-{index}", ""),
        }
        for index, one in enumerate(said.unknown)
    ]
    context = {
        "round": found.round,
        "groups": groups,
        "names": [item_words(item) for item in said.items],
        "learned": said.learned,
        "error": error,
        "is_over": found.round.state in OVER,
        "here": "words",
        "can_run": True,
    }
    return render(request, "orders/words.html", context)


def _first(one: object) -> str:
    """The very name of a good that came on the list after the order was written is chosen beforehand."""
    suggestions = getattr(one, "suggestions", ())
    return next((str(s.item.pk) for s in suggestions if s.is_name), "leave")
