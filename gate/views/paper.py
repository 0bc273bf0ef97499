"""The log on paper: the form to print, and the page where a filled one is typed in."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me
from gate.forms.paper import ROWS, PrintForm, Sheet, SheetForm, TypedRow, empty_rows, typed_rows
from gate.models.passages import Direction, Kind, Verdict
from gate.queries.paper import gates_of, rule_on_paper, typed_by
from gate.services import paper as services
from gate.services.checks import Result
from gate.sheets.log_form import LogForm, draw_log_form

# Always some left to go on in.
SPARE_ROWS = 5


@require_safe
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """Print an empty form, or type a filled one in."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    gates = gates_of(compound)
    today = {"gate": gates[0].name if gates else "", "on": compound.day_of(now)}
    context = {
        "gates": gates,
        "print_form": PrintForm(compound=compound, at=now, initial={**today, "pages": 1}, auto_id="print_%s"),
        "sheet_form": SheetForm(compound=compound, at=now, initial=today, auto_id="sheet_%s"),
        "last": typed_by(compound, me(request)),
    }
    return render(request, "gate/paper.html", context)


@require_safe
def paper_form(request: HttpRequest, code: str) -> HttpResponse:
    """The form as a PDF, with the rule that is in force now. Drawn when it is asked for and kept nowhere."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    form = PrintForm(request.GET, compound=compound, at=now)
    if not form.is_valid():
        context = {"gates": gates_of(compound), "print_form": form, "last": []}
        context["sheet_form"] = SheetForm(compound=compound, at=now, auto_id="sheet_%s")
        return render(request, "gate/paper.html", context, status=422)
    data = form.cleaned_data
    sheet = LogForm(
        compound=compound.name,
        url=_typing_address(request, compound, data),
        gate=data["gate"].name if data["gate"] else "",
        day=data["on"],
        starts=data["starts"],
        ends=data["ends"],
        guards=data["guards"],
        rule=rule_on_paper(compound, now),
        pages=data["pages"],
    )
    content = draw_log_form(sheet, language=translation.get_language() or settings.LANGUAGE_CODE)
    response = HttpResponse(content, content_type="application/pdf")
    name = " ".join(part for part in (_("Gate log"), sheet.gate, f"{sheet.day or ''}") if part)
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or "inline"
    return response


def _typing_address(request: HttpRequest, compound: Compound, data: Mapping[str, Any]) -> str:
    """Where a phone types this very sheet in; short, because a dense code does not scan from damp paper."""
    known = {
        "gate": data["gate"] and data["gate"].name,
        "on": data["on"],
        "starts": data["starts"],
        "ends": data["ends"],
    }
    query = urlencode({name: _plain(value) for name, value in known.items() if value})
    path = reverse("gate:paper_type", kwargs={"code": compound.code})
    return f"{settings.PUBLIC_URL}{path}{'?' if query else ''}{query}"


def _plain(value: Any) -> str:
    return f"{value:%H:%M}" if isinstance(value, dt.time) else str(value)


@require_http_methods(["GET", "HEAD", "POST"])
def paper_type(request: HttpRequest, code: str) -> HttpResponse:
    """Which sheet, then its rows, then a look at what the server thinks of them, then they are recorded."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    form = SheetForm(given if "gate" in given or "on" in given else None, compound=compound, at=now)
    rows = typed_rows(request.POST)
    if not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _rows_page(request, form, rows, status=status) if rows else _sheet_page(request, form, compound, now)
    sheet = Sheet(compound, at=now, **form.cleaned_data)
    if request.method != "POST" or request.POST.get("step") == "change":
        return _rows_page(request, form, rows)
    rows = sheet.read(rows)
    if not rows or any(row.problems for row in rows):
        return _rows_page(request, form, rows, is_empty=not rows, status=422)
    asked: dict[str, Any] = {
        "compound": compound, "gate": sheet.gate, "checks": [row.check for row in rows], "by": me(request), "at": now,
    }  # fmt: skip
    if request.POST.get("step") != "record":
        try:
            answers = services.look_over(**asked)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return _rows_page(request, form, rows, status=503)
        return _look_page(request, form, rows, answers)
    answers = services.type_in(**asked)
    left = _not_recorded(rows, answers)
    _say_recorded(request, sheet, answers)
    if left:
        return _rows_page(request, form, left, status=422)
    again = {"gate": sheet.gate.name, "on": sheet.on, "starts": form["starts"].value(), "ends": form["ends"].value()}
    query = urlencode({name: value for name, value in again.items() if value})
    return redirect(f"{reverse('gate:paper_type', kwargs={'code': code})}?{query}")


def _sheet_page(request: HttpRequest, form: SheetForm, compound: Compound, now: dt.datetime) -> HttpResponse:
    """The first question. What the paper's QR code already says is filled in."""
    if not form.is_bound:
        gates = gates_of(compound)
        form.initial = {"gate": gates[0].name if gates else "", "on": compound.day_of(now)}
    return render(request, "gate/paper_sheet.html", {"form": form})


def _rows_page(
    request: HttpRequest, form: SheetForm, rows: list[TypedRow], *, is_empty: bool = False, status: int = 200
) -> HttpResponse:
    wrong = sum(bool(row.problems) for row in rows)
    context = {
        "form": form,
        "rows": rows + empty_rows(max(ROWS - len(rows), SPARE_ROWS)),
        "wrong": wrong,
        "is_empty": is_empty,
        "directions": Direction.choices,
        "kinds": Kind.choices,
        "verdicts": Verdict.choices,
    }
    return render(request, "gate/paper_rows.html", context, status=status)


def _look_page(request: HttpRequest, form: SheetForm, rows: list[TypedRow], answers: list[Result]) -> HttpResponse:
    """Each row beside what the server says to it. Nothing is recorded yet."""
    pairs = list(zip(rows, answers, strict=True))
    context = {
        "form": form,
        "pairs": pairs,
        "conflicts": sum(answer.conflict for _row, answer in pairs),
        "against": sum(_is_against(row, answer) for row, answer in pairs),
    }
    return render(request, "gate/paper_look.html", context)


def _is_against(row: TypedRow, answer: Result) -> bool:
    """Whether the rule would have said something else than the guard wrote."""
    effects = {reason["effect"] for reason in answer.reasons}
    return row.verdict == Verdict.ALLOW and bool(effects & {"refuse", "recheck"})


def _not_recorded(rows: list[TypedRow], answers: list[Result]) -> list[TypedRow]:
    return [
        replace(row, problems={"row": answer.error["text"]})
        for row, answer in zip(rows, answers, strict=True)
        if answer.error is not None
    ]


def _say_recorded(request: HttpRequest, sheet: Sheet, answers: list[Result]) -> None:
    recorded = [answer for answer in answers if answer.error is None]
    if not recorded:
        return
    words = ngettext("%(count)d row of %(gate)s recorded.", "%(count)d rows of %(gate)s recorded.", len(recorded))
    messages.success(request, words % {"count": len(recorded), "gate": sheet.gate.name})
    if conflicts := sum(answer.conflict for answer in recorded):
        words = ngettext(
            "%(count)d collides with another passage: see Conflicts.",
            "%(count)d collide with other passages: see Conflicts.",
            conflicts,
        )
        messages.warning(request, words % {"count": conflicts})
