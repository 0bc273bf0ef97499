"""What was done from one day to another, by category, beside as many days before."""

from desk.queries.statistics.figures import Figure, Group, Statistics, statistics
from desk.queries.statistics.period import MAX_DAYS, Period

__all__ = ["MAX_DAYS", "Figure", "Group", "Period", "Statistics", "statistics"]
