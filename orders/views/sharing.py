"""Sharing out what came short in a round: by which rule, who gets what and why, and running it again."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.access import Standing
from compound.models import Compound, Role
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.forms.sharing import InsteadForm, MakeForm, RuleChoice, WithdrawForm
from orders.models import Round, Sharing
from orders.queries import sharing as queries
from orders.queries.sharing_pages import chat_text, run_page, sharing_page
from orders.services import sharing as services
from orders.services import sharing_rules
from orders.views.access import RoundAccess, round_for

# The supply group shops and packs by what was decided.
SEE_RESULT = (*access.RUN_ORDERS, Role.SUPPLY)


class SharingAccess(NamedTuple):
    sharing: Sharing
    compound: Compound
    membership: Standing


def sharing_for(request: HttpRequest, code: str, sharing_id: uuid.UUID) -> SharingAccess:
    """A sharing of one of the compound's rounds: its tiers tell of hardship and illness, so not for everybody."""
    compound, membership = compound_for(request, code, *access.RUN_ORDERS)
    sharings = Sharing.objects.filter(good__round__compound=compound)
    found = (
        sharings.select_related("good__round", "good__item", "made_by", "applied_by", "withdrawn_by")
        .filter(pk=sharing_id)
        .first()
    )
    if found is None:
        raise Http404
    found.good.round.compound = compound
    return SharingAccess(found, compound, membership)


@require_GET
def sharing(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Which goods came short and by how much, the rule, and one red button.

    Who packs and carries sees what was decided, and neither tiers nor rooms.
    """
    found = round_for(request, code, round, *SEE_RESULT)
    if access.can_run_orders(found.membership):
        return _page(request, found)
    rows = queries.goods_rows(found.round)
    return render(request, "orders/sharing_seen.html", {"round": found.round, "came": rows})


def _page(request: HttpRequest, found: RoundAccess, *, rule: str = "", reason: str = "") -> HttpResponse:
    now = timezone.now()
    chosen = sharing_rules.rule_of(round=found.round)
    page = sharing_page(found.round)
    context = {
        "round": found.round,
        "membership": found.membership,
        "page": page,
        "chosen": chosen,
        "can_choose": found.round.state == Round.State.OPEN and found.round.cutoff_at > now,
        "choice": RuleChoice(compound=found.compound, initial={"rule": chosen.pk}),
        "rules": found.compound.sharing_rules.filter(is_active=True),
        "typed": {"rule": rule, "reason": reason},
        "text": chat_text(found.round) if page.shared else "",
    }
    return render(request, "orders/sharing.html", context)


@post_or("orders:sharing")
def choose(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """Another rule for a round that still takes orders."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = RuleChoice(request.POST, compound=found.compound)
    if not form.is_valid():
        raise Http404
    rule = form.cleaned_data["rule"]
    try:
        sharing_rules.choose_rule(round=found.round, rule=rule, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("If something comes short it is shared out by “%(rule)s”.") % {"rule": rule.name})
    return redirect("orders:sharing", code=code, round=found.round.pk)


@post_or("orders:sharing")
def make(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """How it would be shared out, for all goods that were ticked. Nobody gets anything by this."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = MakeForm(request.POST, round=found.round)
    if not form.is_valid():
        messages.error(request, _("Tick the goods first."))
        return redirect("orders:sharing", code=code, round=found.round.pk)
    rule, reason = form.cleaned_data["rule"], form.cleaned_data["reason"]
    made = None
    for good in form.cleaned_data["good"]:
        try:
            made = services.make_sharing(good=good, rule=rule, reason=reason, by=me(request), at=timezone.now())
        except Refusal as refusal:
            messages.error(request, f"{good}: {refusal.message}")
            return _page(request, found, rule=request.POST.get("rule", ""), reason=reason)
    if made is not None and len(form.cleaned_data["good"]) == 1:
        return redirect("orders:sharing_run", code=code, sharing=made.pk)
    messages.success(request, _("This is how it would go. Look at it, then let it hold."))
    return redirect("orders:sharing", code=code, round=found.round.pk)


@post_or("orders:sharing")
def make_instead(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The same for a substitute, among who takes it and who was called and said yes."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = InsteadForm(request.POST, round=found.round)
    if not form.is_valid():
        raise Http404
    facts = form.cleaned_data
    called = request.POST.getlist("called")
    try:
        made = services.make_sharing(
            good=facts["good"], instead=facts["instead"], called=called, by=me(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, f"{facts['instead']}: {refusal.message}")
        return redirect("orders:sharing", code=code, round=found.round.pk)
    return redirect("orders:sharing_run", code=code, sharing=made.pk)


@post_or("orders:sharing")
def apply_all(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """All drafts that were shown hold from now on, or none of them."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    ids = [key for text in request.POST.getlist("sharing") if (key := _uuid(text))]
    sharings = list(Sharing.objects.filter(pk__in=ids, good__round=found.round).select_related("good"))
    if not sharings or len(sharings) != len(ids):
        messages.error(request, _("Somebody has shared it out anew meanwhile: look at that one first."))
        return redirect("orders:sharing", code=code, round=found.round.pk)
    try:
        applied = services.apply_sharings(sharings=sharings, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        words = ngettext(
            "%(count)d good is shared out; the sheets are being made anew.",
            "%(count)d goods are shared out; the sheets are being made anew.",
            len(sharings),
        )
        messages.success(request, words % {"count": len(sharings)})
        _tell_opened(request, applied)
    return redirect("orders:sharing", code=code, round=found.round.pk)


def _tell_opened(request: HttpRequest, applied: Sequence[Sharing]) -> None:
    """Which bags are packed already and hold something else: whoever packs must hear it now."""
    rooms = list(dict.fromkeys(room for sharing in applied for room in sharing.opened))
    if rooms:
        words = _("These bags were packed already and are open again: %(rooms)s. Pack them anew.")
        messages.warning(request, words % {"rooms": _(", ").join(rooms)})


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


# ── one run ───────────────────────────────────────


@require_GET
def sharing_run(request: HttpRequest, code: str, sharing: uuid.UUID) -> HttpResponse:
    """Who gets how much and why; the rule, the seed, and how to run it again."""
    return _run_page(request, sharing_for(request, code, sharing))


def _run_page(request: HttpRequest, found: SharingAccess, form: WithdrawForm | None = None) -> HttpResponse:
    round = found.sharing.good.round
    holds = found.sharing.applied_at is not None and found.sharing.replaced_at is None
    context = {
        "round": round,
        "membership": found.membership,
        "sharing": found.sharing,
        "run": run_page(found.sharing),
        "withdraw": (form or WithdrawForm()) if holds and round.state in services.SHARED_IN else None,
    }
    return render(request, "orders/sharing_run.html", context)


@post_or("orders:sharing_run")
def apply(request: HttpRequest, code: str, sharing: uuid.UUID) -> HttpResponse:
    found = sharing_for(request, code, sharing)
    round = found.sharing.good.round
    try:
        applied = services.apply_sharing(sharing=found.sharing, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("orders:sharing_run", code=code, sharing=found.sharing.pk)
    messages.success(request, _("It is shared out; the sheets are being made anew."))
    _tell_opened(request, [applied])
    return redirect("orders:sharing", code=code, round=round.pk)


@post_or("orders:sharing_run")
def withdraw(request: HttpRequest, code: str, sharing: uuid.UUID) -> HttpResponse:
    """Takes back what holds, with a reason; why not, at the form."""
    found = sharing_for(request, code, sharing)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _run_page(request, found, form)
    reason = form.cleaned_data["reason"]
    try:
        taken = services.withdraw_sharing(sharing=found.sharing, reason=reason, by=me(request), at=timezone.now())
    except Refusal as refusal:
        form.add_error("reason", refusal.message)
        return _run_page(request, found, form)
    messages.success(request, _("Taken back: who gets any of it is open again. The sheets are being made anew."))
    _tell_opened(request, [taken])
    return redirect("orders:sharing", code=code, round=found.sharing.good.round_id)


@post_or("orders:sharing_run")
def run_again(request: HttpRequest, code: str, sharing: uuid.UUID) -> HttpResponse:
    """Runs it again from what is stored, and says whether the same comes out."""
    found = sharing_for(request, code, sharing)
    if services.is_repeatable(found.sharing):
        messages.success(
            request,
            _("Run again: the same result, household by household (checksum %(sha256)s).")
            % {"sha256": found.sharing.result_sha256[:16]},
        )
    else:
        messages.error(request, _("Run again, something else comes out: this must not happen, tell somebody."))
    return redirect("orders:sharing_run", code=code, sharing=found.sharing.pk)


@require_GET
def problem_file(request: HttpRequest, code: str, sharing: uuid.UUID) -> HttpResponse:
    """All that went in, for `manage.py share FILE` on another machine."""
    found = sharing_for(request, code, sharing)
    response = JsonResponse(queries.file_of(found.sharing), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="sharing-{found.sharing.seed}.json"'
    return response
