"""The first page of the money, and the journal."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me
from money.forms.journal import JournalForm
from money.forms.terms import TermsForm
from money.models import Entry
from money.queries.entries import chain_of
from money.queries.journal import MOST_IN_FILE, journal, journal_page
from money.queries.overview import building_money, overview, people_of
from money.services.terms import say_how_to_pay
from money.sheets.journal import journal_file
from money.views.access import seen_buildings

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def overview_page(request: HttpRequest, code: str) -> HttpResponse:
    """Who owes by building; for who runs the money everything else as well."""
    compound, membership = compound_for(request, code, *access.TAKE_PAYMENTS)
    if access.can_run_money(membership):
        money = overview(compound)
        return render(request, "money/overview.html", {"money": money, "buildings": money.buildings, "runs": True})
    buildings = building_money(compound, only=seen_buildings(membership))
    return render(request, "money/overview.html", {"buildings": buildings, "runs": False})


@require_http_methods(["GET", "HEAD", "POST"])
def how_to_pay(request: HttpRequest, code: str) -> HttpResponse:
    """What households are told: how, to whom and until when."""
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    form = TermsForm(request.POST or None, initial={"text": compound.how_to_pay})
    if form.is_valid():
        try:
            say_how_to_pay(compound=compound, text=form.cleaned_data["text"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("text", refusal.message)
        else:
            messages.success(request, _("It is kept, and stands in every new text."))
            return redirect("money:overview", code=code)
    return render(request, "money/how_to_pay.html", {"form": form})


@require_safe
def entry_page(request: HttpRequest, code: str, entry: uuid.UUID) -> HttpResponse:
    """One entry whole: its sides, what it is for, and everything that takes it back. A payment, a gift, a count."""
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    found = get_object_or_404(
        Entry.objects.select_related("round", "receipt", "errand__household", "entered_by", "reverses", "reversed_by"),
        compound=compound,
        pk=entry,
    )
    chain = chain_of(found)
    context = {
        "entry": found,
        "sides": found.postings.select_related("account__household", "account__user").order_by("-amount", "pk"),
        "lines": found.lines.order_by("pk"),
        "chain": chain,
        "counts": (len(chain) - chain.index(found)) % 2 == 1,
    }
    return render(request, "money/entry.html", context)


@require_safe
def journal_list(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    form = JournalForm(request.GET or None, people=people_of(compound))
    page = journal_page(compound, form.wanted, request.GET.get("page", "1"))
    return render(request, "money/journal.html", {"form": form, "page": page, "asked": request.GET.urlencode()})


@require_safe
def journal_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """What the page shows, all of it, in the compound's language."""
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    form = JournalForm(request.GET or None, people=people_of(compound))
    with translation.override(compound.language):
        content = journal_file(compound, journal(compound, form.wanted)[:MOST_IN_FILE])
        name = _("ledger %(day)s") % {"day": compound.day_of(timezone.now()).isoformat()}
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response
