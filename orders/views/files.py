"""Printed sheets as files, and the jobs that make them."""

import hashlib
import io
import uuid
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET
from pypdf import PdfReader, PdfWriter

from compound import access
from compound.models import Building, Job, Sheet, StoredFile
from compound.services.jobs import cancel_job
from compound.views.access import compound_for, me, post_or
from orders.models import SHEETS_JOB, Round
from orders.queries.rounds import ALL_DOORS, OF_A_BUILDING, SHEET_KINDS, SheetPart, sheets_of
from orders.views.access import round_for, seen_buildings


@require_GET
def file(request: HttpRequest, code: str, file: uuid.UUID) -> HttpResponse:
    """A sheet's PDF for who may open it; `?download` saves it instead. The bytes are read only when they are sent."""
    compound, membership = compound_for(request, code)
    files = StoredFile.objects.filter(compound=compound, pk=file)
    found = files.select_related("sheet").defer("content", "sheet__rows").first()
    if found is None or not (membership.has(*found.roles) or found.created_by_id == me(request).pk):
        raise Http404
    only = seen_buildings(membership)
    if only is not None and not _is_of(getattr(found, "sheet", None), only):
        raise Http404
    etag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _send(bytes(found.content), found.name, found.content_type, "download" in request.GET)
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
    return response


def _is_of(sheet: Sheet | None, buildings: frozenset[int]) -> bool:
    """A captain opens the own building's run and what names no household, not the sheets of all doors."""
    if sheet is None:
        return True
    if sheet.kind not in OF_A_BUILDING:
        return sheet.kind not in ALL_DOORS
    return Building.objects.filter(pk__in=buildings, name=sheet.part).exists()


def _send(content: bytes, name: str, content_type: str, attachment: bool) -> HttpResponse:
    """A Chinese name goes out as RFC 5987 asks for it."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(attachment, name) or "inline"
    return response


@require_GET
def all_sheets(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The newest version of all sheets of a round in one file, to print in one go; `?kind=` only those of one kind."""
    found = round_for(request, code, round, *access.SEE_ORDERS)
    names = None
    if found.only is not None:
        names = list(found.compound.buildings.filter(pk__in=found.only).values_list("name", flat=True))
    kind = request.GET.get("kind", "")
    parts = [p for p in sheets_of(found.round, buildings=names) if kind in (p.kind, "") or kind not in SHEET_KINDS]
    return send_merged(request, parts, found.round.title)


def send_merged(request: HttpRequest, parts: Sequence[SheetPart], title: str) -> HttpResponse:
    """The newest versions of these sheets in one file; 404 for none."""
    if not parts:
        raise Http404
    files = [part.newest.file_id for part in parts]
    etag = '"' + hashlib.sha256("".join(part.newest.file.sha256 for part in parts).encode()).hexdigest() + '"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    contents = dict(StoredFile.objects.filter(pk__in=files).values_list("pk", "content"))
    writer = PdfWriter()
    for file_id in files:
        writer.append(PdfReader(io.BytesIO(bytes(contents[file_id]))))
    merged = io.BytesIO()
    writer.write(merged)
    response = _send(merged.getvalue(), f"{title}.pdf", "application/pdf", "download" in request.GET)
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
    return response


@require_GET
def job(request: HttpRequest, code: str, job: uuid.UUID) -> HttpResponse:
    """How far the sheets are: the progress part, which asks again by itself. When it is over the page loads anew."""
    compound, _membership = compound_for(request, code, *access.SEE_ORDERS)
    found = _job_or_404(compound.pk, job)
    response = render(request, "orders/job.html", {"job": found, "can_cancel": access.can_run_orders(_membership)})
    if not found.is_open:
        response["HX-Refresh"] = "true"
    return response


def _job_or_404(compound_id: int, job_id: uuid.UUID) -> Job:
    found = Job.objects.filter(compound_id=compound_id, kind=SHEETS_JOB, pk=job_id).first()
    if found is None:
        raise Http404
    return found


@post_or("orders:job")
def cancel(request: HttpRequest, code: str, job: uuid.UUID) -> HttpResponse:
    """Ends a waiting job now, a running one at its next step; sheets that are made already stay."""
    compound, _membership = compound_for(request, code, *access.RUN_ORDERS)
    found = _job_or_404(compound.pk, job)
    cancel_job(job=found, at=timezone.now())
    round = Round.objects.filter(compound=compound, pk=uuid.UUID(found.key)).first()
    if round is None:
        return redirect("orders:rounds", code=code)
    return redirect("orders:round", code=code, round=round.pk)
