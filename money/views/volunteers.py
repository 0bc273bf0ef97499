"""Who is owed what they laid out, who holds what they took; and everybody's own account."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound, User
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from money.forms.moving import PartForm, SettleForm, WithVolunteerForm
from money.models import Account
from money.queries.balances import AccountBalance, balances, in_the_box
from money.queries.mine import volunteer_money
from money.queries.overview import people_of
from money.queries.unproved import unproved
from money.services import volunteers as services


@require_http_methods(["GET", "HEAD", "POST"])
def volunteers(request: HttpRequest, code: str) -> HttpResponse:
    """Who is owed and who holds; POST pays back all who are ticked."""
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    if request.method != "POST":
        return _page(request, compound)
    rows = balances(compound, Account.Kind.VOLUNTEER)
    form = SettleForm(
        request.POST,
        compound=compound,
        owed=[row for row in rows if row.balance < 0],
        box=in_the_box(compound),
        no_photo=unproved(compound, rows),
        people=people_of(compound),
    )
    if form.is_valid():
        try:
            done = services.settle_volunteers(
                compound=compound,
                owed=form.owed,
                paid_by=form.holder,
                method=form.cleaned_data["method"],
                by=me(request),
                at=timezone.now(),
                id=form.cleaned_data["id"] or uuid.uuid4(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            _say_settled(request, done)
            return redirect("money:volunteers", code=code)
    return _page(request, compound, settle=form)


def _page(request: HttpRequest, compound: Compound, **forms: Any) -> HttpResponse:
    rows, people = balances(compound, Account.Kind.VOLUNTEER), people_of(compound)
    no_photo = unproved(compound, rows)
    owed = [row for row in rows if row.balance < 0]
    box, total = in_the_box(compound), -sum(row.balance for row in owed)
    context = {
        "owed": owed,
        "total": total,
        "box": box,
        "is_short": total > box,
        "looks_first": any(row.account.user_id in no_photo and no_photo[row.account.user_id].is_much for row in owed),
        "held": [row for row in rows if row.balance > 0],
        "settle": SettleForm(
            compound=compound,
            owed=owed,
            box=box,
            people=people,
            no_photo=no_photo,
            all_ticked={"1": True, "0": False}.get(request.GET.get("all", "")),
        ),
        "part": _part_form(owed, people),
        "float": WithVolunteerForm(people=people, prefix="float"),
        "hand_in": WithVolunteerForm(people=people, prefix="in"),
        **forms,
    }
    return render(request, "money/volunteers.html", context)


def _say_settled(request: HttpRequest, done: services.Settlement) -> None:
    if done.entries:
        words = ngettext(
            "%(count)d volunteer is paid back: %(total)s yuan.",
            "%(count)d volunteers are paid back: %(total)s yuan.",
            len(done.entries),
        )
        messages.success(request, words % {"count": len(done.entries), "total": f"{done.total:,.2f}"})
    if done.changed:
        names = "、".join(user.name for user in done.changed)
        words = _("Not paid, because it is not what the page said any more (somebody else may have paid): %(names)s.")
        messages.warning(request, words % {"names": names})


def _part_form(owed: list[AccountBalance], people: list[User], data: QueryDict | None = None) -> PartForm:
    users = [row.account.user for row in owed if row.account.user is not None]
    return PartForm(data, owed=users, people=people, prefix="part")


@post_or("money:volunteers")
def pay_part(request: HttpRequest, code: str) -> HttpResponse:
    """A part of what one volunteer is owed: the box, or whoever pays, has no more just now."""
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    owed = [row for row in balances(compound, Account.Kind.VOLUNTEER) if row.balance < 0]
    form = _part_form(owed, people_of(compound), request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            _entry, replayed = services.reimburse(
                compound=compound,
                user=data["user"],
                amount=data["amount"],
                paid_by=form.holder,
                method=data["method"],
                by=me(request),
                at=timezone.now(),
                id=data["id"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            if replayed:
                messages.info(request, _("This payment is written down already, once."))
            else:
                words = _("%(who)s is paid back %(amount)s yuan.")
                messages.success(request, words % {"who": data["user"].name, "amount": f"{data['amount']:,.2f}"})
            return redirect("money:volunteers", code=code)
    return _page(request, compound, part=form)


@post_or("money:volunteers")
def give_float(request: HttpRequest, code: str) -> HttpResponse:
    """Out of the cash box before shopping."""
    words = _("The money given in advance is written down.")
    return _moved(request, code, "float", services.give_float, words)


@post_or("money:volunteers")
def hand_in(request: HttpRequest, code: str) -> HttpResponse:
    """Into the cash box from somebody who took payments."""
    return _moved(request, code, "in", services.hand_in, _("What was handed in is written down."))


def _moved(request: HttpRequest, code: str, prefix: str, service: Any, words: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_MONEY)
    form = WithVolunteerForm(request.POST, people=people_of(compound), prefix=prefix)
    if form.is_valid():
        try:
            service(compound=compound, **form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, words)
            return redirect("money:volunteers", code=code)
    return _page(request, compound, **{"float" if prefix == "float" else "hand_in": form})


@require_safe
def mine(request: HttpRequest, code: str) -> HttpResponse:
    """What I am owed, from which receipts, and what I hold. For every member: there is nothing of others here."""
    compound, _membership = compound_for(request, code)
    return render(request, "money/mine.html", {"money": volunteer_money(compound, me(request))})
