"""What the codes of `orders.allocation` say, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from compound.listing import listed
from orders.allocation import Kind, Step

# What a reason says of one household must not name its tier where others read it: a tier is hardship or illness.
Facts = Mapping[str, Any]


def kind_words(kind: str) -> str:
    """How a rule shares, as a sentence."""
    return {
        Kind.TIERS: _("By need: a part is kept for each tier, one household after another, by lot within a tier."),
        Kind.EQUAL: _("The same for everybody, never more than was ordered; what does not come out even by lot."),
        Kind.PER_HEAD: _(
            "By people in the household, never more than was ordered; what does not come out even by lot."
        ),
        Kind.PROPORTIONAL: _("By what was ordered; what does not come out even to whoever has least."),
        Kind.FIRST_COME: _("First come, first served."),
    }[Kind(kind)]


def rule_lines(rule: Facts, unit: str) -> list[str]:
    """A rule as it was kept with a sharing, sentence by sentence."""
    lines = [kind_words(rule["kind"])]
    if rule["kind"] == Kind.TIERS:
        tiers = [
            _("%(place)d. %(name)s %(percent)d %%") % {"place": place, **tier}
            for place, tier in enumerate(rule["tiers"], start=1)
        ]
        rest = 100 - sum(tier["percent"] for tier in rule["tiers"])
        tiers.append(_("%(place)d. everybody %(percent)d %%") % {"place": len(rule["tiers"]) + 1, "percent": rest})
        lines.append(_("; ").join(tiers))
        lines.append(_("What a tier does not need goes to those below; who gets nothing there is with everybody."))
    if rule["each"] is not None:
        lines.append(
            _("Nobody gets more than %(each)s %(unit)s before everybody has had that.")
            % {"each": rule["each"], "unit": unit}
        )
    if rule["missed_first"]:
        lines.append(_("Who went away with nothing or with less last time comes first."))
    return lines


def reason(code: str, params: Facts) -> str:
    """Why a household got what it got."""
    words = _reason(code, params)
    if params.get("missed") and code != "used_up":
        words = _("%(why)s, first because it came away with less last time") % {"why": words}
    if params.get("odd"):
        words = _("%(why)s; a part of it is smaller than the smallest part: it did not come out even") % {"why": words}
    elif params.get("uneven") and code != "used_up":
        words = _("%(why)s; what was left then was less than a part: it did not come out even") % {"why": words}
    return words


def _reason(code: str, params: Facts) -> str:
    match code:
        case "enough":
            return pgettext("reason", "enough for everybody")
        case "none":
            return pgettext("reason", "none arrived")
        case "tier" if params["lot"]:
            return _("from the part kept for tier %(tier)d, place %(place)d of %(of)d by lot") % _from_one(params)
        case "tier":
            return _("from the part kept for tier %(tier)d") % _from_one(params)
        case "everybody" if params["lot"]:
            return _("drawn by lot, place %(place)d of %(of)d") % params
        case "everybody":
            return _("with everybody")
        case "came":
            return _("place %(place)d of %(of)d in order of coming") % params
        case "used_up" if params.get("uneven"):
            return (
                _("at place %(place)d of %(of)d what was left was less than a part: it did not come out even") % params
            )
        case "used_up":
            return _("nothing left at place %(place)d of %(of)d") % params
        case "equal" if params["more"]:
            return _("the same for everybody, and a part more by lot")
        case "equal":
            return _("the same for everybody")
        case "per_head":
            people = ngettext("%(count)d person", "%(count)d people", params["people"]) % {"count": params["people"]}
            text = _("for %(people)s, and a part more by lot") if params["more"] else _("for %(people)s")
            return text % {"people": people}
        case "proportional" if params["more"]:
            return _("by what was ordered, and a part more because it had least")
        case "proportional":
            return _("by what was ordered")
    return code


def _from_one(params: Facts) -> dict[str, Any]:
    return {**params, "tier": params["tier"] + 1}


def step_words(step: Step, unit: str) -> str:
    """One sentence of how it went. Names tiers, no household."""
    facts: dict[str, Any] = {**step.params, "unit": unit}
    match step.code:
        case "start":
            text = _("%(arrived)s %(unit)s for %(households)d households that want %(wanted)s %(unit)s.")
        case "enough":
            text = _("Enough for everybody.")
        case "none":
            text = _("None arrived: nobody gets any.")
        case "tier":
            facts["tier"] += 1
            text = _(
                "Tier %(tier)d, %(name)s: %(kept)s %(unit)s kept, %(served)d of %(households)d households served"
                " with %(given)s %(unit)s."
            )
        case "everybody" | "came":
            text = _("Everybody else: %(served)d of %(households)d households served with %(given)s %(unit)s.")
        case "again":
            text = _("Pass %(pass)d: %(given)s %(unit)s more.")
        case "left":
            text = _("%(left)s %(unit)s left over.")
        case _:
            text = _(
                "%(households)d households together %(given)s %(unit)s, then part by part %(parts)s %(unit)s more."
            )
    return text % facts


def not_shared_out(goods: Sequence[str]) -> str:
    """Why a sweeping word has left these open, and where that is decided."""
    return _(
        "%(goods)s came short and is not shared out yet: left open, nobody is charged for it. That is decided on the "
        "page “Sharing out” of the round; who has handed some of it over says at that door how many: “More”, tick it."
    ) % {"goods": listed(goods)}
