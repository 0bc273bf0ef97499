"""What a round offers."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.refusals import Refusal
from compound.views.access import me, post_or
from orders.forms.rounds import GoodsForm, OfferChoice, OfferForm, RoundChoice
from orders.models import Round
from orders.quantities import number_of
from orders.queries.sharing import goods_rows
from orders.services import goods as services
from orders.views.access import RoundAccess, round_for


@require_GET
def goods(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The goods of a round with price and cap; `?edit=` opens one of them."""
    found = round_for(request, code, round, *access.SEE_ORDERS)
    return _page(request, found, GoodsForm())


@post_or("orders:goods")
def add_goods(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Shows what was understood of the typed lines (`do=look`), or adds them (`do=add`)."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = GoodsForm(request.POST)
    if form.is_valid() and request.POST.get("do") == "add":
        try:
            count = services.add_offers(round=found.round, goods=form.lines, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("goods", refusal.message)
        else:
            messages.success(request, _added(count))
            return redirect("orders:goods", code=code, round=found.round.pk)
    return _page(request, found, form)


def _added(count: int) -> str:
    return ngettext("%(count)d good added.", "%(count)d goods added.", count) % {"count": count}


@post_or("orders:goods")
def copy_goods(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = RoundChoice(request.POST, compound=found.compound)
    if not form.is_valid():
        raise Http404
    try:
        count = services.copy_offers(
            round=found.round, source=form.cleaned_data["source"], by=me(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _added(count))
    return redirect("orders:goods", code=code, round=found.round.pk)


@post_or("orders:goods")
def change_goods(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """A new price or cap of one offer, or its end (`do=remove`)."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    choice = OfferChoice(request.POST, round=found.round)
    if not choice.is_valid():
        raise Http404
    offer = choice.cleaned_data["offer"]
    form = OfferForm(request.POST, instance=offer)
    try:
        if request.POST.get("do") == "remove":
            services.remove_offer(offer=offer, by=me(request), at=timezone.now())
            messages.success(request, _("%(goods)s is off the list.") % {"goods": offer.item.name})
        elif form.is_valid():
            services.change_offer(offer=offer, by=me(request), at=timezone.now(), **form.cleaned_data)
        else:
            return _page(request, found, GoodsForm(), edit=offer.pk, offer_form=form)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("orders:goods", code=code, round=found.round.pk)


def _page(
    request: HttpRequest,
    found: RoundAccess,
    form: GoodsForm,
    *,
    edit: int | None = None,
    offer_form: OfferForm | None = None,
) -> HttpResponse:
    round = found.round
    offers = list(round.offers.select_related("item__section").order_by("position", "id"))
    edit = edit or number_of(request.GET.get("edit", ""))
    if edit and offer_form is None:
        offer_form = next((OfferForm(instance=offer) for offer in offers if offer.pk == edit), None)
    earlier = Round.objects.filter(
        compound=found.compound, supply_point=round.supply_point, offers__isnull=False, cutoff_at__lt=round.cutoff_at
    ).exclude(pk=round.pk)
    # A captain has the own building alone, and these are sums of all of them.
    came = goods_rows(round) if round.state != Round.State.OPEN and found.only is None else []
    return render(
        request,
        "orders/goods.html",
        {
            "round": round,
            "came": came,
            "can_share": access.can_run_orders(found.membership),
            "offers": offers,
            "form": form,
            "preview": form.lines if form.is_bound and form.is_valid() else [],
            "edit": edit,
            "offer_form": offer_form,
            "last": earlier.order_by("-cutoff_at").first(),
            "can_run": access.can_run_orders(found.membership) and round.state not in services.OVER,
        },
    )
