"""What was shared out in a round, as its sheets and pages show it."""

from collections import defaultdict
from decimal import Decimal

from orders.models import Allotment, Round, Sharing
from orders.quantities import plain
from orders.queries.sharing import in_force
from orders.queries.sheet_rows.sharing import SharedLine, SharingResult


def instead_by_line(round: Round) -> dict[int, tuple[tuple[str, Decimal], ...]]:
    """By order line what it gets of which substitute. One statement."""
    found: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    rows = Allotment.objects.filter(sharing__in=in_force(round).exclude(instead="").order_by(), quantity__gt=0)
    for line, name, quantity in rows.order_by("sharing__instead").values_list("line", "sharing__instead", "quantity"):
        found[line].append((name, quantity))
    return {line: tuple(one) for line, one in found.items()}


def sharing_results(round: Round) -> tuple[SharingResult, ...]:
    """One for each sharing in force. Two statements."""
    sharings = list(in_force(round))
    if not sharings:
        return ()
    lines: dict[object, list[Allotment]] = defaultdict(list)
    for allotment in Allotment.objects.filter(sharing__in=sharings).order_by("position"):
        lines[allotment.sharing_id].append(allotment)
    return tuple(result_of(sharing, lines[sharing.pk]) for sharing in sharings)


def result_of(sharing: Sharing, allotments: list[Allotment]) -> SharingResult:
    """No statement. A household with two lines is one row; rooms come in the order in which the claims were read."""
    claims: dict[str, list[dict[str, object]]] = defaultdict(list)
    for claim in sharing.claims["claims"]:
        claims[claim["household"]].append(claim)
    got = {str(one.line_id): one for one in allotments}
    lines = []
    given = wanted = Decimal(0)
    for room, mine in claims.items():
        shares = [got[str(claim["id"])] for claim in mine if str(claim["id"]) in got]
        wants = sum((Decimal(str(claim["wants"])) for claim in mine), Decimal(0))
        quantity = sum((share.quantity for share in shares), Decimal(0))
        wanted, given = wanted + wants, given + quantity
        lines.append(
            SharedLine(
                room=room,
                wants=plain(wants),
                quantity=plain(quantity),
                tier=min(int(str(claim["tier"])) for claim in mine),
                people=max(int(str(claim["people"])) for claim in mine),
                missed=max(int(str(claim["missed"])) for claim in mine),
                code=shares[0].code if shares else "",
                params=shares[0].params if shares else {},
            )
        )
    return SharingResult(
        goods=sharing.good.goods,
        unit=sharing.good.unit,
        instead=sharing.instead,
        arrived=plain(sharing.arrived),
        wanted=plain(wanted),
        left=plain(sharing.arrived - given),
        rule=sharing.rule,
        reason=sharing.rule_reason,
        seed=sharing.seed,
        sha256=sharing.result_sha256,
        lines=tuple(lines),
    )
