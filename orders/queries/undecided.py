"""What came short and nobody has decided: it is not known who gets any of it.

No "delivered" hands such a part over, neither a sweeping word ("all the others", a whole building) nor the plain one of
its own door: only who says how many were given, or what a packer wrote of its bag.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from orders.models import Allotment, Order, OrderLine, Purchase, Sharing
from orders.queries.due import ALLOTTED_NOTHING
from orders.shelf import is_enough

ZERO = Decimal(0)
# Round, goods, unit.
Good = tuple[uuid.UUID, str, str]

# A line that came when its good was shared out already is due nothing (`allocated` 0, written by `list_goods`) until
# the good is shared out anew.
HELD_BACK = ALLOTTED_NOTHING & ~Exists(
    Allotment.objects.filter(line=OuterRef("pk"), sharing__applied_at__isnull=False, sharing__replaced_at__isnull=True)
)

# Of a line, annotated with its `due`, without a word from its door: nothing of it comes there, and that is decided.
NOTHING_COMES = Q(outcome=OrderLine.Outcome.PENDING, due=0) & ~HELD_BACK


def held_back(lines: Iterable[OrderLine]) -> set[int]:
    """Primary keys of the lines that wait to be shared out anew. One statement, none where no line is allotted 0."""
    nothing = [line.pk for line in lines if line.allocated == 0]
    if not nothing:
        return set()
    return set(OrderLine.objects.filter(HELD_BACK, pk__in=nothing).values_list("pk", flat=True))


def undecided_goods(rounds: Collection[uuid.UUID]) -> dict[Good, bool]:
    """Goods of which shoppers got less than was ordered and that nobody has shared out. One statement, or two.

    True where packers have written more of it into bags than there is: then what they wrote decides nothing either
    (whole buildings are packed as listed before anybody knows what comes short).
    """
    shared = Sharing.objects.filter(
        good=OuterRef("good"), instead="", applied_at__isnull=False, replaced_at__isnull=True
    )
    said = (
        Purchase.objects.filter(~Exists(shared), good__round__in=rounds, taken_back_by__isnull=True)
        .exclude(kind=Purchase.Kind.VOID)
        .values_list("good__round", "good__goods", "good__unit", "good__item__is_weighed")
        .annotate(bought=Coalesce(Sum("quantity", filter=Q(kind=Purchase.Kind.BOUGHT)), ZERO), there=Sum("quantity"))
        .order_by()
    )
    bought = {(round, goods, unit): facts for round, goods, unit, *facts in said}
    if not bought:
        return {}
    lines = OrderLine.objects.filter(order__round__in={key[0] for key in bought}, order__state=Order.State.PLACED)
    sums = (
        lines.filter(goods__in={key[1] for key in bought})
        .values_list("order__round", "goods", "unit")
        .annotate(needed=Sum("ordered"), packed=Coalesce(Sum("packed"), ZERO))
        .order_by()
    )
    found = {}
    for round, goods, unit, needed, packed in sums:
        if (round, goods, unit) not in bought:
            continue
        is_weighed, quantity, there = bought[round, goods, unit]
        if not is_enough(quantity, ordered=needed, is_weighed=bool(is_weighed)):
            enough = is_enough(there, ordered=packed, is_weighed=bool(is_weighed))
            found[round, goods, unit] = packed > 0 and not enough
    return found


def left_to_give(good: Good, *, but: Collection[int]) -> Decimal:
    """Of what shoppers got of a good, what is neither handed over nor written into a bag, without the lines `but`.

    Two statements.
    """
    round, goods, unit = good
    said = Purchase.objects.filter(good__round=round, good__goods=goods, good__unit=unit, taken_back_by__isnull=True)
    there: Decimal = said.exclude(kind=Purchase.Kind.VOID).aggregate(sum=Coalesce(Sum("quantity"), ZERO))["sum"]
    lines = OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED, goods=goods, unit=unit)
    given = Case(When(outcome=OrderLine.Outcome.PENDING, then="packed"), default="delivered")
    taken: Decimal = lines.exclude(pk__in=but).aggregate(sum=Coalesce(Sum(given), ZERO))["sum"]
    return there - taken


def is_undecided(line: OrderLine, goods: Mapping[Good, bool], held: Collection[int]) -> bool:
    """Of one line, its order at hand. `goods`: of `undecided_goods`; `held`: of `held_back`."""
    return not line.outcome and nobody_decided(line, goods, held)


def nobody_decided(line: OrderLine, goods: Mapping[Good, bool], held: Collection[int]) -> bool:
    """The same of a line that may have a word from its door."""
    is_overpacked = goods.get((line.order.round_id, line.goods, line.unit))
    if is_overpacked is None:
        return line.packed is None and line.pk in held
    return line.packed is None or (is_overpacked and line.packed > 0)


def undecided_lines(rounds: Collection[uuid.UUID]) -> QuerySet[OrderLine]:
    """The placed lines of these rounds without a word from their door of which nobody has decided who gets them.

    One statement, or two, to begin with.
    """
    lines = OrderLine.objects.filter(order__round__in=rounds, order__state=Order.State.PLACED)
    return lines.filter(is_undecided_in(rounds), outcome=OrderLine.Outcome.PENDING)


def is_undecided_in(rounds: Collection[uuid.UUID]) -> Q:
    """The same as a condition on lines that have no word from their door yet. One statement, or two."""
    return (Q(packed=None) & HELD_BACK) | is_undecided_of(undecided_goods(rounds))


def is_undecided_of(goods: Mapping[Good, bool]) -> Q:
    """The condition on lines of these goods alone, not marked; `goods`: of `undecided_goods`."""
    wanted = Q(pk__in=[])
    for (round, name, unit), is_overpacked in goods.items():
        one = Q(order__round=round, goods=name, unit=unit, outcome=OrderLine.Outcome.PENDING)
        wanted |= one & (Q(packed=None) | Q(packed__gt=0) if is_overpacked else Q(packed=None))
    return wanted


def names_of(lines: Iterable[OrderLine]) -> tuple[str, ...]:
    """Goods by name, each once, in order."""
    return tuple(sorted({line.goods for line in lines}))
