"""The one door of every page below /c/<code>/: fetch and access in one function."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse

from compound.access import Standing, standing_of
from compound.models import Compound, User


class Access(NamedTuple):
    """Unpacks as `compound, membership = compound_for(request, code)`."""

    compound: Compound
    membership: Standing


def compound_for(request: HttpRequest, code: str, *roles: str) -> Access:
    """The compound `code` for a member of it; with `roles`, for a member who has one of them.

    The secretary and superusers have every role. Raises Http404 for no such compound, not a member and not in
    that role alike: nobody learns from the answer which of them it was. One query.
    """
    user = request.user
    standing = standing_of(user, code) if isinstance(user, User) else None
    if standing is None or (roles and not standing.has(*roles)):
        raise Http404
    access = Access(standing.compound, standing)
    # For the page's frame (compound.context_processors.place), which must not ask the database again.
    request.access = access  # type: ignore[attr-defined]
    return access


def me(request: HttpRequest) -> User:
    """The logged-in user: LoginRequiredMiddleware has sent everybody else away."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def post_or(page: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that only takes POST. Whoever comes otherwise (reloads, switches the language) is led to `page`.

    The page has the same arguments in its address, or the compound's code alone.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def posted(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **kwargs)
            try:
                return HttpResponseRedirect(reverse(page, kwargs=kwargs))
            except NoReverseMatch:
                return HttpResponseRedirect(reverse(page, kwargs={"code": kwargs["code"]}))

        return posted

    return decorate
