"""The page that joins everything about one household."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from compound import access
from compound.refusals import Refusal
from compound.services.cards import set_card
from compound.views.access import me
from desk.forms import CardForm
from desk.queries.household import household_page
from desk.services import log_phones_shown
from desk.views.access import HouseholdAccess, household_for


@never_cache
@require_safe
def household(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """Who lives there, the card on the door, what was ordered and what is still owed."""
    return _page(request, household_for(request, code, room))


def _page(request: HttpRequest, found: HouseholdAccess, **more: Any) -> HttpResponse:
    page = household_page(household=found.household, membership=found.membership, at=timezone.now())
    context = {"page": page, "household": found.household, "card_form": CardForm(household=found.household), **more}
    return render(request, "desk/household.html", context)


@never_cache
@require_POST
def phones(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """The page with the telephone numbers, this once; who looked is written down."""
    found = household_for(request, code, room)
    if not household_page(household=found.household, membership=found.membership, at=timezone.now()).may_see_phones:
        raise Http404
    log_phones_shown(household=found.household, by=me(request), at=timezone.now())
    return _page(request, found, phones=True)


@require_POST
def card(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """Another colour for the door, or another reason."""
    found = household_for(request, code, room, *access.SET_CARDS)
    form = CardForm(request.POST, household=found.household)
    if form.is_valid():
        try:
            set_card(
                household=found.household,
                card=form.cleaned_data["card"],
                reason=form.cleaned_data["reason"].strip(),
                by=me(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("reason", refusal.message)
        else:
            messages.success(request, _("The card of %(room)s is changed.") % {"room": room})
            return redirect("desk:household", code=code, room=room)
    return _page(request, found, card_form=form)
