"""Rounds of relief parcels: made, counted at every station, explained, closed.

Lock order: Relief, then ReliefParcel.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.models import Compound, Household, User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import Donation, Relief, ReliefCount, ReliefParcel
from orders.queries.relief import Figures, figures_of, households_for
from orders.queries.relief_words import balance_words, gap_words
from orders.queries.sheet_rows import without_numbers
from orders.relief_rules import parcels_due

Step = ReliefCount.Step
# A hundred thousand parcels are no relief round but a slip of the finger.
MOST_PARCELS = 99_999


def lock_relief(relief_id: uuid.UUID) -> Relief:
    """The round, locked until the transaction ends."""
    reliefs = Relief.objects.select_for_update(of=("self",), no_key=True).select_related("compound")
    return reliefs.get(pk=relief_id)


def _open(relief: Relief) -> Relief:
    """Locks the round. Raises `relief_closed`."""
    locked = lock_relief(relief.pk)
    _check_open(locked)
    return locked


def _check_open(relief: Relief) -> None:
    if relief.closed_at is not None:
        raise Refusal("relief_closed", _("This round is closed. Reopen it first, with a reason."))


@transaction.atomic
def make_relief(
    *,
    compound: Compound,
    title: str,
    content: str = "",
    count_by: str,
    per_count: int,
    who: dict[str, Any],
    donations: Iterable[Donation] = (),
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> Relief:
    """A round with one row for every door of the filter `who` (see `households_for`). Five statements, any size.

    The same `id` again is the round that is there already. Raises `relief_for_nobody`, `id_taken`.
    """
    key = id or uuid.uuid4()
    if Relief.objects.filter(pk=key).exclude(compound=compound).exists():
        raise Refusal("id_taken", _("This was sent before as something else: load the page again."))
    relief, is_new = Relief.objects.get_or_create(
        pk=key,
        compound=compound,
        defaults={
            "title": title,
            "content": content,
            "count_by": count_by,
            "per_count": per_count,
            "filter": who,
            "made_at": at,
            "made_by": by,
        },
    )
    if not is_new:
        return relief
    doors = households_for(compound, who).values_list("pk", "head_count")
    parcels = [
        ReliefParcel(
            relief=relief,
            household_id=door,
            due=parcels_due(count_by=count_by, per_count=per_count, head_count=head_count),
        )
        for door, head_count in doors
    ]
    if not parcels:
        raise Refusal("relief_for_nobody", _("No household is chosen: nobody would get anything."))
    ReliefParcel.objects.bulk_create(parcels, batch_size=2_000)
    relief.donations.set(donations)
    due = sum(parcel.due for parcel in parcels)
    _note(relief, by, at, "relief.made", title, households=len(parcels), parcels=due)
    return relief


def _note(relief: Relief, by: User, at: dt.datetime, action: str, text: str, subject: str = "", **params: Any) -> None:
    audit.record(
        compound=relief.compound,
        by=by,
        at=at,
        action=action,
        subject=subject or relief.title,
        text=text,
        relief=str(relief.pk),
        **params,
    )


def figures(relief: Relief) -> Figures:
    """The round in numbers; under its lock they hold until the transaction ends. Two statements."""
    return figures_of([relief])[relief.pk]


# ── counting ──────────────────────────────────────


@transaction.atomic
def add_count(
    *,
    relief: Relief,
    step: str,
    count: int,
    note: str = "",
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> ReliefCount:
    """What somebody counted at a station. A wrong count is put right by a further one below zero, with a note.

    The same `id` again is one count. Raises `relief_closed`, `count_nothing`, `count_without_note`, `count_too_low`
    (the step would be below zero), `count_above_arrived` (more spoiled or returned than arrived, without a note) and
    `count_id_taken`.
    """
    relief, note = lock_relief(relief.pk), without_numbers(note)
    known = _known(id, relief, step, count)
    if known is not None:
        return known
    _check_open(relief)
    if step == Step.EXPLAINED:
        return _explain(relief, figures(relief), count, note, by, at, id)
    if not count or abs(count) > MOST_PARCELS:
        raise Refusal("count_nothing", _("Write how many parcels you have counted."))
    if count < 0 and not note:
        raise Refusal("count_without_note", _("Say why the earlier count was wrong."))
    now = figures(relief)
    if now.steps.get(step, 0) + count < 0:
        raise Refusal("count_too_low", _("Fewer than none: so many have not been counted here."))
    lost = now.balance.spoiled + now.balance.returned + count
    if step in (Step.SPOILED, Step.RETURNED) and count > 0 and lost > now.balance.arrived and not note:
        raise Refusal(
            "count_above_arrived",
            _(
                "%(arrived)d arrived, and %(lost)d would be spoiled or returned: count again, count what arrived first,"
                " or say in the note how that can be."
            )
            % {"arrived": now.balance.arrived, "lost": lost},
            arrived=now.balance.arrived,
            lost=lost,
        )
    return _count(relief, step, count, note, by, at, id)


def _known(id: uuid.UUID | None, relief: Relief, step: str, count: int) -> ReliefCount | None:
    """The count of this id, if it is there: looked for under the round's lock, where a second copy has waited."""
    known = ReliefCount.objects.filter(pk=id).first() if id else None
    if known is not None and (known.relief_id, known.step, known.count) != (relief.pk, step, count):
        raise Refusal("count_id_taken", _("This count was sent before as something else: load the page again."))
    return known


def _count(
    relief: Relief, step: str, count: int, note: str, by: User, at: dt.datetime, id: uuid.UUID | None
) -> ReliefCount:
    return ReliefCount.objects.create(
        id=id or uuid.uuid4(), relief=relief, step=step, count=count, note=note, at=at, by=by
    )


@transaction.atomic
def explain_gap(
    *,
    relief: Relief,
    count: int,
    reason: str,
    owed: bool = False,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> ReliefCount:
    """Why so many parcels are missing (+) or were found (−). Allowed after closing too: then the round is closed anew
    with the sums as they are, and all of the difference must be explained.

    What doors are still to get is not missing: of an open round it is explained only with `owed`, by somebody who says
    that these doors get nothing. Raises `gap_without_reason`, `gap_not_there` (nothing to explain, or the wrong way),
    `gap_owed`, `gap_not_all`, `count_id_taken`.
    """
    relief, reason = lock_relief(relief.pk), without_numbers(reason)
    known = _known(id, relief, Step.EXPLAINED, count)
    if known is not None:
        return known
    now = figures(relief)
    if relief.closed_at is not None and count != now.gap:
        raise Refusal("gap_not_all", _("The round is closed: explain all %(gap)d at once.") % {"gap": now.gap})
    if relief.closed_at is None and not owed and now.owed_of(count) > 0:
        text = ngettext(
            "%(left)d parcel is still to be handed out at doors: it is not missing. Tick the box if they get none.",
            "%(left)d parcels are still to be handed out: they are not missing. Tick the box if those doors get none.",
            now.doors.still_due,
        )
        raise Refusal("gap_owed", text % {"left": now.doors.still_due}, left=now.doors.still_due)
    made = _explain(relief, now, count, reason, by, at, id)
    if relief.closed_at is not None:
        _sign(relief, figures(relief), by, at, relief.closed_at)
        _note(relief, by, at, "relief.closed", reason, **_sums(relief))
    return made


def _explain(
    relief: Relief, now: Figures, count: int, reason: str, by: User, at: dt.datetime, id: uuid.UUID | None
) -> ReliefCount:
    if not reason:
        raise Refusal("gap_without_reason", _("Say where the parcels are: a reason belongs to it."))
    # An explanation that was wrong is taken back by one of the opposite sign.
    explained = now.steps.get(Step.EXPLAINED, 0)
    towards = 0 < count <= now.gap or now.gap <= count < 0
    back = -explained <= count < 0 if explained > 0 else 0 < count <= -explained
    if not (towards or back):
        raise Refusal(
            "gap_not_there",
            _("There are %(gap)d parcels to be explained, not %(count)d.") % {"gap": now.gap, "count": count},
            gap=now.gap,
            count=count,
        )
    return _count(relief, Step.EXPLAINED, count, reason, by, at, id)


# ── the doors of a round ──────────────────────────


@transaction.atomic
def add_household(
    *, relief: Relief, household: Household, due: int | None = None, by: User, at: dt.datetime
) -> ReliefParcel:
    """A household that moved in or was forgotten. `due` None: as all others get. Raises `relief_closed`,
    `door_elsewhere`, `door_there`."""
    relief = _open(relief)
    if household.compound_id != relief.compound_id:
        raise Refusal("door_elsewhere", _("This door is not in the compound."))
    if relief.parcels.filter(household=household).exists():
        raise Refusal("door_there", _("%(room)s is on the list already.") % {"room": household.room})
    due = due or parcels_due(count_by=relief.count_by, per_count=relief.per_count, head_count=household.head_count)
    made = ReliefParcel.objects.create(relief=relief, household=household, due=due)
    _note(relief, by, at, "relief.door_added", household.room, household.room, room=household.room, due=due)
    return made


@transaction.atomic
def remove_household(*, relief: Relief, household: Household, reason: str, by: User, at: dt.datetime) -> None:
    """One that has left, or was on the list by mistake. Who has got a parcel stays. The reason stays in the record.

    Raises `relief_closed`, `door_not_there`, `door_without_reason`, `door_has_parcel`.
    """
    relief = _open(relief)
    parcel = relief.parcels.select_for_update().filter(household=household).first()
    if parcel is None:
        raise Refusal("door_not_there", _("%(room)s is not on the list.") % {"room": household.room})
    if not reason:
        raise Refusal("door_without_reason", _("Say why this household is taken off the list."))
    if parcel.handed:
        raise Refusal(
            "door_has_parcel",
            _("%(room)s has got its parcel and stays on the list. Undo it at the door first if that is wrong.")
            % {"room": household.room},
        )
    due = parcel.due
    parcel.delete()
    text = f"{household.room}: {reason}"
    _note(relief, by, at, "relief.door_removed", text, household.room, room=household.room, due=due, reason=reason)


# ── closing ───────────────────────────────────────


@transaction.atomic
def close_relief(*, relief: Relief, reason: str = "", by: User, at: dt.datetime) -> Relief:
    """Closes a round that adds up; the five sums are written down with it, and PostgreSQL checks them once more.

    Doors that have nothing yet need a `reason`, which is kept. Raises `relief_closed`, `relief_gap`,
    `relief_doors_left`.
    """
    relief = _open(relief)
    now = figures(relief)
    if now.gap:
        text = _("It does not add up yet. %(gap)s %(balance)s. Count again, or explain the gap with a reason.")
        raise Refusal(
            "relief_gap",
            text % {"gap": gap_words(now.balance), "balance": balance_words(now.balance)},
            gap=now.gap,
        )
    if now.doors.unserved and not reason:
        text = ngettext(
            "%(count)d household has not been served. Serve it, or say why this is the end of it.",
            "%(count)d households have not been served. Serve them, or say why this is the end of it.",
            now.doors.unserved,
        )
        raise Refusal("relief_doors_left", text % {"count": now.doors.unserved}, count=now.doors.unserved)
    _sign(relief, now, by, at, at)
    _note(relief, by, at, "relief.closed", reason, unserved=now.doors.unserved, reason=reason, **_sums(relief))
    return relief


def _sign(relief: Relief, now: Figures, by: User, at: dt.datetime, closed_at: dt.datetime) -> None:
    """Writes the sums as they are now. `closed_at` stays the day on which it was first closed."""
    sums = now.balance
    relief.closed_at, relief.closed_by = closed_at, by
    relief.arrived, relief.handed_out, relief.spoiled = sums.arrived, sums.handed_out, sums.spoiled
    relief.returned, relief.explained = sums.returned, sums.explained
    relief.save(update_fields=_SIGNED)


_SIGNED = ["closed_at", "closed_by", "arrived", "handed_out", "spoiled", "returned", "explained"]


def _sums(relief: Relief) -> dict[str, Any]:
    return {name: getattr(relief, name) for name in _SIGNED[2:]}


@transaction.atomic
def reopen_relief(*, relief: Relief, reason: str, by: User, at: dt.datetime) -> Relief:
    """Open again, because something was counted wrong. With what it was closed stays in the audit log.

    Raises `relief_open`, `reopen_without_reason`.
    """
    relief = lock_relief(relief.pk)
    if relief.closed_at is None:
        raise Refusal("relief_open", _("This round is open."))
    if not reason:
        raise Refusal("reopen_without_reason", _("Say why the round is opened again."))
    sums = _sums(relief)
    for name in _SIGNED:
        setattr(relief, name, None)
    relief.save(update_fields=_SIGNED)
    _note(relief, by, at, "relief.reopened", reason, reason=reason, **sums)
    return relief


@transaction.atomic
def link_donations(*, relief: Relief, donations: Iterable[Donation], by: User, at: dt.datetime) -> None:
    """What the parcels were made of. Open or closed: it changes no count."""
    relief = lock_relief(relief.pk)
    chosen = [gift for gift in donations if gift.compound_id == relief.compound_id]
    relief.donations.set(chosen)
    _note(relief, by, at, "relief.donations", "", count=len(chosen))
