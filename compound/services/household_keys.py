"""Keys to the households' own pages: issued, replaced, revoked, opened.

The token is handed out with the slip and can be worked out again for a second print, never looked up.
Lock order: the household's row (FOR NO KEY UPDATE), then its key.
"""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.jobs import Progress, job_kind
from compound.models import Compound, Household, HouseholdKey, Job, User
from compound.refusals import Refusal
from compound.services.audit import record
from compound.services.jobs import request_job
from compound.tokens import derived_token, token_hash

# Kind of the job that issues what is missing; its key is the compound's.
KEYS_JOB = "household_keys"
# Each batch is a transaction of its own: what was issued when somebody stops the job stays issued.
BATCH = 100


def household_token(key_id: uuid.UUID) -> str:
    """What stands behind `/h/` on the slip: 110 bits."""
    return derived_token(b"shouwang household page", key_id)


def token_of_key(key: HouseholdKey) -> str:
    """The token of a key that was issued earlier. Raises `key_changed` when it cannot be made any more."""
    token = household_token(key.pk)
    if token_hash(token) != key.token_hash:
        raise Refusal(
            "key_changed",
            _(
                "This slip was made under another SECRET_KEY and cannot be printed again. The one that is out stays "
                "good; to print a new one, replace it."
            ),
        )
    return token


def without_key(compound: Compound, *, with_empty: bool = False) -> QuerySet[Household]:
    """Households that have no valid key; empty flats only when asked for."""
    valid = HouseholdKey.objects.filter(household=OuterRef("pk"), revoked_at=None)
    households = compound.households.filter(~Exists(valid))
    return households if with_empty else households.filter(occupancy=Household.Occupancy.OCCUPIED)


@transaction.atomic
def issue_key(*, household: Household, by: User | None, at: dt.datetime) -> HouseholdKey:
    """The household's valid key: the one that it has, else a new one. `by` None is the command line."""
    household = _locked(household)
    known = HouseholdKey.objects.filter(household=household, revoked_at=None).first()
    if known is not None:
        return known
    made = _created(household, by, at)
    with translation.override(household.compound.language):
        words = _("Slip of %(room)s made") % {"room": household.room}
    _record(made, household, "household_key.issued", words, by, at)
    return made


@transaction.atomic
def replace_key(*, household: Household, reason: str, by: User, at: dt.datetime) -> HouseholdKey:
    """Ends the slip that is out, from this moment on, and makes a new one. Raises `reason_missing`, `no_key`."""
    household = _locked(household)
    old = _revoked(household, reason, by, at)
    made = _created(household, by, at)
    with translation.override(household.compound.language):
        words = _("Slip of %(room)s replaced: %(reason)s") % {"room": household.room, "reason": old.revoked_why}
    _record(made, household, "household_key.replaced", words, by, at, old=str(old.pk), reason=old.revoked_why)
    return made


@transaction.atomic
def revoke_key(*, household: Household, reason: str, by: User, at: dt.datetime) -> HouseholdKey:
    """Ends the slip that is out, and makes none. Raises `reason_missing`, `no_key`."""
    household = _locked(household)
    old = _revoked(household, reason, by, at)
    with translation.override(household.compound.language):
        words = _("Slip of %(room)s revoked: %(reason)s") % {"room": household.room, "reason": old.revoked_why}
    _record(old, household, "household_key.revoked", words, by, at, reason=old.revoked_why)
    return old


def key_of_token(token: str) -> HouseholdKey | None:
    """The valid key that a token opens, with household, building and compound; None for unknown and ended ones alike.

    One statement, by the unique hash.
    """
    keys = HouseholdKey.objects.filter(token_hash=token_hash(token), revoked_at=None)
    return keys.select_related("household__compound", "household__building", "household__unit").first()


def mark_opened(*, key: HouseholdKey, at: dt.datetime) -> None:
    """Remembers the first time, and no other: nobody is watched. One statement, none from the second time on."""
    if key.first_opened_at is None:
        HouseholdKey.objects.filter(pk=key.pk, first_opened_at=None).update(first_opened_at=at)
        key.first_opened_at = at


def log_slips_printed(*, compound: Compound, count: int, part: str, by: User, at: dt.datetime) -> None:
    """A slip opens a household's page: who printed how many. `part`: the building or the room; empty for all."""
    with translation.override(compound.language):
        words = ngettext("%(count)d slip printed", "%(count)d slips printed", count) % {"count": count}
    text = f"{words}: {part}" if part else words
    record(compound=compound, by=by, at=at, action="slips.printed", subject=part, text=text, count=count)


# ── for everybody ─────────────────────────────────


@transaction.atomic
def request_keys(*, compound: Compound, with_empty: bool, by: User, at: dt.datetime) -> Job:
    """Asks for the job that makes what is missing. Raises `nothing_to_issue` when every household has a slip."""
    if not without_key(compound, with_empty=with_empty).exists():
        raise Refusal("nothing_to_issue", _("Every household has a slip."))
    job = request_job(
        kind=KEYS_JOB, key=str(compound.pk), by=by, at=at, compound=compound, params={"with_empty": with_empty}
    )
    record(compound=compound, by=by, at=at, action="slips.asked", text=_("Slips for all households asked for"))
    return job


@job_kind(KEYS_JOB)
def run_keys_job(job: Job, progress: Progress) -> None:
    """Goes on where an earlier, killed run has stopped: who has a key by now is no longer in the list."""
    issue_missing_keys(
        compound=Compound.objects.get(pk=int(job.key)),
        with_empty=bool(job.params.get("with_empty")),
        by=job.created_by,
        at=timezone.now(),
        progress=progress,
    )


def issue_missing_keys(
    *, compound: Compound, with_empty: bool, by: User | None, at: dt.datetime, progress: Progress
) -> int:
    """Makes what is missing; returns how many. A batch of 100 households takes four statements."""
    waiting = list(without_key(compound, with_empty=with_empty).order_by("pk").values_list("pk", flat=True))
    issued = 0
    progress(0, len(waiting))
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        issued += _issue_batch(compound, batch, with_empty=with_empty, by=by, at=at)
        progress(start + len(batch), len(waiting))
    return issued


@transaction.atomic
def _issue_batch(
    compound: Compound, households: list[int], *, with_empty: bool, by: User | None, at: dt.datetime
) -> int:
    """Locked in the order of their keys, and asked again: meanwhile somebody may have got a slip at the desk."""
    locked = Household.objects.select_for_update(no_key=True).filter(pk__in=households).order_by("pk")
    list(locked.values_list("pk"))
    doors = list(without_key(compound, with_empty=with_empty).filter(pk__in=households).order_by("pk"))
    if not doors:
        return 0
    HouseholdKey.objects.bulk_create([_unsaved(door, by, at) for door in doors])
    with translation.override(compound.language):
        words = ngettext("%(count)d slip made", "%(count)d slips made", len(doors)) % {"count": len(doors)}
    record(compound=compound, by=by, at=at, action="household_keys.issued", text=words, count=len(doors))
    return len(doors)


def _locked(household: Household) -> Household:
    rows = Household.objects.select_for_update(of=("self",), no_key=True).select_related("compound")
    return rows.get(pk=household.pk)


def _unsaved(household: Household, by: User | None, at: dt.datetime) -> HouseholdKey:
    made = HouseholdKey(household=household, issued_at=at, issued_by=by)
    made.token_hash = token_hash(household_token(made.pk))
    return made


def _created(household: Household, by: User | None, at: dt.datetime) -> HouseholdKey:
    made = _unsaved(household, by, at)
    made.save(force_insert=True)
    return made


def _revoked(household: Household, reason: str, by: User, at: dt.datetime) -> HouseholdKey:
    reason = reason.strip()
    if not reason:
        raise Refusal("reason_missing", _("Write why: somebody will ask at the desk."))
    old = HouseholdKey.objects.select_for_update(no_key=True).filter(household=household, revoked_at=None).first()
    if old is None:
        raise Refusal("no_key", _("%(room)s has no slip that is valid.") % {"room": household.room})
    old.revoked_at, old.revoked_by, old.revoked_why = at, by, reason[:100]
    old.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
    return old


def _record(
    key: HouseholdKey, household: Household, action: str, words: str, by: User | None, at: dt.datetime, **more: str
) -> None:
    record(
        compound=household.compound,
        by=by,
        at=at,
        action=action,
        subject=household.room,
        text=words,
        key=str(key.pk),
        **more,
    )
