"""替班 and 换班: asking, answering, taking it back."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compound.refusals import Refusal
from compound.views.access import me, post_or
from roster.forms.duty import AnswerForm, AskForm
from roster.queries import requests as queries
from roster.queries.my import my_shifts
from roster.services import stand_ins
from roster.services.house_rules import rules_of
from roster.views.access import duty_for
from roster.views.duty import no_volunteer, shift_words
from roster.views.own import asked_for, done, own_request_for, own_shift_for


@require_safe
def requests_page(request: HttpRequest, code: str) -> HttpResponse:
    """Who asks me, who asks everybody, and what came of my own questions."""
    compound, duty = duty_for(request, code)
    if duty.volunteer is None:
        return no_volunteer(request, duty)
    page = queries.requests_page(compound=compound, volunteer=duty.volunteer, at=timezone.now())
    return render(request, "roster/duty/requests.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    """Ask everybody, ask one person, or offer a swap for one of theirs."""
    compound, _duty, volunteer, row = own_shift_for(request, code, assignment)
    now = timezone.now()
    form = AskForm(request.POST if request.method == "POST" else None, compound=compound, me=volunteer)
    if form.is_valid():
        to = form.to_whom
        try:
            stand_ins.ask_stand_in(
                assignment=row,
                to=to,
                offered=form.cleaned_data["offered"],
                why=form.cleaned_data["why"],
                by=me(request),
                at=now,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            whom = to.user.name if to else _("Everybody who can")
            messages.success(
                request, _("%(whom)s was asked. Until somebody says yes it is still yours.") % {"whom": whom}
            )
            return redirect("roster:my_shift", code=code, assignment=assignment)
    (found,) = my_shifts([row], rules=rules_of(compound), at=now)
    if not found.can_ask:
        return redirect("roster:my_shift", code=code, assignment=assignment)
    choice = queries.whom_to_ask(compound=compound, assignment=row, at=now)
    return render(request, "roster/duty/ask.html", {"one": found, "whom": choice, "form": form})


@post_or("roster:requests")
def answer(request: HttpRequest, code: str, asked: uuid.UUID) -> HttpResponse:
    """我来替, or no. A no to what everybody was asked is no answer at all and not offered."""
    compound, volunteer, found = asked_for(request, code, asked)
    form = AnswerForm(request.POST)
    now = timezone.now()
    if form.is_valid() and form.cleaned_data["do"] == "accept":
        words = _("%(shift)s is yours. Thank you!") % {"shift": shift_words(compound, found.assignment)}
        if done(
            request,
            lambda: stand_ins.accept_stand_in(request=found, volunteer=volunteer, by=me(request), at=now),
            words,
        ):
            return redirect("roster:my", code=code)
    elif form.is_valid():
        words = _("%(name)s knows that you cannot.") % {"name": found.assignment.user.name}
        done(
            request,
            lambda: stand_ins.refuse_stand_in(request=found, by=me(request), at=now),
            words,
        )
    return redirect("roster:requests", code=code)


@post_or("roster:requests")
def withdraw(request: HttpRequest, code: str, asked: uuid.UUID) -> HttpResponse:
    """I can come after all."""
    compound, _volunteer, found = own_request_for(request, code, asked)
    words = _("Nobody else is looked for: %(shift)s stays yours.") % {"shift": shift_words(compound, found.assignment)}
    done(request, lambda: stand_ins.withdraw_stand_in(request=found, by=me(request), at=timezone.now()), words)
    return redirect("roster:my_shift", code=code, assignment=found.assignment_id)
