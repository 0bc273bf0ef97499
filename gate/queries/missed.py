"""Outings whose return nobody saw, in the database's words; `gate.rules.quota.is_missed` says when that is so.

`persons` is that of the rulebook which judged the exit: one row may be asked for without the rules now in force.
"""

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import GreaterThanOrEqual

from gate.models import Outing
from gate.rules.quota import NO_RULES, OF_SEVERAL

# Of the open outing x in a statement that is written by hand.
MISSED_SQL = f"""
CASE WHEN x.kind IN ('household', 'emergency') THEN (
    SELECT count(*) FROM gate_outing y WHERE y.household_id = x.household_id AND y.kind = x.kind
    AND y.out_at > x.out_at AND y.slot IS NOT NULL AND y.released_at IS NULL AND y.void_at IS NULL
) >= greatest(1, coalesce((
    SELECT r.persons FROM gate_check e JOIN compound_rulebook r ON r.id = e.rulebook_id WHERE e.id = x.check_out_id
), {NO_RULES.persons}))
ELSE EXISTS (
    SELECT FROM gate_outing y WHERE y.gate_pass_id = x.gate_pass_id AND y.kind = x.kind AND y.out_at > x.out_at
    AND y.void_at IS NULL
) END
"""  # noqa: S608


def is_missed() -> Combinable:
    """For `annotate` and `filter` on outings that are open; costs a look-up by index for each row."""
    later = Outing.objects.filter(kind=OuterRef("kind"), out_at__gt=OuterRef("out_at"), void_at=None)
    of_home = later.filter(household=OuterRef("household"), slot__isnull=False, released_at=None)
    many = of_home.order_by().values("household").annotate(n=Count("pk")).values("n")
    persons = Greatest(1, Coalesce(F("check_out__rulebook__persons"), NO_RULES.persons))
    enough = GreaterThanOrEqual(Coalesce(Subquery(many), 0), persons)
    again = Exists(later.filter(gate_pass=OuterRef("gate_pass")))
    return Case(When(Q(kind__in=OF_SEVERAL), then=enough), default=again, output_field=BooleanField())
