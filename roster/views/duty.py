"""我的班: what a volunteer sees and does on the own phone."""

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from compound.days import Clock
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import me, post_or
from roster.access import Duty
from roster.forms.duty import CannotComeForm
from roster.models import Assignment, Shift
from roster.queries.my import leaders_to_call, medics_to_call, my_page, my_shifts
from roster.queries.open_shifts import DAYS, open_page
from roster.services import assignments
from roster.services.house_rules import rules_of
from roster.services.tokens import link_token
from roster.views.access import duty_for, volunteer_for
from roster.views.own import done, own_shift_for
from roster.words import span_words


def shift_words(compound: Compound, of: Shift | Assignment) -> str:
    """`今天 12:00–16:00 东门岗`."""
    shift = of.shift if isinstance(of, Assignment) else of
    day = Clock(compound, timezone.now()).day(shift.duty_on)
    return f"{day} {span_words(shift.starts_at, shift.ends_at, compound.tz)} {shift.post.name}"


def no_volunteer(request: HttpRequest, duty: Duty) -> HttpResponse:
    """A member of the compound who is no volunteer: what to do instead of "not found"."""
    compound = duty.standing.compound
    rules = rules_of(compound)
    token = link_token("sign-up", compound.code, rules.sign_up_version)
    context = {
        "runs_roster": duty.runs_roster,
        "sign_up_url": reverse("roster:join", kwargs={"code": compound.code, "token": token})
        if rules.sign_up_open
        else "",
    }
    return render(request, "roster/duty/none.html", context)


@require_safe
def my(request: HttpRequest, code: str) -> HttpResponse:
    """My next shift first, then what I have to answer, then the rest."""
    compound, duty = duty_for(request, code)
    if duty.volunteer is None:
        return no_volunteer(request, duty)
    rules = rules_of(compound)
    page = my_page(compound=compound, volunteer=duty.volunteer, rules=rules, at=timezone.now())
    return render(request, "roster/duty/my.html", {"page": page, "duty": duty})


@require_safe
def my_shift(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    """One of my shifts, with everything that I can do about it."""
    compound, _duty, _volunteer, row = own_shift_for(request, code, assignment)
    (found,) = my_shifts([row], rules=rules_of(compound), at=timezone.now())
    context: dict[str, object] = {"one": found}
    if "ill" in request.GET and row.state == Assignment.State.DECLINED:
        group = row.shift.post.group_id
        leaders = [user for user in leaders_to_call(Q(group=group))[group] if user != row.user]
        context |= {"is_ill": True, "leaders": leaders, "medics": medics_to_call(compound)}
    return render(request, "roster/duty/shift.html", context)


@require_safe
def open_shifts(request: HttpRequest, code: str) -> HttpResponse:
    """The shifts that I can take now; `?days=14` looks further ahead."""
    compound, duty = duty_for(request, code)
    if duty.volunteer is None:
        return no_volunteer(request, duty)
    days = 2 * DAYS if request.GET.get("days") == str(2 * DAYS) else DAYS
    page = open_page(compound=compound, volunteer=duty.volunteer, at=timezone.now(), days=days)
    return render(request, "roster/duty/open.html", {"page": page, "days": days, "more_days": 2 * DAYS})


@post_or("roster:open")
def take_shift(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """我来."""
    compound, _duty, volunteer = volunteer_for(request, code)
    row = _shift_of(compound, shift)
    try:
        made = assignments.take(shift=row, volunteer=volunteer, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("roster:open", code=code)
    messages.success(request, _("%(shift)s is yours. Thank you!") % {"shift": shift_words(compound, row)})
    return redirect("roster:my_shift", code=code, assignment=made.pk)


@post_or("roster:open")
def wait_for_shift(request: HttpRequest, code: str, shift: uuid.UUID) -> HttpResponse:
    """候补."""
    compound, _duty, volunteer = volunteer_for(request, code)
    row = _shift_of(compound, shift)
    words = _("You are on the waiting list for %(shift)s.") % {"shift": shift_words(compound, row)}
    if done(
        request, lambda: assignments.wait(shift=row, volunteer=volunteer, by=me(request), at=timezone.now()), words
    ):
        return redirect("roster:my", code=code)
    return redirect("roster:open", code=code)


def _shift_of(compound: Compound, pk: uuid.UUID) -> Shift:
    """A shift of the compound; whether it may be taken is for the rules. One query."""
    shift = Shift.objects.filter(compound=compound, pk=pk).select_related("post").first()
    if shift is None:
        raise Http404
    shift.compound = compound
    return shift


@post_or("roster:my_shift")
def confirm_one(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    compound, _duty, _volunteer, row = own_shift_for(request, code, assignment)
    words = _("Confirmed: %(shift)s.") % {"shift": shift_words(compound, row)}
    done(request, lambda: assignments.confirm(assignment=row, by=me(request), at=timezone.now()), words)
    return redirect("roster:my", code=code)


@post_or("roster:my")
def confirm_all(request: HttpRequest, code: str) -> HttpResponse:
    """Every published shift ahead. One that is refused meanwhile stops no other."""
    compound, _duty, volunteer = volunteer_for(request, code)
    now, count = timezone.now(), 0
    rules = rules_of(compound)
    for one in my_page(compound=compound, volunteer=volunteer, rules=rules, at=now).to_confirm:
        try:
            assignments.confirm(assignment=one.assignment, by=me(request), at=now)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            count += 1
    if count:
        words = ngettext("%(count)d shift confirmed.", "%(count)d shifts confirmed.", count)
        messages.success(request, words % {"count": count})
    return redirect("roster:my", code=code)


@post_or("roster:my_shift")
def accept(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    """A place of the waiting list has become free, and it is taken."""
    compound, _duty, _volunteer, row = own_shift_for(request, code, assignment)
    words = _("%(shift)s is yours. Thank you!") % {"shift": shift_words(compound, row)}
    done(request, lambda: assignments.accept_offer(assignment=row, by=me(request), at=timezone.now()), words)
    return redirect("roster:my", code=code)


@post_or("roster:my")
def step_back(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    """Off the waiting list, or no to the place that is offered."""
    compound, _duty, _volunteer, row = own_shift_for(request, code, assignment)
    words = _("You no longer wait for %(shift)s.") % {"shift": shift_words(compound, row)}
    done(request, lambda: assignments.withdraw(assignment=row, by=me(request), at=timezone.now()), words)
    return redirect("roster:my", code=code)


@post_or("roster:my_shift")
def sign_in_here(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    compound, _duty, _volunteer, row = own_shift_for(request, code, assignment)
    now = timezone.now()
    words = _("Signed in at %(time)s. Thank you for coming.") % {"time": Clock(compound, now).time(now)}
    done(request, lambda: assignments.sign_in(assignment=row, by=me(request), at=now), words)
    return redirect("roster:my", code=code)


@post_or("roster:my_shift")
def sign_out_here(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    compound, _duty, _volunteer, row = own_shift_for(request, code, assignment)
    now = timezone.now()
    words = _("Signed out at %(time)s. Have a good rest.") % {"time": Clock(compound, now).time(now)}
    done(request, lambda: assignments.sign_out(assignment=row, by=me(request), at=now), words)
    return redirect("roster:my", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def cannot(request: HttpRequest, code: str, assignment: uuid.UUID) -> HttpResponse:
    """我来不了: why, what happens then, and the other ways out."""
    compound, _duty, _volunteer, row = own_shift_for(request, code, assignment)
    now, rules = timezone.now(), rules_of(compound)
    form = CannotComeForm(request.POST if request.method == "POST" else None, compound=compound)
    if form.is_valid():
        try:
            outcome = assignments.cannot_come(assignment=row, by=me(request), at=now, why=form.text, ill=form.is_ill)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("roster:my_shift", code=code, assignment=assignment)
        said = {"shift": shift_words(compound, row)}
        if form.is_ill:
            address = reverse("roster:my_shift", kwargs={"code": code, "assignment": assignment})
            return redirect(f"{address}?ill=1")
        if outcome.what == "freed":
            messages.success(request, _("You need not come to %(shift)s. Is one of these better for you?") % said)
            return redirect("roster:open", code=code)
        words = _("The leader is being told, and somebody else is looked for. Until then %(shift)s is still yours.")
        messages.warning(request, words % said)
        return redirect("roster:my_shift", code=code, assignment=assignment)
    (found,) = my_shifts([row], rules=rules, at=now)
    if not found.can_say_no:
        return redirect("roster:my_shift", code=code, assignment=assignment)
    early = (row.starts_at - now).total_seconds() >= rules.early_minutes * 60
    return render(request, "roster/duty/cannot.html", {"one": found, "form": form, "is_early": early})
