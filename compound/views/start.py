"""The way in: `/`, and the first page of an empty installation."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from compound.forms.accounts import StartForm
from compound.loopback import is_loopback
from compound.models import Compound, User
from compound.queries.accounts import compounds_of
from compound.refusals import Refusal
from compound.services.start import start_compound
from compound.views.accounts import BACKEND


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """`/`: into the one compound, to a list of several, or to a sentence for somebody who has none."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    compounds = compounds_of(user)
    if len(compounds) == 1:
        return redirect("desk:today", code=compounds[0].code)
    can_start = user.is_superuser and not compounds
    return render(request, "compound/start_choose.html", {"compounds": compounds, "can_start": can_start})


@never_cache
@login_not_required
@sensitive_post_parameters("password")
def start(request: HttpRequest) -> HttpResponse:
    """Sets up the first compound, from the computer itself only: whoever came first from the network would own it.

    Once a compound exists there is nothing at this address.
    """
    if Compound.objects.exists():
        raise Http404
    if not is_loopback(request):
        return render(request, "compound/start_elsewhere.html", status=403)
    form = StartForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            started = start_compound(
                code=data["code"],
                name=data["name"],
                gates=data["gates"],
                secretary=data["secretary"],
                phone=data["phone"],
                password=data["password"],
                at=timezone.now(),
                only_first=True,
            )
        except Refusal as refusal:
            if refusal.code == "already_started":
                messages.error(request, refusal.message)
                return redirect("login")
            form.add_error({"phone_taken": "phone"}.get(refusal.code), refusal.message)
        else:
            login(request, started.secretary, backend=BACKEND)
            messages.success(request, _("%(name)s is set up. Next: import the households.") % data)
            return redirect("home")
    return render(request, "compound/start.html", {"form": form})
