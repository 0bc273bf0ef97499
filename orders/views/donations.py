"""Donations: the list, a new one, the thanks, the statement that names nobody."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.forms.donations import DonationForm, ThanksForm
from orders.forms.relief import DaysForm
from orders.models import Donation
from orders.queries.donations import Statement, donations_page, statement, statement_text, thanks_text
from orders.services import donations as services
from orders.sheets.donations import statement_file
from orders.views.relief_access import donation_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
def donation_list(request: HttpRequest, code: str) -> HttpResponse:
    """What was given and whom nobody has thanked yet; POST writes a new one down."""
    compound, _membership = compound_for(request, code, *access.RUN_RELIEF)
    now = timezone.now()
    form = DonationForm(request.POST or None, compound=compound, at=now)
    if form.is_valid():
        try:
            services.record_donation(compound=compound, **form.cleaned_data, by=me(request), at=now)
        except Refusal as refusal:
            form.add_error("goods", refusal.message)
        else:
            messages.success(request, _("The donation is written down."))
            return redirect("orders:donations", code=code)
    page = donations_page(compound=compound, page=request.GET.get("page", "1"))
    context = {
        "page": page,
        "form": form,
        "waiting": Donation.objects.filter(compound=compound, thanked_at=None).count(),
    }
    return render(request, "orders/donations.html", context)


@require_GET
def thanks(request: HttpRequest, code: str, donation: uuid.UUID) -> HttpResponse:
    """The text that thanks for one donation, to copy and send."""
    gift, _compound = donation_for(request, code, donation)
    return render(request, "orders/donation_thanks.html", {"gift": gift, "text": thanks_text(gift)})


@post_or("orders:donation_thanks")
def mark_thanked(request: HttpRequest, code: str, donation: uuid.UUID) -> HttpResponse:
    """The thanks went out, or did not after all."""
    gift, _compound = donation_for(request, code, donation)
    form = ThanksForm(request.POST)
    if form.is_valid():
        thanked = form.cleaned_data["thanked"]
        services.mark_thanked(donation=gift, thanked=thanked, by=me(request), at=timezone.now())
    return redirect("orders:donations", code=code)


@require_safe
def statement_page(request: HttpRequest, code: str) -> HttpResponse:
    """What was given from one day to another and what became of it, without names, to publish."""
    compound, _membership = compound_for(request, code, *access.RUN_RELIEF)
    form, found = _statement(request, compound)
    text = statement_text(found, compound)
    return render(request, "orders/donation_statement.html", {"form": form, "found": found, "text": text})


@require_safe
def statement_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a table, in the compound's language."""
    compound, _membership = compound_for(request, code, *access.RUN_RELIEF)
    with translation.override(compound.language):
        _form, found = _statement(request, compound)
        content = statement_file(found)
        name = _("donations %(first)s to %(last)s")
        name %= {"first": found.first.isoformat(), "last": found.last.isoformat()}
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response


def _statement(request: HttpRequest, compound: Compound) -> tuple[DaysForm, Statement]:
    """Of the days asked for; of the last month where none, or no possible ones, are."""
    today = compound.day_of(timezone.now())
    month = {"first": today - dt.timedelta(days=30), "last": today}
    form = DaysForm(request.GET if "first" in request.GET else None, initial=month)
    days = form.cleaned_data if form.is_valid() else month
    return form, statement(compound=compound, first=days["first"], last=days["last"])
