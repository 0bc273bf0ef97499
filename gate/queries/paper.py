"""The gate's log on paper: the rule that is printed on it, and what was typed in from it."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compound.models import Compound, Gate, User
from compound.queries.rulebooks import rule_sentence
from gate.models import Check
from gate.queries.rulebooks import rules_page

NEWEST = 8


def gates_of(compound: Compound) -> list[Gate]:
    """Gates at which somebody can have stood, the guarded ones first. One statement."""
    gates = compound.gates.exclude(kind=Gate.Kind.SEALED)
    return sorted(gates, key=lambda gate: (gate.kind != Gate.Kind.GUARDED, gate.position, gate.name))


def rule_on_paper(compound: Compound, at: dt.datetime) -> str:
    """The compound's rule and, after it, each building that has its own; '' while there is none. One statement."""
    page = rules_page(compound=compound, at=at)
    between = pgettext("between two rules", "; ")
    own = [
        _("building %(building)s: %(rule)s") % {"building": row.rulebook.building, "rule": rule_sentence(row.rulebook)}
        for row in page.of_buildings
    ]
    main = [page.of_compound.sentence] if page.of_compound else []
    return between.join([*main, *own])


def typed_by(compound: Compound, by: User) -> Sequence[Check]:
    """What this person has typed in last, to look it over. One statement."""
    rows = Check.objects.filter(compound=compound, by=by, source=Check.Source.PAPER)
    return list(rows.select_related("gate", "household").order_by("-received_at", "-event_at")[:NEWEST])
