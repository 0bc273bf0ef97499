"""Medicine, a top-up, help: asked for by the household itself."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compound.refusals import Refusal
from desk.views.own_page.access import Own, form_id, own_page, page
from desk.views.own_page.forms import ASK_FORMS
from errands.models import Errand
from errands.services.alerts import rings_enough
from errands.services.asking import ask_errand
from errands.services.asking import withdraw as withdraw_errand

FORM = ["GET", "HEAD", "POST"]
# As the address names them.
KINDS = {"medicine": Errand.Kind.MEDICINE, "top-up": Errand.Kind.TOP_UP, "help": Errand.Kind.HELP}
# Which box a refusal belongs to; any other stands above the form.
BOXES = {
    "person_missing": "person",
    "medicines_missing": "name",
    "quantity_wrong": "quantity",
    "top_up_missing": "service",
    "number_missing": "number",
    "amount_wrong": "wanted",
    "text_missing": "text",
    "no_picture": "photo",
    "picture_too_large": "photo",
    "too_many_photos": "photo",
}


@own_page
@require_http_methods(FORM)
def ask(request: HttpRequest, own: Own, kind: str) -> HttpResponse:
    """One form for each of the three."""
    if kind not in KINDS:
        raise Http404
    asked = KINDS[kind]
    posted = request.method == "POST" and not own.only_shows
    typed = request.POST.dict() if own.only_shows else None
    form = ASK_FORMS[asked.value](request.POST if posted else None, request.FILES if posted else None, initial=typed)
    error = ""
    note = _("The photo has to be chosen once more.") if typed and typed.get("photo") else ""
    if form.is_valid():
        more: dict[str, Any] = form.asked()
        try:
            own.check_writes()
            if request.FILES:
                own.check_photo()
            errand, replayed = ask_errand(
                id=form_id(request),
                household=own.household,
                kind=asked.value,
                channel=Errand.Channel.HOUSEHOLD,
                by=None,
                at=own.now,
                **more,
            )
        except Refusal as refusal:
            box = BOXES.get(refusal.code, "")
            if box in form.fields:
                form.add_error(box, refusal.message)
            else:
                error = refusal.message
        else:
            is_told_of = errand.is_urgent and not replayed and rings_enough(own.household, own.now)
            return own.said("told_already" if is_told_of else "urgent" if errand.is_urgent else "asked")
    if posted and not error:
        error = _("Something is missing: look at the boxes marked ✕.")
    if request.FILES:
        note = _("The photo has to be chosen once more.")
    context = {
        "own": own,
        "kind": kind,
        "form": form,
        "error": error,
        "note": note,
        "id": form_id(request) if request.method == "POST" else uuid.uuid4(),
        "has_photo": asked == Errand.Kind.MEDICINE,
    }
    return page(request, "ask", context, status=422 if error else 200)


@own_page
@require_http_methods(FORM)
def withdraw(request: HttpRequest, own: Own, errand: uuid.UUID) -> HttpResponse:
    """Not needed any more: asks once more, then takes it back."""
    found = Errand.objects.filter(household=own.household, pk=errand).first()
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            own.check_writes()
            withdraw_errand(errand=found, reason="", by=None, at=own.now)
        except Refusal as refusal:
            error = refusal.message
        else:
            return own.said("errand_withdrawn")
    return page(request, "errand_withdraw", {"own": own, "errand": found, "error": error}, status=422 if error else 200)
