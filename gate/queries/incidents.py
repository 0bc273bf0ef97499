"""What somebody did at a gate that has to be on record."""

from django.core.paginator import Page, Paginator

from compound.models import Compound
from gate.models import Incident

PER_PAGE = 50


def incidents_page(*, compound: Compound, page: str) -> "Page[Incident]":
    """Newest first. Two statements."""
    rows = Incident.objects.filter(compound=compound).select_related("gate", "household", "device", "by")
    return Paginator(rows.order_by("-event_at", "pk"), PER_PAGE).get_page(page)
