"""Who wants to help: the link to give out, who waits, yes and no."""

import uuid
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from compound.views.accounts import address_of
from roster.access import Duty, can_confirm_members
from roster.forms.sign_ups import ConfirmForm, RefuseForm
from roster.models import DutyGroup, SignUp
from roster.queries.sign_ups import answered, looked_up, waiting
from roster.queries.volunteers import groups_of
from roster.services import sign_ups as services
from roster.services.house_rules import rules_of
from roster.services.tokens import link_token
from roster.sheets.sign_up_poster import draw_sign_up_poster
from roster.views.access import leader_for
from roster.views.volunteers import added_words


def sign_up_address(request: HttpRequest, compound: Compound, version: int) -> tuple[str, bool]:
    """The full address, and whether only this very machine can open it."""
    token = link_token("sign-up", compound.code, version)
    return address_of(request, reverse("roster:join", kwargs={"code": compound.code, "token": token}))


def _place(request: HttpRequest, code: str) -> tuple[Compound, Duty, list[DutyGroup]]:
    """The coordinator, or a leader who may confirm; and the groups into which they may take somebody."""
    compound, duty = leader_for(request, code)
    if duty.runs_roster:
        return compound, duty, list(groups_of(compound))
    groups = [group for group in duty.leads if can_confirm_members(duty, group.pk)]
    if not groups:
        raise Http404
    return compound, duty, groups


@require_safe
def sign_ups(request: HttpRequest, code: str) -> HttpResponse:
    """Who waits, newest first; the link and its QR for the coordinator."""
    compound, duty, groups = _place(request, code)
    return _page(request, compound, duty, groups)


def _page(
    request: HttpRequest,
    compound: Compound,
    duty: Duty,
    groups: list[DutyGroup],
    *,
    bound: ConfirmForm | None = None,
    refusing: RefuseForm | None = None,
) -> HttpResponse:
    """`bound`, a form with something wrong, stands first, whichever page it came from."""
    page = waiting(compound, page=request.GET.get("page", ""))
    rows = [row for row in page.object_list if bound is None or row.pk != bound.waiting.row.pk]
    forms = [bound] if bound is not None else []
    forms += [
        ConfirmForm(waiting=one, groups=groups, is_leader=not duty.runs_roster)
        for one in looked_up(compound, rows, by=duty.user)
    ]
    context: dict[str, Any] = {"forms": forms, "duty": duty, "page": page, "count": page.paginator.count}
    if duty.runs_roster:
        rules = rules_of(compound)
        url, is_local = sign_up_address(request, compound, rules.sign_up_version)
        qr = segno.make(url, error="m", micro=False).svg_data_uri(scale=8, border=4, dark="#000", light="#fff")
        context |= {"rules": rules, "url": url, "is_local": is_local, "qr": qr}
        context["answered"] = answered(compound, at=timezone.now())
        context["refusing"] = refusing or RefuseForm(compound=compound, at=timezone.now())
    status = 200 if bound is None and refusing is None else 422
    return render(request, "roster/people/sign_ups.html", context, status=status)


@post_or("roster:sign_ups")
def confirm(request: HttpRequest, code: str, sign_up: uuid.UUID) -> HttpResponse:
    """Yes: one transaction makes a volunteer of the sign-up."""
    compound, duty, groups = _place(request, code)
    row = _sign_up_or_404(compound, sign_up)
    try:
        if row.state != SignUp.State.WAITING:
            # Nobody waits again who was answered, so this refuses, and says by whom.
            services.confirm_sign_up(sign_up=row, by=duty.user, at=timezone.now())
            return redirect("roster:sign_ups", code=code)
        [one] = looked_up(compound, [row], by=duty.user)
        form = ConfirmForm(request.POST, waiting=one, groups=groups, is_leader=not duty.runs_roster)
        if not form.is_valid():
            return _page(request, compound, duty, groups, bound=form)
        done = services.confirm_sign_up(
            sign_up=row, groups=form.groups, household=form.household, by=duty.user, at=timezone.now()
        )
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, added_words(done.volunteer.user.name, row.name, done.was_known))
    return redirect("roster:sign_ups", code=code)


@post_or("roster:sign_ups")
def refuse(request: HttpRequest, code: str, sign_up: uuid.UUID) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    row = _sign_up_or_404(compound, sign_up)
    try:
        services.refuse_sign_up(sign_up=row, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        text = _("%(name)s is not taken. What was written is deleted after 30 days.")
        messages.success(request, text % {"name": row.name})
    return redirect("roster:sign_ups", code=code)


@post_or("roster:sign_ups")
def refuse_many(request: HttpRequest, code: str) -> HttpResponse:
    """The ticked ones, or all that have come since a moment: when somebody floods the page."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = RefuseForm(request.POST, compound=compound, at=timezone.now())
    if not form.is_valid():
        _compound, duty, groups = _place(request, code)
        return _page(request, compound, duty, groups, refusing=form)
    count = services.refuse_sign_ups(compound=compound, by=me(request), at=timezone.now(), **form.which)
    text = ngettext(
        "%(count)d sign-up is not taken. What was written is deleted after 30 days.",
        "%(count)d sign-ups are not taken. What was written is deleted after 30 days.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("roster:sign_ups", code=code)


def _sign_up_or_404(compound: Compound, sign_up: uuid.UUID) -> SignUp:
    found = SignUp.objects.filter(compound=compound, pk=sign_up).first()
    if found is None:
        raise Http404
    return found


# ── the link ──────────────────────────────────────────────────────────────────────────────────────────────────────


@post_or("roster:sign_ups")
def switch(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    is_open = request.POST.get("open") == "yes"
    services.open_sign_up(compound=compound, is_open=is_open, by=me(request), at=timezone.now())
    return redirect("roster:sign_ups", code=code)


@post_or("roster:sign_ups")
def renew(request: HttpRequest, code: str) -> HttpResponse:
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    services.renew_link(compound=compound, by=me(request), at=timezone.now())
    messages.success(request, _("The old link and its QR code open nothing any more. Print the new one."))
    return redirect("roster:sign_ups", code=code)


@require_safe
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """An A4 page for the doors, as a PDF. Drawn when it is asked for and kept nowhere."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    url, _is_local = sign_up_address(request, compound, rules_of(compound).sign_up_version)
    pdf = draw_sign_up_poster(compound=compound.name, url=url, language=get_language() or "zh-hans")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="sign-up.pdf"'
    return response
