"""How a compound delivers, and when it is quiet."""

import datetime as dt

from compound.models import Compound
from orders import rules
from orders.models import OrderRules


def house_rules(compound: Compound) -> OrderRules:
    """The compound's row, or one with the defaults that is not stored: reading writes nothing. One statement."""
    found = OrderRules.objects.filter(compound=compound).first()
    if found is None:
        found = OrderRules(compound=compound)
        # A fresh row has the defaults as they are written.
        for field in OrderRules._meta.concrete_fields:
            if field.has_default():
                setattr(found, field.attname, field.to_python(getattr(found, field.attname)))
    return found


def is_quiet_at(house: OrderRules, at: dt.datetime) -> bool:
    time = house.compound.local(at).time()
    return rules.is_quiet(time, quiet_from=house.quiet_from, quiet_until=house.quiet_until)


def quiet_times(house: OrderRules, at: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    """The quiet hours around `at` and the next ones, for a page that stays open without a network."""
    if house.quiet_from == house.quiet_until:
        return []
    compound, today = house.compound, house.compound.day_of(at)
    over_midnight = dt.timedelta(days=1 if house.quiet_until < house.quiet_from else 0)
    days = [today + dt.timedelta(days=day) for day in (-1, 0, 1)]
    times = [
        (compound.moment(day, house.quiet_from), compound.moment(day + over_midnight, house.quiet_until))
        for day in days
    ]
    return [(start, end) for start, end in times if end > at]
