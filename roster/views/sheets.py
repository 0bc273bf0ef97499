"""The roster on paper: choose a day, make its sheets, print them; the coordinator all, a leader the own group's."""

import datetime as dt
import io
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from pypdf import PdfReader, PdfWriter

from compound.models import Compound, StoredFile
from compound.views.access import me, post_or
from roster.access import Duty
from roster.forms.sheets import WHAT, CodesForm, DayForm, MakeForm
from roster.models import DutyGroup, Post
from roster.queries.board import monday_of
from roster.queries.kept_sheets import kept_sheets, seen_sheets
from roster.queries.sheet_rows import DutyDay, DutyWeek, GroupList
from roster.services import paper
from roster.views.access import leader_for

KIND_OF = {"day": DutyDay.kind, "week": DutyWeek.kind, "groups": GroupList.kind}
DAY = dt.timedelta(days=1)


def groups_of(compound: Compound, duty: Duty) -> list[DutyGroup]:
    """Those whose sheets and texts this user makes. One query for the coordinator."""
    if duty.runs_roster:
        return list(DutyGroup.objects.filter(compound=compound, ended_at=None))
    return list(duty.leads)


def _only(duty: Duty) -> list[uuid.UUID] | None:
    """The groups of whoever does not see all sheets."""
    return None if duty.runs_roster else [group.pk for group in duty.leads]


@require_safe
def sheets(request: HttpRequest, code: str) -> HttpResponse:
    """The sheets kept for one day and its week, and what can be made."""
    compound, duty = leader_for(request, code)
    today = compound.day_of(timezone.now())
    groups = groups_of(compound, duty)
    form = DayForm(request.GET or None, groups=groups, today=today, all_groups=True)
    day, group = form.chosen()
    only = [group.pk] if group else _only(duty)
    kept = kept_sheets(compound, day, groups=only)
    posts = Post.objects.filter(compound=compound, ended_at=None, group__in=[group] if group else groups)
    context = {
        "form": form,
        "day": day,
        "monday": monday_of(day),
        "sunday": monday_of(day) + 6 * DAY,
        "group": group,
        "sections": [{"what": what, "label": label, "kept": kept[KIND_OF[what]]} for what, label in WHAT],
        "posts": posts.order_by("position", "name"),
        "runs_roster": duty.runs_roster,
        "before": day - DAY,
        "after": day + DAY,
    }
    return render(request, "roster/paper/sheets.html", context)


@post_or("roster:sheets")
def make(request: HttpRequest, code: str) -> HttpResponse:
    """Makes the sheets of one kind now; what has not changed keeps its version."""
    compound, duty = leader_for(request, code)
    now = timezone.now()
    groups = groups_of(compound, duty)
    form = MakeForm(request.POST, groups=groups, today=compound.day_of(now), all_groups=True)
    if not form.is_valid():
        messages.error(request, _("Choose a day and what to make."))
        return redirect("roster:sheets", code=code)
    day, group = form.cleaned_data["day"], form.cleaned_data["group"]
    chosen = [group] if group else groups
    made = _make(form.cleaned_data["what"], compound, day, chosen, request, now)
    new = sum(one.is_new for one in made)
    if new:
        words = ngettext("%(count)d sheet is ready to print.", "%(count)d sheets are ready to print.", new)
        messages.success(request, words % {"count": new})
    elif made:
        messages.info(request, _("Nothing has changed: what is printed still holds."))
    else:
        messages.info(request, _("There is no shift on this day: nothing to print."))
    return redirect(_address(code, day, group))


def _make(
    what: str, compound: Compound, day: dt.date, groups: Sequence[DutyGroup], request: HttpRequest, at: dt.datetime
) -> list[paper.Made]:
    by = me(request)
    if what == "week":
        return [paper.make_week_plan(compound=compound, day=day, by=by, at=at)]
    if what == "groups":
        return paper.make_group_lists(compound=compound, day=day, groups=groups, by=by, at=at)
    return paper.make_day_sheets(compound=compound, day=day, groups=[group.pk for group in groups], by=by, at=at)


def _address(code: str, day: dt.date, group: DutyGroup | None) -> str:
    query = {"day": day.isoformat(), **({"group": str(group.pk)} if group else {})}
    return f"{reverse('roster:sheets', kwargs={'code': code})}?{urlencode(query)}"


@require_safe
def file(request: HttpRequest, code: str, file: uuid.UUID) -> HttpResponse:
    """One version's PDF; `?download` saves it. A leader opens what the page shows and nothing else."""
    compound, duty = leader_for(request, code)
    sheet = seen_sheets(compound, _only(duty)).filter(file=file).values("file__sha256", "file__name").first()
    if sheet is None:
        raise Http404
    return _pdf(request, [file], sheet["file__name"], sheet["file__sha256"])


@require_safe
def print_all(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """The newest versions of one kind for a day in one file, to print in one go."""
    compound, duty = leader_for(request, code)
    form = DayForm(
        request.GET, groups=groups_of(compound, duty), today=compound.day_of(timezone.now()), all_groups=True
    )
    if what not in KIND_OF or not form.is_valid():
        raise Http404
    day, group = form.cleaned_data["day"], form.cleaned_data["group"]
    kept = kept_sheets(compound, day, groups=[group.pk] if group else _only(duty))[KIND_OF[what]]
    if not kept:
        raise Http404
    newest = [one.newest for one in kept]
    label = dict(WHAT)[what]
    etag = "-".join(sheet.file.sha256[:12] for sheet in newest)
    return _pdf(request, [sheet.file_id for sheet in newest], f"{day.isoformat()} {label}.pdf", etag)


@never_cache
@require_safe
def codes(request: HttpRequest, code: str) -> HttpResponse:
    """The QR codes of the posts, one on a page: drawn now and kept nowhere."""
    compound, duty = leader_for(request, code)
    form = CodesForm(request.GET)
    if not form.is_valid():
        raise Http404
    posts = Post.objects.filter(compound=compound, ended_at=None, group__in=groups_of(compound, duty))
    if (post := form.post_id()) is not None:
        posts = posts.filter(pk=post)
    found = list(posts.order_by("position", "name"))
    if not found:
        raise Http404
    content = paper.sign_in_pages(compound=compound, posts=found, by=me(request), at=timezone.now())
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{compound.name} {_('Sign-in codes')}.pdf"
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, name) or "inline"
    return response


def _pdf(request: HttpRequest, files: Sequence[uuid.UUID], name: str, tag: str) -> HttpResponse:
    """The bytes are read only when they are sent; several files become one."""
    etag = f'"{tag}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(_content(files), content_type="application/pdf")
        response["Content-Disposition"] = content_disposition_header("download" in request.GET, name) or "inline"
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
    return response


def _content(files: Sequence[uuid.UUID]) -> bytes:
    contents = dict(StoredFile.objects.filter(pk__in=files).values_list("pk", "content"))
    if len(files) == 1:
        return bytes(contents[files[0]])
    writer = PdfWriter()
    for each in files:
        writer.append(PdfReader(io.BytesIO(bytes(contents[each]))))
    merged = io.BytesIO()
    writer.write(merged)
    return merged.getvalue()
