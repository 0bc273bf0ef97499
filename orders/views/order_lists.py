"""An export of orders goes in here; what comes of it is reviewed, confirmed and undone like a paste."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.rooms import clean
from compound.spreadsheet import Book
from compound.views.access import me
from orders.forms.order_columns import ColumnsForm, brought, carried, has_lines
from orders.forms.order_lists import OrderListForm
from orders.order_list import NoOrders, Pick
from orders.quantities import number_of
from orders.services.order_lists import (
    PLAIN_SOURCE,
    Taken,
    doors_of,
    export_source,
    read_book,
    remember_columns,
    take_list,
)
from orders.views.access import RoundAccess, round_for


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_orders(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The file. One that cannot be read says why beside the field; what was typed stays, and nothing is kept."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    if "book" in request.POST:
        return _by_hand(request, found)
    form = OrderListForm(
        request.POST or None,
        request.FILES or None,
        compound=found.compound,
        initial={"choose": "columns" in request.GET, "source": request.GET.get("source", "")},
    )
    if request.method == "POST" and form.is_valid():
        source = form.cleaned_data["source"]
        if form.cleaned_data["choose"] and has_lines(form.book):
            if carried(form.book, found.compound):
                return _columns_page(request, found, form.book, source=source)
            form.add_error("file", _("The file is too large to say its columns by hand: upload a part of it."))
        else:
            try:
                taken = _take(request, found, form.book, source)
            except NoOrders as refusal:
                can_say = refusal.code == "no_orders_header" and has_lines(form.book)
                if can_say and carried(form.book, found.compound):
                    return _columns_page(request, found, form.book, source=source, why=refusal.message)
                form.add_error("file", refusal.message)
            except Refusal as refusal:
                form.add_error("source" if refusal.code.startswith("source") else "file", refusal.message)
            else:
                return _to_review(request, code, taken)
    status = 422 if form.is_bound else 200
    return render(request, "orders/import.html", {"round": found.round, "form": form}, status=status)


def _by_hand(request: HttpRequest, found: RoundAccess) -> HttpResponse:
    """The columns as a person says them; `line` alone looks at another line of headings."""
    source = clean(request.POST.get("source", ""))[:40]
    try:
        book = brought(request.POST["book"], found.compound)
    except ValidationError as lost:
        messages.error(request, lost.messages[0])
        return redirect("orders:import", code=found.compound.code, round=found.round.pk)
    line = number_of(request.POST.get("line", ""))
    if "look" in request.POST:
        return _columns_page(request, found, book, source=source, line=line)
    form = ColumnsForm(request.POST, book=book, doors=doors_of(found.compound), line=line)
    if form.is_valid():
        try:
            taken = _take(request, found, book, source, pick=form.pick)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _to_review(request, found.compound.code, taken)
    return _columns_page(request, found, book, source=source, form=form)


def _columns_page(
    request: HttpRequest,
    found: RoundAccess,
    book: Book,
    *,
    source: str,
    why: str = "",
    line: int | None = None,
    form: ColumnsForm | None = None,
) -> HttpResponse:
    form = form or ColumnsForm(None, book=book, doors=doors_of(found.compound), line=line)
    context = {"round": found.round, "form": form, "book": carried(book, found.compound), "source": source, "why": why}
    return render(request, "orders/import_columns.html", context, status=422 if form.is_bound else 200)


def _to_review(request: HttpRequest, code: str, taken: Taken) -> HttpResponse:
    if not taken.is_new:
        messages.info(request, _("This file says what the last one said: nothing has changed."))
    return redirect("orders:review", code=code, paste=taken.chain_import.pk)


@transaction.atomic
def _take(request: HttpRequest, found: RoundAccess, book: Book, name: str, *, pick: Pick | None = None) -> Taken:
    """With `pick` it is remembered only if the file can be read so."""
    now = timezone.now()
    if pick is not None:
        source = export_source(compound=found.compound, name=name or PLAIN_SOURCE)
        remember_columns(source=source, pick=pick, by=me(request), at=now)
    reading = read_book(compound=found.compound, book=book, round=found.round)
    if pick is None:
        source = export_source(compound=found.compound, name=name or reading.platform or PLAIN_SOURCE)
    return take_list(round=found.round, source=source, reading=reading, by=me(request), at=now)
