"""The lock that every writer of an errand takes first. Order: Round, Errand, then what belongs to it, then accounts."""

import uuid

from errands.models import Errand


def lock_errand(errand_id: uuid.UUID) -> Errand:
    """The errand, locked until the transaction ends; other rows may refer to it meanwhile.

    Only what never changes is joined: whoever has waited for the lock gets the row as it is now, but beside it the
    runner as he was before.
    """
    errands = Errand.objects.select_for_update(of=("self",), no_key=True)
    return errands.select_related("compound", "household__building").get(pk=errand_id)
