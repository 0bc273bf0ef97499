"""Who holds the slip is the household: the token in the address is the key, and the only one.

No cookie and no session stand behind these pages, so there is nothing that another site could make a browser send
along: they are exempt from the CSRF check. That lets them say `Referrer-Policy: no-referrer`, under which browsers post
forms with `Origin: null`, and lets a phone that keeps no cookies order all the same.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from compound import throttle
from compound.days import Clock
from compound.models import Compound, Household, HouseholdKey
from compound.preferences import COOKIE_AGE_SECONDS
from compound.refusals import Refusal
from compound.services.household_keys import key_of_token, mark_opened

# Tokens that open nothing, from one address. Behind one address may be a whole compound's wireless network.
MISSES, WINDOW_SECONDS = 120, 600
# Forms of one household: nobody orders that often, and what is behind it is people who run.
WRITES = 60
# Photos of boxes: each is megabytes that are read, made smaller and kept for weeks.
PHOTOS, PHOTO_SECONDS = 12, 3600
# One photo with some words beside it.
MOST_BODY = 20 * 1024 * 1024
TYPED = re.compile(r"(<textarea.*?</textarea>)", re.DOTALL)
INDENT = re.compile(r"\n\s+")
TEXT_COOKIE = "text"
TEXT_SIZES = ("1", "2", "3")


@dataclass(frozen=True)
class Own:
    """Whose page it is, and the moment at which it is looked at."""

    key: HouseholdKey
    household: Household
    compound: Compound
    token: str
    clock: Clock
    # The language or the text size was changed beside a form that somebody is filling in: it is shown again with all
    # that is typed, and nothing is sent.
    only_shows: bool = False

    @property
    def now(self) -> dt.datetime:
        return self.clock.now

    def url(self, name: str = "own", **kwargs: Any) -> str:
        return reverse(f"desk:{name}", kwargs={"token": self.token, **kwargs})

    def check_writes(self) -> None:
        """Counts one form. Raises `too_many_writes`, which a page shows above what was typed."""
        who = str(self.key.pk)
        if not throttle.allowed(scope="own-page-writes", who=who, limit=WRITES, seconds=WINDOW_SECONDS):
            raise Refusal("too_many_writes", _("That was very often. Please wait ten minutes, then send it again."))

    def check_photo(self) -> None:
        """Counts one photo. Raises `too_many_photos`."""
        who = str(self.key.pk)
        if not throttle.allowed(scope="own-page-photos", who=who, limit=PHOTOS, seconds=PHOTO_SECONDS):
            text = _("That were many photos within the hour. Send it without one, or write the name on the box.")
            raise Refusal("too_many_photos", text)

    def said(self, what: str, to: str = "own", **kwargs: Any) -> HttpResponseRedirect:
        """To a page that says in words what was done: see desk/views/own_page/said.py."""
        return HttpResponseRedirect(f"{self.url(to, **kwargs)}?{urlencode({'said': what})}")


OwnView = Callable[..., HttpResponse]


def own_page(view: OwnView) -> OwnView:
    """A page of one household: `view(request, own, **kwargs)`.

    A token that was guessed, that is old or that was replaced gets one and the same answer, and so does what belongs
    to somebody else. Nothing is kept by a browser or a proxy, and the address goes along to nobody.
    """

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        response = _answer(request, view, token, kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return opened


def _answer(request: HttpRequest, view: OwnView, token: str, kwargs: dict[str, Any]) -> HttpResponse:
    key = key_of_token(token)
    if key is None:
        # Whoever holds a slip is let in, whatever the neighbours behind the same address have tried.
        who = request.META.get("REMOTE_ADDR", "")
        if not throttle.allowed(scope="own-page", who=who, limit=MISSES, seconds=WINDOW_SECONDS):
            return page(request, "closed", {"is_throttled": True}, status=429)
        return page(request, "closed", {}, status=404)
    now = timezone.now()
    mark_opened(key=key, at=now)
    compound = key.household.compound
    if _is_too_large(request):
        # Before a byte of it is read: nobody fills the disk with what calls itself a photo.
        own = Own(key, key.household, compound, token, Clock(compound, now))
        text = _("This photo is too large. Go back, and take a smaller one or send it without.")
        return page(request, "lost", {"own": own, "error": text}, status=413)
    chosen = choices(request)
    if language := chosen.get(settings.LANGUAGE_COOKIE_NAME):
        translation.activate(language)
    own = Own(key, key.household, compound, token, Clock(compound, now), only_shows=bool(chosen))
    try:
        return view(request, own, **kwargs)
    except Http404:
        return page(request, "lost", {"own": own}, status=404)


def page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Renders templates/desk/own/<name>.html with the text size that this phone has chosen."""
    chosen = choices(request) if context.get("own") is not None else {}
    size = chosen.get(TEXT_COOKIE) or request.COOKIES.get(TEXT_COOKIE, "")
    context = {"text_size": size if size in TEXT_SIZES else TEXT_SIZES[0], "text_sizes": TEXT_SIZES, **context}
    own = context.get("own")
    if own is not None:
        context |= {"clock": own.clock, "home": own.url(), "back": name not in ("home", "lost")}
    response = render(request, f"desk/own/{name}.html", context, status=status)
    response.content = _without_indents(response.text)
    keep_choices(request, response, chosen)
    return response


def _is_too_large(request: HttpRequest) -> bool:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return not given.isascii() or not given.isdigit() or len(given) > 12 or int(given) > MOST_BODY


def choices(request: HttpRequest) -> dict[str, str]:
    """What a form says of language and text size, by the name of the cookie that keeps it."""
    if request.method != "POST" or _is_too_large(request):
        return {}
    said = {
        settings.LANGUAGE_COOKIE_NAME: (request.POST.get("language", ""), dict(settings.LANGUAGES)),
        TEXT_COOKIE: (request.POST.get("size", ""), TEXT_SIZES),
    }
    return {name: value for name, (value, allowed) in said.items() if value in allowed}


def keep_choices(request: HttpRequest, response: HttpResponse, chosen: dict[str, str]) -> None:
    for name, value in chosen.items():
        response.set_cookie(
            name, value, max_age=COOKIE_AGE_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )


def _without_indents(html: str) -> str:
    """The same page without what indents it, a third of its weight. What somebody has typed stays as it is."""
    parts = TYPED.split(html)
    return "".join(part if TYPED.fullmatch(part) else INDENT.sub("\n", part) for part in parts)


def form_id(request: HttpRequest) -> uuid.UUID:
    """The hidden id of a form: sent twice, it is one act. What is no id counts as none."""
    try:
        return uuid.UUID(request.POST.get("id", ""))
    except ValueError:
        return uuid.uuid4()
