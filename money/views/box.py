"""The cash box, and money that was given."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me
from money.forms.moving import CountForm, GiftForm
from money.models import Account, CashCount, Posting
from money.queries.balances import ZERO
from money.queries.overview import overview
from money.services import cash as services
from money.views.access import place_of

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def cash(request: HttpRequest, code: str) -> HttpResponse:
    """What should be in the box, what went in and out; POST writes a count down."""
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    form = CountForm(request.POST or None)
    if form.is_valid():
        try:
            count = services.count_cash(compound=compound, **form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("reason" if refusal.code == "difference_needs_reason" else "counted", refusal.message)
        else:
            messages.success(request, _said_of(count))
            # The form has its place on the page for refusals: what went well is said at the top.
            return redirect(f"{reverse('money:cash', kwargs={'code': code})}#main")
    movements = _movements(compound, Account.Kind.CASH)
    context: dict[str, Any] = {
        "form": form,
        "money": overview(compound),
        "counts": CashCount.objects.filter(compound=compound).select_related("by", "entry")[:10],
        "page": Paginator(movements, PER_PAGE).get_page(request.GET.get("page", "1")),
    }
    return render(request, "money/cash.html", context)


def _said_of(count: CashCount) -> str:
    """How far it is off, with the sum: a slip of the finger is seen at once and taken back."""
    if not count.difference:
        return _("The count agrees.")
    words = (
        _("The count is kept: %(amount)s yuan more than the ledger said.")
        if count.difference > 0
        else _("The count is kept: %(amount)s yuan less than the ledger said.")
    )
    return words % {"amount": f"{abs(count.difference):,.2f}"}


@require_http_methods(["GET", "HEAD", "POST"])
def donations(request: HttpRequest, code: str) -> HttpResponse:
    """Money that was given and what it paid; POST writes a gift down."""
    compound, membership = compound_for(request, code, *access.RUN_MONEY)
    form = GiftForm(request.POST or None, **place_of(request, membership).kwargs())
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.receive_donation(
                compound=compound,
                amount=data["amount"],
                note=data["note"],
                taken_by=form.holder,
                method=data["method"],
                by=me(request),
                at=timezone.now(),
                id=data["id"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The gift is written down."))
            return redirect("money:donations", code=code)
    given = Posting.objects.filter(compound=compound, account__kind=Account.Kind.DONATIONS)
    left = -(given.aggregate(sum=Sum("amount"))["sum"] or ZERO)
    page = Paginator(_movements(compound, Account.Kind.DONATIONS), PER_PAGE).get_page(request.GET.get("page", "1"))
    return render(request, "money/donations.html", {"form": form, "left": left, "page": page})


def _movements(compound: Any, kind: str) -> Any:
    """The sides of one of the compound's own accounts, newest first, with who is on the other side."""
    return (
        Posting.objects.filter(compound=compound, account__kind=kind)
        .select_related("entry__entered_by", "entry__reversed_by", "entry__reverses")
        .prefetch_related("entry__postings__account__household", "entry__postings__account__user")
        .order_by("-entry__entered_at", "-pk")
    )
