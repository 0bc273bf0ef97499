"""What households owe: by building, and each account with what was charged, paid, given back, taken back."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import me, post_or
from money.forms.moving import FromDonationsForm, PaymentForm, PaymentsForm, RefundForm, TakeBackForm, WriteOffForm
from money.queries.balances import household_money
from money.queries.owing import owing_in
from money.queries.statements import building_text, household_text
from money.queries.unpriced import goods_words, unpriced_in
from money.services import payments
from money.views.access import BuildingAccess, DoorAccess, building_for, door_for, entry_for, place_of, prices_url

# Of a payment on an earlier day nobody knows the hour.
NOON = dt.time(12)
# The pages of one address on which an entry can be taken back.
BACK_TO = ("journal", "cash", "donations")


@require_http_methods(["GET", "HEAD", "POST"])
def building(request: HttpRequest, code: str, building: str) -> HttpResponse:
    """Who of a building owes what; POST writes down who of them has paid."""
    found = building_for(request, code, building, *access.TAKE_PAYMENTS)
    owing = owing_in(found.compound, found.building)
    place = place_of(request, found.membership)
    now = timezone.now()
    today = found.compound.day_of(now)
    form = PaymentsForm(
        request.POST or None,
        owing=owing.open,
        all_ticked=request.GET.get("all") == "1",
        today=today,
        **place.kwargs(),
    )
    if form.is_valid():
        try:
            taken = payments.take_payments(
                compound=found.compound,
                paid=form.paid,
                taken_by=form.holder,
                method=form.cleaned_data["method"],
                above=form.above,
                by=me(request),
                at=_moment(found.compound, form.cleaned_data["on"], now),
                now=now,
                id=form.cleaned_data["id"] or uuid.uuid4(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            if refusal.code == "more_than_owes":
                form.ask_above(refusal.params["rooms"])
        else:
            _say_taken(request, taken)
            return redirect("money:building", code=code, building=building)
    elif form.gone:
        messages.info(request, _("Owe nothing any more: %(rooms)s.") % {"rooms": "、".join(form.gone)})
    return _building_page(request, found, owing=owing, form=form)


def _building_page(request: HttpRequest, found: BuildingAccess, **more: Any) -> HttpResponse:
    unpriced = unpriced_in(found.building)
    context = {
        "building": found.building,
        "text": building_text(found.compound, more["owing"]),
        "unpriced": unpriced,
        "unpriced_goods": goods_words(unpriced),
        "prices_url": prices_url(found.membership, unpriced),
        **more,
    }
    return render(request, "money/building.html", context)


def _moment(compound: Compound, on: dt.date, now: dt.datetime) -> dt.datetime:
    """When a household has paid, of which only the day is known where it is another one."""
    return now if on == compound.day_of(now) else compound.moment(on, NOON)


def _say_taken(request: HttpRequest, taken: payments.Taken) -> None:
    if taken.entries:
        words = ngettext(
            "%(count)d payment is written down: %(total)s yuan.",
            "%(count)d payments are written down: %(total)s yuan.",
            len(taken.entries),
        )
        messages.success(request, words % {"count": len(taken.entries), "total": f"{taken.total:,.2f}"})
    if taken.already:
        rooms = "、".join(door.room for door in taken.already)
        words = _("Not written down, because just this was paid on that day already: %(rooms)s. If it is a second "
                  "payment, write it down on the household's own account.")  # fmt: skip
        messages.warning(request, words % {"rooms": rooms})


@require_http_methods(["GET", "HEAD", "POST"])
def household(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """A household's account; POST writes a payment down."""
    found = door_for(request, code, room, *access.TAKE_PAYMENTS)
    if request.method != "POST":
        return _account(request, found)
    now = timezone.now()
    place = place_of(request, found.membership)
    form = PaymentForm(request.POST, today=found.compound.day_of(now), **place.kwargs())
    if form.is_valid():
        data = form.cleaned_data
        try:
            _entry, replayed = payments.take_payment(
                household=found.household,
                amount=data["amount"],
                taken_by=form.holder,
                method=data["method"],
                again=data["again"],
                above=form.is_above,
                by=me(request),
                at=_moment(found.compound, data["on"], now),
                now=now,
                id=data["id"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            asks = {"paid_the_same": "asks_again", "more_than_owes": "asks_above"}.get(refusal.code)
            return _account(request, found, payment=form, **({asks: True} if asks else {}))
        if replayed:
            messages.info(request, _("This payment is written down already, once."))
        else:
            words = _("%(room)s has paid %(amount)s yuan.")
            messages.success(request, words % {"room": room, "amount": f"{data['amount']:,.2f}"})
        return _again(found)
    return _account(request, found, payment=form)


def _account(request: HttpRequest, found: DoorAccess, **forms: Any) -> HttpResponse:
    """The account with its forms; one that was sent and refused is handed in by its name, with what was typed."""
    place = place_of(request, found.membership).kwargs()
    money = household_money(found.household)
    today = found.compound.day_of(timezone.now())
    runs = access.can_run_money(found.membership)
    context: dict[str, Any] = {
        "household": found.household,
        "money": money,
        "text": household_text(found.household, money),
        "unpriced_goods": goods_words(money.unpriced),
        "prices_url": prices_url(found.membership, money.unpriced),
        "runs": runs,
        "me": me(request),
        "payment": PaymentForm(initial={"amount": money.owes or None}, today=today, **place),
        "refund": RefundForm(initial={"amount": money.credit or None}, **place),
        "write_off": WriteOffForm(initial={"amount": money.owes or None}),
        "from_donations": FromDonationsForm(initial={"amount": money.owes or None}),
        **forms,
    }
    return render(request, "money/household.html", context)


@post_or("money:household")
def refund(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """Gives back what stands to the household's credit."""
    found = door_for(request, code, room, *access.RUN_MONEY)
    form = RefundForm(request.POST, **place_of(request, found.membership).kwargs())
    if form.is_valid():
        data = form.cleaned_data
        try:
            payments.refund(
                household=found.household,
                amount=data["amount"],
                reason=data["reason"],
                paid_by=form.holder,
                method=data["method"],
                by=me(request),
                at=timezone.now(),
                id=data["id"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _done(request, found, _("The refund is written down."))
    return _account(request, found, refund=form)


@post_or("money:household")
def write_off(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """Nobody will pay it."""
    found = door_for(request, code, room, *access.RUN_MONEY)
    form = WriteOffForm(request.POST)
    return _settled(request, found, "write_off", form, payments.write_off, _("It is written off."))


@post_or("money:household")
def from_donations(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """Donated money pays it."""
    found = door_for(request, code, room, *access.RUN_MONEY)
    form = FromDonationsForm(request.POST)
    return _settled(request, found, "from_donations", form, payments.pay_from_donations, _("Donations have paid it."))


def _settled(request: HttpRequest, found: DoorAccess, name: str, form: Form, service: Any, words: str) -> HttpResponse:
    if form.is_valid():
        try:
            service(household=found.household, **form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _done(request, found, words)
    return _account(request, found, **{name: form})


def _done(request: HttpRequest, found: DoorAccess, words: str) -> HttpResponse:
    messages.success(request, words)
    return _again(found)


def _again(found: DoorAccess) -> HttpResponse:
    """At its top, where the answer stands: the form that was sent has a place of its own on the page, where a refusal
    is looked for, and a browser keeps that through a redirect."""
    url = reverse("money:household", kwargs={"code": found.compound.code, "room": found.household.room})
    return redirect(f"{url}#main")


@post_or("money:overview")
def take_back(request: HttpRequest, code: str, entry: uuid.UUID) -> HttpResponse:
    """An entry by mistake. Leads back to the page that it was found on: `from`, else the household's account."""
    found = entry_for(request, code, entry)
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it is taken back: the reason stays in the ledger."))
    else:
        try:
            payments.take_back(
                entry=found.entry, **form.cleaned_data, holder=found.holder, by=me(request), at=timezone.now()
            )
            messages.success(request, _("Taken back: both entries stay in the ledger."))
        except Refusal as refusal:
            messages.error(request, refusal.message)
    page = request.POST.get("from", "")
    if page == "entry" and found.holder is None:
        return redirect("money:entry", code=code, entry=entry)
    if page == "round" and found.entry.round_id is not None:
        return redirect("money:round", code=code, round=found.entry.round_id)
    if page in BACK_TO:
        return redirect(f"money:{page}", code=code)
    if found.household is not None:
        return redirect("money:household", code=code, room=found.household.room)
    return redirect("money:journal", code=code)
