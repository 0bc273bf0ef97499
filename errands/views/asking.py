"""Writing an errand down for somebody at the desk or on the telephone."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me
from errands.forms.asking import AskForm
from errands.models import Errand
from errands.services.asking import ask_errand
from orders.views.access import seen_buildings


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """`?kind=` medicine, top_up or help, `?room=` fills the door in. A captain asks for the own building."""
    compound, membership = compound_for(request, code, *access.DO_ERRANDS)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Errand.Kind.values else Errand.Kind.MEDICINE
    initial = {"room": request.GET.get("room", "")[:40]}
    form = AskForm(
        request.POST or None,
        request.FILES or None,
        compound=compound,
        kind=kind,
        only=seen_buildings(membership),
        initial=initial,
    )
    if form.is_valid() and form.household is not None:
        asked = form.asked
        try:
            errand, replayed = ask_errand(
                **{**asked, "id": asked["id"] or uuid.uuid4()}, by=me(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            said = _("This was written down before.") if replayed else _("Written down.")
            messages.success(request, said)
            return redirect("errands:errand", code=code, errand=errand.pk)
    context = {"form": form, "kind": kind, "kinds": Errand.Kind.choices}
    return render(request, "errands/ask.html", context)
