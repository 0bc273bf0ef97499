"""Ordering, changing, withdrawing; received, and something is wrong; what instead."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compound.refusals import Refusal
from desk.queries.own_page.orders import OwnRound, last_order, offers_of, own_round
from desk.views.own_page.access import Own, form_id, own_page, page
from desk.views.own_page.forms import OrderForm, again, typed
from orders.models import Order, OrderLine, Round, SubstituteWish
from orders.services.own_orders import order_as_household, own_orders, withdraw_as_household
from orders.services.reports import report_received, report_wrong
from orders.services.substitute_wishes import set_wish

FORM = ["GET", "HEAD", "POST"]


def _round_or_404(own: Own, round_id: uuid.UUID) -> Round:
    """A round of the household's own compound that has opened: one that has closed keeps what comes too late.

    One that was cancelled refuses in words, above what was typed meanwhile.
    """
    rounds = Round.objects.filter(compound=own.household.compound_id, opens_at__lte=own.now)
    found = rounds.select_related("supply_point").filter(pk=round_id).first()
    if found is None:
        raise Http404
    return found


@own_page
@require_http_methods(FORM)
def order(request: HttpRequest, own: Own, round: uuid.UUID) -> HttpResponse:
    """The list of goods with a box each, filled in with what is ordered already or (`?again=1`) with the last order."""
    found = _round_or_404(own, round)
    mine = own_orders(found, own.household).order_by("-state").prefetch_related("lines").first()
    offers = offers_of(found)
    error, status = "", 200
    if request.method == "POST":
        form = OrderForm(offers, request.POST)
        if not own.only_shows:
            status = 422
            try:
                if form.is_valid():
                    return _send(request, own, found, form, was=mine)
            except Refusal as refusal:
                error = refusal.message
    elif found.takes_orders(own.now):
        form = _first_form(request, own, found, offers, mine)
    else:
        raise Http404
    is_first = not mine and not request.GET.get("again")
    context = {
        "own": own,
        "round": found,
        "form": form,
        "error": error or form.error,
        "mine": mine,
        "last": last_order(own.household, offers=offers) if is_first else None,
        "id": form_id(request) if request.method == "POST" else uuid.uuid4(),
        "is_late": found.state != Round.State.CANCELLED and not found.takes_orders(own.now),
    }
    return page(request, "order", context, status=status)


def _first_form(request: HttpRequest, own: Own, round: Round, offers: list, mine: Order | None) -> OrderForm:  # type: ignore[type-arg]
    if mine is not None:
        return OrderForm(offers, None, lines=list(mine.lines.all()), remark=mine.remark)
    if request.GET.get("again") and (last := last_order(own.household, offers=offers)):
        return again(offers, last)
    return OrderForm(offers, None)


def _send(request: HttpRequest, own: Own, round: Round, form: OrderForm, *, was: Order | None) -> HttpResponse:
    own.check_writes()
    try:
        instead_of = uuid.UUID(request.POST.get("instead_of", ""))
    except ValueError:
        instead_of = None
    made = order_as_household(
        round=round,
        household=own.household,
        lines=form.lines,
        remark=form.remark,
        at=own.now,
        id=form_id(request),
        instead_of=instead_of,
    )
    if made.state == Order.State.LATE:
        return own.said("late")
    return own.said("changed" if was is not None and was.pk != made.pk else "ordered")


@own_page
@require_http_methods(FORM)
def withdraw(request: HttpRequest, own: Own, order: uuid.UUID) -> HttpResponse:
    """Asks once more, then takes the order back."""
    orders = own.household.orders.filter(channel=Order.Channel.HOUSEHOLD).select_related("round")
    found = orders.prefetch_related("lines").filter(pk=order).first()
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            own.check_writes()
            withdraw_as_household(order=found, at=own.now)
        except Refusal as refusal:
            error = refusal.message
        else:
            return own.said("withdrawn")
    return page(request, "withdraw", {"own": own, "order": found, "error": error}, status=422 if error else 200)


# ── what came ─────────────────────────────────────


def _own_round_or_404(own: Own, round_id: uuid.UUID) -> OwnRound:
    found = own_round(own.household, round_id, own.clock)
    if found is None or not found.can_speak:
        raise Http404
    return found


@own_page
@require_http_methods(FORM)
def received(request: HttpRequest, own: Own, round: uuid.UUID) -> HttpResponse:
    """Everything is here: one press. Whoever comes otherwise is led to the page with the button."""
    if request.method != "POST":
        return own.said("")
    found = _own_round_or_404(own, round)
    try:
        own.check_writes()
        report_received(household=own.household, round=found.round, at=own.now, id=form_id(request))
    except Refusal as refusal:
        return page(request, "wrong", {"own": own, "found": found, "error": refusal.message}, status=422)
    return own.said("received")


@own_page
@require_http_methods(FORM)
def wrong(request: HttpRequest, own: Own, round: uuid.UUID) -> HttpResponse:
    """Which good, and in a few words what is wrong with it."""
    found = _own_round_or_404(own, round)
    context = {"own": own, "found": found, "error": "", "id": uuid.uuid4(), "chosen": "", "text": ""}
    if request.method == "POST":
        chosen, text = request.POST.get("line", ""), typed(request.POST.get("text", ""))[:400]
        context |= {"id": form_id(request), "chosen": chosen, "text": text}
    if request.method == "POST" and not own.only_shows:
        try:
            own.check_writes()
            report_wrong(
                household=own.household,
                round=found.round,
                line=_line_of(found, chosen),
                text=text,
                at=own.now,
                id=form_id(request),
            )
        except Refusal as refusal:
            context["error"] = refusal.message
        else:
            return own.said("wrong")
    return page(request, "wrong", context, status=422 if context["error"] else 200)


def _line_of(found: OwnRound, chosen: str) -> OrderLine | None:
    """A line of what the household has ordered, by its key; '' for none. Raises `line_elsewhere`."""
    line = next((one.line for one in found.lines if str(one.line.pk) == chosen), None)
    if chosen and line is None:
        raise Refusal("line_elsewhere", _("This good is not in your order any more. Choose it once more."))
    return line


@own_page
@require_http_methods(FORM)
def wish(request: HttpRequest, own: Own) -> HttpResponse:
    """What the household wants when a good cannot be had."""
    known = SubstituteWish.objects.filter(household=own.household).first()
    context = {
        "own": own,
        "wishes": _wishes(),
        "chosen": known.wish if known else SubstituteWish.Wish.CALL.value,
        "error": "",
    }
    if own.only_shows:
        context["chosen"] = request.POST.get("wish", "")
    elif request.method == "POST":
        chosen = request.POST.get("wish", "")
        if chosen in SubstituteWish.Wish.values:
            try:
                own.check_writes()
                set_wish(household=own.household, wish=chosen, by=None, at=own.now)
            except Refusal as refusal:
                context["error"] = refusal.message
            else:
                return own.said("wish")
        else:
            context["error"] = _("Choose one of the three.")
    return page(request, "wish", context, status=422 if context["error"] else 200)


def _wishes() -> list[tuple[str, str]]:
    return [
        (SubstituteWish.Wish.CALL.value, _("Call me first")),
        (SubstituteWish.Wish.SIMILAR.value, _("Bring something similar")),
        (SubstituteWish.Wish.NONE.value, _("Bring nothing instead")),
    ]
