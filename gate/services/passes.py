"""Passes: issued, revoked, replaced. The token is handed out once and can be worked out again, never looked up.

Lock order: the household's row (FOR NO KEY UPDATE, as every writer of its passages takes it), then the pass.
"""

import datetime as dt
import re
import unicodedata
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Compound, Household, User
from compound.refusals import Refusal
from compound.services.audit import record
from gate.models import Outing, Pass
from gate.models.passes import PLATE
from gate.services.tokens import pass_token, token_hash

Kind = Pass.Kind
MOST_DAYS = 31
PLATE_PATTERN = re.compile(PLATE.regex)
# What a plate is written with and not made of: 沪A·12345, 沪A 12345, 沪A-12345.
PLATE_SIGNS = frozenset(" \t·.・•-–—_")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a pass is good for, besides its kind and its household.

    `seen`: the giver has looked at the employer's certificate or the hospital's letter. `every_days` and `single`
    are a medical pass's schedule, neither of them means any day. Validity is half-open.
    """

    holder: str = ""
    employer: str = ""
    seen: bool = False
    plate: str = ""
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    every_days: int | None = None
    single: bool = False
    consent: bool = False


def clean_plate(text: str) -> str:
    """As a plate stands in the table: `沪a·12345` → `沪A12345`."""
    kept = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in kept if char not in PLATE_SIGNS)


def token_of(gate_pass: Pass) -> str:
    """The token of a pass that was issued earlier. Raises `key_changed` when it cannot be made any more."""
    token = pass_token(gate_pass.pk)
    if token_hash(token) != gate_pass.token_hash:
        raise Refusal(
            "key_changed",
            _(
                "This pass was issued under another SECRET_KEY, so its code cannot be printed again. The card that "
                "is out stays good; to print a new one, replace the pass."
            ),
        )
    return token


@transaction.atomic
def issue_pass(
    *,
    compound: Compound,
    kind: str,
    by: User | None,
    at: dt.datetime,
    household: Household | None = None,
    terms: Terms | None = None,
    id: uuid.UUID | None = None,
) -> tuple[Pass, str]:
    """A new pass and its token. A household's new pass ends the one it had.

    The same pass again under the same `id` is the one that is there. `by` None is the command line, which need
    not say what a person at a desk must have seen. Raises `room_missing`, `household_elsewhere`, `holder_missing`,
    `employer_missing`, `certificate_not_seen`, `until_missing`, `consent_missing`, `schedule_missing`, `plate_wrong`,
    `schedule_wrong`, `plate_has_pass`, `pass_over`, `pass_ends_before_start`.
    """
    terms = terms or Terms()
    _check(compound, kind, household, terms, at, strict=by is not None)
    if household is not None:
        household = lock_household(household.pk)
    known = Pass.objects.select_related("household").filter(pk=id, compound=compound).first() if id else None
    if known is not None and _is_same(known, kind, household, terms):
        return known, token_of(known)
    if kind == Kind.HOUSEHOLD and household is not None:
        _end_household_pass(household, by, at)
    # Somebody who goes back to the form and issues another pass there sends the first one's id with it.
    made = _created(compound, kind, household, terms, by, at, id if known is None else None)
    with translation.override(compound.language):
        words = _("%(kind)s issued for %(whom)s") % {"kind": made.get_kind_display(), "whom": whom(made)}
    _record(made, "pass.issued", words, by, at)
    return made, pass_token(made.pk)


@transaction.atomic
def revoke_pass(*, gate_pass: Pass, reason: str, by: User | None, at: dt.datetime) -> Pass:
    """Ends a pass now, at every gate; whoever is outside with it comes in all the same.

    Raises `reason_missing`, `pass_ended`.
    """
    reason = reason.strip()
    if not reason:
        raise Refusal("reason_missing", _("Write why the pass ends: somebody will ask at the gate."))
    gate_pass = _locked(gate_pass)
    gate_pass.revoked_at, gate_pass.revoked_by, gate_pass.revoked_why = at, by, reason[:100]
    gate_pass.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
    with translation.override(gate_pass.compound.language):
        words = _("%(kind)s of %(whom)s revoked: %(reason)s") % {
            "kind": gate_pass.get_kind_display(),
            "whom": whom(gate_pass),
            "reason": reason,
        }
    _record(gate_pass, "pass.revoked", words, by, at, reason=reason)
    return gate_pass


@transaction.atomic
def replace_pass(*, gate_pass: Pass, reason: str, by: User, at: dt.datetime) -> tuple[Pass, str]:
    """Ends a pass, because the card is lost, torn or unreadable, and issues one that is good for the same.

    No outing is won by it: a medical pass that is not due yet is not due earlier, a used single one is refused with
    `pass_used`. Raises what `revoke_pass` raises, and `pass_over` for one whose time has run out.
    """
    old = revoke_pass(gate_pass=gate_pass, reason=reason, by=by, at=at)
    if old.valid_until is not None and old.valid_until <= at:
        raise Refusal("pass_over", _("This pass has run out: issue a new one, with its new end."))
    new = _created(old.compound, old.kind, old.household, _terms_after(old, at), by, at, None)
    # What was seen stays seen by whom it was seen.
    new.seen_at, new.seen_by = old.seen_at, old.seen_by
    new.save(update_fields=["seen_at", "seen_by"])
    with translation.override(old.compound.language):
        words = _("%(kind)s of %(whom)s replaced") % {"kind": new.get_kind_display(), "whom": whom(new)}
    _record(new, "pass.replaced", words, by, at, old=str(old.pk))
    return new, pass_token(new.pk)


def lock_household(pk: int) -> Household:
    """The household's row, locked until the end of the transaction. NO KEY: rows that point to it can be written."""
    return Household.objects.select_for_update(no_key=True).get(pk=pk)


def whom(gate_pass: Pass) -> str:
    """What a pass is known by in a sentence: the plate, the room, or the name. Loads the household."""
    return gate_pass.plate or (gate_pass.household.room if gate_pass.household else gate_pass.holder)


def is_valid(gate_pass: Pass, at: dt.datetime) -> bool:
    """Not revoked and not over; one that begins tomorrow is valid too."""
    return gate_pass.revoked_at is None and (gate_pass.valid_until is None or gate_pass.valid_until > at)


def _locked(gate_pass: Pass) -> Pass:
    if gate_pass.household_id is not None:
        lock_household(gate_pass.household_id)
    rows = Pass.objects.select_for_update(of=("self",), no_key=True).select_related("household", "compound", "seen_by")
    gate_pass = rows.get(pk=gate_pass.pk)
    if gate_pass.revoked_at is not None:
        raise Refusal("pass_ended", _("This pass has been revoked already."))
    return gate_pass


def _end_household_pass(household: Household, by: User | None, at: dt.datetime) -> None:
    """One statement; whoever holds the household's lock is alone with its passes."""
    with translation.override(household.compound.language):
        reason = _("replaced by a new pass")
    Pass.objects.filter(household=household, kind=Kind.HOUSEHOLD, revoked_at=None).update(
        revoked_at=at, revoked_by=by, revoked_why=reason
    )


def _created(
    compound: Compound,
    kind: str,
    household: Household | None,
    terms: Terms,
    by: User | None,
    at: dt.datetime,
    id: uuid.UUID | None,
) -> Pass:
    made = Pass(**({"id": id} if id else {}), compound=compound, kind=kind, household=household)
    made.token_hash = token_hash(pass_token(made.pk))
    made.issued_at, made.issued_by = at, by
    made.holder, made.employer = terms.holder.strip()[:40], terms.employer.strip()[:80]
    made.plate = clean_plate(terms.plate)
    made.valid_from, made.valid_until = terms.valid_from, terms.valid_until
    made.every_days, made.single, made.consent = terms.every_days, terms.single, terms.consent
    if terms.seen and by is not None:
        made.seen_at, made.seen_by = at, by
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") == "pass_one_per_plate":
            raise Refusal(
                "plate_has_pass",
                _("%(plate)s has a pass already: replace that one, or revoke it first.") % {"plate": made.plate},
                plate=made.plate,
            ) from None
        raise
    return made


def _terms_after(old: Pass, at: dt.datetime) -> Terms:
    """The old pass's terms, begun where its schedule allows the next exit."""
    begins = old.valid_from
    if old.kind == Kind.MEDICAL and (old.single or old.every_days):
        last = Outing.objects.filter(gate_pass=old, void_at=None).order_by("-out_at").first()
        if last is not None and old.single:
            raise Refusal("pass_used", _("This pass was good for one outing, and that has been. Issue a new one."))
        if last is not None and old.every_days:
            day = old.compound.day_of(last.out_at) + dt.timedelta(days=old.every_days)
            due = old.compound.moment(day, dt.time(0))
            if due > at:
                begins = max(due, begins) if begins else due
            if old.valid_until is not None and begins is not None and begins >= old.valid_until:
                raise Refusal("pass_over", _("This pass has run out: issue a new one, with its new end."))
    return Terms(
        holder=old.holder,
        employer=old.employer,
        plate=old.plate,
        valid_from=begins,
        valid_until=old.valid_until,
        every_days=old.every_days,
        single=old.single,
        consent=old.consent,
    )


def _is_same(known: Pass, kind: str, household: Household | None, terms: Terms) -> bool:
    """Whether a form was sent twice. What was seen is not compared: it may be that of the first sending."""
    return (
        known.revoked_at is None
        and (known.kind, known.household_id) == (kind, household.pk if household else None)
        and (known.holder, known.employer) == (terms.holder.strip()[:40], terms.employer.strip()[:80])
        and known.plate == clean_plate(terms.plate)
        and (known.valid_from, known.valid_until) == (terms.valid_from, terms.valid_until)
        and (known.every_days, known.single, known.consent) == (terms.every_days, terms.single, terms.consent)
    )


def _check(
    compound: Compound, kind: str, household: Household | None, terms: Terms, at: dt.datetime, *, strict: bool
) -> None:
    """What a kind of pass cannot be without. PostgreSQL holds most of it too, with less kind words."""
    if kind not in Kind.values:
        raise Refusal("kind_unknown", _("There is no such kind of pass."), kind=kind)
    if household is None and kind not in (Kind.VEHICLE, Kind.VOLUNTEER):
        raise Refusal("room_missing", _("Which household is this pass for?"))
    if household is not None and household.compound_id != compound.pk:
        raise Refusal("household_elsewhere", _("This household belongs to another compound."))
    if terms.valid_until is not None and terms.valid_until <= at:
        raise Refusal("pass_over", _("The pass would be over already: choose a later end."))
    if terms.valid_from and terms.valid_until and terms.valid_until <= terms.valid_from:
        raise Refusal("pass_ends_before_start", _("The end must come after the start."))
    if kind == Kind.VEHICLE and not PLATE_PATTERN.match(clean_plate(terms.plate)):
        raise Refusal("plate_wrong", _("Write the plate as it stands on the car, for example 沪A12345."))
    if kind != Kind.VEHICLE and terms.plate:
        raise Refusal("plate_wrong", _("Only a vehicle pass has a plate."))
    if kind != Kind.MEDICAL and (terms.single or terms.every_days is not None):
        raise Refusal("schedule_wrong", _("Only a medical pass has a schedule."))
    if terms.every_days is not None and (terms.single or not 1 <= terms.every_days <= MOST_DAYS):
        raise Refusal("schedule_wrong", _("Write a number of days from 1 to %(most)d.") % {"most": MOST_DAYS})
    if strict:
        _check_seen(kind, terms)


def _check_seen(kind: str, terms: Terms) -> None:
    """What a person at a desk has to have looked at or asked."""
    if kind in (Kind.ESSENTIAL, Kind.VISITOR, Kind.VOLUNTEER) and not terms.holder.strip():
        raise Refusal("holder_missing", _("Write the name: the guard compares it with the identity card."))
    if kind == Kind.ESSENTIAL and not terms.employer.strip():
        raise Refusal("employer_missing", _("Write the employer that the certificate comes from."))
    if kind == Kind.ESSENTIAL and not terms.seen:
        raise Refusal("certificate_not_seen", _("Look at the employer's certificate first, and tick that you have."))
    if kind in (Kind.ESSENTIAL, Kind.VISITOR) and terms.valid_until is None:
        raise Refusal("until_missing", _("Write until when the pass is good."))
    if kind == Kind.VISITOR and not terms.consent:
        raise Refusal("consent_missing", _("Ask the household first: a visitor comes in with its consent only."))
    if kind == Kind.MEDICAL and not terms.single and terms.every_days is None:
        raise Refusal("schedule_missing", _("Once, or every so many days? Write which."))


def _record(gate_pass: Pass, action: str, words: str, by: User | None, at: dt.datetime, **more: str) -> None:
    record(
        compound=gate_pass.compound,
        by=by,
        at=at,
        action=action,
        subject=whom(gate_pass),
        text=words,
        **{"pass": str(gate_pass.pk), "kind": gate_pass.kind, **more},
    )
