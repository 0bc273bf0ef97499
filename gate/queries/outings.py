"""The outings of one household, for its page at the desk."""

from compound.models import Household
from gate.models import Outing

# A fortnight of one every second day, with some to spare.
MOST = 10


def outings_of(household: Household) -> list[Outing]:
    """The newest first, without those that did not take place. One statement, by outing_of_household."""
    rows = Outing.objects.filter(household=household, void_at__isnull=True)
    return list(rows.select_related("check_out__gate", "check_in__gate", "gate_pass").order_by("-out_at")[:MOST])
