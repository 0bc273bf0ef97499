"""`rules.due` and `rules.is_enough` in SQL, of an order line."""

from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, When
from django.db.models.functions import Coalesce

from orders.shelf import WEIGHED_SLACK

# What is handed over at the door: as packed, else as shared out with what goes instead, else as ordered.
DUE = Coalesce(
    F("packed"),
    Case(
        When(allocated__isnull=True, allocated_instead__isnull=True, then=F("ordered")),
        default=Coalesce(F("allocated"), Decimal(0)) + Coalesce(F("allocated_instead"), Decimal(0)),
    ),
    output_field=DecimalField(max_digits=9, decimal_places=3),
)

# From how much on nothing is missing.
ENOUGH = Case(
    When(item__is_weighed=True, then=F("ordered") * (1 - WEIGHED_SLACK)),
    default=F("ordered"),
    output_field=DecimalField(max_digits=12, decimal_places=5),
)

# Shared out, and nothing of it, nor of anything instead, for this line.
ALLOTTED_NOTHING = Q(allocated=0) & (Q(allocated_instead=None) | Q(allocated_instead=0))
