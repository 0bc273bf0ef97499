"""消息: texts to copy into the chats, and what became of the e-mails."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from compound.models import Compound
from compound.services import outbox
from compound.views.access import me, post_or
from roster.access import Duty, can_message
from roster.forms.messages import SentForm
from roster.forms.sheets import DayForm
from roster.models import DutyGroup
from roster.queries.messages import emails_of, messages_for, roster_text, sent_blocks, waiting_blocks
from roster.services.alerts import gaps_text, open_gaps
from roster.services.house_rules import rules_of
from roster.views.access import leader_for
from roster.views.sheets import groups_of


def _messaging(request: HttpRequest, code: str) -> tuple[Compound, Duty, list[DutyGroup], list[str] | None]:
    """Who may message: the coordinator for everybody, a leader for the groups that let them. Else Http404.

    The last value: the groups' names, by which their texts are found; None for all.
    """
    compound, duty = leader_for(request, code)
    groups = [group for group in groups_of(compound, duty) if can_message(duty, group.pk)]
    if not duty.runs_roster and not groups:
        raise Http404
    return compound, duty, groups, None if duty.runs_roster else [group.name for group in groups]


@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """What waits, texts made on demand for one group (`?group=&day=`), what was sent."""
    compound, duty, groups, audiences = _messaging(request, code)
    now = timezone.now()
    today = compound.day_of(now)
    form = DayForm(request.GET or None, groups=groups, today=today, all_groups=False)
    day, group = form.chosen()
    group = group or next(iter(groups), None)
    context = {
        "blocks": waiting_blocks(compound, audiences, at=now),
        "sent": sent_blocks(compound, audiences, at=now),
        "emails": emails_of(compound, audiences, at=now),
        "sends_email": settings.SENDS_EMAIL,
        "form": form,
        "day": day,
        "group": group,
        "today": today,
        "tomorrow": today + dt.timedelta(days=1),
        "texts": _texts(compound, group, day, now) if group else None,
        "runs_roster": duty.runs_roster,
    }
    return render(request, "roster/paper/messages.html", context)


def _texts(compound: Compound, group: DutyGroup, day: dt.date, at: dt.datetime) -> dict[str, str]:
    """The day's roster of a group and its gaps. Four queries."""
    until = at + dt.timedelta(hours=rules_of(compound).alert_hours)
    gaps = [gap for gap in open_gaps(at=at, compound=compound, until=until) if gap.group == group]
    return {
        "roster": roster_text(compound, group, day),
        "gaps": gaps_text(compound, gaps) if gaps else "",
    }


@post_or("roster:messages")
def mark_sent(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody has pasted these texts."""
    compound, ids = _chosen(request, code)
    count = outbox.mark_sent(compound=compound, messages=ids, by=me(request), at=timezone.now())
    if count:
        messages.success(request, _("Marked as sent."))
    else:
        messages.info(request, _("Somebody has marked it already, or its time is over."))
    return redirect("roster:messages", code=code)


@post_or("roster:messages")
def unmark_sent(request: HttpRequest, code: str) -> HttpResponse:
    """It was pressed by mistake: the texts wait again."""
    compound, ids = _chosen(request, code)
    count = outbox.unmark_sent(compound=compound, messages=ids)
    words = ngettext("%(count)d text waits again.", "%(count)d texts wait again.", count)
    messages.success(request, words % {"count": count})
    return redirect("roster:messages", code=code)


def _chosen(request: HttpRequest, code: str) -> tuple[Compound, list[uuid.UUID]]:
    """Those of the posted ids that this user may see."""
    compound, _duty, _groups, audiences = _messaging(request, code)
    form = SentForm(request.POST)
    if not form.is_valid():
        raise Http404
    seen = messages_for(compound, audiences).filter(pk__in=form.cleaned_data["message"])
    return compound, list(seen.values_list("pk", flat=True))
