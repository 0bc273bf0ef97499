"""Login, one-time logins, passwords."""

import datetime as dt
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from compound import access, throttle
from compound.forms.accounts import ChangePassword, FirstPassword, LoginForm, NewPassword, OpenLoginForm, PersonForm
from compound.loopback import is_demo_user, is_loopback
from compound.models import User
from compound.models.accounts import clean_phone
from compound.queries.accounts import is_empty, people_with_logins
from compound.refusals import Refusal
from compound.services import accounts
from compound.views.access import compound_for

BACKEND = "django.contrib.auth.backends.ModelBackend"
# In the session: until when (timestamp) a password may be set without the old one, after a one-time login.
MAY_SET_PASSWORD = "may_set_password_until"  # noqa: S105 - the name of a key
MINUTES_TO_SET_PASSWORD = 30


@method_decorator([login_not_required, never_cache], name="dispatch")
class Login(LoginView):
    """Phone and password. On an empty installation it leads to the first page instead."""

    form_class = LoginForm
    template_name = "compound/login.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_empty():
            return redirect("start")
        return super().get(request, *args, **kwargs)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """What django-axes shows after too many failures: how long, and what to do meanwhile. Status 429."""
    typed = request.POST.get("username", "")
    form = LoginForm(request, initial={"username": typed})
    # The cursor in the box would invite the next try, which starts the wait anew.
    del form.fields["username"].widget.attrs["autofocus"]
    context = {
        "minutes": round(settings.AXES_COOLOFF_TIME * 60),
        "phone": clean_phone(typed)[:20],
        "form": form,
        "next": request.POST.get("next", ""),
    }
    return render(request, "compound/login_locked.html", context, status=429)


@never_cache
@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin site has no login page of its own; for somebody without the right there is nothing here."""
    if request.user.is_authenticated:
        raise Http404
    return redirect(f"{reverse('login')}?{urlencode({'next': request.GET.get('next', reverse('admin:index'))})}")


@never_cache
@login_not_required
def login_by_token(request: HttpRequest, token: str) -> HttpResponse:
    """The address in a login QR. GET shows one button: the previews of chat programs must not use it up."""
    who = request.META.get("REMOTE_ADDR", "")
    if not throttle.allowed(scope="login-token", who=who, limit=60, seconds=600):
        return render(request, "compound/login_token.html", {"problem": "throttled"}, status=429)
    now = timezone.now()
    known = accounts.login_behind(token=token, at=now)
    if known is None:
        return render(request, "compound/login_token.html", {"problem": "over"}, status=410)
    if not is_loopback(request) and is_demo_user(known.user):
        return render(request, "compound/login_demo.html", status=403)
    if request.method != "POST":
        return render(request, "compound/login_token.html", {"person": known.user})
    try:
        user = accounts.use_login(token=token, at=now)
    except Refusal:
        return render(request, "compound/login_token.html", {"problem": "over"}, status=410)
    login(request, user, backend=BACKEND)
    request.session[MAY_SET_PASSWORD] = (now + dt.timedelta(minutes=MINUTES_TO_SET_PASSWORD)).timestamp()
    return redirect("password")


@never_cache
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """A new password: right after a one-time login without the old one, else with it."""
    user, now = _me(request), timezone.now()
    is_fresh = float(request.session.get(MAY_SET_PASSWORD, 0)) > now.timestamp()
    is_nameless = user.phone.startswith(accounts.NO_PHONE)
    form_class = (FirstPassword if is_nameless else NewPassword) if is_fresh else ChangePassword
    initial = {"name": user.name} if is_nameless else {}
    form = form_class(request.POST or None, user=user, initial=initial)
    if form.is_valid():
        try:
            accounts.set_own_password(
                user=user,
                password=form.cleaned_data["password"],
                phone=form.cleaned_data.get("phone", ""),
                name=form.cleaned_data.get("name", ""),
                at=now,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            request.session.pop(MAY_SET_PASSWORD, None)
            update_session_auth_hash(request, user)
            messages.success(request, _("Your new password is saved."))
            return redirect("home")
    context = {"form": form, "is_fresh": is_fresh, "is_nameless": is_nameless}
    return render(request, "compound/password.html", context)


@require_GET
def logins(request: HttpRequest, code: str) -> HttpResponse:
    """登录二维码: the members of a compound, and for whom a login can be given out."""
    compound, _membership = compound_for(request, code, *access.GIVE_LOGINS)
    people = people_with_logins(compound=compound, by=_me(request), at=timezone.now())
    return render(request, "compound/logins.html", {"compound": compound, "people": people})


@never_cache
@require_POST
def issue_login(request: HttpRequest, code: str) -> HttpResponse:
    """Gives out a login and shows its QR, this once. It stands in the answer itself: no address shows it again."""
    compound, _membership = compound_for(request, code, *access.GIVE_LOGINS)
    form = PersonForm(request.POST, compound=compound)
    if not form.is_valid():
        raise Http404
    person = form.cleaned_data["person"]
    if not throttle.allowed(scope="issue-login", who=str(_me(request).pk), limit=60, seconds=3600):
        messages.error(request, _("60 logins in an hour are the limit. Please wait a while."))
        return redirect("logins", code=code)
    try:
        row, token = accounts.issue_login(compound=compound, user=person, by=_me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("logins", code=code)
    url, is_local = address_of(request, reverse("login_by_token", args=[token]))
    context = {
        "compound": compound,
        "person": person,
        "login": row,
        "url": url,
        "is_local": is_local,
        "time": f"{compound.local(row.expires_at):%H:%M}",
        "qr": segno.make(url, error="m", micro=False).svg_data_uri(scale=8, border=4, dark="#000", light="#fff"),
    }
    return render(request, "compound/logins_issued.html", context)


@require_POST
def revoke_login(request: HttpRequest, code: str) -> HttpResponse:
    """Takes back a login that was given out and not used yet."""
    compound, _membership = compound_for(request, code, *access.GIVE_LOGINS)
    form = OpenLoginForm(request.POST, compound=compound)
    if not form.is_valid():
        raise Http404
    row = form.cleaned_data["login"]
    try:
        accounts.revoke_login(compound=compound, login=row, by=_me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The login of %(name)s was taken back.") % {"name": row.user.name})
    return redirect("logins", code=code)


def address_of(request: HttpRequest, path: str) -> tuple[str, bool]:
    """The full address that a phone should open, and whether only this very machine can.

    `PUBLIC_URL` when it was set; else the address under which the visitor found us, which a phone in the same
    network finds as well.
    """
    public = settings.PUBLIC_URL
    if any(name in public for name in ("//127.", "//localhost", "//[::1]")):
        public = f"{request.scheme}://{request.get_host()}"
    return public + path, any(name in public for name in ("//127.", "//localhost", "//[::1]"))


def _me(request: HttpRequest) -> User:
    """The logged-in user: LoginRequiredMiddleware has sent everybody else away."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
