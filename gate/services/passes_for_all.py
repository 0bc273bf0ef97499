"""A pass for every household that has none, as a job: in batches, with progress, safe to run twice."""

import datetime as dt

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.jobs import Progress, job_kind
from compound.models import Compound, Household, Job, User
from compound.refusals import Refusal
from compound.services.audit import record
from compound.services.jobs import request_job
from gate.models import Pass
from gate.queries.passes import PASSES_JOB, without_pass
from gate.services.tokens import pass_token, token_hash

# Each batch is a transaction of its own: what was issued when somebody stops the job stays issued.
BATCH = 100


@transaction.atomic
def request_passes(*, compound: Compound, with_empty: bool, by: User, at: dt.datetime) -> Job:
    """Asks for the job. Raises `nothing_to_issue` when every household has a pass."""
    if not without_pass(compound, at=at, with_empty=with_empty).exists():
        raise Refusal("nothing_to_issue", _("Every household has a pass."))
    job = request_job(
        kind=PASSES_JOB, key=str(compound.pk), by=by, at=at, compound=compound, params={"with_empty": with_empty}
    )
    record(compound=compound, by=by, at=at, action="passes.asked", text=_("Passes for all households asked for"))
    return job


@job_kind(PASSES_JOB)
def run_passes_job(job: Job, progress: Progress) -> None:
    """Goes on where an earlier, killed run has stopped: who has a pass by now is no longer in the list."""
    compound = Compound.objects.get(pk=int(job.key))
    issue_for_all(
        compound=compound,
        with_empty=bool(job.params.get("with_empty")),
        by=job.created_by,
        at=timezone.now(),
        progress=progress,
    )


def issue_for_all(*, compound: Compound, with_empty: bool, by: User | None, at: dt.datetime, progress: Progress) -> int:
    """Issues what is missing; returns how many. A batch of 100 households takes six statements."""
    waiting = list(without_pass(compound, at=at, with_empty=with_empty).order_by("pk").values_list("pk", flat=True))
    issued = 0
    progress(0, len(waiting))
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        issued += _issue_batch(compound, batch, with_empty=with_empty, by=by, at=at)
        progress(start + len(batch), len(waiting))
    return issued


@transaction.atomic
def _issue_batch(
    compound: Compound, households: list[int], *, with_empty: bool, by: User | None, at: dt.datetime
) -> int:
    """Locked in the order of their keys, and asked again: meanwhile somebody may have got a pass at the desk."""
    locked = Household.objects.select_for_update(no_key=True).filter(pk__in=households).order_by("pk")
    list(locked.values_list("pk"))
    doors = list(without_pass(compound, at=at, with_empty=with_empty).filter(pk__in=households))
    if not doors:
        return 0
    with translation.override(compound.language):
        reason = _("run out")
    # One that has run out stands in the way of the new one until it is ended.
    Pass.objects.filter(household__in=doors, kind=Pass.Kind.HOUSEHOLD, revoked_at=None).update(
        revoked_at=at, revoked_by=by, revoked_why=reason
    )
    passes = [
        Pass(compound=compound, household=door, kind=Pass.Kind.HOUSEHOLD, issued_at=at, issued_by=by) for door in doors
    ]
    for made in passes:
        made.token_hash = token_hash(pass_token(made.pk))
    Pass.objects.bulk_create(passes)
    with translation.override(compound.language):
        words = ngettext("%(count)d household pass issued", "%(count)d household passes issued", len(passes))
        text = words % {"count": len(passes)}
    record(compound=compound, by=by, at=at, action="passes.issued", text=text, count=len(passes))
    return len(passes)
