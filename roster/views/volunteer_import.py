"""Import of volunteer lists: upload → look at what it would do, correct the columns → confirmed."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from roster.forms.volunteer_import import ColumnsForm, ListForm
from roster.services import volunteer_import as services
from roster.volunteer_list import FIELD_NAMES
from roster.volunteer_list.template import template_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _kept(compound: Compound, upload: uuid.UUID) -> services.Upload:
    kept = services.list_of(compound, upload, on=compound.day_of(timezone.now()))
    if kept is None:
        raise Http404
    return kept


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_import(request: HttpRequest, code: str) -> HttpResponse:
    """The file. One that cannot be read says why beside the field; nothing is kept of it."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["file"].name
        try:
            kept = services.keep_list(compound=compound, book=form.book, name=name, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("roster:volunteer_import_look", code=code, upload=kept.id)
    return render(request, "roster/people/import.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, code: str, upload: uuid.UUID) -> HttpResponse:
    """What the list would do, and doing it. Only what was shown is written: `digest` stands for it."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    kept = _kept(compound, upload)
    try:
        if request.method == "POST":
            digest = request.POST.get("digest", "")
            done = services.apply_list(upload=kept, compound=compound, digest=digest, by=me(request), at=timezone.now())
            text = _("Imported: %(new)s new, %(changed)s changed, %(same)s untouched, %(left_out)s left out.")
            messages.success(request, text % vars(done))
            return redirect("roster:volunteers", code=code)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect("roster:volunteer_import_look", code=code, upload=upload)
    return _page(request, compound, kept)


def _page(
    request: HttpRequest, compound: Compound, kept: services.Upload, *, columns: ColumnsForm | None = None
) -> HttpResponse:
    try:
        plan = services.plan_list(compound=compound, upload=kept, by=me(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:volunteer_import", code=compound.code)
    changes = [
        {
            "name": entry.known.name if entry.known else "",
            "lines": [(_(FIELD_NAMES[_field(name)]), *pair) for name, pair in entry.changes.items()],
            "adds": entry.adds,
        }
        for entry in plan.changed
    ]
    context = {
        "plan": plan,
        "upload": kept,
        "changes": changes,
        "columns": columns or ColumnsForm(reading=plan.reading),
        "asks": bool(plan.reading.missing) or columns is not None,
    }
    return render(request, "roster/people/import_look.html", context, status=422 if columns else 200)


def _field(name: str) -> str:
    return "room" if name == "household" else name


@post_or("roster:volunteer_import_look")
def columns(request: HttpRequest, code: str, upload: uuid.UUID) -> HttpResponse:
    """What each column means, where it was not understood or understood wrongly."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    kept = _kept(compound, upload)
    plan = services.plan_list(compound=compound, upload=kept, by=me(request))
    form = ColumnsForm(request.POST, reading=plan.reading)
    if not form.is_valid():
        return _page(request, compound, kept, columns=form)
    services.choose_columns(upload=kept, choices=form.chosen)
    return redirect("roster:volunteer_import_look", code=code, upload=upload)


@post_or("roster:volunteer_import")
def drop(request: HttpRequest, code: str, upload: uuid.UUID) -> HttpResponse:
    """Gives the list up; nothing of it was written."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    services.drop_list(upload=_kept(compound, upload))
    messages.info(request, _("The list was given up. Nothing was changed."))
    return redirect("roster:volunteer_import", code=code)


@require_safe
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The list to fill in, in the language of the page or the one asked for."""
    compound_for(request, code, *access.RUN_ROSTER)
    english = (request.GET.get("language") or get_language() or "").startswith("en")
    response = HttpResponse(template_bytes(english=english), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="volunteers-{"en" if english else "zh"}.xlsx"'
    return response
