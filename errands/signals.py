"""What others may want to know of an errand, sent inside the transaction that writes it, the errand's row locked.

`errand_paid`: somebody laid money out, or the sum was put right (`errand.amount`, `errand.paid_by`); it may come again
with another sum, also after the end. `errand_ended`: it was handed over, refused, not to be had or withdrawn
(`errand.state`). One that was withdrawn or not to be had may be bought after all, by a runner who did not know: it is
open again then, and ends a second time. What was said by mistake is taken back (errands/services/mistakes.py): the same
signal comes again with the errand as it stands then, `amount` None and `state` open where that is so.

Both carry `errand: Errand`, `by: User | None` (None: the household itself), `at` when it happened and `now` when it was
entered.
"""

from django.dispatch import Signal

errand_paid = Signal()
errand_ended = Signal()
