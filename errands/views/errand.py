"""One errand: the runner's page, and what the desk may put right."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from compound import access
from compound.refusals import Refusal
from compound.views.access import me, post_or
from errands.forms.asking import AmountForm, ChangeForm, GiveForm, MistakeForm, WithdrawForm, points_of
from errands.models import CardLoan, Errand
from errands.queries.pages import errand_page, photo_of, runners_of
from errands.services import steps
from errands.services.acts import LARGE
from errands.services.asking import change_errand, withdraw
from errands.services.mistakes import take_back
from errands.services.numbers import show_number
from errands.views.access import ErrandAccess, errand_for

CORRECTED = (Errand.State.BOUGHT, Errand.State.HANDED_OVER, Errand.State.REFUSED)


@require_safe
def errand(request: HttpRequest, code: str, errand: uuid.UUID) -> HttpResponse:
    """What is wanted, what has happened, and one button for what comes next. Works without a network."""
    return _page(request, errand_for(request, code, errand))


def _page(request: HttpRequest, found: ErrandAccess, **more: Any) -> HttpResponse:
    row, page = found.errand, errand_page(found.errand)
    mine = page.mistakes(by=me(request), at=timezone.now())
    context = {
        "page": page,
        # Offline it may be said, and be a mistake, before the server knows of it.
        "undo_bought": "bought" in mine or row.state in ("asked", "taken"),
        "undo_ended": "ended" in mine or row.is_open,
        "undo_card": "card" in mine,
        "points": points_of(row.compound, row.kind, row.supply_point),
        "large": LARGE,
        "can_run": found.can_run,
        "is_runner": found.is_runner,
        "sees_all": found.sees_all,
        "can_act": found.can_run or found.is_runner,
        "can_withdraw": found.can_run or row.asked_by_id == me(request).pk,
        "bears": [choice for choice in Errand.Bears.choices if choice[0]],
        "card_kinds": CardLoan.Kind.choices,
        "withdraw_form": WithdrawForm(),
    }
    if found.can_run:
        runners = runners_of(row)
        if mistakes := page.mistakes():
            context["mistake_form"] = MistakeForm(found=mistakes)
        context["change_form"] = ChangeForm(errand=row)
        context["give_form"] = GiveForm(runners=runners, initial={"runner": row.taken_by_id})
        if row.state in CORRECTED:
            initial = {"amount": row.amount, "paid_by": row.paid_by_id or row.taken_by_id}
            context["amount_form"] = AmountForm(runners=runners, initial=initial)
    return render(request, "errands/errand.html", context | more)


@post_or("errands:errand")
def number(request: HttpRequest, code: str, errand: uuid.UUID) -> HttpResponse:
    """The whole number of a top-up, for its runner and for who runs errands; written down in the audit log."""
    found = errand_for(request, code, errand)
    if not (found.can_run or found.is_runner):
        raise Http404
    try:
        shown = show_number(errand=found.errand, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("errands:errand", code=code, errand=errand)
    response = _page(request, found, number=shown)
    add_never_cache_headers(response)
    return response


@require_GET
def photo(request: HttpRequest, code: str, errand: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """A photo of the box, the prescription or the receipt, for whoever may read the errand."""
    found = errand_for(request, code, errand)
    stored = photo_of(found.errand, file) if found.sees_all else None
    if stored is None:
        raise Http404
    response = HttpResponse(bytes(stored.content), content_type=stored.content_type)
    response["Content-Disposition"] = content_disposition_header(False, stored.name) or "inline"
    patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
    return response


@post_or("errands:errand")
def change(request: HttpRequest, code: str, errand: uuid.UUID) -> HttpResponse:
    found = errand_for(request, code, errand, *access.RUN_ERRANDS)
    form = ChangeForm(request.POST, errand=found.errand)
    if form.is_valid():
        try:
            change_errand(errand=found.errand, by=me(request), at=timezone.now(), **form.said)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Written down."))
            return redirect("errands:errand", code=code, errand=errand)
    return _page(request, found, change_form=form, is_changing=True)


@post_or("errands:errand")
def give(request: HttpRequest, code: str, errand: uuid.UUID) -> HttpResponse:
    """Gives the errand to somebody; whoever had it reads so on the list."""
    found = errand_for(request, code, errand, *access.RUN_ERRANDS)
    form = GiveForm(request.POST, runners=runners_of(found.errand))
    if form.is_valid():
        runner = form.cleaned_data["runner"]
        try:
            steps.take_on(errand=found.errand, by=me(request), at=timezone.now(), runner=runner)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("%(name)s goes.") % {"name": runner.name})
        return redirect("errands:errand", code=code, errand=errand)
    return _page(request, found, give_form=form, is_giving=True)


@post_or("errands:errand")
def correct(request: HttpRequest, code: str, errand: uuid.UUID) -> HttpResponse:
    """What it really cost; the ledger follows."""
    found = errand_for(request, code, errand, *access.RUN_ERRANDS)
    form = AmountForm(request.POST, runners=runners_of(found.errand))
    if form.is_valid():
        try:
            steps.correct_amount(errand=found.errand, by=me(request), at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Written down."))
            return redirect("errands:errand", code=code, errand=errand)
    return _page(request, found, amount_form=form, is_correcting=True)


@post_or("errands:errand")
def mistake(request: HttpRequest, code: str, errand: uuid.UUID) -> HttpResponse:
    """What somebody has said did not happen: taken back at any time, with a reason."""
    found = errand_for(request, code, errand, *access.RUN_ERRANDS)
    form = MistakeForm(request.POST, found=errand_page(found.errand).mistakes())
    if form.is_valid():
        now = timezone.now()
        try:
            take_back(errand=found.errand, by=me(request), at=now, is_desk=True, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Taken back."))
            return redirect("errands:errand", code=code, errand=errand)
    return _page(request, found, mistake_form=form, is_mistaken=True)


@post_or("errands:errand")
def take_away(request: HttpRequest, code: str, errand: uuid.UUID) -> HttpResponse:
    """It is not needed any more: said by who runs errands, or by whoever wrote it down."""
    found = errand_for(request, code, errand)
    if not (found.can_run or found.errand.asked_by_id == me(request).pk):
        raise Http404
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            withdraw(errand=found.errand, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Withdrawn."))
            return redirect("errands:errands", code=code)
    return _page(request, found, withdraw_form=form, is_withdrawing=True)
