"""What households say on their own pages, and the answers that they get."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from desk.forms import AnswerForm
from desk.queries.reports import answered_reports, open_reports, received_counts
from orders.models import HouseholdReport
from orders.services.reports import answer_report


@never_cache
@require_safe
def reports(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


def _page(
    request: HttpRequest, code: str, *, failed: HouseholdReport | None = None, form: AnswerForm | None = None
) -> HttpResponse:
    """`failed`: the word whose answer was refused, with what was typed in `form`."""
    compound, membership = compound_for(request, code, *access.TYPE_ORDERS)
    only = None if access.sees_all_buildings(membership) else membership.buildings
    rows = [
        (report, form if failed is not None and form is not None and report.pk == failed.pk else AnswerForm())
        for report in open_reports(compound, only=only)
    ]
    context = {
        "rows": rows,
        "answered": answered_reports(compound, only=only),
        "received": received_counts(compound, only=only),
    }
    return render(request, "desk/reports.html", context)


@post_or("desk:reports")
def answer(request: HttpRequest, code: str, report: uuid.UUID) -> HttpResponse:
    """What the household reads on its page."""
    compound, membership = compound_for(request, code, *access.TYPE_ORDERS)
    found = HouseholdReport.objects.filter(
        pk=report, household__compound=compound, kind=HouseholdReport.Kind.WRONG
    ).select_related("household")
    word = found.first()
    if word is None or not access.sees_building(membership, word.household.building_id):
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_report(report=word, answer=form.cleaned_data["answer"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("%(room)s reads the answer on its page.") % {"room": word.household.room})
        return redirect("desk:reports", code=code)
    return _page(request, code, failed=word, form=form)
