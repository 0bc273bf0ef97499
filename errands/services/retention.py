"""What an errand leaves behind, and when it is forgotten.

What somebody takes and whose card went along is nobody's business once it is over. That there was an errand, of which
kind, for which door and at what price stays: the ledger points at it.
"""

import datetime as dt

from compound.models import Compound
from compound.services.retention import forgets
from errands.models import CardLoan, Errand, ErrandStep, Medicine, TopUp

# In the place of what had to be said, where a column demands something.
FORGOTTEN = "—"


@forgets("errands", days="ERRAND_DAYS")
def forget_errands(compound: Compound, before: dt.datetime, limit: int) -> int:
    """Errands that ended before; an errand whose card is still out is kept whole, whoever looks for it needs it."""
    over = Errand.objects.filter(compound=compound, ended_at__lt=before).exclude(person=FORGOTTEN, text=FORGOTTEN)
    over = over.exclude(cards__returned_at__isnull=True, cards__isnull=False)
    ids = list(over.values_list("pk", flat=True)[:limit])
    for model in (ErrandStep, Medicine, CardLoan, TopUp):
        model._base_manager.filter(errand__in=ids).delete()
    Errand.objects.filter(pk__in=ids).exclude(end_reason="").update(end_reason=FORGOTTEN)
    return Errand.objects.filter(pk__in=ids).update(person=FORGOTTEN, text=FORGOTTEN)
