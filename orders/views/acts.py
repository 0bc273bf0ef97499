"""Acts of pages that work without a network: the plain form's way in, and the worker that keeps such pages."""

import uuid
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compound.forms.once import OnceField
from compound.refusals import Refusal
from compound.views.access import compound_for, me
from orders.events import KINDS, form_act, take_act
from orders.services.pictures import add_picture

WORKER = "js/outbox/worker.js"
NOT_OF_THE_ACT = ("csrfmiddlewaretoken", "id", "next")


@require_POST
def act(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A form that no script has sent: the same act, and back to `next`. With one: static/js/outbox/session.js."""
    known = KINDS.get(kind)
    compound, standing = compound_for(request, code, *(known.roles if known else ()))
    if known is None:
        raise Http404
    now, id = timezone.now(), OnceField().clean(request.POST.get("id", "")) or uuid.uuid4()
    try:
        answer, replayed = take_act(form_act(id=id, standing=standing, kind=kind, at=now, body=_body(request)))
        for upload in request.FILES.getlist("photo"):
            add_picture(
                compound=compound, event=id, content=upload.read(), name=_("photo"), by=me(request), at=timezone.now()
            )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        text = _("This was written down before.") if replayed else answer.get("text") or _("Written down.")
        messages.success(request, text)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    return redirect(back)


def _body(request: HttpRequest) -> dict[str, Any]:
    """As `bodyOf` in session.js: texts, lists where a name comes several times, nothing of empty boxes."""
    body: dict[str, Any] = {}
    for name, values in request.POST.lists():
        said = [text for value in values if isinstance(value, str) and (text := value.strip())]
        if said and name not in NOT_OF_THE_ACT:
            body[name] = said if len(said) > 1 else said[0]
    return body


@require_safe
def worker(request: HttpRequest, code: str) -> HttpResponse:
    """Beside the pages, because a worker's scope is where it lies."""
    compound_for(request, code)
    source = Path(str(finders.find(WORKER))).read_text(encoding="utf-8")
    return HttpResponse(source, content_type="text/javascript", headers={"Cache-Control": "no-cache"})
