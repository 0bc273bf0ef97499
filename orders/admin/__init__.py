"""The secretary's view of the orders: shops and goods to edit, the rest to look at."""

from orders.admin import delivery, notices, relief, rounds, sharing, shopping

__all__ = ["delivery", "notices", "relief", "rounds", "sharing", "shopping"]
