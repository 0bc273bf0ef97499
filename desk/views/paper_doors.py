"""/s/<code>/doors/: exceptions off a delivery run, entered by whoever holds the paper."""

import uuid
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from compound import throttle
from compound.refusals import Refusal
from compound.services.sheets import read_short_code
from compound.views.access import me
from desk.forms import CodeForm, PaperForm
from desk.queries.paper_doors import paper_doors
from desk.queries.short_link import open_code, short_link
from desk.views import short_link as page
from orders.models import DoorMark
from orders.services.paper_doors import Written, record_paper
from orders.sharing_words import not_shared_out

# Forms for each sheet, however many hold a copy of it: a run has no more doors than that in ten minutes.
WRITES = 40


@never_cache
@login_not_required
def write(request: HttpRequest, code: str) -> HttpResponse:
    """Looks at what was filled in, shows it once more, writes it down when that is sent. Nothing else can be written
    without an account: every other sheet, and every code that opens nothing, gets one and the same answer.
    """
    if request.method != "POST":
        return redirect("desk:short_link", code=code)
    now, who = timezone.now(), request.META.get("REMOTE_ADDR", "")
    limits = (("short-code", who, page.TRIES), ("paper-doors", read_short_code(code), WRITES))
    if not all(
        throttle.allowed(scope=scope, who=of, limit=limit, seconds=page.WINDOW_SECONDS) for scope, of, limit in limits
    ):
        return render(request, "desk/short_code.html", {"form": CodeForm(), "problem": "throttled"}, status=429)
    short_code = open_code(code, at=now)
    member = page.standing_at(request, short_code.sheet) if short_code else None
    may_open = member is not None and short_code is not None and page.may_open_sheet(member, short_code.sheet)
    paper = paper_doors(short_code.sheet, is_member=may_open) if short_code else ()
    if short_code is None or not paper:
        return render(request, "desk/short_code.html", {"form": CodeForm(), "problem": "over"}, status=404)
    form = PaperForm(request.POST, paper=paper)
    if form.is_valid() and request.POST.get("do") == "send":
        try:
            written = record_paper(
                sheet=short_code.sheet,
                code=short_code.code,
                id=form.cleaned_data["id"] or uuid.uuid4(),
                doors=form.doors,
                rest=form.all_others,
                by=me(request) if may_open else None,
                at=now,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _said(written))
            for text in _remarks(written):
                messages.warning(request, text)
            return redirect("desk:short_link", code=code)
    link = short_link(short_code=short_code, is_member=may_open)
    context = {"compound": short_code.sheet.compound, "sheet": short_code.sheet, "link": link, "form": form}
    name = "desk/paper_preview.html" if form.is_valid() else "desk/short_link.html"
    # Whoever goes back and fills in something else sends another form; who sends this one twice has sent it once.
    return render(request, name, context | {"may_open": may_open, "id": uuid.uuid4()})


def _remarks(written: Written) -> Iterator[str]:
    """What of it changes nothing. Where the other word came from, and no name: anybody may hold the paper."""
    kept = _("%(room)s: something else was written down already, %(source)s. The coordinator sees what you say.")
    for room, source in written.kept.items():
        yield kept % {"room": room, "source": DoorMark.Source(source).label}
    if written.more:
        more = _("%(rooms)s: more is on the list than on this sheet. Of that nothing was written down.")
        yield more % {"rooms": "、".join(written.more)}
    if written.undecided:
        yield not_shared_out(written.undecided)


def _said(written: Written) -> str:
    if written.replayed:
        return _("This form was sent before: it is written down once.")
    doors = ngettext("%(count)d exception", "%(count)d exceptions", written.doors) % {"count": written.doors}
    rest = ngettext("%(count)d good delivered", "%(count)d goods delivered", written.rest) % {"count": written.rest}
    return _("Written down: %(doors)s, %(rest)s.") % {"doors": doors, "rest": rest}
