"""How far the work is that a page asked for, and its end: one piece for every list that a job fills."""

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise

from compound.models import Compound, Job
from compound.services.jobs import cancel_job


@dataclass(frozen=True)
class JobPart:
    """What the parts of two lists differ in, for templates/components/job.html.

    `page` is the name of the list's address; `page_job` and `page_job_cancel` are those of the part itself.
    """

    kind: str
    page: str
    label: Promise
    # What to do when it did not work.
    again: Promise

    @property
    def poll(self) -> str:
        return f"{self.page}_job"

    @property
    def cancel(self) -> str:
        return f"{self.page}_job_cancel"


def job_part(request: HttpRequest, compound: Compound, job_id: uuid.UUID, part: JobPart) -> HttpResponse:
    """The part alone, which asks again by itself. When the work is over the page loads anew. 404 for another kind."""
    found = _job_or_404(compound, job_id, part)
    response = render(request, "components/job.html", {"job": found, "part": part, "compound": compound})
    if not found.is_open:
        response["HX-Refresh"] = "true"
    return response


def end_job(request: HttpRequest, compound: Compound, job_id: uuid.UUID, part: JobPart) -> HttpResponse:
    """Ends a waiting job now, a running one after its batch; what is made stays. Anything but POST only leads back."""
    found = _job_or_404(compound, job_id, part)
    if request.method == "POST":
        cancel_job(job=found, at=timezone.now())
    return redirect(part.page, code=compound.code)


def _job_or_404(compound: Compound, job_id: uuid.UUID, part: JobPart) -> Job:
    found = compound.jobs.filter(kind=part.kind, pk=job_id).first()
    if found is None:
        raise Http404
    return found
