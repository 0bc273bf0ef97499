"""Import of household lists: upload → columns (where unsure) → preview → confirmed."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from compound.access import IMPORT_HOUSEHOLDS
from compound.forms.household_import import ColumnsForm, UploadForm
from compound.household_list import ListRefused, Problem, read_book, sections_of
from compound.household_list.template import template_bytes
from compound.models import Compound, User
from compound.queries.household_import import preview_of
from compound.refusals import Refusal
from compound.services.household_import import apply_import, plan_import
from compound.services.household_uploads import (
    Upload,
    choose_columns,
    drop_upload,
    finish_upload,
    keep_upload,
    left_out_of,
    upload_of,
)
from compound.views.access import compound_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- compound_for has let nobody else in
    return request.user


def _kept(compound: Compound, upload: uuid.UUID) -> Upload:
    kept = upload_of(compound, upload, on=compound.day_of(timezone.now()))
    if kept is None:
        raise Http404
    return kept


def _steps(compound: Compound, current: int, upload: Upload | None = None) -> dict[str, Any]:
    return {
        "steps": [
            {"label": _("Choose the file"), "url": ""},
            {"label": _("Columns"), "url": ""},
            {"label": _("Look and confirm"), "url": ""},
        ],
        "current": current,
        "compound": compound,
        "upload": upload,
    }


@never_cache
@require_http_methods(["GET", "POST"])
def household_import(request: HttpRequest, code: str) -> HttpResponse:
    """The file. One that cannot be read says why beside the field; nothing is kept of it.

    After an import with errors (`?left_out=`) the cells to correct stand above it.
    """
    compound, _membership = compound_for(request, code, *IMPORT_HOUSEHOLDS)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_upload(
                compound=compound,
                book=form.book,
                name=form.cleaned_data["file"].name,
                by=_user(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect(_next_page(compound, kept.id), code=code, upload=kept.id)
    status = 422 if form.is_bound else 200
    context = {"form": form, "left_out": _left_out(request, compound), **_steps(compound, 1)}
    return render(request, "compound/household_import.html", context, status=status)


def _left_out(request: HttpRequest, compound: Compound) -> tuple[Problem, ...]:
    """Gone after seven days, and then this is the page of any import: no reason for a 404."""
    try:
        upload = uuid.UUID(request.GET.get("left_out", ""))
    except ValueError:
        return ()
    return left_out_of(compound, upload, on=compound.day_of(timezone.now()))


def _next_page(compound: Compound, upload: uuid.UUID) -> str:
    """Straight to the preview where every column was understood."""
    kept = _kept(compound, upload)
    try:
        asks = read_book(kept.book, choices=kept.choices).asks
    except ListRefused:
        asks = True
    return "household_import_columns" if asks else "household_import_preview"


@never_cache
@require_http_methods(["GET", "POST"])
def household_import_columns(request: HttpRequest, code: str, upload: uuid.UUID) -> HttpResponse:
    """What each column means; guesses are filled in, what is unsure stands first."""
    compound, _membership = compound_for(request, code, *IMPORT_HOUSEHOLDS)
    kept = _kept(compound, upload)
    sections = sections_of(kept.book, kept.choices)
    form = ColumnsForm(request.POST or None, sections=sections, book=kept.book)
    if request.method == "POST" and form.is_valid():
        choices = form.chosen(kept.choices)
        choose_columns(upload=kept, choices=choices, sections=sections, by=_user(request), at=timezone.now())
        return redirect(_next_page(compound, upload), code=code, upload=upload)
    context = {"form": form, "sheets": _sheets(form, kept), **_steps(compound, 2, kept)}
    return render(request, "compound/household_import_columns.html", context, status=422 if form.is_bound else 200)


def _sheets(form: ColumnsForm, kept: Upload) -> list[dict[str, Any]]:
    """For each sheet its columns with three values as examples, unsure ones first; or its first lines."""
    sheets = []
    for sheet in kept.book:
        if sheet.hidden or not sheet.rows:
            continue
        number = form.titles[sheet.title]
        columns: dict[str, dict[str, Any]] = {}
        for section in form.sections:
            for column in section.columns:
                name = form.name_of(section.sheet, column)
                if section.sheet == sheet.title and name in form.fields and name not in columns:
                    values = [row.cell(column.index).text for row in section.rows]
                    examples = list(dict.fromkeys(value for value in values if value))[:3]
                    sure = column.sure >= 0.75 or column.by_hand
                    columns[name] = {"column": column, "field": form[name], "examples": examples, "sure": sure}
        row = f"row-{number}"
        sheets.append(
            {
                "title": sheet.title,
                "columns": sorted(columns.values(), key=lambda item: item["sure"]),
                "row": form[row] if row in form.fields else None,
                "lines": [(r.number, [c.text for c in r.cells[:12]]) for r in sheet.rows[:10]] if not columns else [],
            }
        )
    return sheets


@never_cache
@require_http_methods(["GET", "POST"])
def household_import_preview(request: HttpRequest, code: str, upload: uuid.UUID) -> HttpResponse:
    """What the list would do, and doing it. Confirming writes only what was shown: `digest` stands for it."""
    compound, _membership = compound_for(request, code, *IMPORT_HOUSEHOLDS)
    kept = _kept(compound, upload)
    try:
        plan = plan_import(compound=compound, book=kept.book, name=kept.name, choices=kept.choices)
    except ListRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("household_import_columns", code=code, upload=upload)
    if request.method == "POST":
        try:
            if request.POST.get("digest") != plan.digest:
                raise Refusal(
                    "plan_stale", _("The registry has changed in the meantime. Please look at the list once more.")
                )
            done = apply_import(plan=plan, by=_user(request), at=timezone.now())
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect("household_import_preview", code=code, upload=upload)
        left_out = finish_upload(upload=kept, errors=plan.errors)
        messages.success(
            request,
            _("Imported: %(new)s new, %(changed)s changed, %(same)s untouched.")
            % {"new": done.new, "changed": done.changed, "same": done.same},
        )
        page = reverse("household_import", kwargs={"code": code})
        return redirect(f"{page}?left_out={left_out}" if left_out else page)
    context = {"plan": plan, "preview": preview_of(plan), **_steps(compound, 3, kept)}
    return render(request, "compound/household_import_preview.html", context)


@require_POST
def household_import_drop(request: HttpRequest, code: str, upload: uuid.UUID) -> HttpResponse:
    """Gives the list up; nothing of it was written."""
    compound, _membership = compound_for(request, code, *IMPORT_HOUSEHOLDS)
    drop_upload(upload=_kept(compound, upload))
    messages.info(request, _("The list was given up. Nothing was changed."))
    return redirect("household_import", code=code)


@require_GET
def household_template(request: HttpRequest, code: str) -> HttpResponse:
    """The list to fill in, in the language of the page or the one asked for."""
    compound_for(request, code, *IMPORT_HOUSEHOLDS)
    english = (request.GET.get("language") or get_language() or "").startswith("en")
    response = HttpResponse(template_bytes(english=english), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="households-{"en" if english else "zh"}.xlsx"'
    return response
