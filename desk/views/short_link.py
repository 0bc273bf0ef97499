"""/s/: the short codes printed on sheets. Open to whoever holds the paper, so it says rooms and little else."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from compound import access, throttle
from compound.access import Standing, standing_of
from compound.models import Sheet, User
from compound.services.sheets import read_short_code
from compound.services.short_codes import revoke_short_code
from compound.views.access import me
from desk.forms import CodeForm
from desk.queries.short_link import open_code, short_link
from roster.access import duty_of
from roster.queries.sheet_rows import KINDS as DUTY_SHEETS

# For each address; one address may be a whole property office with its runners.
TRIES, WINDOW_SECONDS = 120, 600


@never_cache
@login_not_required
@require_safe
def type_code(request: HttpRequest) -> HttpResponse:
    """Where a code is typed that no camera can read any more."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid() and (code := read_short_code(form.cleaned_data["code"])):
        return redirect("desk:short_link", code=code)
    return render(request, "desk/short_code.html", {"form": form})


@never_cache
@login_not_required
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of one sheet. Unknown, run out and taken back codes get one and the same answer."""
    who = request.META.get("REMOTE_ADDR", "")
    if not throttle.allowed(scope="short-code", who=who, limit=TRIES, seconds=WINDOW_SECONDS):
        return render(request, "desk/short_code.html", {"form": CodeForm(), "problem": "throttled"}, status=429)
    short_code = open_code(code, at=timezone.now())
    if short_code is None:
        return render(request, "desk/short_code.html", {"form": CodeForm(), "problem": "over"}, status=404)
    sheet = short_code.sheet
    member = _standing(request, sheet)
    if sheet.kind in DUTY_SHEETS:
        return _duty_sheet(request, sheet, member)
    may_open = member is not None and _may_open(member, sheet)
    link = short_link(short_code=short_code, is_member=may_open)
    context = {
        "compound": sheet.compound,
        "link": link,
        "sheet": sheet,
        "may_open": may_open,
        "may_see_round": member is not None and access.can_see_orders(member),
        "may_revoke": member is not None and access.can_run_orders(member),
    }
    return render(request, "desk/short_link.html", context)


def _duty_sheet(request: HttpRequest, sheet: Sheet, member: Standing | None) -> HttpResponse:
    """A sheet of the roster says names: only who keeps the roster is led to its newest version."""
    duty = duty_of(member) if member else None
    if duty is None or not (duty.runs_roster or duty.leads):
        return render(request, "desk/short_code.html", {"form": CodeForm(), "problem": "over"}, status=404)
    day = sheet.rows.get("day") or sheet.rows["monday"]
    return redirect(f"{reverse('roster:sheets', kwargs={'code': sheet.compound.code})}?{urlencode({'day': day})}")


def _standing(request: HttpRequest, sheet: Sheet) -> Standing | None:
    return standing_of(request.user, sheet.compound.code) if isinstance(request.user, User) else None


def _may_open(member: Standing, sheet: Sheet) -> bool:
    """Whether the member may open the PDF; a captain that of the own building."""
    if not access.can_deliver(member):
        return False
    if access.sees_all_buildings(member) or sheet.kind != "delivery_run":
        return True
    return sheet.compound.buildings.filter(pk__in=member.buildings, name=sheet.part).exists()


@require_POST
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """A sheet was lost: its code opens nothing any more."""
    short_code = open_code(code, at=timezone.now())
    member = _standing(request, short_code.sheet) if short_code else None
    if short_code is None or member is None or not access.can_run_orders(member):
        raise Http404
    revoke_short_code(short_code=short_code, by=me(request), at=timezone.now())
    messages.success(request, _("The code on this sheet opens nothing any more."))
    return redirect("orders:round", code=member.compound.code, round=short_code.sheet.group)
