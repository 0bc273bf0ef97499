"""“Needs you”: what somebody has to do now, the most urgent first, each with the button that leads there."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound import access
from compound.models import Job
from desk.queries.today import errands, relief, reports, roster
from desk.queries.today.facts import Facts, S
from desk.queries.today.gates import need_rows
from orders.quantities import plain


@dataclass(frozen=True)
class Need:
    """One thing to do, and the one button that leads to where it is done."""

    text: str
    detail: str
    action: str
    url: str
    kind: str = "ask"

    @property
    def word(self) -> str:
        """Said with a sign where something went wrong; the rest speaks for itself."""
        return _("failed") if self.kind == "no" else ""


def needs_of(facts: Facts) -> Iterable[Need]:
    """The most urgent first: medicine, the posts, the gates, what stops an order, what waits for paper, the rest."""
    member = facts.membership
    if facts.errands is not None:
        yield from (Need(*row) for row in errands.need_rows(facts.errands, facts.clock, facts.url))
    for row in roster.need_rows(facts.roster, facts.clock, facts.url, runs=access.can_run_roster(member)):
        yield Need(*row)
    if facts.gates is not None:
        for row in need_rows(facts.gates, member, facts.clock, facts.url):
            yield Need(*row)
    for row in reports.need_rows(facts.reports, facts.url):
        yield Need(*row)
    if access.can_run_orders(member):
        yield from _review_needs(facts)
        yield from _late_needs(facts)
        yield from _minimum_needs(facts)
        yield from _job_needs(facts)
        if not facts.open:
            yield Need(
                _("No round is open"),
                _("Nobody can order anything now."),
                _("Open a round"),
                facts.url("orders:round_new"),
            )
    for row in relief.need_rows(facts.relief, member, facts.url):
        yield Need(*row)
    if access.can_see_orders(member):
        for round in facts.rounds:
            made = facts.sheets.get(round.pk, 0)
            if round.state == S.CLOSED and made:
                yield Need(
                    _("%(round)s has closed") % {"round": round.name},
                    ngettext("%(count)d sheet is ready", "%(count)d sheets are ready", made) % {"count": made},
                    _("Print"),
                    facts.url("orders:round", round=round.pk),
                    "info",
                )
            if round.state == S.DELIVERING and access.can_run_orders(member):
                yield Need(
                    _("%(round)s is on its way") % {"round": round.name},
                    _("Type in what came back on the delivery runs."),
                    _("See the deliveries"),
                    facts.url("orders:round", round=round.pk) + "#orders",
                    "info",
                )
        if count := facts.left["households"]:
            since = facts.clock.day(facts.compound.day_of(facts.left["since"]))
            text = ngettext(
                "%(count)d household has not been served", "%(count)d households have not been served", count
            )
            yield Need(
                text % {"count": count},
                _("The oldest since %(day)s") % {"day": since},
                _("See who"),
                facts.url("orders:not_served"),
            )


def _review_needs(facts: Facts) -> Iterable[Need]:
    for review in facts.reviews:
        text = ngettext("%(count)d line to look at", "%(count)d lines to look at", review.open)
        words = text % {"count": review.open}
        if review.is_confirmed:
            detail, action = words, _("Look")
        else:
            detail = _("not confirmed yet") + (f" · {words}" if review.open else "")
            action = _("Review")
        yield Need(
            _("接龙 of “%(group)s”") % {"group": review.source},
            detail,
            action,
            facts.url("orders:review", paste=review.paste),
        )


def _minimum_needs(facts: Facts) -> Iterable[Need]:
    """Group buys of closed rounds that did not come about and that nobody has decided on."""
    for minimum in facts.minimums:
        offer = minimum.offer
        unit = offer.item.unit
        yield Need(
            _("%(goods)s: %(ordered)s of at least %(least)s")
            % {
                "goods": offer.item.name,
                "ordered": f"{plain(minimum.ordered)}{unit}",
                "least": f"{plain(offer.minimum or minimum.ordered)}{unit}",
            },
            _("for %(round)s") % {"round": offer.round.name},
            _("Decide"),
            facts.url("orders:minimums", round=offer.round_id),
            "wait",
        )


def _late_needs(facts: Facts) -> Iterable[Need]:
    for round_id, count in facts.late.items():
        text = ngettext("%(count)d order came too late", "%(count)d orders came too late", count) % {"count": count}
        yield Need(
            text,
            _("for %(round)s") % {"round": facts.late_titles[round_id]},
            _("Take into a round"),
            facts.url("orders:round", round=round_id),
            "wait",
        )


def _job_needs(facts: Facts) -> Iterable[Need]:
    titles = {str(round.pk): round.name for round in facts.rounds}
    for key, job in facts.jobs.items():
        if job.state == Job.State.FAILED:
            yield Need(
                _("The sheets could not be made"),
                titles.get(key, ""),
                _("Try again"),
                facts.url("orders:round", round=key),
                "no",
            )
