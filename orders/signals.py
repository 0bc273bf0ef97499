"""What others may act upon: sent inside the transaction, so that what they write stands or falls with it."""

from django.dispatch import Signal

# (receipt, by, at). The round is locked.
receipt_entered = Signal()
receipt_voided = Signal()
# (round, by, at). Every line has its mark.
round_settled = Signal()
