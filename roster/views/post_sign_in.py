"""At the post: its QR opens this page on the volunteer's own phone, and one button signs in or out."""

import uuid
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from compound import throttle
from compound.days import Clock
from compound.refusals import Refusal
from compound.views.access import me, post_or
from compound.views.accounts import address_of
from roster.access import Duty, leads
from roster.forms.duty import AtPostForm
from roster.models import Post, Volunteer
from roster.queries.attendance import post_of, sign_in_path
from roster.queries.my import at_the_post
from roster.queries.open_shifts import seat_now
from roster.services import assignments
from roster.services.house_rules import rules_of
from roster.services.links import renew_post_code
from roster.services.tokens import is_link_token
from roster.views.access import duty_for, leader_for
from roster.views.duty import no_volunteer

# Wrong codes of one person; an old print that hangs at the gate is scanned by many, each a few times.
TRIES, WINDOW_SECONDS = 30, 600


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def at_post(request: HttpRequest, code: str, post: uuid.UUID, token: str) -> HttpResponse:
    """My shift here now, and its one button; else what is the case, and what to do."""
    compound, duty = duty_for(request, code)
    if not throttle.allowed(scope="post-code", who=str(me(request).pk), limit=10 * TRIES, seconds=WINDOW_SECONDS):
        return render(request, "roster/duty/old_code.html", {"is_throttled": True}, status=429)
    row = post_of(compound, post)
    if row is None or not is_link_token(token, "post", row.pk, row.sign_in_version):
        return render(request, "roster/duty/old_code.html", status=404)
    if duty.volunteer is None:
        return no_volunteer(request, duty)
    row.compound = compound
    form = AtPostForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _act(request, row, duty.volunteer, form)
        return redirect(request.path)
    return render(request, "roster/duty/at_post.html", _at_post(row, duty.volunteer))


def _at_post(post: Post, volunteer: Volunteer) -> dict[str, Any]:
    now, compound = timezone.now(), post.compound
    found = at_the_post(post=post, volunteer=volunteer, rules=rules_of(compound), at=now)
    seat = None
    if found.here is None and found.elsewhere is None:
        seat = seat_now(compound=compound, volunteer=volunteer, post=post, at=now)
    return {"post": post, "found": found, "seat": seat}


def _act(request: HttpRequest, post: Post, volunteer: Volunteer, form: AtPostForm) -> None:
    """Only what stands on the page: the own shift at this very post, or the seat that is empty here now."""
    now, by = timezone.now(), me(request)
    do, of = form.cleaned_data["do"], form.cleaned_data["of"]
    said = {"time": Clock(post.compound, now).time(now)}
    page = _at_post(post, volunteer)
    here, seat = page["found"].here, page["seat"]
    try:
        if do == "take" and seat is not None and seat.shift.pk == of:
            made = assignments.take(shift=seat.shift, volunteer=volunteer, by=by, at=now)
            assignments.sign_in(assignment=made, by=by, at=now, at_post=True)
            messages.success(request, _("The shift is yours, and you are signed in at %(time)s. Thank you!") % said)
        elif do == "in" and here is not None and here.assignment.pk == of:
            assignments.sign_in(assignment=here.assignment, by=by, at=now, at_post=True)
            messages.success(request, _("Signed in at %(time)s. Thank you for coming.") % said)
        elif do == "out" and here is not None and here.assignment.pk == of:
            assignments.sign_out(assignment=here.assignment, by=by, at=now)
            messages.success(request, _("Signed out at %(time)s. Have a good rest.") % said)
        else:
            messages.warning(request, _("This has changed in the meantime. Please look again."))
    except Refusal as refusal:
        messages.error(request, refusal.message)


def _led_post(request: HttpRequest, code: str, post_id: uuid.UUID) -> tuple[Duty, Post]:
    """A post, for the coordinator and its group's leaders. Raises Http404. Four queries."""
    compound, duty = leader_for(request, code)
    row = post_of(compound, post_id)
    if row is None or not leads(duty, row.group_id):
        raise Http404
    row.compound = compound
    return duty, row


@never_cache
@require_safe
def post_code(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    """The post's QR on a page of its own, to print and hang up."""
    duty, row = _led_post(request, code, post)
    url, is_local = address_of(request, sign_in_path(row))
    qr = segno.make(url, error="m", micro=False).svg_data_uri(scale=8, border=4, dark="#000", light="#fff")
    context = {"post": row, "qr": qr, "url": url, "is_local": is_local, "runs_roster": duty.runs_roster}
    return render(request, "roster/duty/post_code.html", context)


@post_or("roster:post_code")
def renew_code(request: HttpRequest, code: str, post: uuid.UUID) -> HttpResponse:
    """The old print opens nothing any more: it was photographed and passed on."""
    _duty, row = _led_post(request, code, post)
    renew_post_code(post=row, by=me(request), at=timezone.now())
    messages.success(request, _("The old code no longer works. Print this one and hang it up."))
    return redirect("roster:post_code", code=code, post=post)
