"""What happens to every request: programs go straight to their view; addresses that none can answer; the language."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve
from django.utils import translation

# Below it are the views for phones at the gates and programs, which know them by a token and nobody by a cookie.
PROGRAMS = "/api/v1/gate/"


# What is found is kept, what is not never is: there are five such addresses, and looking for one is 2 % of a check.
view_at = lru_cache(64)(resolve)


class ProgramsAside:
    """Requests of phones and programs step around everything that is below it in MIDDLEWARE: no session, no cookie,
    no logged-in user, no page's language. That would be a third of the work of a check at the gate.

    What such an answer needs of it stands here: the name of the host is looked at, no browser may show or
    run anything of it, its length is told. Addresses that lead nowhere are answered like any other's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PROGRAMS) or "%00" in request.META.get("QUERY_STRING", ""):
            return self.get_response(request)
        request.get_host()
        try:
            match = view_at(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response = response.render()
        headers = response.headers
        headers.setdefault("Content-Length", str(len(response.content)))
        headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        headers["X-Frame-Options"] = "DENY"
        return response


class NoNul:
    """Nothing is at an address with a NUL in it; PostgreSQL and the file system answer one with an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return self.get_response(request)


class LanguageMiddleware:
    """Chinese unless somebody switched: activates the language of the cookie that the switch in the top bar writes.

    Django's LocaleMiddleware would follow Accept-Language, and half of the office's browsers say English
    to a coordinator who reads none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class PrivatePages:
    """What somebody who is logged in was answered is kept by no browser and no proxy, unless the view says how.

    Above the middleware that finds the user, and asks for nobody: a view that did not ask who it is, like the
    gate's shell, is the same for all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Where Django keeps the user of a request once somebody has asked.
        user = getattr(request, "_cached_user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
