"""The compound's own limits for its volunteers."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from compound.models import Compound, User
from roster.models import RosterRules
from roster.services.log import log


def rules_of(compound: Compound) -> RosterRules:
    """The compound's row, made with the defaults when it is first asked for. One query, three the first time."""
    return RosterRules.objects.get_or_create(compound=compound)[0]


@transaction.atomic
def change_rules(*, compound: Compound, values: Mapping[str, Any], by: User, at: dt.datetime) -> list[str]:
    """Writes the columns of `values` that differ and returns their names. Shifts and people stay as they are."""
    rules_of(compound)
    rules = RosterRules.objects.select_for_update().get(compound=compound)
    changed = {name: [getattr(rules, name), value] for name, value in values.items() if getattr(rules, name) != value}
    if not changed:
        return []
    for name, (_before, after) in changed.items():
        setattr(rules, name, after)
    rules.save(update_fields=list(changed))
    log(
        compound=compound,
        by=by,
        at=at,
        action="roster.rules_changed",
        text=gettext_noop("House rules of the roster changed"),
        changed={name: [str(before), str(after)] for name, (before, after) in changed.items()},
    )
    return list(changed)
