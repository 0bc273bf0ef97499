"""Medicine, top-ups and whatever else somebody runs for one household."""

from errands.models.errands import CardLoan, Errand, ErrandStep, Medicine, TopUp

__all__ = ["CardLoan", "Errand", "ErrandStep", "Medicine", "TopUp"]
