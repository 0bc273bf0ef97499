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
from orders.services.pictures import add_picture

NOT_OF_THE_ACT = ("csrfmiddlewaretoken", "id", "next")


def take_form(
    request: HttpRequest, standing: Standing, kind: str, more: Mapping[str, str], *, at: dt.datetime
) -> dict[str, Any]:
    """Takes what was posted as an act of `kind`; `more` is what the page knows better than the form. Raises Refusal."""
    posted = {name: values if len(values) > 1 else values[0] for name, values in request.POST.lists() if values}
    body = {name: said for name, said in posted.items() if name not in NOT_OF_THE_ACT and said != ""} | dict(more)
    id = OnceField().clean(request.POST.get("id", "")) or uuid.uuid4()
    answer, _replayed = take_act(form_act(id=id, standing=standing, kind=kind, at=at, body=body))
    for upload in request.FILES.getlist("photo"):
        add_picture(
            compound=standing.compound, event=id, content=upload.read(), name=_("photo"), by=standing.user, at=at
        )
    return answer


def tell_left_open(request: HttpRequest, answer: Mapping[str, Any]) -> None:
    """What of a whole building is open still, because nobody has shared it out."""
    if "not_shared_out" in answer["flags"]:
        messages.warning(request, answer["text"])
