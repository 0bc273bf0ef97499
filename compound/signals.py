"""What happens in the registry that the apps above may answer to; `compound` itself knows none of them."""

from django.dispatch import Signal

# A compound was set up. Sent inside the transaction, with `compound` and `at`.
compound_started = Signal()
