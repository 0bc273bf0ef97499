"""The planner's pages: started for some days, watched, looked at beside what is promised, published or dropped."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from compound import access
from compound.models import Compound
from compound.refusals import Refusal
from compound.services.jobs import cancel_job
from compound.views.access import compound_for, me, post_or
from roster.forms.plans import PublishPlanForm, StartForm
from roster.models import Plan
from roster.queries.plans import newer_plan, plan_page, plans_of
from roster.services import planning
from roster.services.assignments import Published

PAGE = 20
WEEK = dt.timedelta(days=6)


def plan_or_404(compound: Compound, plan: uuid.UUID) -> Plan:
    found = plans_of(compound).filter(pk=plan).first()
    if found is None:
        raise Http404
    # Fetched above with a row of its own; this one carries what the page's frame needs.
    found.compound = compound
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest, code: str) -> HttpResponse:
    """Start one, and those that there were."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    now = timezone.now()
    tomorrow = compound.day_of(now) + dt.timedelta(days=1)
    form = StartForm(request.POST or None, initial={"from_on": tomorrow, "until_on": tomorrow + WEEK})
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.request_plan(compound=compound, **form.cleaned_data, by=me(request), at=now)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("roster:plan", code=code, plan=made.pk)
    page = Paginator(plans_of(compound), PAGE).get_page(request.GET.get("page"))
    running = next((one for one in page if one.state == Plan.State.RUNNING), None)
    context = {"compound": compound, "form": form, "page": page, "running": running}
    return render(request, "roster/plans/plans.html", context)


@require_safe
def plan(request: HttpRequest, code: str, plan: uuid.UUID) -> HttpResponse:
    """While it runs how far it is, afterwards the proposal."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    return _page(request, compound, plan_or_404(compound, plan))


def _page(request: HttpRequest, compound: Compound, found: Plan, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {"compound": compound, "plan": found, **more}
    if found.state != Plan.State.RUNNING:
        context |= {"page": plan_page(found), "newer": newer_plan(found)}
    return render(request, "roster/plans/plan.html", context)


@require_safe
def progress(request: HttpRequest, code: str, plan: uuid.UUID) -> HttpResponse:
    """How far it is: the progress part, which asks again by itself. When it is over the page loads anew."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    found = plan_or_404(compound, plan)
    response = render(request, "roster/plans/progress.html", {"compound": compound, "plan": found})
    if found.state != Plan.State.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@post_or("roster:plan")
def cancel(request: HttpRequest, code: str, plan: uuid.UUID) -> HttpResponse:
    """Ends the search; what it has found by then is proposed."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    found = plan_or_404(compound, plan)
    if found.job is not None:
        now = timezone.now()
        cancel_job(job=found.job, at=now)
        planning.end_lost_plans(now)
    return redirect("roster:plan", code=code, plan=plan)


@post_or("roster:plan")
def publish(request: HttpRequest, code: str, plan: uuid.UUID) -> HttpResponse:
    """All, a day, a group or what is ticked. What is refused stays a proposal, and the page says why."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    found = plan_or_404(compound, plan)
    form = PublishPlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("roster:plan", code=code, plan=plan)
    try:
        done = planning.publish_plan(plan=found, by=me(request), at=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:plan", code=code, plan=plan)
    return _published(request, compound, plan, done)


def _published(request: HttpRequest, compound: Compound, plan: uuid.UUID, done: Published) -> HttpResponse:
    if done.done:
        count = len(done.done)
        words = ngettext("%(count)d seat published.", "%(count)d seats published.", count)
        messages.success(request, words % {"count": count})
    if done.refused:
        return _page(request, compound, plan_or_404(compound, plan), refused=done.refused)
    return redirect("roster:plan", code=compound.code, plan=plan)


@post_or("roster:plan")
def drop(request: HttpRequest, code: str, plan: uuid.UUID) -> HttpResponse:
    """Takes the proposals back; nobody has been told of them."""
    compound, _membership = compound_for(request, code, *access.RUN_ROSTER)
    try:
        planning.drop_plan(plan=plan_or_404(compound, plan), by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:plan", code=code, plan=plan)
    messages.success(request, _("Dropped. Nobody was told anything."))
    return redirect("roster:plans", code=code)
