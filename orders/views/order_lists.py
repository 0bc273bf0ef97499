"""An export of orders goes in here; what comes of it is reviewed, confirmed and undone like a paste."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import me
from orders.forms.order_lists import OrderListForm
from orders.services.order_lists import PLAIN_SOURCE, Taken, export_source, read_book, take_list
from orders.views.access import RoundAccess, round_for


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_orders(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The file. One that cannot be read says why beside the field; what was typed stays, and nothing is kept."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = OrderListForm(request.POST or None, request.FILES or None, compound=found.compound)
    if request.method == "POST" and form.is_valid():
        try:
            taken = _take(request, found, form)
        except Refusal as refusal:
            form.add_error("source" if refusal.code.startswith("source") else "file", refusal.message)
        else:
            if not taken.is_new:
                messages.info(request, _("This file says what the last one said: nothing has changed."))
            return redirect("orders:review", code=code, paste=taken.chain_import.pk)
    status = 422 if form.is_bound else 200
    return render(request, "orders/import.html", {"round": found.round, "form": form}, status=status)


def _take(request: HttpRequest, found: RoundAccess, form: OrderListForm) -> Taken:
    reading = read_book(compound=found.compound, book=form.book, round=found.round)
    name = form.cleaned_data["source"] or reading.platform or PLAIN_SOURCE
    source = export_source(compound=found.compound, name=name)
    return take_list(round=found.round, source=source, reading=reading, by=me(request), at=timezone.now())
