"""What was done from one day to another: as a page, as a table for a spreadsheet, as a drawing."""

import datetime as dt
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.models import Compound
from compound.views.access import compound_for
from desk.charts import FEW_BARS
from desk.forms import StatisticsForm
from desk.queries.statistics import Figure, Statistics
from desk.queries.statistics import statistics as statistics_of
from desk.sheets.statistics import chart_of, rows_of_days, statistics_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_DAYS = 7
# What is drawn where nobody has chosen.
FIRST_FIGURE = "delivered"
# Outside a page there is no theme: black on white, for a printer.
INK = "#1c1a17"


class Asked(NamedTuple):
    form: StatisticsForm
    found: Statistics
    figure: Figure | None


@require_safe
def statistics(request: HttpRequest, code: str) -> HttpResponse:
    """The last seven days beside the seven before, or any others; `?figure=` is drawn."""
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    asked = _asked(request, compound)
    days = rows_of_days(asked.found, asked.figure) if asked.figure else []
    context = {
        "form": asked.form,
        "found": asked.found,
        "figure": asked.figure,
        "query": f"first={asked.found.period.first:%Y-%m-%d}&last={asked.found.period.last:%Y-%m-%d}",
        # Words in it are escaped where it is drawn.
        "chart": mark_safe(chart_of(asked.found, asked.figure)) if asked.figure else "",  # noqa: S308
        "days": days,
        "is_wide": len(days) > FEW_BARS,
    }
    return render(request, "desk/statistics.html", context)


@require_safe
def statistics_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """The same with every day, in the compound's language."""
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    with translation.override(compound.language):
        found = _asked(request, compound).found
        content = statistics_file(found)
        name = _("statistics %(first)s to %(last)s") % {
            "first": found.period.first.isoformat(),
            "last": found.period.last.isoformat(),
        }
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response


@require_safe
def statistics_svg(request: HttpRequest, code: str) -> HttpResponse:
    """The drawing as a file of its own, for a report; 404 where that figure has no days."""
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    with translation.override(compound.language):
        asked = _asked(request, compound)
        if asked.figure is None:
            raise Http404
        content = chart_of(asked.found, asked.figure, ink=INK)
        name = f"{asked.figure.label} {asked.found.period.first} {asked.found.period.last}.svg"
    response = HttpResponse(content, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _asked(request: HttpRequest, compound: Compound) -> Asked:
    """The days asked for; the last week where none, or no possible ones, are."""
    today = compound.day_of(timezone.now())
    week = {"first": today - dt.timedelta(days=LAST_DAYS - 1), "last": today}
    form = StatisticsForm(request.GET if "first" in request.GET else None, initial=week)
    days = form.cleaned_data if form.is_valid() else week
    found = statistics_of(compound=compound, first=days["first"], last=days["last"])
    code = request.GET.get("figure", FIRST_FIGURE)
    return Asked(form, found, found.figure(code) or found.figure(FIRST_FIGURE))
