"""Sharing out a good of a round: looked at first, applied second, and run again by anybody who doubts it.

Locks: Round, then RoundGood, then its lines by primary key.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import OuterRef, Subquery, Sum
from django.utils.translation import gettext as _

from compound.listing import listed
from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from orders.allocation import Problem, Result, allocate
from orders.models import Allotment, Order, OrderLine, Round, RoundGood, Sharing, SharingRule
from orders.quantities import plain
from orders.queries.sharing import arrived_of, bought_of, claims_again, claims_of, goods_rows, lines_of, problem_of
from orders.rules import to_pack
from orders.services.locks import lock_round
from orders.services.packing import bags_out, open_bags
from orders.services.sharing_rules import rule_of
from orders.services.sheet_requests import request_sheets
from orders.sharing_rule import as_rule, snapshot_of

# From the cut-off until the round is settled.
SHARED_IN = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING)


def seed_of(good: RoundGood, instead: str = "") -> str:
    """The seed of a good's lots: fixed before anybody ordered, so that nobody draws again until the result pleases.

    The first 16 hexadecimal digits of SHA-256 over `round|goods|unit|instead`; the round's id is random and as old as
    the round. Each good has lots of its own, or one unlucky household would be unlucky in everything.
    """
    text = f"{good.round_id}|{good.goods}|{good.unit}|{instead}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@transaction.atomic
def make_sharing(
    *,
    good: RoundGood,
    instead: str = "",
    called: Collection[str] = (),
    rule: SharingRule | None = None,
    reason: str = "",
    by: User,
    at: dt.datetime,
) -> Sharing:
    """How it would be shared out: a draft with all that went in, in the place of the last draft. Nobody gets anything.

    `instead`: of a substitute, among who still wants and takes one; `called`: rooms that said yes on the telephone.
    Another `rule` than the round's needs a `reason`, which is logged and printed.
    Raises `round_state`, `rule_elsewhere`, `reason_missing`, `nothing_said`, `enough`, `good_first`, `nobody_asks`.
    """
    round, good = _lock(good)
    chosen = rule_of(round=round)
    rule = rule or chosen
    reason = reason.strip() if rule.pk != chosen.pk else ""
    _check_rule(round, rule, chosen, reason)
    arrived = arrived_of(good, instead=instead)
    _check_shortage(round, good, instead, arrived)
    claims = claims_of(good, rule, instead=instead, called=called)
    if not claims:
        raise Refusal("nobody_asks", _("Nobody is left who takes it."))
    problem = Problem(arrived=arrived, rule=as_rule(rule), claims=claims, seed=seed_of(good, instead))
    result = allocate(problem)
    Sharing.objects.filter(good=good, instead=instead, applied_at__isnull=True).delete()
    sharing = Sharing.objects.create(
        good=good,
        instead=instead,
        arrived=arrived,
        rule=snapshot_of(rule),
        claims={"claims": [claim.to_json() for claim in claims], "called": sorted(called)},
        seed=problem.seed,
        result_sha256=result.sha256,
        rule_reason=reason,
        made_at=at,
        made_by=by,
    )
    _store(sharing, result)
    _record("sharing.made", sharing, by, at)
    return sharing


def _lock(good: RoundGood) -> tuple[Round, RoundGood]:
    round = lock_round(good.round_id)
    if round.state not in SHARED_IN:
        raise Refusal("round_state", _("It is shared out between the cut-off and the settling of the round."))
    good = RoundGood.objects.select_for_update(of=("self",)).get(pk=good.pk)
    good.round = round
    return round, good


def _check_rule(round: Round, rule: SharingRule, chosen: SharingRule, reason: str) -> None:
    if rule.compound_id != round.compound_id or not (rule.is_active or rule.pk == chosen.pk):
        raise Refusal("rule_elsewhere", _("There is no such rule any more: choose another one."))
    if rule.pk != chosen.pk and not reason:
        raise Refusal(
            "reason_missing",
            _("“%(rule)s” was chosen before the goods came. Say why it is another rule now: the reason is printed.")
            % {"rule": chosen.name},
        )


def _check_shortage(round: Round, good: RoundGood, instead: str, arrived: object) -> None:
    in_force = Sharing.objects.filter(good=good, applied_at__isnull=False, replaced_at__isnull=True)
    if instead:
        if not in_force.filter(instead="").exists():
            raise Refusal("good_first", _("Share out the good itself first: who lacks it is known after that."))
        return
    if in_force.filter(instead="").exists():
        return
    said = good.pk in bought_of(round, good)
    if not said and round.state != Round.State.DELIVERING:
        raise Refusal("nothing_said", _("No shopper has said anything about it yet."))
    needed = lines_of(good).aggregate(sum=Sum("ordered"))["sum"] or 0
    if arrived >= needed:  # type: ignore[operator]
        raise Refusal("enough", _("There is enough for everybody: nothing has to be shared out."))


def _store(sharing: Sharing, result: Result) -> None:
    Allotment.objects.bulk_create(
        [
            Allotment(
                sharing=sharing,
                line_id=int(share.id),
                quantity=share.quantity,
                code=share.code,
                params=dict(share.params),
                position=position,
            )
            for position, share in enumerate(result.shares, start=1)
        ],
        batch_size=2000,
    )


@transaction.atomic
def apply_sharing(*, sharing: Sharing, by: User, at: dt.datetime) -> Sharing:
    """It holds: the lines get what was allotted, all or none, and the sheets say so. Applied twice is applied once.

    Bags that hold something else than is due now are packed anew (`opened`: their rooms). Raises `round_state`,
    `sharing_overtaken`, `sharing_stale`, `result_differs`, `doors_marked`, and `bags_on_their_way` where a bag that
    holds too much has left.
    """
    round, good = _lock(RoundGood.objects.get(pk=sharing.good_id))
    found = Sharing.objects.select_for_update(of=("self",)).filter(pk=sharing.pk).first()
    if found is None or found.replaced_at is not None:
        raise Refusal("sharing_overtaken", _("Somebody has shared it out anew meanwhile: look at that one first."))
    found.good = good
    if found.applied_at is not None:
        return found
    _check_good_first(found)
    in_force = Sharing.objects.filter(good=good, applied_at__isnull=False, replaced_at__isnull=True)
    if in_force.filter(instead=found.instead, applied_at__gt=found.made_at).exists():
        raise Refusal("sharing_overtaken", _("Somebody has shared it out anew meanwhile: look at that one first."))
    lines = list(lines_of(good).select_for_update(of=("self",)).order_by("pk"))
    _check_doors(lines)
    _check_figures(found)
    # What took the place of a good was shared among who lacked it: with another sharing that is no longer true.
    over = in_force.filter(instead=found.instead) if found.instead else in_force
    over.update(replaced_at=at)
    found.applied_at, found.applied_by = at, by
    found.save(update_fields=["applied_at", "applied_by"])
    before = {line.pk: to_pack(line) for line in lines}
    _write_lines(found)
    found.opened = _open_bags(found, before, by, at)
    _record("sharing.applied", found, by, at)
    request_sheets(round=round, by=by, at=at)
    return found


def _check_good_first(sharing: Sharing) -> None:
    """A substitute is shared among who lacks the good: that may have been taken back since it was looked at."""
    goods = Sharing.objects.filter(good=sharing.good_id, instead="", applied_at__isnull=False, replaced_at__isnull=True)
    if sharing.instead and not goods.exists():
        raise Refusal("good_first", _("Share out the good itself first: who lacks it is known after that."))


def _check_doors(lines: Sequence[OrderLine]) -> None:
    if any(line.outcome for line in lines):
        raise Refusal("doors_marked", _("Some of it has been handed over at the doors: it cannot be shared out again."))


def _check_figures(sharing: Sharing) -> None:
    """What was looked at must be what is true now, and what comes out must be what was looked at."""
    same = arrived_of(sharing.good, instead=sharing.instead) == sharing.arrived
    if not same or [claim.to_json() for claim in claims_again(sharing)] != sharing.claims["claims"]:
        raise Refusal(
            "sharing_stale", _("What was ordered or bought has changed since: share it out anew, then look again.")
        )
    if not is_repeatable(sharing):
        raise Refusal("result_differs", _("Run again, something else comes out: this must not happen, tell somebody."))


def is_repeatable(sharing: Sharing) -> bool:
    """Runs it again from what is stored, and compares both with the checksum and with what each line was given."""
    result = allocate(problem_of(sharing))
    kept = {
        str(line): (quantity, code)
        for line, quantity, code in sharing.allotments.values_list("line", "quantity", "code")
    }
    again = {share.id: (share.quantity, share.code) for share in result.shares}
    return result.sha256 == sharing.result_sha256 and again == kept


def _write_lines(sharing: Sharing) -> None:
    """`allocated` from this sharing; `allocated_instead` from all substitutes in force."""
    lines = OrderLine.objects.filter(pk__in=lines_of(sharing.good).values("pk"))
    mine = Allotment.objects.filter(line=OuterRef("pk"))
    if not sharing.instead:
        own = mine.filter(sharing=sharing).values("quantity")
        lines.update(allocated=Subquery(own), allocated_instead=None)
        return
    substitutes = (
        mine.filter(
            sharing__good=sharing.good,
            sharing__applied_at__isnull=False,
            sharing__replaced_at__isnull=True,
        )
        .exclude(sharing__instead="")
        .values("line")
        .annotate(sum=Sum("quantity"))
        .values("sum")
    )
    lines.update(allocated_instead=Subquery(substitutes))


def _open_bags(sharing: Sharing, before: Mapping[int, Decimal], by: User, at: dt.datetime) -> tuple[str, ...]:
    """Opens the bags of lines that are due something else than `before` and than what was packed."""
    lines = list(lines_of(sharing.good).select_related("order__household").order_by("pk"))
    other = [line for line in lines if to_pack(line) not in (before.get(line.pk), line.packed)]
    round, doors = sharing.good.round, {line.order.household_id for line in other}
    out = bags_out(round=round, households=doors) if doors else set()
    too_much = {
        line.order.household.room: line.order.household.sort_key
        for line in other
        if line.order.household_id in out and line.packed is not None and line.packed > to_pack(line)
    }
    if too_much:
        rooms = sorted(too_much, key=lambda room: too_much[room])
        raise Refusal(
            "bags_on_their_way",
            _("Bags with more than that are on a run that has left: %(rooms)s. Share it out when they are back.")
            % {"rooms": _(", ").join(rooms)},
            rooms=rooms,
        )
    # What has left with less stays as it is: the rest is owed.
    again = [line for line in other if line.order.household_id not in out]
    packed = [line.pk for line in again if line.packed is not None]
    OrderLine.objects.filter(pk__in=packed).update(packed=None, packed_at=None, packed_by=None)
    return open_bags(round=round, households={line.order.household_id for line in again}, by=by, at=at)


def _record(action: str, sharing: Sharing, by: User, at: dt.datetime) -> None:
    good = sharing.good
    name = f"{sharing.instead} ({good.goods})" if sharing.instead else good.goods
    audit.record(
        compound=good.round.compound,
        by=by,
        at=at,
        action=action,
        subject=str(sharing.pk),
        text=f"{name} {plain(sharing.arrived)}{good.unit}: {sharing.rule['name']}",
        round=str(good.round_id),
        goods=good.goods,
        instead=sharing.instead,
        arrived=plain(sharing.arrived),
        rule=sharing.rule["name"],
        rule_reason=sharing.rule_reason,
        seed=sharing.seed,
        sha256=sharing.result_sha256,
        withdrawn_reason=sharing.withdrawn_reason,
    )


@transaction.atomic
def apply_sharings(*, sharings: Sequence[Sharing], by: User, at: dt.datetime) -> list[Sharing]:
    """Several of one round, all or none; a good before what goes instead of it."""
    in_order = sorted(sharings, key=lambda one: (one.instead, str(one.good_id)))
    return [apply_sharing(sharing=sharing, by=by, at=at) for sharing in in_order]


@transaction.atomic
def withdraw_sharing(*, sharing: Sharing, reason: str, by: User, at: dt.datetime) -> Sharing:
    """Takes back what holds while nothing of it is packed or handed over: who gets any is undecided again.

    With the good fall the substitutes that were shared out for it. Bags that were packed without it are opened
    (`opened`: their rooms). Twice is once. Raises `round_state`, `reason_missing`, `sharing_overtaken`, `doors_marked`,
    `packed_already`, `bags_on_their_way`.
    """
    reason = reason.strip()[:200]
    round, good = _lock(RoundGood.objects.get(pk=sharing.good_id))
    found = Sharing.objects.select_for_update(of=("self",)).get(pk=sharing.pk)
    found.good = good
    if found.withdrawn_by_id is not None:
        return found
    if not reason:
        raise Refusal("reason_missing", _("Say why: the reason stays with the result."))
    if found.applied_at is None or found.replaced_at is not None:
        raise Refusal("sharing_overtaken", _("This one does not hold any more: load the page again."))
    rows = lines_of(good).select_for_update(of=("self",)).select_related("order__household").order_by("pk")
    lines = list(rows)
    _check_doors(lines)
    _refuse_packed(round, lines, found)
    before = {line.pk: to_pack(line) for line in lines}
    found.replaced_at, found.withdrawn_by, found.withdrawn_reason = at, by, reason
    found.save(update_fields=["replaced_at", "withdrawn_by", "withdrawn_reason"])
    if found.instead:
        _write_lines(found)
    else:
        substitutes = Sharing.objects.filter(good=good).exclude(instead="")
        substitutes.filter(applied_at__isnull=False, replaced_at__isnull=True).update(replaced_at=at)
        substitutes.filter(applied_at__isnull=True).delete()
        OrderLine.objects.filter(pk__in=before).update(allocated=None, allocated_instead=None)
    found.opened = _open_bags(found, before, by, at)
    _record("sharing.withdrawn", found, by, at)
    request_sheets(round=round, by=by, at=at)
    return found


def _refuse_packed(round: Round, lines: Sequence[OrderLine], sharing: Sharing) -> None:
    """Raises where a bag holds some of what was allotted, or may hold it on a run that has left."""
    given = [line for line in lines if to_pack(line)]
    if sharing.instead:
        of = set(sharing.allotments.filter(quantity__gt=0).values_list("line", flat=True))
        given = [line for line in given if line.pk in of]
    given.sort(key=lambda line: line.order.household.sort_key)
    if packed := dict.fromkeys(line.order.household.room for line in given if line.packed):
        raise Refusal(
            "packed_already",
            _("Some of it is packed already: %(rooms)s. Open those bags first, or share it out anew.")
            % {"rooms": listed(packed)},
            rooms=list(packed),
        )
    out = bags_out(round=round, households={line.order.household_id for line in given})
    if gone := dict.fromkeys(line.order.household.room for line in given if line.order.household_id in out):
        raise Refusal(
            "bags_on_their_way",
            _("Some of it is on a run that has left: %(rooms)s. Take it back when they are back.")
            % {"rooms": listed(gone)},
            rooms=list(gone),
        )


def refuse_short(round: Round) -> None:
    """Raises `short_not_shared` while a good came short and nobody has said who goes without, or more was shared out
    than is left of it.

    But not for goods of which some are at the doors already: those cannot be shared out any more.
    """
    handed_out = set(
        OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
        .exclude(outcome="")
        .values_list("goods", "unit")
    )
    open_rows = [row for row in goods_rows(round) if row.is_left_short or row.is_given_twice]
    goods = [row.good.goods for row in open_rows if (row.good.goods, row.good.unit) not in handed_out]
    if goods:
        raise Refusal(
            "short_not_shared",
            _("Too little came of %(goods)s, and nobody has said who goes without: share out first.")
            % {"goods": _(", ").join(goods)},
            goods=goods,
        )
