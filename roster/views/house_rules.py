"""The compound's own limits for its volunteers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compound import access
from compound.views.access import compound_for, me
from roster.forms.house_rules import HouseRulesForm, initial_of
from roster.services.house_rules import change_rules, rules_of


@require_http_methods(["GET", "HEAD", "POST"])
def house_rules(request: HttpRequest, code: str) -> HttpResponse:
    """How much may one person be asked for here?"""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    form = HouseRulesForm(request.POST or None, initial=initial_of(rules_of(compound)))
    if form.is_valid():
        changed = change_rules(compound=compound, values=form.cleaned_data, by=me(request), at=timezone.now())
        messages.success(request, _("Saved. They hold from now on.") if changed else _("Nothing has changed."))
        return redirect("roster:house_rules", code=code)
    return render(request, "roster/setup/house_rules.html", {"form": form})
