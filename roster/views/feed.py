"""The calendar: one secret address for a phone's calendar program, and the page on which it is copied and reset."""

import hashlib
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compound import throttle
from compound.views.access import me, post_or
from compound.views.accounts import address_of
from roster.calendar import calendar_file
from roster.models import Volunteer
from roster.queries.feed import calendar_entries
from roster.services.links import reset_feed
from roster.services.tokens import is_link_token, link_token
from roster.views.access import duty_for, volunteer_for
from roster.views.duty import no_volunteer

# Wrong addresses from one place: a whole compound may ask from behind one router, and its old addresses go on asking.
TRIES, WINDOW_SECONDS = 120, 600


@login_not_required
@require_safe
def feed(request: HttpRequest, code: str, volunteer: uuid.UUID, token: str) -> HttpResponse:
    """text/calendar for whoever holds the address. Wrong, old and ended ones are all not found."""
    who = request.META.get("REMOTE_ADDR", "")
    rows = Volunteer.objects.filter(compound__code=code, pk=volunteer, ended_at=None).select_related("compound", "user")
    row = rows.first()
    version = row.feed_version if row else 0
    # The token is compared in any case, so that the time it takes tells nothing.
    if not is_link_token(token, "feed", volunteer, version) or row is None:
        if not throttle.allowed(scope="feed", who=who, limit=TRIES, seconds=WINDOW_SECONDS):
            return HttpResponse(status=429, headers={"Retry-After": str(WINDOW_SECONDS)})
        raise Http404
    compound = row.compound
    base, _is_local = address_of(request, "")
    # The compound's language: a calendar program asks in no language at all.
    with translation.override(compound.language):
        entries = calendar_entries(row, base=base, at=timezone.now())
        name = _("Duty · %(compound)s") % {"compound": compound.name}
        body = calendar_file(name=name, zone=compound.time_zone, entries=entries)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    # Asked again each time, answered with 304 while nothing has changed, and kept by nobody in between.
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    response["Content-Disposition"] = 'inline; filename="duty.ics"'
    return get_conditional_response(request, etag=etag, response=response) or response


@never_cache
@require_safe
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """My calendar's address, and how a phone subscribes to it."""
    compound, duty = duty_for(request, code)
    if duty.volunteer is None:
        return no_volunteer(request, duty)
    token = link_token("feed", duty.volunteer.pk, duty.volunteer.feed_version)
    path = reverse("roster:feed", kwargs={"code": compound.code, "volunteer": duty.volunteer.pk, "token": token})
    url, is_local = address_of(request, path)
    context = {
        "url": url,
        "webcal": "webcal://" + url.partition("://")[2],
        "is_local": is_local,
        "runs_roster": duty.runs_roster,
    }
    return render(request, "roster/duty/calendar.html", context)


@post_or("roster:calendar")
def reset(request: HttpRequest, code: str) -> HttpResponse:
    """Another address, because the old one has become known."""
    compound, _duty, volunteer = volunteer_for(request, code)
    volunteer.compound = compound
    reset_feed(volunteer=volunteer, by=me(request), at=timezone.now())
    messages.success(request, _("Your calendar has a new address. Subscribe to it anew; the old one is dead."))
    return redirect("roster:calendar", code=code)
