"""The two switches of the top bar, for browsers whose JavaScript did not come through."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from compound.preferences import COOKIE_AGE_SECONDS, THEME_COOKIE, THEMES, VIEW_COOKIE, VIEWS


@login_not_required
@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Takes `view` and `theme`, either or both, and leads back to `next`; an unknown value changes nothing."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    for cookie, allowed in ((VIEW_COOKIE, VIEWS), (THEME_COOKIE, THEMES)):
        chosen = request.POST.get(cookie, "")
        if chosen in allowed:
            # Not HttpOnly: the page's own script reads and writes them too.
            response.set_cookie(cookie, chosen, max_age=COOKIE_AGE_SECONDS, samesite="Lax", secure=request.is_secure())
    return response
