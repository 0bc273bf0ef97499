"""Settling two passages that collided, and taking that back. The log keeps both; what is counted follows the
coordinator's word.
"""

import datetime as dt
import uuid
from dataclasses import replace

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from compound.models import Household, User
from compound.refusals import Refusal
from compound.services import audit
from gate.models import Check, Conflict, Outing, Pass
from gate.queries.facts import Ground, Past, Question, Row, ground_of, known_of, moment_of, ms_of, offsets_of, past_of
from gate.rules import Facts, Slot
from gate.rules.quota import NO_RULES, is_late, outing_ends
from gate.services.checks import NewCheck, late
from gate.services.checks.act import Act, Desk
from gate.services.checks.outings import close_outing, in_the_way

Outcome = Conflict.Outcome


@transaction.atomic
def settle_conflict(*, conflict: Conflict, outcome: str, note: str, by: User, at: dt.datetime) -> Conflict:
    """Both went out, or one of the two did not take place: that one's outing is released and void.

    The one that is left takes its place and its return, by the rules in force when it went out: which of the two had
    them depends on which phone was heard first. If a third one stands in its way, that pair is left to be settled.
    Where both went out after all, the place and the return go back to the one that an earlier settlement took them
    from. Raises `conflict_settled` where somebody else was quicker. Locks: household or passes, conflict, outings.
    """
    conflict = _locked(conflict)
    if conflict.settled_at is not None:
        raise Refusal("conflict_settled", _("Somebody else has settled this already. Load the page again."))
    conflict.settled_at, conflict.settled_by, conflict.outcome, conflict.note = at, by, outcome, note
    conflict.save(update_fields=["settled_at", "settled_by", "outcome", "note"])
    if outcome == Outcome.LATER_WRONG:
        _void(conflict.later_id, at)
    elif outcome == Outcome.EARLIER_WRONG:
        _void(conflict.earlier_id, at)
    elif conflict.follows_id is not None:
        _give_back(conflict, by=by, at=at)
    for wrong, right in ((conflict.later_id, conflict.earlier_id), (conflict.earlier_id, conflict.later_id)):
        # Also where another pair has said so before.
        if gone := Outing.objects.filter(check_out=wrong, void_at__isnull=False).first():
            _put_in_its_place(right, gone, by=by, at=at)
    _log(conflict, "settled", text=str(Outcome(outcome).label), outcome=outcome, by=by, at=at)
    return conflict


@transaction.atomic
def take_settlement_back(*, conflict: Conflict, reason: str, by: User, at: dt.datetime) -> Conflict:
    """The pair is to be settled again, by a new row that follows the settlement; that one stays as it was written.

    What did not take place by it stands again, unless another settlement says the same, or it was undone or moved
    meanwhile (`stays_away`). It costs the household nothing until the pair is settled: the place, and a return that
    went over, stay with the other one, as where two have just collided. Pairs that the settlement has brought up are
    pairs still.
    Raises `conflict_open`, `conflict_taken_back`, `reason_missing`. Locks: household or passes, conflict, outings.
    """
    reason = reason.strip()
    if not reason:
        raise Refusal("reason_missing", _("Say why: the reason stays with the settlement."))
    settled = _locked(conflict)
    if settled.settled_at is None:
        raise Refusal("conflict_open", _("This conflict is not settled yet."))
    if Conflict.objects.filter(follows=settled).exists():
        raise Refusal("conflict_taken_back", _("Somebody else has taken this back already. Load the page again."))
    opened = Conflict.objects.create(
        compound=settled.compound,
        household=settled.household,
        earlier_id=settled.earlier_id,
        later_id=settled.later_id,
        code=settled.code,
        found_at=settled.found_at,
        follows=settled,
        reopened_at=at,
        reopened_by=by,
        reopened_why=reason,
    )
    if settled.outcome == Outcome.LATER_WRONG:
        _revive(settled.later_id)
    elif settled.outcome == Outcome.EARLIER_WRONG:
        _revive(settled.earlier_id)
    _log(opened, "taken_back", text=reason, outcome=settled.outcome, by=by, at=at)
    return opened


def stays_away(opened: Conflict) -> bool:
    """Whether what the settlement called wrong is void still, though `opened` has taken that back."""
    outcome = opened.follows.outcome if opened.follows else ""
    if outcome not in (Outcome.EARLIER_WRONG, Outcome.LATER_WRONG):
        return False
    wrong = opened.earlier_id if outcome == Outcome.EARLIER_WRONG else opened.later_id
    return Outing.objects.filter(check_out=wrong, void_at__isnull=False).exists()


def _locked(conflict: Conflict) -> Conflict:
    """As it is now; nobody settles it or takes it back before this transaction's end."""
    if conflict.household_id is not None:
        Household.objects.select_for_update(no_key=True).get(pk=conflict.household_id)
    else:
        cards = Check.objects.filter(pk__in=[conflict.earlier_id, conflict.later_id]).values("gate_pass")
        list(Pass.objects.select_for_update(no_key=True).filter(pk__in=cards).order_by("pk"))
    rows = Conflict.objects.select_for_update(of=("self",)).select_related("compound", "household")
    return rows.get(pk=conflict.pk)


def _log(conflict: Conflict, what: str, *, text: str, outcome: str, by: User, at: dt.datetime) -> None:
    audit.record(
        compound=conflict.compound,
        by=by,
        at=at,
        action=f"conflict.{what}",
        subject=conflict.household.room if conflict.household else "",
        text=text,
        conflict=str(conflict.pk),
        outcome=outcome,
        earlier=str(conflict.earlier_id),
        later=str(conflict.later_id),
    )


def _revive(check_id: uuid.UUID) -> None:
    """The outing of an exit that only settlements have made void, and none of those that still hold."""
    outing = Outing.objects.select_for_update().filter(check_out=check_id, void_at__isnull=False).first()
    if outing is None or outing.void_at is None:
        return
    settled = Conflict.objects.filter(_calls_wrong(check_id))
    if settled.filter(taken_back__isnull=True).exists() or not settled.filter(settled_at=outing.void_at).exists():
        return
    check = Check.objects.get(pk=check_id)
    root_id = check.refers_to or check.pk
    root = Check.objects.filter(pk=root_id, compound=check.compound_id).first() or check
    about = list(Check.objects.filter(refers_to__in=[check.pk, root_id], compound=check.compound_id))
    if any(row.action == "undo" and row.device_id in (None, root.device_id) for row in about):
        return
    if any(row.received_at >= outing.void_at and _moves(row, check, about, outing) for row in about):
        return
    others = Outing.objects.filter(check_out__in=[root_id, *(row.pk for row in about)], void_at__isnull=True)
    if others.exclude(pk=outing.pk).exists():
        return
    outing.void_at = None
    changed = ["void_at"]
    if outing.released_why == Outing.Released.SETTLED:
        outing.released_at, outing.released_why = None, ""
        outing.slot = outing.period = outing.due_at = None
        outing.forfeit = False
        changed += ["released_at", "released_why", "slot", "period", "due_at", "forfeit"]
    outing.save(update_fields=changed)
    if outing.back_at is None:
        # A return that came while it was void found no exit.
        _take_orphan(outing)


def _moves(row: Check, check: Check, about: list[Check], outing: Outing) -> bool:
    """Whether this row would have ended the outing of `check`, or given it to somebody else, had it not been void."""
    later = {
        other.action
        for other in about
        if other.action != "undo" and other.event_at > row.event_at and other.received_at <= row.received_at
    }
    if row.action == "correct":
        is_other = (row.household_id, row.gate_pass_id) != (check.household_id, check.gate_pass_id)
        return "correct" not in later and (is_other or (row.verdict == "refuse" and not later))
    if row.action != "reading" or row.verdict != "recheck" or later or outing.back_at is not None:
        return False
    return any(reason["effect"] == "recheck" for reason in row.reasons)


def _calls_wrong(check_id: uuid.UUID) -> Q:
    return Q(earlier=check_id, outcome=Outcome.EARLIER_WRONG) | Q(later=check_id, outcome=Outcome.LATER_WRONG)


def _take_orphan(outing: Outing) -> None:
    late.take_orphan(
        check_out=outing.check_out_id,
        kind=outing.kind,
        household=outing.household_id,
        card=outing.gate_pass_id,
        out=outing.out_at,
    )


def _give_back(conflict: Conflict, *, by: User, at: dt.datetime) -> None:
    """The exit that was heard first gets its place and its return back, if a settlement gave them to the other one.

    Where a third one stands in its way now, everything stays as it is.
    """
    pair = [conflict.earlier_id, conflict.later_id]
    rows = list(Outing.objects.select_for_update().filter(check_out__in=pair, void_at__isnull=True).order_by("pk"))
    if len(rows) < len(pair) or not Conflict.objects.filter(_calls_wrong(rows[0].check_out_id)).exists():
        return
    first, second = rows
    if first.slot is not None or first.released_at is not None or second.slot is None or second.released_at is not None:
        return
    before, back = transaction.savepoint(), None
    if (
        second.back_at is not None
        and second.check_in_id is not None
        and first.out_at <= second.back_at
        and (first.back_at is None or second.back_at < first.back_at)
    ):
        back = second.back_at, second.check_in_id
        Outing.objects.filter(pk__in=[first.pk, second.pk]).update(back_at=None, check_in=None)
    Outing.objects.filter(pk=second.pk).update(slot=None, period=None, due_at=None, forfeit=False)
    _count(first, back, by=by, at=at)
    if not Outing.objects.filter(pk=first.pk, slot__isnull=False).exists():
        transaction.savepoint_rollback(before)
        return
    transaction.savepoint_commit(before)
    if back is not None:
        _take_orphan(second)


def _void(check_id: uuid.UUID, at: dt.datetime) -> None:
    """The outing of this exit, and its place, are no more; a return is nobody's exit and leaves nothing to release."""
    outing = Outing.objects.select_for_update().filter(check_out=check_id, void_at__isnull=True).first()
    if outing is None:
        return
    outing.void_at = at
    if outing.released_at is None:
        outing.released_at, outing.released_why = at, Outing.Released.SETTLED
    outing.save(update_fields=["void_at", "released_at", "released_why"])


def _put_in_its_place(check_id: uuid.UUID, gone: Outing, *, by: User, at: dt.datetime) -> None:
    """This exit is what really happened instead of `gone`: it is counted, and whoever came back came back from it."""
    outing = Outing.objects.select_for_update().filter(check_out=check_id, void_at__isnull=True).first()
    if outing is None:
        return
    _count(outing, _return_of(gone, outing), by=by, at=at)


def _count(outing: Outing, back: tuple[dt.datetime, uuid.UUID] | None, *, by: User, at: dt.datetime) -> None:
    """It takes the place that is free, and ends with `back`, else as it has ended already."""
    check = Check.objects.select_related("compound", "gate").get(pk=outing.check_out_id)
    # As of the exit: rules that came later change nothing about it.
    question = Question(id=check.pk, target=check.pk)
    ground = replace(ground_of(check.compound, question), target=None, is_undone=False)
    row, past = _apart(
        past_of(check.compound, ground, check=check.pk, now=ms_of(check.event_at), count_outside=False), outing
    )
    if row.slot is None and outing.released_at is None:
        row = _counted(check, ground, past, row, by=by, at=at)
    if back is not None:
        row = replace(row, back=ms_of(back[0]), check_in=back[1])
    if row.back is None or row.check_in is None:
        return
    rules = next((rules for rules in ground.rows if rules.id == check.rulebook_id), NO_RULES)
    extends = row.slot is not None and rules is not NO_RULES and row.forfeit and is_late(row.shape(), row.back)
    until = outing_ends(rules, offsets_of(check.compound, at), row.shape(), row.back) if extends else None
    close_outing(row, check=row.check_in, back=row.back, extends_until=until)


def _return_of(gone: Outing, outing: Outing) -> tuple[dt.datetime, uuid.UUID] | None:
    """When and by which entry somebody came back who was taken for the one that never left.

    It is taken from `gone`, so that nobody gives it away twice. Where `outing` has a return of its own it is left
    to the household's other open outing, if there is one.
    """
    if gone.back_at is None or gone.check_in_id is None:
        return None
    found = gone.back_at, gone.check_in_id
    others = Outing.objects.filter(
        compound=gone.compound_id, household=gone.household_id, kind=gone.kind,
        void_at__isnull=True, back_at__isnull=True, out_at__lte=gone.back_at,
    ).exclude(pk=outing.pk)  # fmt: skip
    if gone.kind != "household":
        others = others.filter(gate_pass=gone.gate_pass_id)
    is_mine = outing.back_at is None and outing.out_at <= gone.back_at
    heir = outing if is_mine else others.select_for_update(of=("self",)).order_by("-out_at").first()
    if heir is None:
        return None
    Outing.objects.filter(pk=gone.pk).update(back_at=None, check_in=None)
    if is_mine:
        return found
    Outing.objects.filter(pk=heir.pk).update(back_at=found[0], check_in=found[1])
    return None


def _apart(past: Past, outing: Outing) -> tuple[Row, Past]:
    """The row of `outing`, and the past without it."""
    row = next(row for row in past.rows if row.id == outing.pk)
    return row, replace(past, rows=tuple(other for other in past.rows if other.id != outing.pk))


def _counted(check: Check, ground: Ground, past: Past, row: Row, *, by: User, at: dt.datetime) -> Row:
    """Takes the lowest place that is free, as the exit would have; else the pair that is left is written."""
    facts = Facts(
        now=row.out,
        direction="out",
        by="pass" if ground.card is not None else "room",
        offsets=offsets_of(check.compound, at),
        kind=row.kind,
        override=check.override or None,
    )
    known = known_of(ground, past, facts, without_later=True)
    entry = NewCheck(id=check.pk, at=check.event_at, verdict="allow", kind=row.kind, override=check.override)
    desk = Desk(compound=check.compound, gate=check.gate, at=at, device=None, by=by)
    act = Act.of(desk, entry, ground, known)
    slot, against = act.slot(), late.collides_with(act)
    if against is None and slot is not None:
        number = _lowest_free(known.home, slot)
        if number is not None:
            return _take(row, number, slot)
        against = in_the_way(known, act.case.rules, slot)
    if against is not None:
        late.write_conflict(act, against)
    return row


def _lowest_free(home: tuple[Row, ...], slot: Slot) -> int | None:
    """The household is locked: nobody takes a place between this look and the write."""
    taken = {
        row.slot
        for row in home
        if row.counts and row.start is not None and row.until is not None
        and row.start < slot.until and row.until > slot.from_
    }  # fmt: skip
    return next((number for number in range(1, slot.of + 1) if number not in taken), None)


def _take(row: Row, number: int, slot: Slot) -> Row:
    period = moment_of(slot.from_), moment_of(slot.until)
    due = None if slot.due is None else moment_of(slot.due)
    Outing.objects.filter(pk=row.id).update(slot=number, period=period, due_at=due, forfeit=slot.forfeit)
    return replace(
        row, slot=number, counts=True, due=slot.due, forfeit=slot.forfeit, start=slot.from_, until=slot.until
    )
