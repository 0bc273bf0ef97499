"""A form of a door that no script has sent: the same act, with its photo."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from compound.access import Standing
from compound.forms.once import OnceField
from orders.events import form_act, take_act
from orders.services.pictures import add_kept_picture, add_picture, keep_picture

NOT_OF_THE_ACT = ("csrfmiddlewaretoken", "id", "next", "sure", "kept")
# Of a form that is asked about once more.
Fields = list[tuple[str, str]]


def take_form(
    request: HttpRequest, standing: Standing, kind: str, more: Mapping[str, str], *, at: dt.datetime
) -> dict[str, Any]:
    """Takes what was posted as an act of `kind`; `more` is what the page knows better than the form. Raises Refusal."""
    posted = {name: values if len(values) > 1 else values[0] for name, values in request.POST.lists() if values}
    body = {name: said for name, said in posted.items() if name not in NOT_OF_THE_ACT and said != ""} | dict(more)
    id = OnceField().clean(request.POST.get("id", "")) or uuid.uuid4()
    answer, _replayed = take_act(form_act(id=id, standing=standing, kind=kind, at=at, body=body))
    same: dict[str, Any] = {"compound": standing.compound, "event": id, "by": standing.user, "at": at}
    for upload in request.FILES.getlist("photo"):
        add_picture(content=upload.read(), name=_("photo"), **same)
    for kept in request.POST.getlist("kept"):
        if (file := OnceField().clean(kept)) is not None:
            add_kept_picture(file=file, **same)
    return answer


def fields_again(request: HttpRequest, standing: Standing, kind: str, *, at: dt.datetime) -> Fields:
    """All that a form said, for the form of the question whether to take it; its photo is kept meanwhile.

    Raises Refusal for what is no photo.
    """
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    for upload in request.FILES.getlist("photo"):
        file = keep_picture(
            compound=standing.compound, kind=kind, content=upload.read(), name=_("photo"), by=standing.user, at=at
        )
        fields.append(("kept", str(file.pk)))
    return [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]


def tell_left_open(request: HttpRequest, answer: Mapping[str, Any]) -> None:
    """What of a whole building is open still, because nobody has shared it out."""
    if "not_shared_out" in answer["flags"]:
        messages.warning(request, answer["text"])
