"""The compound's rules for sharing out: which there are, and one of them as a form."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import Access, compound_for, me, post_or
from orders import sharing_words
from orders.forms.sharing import RuleChoice, RuleForm, TierForm, tier_forms
from orders.models import SharingRule
from orders.services import sharing_rules as services
from orders.sharing_rule import as_rule


@require_GET
def sharing_rules(request: HttpRequest, code: str) -> HttpResponse:
    """All rules in use; `?edit=NAME` opens one of them, `?new` an empty one."""
    found = compound_for(request, code, *access.RUN_ORDERS)
    services.default_rule(compound=found.compound)
    edit = _named(found.compound, request.GET.get("edit", ""))
    if edit is None and "new" not in request.GET:
        return _page(request, found, None, None, [])
    form = RuleForm(instance=edit, initial=None if edit else {"each": 1})
    return _page(request, found, edit, form, tier_forms(rule=edit))


def _named(compound: Compound, name: str) -> SharingRule | None:
    return compound.sharing_rules.filter(is_active=True, name=name).first()


def _page(
    request: HttpRequest, found: Access, edit: SharingRule | None, form: RuleForm | None, tiers: list[TierForm]
) -> HttpResponse:
    rules = found.compound.sharing_rules.filter(is_active=True)
    context = {
        "rules": [(rule, sharing_words.rule_lines(as_rule(rule).to_json(), "")) for rule in rules],
        "retired": [
            (rule, sharing_words.rule_lines(as_rule(rule).to_json(), ""))
            for rule in found.compound.sharing_rules.filter(is_active=False)
        ],
        "edit": edit,
        "form": form,
        "tiers": tiers,
    }
    return render(request, "orders/sharing_rules.html", context)


@post_or("orders:sharing_rules")
def save(request: HttpRequest, code: str) -> HttpResponse:
    """A new rule, or another wording of the one that the form names."""
    found = compound_for(request, code, *access.RUN_ORDERS)
    was = request.POST.get("was", "")
    rule = _named(found.compound, was)
    if was and rule is None:
        raise Http404
    form, tiers = RuleForm(request.POST, instance=SharingRule(compound=found.compound)), tier_forms(request.POST)
    if not (all([form.is_valid(), *(tier.is_valid() for tier in tiers)])):
        return _page(request, found, rule, form, tiers)
    facts = services.RuleFacts(**form.cleaned_data, tiers=[tier.tier for tier in tiers if tier.tier])
    try:
        made = services.save_rule(compound=found.compound, rule=rule, facts=facts, by=me(request), at=timezone.now())
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _page(request, found, rule, form, tiers)
    messages.success(
        request, _("“%(rule)s” is saved. Rounds past their cut-off keep their rule.") % {"rule": made.name}
    )
    return redirect("orders:sharing_rules", code=code)


@post_or("orders:sharing_rules")
def usual(request: HttpRequest, code: str) -> HttpResponse:
    """The usual rule from now on."""
    found = compound_for(request, code, *access.RUN_ORDERS)
    return _with_rule(request, found, services.make_default, _("“%(rule)s” is the usual rule now."))


@post_or("orders:sharing_rules")
def retire(request: HttpRequest, code: str) -> HttpResponse:
    found = compound_for(request, code, *access.RUN_ORDERS)
    return _with_rule(request, found, services.retire_rule, _("“%(rule)s” is offered no more."))


@post_or("orders:sharing_rules")
def restore(request: HttpRequest, code: str) -> HttpResponse:
    """A rule that was offered no more, offered again."""
    found = compound_for(request, code, *access.RUN_ORDERS)
    return _with_rule(request, found, services.restore_rule, _("“%(rule)s” is offered again."), is_active=False)


def _with_rule(
    request: HttpRequest, found: Access, do: services.OfRule, done: str, *, is_active: bool = True
) -> HttpResponse:
    form = RuleChoice(request.POST, compound=found.compound, is_active=is_active)
    if not form.is_valid():
        raise Http404
    rule = form.cleaned_data["rule"]
    try:
        do(rule=rule, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done % {"rule": rule.name})
    return redirect("orders:sharing_rules", code=found.compound.code)
