"""The log of the gates: the list, a day as a file, one passage, and putting it right."""

import datetime as dt
import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compound import access
from compound.queries.rulebooks import rule_sentence
from compound.views.access import compound_for, me, post_or
from gate.forms.desk import CorrectForm, FilterForm, UndoForm
from gate.models import Check
from gate.queries.passages import day_rows, passage_page, passages_page, said_of
from gate.rules import Direction, Kind
from gate.services.checks import NewCheck, record_checks
from gate.services.exports import log_day_exported
from gate.sheets.day_log import day_log
from gate.views.access import CheckAccess, check_for

ONE_DAY = dt.timedelta(days=1)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def passages(request: HttpRequest, code: str) -> HttpResponse:
    """The log: of one day, or of one room over all days."""
    compound, membership = compound_for(request, code, *access.SEE_GATES)
    today = compound.day_of(timezone.now())
    form = FilterForm(request.GET, compound=compound, today=today)
    filters = form.filters
    sees_health = access.can_see_health(membership)
    page = passages_page(compound=compound, filters=filters, page=request.GET.get("page", "1"), sees_health=sees_health)
    context = {
        "page": page,
        "form": form,
        "filters": filters,
        "is_today": filters.day == today,
        "day_before": filters.day and filters.day - ONE_DAY,
        "day_after": filters.day and filters.day + ONE_DAY,
        "sees_health": sees_health,
        "can_export": access.can_run_gates(membership),
    }
    return render(request, "gate/passages.html", context)


@require_safe
def day_file(request: HttpRequest, code: str) -> HttpResponse:
    """Every row of a day as an .xlsx; who took it is written down."""
    compound, membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    form = FilterForm(request.GET, compound=compound, today=compound.day_of(now))
    day = form.filters.day or compound.day_of(now)
    rows = day_rows(compound=compound, day=day).iterator(chunk_size=1000)
    content = day_log(rows=rows, compound=compound, sees_health=access.can_see_health(membership))
    log_day_exported(compound=compound, day=day, by=me(request), at=now)
    response = HttpResponse(content, content_type=XLSX)
    name = _("passages %(day)s") % {"day": day.isoformat()}
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response


@never_cache
@require_safe
def passage(request: HttpRequest, code: str, check: uuid.UUID) -> HttpResponse:
    """Everything about one row of the log."""
    return _page(request, check_for(request, code, check, *access.SEE_GATES))


def _page(request: HttpRequest, found: CheckAccess, **more: Any) -> HttpResponse:
    sees_health = access.can_see_health(found.membership)
    page = passage_page(check=found.check, sees_health=sees_health)
    context = {
        "page": page,
        "check": found.check,
        "said": said_of(found.check, now=timezone.now(), sees_health=sees_health),
        "rule_words": rule_sentence(found.check.rulebook) if found.check.rulebook else "",
        "sees_health": sees_health,
        "can_change": access.can_run_gates(found.membership) and page.is_passage and not page.is_undone,
        "undo_form": UndoForm(auto_id="undo_%s"),
        "correct_form": CorrectForm(compound=found.compound, auto_id="correct_%s"),
        **more,
    }
    return render(request, "gate/passage.html", context)


@post_or("gate:passages")
def undo(request: HttpRequest, code: str, check: uuid.UUID) -> HttpResponse:
    """It did not take place: a new row says so, and its outing counts no more."""
    found = check_for(request, code, check, *access.RUN_GATES)
    form = UndoForm(request.POST, auto_id="undo_%s")
    if form.is_valid() and _changed(request, found, form, action=Check.Action.UNDO):
        messages.success(request, _("Undone. The first row stays in the log."))
        return redirect("gate:passage", code=code, check=check)
    return _page(request, found, undo_form=form)


@post_or("gate:passages")
def correct(request: HttpRequest, code: str, check: uuid.UUID) -> HttpResponse:
    """ "The guard let him in", "wrong room": a new row with what really happened."""
    found = check_for(request, code, check, *access.RUN_GATES)
    form = CorrectForm(request.POST, compound=found.compound, auto_id="correct_%s")
    if form.is_valid():
        door = form.cleaned_data["room"]
        given = {"verdict": form.cleaned_data["verdict"], "household": door.room if door else ""}
        if _changed(request, found, form, action=Check.Action.CORRECT, **given):
            messages.success(request, _("Corrected. The first row stays in the log."))
            return redirect("gate:passage", code=code, check=check)
    return _page(request, found, correct_form=form)


def _changed(request: HttpRequest, found: CheckAccess, form: Any, *, action: str, **given: Any) -> bool:
    """Writes the row that speaks about this one; what the service says against it goes into the form."""
    now, check = timezone.now(), found.check
    change = NewCheck(
        id=form.cleaned_data["id"] or uuid.uuid4(),
        at=now,
        direction=cast(Direction, check.direction),
        kind=cast(Kind, check.kind),
        action=action,
        refers_to=check.pk,
        reason=form.cleaned_data["reason"],
        source=Check.Source.DESK,
        **given,
    )
    result = record_checks(compound=found.compound, gate=check.gate, checks=[change], at=now, by=me(request))[0]
    if result.error is not None:
        form.add_error(None, result.error["text"])
    return result.error is None
