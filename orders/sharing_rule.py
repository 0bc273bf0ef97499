"""From a compound's rule to the one that `orders.allocation` runs, and which tier a household is of. Pure."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

from orders.allocation import Kind, Rule, Tier
from orders.models import SharingRule

# What a compound has before anybody said otherwise: 70 cabbages for 368 households, and that stayed the rule.
# Tags are codes of `compound.tags`; the names are stored in the compound's language (orders/services/sharing_rules).
DEFAULT_TIERS: Final[tuple[tuple[tuple[str, ...], int], ...]] = (
    (("medical_family",), 30),
    (("hardship",), 20),
    (("infant", "lone_elder"), 20),
)


def as_rule(row: SharingRule) -> Rule:
    """`orders.allocation.ProblemError` where a rule was written past the forms and makes no sense."""
    return Rule(
        kind=Kind(row.kind),
        tiers=tuple(Tier(tier["name"], int(tier["percent"])) for tier in row.tiers),
        # As they come from the form or the table; a row that was just made may still hold whole numbers.
        each=None if row.each is None else Decimal(row.each),
        missed_first=row.missed_first,
        step=Decimal(row.step),
        name=row.name,
    )


def snapshot_of(row: SharingRule) -> dict[str, Any]:
    """The rule as it is kept with a sharing: that of `orders.allocation`, and which tags stood for which tier."""
    content = as_rule(row).to_json()
    for kept, tier in zip(content["tiers"], row.tiers, strict=True):
        kept["tags"] = list(tier.get("tags", ()))
    return content


def tier_of(rule: SharingRule, tags: Collection[str]) -> int:
    """The first tier that names one of the household's tags; that of everybody else comes after the last."""
    for place, tier in enumerate(rule.tiers):
        if not set(tier.get("tags", ())).isdisjoint(tags):
            return place
    return len(rule.tiers)
