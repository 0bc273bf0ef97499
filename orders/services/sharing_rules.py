"""Rules for sharing out: chosen while nobody knows who will come short, and not changed under a round after that."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from compound.models import Compound, Tag, User
from compound.refusals import Refusal
from compound.services import audit
from orders.allocation import ProblemError
from orders.models import Round, SharingRule
from orders.services.locks import lock_round
from orders.sharing_rule import DEFAULT_TIERS, as_rule

# From the cut-off on the rule of a round stands, until it is over.
_UNDER_WAY = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING)


class OfRule(Protocol):
    """A service that does one thing with one rule."""

    def __call__(self, *, rule: SharingRule, by: User, at: dt.datetime) -> SharingRule: ...


@dataclass(frozen=True)
class RuleFacts:
    """What somebody typed of a rule. `tiers`: [{"name", "tags": [codes], "percent"}], highest first."""

    name: str
    kind: str
    tiers: Sequence[dict[str, Any]]
    each: Decimal | None
    missed_first: bool
    step: Decimal


def default_rule(*, compound: Compound) -> SharingRule:
    """The compound's usual rule; made by need from the tag table when it is first asked for."""
    found = compound.sharing_rules.filter(is_default=True).first()
    if found is not None:
        return found
    with override(compound.language):
        name = _("By need")
    rule, _new = SharingRule.objects.get_or_create(
        compound=compound,
        name=name,
        defaults={"tiers": _default_tiers(compound), "each": 1, "is_default": True},
    )
    if not rule.is_default:
        rule.is_default = rule.is_active = True
        rule.save(update_fields=["is_default", "is_active"])
    return rule


def _default_tiers(compound: Compound) -> list[dict[str, Any]]:
    with override(compound.language):
        names = {tag.code: str(tag) for tag in Tag.objects.all()}
        return [
            {"name": "、".join(names.get(tag, tag) for tag in tags), "tags": list(tags), "percent": percent}
            for tags, percent in DEFAULT_TIERS
        ]


def rule_of(*, round: Round) -> SharingRule:
    """The rule that was chosen for the round, else the compound's usual one. One or two statements."""
    if round.sharing_rule_id is not None:
        return SharingRule.objects.get(pk=round.sharing_rule_id)
    return default_rule(compound=round.compound)


@transaction.atomic
def choose_rule(*, round: Round, rule: SharingRule, by: User, at: dt.datetime) -> Round:
    """Sets the rule of a round that still takes orders. Raises `rule_elsewhere`, `rule_fixed`."""
    round = lock_round(round.pk)
    _own(rule, round.compound_id)
    if round.state != Round.State.OPEN or round.cutoff_at <= at:
        raise Refusal(
            "rule_fixed",
            _("Orders are closed: the rule of this round stands. Another one needs a reason when it is shared out."),
        )
    round.sharing_rule = rule
    round.save(update_fields=["sharing_rule"])
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="sharing.rule_chosen",
        subject=str(round.pk),
        text=f"{round.title}: {rule.name}",
        rule=rule.name,
    )
    return round


def _own(rule: SharingRule, compound_id: int) -> None:
    if rule.compound_id != compound_id or not rule.is_active:
        raise Refusal("rule_elsewhere", _("There is no such rule any more: choose another one."))


@transaction.atomic
def save_rule(
    *, compound: Compound, rule: SharingRule | None, facts: RuleFacts, by: User, at: dt.datetime
) -> SharingRule:
    """A new rule, or another wording of `rule`. Rounds past their cut-off keep the rule as it was.

    Raises `rule_name_taken`, `rule_senseless`.
    """
    _lock(compound)
    others = compound.sharing_rules.exclude(pk=rule.pk) if rule else compound.sharing_rules.all()
    if others.filter(name=facts.name).exists():
        raise Refusal("rule_name_taken", _("There is a rule of this name already."))
    made = SharingRule(compound=compound, is_default=False) if rule is None else compound.sharing_rules.get(pk=rule.pk)
    if rule is not None:
        _keep_as_it_was(made, at)
    made.name, made.kind, made.tiers = facts.name, facts.kind, list(facts.tiers)
    made.each, made.missed_first, made.step = facts.each, facts.missed_first, facts.step
    try:
        as_rule(made)
    except ProblemError as error:
        raise Refusal(
            "rule_senseless",
            _("The parts kept must be 100 % at most, and what each gets first a multiple of the smallest part."),
        ) from error
    made.save()
    action = "sharing_rule.changed" if rule else "sharing_rule.added"
    audit.record(
        compound=compound, by=by, at=at, action=action, subject=made.name, text=made.name, rule=as_rule(made).to_json()
    )
    return made


@transaction.atomic
def make_default(*, rule: SharingRule, by: User, at: dt.datetime) -> SharingRule:
    """From now on the rule of every round that has chosen none; those past their cut-off keep the old one."""
    compound = rule.compound
    _lock(compound)
    _own(rule, compound.pk)
    before = default_rule(compound=compound)
    if before.pk == rule.pk:
        return before
    _rounds_under_way(compound, at).filter(sharing_rule=None).update(sharing_rule=before)
    SharingRule.objects.filter(pk=before.pk).update(is_default=False)
    SharingRule.objects.filter(pk=rule.pk).update(is_default=True)
    rule.is_default = True
    audit.record(compound=compound, by=by, at=at, action="sharing_rule.default", subject=rule.name, text=rule.name)
    return rule


@transaction.atomic
def retire_rule(*, rule: SharingRule, by: User, at: dt.datetime) -> SharingRule:
    """Offered no more; rounds that have it keep it. Raises `rule_is_default`."""
    _lock(rule.compound)
    rule.refresh_from_db()
    if rule.is_default:
        raise Refusal("rule_is_default", _("This is the usual rule: make another one the usual first."))
    rule.is_active = False
    rule.save(update_fields=["is_active"])
    audit.record(compound=rule.compound, by=by, at=at, action="sharing_rule.retired", subject=rule.name, text=rule.name)
    return rule


@transaction.atomic
def restore_rule(*, rule: SharingRule, by: User, at: dt.datetime) -> SharingRule:
    """Offered again, as it was. Twice is once."""
    _lock(rule.compound)
    rule.refresh_from_db()
    if rule.is_active:
        return rule
    rule.is_active = True
    rule.save(update_fields=["is_active"])
    audit.record(
        compound=rule.compound, by=by, at=at, action="sharing_rule.restored", subject=rule.name, text=rule.name
    )
    return rule


def _lock(compound: Compound) -> None:
    """One writer of a compound's rules at a time."""
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)


def _rounds_under_way(compound: Compound, at: dt.datetime) -> Any:
    past = Q(state__in=_UNDER_WAY) | Q(state=Round.State.OPEN, cutoff_at__lte=at)
    return Round.objects.filter(past, compound=compound)


def _keep_as_it_was(rule: SharingRule, at: dt.datetime) -> None:
    """Rounds whose orders are in were promised this rule: they get a copy of it that nobody changes."""
    bound = Q(sharing_rule=rule)
    if rule.is_default:
        bound |= Q(sharing_rule=None)
    rounds = _rounds_under_way(rule.compound, at).filter(bound)
    if not rounds.exists():
        return
    day = rule.compound.local(at)
    name = f"{rule.name[:24]} ({day:%m-%d %H:%M:%S})"
    copy = SharingRule.objects.create(
        compound=rule.compound,
        name=name,
        kind=rule.kind,
        tiers=rule.tiers,
        each=rule.each,
        missed_first=rule.missed_first,
        step=rule.step,
        is_default=False,
        is_active=False,
    )
    rounds.update(sharing_rule=copy)
