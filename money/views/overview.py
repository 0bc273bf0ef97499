"""The first page of the money, and the journal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.views.access import compound_for
from money.forms.journal import JournalForm
from money.queries.journal import MOST_IN_FILE, journal, journal_page
from money.queries.overview import building_money, overview, people_of
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
