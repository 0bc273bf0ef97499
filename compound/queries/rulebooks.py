"""A row of the rules in plain words. Pure: a row in, phrases in the reader's language out."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from compound.models import Rulebook

EXEMPT_WORDS = {
    "essential": gettext_lazy("essential work"),
    "medical": gettext_lazy("medical visit"),
    "volunteer": gettext_lazy("volunteer"),
    "vehicle": gettext_lazy("vehicle"),
}


def rule_sentence(rules: Rulebook) -> str:
    """`每户每2天1人，最长2小时，06:00–20:00`: what a household asks first, in one line."""
    return pgettext("between the parts of a sentence", ", ").join(going_out(rules))


def going_out(rules: Rulebook) -> list[str]:
    """Who goes out, how often, how long, when."""
    if rules.persons == 0:
        return [_("nobody goes out")]
    phrases = [_how_often(rules)]
    if rules.longest_minutes:
        phrases.append(_("at most %(time)s") % {"time": minutes_words(rules.longest_minutes)})
    if rules.opens and rules.closes:
        phrases.append(f"{rules.opens:%H:%M}–{rules.closes:%H:%M}")
    return phrases


def rule_phrases(rules: Rulebook) -> list[str]:
    """Everything the row says, one thing a phrase: the preview before it is written, and the page of the rules."""
    phrases = [rule_sentence(rules)]
    if rules.persons and rules.overstay == Rulebook.Overstay.FORFEIT:
        phrases.append(_("who comes back late loses the next outing"))
    if rules.persons and rules.max_outside is not None:
        phrases.append(_("at most %(count)d people outside at once") % {"count": rules.max_outside})
    if rules.exempt_kinds:
        kinds = _(", ").join(str(EXEMPT_WORDS.get(kind, kind)) for kind in rules.exempt_kinds)
        phrases.append(_("exempt: %(kinds)s") % {"kinds": kinds})
    phrases.append(
        {
            Rulebook.Vehicles.NONE: _("no vehicles"),
            Rulebook.Vehicles.OUT: _("vehicles may leave, not come in"),
            Rulebook.Vehicles.BOTH: _("vehicles may leave and come in"),
        }[Rulebook.Vehicles(rules.vehicles)]
    )
    phrases.append(
        _("visitors with the household's consent") if rules.visitors == Rulebook.Visitors.CONSENT else _("no visitors")
    )
    if rules.returnee_voids_pass and rules.persons:
        phrases.append(_("no outing for a household to which somebody has just come back"))
    phrases.append(_fever(rules))
    return phrases


def _how_often(rules: Rulebook) -> str:
    facts = {"persons": rules.persons, "days": rules.per_days, "hours": rules.per_days * 24}
    if rules.window == Rulebook.Window.ROLLING:
        return (
            ngettext(
                "%(persons)d person per household every %(hours)d hours",
                "%(persons)d people per household every %(hours)d hours",
                rules.persons,
            )
            % facts
        )
    if rules.per_days == 1:
        return (
            ngettext(
                "%(persons)d person per household every day",
                "%(persons)d people per household every day",
                rules.persons,
            )
            % facts
        )
    return (
        ngettext(
            "%(persons)d person per household every %(days)d days",
            "%(persons)d people per household every %(days)d days",
            rules.persons,
        )
        % facts
    )


def _fever(rules: Rulebook) -> str:
    line = {"line": Decimal(rules.fever_line), "minutes": rules.recheck_minutes}
    if rules.fever_at_line:
        return _("%(line)s °C and above is a fever, measured again after %(minutes)d min") % line
    return _("above %(line)s °C is a fever, measured again after %(minutes)d min") % line


def minutes_words(minutes: int) -> str:
    """`2小时`, `1小时30分`, `45分钟`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": rest}
