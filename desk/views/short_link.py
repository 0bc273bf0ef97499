"""/s/: the short codes printed on sheets. Open to whoever holds the paper, so it says rooms and little else."""

import datetime as dt

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
from desk.forms import CodeForm, PaperForm
from desk.queries.paper_doors import paper_doors
from desk.queries.short_link import open_code, short_link
from money.queries.strips import KIND as BILL_STRIPS
from orders.models import Round
from orders.queries.rounds import OF_A_BUILDING
from orders.queries.sheet_rows import ReliefTicks
from orders.rules import can_have_been_delivered
from orders.services.paper_doors import is_over_for
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
    member = standing_at(request, sheet)
    if sheet.kind in DUTY_SHEETS:
        return _duty_sheet(request, sheet, member)
    if sheet.kind == BILL_STRIPS:
        return _bill_strips(request, sheet, member)
    may_open = member is not None and may_open_sheet(member, sheet)
    link = short_link(short_code=short_code, is_member=may_open)
    paper = paper_doors(sheet, is_member=may_open)
    known = me(request) if may_open else None
    is_over = bool(paper) and link.round is not None and is_over_for(link.round, known)
    can_write = bool(paper) and not is_over and can_be_written(link.round, timezone.now())
    context = {
        "form": PaperForm(paper=paper) if can_write else None,
        "is_over": is_over,
        "compound": sheet.compound,
        "link": link,
        "sheet": sheet,
        "may_open": may_open,
        "may_see_round": member is not None and access.can_see_orders(member),
        "may_revoke": member is not None and access.can_run_orders(member),
    }
    return render(request, "desk/short_link.html", context)


def can_be_written(round: Round | None, at: dt.datetime) -> bool:
    return round is not None and can_have_been_delivered(round, at)


def _duty_sheet(request: HttpRequest, sheet: Sheet, member: Standing | None) -> HttpResponse:
    """A sheet of the roster says names: only who keeps the roster is led to its newest version."""
    duty = duty_of(member) if member else None
    if duty is None or not (duty.runs_roster or duty.leads):
        return render(request, "desk/short_code.html", {"form": CodeForm(), "problem": "over"}, status=404)
    day = sheet.rows.get("day") or sheet.rows["monday"]
    return redirect(f"{reverse('roster:sheets', kwargs={'code': sheet.compound.code})}?{urlencode({'day': day})}")


def _bill_strips(request: HttpRequest, sheet: Sheet, member: Standing | None) -> HttpResponse:
    """What every household has to pay: only who may open the file is led to it."""
    if member is None or not member.has(*sheet.file.roles):
        return render(request, "desk/short_code.html", {"form": CodeForm(), "problem": "over"}, status=404)
    return redirect("orders:file", code=sheet.compound.code, file=sheet.file_id)


def standing_at(request: HttpRequest, sheet: Sheet) -> Standing | None:
    return standing_of(request.user, sheet.compound.code) if isinstance(request.user, User) else None


def may_open_sheet(member: Standing, sheet: Sheet) -> bool:
    """Whether the member may open the PDF; a captain that of the own building."""
    if not access.can_deliver(member):
        return False
    if access.sees_all_buildings(member) or sheet.kind not in OF_A_BUILDING:
        return True
    return sheet.compound.buildings.filter(pk__in=member.buildings, name=sheet.part).exists()


@require_POST
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """A sheet was lost: its code opens nothing any more."""
    short_code = open_code(code, at=timezone.now())
    member = standing_at(request, short_code.sheet) if short_code else None
    if short_code is None or member is None or not access.can_run_orders(member):
        raise Http404
    revoke_short_code(short_code=short_code, by=me(request), at=timezone.now())
    messages.success(request, _("The code on this sheet opens nothing any more."))
    if short_code.sheet.kind == ReliefTicks.kind:
        return redirect("orders:relief", code=member.compound.code, relief=short_code.sheet.group)
    return redirect("orders:round", code=member.compound.code, round=short_code.sheet.group)
