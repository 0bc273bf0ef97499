"""The public page of new volunteers. Whoever has the link may write; no answer tells whether a number is known."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from compound import throttle
from compound.models import Compound
from roster.forms.sign_ups import SignUpForm
from roster.services.house_rules import rules_of
from roster.services.sign_ups import sign_up
from roster.services.tokens import is_link_token

# Thirty people signed up within ten minutes once, perhaps all behind one address.
TRIES, WITHIN = 60, 600


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Signing up; `?thanks` is what comes after. A wrong or ended link is no page at all."""
    compound = Compound.objects.filter(code=code).first()
    if compound is None:
        raise Http404
    rules = rules_of(compound)
    if not is_link_token(token, "sign-up", compound.code, rules.sign_up_version):
        raise Http404
    context = {"compound": compound}
    if not rules.sign_up_open:
        return render(request, "roster/people/join_closed.html", context, status=410)
    if request.method == "POST":
        if not throttle.allowed(scope="sign-up", who=request.META.get("REMOTE_ADDR", ""), limit=TRIES, seconds=WITHIN):
            return render(request, "roster/people/join_wait.html", context, status=429)
        form = SignUpForm(request.POST, compound=compound)
        if form.is_valid():
            sign_up(compound=compound, answers=form.answers, at=timezone.now())
            return redirect(reverse("roster:join", kwargs={"code": code, "token": token}) + "?thanks")
        return render(request, "roster/people/join.html", {**context, "form": form}, status=422)
    if "thanks" in request.GET:
        return render(request, "roster/people/join_thanks.html", context)
    return render(request, "roster/people/join.html", {**context, "form": SignUpForm(compound=compound)})
